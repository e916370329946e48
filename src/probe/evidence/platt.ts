/**
 * Scores as probabilities. Platt (1999): p = 1 / (1 + exp(-(slope s + offset))), fitted by maximum likelihood to the
 * targets (n+ + 1)/(n+ + 2) and 1/(n- + 2) instead of 1 and 0, by the Newton method with backtracking of Lin, Lin and
 * Weng (2007). The targets keep slope and offset finite where the scores tell the poles apart without error.
 */
import type { Calibration } from '../report-types.ts';
import { mean, standardDeviation } from '../../stats/stats.ts';

/** The line from score to log-odds of the positive pole. */
export interface PlattLine {
  /** Log-odds per unit of score. */
  readonly slope: number;
  /** Log-odds at score 0. */
  readonly offset: number;
}

/** Bins of equal width on [0, 1] behind `Calibration.bins` and `expectedError`. */
const CALIBRATION_BINS = 10;

/** Platt's line through `scores` with `labels` +1 and -1; rows with label 0 are left out. Scores without spread give slope 0. */
export function plattFit(scores: ArrayLike<number>, labels: ArrayLike<number>): PlattLine {
  const used = rowsOf(scores, labels);
  const raw = used.map((row) => scores[row] ?? NaN);
  const positives = used.filter((row) => (labels[row] ?? 0) > 0).length;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (used.length - positives + 2);
  const targets = used.map((row) => ((labels[row] ?? 0) > 0 ? high : low));
  // Newton's steps are well scaled for scores with mean 0 and spread 1, whatever the unit of the scores.
  const centre = mean(raw);
  const spread = standardDeviation(raw, 'population');
  const unit = spread > 1e-12 * Math.abs(centre) ? 1 / spread : 0;
  const z = raw.map((score) => (score - centre) * unit);
  let line: PlattLine = { slope: 0, offset: Math.log((positives + 1) / (used.length - positives + 1)) };
  let loss = crossEntropy(line, z, targets);
  for (let step = 0; step < 100; step += 1) {
    const moved = newtonStep(line, z, targets, loss);
    if (moved === undefined) break;
    line = moved;
    loss = crossEntropy(line, z, targets);
  }
  return { slope: line.slope * unit, offset: line.offset - line.slope * unit * centre };
}

/** The probability of the positive pole at a score. */
export function plattProbability(line: PlattLine, score: number): number {
  return 1 / (1 + Math.exp(-(line.slope * score + line.offset)));
}

/**
 * How well held-out scores serve as probabilities: each row's comes from Platt's line through all other folds (`folds`
 * names each row's topic), so none has seen its own labels. `slope` and `offset` are those of all rows together.
 *
 * `brier` is the mean squared difference from 1 or 0 (Brier 1950; 0.25 is a coin); `expectedError` is the mean over rows
 * of |mean predicted - observed share| of their bin (Naeini, Cooper and Hauskrecht 2015), biased upwards where bins hold
 * few rows; `bins` leaves out empty ones. What is not measured: the held-out scores of the other folds come from
 * fits that saw this topic. Throws `RangeError` for fewer than two folds.
 */
export function calibrationOf(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  folds: ArrayLike<number>,
): Calibration {
  const used = rowsOf(scores, labels);
  const names = new Set(used.map((row) => folds[row] ?? 0));
  if (names.size < 2) throw new RangeError(`calibration needs at least two topics, got ${names.size}`);
  const sums = Array.from({ length: CALIBRATION_BINS }, () => ({ predicted: 0, observed: 0, n: 0 }));
  let brier = 0;
  for (const fold of names) {
    const others = Int8Array.from({ length: scores.length }, (_, i) =>
      (folds[i] ?? 0) === fold ? 0 : Math.sign(labels[i] ?? 0),
    );
    const line = plattFit(scores, others);
    for (const row of used) {
      if ((folds[row] ?? 0) !== fold) continue;
      const predicted = plattProbability(line, scores[row] ?? NaN);
      const observed = (labels[row] ?? 0) > 0 ? 1 : 0;
      brier += (predicted - observed) ** 2;
      const bin = sums[Math.min(CALIBRATION_BINS - 1, Math.floor(predicted * CALIBRATION_BINS))];
      if (bin === undefined) continue;
      bin.predicted += predicted;
      bin.observed += observed;
      bin.n += 1;
    }
  }
  const expectedError = sums.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed), 0) / used.length;
  const bins = sums
    .filter((bin) => bin.n > 0)
    .map(({ predicted, observed, n }) => ({ predicted: predicted / n, observed: observed / n, n }));
  return { ...plattFit(scores, labels), expectedError, brier: brier / used.length, bins };
}

function rowsOf(scores: ArrayLike<number>, labels: ArrayLike<number>): number[] {
  return Array.from({ length: scores.length }, (_, i) => i).filter((i) => (labels[i] ?? 0) !== 0);
}

/** Sum over rows of -t log p - (1 - t) log(1 - p), written so that large log-odds do not overflow. */
function crossEntropy(line: PlattLine, z: readonly number[], targets: readonly number[]): number {
  let sum = 0;
  z.forEach((score, i) => {
    const odds = line.slope * score + line.offset;
    const target = targets[i] ?? 0;
    sum += odds >= 0 ? (1 - target) * odds + Math.log1p(Math.exp(-odds)) : -target * odds + Math.log1p(Math.exp(odds));
  });
  return sum;
}

/** One step down `loss`, halved until it goes down enough; undefined where it no longer does. */
function newtonStep(
  line: PlattLine,
  z: readonly number[],
  targets: readonly number[],
  loss: number,
): PlattLine | undefined {
  // A trace of a ridge keeps the system solvable where all scores are equal.
  let slopeSlope = 1e-12;
  let slopeOffset = 0;
  let offsetOffset = 1e-12;
  let gradientSlope = 0;
  let gradientOffset = 0;
  z.forEach((score, i) => {
    const p = plattProbability(line, score);
    const weight = p * (1 - p);
    const error = p - (targets[i] ?? 0);
    slopeSlope += weight * score * score;
    slopeOffset += weight * score;
    offsetOffset += weight;
    gradientSlope += error * score;
    gradientOffset += error;
  });
  if (Math.abs(gradientSlope) < 1e-12 && Math.abs(gradientOffset) < 1e-12) return undefined;
  const determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset;
  const slope = -(offsetOffset * gradientSlope - slopeOffset * gradientOffset) / determinant;
  const offset = -(slopeSlope * gradientOffset - slopeOffset * gradientSlope) / determinant;
  const downhill = gradientSlope * slope + gradientOffset * offset;
  for (let length = 1; length >= 1e-10; length /= 2) {
    const next = { slope: line.slope + length * slope, offset: line.offset + length * offset };
    if (crossEntropy(next, z, targets) < loss + 1e-4 * length * downhill) return next;
  }
  return undefined;
}
