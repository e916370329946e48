/** Reads the rows of prompt sets for training and judging, over any decoder. */
import { throwIfStopped } from '../core/abort.ts';
import type { ModelIdentity } from '../core/probe-types.ts';
import type { SegmentReader, TapRead } from '../training/reader.ts';
import type { Decoder } from './decoder.ts';
import { collect, Sequence, type PassReading } from './sequence.ts';
import { meanOverTokens } from './token-mean.ts';
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
          const own = tokenizer.encode(index === 0 ? segment : ` ${segment}`);
          ids.push(...own);
          const tapped = options.tapAfter.includes(index);
          if (!tapped && index < segments.length - 1) continue;
          const passes: PassReading[] = [];
          for await (const pass of sequence.append(ids)) {
            passes.push(pass);
            throwIfStopped(signal);
          }
          ids = [];
          if (options.keepTokens) textPasses.push(...passes);
          if (!tapped) continue;
          const means: Float32Array[] = [];
          for (const ids of tapIds) {
            means.push(meanOverTokens(await collect(sequence.peek(ids)), hidden));
            throwIfStopped(signal);
          }
          taps.push({ tokensBefore: sequence.length, means, own: meanOverTokens(passes, hidden, sequence.length - own.length) });
        }
        return options.keepTokens ? { taps, tokens: joinPasses(textPasses, hidden) } : { taps };
      } finally {
        sequence.dispose();
      }
    },
    async readAnswer({ system, user, assistant }, signal) {
      const sequence = new Sequence(decoder, chunkTokens);
      try {
        const before = tokenizer.encode(tokenizer.chat([{ role: 'system', content: system }, { role: 'user', content: user }]));
        const passes: PassReading[] = [];
        for await (const pass of sequence.append([...before, ...tokenizer.encode(assistant)])) {
          passes.push(pass);
          throwIfStopped(signal);
        }
        return meanOverTokens(passes, hidden, before.length);
      } finally {
        sequence.dispose();
      }
    },
    hasChatForm: tokenizer.hasChat,
    async readReply({ user, assistant }, taps, signal) {
      const sequence = new Sequence(decoder, chunkTokens);
      try {
        const before = tokenizer.encode(tokenizer.chat([{ role: 'user', content: user }]));
        for await (const _ of sequence.append([...before, ...tokenizer.encode(assistant)])) throwIfStopped(signal);
        const means: Float32Array[] = [];
        for (const tap of taps) {
          means.push(meanOverTokens(await collect(sequence.peek(tokenizer.encode(` ${tap}`))), hidden));
          throwIfStopped(signal);
        }
        return means;
      } finally {
        sequence.dispose();
      }
    },
  };
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
