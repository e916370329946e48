/**
 * Uncertainty that counts the fits: the delete-one-topic jackknife (Efron and Stein 1981; Tukey 1958). The fits of two
 * held-out topics share nearly all their rows, so their scores hang together in a way that resampling the scores cannot
 * see; leaving a topic out of the whole procedure can.
 */
import { FEWEST_UNITS, withoutInterval } from './effect.ts';
import type { Estimate } from './estimate.ts';

const NORMAL_95 = 1.959963984540054;

/**
 * An AUROC with its 95 % interval from `without`, the same AUROC with each topic left out of everything `[topics]`:
 * se^2 = (n - 1)/n sum (without_t - mean)^2, and value -+ 1.96 se on the logit scale, so that the interval stays in (0, 1).
 * At 0 and 1, where the logit ends, the interval is cut instead. Below six topics there is none.
 */
export function jackknifeAuroc(value: number, without: ArrayLike<number>): Estimate {
  const n = without.length;
  if (n < FEWEST_UNITS) return withoutInterval(value, n, 'topics');
  let mean = 0;
  for (let i = 0; i < n; i += 1) mean += (without[i] ?? NaN) / n;
  let squares = 0;
  for (let i = 0; i < n; i += 1) squares += ((without[i] ?? NaN) - mean) ** 2;
  const reach = NORMAL_95 * Math.sqrt((squares * (n - 1)) / n);
  if (value <= 0 || value >= 1) return { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach), n };
  const logit = Math.log(value / (1 - value));
  const step = reach / (value * (1 - value));
  const inverse = (x: number): number => 1 / (1 + Math.exp(-x));
  return { value, low: inverse(logit - step), high: inverse(logit + step), n };
}
