/**
 * Scores of rows by a fit that saw nothing of their unit (a topic, a style, a story), all from one factorisation:
 * f_S = y_S - (B_SS)^-1 a_S = -(B_SS)^-1 B_S,rest y_rest (see `smoother.ts`).
 */
import { choleskyInPlace, choleskySolve, productTransposed } from '../../stats/linear/linalg.ts';
import type { Smoother } from './smoother.ts';

/** A fit whose rows can be left out: a smoother with its targets and what it makes of them. */
export interface LeftOutFit {
  readonly smoother: Smoother;
  /** `[count]`: +1, -1 and 0, or the working response of a logistic fit. */
  readonly targets: Float64Array;
  /** a = B targets `[count]`. */
  readonly coefficients: Float64Array;
}

/** Scores `[count]` of the rows of every unit when their unit leaves; NaN for rows in no unit. Units must not overlap. */
export function leaveUnitsOut(fit: LeftOutFit, units: readonly (readonly number[])[]): Float64Array {
  const out = new Float64Array(fit.smoother.count).fill(NaN);
  for (const unit of units)
    scoresWithout(fit.smoother.block(unit, unit), unit, fit).forEach((score, i) => (out[unit[i] ?? 0] = score));
  return out;
}

/** Scores of the rows `unit` without them; `own` is B between them `[unit, unit]` and is used up. */
function scoresWithout(
  own: Float64Array,
  unit: readonly number[],
  { targets, coefficients }: Pick<LeftOutFit, 'targets' | 'coefficients'>,
): Float64Array {
  const n = unit.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += (own[i * n + j] ?? 0) * (targets[unit[j] ?? 0] ?? 0);
    out[i] = sum - (coefficients[unit[i] ?? 0] ?? 0);
  }
  choleskyInPlace(own, n);
  choleskySolve(own, n, out);
  return out.map(settled);
}

/** Where rows do not depend on the labels, sums cancel and what is left is rounding; targets are of size 1. */
export function settled(score: number): number {
  return Math.abs(score) < 1e-9 ? 0 : score;
}

/**
 * The operator H `[scored, support]` with held-out scores H y for any targets y that are 0 outside `support`: what label
 * shuffles are scored with. `scored` lists the rows of H: those of the units that are in `support`, in their order.
 */
export function leaveOutOperator(
  smoother: Smoother,
  units: readonly (readonly number[])[],
  support: readonly number[],
): { readonly scored: readonly number[]; readonly matrix: Float64Array } {
  const width = support.length;
  const column = new Map(support.map((row, index) => [row, index]));
  const scored: number[] = [];
  const parts: Float64Array[] = [];
  for (const unit of units) {
    if (!unit.some((row) => column.has(row))) continue;
    const own = smoother.block(unit, unit);
    const rest = smoother.block(unit, support);
    // The unit's own targets have no say in its scores.
    for (const row of unit) {
      const at = column.get(row);
      if (at !== undefined) for (let i = 0; i < unit.length; i += 1) rest[i * width + at] = 0;
    }
    choleskyInPlace(own, unit.length);
    const b = new Float64Array(unit.length);
    for (let j = 0; j < width; j += 1) {
      for (let i = 0; i < unit.length; i += 1) b[i] = rest[i * width + j] ?? 0;
      choleskySolve(own, unit.length, b);
      for (let i = 0; i < unit.length; i += 1) rest[i * width + j] = -(b[i] ?? 0);
    }
    unit.forEach((row, i) => {
      if (!column.has(row)) return;
      scored.push(row);
      parts.push(rest.subarray(i * width, (i + 1) * width));
    });
  }
  const matrix = new Float64Array(scored.length * width);
  parts.forEach((part, i) => matrix.set(part, i * width));
  return { scored, matrix };
}

/**
 * Held-out scores under many labelings: `labelings` `[n][support]` of +1 and -1 gives `[n][scored]`; `units` are those
 * of the operator, as places in `support`.
 */
export function applyOperator(
  operator: { readonly scored: readonly number[]; readonly matrix: Float64Array },
  labelings: readonly ArrayLike<number>[],
  units: readonly (readonly number[])[],
): Float64Array[] {
  const height = operator.scored.length;
  const support = height === 0 ? 0 : operator.matrix.length / height;
  const pairs = units.every(
    ([a, b, ...more]) =>
      a !== undefined &&
      b !== undefined &&
      more.length === 0 &&
      labelings.every((labels) => (labels[a] ?? 0) === -(labels[b] ?? 0)),
  );
  // Where every unit is one row of either pole, a labeling is one sign a unit: half as many columns.
  const width = pairs ? units.length : support;
  let matrix = operator.matrix;
  const y = new Float64Array(labelings.length * width);
  if (pairs) {
    matrix = new Float64Array(height * width);
    for (let i = 0; i < height; i += 1)
      units.forEach(
        ([a = 0, b = 0], unit) =>
          (matrix[i * width + unit] =
            (operator.matrix[i * support + a] ?? 0) - (operator.matrix[i * support + b] ?? 0)),
      );
    labelings.forEach((labels, i) => units.forEach(([a = 0], unit) => (y[i * width + unit] = labels[a] ?? 0)));
  } else labelings.forEach((labels, i) => y.set(labels, i * width));
  const scores = productTransposed(y, labelings.length, matrix, height, width).map(settled);
  return labelings.map((_, i) => scores.subarray(i * height, (i + 1) * height));
}

/** The coefficients `[count]` of the fit without the rows `unit` (theirs are 0): a' = a - B_.S (B_SS)^-1 a_S. */
export function coefficientsWithout(fit: LeftOutFit, unit: readonly number[]): Float64Array {
  const { smoother, coefficients } = fit;
  const own = smoother.block(unit, unit);
  const step = Float64Array.from(unit, (row) => coefficients[row] ?? 0);
  choleskyInPlace(own, unit.length);
  choleskySolve(own, unit.length, step);
  const all = Array.from({ length: smoother.count }, (_, i) => i);
  const across = smoother.block(all, unit);
  const out = coefficients.map((value, i) =>
    unit.reduce((sum, _, j) => sum - (across[i * unit.length + j] ?? 0) * (step[j] ?? 0), value),
  );
  for (const row of unit) out[row] = 0;
  return out;
}
