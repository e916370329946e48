/** Zero and spread of single tokens: what the words of neutral stories read, one by one and as a running mean. */
import type { LayerCalibration, ModelIdentity } from '../core/probe-types.ts';
import { DEFAULT_WINDOW, runningMean } from '../core/smoothing.ts';
import { project } from '../core/calibrate.ts';
import { mean, standardDeviation } from '../core/stats.ts';
import type { StorySet } from '../format/story-set.ts';
import type { LongCall } from './collect.ts';
import type { SegmentReader } from './reader.ts';

/** The token half of a layer's calibration. */
export type TokenUnits = Pick<LayerCalibration, 'tokenMean' | 'tokenSd' | 'smoothSd'>;

/**
 * Reads all stories once more, word by word, and gives each layer's token numbers. `directions` is `[layers, hidden]`,
 * `scales` the unit of each layer. The stories are read again because holding all their residuals would take hundreds of megabytes.
 */
export async function tokenUnits(reader: SegmentReader, stories: StorySet, directions: Float32Array, scales: readonly number[], call: LongCall): Promise<TokenUnits[]> {
  const { hidden }: ModelIdentity = reader.model;
  const single: number[][] = scales.map(() => []);
  const smooth: number[][] = scales.map(() => []);
  for (const [index, story] of stories.stories.entries()) {
    const { tokens } = await reader.readSegments(story.beats, { taps: [], tapAfter: [], keepTokens: true }, call.signal);
    if (tokens === undefined) throw new RangeError('the reader was asked for tokens and gave none');
    scales.forEach((_, layer) => {
      const block = tokens.residuals.subarray(layer * tokens.count * hidden, (layer + 1) * tokens.count * hidden);
      const projections = project(block, directions.subarray(layer * hidden, (layer + 1) * hidden));
      projections[0] = NaN;
      const running = runningMean(projections, DEFAULT_WINDOW);
      for (let token = 1; token < tokens.count; token += 1) {
        single[layer]?.push(projections[token] ?? NaN);
        smooth[layer]?.push(running[token] ?? NaN);
      }
    });
    call.onProgress?.({ stage: 'tokens', done: index + 1, total: stories.stories.length });
  }
  return scales.map((scale, layer) => ({
    tokenMean: mean(single[layer] ?? []),
    tokenSd: spread(single[layer] ?? [], scale),
    smoothSd: spread(smooth[layer] ?? [], scale),
  }));
}

/** A layer without a direction (layer 0) reads 0 everywhere; its spread is called 1, so that nothing is divided by 0. */
function spread(values: readonly number[], scale: number): number {
  const sd = standardDeviation(values, 'population') / scale;
  return sd > 0 ? sd : 1;
}
