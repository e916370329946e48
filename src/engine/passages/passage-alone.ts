/** A passage that is read by itself: one that no pass holds whole, or any where the decoder takes no branches. */
import { throwIfStopped } from '../../base/abort.ts';
import type { PassageReading } from '../../training/reader.ts';
import type { Decoder } from '../decoder.ts';
import type { PassageTokens } from './passage-tokens.ts';
import { type PassReading, Sequence } from '../sequence.ts';
import { meanOverTokens, TokenMean } from '../token-mean.ts';

/**
 * Reads a passage in passes of at most `chunkTokens`, its readouts with the text where the decoder takes branches. Throws
 * `text-too-long`, `cancelled` between passes, and what the decoder throws.
 */
export async function readAlone(
  decoder: Decoder,
  chunkTokens: number,
  { ids, places, readouts, keepTokens, lastTokens }: PassageTokens,
  signal: AbortSignal | undefined,
): Promise<PassageReading> {
  const { hidden, layerCount } = decoder.sizes;
  const sequence = new Sequence(decoder, chunkTokens);
  const own = places.map(() => new TokenMean(layerCount + 1, hidden));
  const last = places.map(() => new TokenMean(layerCount + 1, hidden));
  const means: Float32Array[] = [];
  const passes: PassReading[] = [];
  try {
    for await (const { text, peeks } of sequence.appendAndPeek(
      ids,
      places.flatMap(({ to }) => readouts.map((readout) => ({ after: to, ids: readout }))),
    )) {
      if (text !== null) places.forEach(({ from, to }, place) => own[place]?.addBetween(text, from, to));
      if (text !== null && lastTokens) places.forEach(({ to }, place) => last[place]?.addBetween(text, to - 1, to));
      if (text !== null && keepTokens) passes.push(text);
      means.push(...peeks.map((peek) => meanOverTokens(peek.passes, hidden)));
      throwIfStopped(signal);
    }
  } finally {
    sequence.dispose();
  }
  const read = places.map(({ to }, place) => ({
    tokensBefore: to,
    means: means.slice(place * readouts.length, (place + 1) * readouts.length),
    own: own[place]?.mean ?? new Float32Array(0),
    ...(lastTokens ? { last: last[place]?.mean ?? new Float32Array(0) } : {}),
  }));
  return keepTokens ? { readouts: read, tokens: joinPasses(passes, ids.length, hidden) } : { readouts: read };
}

/** Joins passes `[layers, tokens, hidden]` along the tokens, `count` in all. */
function joinPasses(
  passes: readonly PassReading[],
  count: number,
  hidden: number,
): { count: number; residuals: Float32Array } {
  const layers = passes[0] ? passes[0].residuals.length / (passes[0].tokens * hidden) : 0;
  const residuals = new Float32Array(layers * count * hidden);
  for (const pass of passes) {
    const rows = pass.tokens * hidden;
    for (let layer = 0; layer < layers; layer += 1)
      residuals.set(pass.residuals.subarray(layer * rows, (layer + 1) * rows), (layer * count + pass.start) * hidden);
  }
  return { count, residuals };
}
