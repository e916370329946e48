/**
 * Directions for steering a model, not for reading it: the difference of the poles, and the placebos that steering along it is
 * compared with. In the residual stream's own units, each of its own length.
 */
import { AppError } from '../base/errors.ts';
import { roundToHalf } from '../base/half.ts';
import { PLACEBO_COUNT } from '../probe/probe-types.ts';
import { createRng } from '../base/rng.ts';
import { labelOf, type ReadoutRows } from '../stats/linear/rows.ts';

/** Which numbers of a training seed deal the flips; the null model has one stream a layer, from 1, and a model at most 512 layers. */
const FLIP_STREAM = 1000;

/** Turns of both poles: what was read of their own words, and which topic they belong to. */
type PoleTurns = Pick<ReadoutRows, 'own' | 'info'>;

/** Difference of the poles' mean residuals over the tokens of what was done `[layers, hidden]`. */
export function steeringOf(turns: PoleTurns): Float32Array {
  return Float32Array.from(differenceOfPoles(turns, () => 1));
}

/**
 * Placebos of {@link steeringOf} `[PLACEBO_COUNT, layers, hidden]`, in half precision: the same difference over the same turns with
 * the poles dealt anew. Each topic keeps its poles or, with probability 1/2, has them swapped, all its turns together and at every
 * layer alike, so that a placebo is one sham axis from the first layer to the last. Equal seeds give equal placebos.
 *
 * Steering of some length along any direction changes what a model writes, so steering along the axis must do more than steering
 * along these. They
 * are harder to beat than isotropic noise: they lie where the residuals of such turns vary, and each keeps by chance a part of the
 * axis itself, (topics kept - topics swapped) / topics of it on average. That chance cosine is part of the null.
 *
 * No draw keeps or swaps all topics, and none repeats another or its complement, which is the same line. Fewer than five topics have
 * fewer sham axes than that (four have seven): there each is drawn once before any comes again.
 * Throws `RangeError` with fewer than two topics, and `numbers-not-finite` where half precision cannot hold a difference.
 */
export function placebosOf(turns: PoleTurns, seed: number): Float32Array {
  const topics = [...new Set(turns.info.filter(({ turn }) => turns.own.has(turn)).map(({ topic }) => topic))];
  const placebos = drawSwaps(topics.length, seed).map((signs) => {
    const signOf = new Map(topics.map((topic, index) => [topic, signs[index]]));
    return differenceOfPoles(turns, (topic) => signOf.get(topic) ?? NaN);
  });
  const rounded = roundToHalf(Float32Array.from(placebos.flatMap((placebo) => [...placebo])));
  const bad = rounded.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new AppError(
      'numbers-not-finite',
      `Two groups of training turns differ by a number that half precision cannot hold (at most 65,504), at index ${bad} of the placebo directions. Run the numbers check; where the model passes it, its residuals are too large for a probe.`,
      { index: bad },
    );
  return rounded;
}

/** {@link PLACEBO_COUNT} draws of +1 (kept) and -1 (swapped), one for each topic. */
function drawSwaps(topicCount: number, seed: number): (1 | -1)[][] {
  if (topicCount < 2) throw new RangeError(`a sham axis needs at least 2 topics, got ${topicCount}`);
  const rng = createRng(seed, FLIP_STREAM);
  const shamAxes = 2 ** (topicCount - 1) - 1;
  const out: (1 | -1)[][] = [];
  const drawn = new Set<string>();
  while (out.length < PLACEBO_COUNT) {
    const signs = Array.from({ length: topicCount }, () => (rng.below(2) === 0 ? 1 : -1));
    // A draw and its complement lie on one line, and have one name.
    const line = signs.map((sign) => sign === signs[0]);
    if (line.every(Boolean) || drawn.has(line.join())) continue;
    out.push(signs);
    drawn.add(line.join());
    if (drawn.size === shamAxes) drawn.clear();
  }
  return out;
}

/** Mean own words of the positive turns minus that of the negative ones `[layers, hidden]`; -1 of `signOf` swaps a topic's poles. */
function differenceOfPoles({ own, info }: PoleTurns, signOf: (topic: number) => number): Float64Array {
  const side = new Map(info.map((row) => [row.turn, labelOf(row.role) * signOf(row.topic)]));
  const poles = [...own];
  const sum = new Float64Array(poles[0]?.[1].length ?? 0);
  for (const [turn, mean] of poles) {
    const label = side.get(turn) ?? 0;
    // Every topic has as many turns of one pole as of the other, so half of all turns are of each.
    for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (label * (mean[i] ?? NaN)) / (poles.length / 2);
  }
  return sum;
}
