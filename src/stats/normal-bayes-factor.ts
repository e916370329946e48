/** Two regions for one parameter, weighed against each other by a normal likelihood. */
import { logNormalBetween } from './normal-distribution.ts';

/** The log (natural) of {@link normalBayesFactor}; finite where the factor itself leaves the range of numbers. */
export function logNormalBayesFactor(
  estimate: number,
  standardError: number,
  first: readonly [low: number, high: number],
  second: readonly [low: number, high: number],
): number {
  const logMarginal = ([low, high]: readonly [number, number]): number =>
    logNormalBetween((low - estimate) / standardError, (high - estimate) / standardError) - Math.log(high - low);
  return logMarginal(first) - logMarginal(second);
}

/**
 * How many times better "the parameter lies in `first`" predicts an estimate with a standard error than "it lies in `second`",
 * each with a uniform prior over its region: the ratio of (Φ((b - e)/s) - Φ((a - e)/s)) / (b - a) (interval hypotheses: Morey
 * and Rouder 2011). Regions are finite with low < high; the standard error is above 0.
 */
export function normalBayesFactor(
  estimate: number,
  standardError: number,
  first: readonly [low: number, high: number],
  second: readonly [low: number, high: number],
): number {
  return Math.exp(logNormalBayesFactor(estimate, standardError, first, second));
}
