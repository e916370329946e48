/** Steering unless somebody says otherwise, and what is measured of one. */
/** KLs that a strength can be matched to, 95th percentile over neutral tokens, in nats. */
export const MATCH_TARGETS: readonly number[] = [0.25, 0.5, 1, 2];

/** The KL at which placebos are measured. */
export const PLACEBO_TARGETS: readonly number[] = [1];

/**
 * How deep steering is, as a share of the layers: there a small model has made up its mind about the text, and has layers
 * left to act on it.
 */
const DEPTH = 0.6;

/** The stream to steer in a model of so many layers, e.g. 18 of 30. */
export function defaultStream(layerCount: number): number {
  return Math.max(1, Math.round(DEPTH * layerCount));
}
