/** How the share grows with the number of turns that show X: on the topics that are read at every dose. */
import { FEWEST_UNITS, percentileEstimate, withoutInterval } from '../../stats/effect.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { createRng } from '../../base/rng.ts';
import type { Measure } from '../experiment-types.ts';
import { meanOf, poleGains } from './gains.ts';
import { type AxisRow, ofClass } from './rows.ts';
import { type AxisClass, CLASSES, type TwoPolesSpec } from './spec.ts';

/** What a class gains at a dose. */
export interface DosePoint {
  readonly kind: AxisClass;
  readonly dose: number;
  readonly own: Estimate;
  readonly opposite: Estimate;
  readonly share: Estimate;
}

/** A point a class and dose; none in a quick run, which reads the last dose alone. */
export function dosePoints(spec: TwoPolesSpec, rows: readonly AxisRow[]): DosePoint[] {
  return CLASSES.flatMap((kind) =>
    spec.doses.flatMap((dose): DosePoint[] => {
      const axes = ofClass(rows, kind).flatMap(({ data }) => {
        const gains = data.contexts
          .flatMap(({ asked }) => asked)
          .filter(({ doses }) => doses.length > 1)
          .flatMap(({ doses }) => doses.filter((one) => one.dose === dose).map(poleGains));
        return gains.length === 0
          ? []
          : [{ own: meanOf(gains.map(({ own }) => own)), opposite: meanOf(gains.map(({ opposite }) => opposite)) }];
      });
      if (axes.length === 0) return [];
      const over = (statistic: (pick: typeof axes) => number): Estimate => resampled(axes, statistic, spec);
      const mean = (pick: typeof axes, which: 'own' | 'opposite'): number => meanOf(pick.map((one) => one[which]));
      return [
        {
          kind,
          dose,
          own: over((pick) => mean(pick, 'own')),
          opposite: over((pick) => mean(pick, 'opposite')),
          share: over((pick) => mean(pick, 'opposite') / mean(pick, 'own')),
        },
      ];
    }),
  );
}

/** The same as measures. */
export function doseShares(spec: TwoPolesSpec, rows: readonly AxisRow[]): Measure[] {
  return dosePoints(spec, rows).map(({ kind, dose, share }) => ({
    id: `dose-${dose}-${kind}`,
    says: `W(opposite) / W(own) where ${dose} ${dose === 1 ? 'turn shows' : 'turns show'} X, on ${kind}, topics read at every dose`,
    unit: 'share; n: axes',
    estimate: share,
  }));
}

function resampled<T extends object>(
  axes: T[],
  statistic: (pick: T[]) => number,
  { draws, seed }: TwoPolesSpec,
): Estimate {
  const n = axes.length;
  const value = statistic(axes);
  if (n < FEWEST_UNITS) return withoutInterval(value, n, 'items');
  const rng = createRng(seed);
  const found: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    const one = statistic(axes.flatMap(() => axes[rng.below(n)] ?? []));
    if (Number.isFinite(one)) found.push(one);
  }
  return percentileEstimate(value, found, n);
}
