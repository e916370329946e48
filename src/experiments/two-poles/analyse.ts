/** From the units to the verdict: gates, contrasts, measures, the rule, and what the experiment cannot say. */
import { clusterMean } from '../../stats/effect.ts';
import { mean } from '../../stats/stats.ts';
import { spearman } from '../../stats/spearman.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import type { Findings, Gate, Measure, RunSize } from '../experiment-types.ts';
import { briefly, gateNeeded } from '../verdict-words.ts';
import { listed, type Planned, plannedContrasts } from './contrasts.ts';
import { type DosePoint, dosePoints, doseShares } from './doses.ts';
import { twoPolesFigure } from './figure.ts';
import { beyondOf, meanGains, shareOf, shownOf } from './gains.ts';
import { judge } from './judge.ts';
import { type AxisRow, ofClass, overAxes, overTopics, rowsOf } from './rows.ts';
import { CLASSES, type TwoPolesSpec } from './spec.ts';

/** Analyses the units of a size. Throws `units-missing` and `unit-invalid`. */
export function analyseTwoPoles(
  spec: TwoPolesSpec,
  size: RunSize,
  _prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const rows = rowsOf(spec, size, units);
  const planned = plannedContrasts(spec, rows);
  const gates = gatesOf(spec, rows);
  const doses = dosePoints(spec, rows);
  const { verdict, because } = judge(gates, planned, spec.thresholds, {
    conduct: meanGains(ofClass(rows, 'conduct').map(({ gains }) => gains)),
    style: meanGains(ofClass(rows, 'style').map(({ gains }) => gains)),
  });
  return {
    verdict,
    because,
    gates,
    contrasts: listed(planned),
    measures: measuresOf(spec, rows, doses),
    wouldChange: wouldChange(spec, gates, planned),
    limits: limitsOf(spec, size, rows),
    figure: twoPolesFigure(spec, rows, planned, doses),
  };
}

function gatesOf(spec: TwoPolesSpec, rows: readonly AxisRow[]): Gate[] {
  const { thresholds, draws, seed } = spec;
  const fewest = Math.min(...CLASSES.map((kind) => ofClass(rows, kind).length));
  return [
    {
      id: 'axes',
      says: `Each class has ${thresholds.axesPerClass} axes or more.`,
      unit: 'axes in the smaller class',
      measured: { value: fewest, low: null, high: null, n: rows.length },
      side: 'above',
      at: thresholds.axesPerClass,
      needs: 'value',
      passed: fewest >= thresholds.axesPerClass,
    },
    ...CLASSES.map((kind, i): Gate => {
      const { estimate } = overAxes([ofClass(rows, kind)], shownOf, draws, seed + 40 + i);
      return {
        id: `shown-${kind}`,
        says: `Showing X makes X cheaper than a marked turn of another axis, on ${kind}.`,
        unit: 'bits a turn',
        measured: estimate,
        side: 'above',
        at: 0,
        needs: 'interval',
        passed: estimate.low !== null && estimate.low > 0,
      };
    }),
  ];
}

function measuresOf(spec: TwoPolesSpec, rows: readonly AxisRow[], doses: readonly DosePoint[]): Measure[] {
  const { draws, seed } = spec;
  const gains = CLASSES.flatMap((kind) =>
    (['own', 'opposite', 'marked'] as const).map((which): Measure => ({
      id: `${which}-${kind}`,
      says: `${SAYS[which]}, on ${kind}`,
      unit: 'bits a turn',
      estimate: clusterMean(
        ofClass(rows, kind).map((row) => row.gains[which]),
        draws,
        seed,
      ),
    })),
  );
  const axes = rows.flatMap((row): Measure[] => [
    {
      id: `share-of-${row.axis.id}`,
      says: `W(opposite) / W(own), ${row.axis.a} – ${row.axis.b} (${row.axis.kind})`,
      unit: 'share; n: topics',
      estimate: overTopics(row, shareOf, draws, seed),
    },
    {
      id: `beyond-of-${row.axis.id}`,
      says: `W(opposite) less W(marked), ${row.axis.a} – ${row.axis.b}`,
      unit: 'bits a turn; n: topics',
      estimate: overTopics(row, beyondOf, draws, seed),
    },
  ]);
  return [...gains, ...doseShares(doses), ...axes.filter(({ estimate }) => Number.isFinite(estimate.value))];
}

const SAYS = {
  own: 'what a turn of the shown pole gains over its neutral turn',
  opposite: 'what a turn of the opposite gains over its neutral turn',
  marked: 'what a marked turn of another axis gains over its own neutral turn',
} as const;

function wouldChange({ thresholds }: TwoPolesSpec, gates: readonly Gate[], planned: Planned): string[] {
  const { shares, beyondShares, gains, share } = planned;
  return [
    ...gates.filter(({ passed }) => !passed).map(gateNeeded),
    `TROPES needs both differences of shares above 0 by their whole intervals and by p after Holm below ${thresholds.alpha}; they are ${briefly(shares.estimate, { signed: true })} and ${briefly(beyondShares.estimate, { signed: true })}. It also needs conduct's opposites above +${thresholds.gainBits} bit beyond a marked turn; they are at ${briefly(gains.conduct.estimate, { signed: true })}.`,
    `OPPOSITES needs the difference of shares within ±${thresholds.shareRope} and both shares above ${thresholds.shareFloor}; they are ${briefly(share.conduct.estimate)} and ${briefly(share.style.estimate)}.`,
    `NEITHER needs no class above +${thresholds.gainBits} bit beyond a marked turn; style is at ${briefly(gains.style.estimate, { signed: true })}.`,
  ];
}

function limitsOf(spec: TwoPolesSpec, size: RunSize, rows: readonly AxisRow[]): string[] {
  const shares = rows.map(({ gains }) => gains.opposite / gains.own);
  const neutral = rows.map(({ data }) => {
    const asked = data.contexts.flatMap((context) => context.asked);
    return mean(
      asked.map(({ doses }) => {
        const [a = NaN, b = NaN, plain = NaN] = doses.at(-1)?.neutral ?? [];
        return (a + b) / 2 - plain;
      }),
    );
  });
  return [
    ...(size === 'quick'
      ? ['A quick run: the first contexts of every axis, at the last dose alone. It is a look, not a result.']
      : []),
    spec.seenBefore,
    'What is shown is a difference of shares, not its cause. A share is larger where the opposite gains more, or where the shown pole itself gains less: see the bits of both. The classes may differ in more than conduct and style.',
    'The turns are given, not written by the model: what is measured is how likely they become, not whether the model would come to them.',
    'Poles are shown and asked behind one opening, so the subject is given to all of them; what opposites share beyond it (that somebody acts at all towards the other) is in the marked turn only as far as turns of another axis have it.',
    `The share is of means over axes, so axes that gain much weigh more. Over axes it goes along with how rare a pole's turn is beside its neutral one at a rank correlation of ${spearman(shares, neutral).toFixed(2)}. Intervals of single axes are over topics and take the contexts as they are.`,
    'One writer wrote 18 of the 24 axes and sorted all of them; the six others are of sets that probes of this page are trained on, which plays no part here. Some axes of style are about things rather than manners.',
    'One model, named above, and texts in English alone.',
  ];
}
