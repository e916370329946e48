/** What random directions of the training data's own covariance reach: the band behind an AUROC curve. */
import { auroc, quantile } from '../../stats/stats.ts';
import type { DrawnDirections } from '../../probe/fit/null-band.ts';
import { project } from '../../probe/fit/calibrate.ts';

/** 5th and 95th percentile of the AUROC of `drawn` directions at one layer; `poles` `[readings, hidden]` with their `labels`. */
export function randomAurocs(
  drawn: DrawnDirections,
  layer: number,
  poles: Float32Array,
  labels: ArrayLike<number>,
): { readonly low: number; readonly high: number } {
  const { count, hidden, directions } = drawn;
  const found = Float64Array.from({ length: count }, (_, d) => {
    const at = (layer * count + d) * hidden;
    return auroc(project(poles, directions.subarray(at, at + hidden)), labels);
  });
  return { low: quantile(found, 0.05), high: quantile(found, 0.95) };
}
