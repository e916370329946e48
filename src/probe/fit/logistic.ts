/**
 * L2 logistic regression in the dual, its intercept not penalised: minimises sum c_i CE(t_i, p_i) + lambda d/2 |w|^2 with p = 1/(1 + e^-f),
 * f = Zw + b, by iteratively reweighted least squares (Hastie, Tibshirani and Friedman 2009, section 4.4.1). Targets +1, -1 and
 * 0 become t = 1, 0 and 1/2: a neutral row pulls its score to 0.
 *
 * Each step is a ridge fit with weights c p (1 - p), so the last one is a smoother, and leaving a unit out of it is one Newton
 * step from the full fit to the fit without that unit (approximate leave-one-out; Pregibon 1981, Rad and Maleki 2020).
 */
import type { LeftOutFit } from './leave-out.ts';
import { type PreparedLayer, smootherOf, smootherParts } from './smoother.ts';

const MAX_STEPS = 50;
/** Scores that move by less than this have settled. */
const SETTLED = 1e-9;

/** Fits; C of scikit-learn is 1/(lambda d). Throws `RangeError` if the scores never settle. */
export function fitLogistic(layer: PreparedLayer, lambda: number): LeftOutFit {
  const { rows, design, parts } = layer;
  const { count } = rows;
  let scores = new Float64Array(count);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const weights = new Float64Array(count);
    const response = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      const p = 1 / (1 + Math.exp(-(scores[i] ?? 0)));
      weights[i] = Math.max(1e-12, (design.weights[i] ?? 1) * p * (1 - p));
      response[i] =
        (scores[i] ?? 0) + ((design.weights[i] ?? 1) * (((design.targets[i] ?? 0) + 1) / 2 - p)) / (weights[i] ?? 1);
    }
    // The kernel does not depend on the weights; the scatter of the other form does.
    const smoother = smootherOf(parts.primal ? smootherParts(rows, weights, true) : { ...parts, weights }, lambda);
    const coefficients = smoother.coefficients(response);
    // f = Ka = y - lambda C^-1 a, from the fit's own equation.
    const next = Float64Array.from(
      response,
      (value, i) => value - (lambda * (coefficients[i] ?? 0)) / (weights[i] ?? 1),
    );
    const moved = next.reduce((most, value, i) => Math.max(most, Math.abs(value - (scores[i] ?? 0))), 0);
    if (moved < SETTLED) return { smoother, targets: response, coefficients };
    scores = next;
  }
  throw new RangeError(`the logistic fit did not settle in ${MAX_STEPS} steps at lambda ${lambda}`);
}
