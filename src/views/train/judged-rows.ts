/** Rows of the judged view from a report: estimates with what is wanted of them. */
import { WANTED } from '../../content/training.ts';
import type { ControlResult, Estimate, Report, Transfer } from '../../core/report-types.ts';
import { verdict } from '../../core/verdict.ts';
import type { IntervalRow } from '../../ui/interval-row.ts';

/** A control's effects. */
export function effectRows({ name, effects }: ControlResult): IntervalRow[] {
  return effects.map(({ label, estimate, unit, wanted }) => ({
    ...row(`${name} ${label}`, label, estimate),
    wanted: { words: WANTED[wanted], verdict: verdict(estimate, wanted, unit) },
  }));
}

const KINDS: Readonly<Record<Transfer['kind'], string>> = { style: 'style left out', tap: 'tap never trained on', set: 'another set', axis: 'another axis' };

/** What the probe reads that it was not trained on. Another axis is none of its business: nothing is wanted there. */
export function transferRows(transfer: readonly Transfer[]): IntervalRow[] {
  return transfer.map(({ kind, name, auroc, pairs }) => {
    const known = row(`${kind} ${name}`, name, auroc);
    const note = `${KINDS[kind]}, ${Math.round(pairs * 100)} % of topics right way round${known.note === '' ? '' : `, ${known.note}`}`;
    return { ...known, note };
  });
}

/** What would do without the model, and the probe beside it. */
export function baselineRows({ baselines, curves }: Report): IntervalRow[] {
  const nested = curves[0]?.nested.auroc;
  return [
    ...(nested === undefined ? [] : [row('probe', 'This probe, layer chosen without the topic', nested)]),
    ...(baselines.bagOfWords === null ? [] : [row('words', 'Words alone (naive Bayes)', baselines.bagOfWords)]),
    row('length', 'Number of words alone', baselines.length),
  ];
}

/** The poles, each measured from neutral. */
export function poleRows({ poles, axis }: Report): IntervalRow[] {
  return [row('positive', `${axis.positive} against neutral`, poles.positiveAgainstNeutral), row('negative', `${axis.negative} against neutral`, poles.negativeAgainstNeutral), row('positive-own', `${axis.positive} against neutral, a fit of its own`, poles.positiveOwnFit), row('negative-own', `${axis.negative} against neutral, a fit of its own`, poles.negativeOwnFit)];
}

function row(key: string, label: string, { value, low, high, n, note }: Estimate): IntervalRow {
  return { key, label, note: note ?? '', value, low, high, n, wanted: null };
}
