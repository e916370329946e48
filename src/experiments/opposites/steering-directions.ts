/**
 * The directions that the stream of an axis is steered along: from neutral, as in geometry.ts, but in the stream's own units, and from the
 * first half of the items alone, so that nothing that steering is judged on made its direction. All start at the same neutral sentences.
 */
import type { PassageReading } from '../../training/reader.ts';
import { randomInstruments } from '../random-instruments.ts';
import { meanOf, minus, readingsOfHalf, rowsOfReadouts } from './geometry.ts';

/** Away from X (-a); towards the opposite (b); along a random direction; towards the opposite of an unrelated axis. */
export const INTERVENTIONS = ['away', 'opposite', 'random', 'unrelated'] as const;

/** One of them. */
export type SteeringId = (typeof INTERVENTIONS)[number];

/** The half of the items that directions are made of; the other one is judged. */
export const FITTED_HALF = 0;

/** One direction that steers `[hidden]`, at one layer. */
export type SteeringDirections = Readonly<Record<SteeringId, Float32Array>>;

/**
 * From the readings of `passagesOf` with that of `unrelated` (as many sentences of the other axis' opposite). The
 * random direction is a Gaussian
 * combination of the sentences' rows about the mean of their side, so its covariance is that of sentences and holds nothing of what
 * tells the sides apart.
 */
export function steeringDirections(
  readings: readonly PassageReading[],
  unrelated: PassageReading | undefined,
  layer: number,
  hidden: number,
  seed: number,
): SteeringDirections {
  const sides = readingsOfHalf(readings, FITTED_HALF);
  const [own, opposite, neutral, other] = [sides.own, sides.opposite, sides.neutral, unrelated].map((reading) =>
    rowsOfReadouts(reading, [layer], hidden),
  );
  const rows = [own ?? [], opposite ?? [], neutral ?? [], other ?? []];
  const topics = rows.flatMap((some, side) => some.map(() => side));
  const [random] = randomInstruments(
    rows.flat().map((row) => Float32Array.from(row)),
    1,
    seed,
    1,
    hidden,
    topics,
  );
  const origin = meanOf(neutral ?? []);
  const from = (some: readonly Float64Array[] | undefined): Float32Array =>
    Float32Array.from(minus(meanOf(some ?? []), origin));
  return {
    away: from(own).map((value) => -value),
    opposite: from(opposite),
    random: random?.directions ?? new Float32Array(hidden),
    unrelated: from(other),
  };
}
