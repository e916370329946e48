/**
 * What a design can find: power of two-sided t tests from the noncentral t distribution (Cohen 1988, "Statistical Power
 * Analysis for the Behavioral Sciences", ch. 2). With standard error s, ν degrees of freedom and effect e, the shift is e/s and
 * power = P(t > t_crit) + P(t < -t_crit). Effects and standard deviations are in one unit, that of the outcome.
 */
import { crossing, tDistribution } from './noncentral-t.ts';

/** The power of a one-sample or paired test of `effect` over `n` units whose values have standard deviation `sd`; NaN below two units. */
export function powerAt(effect: number, sd: number, n: number, alpha = 0.05): number {
  if (!(n >= 2)) return NaN;
  const powerOf = powerByShift(n - 1, alpha);
  return sd === 0 ? powerOf(effect === 0 ? 0 : Infinity) : powerOf(Math.abs(effect) / (sd / Math.sqrt(n)));
}

/** The smallest effect that a one-sample or paired test over `n` units finds with `power`; NaN below two units. */
export function detectable(sd: number, n: number, power = 0.8, alpha = 0.05): number {
  return detectableBy(sd / Math.sqrt(n), n - 1, power, alpha);
}

/**
 * The same of any statistic, e.g. a ratio of sums, from its standard error and degrees of freedom (units less what was fitted: one for a
 * mean or a ratio, every coefficient for a regression); it is taken for as normal as a mean. NaN without a degree of freedom.
 */
export function detectableBy(standardError: number, freedom: number, power = 0.8, alpha = 0.05): number {
  return freedom >= 1 ? standardError * crossing(powerByShift(freedom, alpha), power) : NaN;
}

/**
 * The smallest difference between two groups of units that Welch's test finds with `power`, with the degrees of freedom of
 * Welch (1947) and Satterthwaite (1946); NaN where a group has fewer than two units, 0 where neither varies.
 */
export function detectableBetween(sdA: number, nA: number, sdB: number, nB: number, power = 0.8, alpha = 0.05): number {
  if (!(nA >= 2 && nB >= 2)) return NaN;
  const a = sdA ** 2 / nA;
  const b = sdB ** 2 / nB;
  if (a + b === 0) return 0;
  const freedom = (a + b) ** 2 / (a ** 2 / (nA - 1) + b ** 2 / (nB - 1));
  return Math.sqrt(a + b) * crossing(powerByShift(freedom, alpha), power);
}

function powerByShift(freedom: number, alpha: number): (shift: number) => number {
  const t = tDistribution(freedom);
  const critical = t.quantile(1 - alpha / 2);
  return (shift) => 1 - t.below(critical, shift) + t.below(-critical, shift);
}
