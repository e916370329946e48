/**
 * Layer and penalty chosen without the topic that is scored. The inner scores, of topic s by a fit without s and t, follow
 * exactly from the same factorisation with both topics left out at once.
 */
import { type LeftOutFit, settled } from './leave-out.ts';
import { choleskyInPlace, choleskySolve } from '../../stats/linear/linalg.ts';
import { auroc, mean, standardDeviation } from '../../stats/stats.ts';

/** One candidate (a layer with a penalty): how well it reads without each topic, and what it then reads there. */
export interface Candidate {
  readonly layer: number;
  readonly penalty: number;
  /** Inner AUROC when topic t is left out `[topics]`. */
  readonly inner: Float64Array;
  /** Scores of the pole rows of t without t, in standard deviations of the inner scores `[poles]`. */
  readonly outer: Float64Array;
}

/** The topics of a nested choice. */
export interface NestedTopics {
  /** Rows of each topic, every role. */
  readonly units: readonly (readonly number[])[];
  /** The target of each row of the fit: +1, -1, 0 `[count]`. */
  readonly labels: ArrayLike<number>;
}

/** B between all rows of the topics, in the order of the units. */
export function topicBlock(fit: LeftOutFit, { units }: NestedTopics): Float64Array {
  const rows = units.flat();
  return fit.smoother.block(rows, rows);
}

/** Scores one fit with every pair of topics left out, `b` being its {@link topicBlock}. Costs topics^2/2 solves of two topics' rows. */
export function nestedCandidate(
  fit: LeftOutFit,
  { units, labels }: NestedTopics,
  layer: number,
  penalty: number,
  b = topicBlock(fit, { units, labels }),
): Candidate {
  const rows = units.flat();
  const n = rows.length;
  const targets = Float64Array.from(rows, (row) => fit.targets[row] ?? 0);
  const coefficients = Float64Array.from(rows, (row) => fit.coefficients[row] ?? 0);
  let next = 0;
  const members = units.map((unit) => Int32Array.from(unit, () => next++));
  const largest = 2 * members.reduce((most, unit) => Math.max(most, unit.length), 0);
  const own = new Float64Array(largest * largest);
  const scores = new Float64Array(largest);
  const both = new Int32Array(largest);
  /** Scores of the first `size` rows of `both` without them, into `scores`; the same as `scoresWithout`, without making an array. */
  const scoreBoth = (size: number): void => {
    for (let i = 0; i < size; i += 1) {
      const from = (both[i] ?? 0) * n;
      let sum = -(coefficients[both[i] ?? 0] ?? 0);
      for (let j = 0; j < size; j += 1) {
        const entry = b[from + (both[j] ?? 0)] ?? 0;
        own[i * size + j] = entry;
        sum += entry * (targets[both[j] ?? 0] ?? 0);
      }
      scores[i] = sum;
    }
    choleskyInPlace(own, size);
    choleskySolve(own, size, scores);
    for (let i = 0; i < size; i += 1) scores[i] = settled(scores[i] ?? NaN);
  };
  // inner[t * n + row]: the score of a row when its own topic and t are both left out.
  const inner = new Float64Array(units.length * n);
  const outer = new Float64Array(n);
  members.forEach((s, i) => {
    both.set(s);
    scoreBoth(s.length);
    s.forEach((row, at) => (outer[row] = scores[at] ?? NaN));
    for (let j = i + 1; j < members.length; j += 1) {
      const t = members[j] ?? new Int32Array(0);
      both.set(s);
      both.set(t, s.length);
      scoreBoth(s.length + t.length);
      for (let at = 0; at < s.length; at += 1) inner[j * n + (s[at] ?? 0)] = scores[at] ?? NaN;
      for (let at = 0; at < t.length; at += 1) inner[i * n + (t[at] ?? 0)] = scores[s.length + at] ?? NaN;
    }
  });

  // Pole rows stand topic by topic, so all but one topic's are two stretches.
  const poles = rows.flatMap((row, at) => ((labels[row] ?? 0) !== 0 ? [at] : []));
  const poleLabels = Int8Array.from(poles, (at) => labels[rows[at] ?? 0] ?? 0);
  const innerAuroc = new Float64Array(units.length);
  const scaled = new Float64Array(poles.length);
  let first = 0;
  members.forEach((unit, topic) => {
    const end = first + unit.reduce((count, at) => count + ((labels[rows[at] ?? 0] ?? 0) !== 0 ? 1 : 0), 0);
    const others = poles.length - (end - first);
    const scores = new Float64Array(others);
    const otherLabels = new Int8Array(others);
    for (let i = 0; i < others; i += 1) {
      const from = i < first ? i : i + end - first;
      scores[i] = inner[topic * n + (poles[from] ?? 0)] ?? NaN;
      otherLabels[i] = poleLabels[from] ?? 0;
    }
    innerAuroc[topic] = auroc(scores, otherLabels);
    const centre = mean(scores);
    const spread = standardDeviation(scores, 'population');
    for (let i = first; i < end; i += 1) scaled[i] = spread > 0 ? ((outer[poles[i] ?? 0] ?? NaN) - centre) / spread : 0;
    first = end;
  });
  return { layer, penalty, inner: innerAuroc, outer: scaled };
}

/** What the nested choice reads: the score of every pole row (in the order of the units), and which candidate scored each topic. */
export function nestedChoice(
  candidates: readonly Candidate[],
  topics: NestedTopics,
): { readonly scores: Float64Array; readonly chosen: readonly Candidate[] } {
  const scores: number[] = [];
  let at = 0;
  const chosen = topics.units.flatMap((unit, topic) => {
    const best = candidates.reduce<Candidate | undefined>(
      (high, candidate) =>
        high === undefined || (candidate.inner[topic] ?? 0) > (high.inner[topic] ?? 0) ? candidate : high,
      undefined,
    );
    for (const row of unit) {
      if ((topics.labels[row] ?? 0) === 0) continue;
      scores.push(best?.outer[at] ?? NaN);
      at += 1;
    }
    return best === undefined ? [] : [best];
  });
  return { scores: Float64Array.from(scores), chosen };
}
