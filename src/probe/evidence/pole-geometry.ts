/**
 * Each pole measured from neutral: do opposites leave it in opposite ways, or in the same way?
 *
 * With a_t = positive - neutral and b_t = negative - neutral in topic t (features in standard units), a squared length or
 * product of mean differences is taken over pairs of different topics only:
 *   <a, b> = sum over s != t of a_s·b_t / (n (n - 1))
 * A topic multiplied with itself would add its own noise: a and b share the topic's neutral turn, so the plain
 * cosine of two means is positive for pure noise (cross-validated products: Walther et al. 2016; as a U-statistic:
 * Hoeffding 1948). The price: such a squared length can come out negative and such a cosine beyond 1. What lies at noise is not divided by.
 */
import { clusterAuroc, FEWEST_UNITS, percentileEstimate } from '../../stats/effect.ts';
import type { PoleGeometry } from '../report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { createRng } from '../../base/rng.ts';
import type { RowRole } from '../../stats/linear/rows.ts';
import { standardRows } from '../../stats/linear/standard-rows.ts';
import { quantile } from '../../stats/stats.ts';

/** Products between the topics' differences from neutral, divided by the width; every matrix is `[topics, topics]`, symmetric. */
export interface PoleProducts {
  readonly topics: number;
  /** a_s·a_t. */
  readonly positive: Float64Array;
  /** b_s·b_t. */
  readonly negative: Float64Array;
  /** (a_s·b_t + b_s·a_t) / 2. */
  readonly across: Float64Array;
}

/**
 * The products at one layer from `readings` `[turns, hidden]`. Features are in standard units over all readings of the
 * poles and neutral; several turns of a pole in a topic are averaged; topics without all three, and rows of other roles, are left out.
 */
export function poleProducts(
  readings: Float32Array,
  hidden: number,
  roles: readonly RowRole[],
  topics: ArrayLike<number>,
): PoleProducts {
  const used = roles.flatMap((role, turn) =>
    role === 'positive' || role === 'negative' || role === 'neutral' ? [{ role, turn }] : [],
  );
  const chosen = new Float32Array(used.length * hidden);
  used.forEach(({ turn }, i) => chosen.set(readings.subarray(turn * hidden, (turn + 1) * hidden), i * hidden));
  const { z } = standardRows(chosen, hidden);
  const byTopic = new Map<number, Record<'positive' | 'negative' | 'neutral', number[]>>();
  used.forEach(({ role, turn }, i) => {
    const rows = byTopic.get(topics[turn] ?? 0) ?? { positive: [], negative: [], neutral: [] };
    rows[role].push(i);
    byTopic.set(topics[turn] ?? 0, rows);
  });
  const complete = [...byTopic.values()].filter(
    (rows) => rows.positive.length > 0 && rows.negative.length > 0 && rows.neutral.length > 0,
  );
  const a = complete.map((rows) => difference(meanRow(z, hidden, rows.positive), meanRow(z, hidden, rows.neutral)));
  const b = complete.map((rows) => difference(meanRow(z, hidden, rows.negative), meanRow(z, hidden, rows.neutral)));
  const n = complete.length;
  const out = {
    topics: n,
    positive: new Float64Array(n * n),
    negative: new Float64Array(n * n),
    across: new Float64Array(n * n),
  };
  for (let s = 0; s < n; s += 1) {
    for (let t = 0; t < n; t += 1) {
      out.positive[s * n + t] = dot(a[s], a[t]) / hidden;
      out.negative[s * n + t] = dot(b[s], b[t]) / hidden;
      out.across[s * n + t] = (dot(a[s], b[t]) + dot(b[s], a[t])) / (2 * hidden);
    }
  }
  return out;
}

/**
 * Cosine of the poles' mean differences from neutral, and salience: |(a + b)/2| over |(a - b)/2|, what both share
 * against what tells them apart (0: exact opposites; above 1: mostly the same). Intervals resample topics; a topic
 * that was drawn twice is not multiplied with itself. They err on the wide side: where noise dominates, the resampled variance of
 * such products is three times the true one, since the sample's own mean product varies too. So noise is hardly ever called
 * measurable, and a weak pole often is not.
 *
 * Both are null where a pole is at noise: the 2.5 % point of its resampled squared length is not above 0, or there are
 * fewer than six topics. Salience is null too where a - b is at noise. Where a + b is, its length counts as 0 and a note says so.
 */
export function poleGeometryOf(
  products: PoleProducts,
  draws: number,
  seed: number,
): Pick<PoleGeometry, 'cosine' | 'salience'> {
  const n = products.topics;
  if (n < FEWEST_UNITS) return { cosine: null, salience: null };
  const whole = debiased(products, new Float64Array(n).fill(1));
  const rng = createRng(seed);
  const counts = new Float64Array(n);
  const found: Debiased[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    counts.fill(0);
    for (let i = 0; i < n; i += 1) {
      const topic = rng.below(n);
      counts[topic] = (counts[topic] ?? 0) + 1;
    }
    const resampled = debiased(products, counts);
    if (!Number.isNaN(resampled.positive)) found.push(resampled);
  }
  const measurable = (part: (of: Debiased) => number): boolean => quantile(found.map(part), 0.025) > 0;
  if (!measurable((of) => of.positive) || !measurable((of) => of.negative)) return { cosine: null, salience: null };
  const estimate = (of: (products: Debiased) => number): Estimate =>
    percentileEstimate(
      of(whole),
      found.map(of).filter((value) => Number.isFinite(value)),
      n,
    );
  if (!measurable(apart)) return { cosine: estimate(cosineOf), salience: null };
  const salience = estimate(salienceOf);
  return {
    cosine: estimate(cosineOf),
    salience: measurable(shared) ? salience : { ...salience, note: 'what the poles share is at noise' },
  };
}

/** {@link poleGeometryOf} from readings: see {@link poleProducts}. */
export function poleGeometryAt(
  readings: Float32Array,
  hidden: number,
  roles: readonly RowRole[],
  topics: ArrayLike<number>,
  draws: number,
  seed: number,
): Pick<PoleGeometry, 'cosine' | 'salience'> {
  return poleGeometryOf(poleProducts(readings, hidden, roles, topics), draws, seed);
}

/**
 * Held-out scores of each pole against neutral turns, as AUROC with its interval over topics: how often a positive turn
 * reads above a neutral one, and how often a negative turn reads below one. 0.5 is chance, 1 is what opposites on one
 * line through neutral would show. `scores`, `roles` and `topics` have one entry a turn; other roles are left out.
 */
export function polesAgainstNeutral(
  scores: ArrayLike<number>,
  roles: readonly RowRole[],
  topics: ArrayLike<number>,
  draws: number,
  seed: number,
): Pick<PoleGeometry, 'positiveAgainstNeutral' | 'negativeAgainstNeutral'> {
  const against = (above: RowRole, below: RowRole): Estimate =>
    clusterAuroc(
      scores,
      roles.map((role) => (role === above ? 1 : role === below ? -1 : 0)),
      topics,
      draws,
      seed,
    );
  return {
    positiveAgainstNeutral: against('positive', 'neutral'),
    negativeAgainstNeutral: against('neutral', 'negative'),
  };
}

/** <a, a>, <b, b> and <a, b>. */
interface Debiased {
  readonly positive: number;
  readonly negative: number;
  readonly across: number;
}

/** Products over pairs of different topics, each topic as often as `counts` says; NaN where only one topic was drawn. */
function debiased({ topics: n, ...products }: PoleProducts, counts: Float64Array): Debiased {
  let positive = 0;
  let negative = 0;
  let across = 0;
  let pairs = 0;
  for (let s = 1; s < n; s += 1) {
    const often = counts[s] ?? 0;
    if (often === 0) continue;
    for (let t = 0; t < s; t += 1) {
      const weight = often * (counts[t] ?? 0);
      if (weight === 0) continue;
      const at = s * n + t;
      positive += weight * (products.positive[at] ?? NaN);
      negative += weight * (products.negative[at] ?? NaN);
      across += weight * (products.across[at] ?? NaN);
      pairs += weight;
    }
  }
  return { positive: positive / pairs, negative: negative / pairs, across: across / pairs };
}

const shared = (of: Debiased): number => (of.positive + 2 * of.across + of.negative) / 4;
const apart = (of: Debiased): number => (of.positive - 2 * of.across + of.negative) / 4;
/** NaN where a length is not positive: those few resamples are not counted. */
const cosineOf = (of: Debiased): number =>
  of.positive > 0 && of.negative > 0 ? of.across / Math.sqrt(of.positive * of.negative) : NaN;
const salienceOf = (of: Debiased): number => (apart(of) > 0 ? Math.sqrt(Math.max(0, shared(of)) / apart(of)) : NaN);

function meanRow(z: Float64Array, hidden: number, rows: readonly number[]): Float64Array {
  const out = new Float64Array(hidden);
  for (const row of rows)
    for (let f = 0; f < hidden; f += 1) out[f] = (out[f] ?? 0) + (z[row * hidden + f] ?? 0) / rows.length;
  return out;
}

function difference(from: Float64Array, minus: Float64Array): Float64Array {
  return from.map((value, f) => value - (minus[f] ?? 0));
}

function dot(x: Float64Array = new Float64Array(), y: Float64Array = new Float64Array()): number {
  let sum = 0;
  for (let f = 0; f < x.length; f += 1) sum += (x[f] ?? 0) * (y[f] ?? 0);
  return sum;
}
