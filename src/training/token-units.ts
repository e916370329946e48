/** Zero and spread of single tokens at one layer: what the words of neutral stories read, one by one and as a running mean. */
import { EARLY_FROM, earlyGroup, STEADY_FROM } from '../reading/early-tokens.ts';
import type { LayerCalibration } from '../probe/probe-types.ts';
import { DEFAULT_WINDOW, runningMean } from '../stats/smoothing.ts';
import { mean, standardDeviation } from '../stats/stats.ts';

/** The token half of a layer's calibration. */
export interface TokenUnits {
  readonly units: Pick<LayerCalibration, 'tokenMean' | 'tokenSd' | 'smoothSd'>;
  /** Mean of w·h by early group. */
  readonly early: readonly number[];
}

/**
 * Token numbers of one layer from the projections w·h of every story, position by position, and the story's scores in
 * units of `scale` (NaN at the sink).
 */
export function layerUnits(
  stories: readonly Float64Array[],
  scale: number,
): TokenUnits & { readonly scores: readonly Float64Array[] } {
  const groups: number[][] = EARLY_FROM.map(() => []);
  const steady: number[] = [];
  for (const story of stories)
    story.forEach(
      (value, position) =>
        position > 0 && (groups[earlyGroup(position, EARLY_FROM, STEADY_FROM)] ?? steady).push(value),
    );
  // Stories too short to reach the steady part have their last group's zero to go on.
  const early = groups.map((values) => mean(values.length > 0 ? values : groups.flat()));
  const tokenMean = steady.length > 0 ? mean(steady) : (early.at(-1) ?? NaN);
  const scores = stories.map((story) =>
    story.map((value, position) =>
      position === 0 ? NaN : (value - (early[earlyGroup(position, EARLY_FROM, STEADY_FROM)] ?? tokenMean)) / scale,
    ),
  );
  const single = scores.flatMap((values) => [...values.subarray(1)]);
  const smooth = scores.flatMap((values) => [...runningMean(values, DEFAULT_WINDOW).subarray(1)]);
  return { units: { tokenMean, tokenSd: spread(single), smoothSd: spread(smooth) }, early, scores };
}

/** A layer without a direction (layer 0) reads 0 everywhere; its spread is called 1, so that nothing is divided by 0. */
function spread(values: readonly number[]): number {
  const sd = standardDeviation(values, 'population');
  return sd > 0 ? sd : 1;
}
