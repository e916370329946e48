/** Whether it can be seen in the streams that a rule is on: a probe fitted on other items reads the last token of this one. */

/** Held-out scores `[layers][items]`, with the rule on and off. */
export interface HeldOutScores {
  readonly on: readonly (readonly number[])[];
  readonly off: readonly (readonly number[])[];
}

/**
 * Scores of each item's two streams along the difference of means of all other items, on − off, of length 1. Where no other
 * item differs there is no direction, and both score 0. Streams `[layers, hidden]`, one an item, in the same order.
 */
export function heldOutScores(
  on: readonly Float32Array[],
  off: readonly Float32Array[],
  layers: number,
  hidden: number,
): HeldOutScores {
  const result: { on: number[][]; off: number[][] } = { on: [], off: [] };
  for (let layer = 0; layer < layers; layer += 1) {
    const at = (streams: Float32Array | undefined, feature: number): number =>
      streams?.[layer * hidden + feature] ?? Number.NaN;
    const total = Float64Array.from({ length: hidden }, (_, feature) =>
      on.reduce((sum, streams, item) => sum + at(streams, feature) - at(off[item], feature), 0),
    );
    const scores = on.map((streams, item) => {
      const direction = total.map((sum, feature) => sum - (at(streams, feature) - at(off[item], feature)));
      const length = Math.hypot(...direction);
      const along = (own: Float32Array | undefined): number =>
        length === 0 ? 0 : direction.reduce((sum, value, feature) => sum + value * at(own, feature), 0) / length;
      return { on: along(streams), off: along(off[item]) };
    });
    result.on.push(scores.map((score) => score.on));
    result.off.push(scores.map((score) => score.off));
  }
  return result;
}
