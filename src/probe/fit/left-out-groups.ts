/**
 * Topics left out together (a style, a set), with layer and penalty chosen by the topics that stay: every one of those is
 * scored by a fit without the group and without itself. With S the group's rows, R the others and B as in `smoother.ts`,
 * the fit without S has B' = B_RR - B_RS (B_SS)^-1 B_SR and a' = a_R - B_RS (B_SS)^-1 a_S, from which the scores of a
 * topic t follow as ever, f_t = y_t - (B'_tt)^-1 a'_t.
 */
import type { LeftOutFit } from './leave-out.ts';
import { settled } from './leave-out.ts';
import { choleskyInPlace, choleskySolve, forwardSolveRows } from '../../stats/linear/linalg.ts';
import type { NestedTopics } from './nested.ts';
import { auroc } from '../../stats/stats.ts';

/** A layer with a penalty: how well it reads the other topics without the group, and what it then reads in the group. */
export interface GroupCandidate {
  readonly layer: number;
  readonly penalty: number;
  /** AUROC of the topics outside the group, each left out as well. */
  readonly inner: number;
  /** Scores of the group's rows, in the order of its units, in the units of the targets. */
  readonly outer: Float64Array;
}

/**
 * Scores one fit without the units `group` (numbers of `topics.units`). `block` is B between all rows of the topics, in
 * the order of the units. Throws `RangeError` where no unit stays.
 */
export function groupCandidate(
  fit: LeftOutFit,
  topics: NestedTopics,
  block: Float64Array,
  group: ReadonlySet<number>,
  layer: number,
  penalty: number,
): GroupCandidate {
  const { units, labels } = topics;
  const rows = units.flat();
  const n = rows.length;
  const places: number[][] = [];
  let next = 0;
  for (const unit of units) places.push(unit.map(() => next++));
  const left = places.flatMap((unit, topic) => (group.has(topic) ? unit : []));
  const stay = places.filter((_, topic) => !group.has(topic));
  if (stay.length === 0) throw new RangeError('a group of all topics leaves nothing to fit');
  const kept = stay.flat();
  const width = left.length;
  const target = (place: number): number => fit.targets[rows[place] ?? 0] ?? 0;
  const coefficient = (place: number): number => fit.coefficients[rows[place] ?? 0] ?? 0;

  const factor = between(block, n, left, left);
  choleskyInPlace(factor, width);
  const step = Float64Array.from(left, coefficient);
  choleskySolve(factor, width, step);
  const outer = Float64Array.from(left, (place, i) => settled(target(place) - (step[i] ?? NaN)));

  // W = B_RS L^-T with B_SS = LL', so that B' = B_RR - WW'.
  const w = between(block, n, kept, left);
  forwardSolveRows(factor, width, w, kept.length);
  const z = Float64Array.from(left, coefficient);
  forwardSolveRows(factor, width, z, 1);
  const scores: number[] = [];
  const scoreLabels: number[] = [];
  let at = 0;
  for (const unit of stay) {
    const size = unit.length;
    const own = between(block, n, unit, unit);
    const f = new Float64Array(size);
    for (let i = 0; i < size; i += 1) {
      let along = coefficient(unit[i] ?? 0);
      for (let k = 0; k < width; k += 1) along -= (w[(at + i) * width + k] ?? 0) * (z[k] ?? 0);
      f[i] = along;
      for (let j = 0; j < size; j += 1) {
        let shared = 0;
        for (let k = 0; k < width; k += 1) shared += (w[(at + i) * width + k] ?? 0) * (w[(at + j) * width + k] ?? 0);
        own[i * size + j] = (own[i * size + j] ?? 0) - shared;
      }
    }
    choleskyInPlace(own, size);
    choleskySolve(own, size, f);
    unit.forEach((place, i) => {
      const label = labels[rows[place] ?? 0] ?? 0;
      if (label === 0) return;
      scores.push(settled(target(place) - (f[i] ?? NaN)));
      scoreLabels.push(label);
    });
    at += size;
  }
  return { layer, penalty, inner: auroc(scores, scoreLabels), outer };
}

/** The candidate that reads the other topics best; the first of equals. Throws `RangeError` where there is none. */
export function chosenCandidate(candidates: readonly GroupCandidate[]): GroupCandidate {
  const [first, ...others] = candidates;
  if (first === undefined) throw new RangeError('there is no candidate to choose from');
  return others.reduce((best, candidate) => (candidate.inner > best.inner ? candidate : best), first);
}

/** The entries of `matrix` `[n, n]` between some rows and some columns. */
function between(matrix: Float64Array, n: number, rows: readonly number[], columns: readonly number[]): Float64Array {
  const out = new Float64Array(rows.length * columns.length);
  for (let i = 0; i < rows.length; i += 1) {
    const from = (rows[i] ?? 0) * n;
    for (let j = 0; j < columns.length; j += 1) out[i * columns.length + j] = matrix[from + (columns[j] ?? 0)] ?? 0;
  }
  return out;
}
