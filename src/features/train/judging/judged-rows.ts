/** Rows of the judged view from a report: estimates with what is wanted of them. */
import { WANTED } from '../words.ts';
import { rivalsOf } from '../../../probe/claims/claim-baselines.ts';
import { wantedOf } from '../../../probe/claims/claim-beyond.ts';
import { countOf } from '../../../probe/claims/claim-words.ts';
import { readoutRows } from '../../../probe/evidence/readout-rows.ts';
import type { Axis } from '../../../probe/probe-types.ts';
import type { ControlResult, Effect, Report, Transfer } from '../../../probe/report-types.ts';
import type { ReadoutEvidence } from '../../../probe/trace-types.ts';
import type { Estimate } from '../../../stats/estimate.ts';
import { verdict } from '../../../probe/claims/verdict.ts';
import type { IntervalRow } from '../../../ui/tables/interval-row.ts';

/** The effects of one control that are drawn on one scale: in units of the score, or from 0 to 1. */
export interface EffectGroup {
  readonly unit: string;
  readonly origin: number;
  readonly range: readonly [low: number, high: number];
  readonly rows: readonly IntervalRow[];
}

/** A control's effects, a scale at a time, marked by what a probe of this axis should show. */
export function effectGroups(axis: Axis, { name, effects }: ControlResult): EffectGroup[] {
  const inUnits = effects.filter(({ unit }) => unit === 'score');
  const shares = effects.filter(({ unit }) => unit !== 'score');
  const measured = [
    ...new Set(shares.map(({ unit }) => (unit === 'share' ? 'share of items the right way round' : unit))),
  ].join(', ');
  const groups: EffectGroup[] = [
    {
      unit: 'score, in sd of the training readings',
      origin: 0,
      range: [-0.5, 0.5],
      rows: effectRows(axis, name, inUnits),
    },
    { unit: `${measured}, 0.5 is chance`, origin: 0.5, range: [0, 1], rows: effectRows(axis, name, shares) },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

function effectRows(axis: Axis, name: string, effects: readonly Effect[]): IntervalRow[] {
  return effects.map((effect) => {
    const { label, estimate, unit } = effect;
    const wanted = wantedOf(axis, name, effect);
    return {
      ...withCount(row(`${name} ${label}`, label, estimate), unit),
      wanted: { words: WANTED[wanted], verdict: verdict(estimate, wanted, unit) },
    };
  });
}

/** A share is shown as a count as well. */
function withCount(known: IntervalRow, unit: Effect['unit']): IntervalRow {
  return unit === 'share'
    ? { ...known, note: `${countOf(known)}${known.note === '' ? '' : `, ${known.note}`}` }
    : known;
}

/** What the readout tells inside texts, and the raw views beside it. */
export function readingRows(readout: ReadoutEvidence): IntervalRow[] {
  return readoutRows(readout).map(({ texts, places, auroc, wanted }) => {
    const known = row(`readout ${texts} ${places}`, texts, auroc);
    return {
      ...known,
      note: `${places}${known.note === '' ? '' : `, ${known.note}`}`,
      ...(wanted === 0.5 && { wanted: { words: WANTED['near 0.5'], verdict: verdict(auroc, 'near 0.5', 'AUROC') } }),
    };
  });
}

const KINDS: Readonly<Record<Transfer['kind'], string>> = {
  style: 'style left out',
  set: 'set left out',
  tap: 'control text never trained on',
  form: 'chat form never trained on',
  part: 'these topics alone',
  axis: 'another axis',
};

/** What the probe reads that it was not trained on. Another axis is none of its business: nothing is wanted there. */
export function transferRows(transfer: readonly Transfer[]): IntervalRow[] {
  return transfer.map(({ kind, name, auroc, pairs, chosen }) => {
    const known = row(`${kind} ${name}`, name, auroc);
    const at = chosen === undefined ? '' : `, layer ${chosen.layer} and penalty ${chosen.penalty} chosen without it`;
    const note = `${KINDS[kind]}, ${Math.round(pairs * 100)} % of topics right way round${at}${known.note === '' ? '' : `, ${known.note}`}`;
    return { ...known, note };
  });
}

/** What would do without the model, and the probe beside it. */
export function baselineRows(report: Report): IntervalRow[] {
  const nested = report.curves[0]?.nested.auroc;
  return [
    ...(nested === undefined ? [] : [row('probe', 'This probe, layer chosen without the topic', nested)]),
    ...rivalsOf(report).flatMap(({ label, auroc }) => (auroc === null ? [] : [row(label, label, auroc)])),
  ];
}

/** The strongest of what would do without the model, as a level in the chart. */
export function strongestRival(
  report: Report,
): { readonly name: string; readonly short: string; readonly value: number } | undefined {
  const rivals = rivalsOf(report).flatMap(({ label, short, auroc }) =>
    auroc === null ? [] : [{ name: label, short, value: auroc.value }],
  );
  return rivals.sort((a, b) => b.value - a.value)[0];
}

/** The poles, each measured from neutral. */
export function poleRows({ poles, axis }: Report): IntervalRow[] {
  return [
    row('positive', `${axis.positive} against neutral`, poles.positiveAgainstNeutral),
    row('negative', `${axis.negative} against neutral`, poles.negativeAgainstNeutral),
    row('positive-own', `${axis.positive} against neutral, a fit of its own`, poles.positiveOwnFit),
    row('negative-own', `${axis.negative} against neutral, a fit of its own`, poles.negativeOwnFit),
  ];
}

function row(key: string, label: string, { value, low, high, n, note }: Estimate): IntervalRow {
  return { key, label, note: note ?? '', value, low, high, n, wanted: null };
}
