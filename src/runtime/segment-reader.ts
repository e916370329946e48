/** Reads the rows of prompt sets for training and judging, over any decoder. */
import { throwIfStopped } from '../core/abort.ts';
import type { ModelIdentity } from '../core/probe-types.ts';
import type { SegmentReader, TapRead } from '../training/reader.ts';
import type { Decoder } from './decoder.ts';
import { Sequence, type PassReading } from './sequence.ts';
import { tapMean } from './tap-mean.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** Makes a reader of segments that are joined by spaces, with taps that branch off and never enter the text. */
export function createSegmentReader(parts: { decoder: Decoder; tokenizer: TextTokenizer; chunkTokens: number; model: ModelIdentity }): SegmentReader {
  const { decoder, tokenizer, chunkTokens, model } = parts;
  const { hidden } = decoder.sizes;

  return {
    model,
    async readSegments(segments, options, signal) {
      const sequence = new Sequence(decoder, chunkTokens);
      const tapIds = options.taps.map((tap) => tokenizer.encode(` ${tap}`));
      const textPasses: PassReading[] = [];
      const taps: TapRead[] = [];
      try {
        let ids: number[] = [];
        for (const [index, segment] of segments.entries()) {
          // Segments between two taps go in together: a pass costs nearly the same for ten tokens as for forty.
          ids.push(...tokenizer.encode(index === 0 ? segment : ` ${segment}`));
          const tapped = options.tapAfter.includes(index);
          if (!tapped && index < segments.length - 1) continue;
          for await (const pass of sequence.append(ids)) {
            if (options.keepTokens) textPasses.push(pass);
            throwIfStopped(signal);
          }
          ids = [];
          if (!tapped) continue;
          const means: Float32Array[] = [];
          for (const ids of tapIds) {
            means.push(tapMean(await collect(sequence.peek(ids)), hidden));
            throwIfStopped(signal);
          }
          taps.push({ tokensBefore: sequence.length, means });
        }
        return options.keepTokens ? { taps, tokens: joinPasses(textPasses, hidden) } : { taps };
      } finally {
        sequence.dispose();
      }
    },
  };
}

async function collect(passes: AsyncIterable<PassReading>): Promise<PassReading[]> {
  const out: PassReading[] = [];
  for await (const pass of passes) out.push(pass);
  return out;
}

/** Joins passes `[layers, tokens, hidden]` along the tokens. */
function joinPasses(passes: readonly PassReading[], hidden: number): { count: number; residuals: Float32Array } {
  const count = passes.reduce((sum, pass) => sum + pass.tokens, 0);
  const layers = passes[0] ? passes[0].residuals.length / (passes[0].tokens * hidden) : 0;
  const residuals = new Float32Array(layers * count * hidden);
  let at = 0;
  for (const pass of passes) {
    for (let layer = 0; layer < layers; layer++) {
      const rows = pass.tokens * hidden;
      residuals.set(pass.residuals.subarray(layer * rows, (layer + 1) * rows), (layer * count + at) * hidden);
    }
    at += pass.tokens;
  }
  return { count, residuals };
}
