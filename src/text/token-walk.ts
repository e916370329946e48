/** Where to stop when walking through a reading: sentences and peaks. Pure; indices are token indices. */
import { sentenceEnds } from './sentences.ts';

/** The first token of every sentence, by the same rule that decides where readouts fall. */
export function sentenceStarts(pieces: readonly string[]): number[] {
  return pieces.length === 0
    ? []
    : [
        0,
        ...sentenceEnds(pieces)
          .map((end) => end + 1)
          .filter((start) => start < pieces.length),
      ];
}

/** The start of the sentence that `step` sentences away from `token` begins; stays inside the text. */
export function sentenceStep(starts: readonly number[], token: number, step: 1 | -1): number {
  if (step === 1) return starts.find((start) => start > token) ?? token;
  return starts.findLast((start) => start < token) ?? 0;
}

/** How far a peak must stand out to both sides, in tokens: values nearer than this share most of their running mean. */
const PEAK_REACH = 4;

/** Indices where |value| is the largest within {@link PEAK_REACH} tokens on both sides and at least `floor`. */
export function peaks(values: ArrayLike<number>, floor: number): number[] {
  const found: number[] = [];
  const size = (index: number): number => {
    const value = Math.abs(values[index] ?? Number.NaN);
    return Number.isNaN(value) ? -1 : value;
  };
  for (let index = 0; index < values.length; index += 1) {
    const here = size(index);
    if (here < floor) continue;
    let highest = true;
    for (let near = 1; near <= PEAK_REACH && highest; near += 1)
      highest = size(index - near) < here && size(index + near) <= here;
    if (highest) found.push(index);
  }
  return found;
}
