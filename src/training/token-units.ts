/** Zero and spread of single tokens: what the words of neutral stories read, one by one and as a running mean. */
import { project } from '../core/calibrate.ts';
import { EARLY_FROM, earlyGroup, STEADY_FROM } from '../core/early-tokens.ts';
import type { LayerCalibration } from '../core/probe-types.ts';
import { DEFAULT_WINDOW, runningMean } from '../core/smoothing.ts';
import { mean, standardDeviation } from '../core/stats.ts';
import type { StorySet } from '../format/story-set.ts';
import type { LongCall } from './collect.ts';
import type { SegmentReader } from './reader.ts';

/** The token half of a layer's calibration. */
export interface TokenUnits {
  readonly units: Pick<LayerCalibration, 'tokenMean' | 'tokenSd' | 'smoothSd'>;
  /** Mean of w·h by early group. */
  readonly early: readonly number[];
}

/**
 * Reads all stories once more, word by word, and gives each layer's token numbers. `directions` is `[layers, hidden]`,
 * `scales` the unit of each layer. The stories are read again because holding all their residuals would take hundreds of megabytes.
 */
export async function tokenUnits(reader: SegmentReader, stories: StorySet, directions: Float32Array, scales: readonly number[], call: LongCall): Promise<TokenUnits[]> {
  const { hidden } = reader.model;
  const projected: Float64Array[][] = scales.map(() => []);
  for (const [index, story] of stories.stories.entries()) {
    const { tokens } = await reader.readSegments(story.beats, { taps: [], tapAfter: [], keepTokens: true }, call.signal);
    if (tokens === undefined) throw new RangeError('the reader was asked for tokens and gave none');
    scales.forEach((_, layer) => {
      const block = tokens.residuals.subarray(layer * tokens.count * hidden, (layer + 1) * tokens.count * hidden);
      projected[layer]?.push(Float64Array.from(project(block, directions.subarray(layer * hidden, (layer + 1) * hidden))));
    });
    call.onProgress?.({ stage: 'tokens', done: index + 1, total: stories.stories.length });
  }
  return scales.map((scale, layer) => layerUnits(projected[layer] ?? [], scale));
}

/** Token numbers of one layer from the projections of every story, position by position. */
function layerUnits(stories: readonly Float64Array[], scale: number): TokenUnits {
  const groups: number[][] = EARLY_FROM.map(() => []);
  const steady: number[] = [];
  for (const story of stories) story.forEach((value, position) => position > 0 && (groups[earlyGroup(position, EARLY_FROM, STEADY_FROM)] ?? steady).push(value));
  // Stories too short to reach the steady part have their last group's zero to go on.
  const early = groups.map((values) => mean(values.length > 0 ? values : groups.flat()));
  const tokenMean = steady.length > 0 ? mean(steady) : (early.at(-1) ?? NaN);
  const centred = stories.map((story) => story.map((value, position) => (position === 0 ? NaN : value - (early[earlyGroup(position, EARLY_FROM, STEADY_FROM)] ?? tokenMean))));
  const single = centred.flatMap((values) => [...values.subarray(1)]);
  const smooth = centred.flatMap((values) => [...runningMean(values, DEFAULT_WINDOW).subarray(1)]);
  return { units: { tokenMean, tokenSd: spread(single, scale), smoothSd: spread(smooth, scale) }, early };
}

/** A layer without a direction (layer 0) reads 0 everywhere; its spread is called 1, so that nothing is divided by 0. */
function spread(values: readonly number[], scale: number): number {
  const sd = standardDeviation(values, 'population') / scale;
  return sd > 0 ? sd : 1;
}
