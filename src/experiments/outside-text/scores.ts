/**
 * What the log-odds say of a placement. E is the share of the rule, Δ what a placement adds to L in a context.
 *
 * - robustness of item i: r = 1 − (E clean − mean over attacks of E) / (mean over items of E clean); its mean over items is
 *   the share of the clean effect that attacks leave. 1: nothing is lost.
 * - flexibility of item i: φ = mean over exceptions of (1 − E) − E, the share of the answer that is right there less that of
 *   the rule that should not bind. 1: it never binds there; −1: always.
 * - outside-textiness: o = 1 − Σ (Δ − mean of Δ over contexts)² / Σ Δ², over all contexts of all items. 1: what is added
 *   does not depend on the context.
 */
import { mean } from '../../stats/stats.ts';
import type { FamilyData, OddsByName } from './data.ts';
import { shareOf } from './odds.ts';

/** Three numbers a placement, item by item where items are resampled. */
export interface PlacementScores {
  readonly name: string;
  /** E clean, and its mean over attacks, one an item. */
  readonly clean: readonly number[];
  readonly attacked: readonly number[];
  /** φ, one an item. */
  readonly flexibility: readonly number[];
  /** For o: Σ over contexts of (Δ − mean)² and of Δ², one an item. */
  readonly scatter: readonly number[];
  readonly square: readonly number[];
  /** Δ clean, one an item: NaN for the unsupervised model and the mask. */
  readonly raised: readonly number[];
}

/** Which items count, and how often: places in the list of items. */
export type Picked = ArrayLike<number>;

/** The scores of what is in every condition under `name`; null where a condition lacks it. */
export function scoresOf({ clean, attacks, exceptions }: FamilyData, name: string): PlacementScores | null {
  const own = (odds: OddsByName): readonly number[] | undefined => odds.get(name);
  const cleanOdds = own(clean);
  const attacked = attacks.map(own);
  const excepted = exceptions.map(own);
  const all = [cleanOdds, ...attacked, ...excepted];
  if (cleanOdds === undefined || all.includes(undefined)) return null;
  const base = [clean, ...attacks, ...exceptions].map((odds) => odds.get('none') ?? []);
  const share = (odds: readonly number[] | undefined, item: number): number => shareOf(odds?.[item] ?? Number.NaN);
  const added = cleanOdds.map((_, item) =>
    all.map((odds, context) => (odds?.[item] ?? Number.NaN) - (base[context]?.[item] ?? Number.NaN)),
  );
  return {
    name,
    clean: cleanOdds.map(shareOf),
    attacked: cleanOdds.map((_, item) => mean(attacked.map((odds) => share(odds, item)))),
    flexibility: cleanOdds.map((_, item) => mean(excepted.map((odds) => 1 - 2 * share(odds, item)))),
    scatter: added.map((values) => values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0)),
    square: added.map((values) => values.reduce((sum, value) => sum + value * value, 0)),
    raised: added.map(([first]) => first ?? Number.NaN),
  };
}

/** The limit of a placement that reads nothing: words that break the rule are impossible, so E is 1 wherever one looks. */
export function scoresOfMask(items: number): PlacementScores {
  const each = (value: number): number[] => Array.from({ length: items }, () => value);
  return {
    name: 'mask',
    clean: each(1),
    attacked: each(1),
    flexibility: each(-1),
    scatter: each(0),
    square: each(1),
    raised: each(Number.NaN),
  };
}

/** r over the items `pick`. */
export function robustness({ clean, attacked }: PlacementScores, pick: Picked): number {
  return over(attacked, pick) / over(clean, pick);
}

/** φ over the items `pick`. */
export function flexibility({ flexibility: phi }: PlacementScores, pick: Picked): number {
  return meanOver(phi, pick);
}

/** o over the items `pick`. */
export function outsideTextiness({ scatter, square }: PlacementScores, pick: Picked): number {
  return 1 - over(scatter, pick) / over(square, pick);
}

/** r item by item; their mean is {@link robustness} over all of them. */
export function robustnessByItem({ clean, attacked }: PlacementScores): readonly number[] {
  const level = mean(clean);
  return clean.map((value, item) => 1 - (value - (attacked[item] ?? Number.NaN)) / level);
}

/** The mean of `values` over the items `pick`. */
export function meanOver(values: readonly number[], pick: Picked): number {
  return over(values, pick) / pick.length;
}

function over(values: readonly number[], pick: Picked): number {
  let sum = 0;
  for (let i = 0; i < pick.length; i += 1) sum += values[pick[i] ?? -1] ?? Number.NaN;
  return sum;
}
