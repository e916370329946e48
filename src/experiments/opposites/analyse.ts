/** From the units to the verdict: gates, contrasts, measures, the rule, and what the experiment cannot say. */
import { clusterMean } from '../../stats/effect.ts';
import type { Contrast, Findings, Gate, Measure, RunSize } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { briefly } from '../verdict-words.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { type Planned, plannedContrasts } from './contrasts.ts';
import { oppositesFigure } from './figure.ts';
import { axesOf, interval, judge } from './judge.ts';
import { type OppositesPrepared, preparedFromJson } from './stored-axis.ts';
import { measuresOf } from './measures.ts';
import { steeringContrasts, steeringReach, steeringSentence } from './steering-findings.ts';
import { type AxisRow, mainKind, outcomeOf, rowsOf } from './rows.ts';
import { type CellId, CELLS, type OppositesSpec } from './spec.ts';

/** Analyses the units of a size. Throws `units-missing` and `unit-invalid`. */
export function analyseOpposites(
  spec: OppositesSpec,
  size: RunSize,
  preparedJson: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const prepared = preparedFromJson(preparedJson);
  const rows = rowsOf(spec, size, prepared, units);
  const planned = plannedContrasts(spec, rows);
  const gates = gatesOf(spec, size, rows);
  const { verdict, because } = judge(gates, planned, spec.thresholds);
  const steered = steeringContrasts(spec, rows);
  const middle = Math.floor(prepared.layers.length / 2);
  const contrasts: readonly Contrast[] = [
    planned.overall,
    planned.moral,
    planned.antonym,
    planned.both,
    ...planned.cells,
    ...steered,
  ];
  const measures = measuresOf(spec, rows, prepared, planned);
  // Where a gate fails nothing is concluded, from interventions neither.
  const beside = gates.every(({ passed }) => passed)
    ? steeringSentence(spec, rows, steered, prepared.layers[middle] ?? 0)
    : null;
  return {
    verdict,
    because: beside === null ? because : `${because} ${beside}`,
    gates,
    contrasts,
    measures,
    wouldChange: wouldChange(spec, planned),
    limits: limitsOf(spec, size, rows, prepared, planned, measures),
    figure: oppositesFigure(spec, rows, planned, middle),
  };
}

function gatesOf(spec: OppositesSpec, size: RunSize, rows: readonly AxisRow[]): Gate[] {
  const { thresholds, draws, seed } = spec;
  const fewest = Math.min(...CELLS.map(({ id }) => rows.filter(({ cell }) => cell === id).length));
  const needed = size === 'full' ? thresholds.axesPerCell : thresholds.axesPerCellQuick;
  const matched = rows.flatMap(({ matches }) => matches.map(({ fit }): number => (fit === 'none' ? 0 : 1)));
  const share = matched.reduce((sum, one) => sum + one, 0) / matched.length;
  const manipulation = clusterMean(
    rows.map(({ outcomes }) => outcomeOf(outcomes, mainKind(spec)).ownSpecific),
    draws,
    seed,
  );
  const alone = (value: number, n: number): Estimate => ({ value, low: null, high: null, n });
  return [
    {
      id: 'axes',
      says: `Each cell has ${axesOf(needed)} or more.`,
      unit: 'axes in the smallest cell',
      measured: alone(fewest, rows.length),
      side: 'above',
      at: needed,
      needs: 'value',
      passed: fewest >= needed,
    },
    {
      id: 'matched',
      says: `The unrelated act is as likely as the opposite's in neutral contexts, within ${thresholds.matchBits} bit.`,
      unit: 'share of items',
      measured: alone(share, matched.length),
      side: 'above',
      at: thresholds.matchedShare,
      needs: 'value',
      passed: share >= thresholds.matchedShare,
    },
    {
      id: 'manipulation',
      says: 'Showing X makes acts of X cheaper than unrelated acts.',
      unit: 'bits an act',
      measured: manipulation,
      side: 'above',
      at: thresholds.manipulationBits,
      needs: 'interval',
      passed: manipulation.low !== null && manipulation.low > thresholds.manipulationBits,
    },
  ];
}

function wouldChange(
  { thresholds: { ropeBits } }: OppositesSpec,
  { overall, cells, moral, antonym }: Planned,
): string[] {
  const highest = Math.max(...cells.map(({ estimate }) => estimate.high ?? Infinity));
  return [
    `CONFIRM needs the lower end of the gain over all axes above +${ropeBits} bits an act; it is ${edge(overall.estimate.low)}.`,
    `DENY needs the upper end of every cell at or below +${ropeBits} bit; the highest is ${edge(Number.isFinite(highest) ? highest : null)}.`,
    `The opposites account needs the effect of an antonym above ${ropeBits} bit by its whole interval and p after Holm, and that of being moral within ±${ropeBits}; they are ${interval(antonym.estimate)} and ${interval(moral.estimate)}. The tropes account needs the reverse.`,
  ];
}

/** What the model and its stream say about the accounts, which decides nothing and has to be known. */
function accountLimits(measures: readonly Measure[]): string[] {
  const of = (id: string): Estimate | undefined => measures.find((one) => one.id === id)?.estimate;
  const [named, unnamed, along] = [of('agreement-with'), of('agreement-without'), of('antipodality-gain')];
  const valid = (named?.low ?? NaN) > (unnamed?.high ?? NaN);
  const side =
    along === undefined || along.low === null || along.high === null || (along.low <= 0 && along.high >= 0)
      ? 'which tells nothing of the opposites account'
      : along.high < 0
        ? 'which speaks against the opposites account'
        : 'which speaks for the opposites account';
  return [
    ...(named === undefined || unnamed === undefined
      ? []
      : [
          `The model agrees on what the opposite is to ${briefly(named)} where there is an antonym and to ${briefly(unnamed)} where there is none (1: always one answer). ${valid ? 'So it knows the difference that the factor stands for.' : 'So the factor “has an antonym” is not validated: to this model axes with an antonym need not be different from those without.'}`,
        ]),
    ...(along === undefined
      ? []
      : [
          `Over axes the gain goes along with antipodality, how far X and its opposite leave neutral in opposite ways, at a rank correlation of ${briefly(along, { signed: true })}, ${side}.`,
        ]),
  ];
}

/** What an unrelated act cannot hold constant, and what the cells say about it. */
function subjectLimit({ cells }: Planned): string {
  const of = (id: CellId): string =>
    interval(cells.find((cell) => cell.id === id)?.estimate ?? { value: NaN, low: null, high: null, n: 0 });
  return `X and its opposite are about one subject, and the unrelated act is about another, so the gain is that of the subject and of opposition together. Axes without an antonym, whose opposite is constructed in the setting of X, show how far the subject alone may carry: ${of('moral-single')} and ${of('other-single')} bit, beside ${of('moral-opposable')} and ${of('other-opposable')} with an antonym (moral, not moral).`;
}

function limitsOf(
  spec: OppositesSpec,
  size: RunSize,
  rows: readonly AxisRow[],
  prepared: OppositesPrepared,
  planned: Planned,
  measures: readonly Measure[],
): string[] {
  const { overall, moral, antonym, both, adjusted, unadjusted } = planned;
  const bits = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(2));
  const found = (contrast: Contrast): string => bits(contrast.detectable);
  const correlation = correlate(
    rows.map((row) => row.moral),
    rows.map((row) => row.valence),
  );
  const covariates = Object.keys(adjusted);
  const reach = steeringReach(spec, rows);
  return [
    ...(size === 'quick'
      ? [
          `A quick run: ${axesOf(rows.length)}, ${rows[0]?.matches.length ?? 0} items each, X shown by ${spec.doses.at(-1) ?? 0} sentences or named, and nothing steered. It is a look, not a result.`,
        ]
      : []),
    subjectLimit(planned),
    ...accountLimits(measures),
    `Whether an account stands is decided by the intervals that the rule names and by p after Holm below ${spec.thresholds.alpha}, which the rule does not spell out.`,
    `With ${axesOf(rows.length)} and the spread found, 80 % power needs ${found(overall)} bits over all axes, ${found(moral)} for being moral, ${found(antonym)} for an antonym, ${found(both)} for the interaction, as they are reported: with valence and prior taken account of. Plain differences of means would need ${bits(unadjusted.moral)}, ${bits(unadjusted.antonym)} and ${bits(unadjusted.both)}.`,
    `Moral axes are also those with distant valences: the two correlate at ${correlation.toFixed(2)} over these axes, so what is said of one holds with that much doubt about the other. Adjusted for: ${covariates.length > 0 ? covariates.join(', ') : 'nothing, since nothing else varied'}.`,
    prepared.answers < 2
      ? 'How far the model agrees with itself on what an opposite is was not measured: all opposites of the spec begin with the same token of this model, so it has one answer to choose from.'
      : `Agreement on opposites is over ${prepared.answers} answers, the first tokens of the opposites of the spec; a model that would say something else is made to choose.`,
    'All strings were written by one writer a side, and where there is no antonym the opposite is constructed by a rule; valence was rated by the writer.',
    'Acts are given, not written by the model: what is measured is how likely they are, not whether the model would come to them.',
    'The four cells are looked at for PARTIAL without correction among themselves.',
    ...(reach === null
      ? []
      : [
          `${reach} Directions are of one half of the items and judged on the other, in one neutral context; what steering does where X has been shown is not asked. Interventions and their contrasts came to this design after a first full run of the axes that ship with it had been seen; the rule of the verdict did not change, and that run had the same verdict.`,
        ]),
  ];
}

function correlate(x: readonly number[], y: readonly number[]): number {
  const centred = (values: readonly number[]): number[] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const a = centred(x);
  const b = centred(y);
  const product = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, value, i) => sum + value * (v[i] ?? NaN), 0);
  const length = Math.sqrt(product(a, a) * product(b, b));
  return length > 0 ? product(a, b) / length : 0;
}

function edge(value: number | null): string {
  return value === null ? 'not known' : `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
}
