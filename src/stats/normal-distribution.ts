/** The standard normal distribution to the last digits of a double, far into its tails. */

/** Below this the series of the middle is used, beyond it the continued fraction of the tail. */
const MIDDLE = 2.5;

/** Φ(z), the share below `z`. */
export function normalBelow(z: number): number {
  if (z >= MIDDLE) return 1 - tail(z);
  if (z <= -MIDDLE) return tail(-z);
  return 0.5 + middle(z);
}

/** log of Φ(to) - Φ(from), for from < to; stays finite where both lie so far out that the difference itself is 0. */
export function logNormalBetween(from: number, to: number): number {
  // In the upper tail everything is near 1 and differences vanish: mirror it into the lower one.
  if (from > 0) return logNormalBetween(-to, -from);
  if (to > -MIDDLE) return Math.log(normalBelow(to) - normalBelow(from));
  const high = logTail(-to);
  return from === -Infinity ? high : high + Math.log(-Math.expm1(logTail(-from) - high));
}

/** Φ(z) - 1/2 = φ(z) (z + z³/3 + z⁵/15 + …) (Marsaglia 2004, "Evaluating the Normal Distribution"). */
function middle(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

function tail(z: number): number {
  return Math.exp(logTail(z));
}

/** log of 1 - Φ(z) for z >= {@link MIDDLE}: φ(z) / (z + 1/(z + 2/(z + 3/…))) (Abramowitz and Stegun 26.2.14), from the far end inwards. */
function logTail(z: number): number {
  if (z === Infinity) return -Infinity;
  let fraction = z;
  for (let k = 120; k >= 1; k -= 1) fraction = z + k / fraction;
  return -(z * z) / 2 - Math.log(Math.sqrt(2 * Math.PI) * fraction);
}
