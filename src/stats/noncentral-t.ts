/**
 * The noncentral t distribution: t = (Z + δ)/S with Z normal and S² = χ²/ν. P(t <= x) is the mean of Φ(x S - δ) over S
 * (Johnson, Kotz and Balakrishnan 1995, ch. 31), by Simpson's rule.
 */
import { normalBelow } from './normal-distribution.ts';

const STEPS = 400;
/** How many standard deviations of S, about 1/√(2ν), count on either side of 1. */
const REACH = 12;

/** A t distribution with `freedom` degrees of freedom, at least 1. */
export interface TDistribution {
  /** P(t <= x) where the mean of Z is `shift`. */
  below(x: number, shift?: number): number;
  /** The x with P(t <= x) = `probability` where the shift is 0. */
  quantile(probability: number): number;
}

/** Prepares the distribution; the rule's points and weights depend on `freedom` alone. */
export function tDistribution(freedom: number): TDistribution {
  const spread = REACH / Math.sqrt(2 * freedom);
  const from = Math.max(0, 1 - spread);
  const step = (1 + spread - from) / STEPS;
  const points = Float64Array.from({ length: STEPS + 1 }, (_, i) => from + i * step);
  // Up to a factor, that of S; the largest is at about 1 and taken out so that nothing overflows.
  const weights = points.map((s, i) => (i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2) * densityOfScale(s, freedom));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const below = (x: number, shift = 0): number =>
    points.reduce((sum, s, i) => sum + (weights[i] ?? NaN) * normalBelow(x * s - shift), 0) / whole;
  const quantile = (probability: number): number => {
    if (probability < 0.5) return -quantile(1 - probability);
    return crossing((x) => below(x), probability);
  };
  return { below, quantile };
}

function densityOfScale(s: number, freedom: number): number {
  return freedom === 1
    ? Math.exp((1 - s * s) / 2)
    : s === 0
      ? 0
      : Math.exp((freedom - 1) * Math.log(s) + (freedom * (1 - s * s)) / 2);
}

/** Where a function of x >= 0 that grows reaches `value`, by doubling and halving. */
export function crossing(grows: (x: number) => number, value: number): number {
  let high = 1;
  while (grows(high) < value && high < 1e9) high *= 2;
  let low = 0;
  for (let i = 0; i < 60; i += 1) {
    const between = (low + high) / 2;
    if (grows(between) < value) low = between;
    else high = between;
  }
  return (low + high) / 2;
}
