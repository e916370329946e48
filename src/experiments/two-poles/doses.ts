/** How the share grows with the number of turns that show X: on the topics that are read at every dose. */
import { clusterStatistic } from '../../stats/cluster-statistic.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { mean } from '../../stats/stats.ts';
import type { Measure } from '../experiment-types.ts';
import { poleGains, ratio } from './gains.ts';
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
          : [{ own: mean(gains.map(({ own }) => own)), opposite: mean(gains.map(({ opposite }) => opposite)) }];
      });
      if (axes.length === 0) return [];
      const over = (statistic: (own: number, opposite: number) => number): Estimate =>
        clusterStatistic(
          axes.length,
          (pick) => {
            const drawn = axes.flatMap((_, i) => axes[pick[i] ?? -1] ?? []);
            return statistic(mean(drawn.map(({ own }) => own)), mean(drawn.map(({ opposite }) => opposite)));
          },
          spec.draws,
          spec.seed,
        );
      return [
        {
          kind,
          dose,
          own: over((own) => own),
          opposite: over((_, opposite) => opposite),
          share: over((own, opposite) => ratio(opposite, own)),
        },
      ];
    }),
  );
}

/** Their shares as measures. */
export function doseShares(points: readonly DosePoint[]): Measure[] {
  return points.map(({ kind, dose, share }) => ({
    id: `dose-${dose}-${kind}`,
    says: `W(opposite) / W(own) where ${dose} ${dose === 1 ? 'turn shows' : 'turns show'} X, on ${kind}, topics read at every dose`,
    unit: 'share; n: axes',
    estimate: share,
  }));
}
