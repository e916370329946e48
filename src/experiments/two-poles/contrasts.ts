/** The planned contrasts: both classes against each other, and each for itself. */
import type { Resampled } from '../../stats/cluster-statistic.ts';
import { holm } from '../../stats/holm.ts';
import { detectableBy } from '../../stats/power.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import type { Contrast } from '../experiment-types.ts';
import { ropeReading } from '../rope.ts';
import { beyondOf, beyondShareOf, type Gains, shareOf } from './gains.ts';
import { type AxisRow, dealtP, ofClass, overAxes } from './rows.ts';
import { type AxisClass, CLASSES, type TwoPolesSpec } from './spec.ts';

/** All of them, by what the rule asks. */
export interface Planned {
  /** Share on conduct less share on style, and the same beyond a marked turn. */
  readonly shares: Contrast;
  readonly beyondShares: Contrast;
  /** W(opposite) - W(marked) of each class. */
  readonly gains: Readonly<Record<AxisClass, Contrast>>;
  /** The shares themselves; intervals only. */
  readonly share: Readonly<Record<AxisClass, Contrast>>;
}

/** In the order in which a report lists them. */
export function listed({ shares, beyondShares, gains, share }: Planned): Contrast[] {
  return [shares, beyondShares, gains.conduct, gains.style, share.conduct, share.style];
}

const SHARE = 'share of what the shown pole gains';
const BITS = 'bits a turn';

/** The contrasts of all rows. */
export function plannedContrasts(spec: TwoPolesSpec, rows: readonly AxisRow[]): Planned {
  const { draws, permutations, seed, thresholds } = spec;
  const both = CLASSES.map((kind) => ofClass(rows, kind)) as [AxisRow[], AxisRow[]];
  const difference =
    (of: (some: readonly Gains[]) => number) =>
    (one: readonly Gains[], other: readonly Gains[]): number =>
      of(one) - of(other);
  const flips = both.map((mine) =>
    signFlip(
      mine.map(({ gains }) => gains.opposite - gains.marked),
      permutations,
      seed,
    ),
  );
  const ps = [
    dealtP(...both, difference(shareOf), permutations, seed),
    dealtP(...both, difference(beyondShareOf), permutations, seed + 1),
    ...flips.map(({ p }) => p),
  ].map((p) => (Number.isFinite(p) ? p : null));
  const corrected = holm(ps);
  const dealt = `axes dealt to the two classes at random, ${permutations} times`;
  const shareRope = [-thresholds.shareRope, thresholds.shareRope] as const;
  const gainRope = [-thresholds.gainBits, thresholds.gainBits] as const;
  /** `at`: which of the tests is its own; null: none. */
  const contrast = (
    at: number | null,
    parts: Pick<Contrast, 'id' | 'says' | 'unit' | 'null'>,
    { estimate, standardError }: Resampled,
    freedom: number,
    rope: readonly [number, number] | null,
  ): Contrast => ({
    ...parts,
    estimate,
    p: at === null ? null : (ps[at] ?? null),
    pHolm: at === null ? null : (corrected[at] ?? null),
    rope,
    reading: rope === null ? null : ropeReading(estimate, rope),
    detectable: known(detectableBy(standardError, freedom)),
  });
  const n = rows.length;
  const gain = (kind: AxisClass, at: number): Contrast => {
    const mine = both[at] ?? [];
    return contrast(
      2 + at,
      {
        id: `gain-${kind}`,
        says: `W(opposite) less W(marked) on axes of ${kind}`,
        unit: BITS,
        null:
          flips[at]?.exact === true
            ? 'signs of axes flipped, all ways'
            : `signs of axes flipped, ${permutations} times`,
      },
      overAxes([mine], beyondOf, draws, seed + 20 + at),
      mine.length - 1,
      gainRope,
    );
  };
  const share = (kind: AxisClass, at: number): Contrast => {
    const mine = both[at] ?? [];
    return contrast(
      null,
      { id: `share-${kind}`, says: `W(opposite) / W(own) on axes of ${kind}`, unit: SHARE, null: 'interval only' },
      overAxes([mine], shareOf, draws, seed + 30 + at),
      mine.length - 1,
      null,
    );
  };
  return {
    shares: contrast(
      0,
      {
        id: 'shares',
        says: 'W(opposite) / W(own), on conduct less on style',
        unit: SHARE,
        null: dealt,
      },
      overAxes(both, difference(shareOf), draws, seed + 10),
      n - 2,
      shareRope,
    ),
    beyondShares: contrast(
      1,
      {
        id: 'beyond-shares',
        says: 'the same beyond what a marked turn of another axis gains, on conduct less on style',
        unit: SHARE,
        null: dealt,
      },
      overAxes(both, difference(beyondShareOf), draws, seed + 11),
      n - 2,
      shareRope,
    ),
    gains: { conduct: gain('conduct', 0), style: gain('style', 1) },
    share: { conduct: share('conduct', 0), style: share('style', 1) },
  };
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
