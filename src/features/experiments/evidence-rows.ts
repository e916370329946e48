/** Rows of the drawn tables of the Experiments place. Nothing is wanted of any of them: no verdict is printed here. */
import type { Effect } from '../../probe/report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { effectsOf, worstDrift, type ProbeEvidenceRow } from '../../state/probes/shipped-evidence.svelte.ts';
import type { IntervalRow } from '../../ui/tables/interval-row.ts';

/** One control's effects in one unit, one row a probe and effect. */
export function controlRows(probes: readonly ProbeEvidenceRow[], control: string, unit: Effect['unit']): IntervalRow[] {
  return probes.flatMap(({ key, title, report }) =>
    effectsOf(report, control)
      .filter((effect) => effect.unit === unit)
      .map(({ label, estimate }) => row(`${key} ${label}`, title, label, estimate)),
  );
}

/** The largest drift of each probe. */
export function driftRows(probes: readonly ProbeEvidenceRow[]): IntervalRow[] {
  return probes.flatMap(({ key, title, report }) => {
    const worst = worstDrift(report);
    return worst === null ? [] : [row(key, title, `largest, after ${worst.sentences} sentences`, worst)];
  });
}

/** A number about the poles of each probe; probes in which a pole is at noise have none. */
export function poleNumberRows(probes: readonly ProbeEvidenceRow[], which: 'cosine' | 'salience'): IntervalRow[] {
  return probes.flatMap(({ key, title, report }) => {
    const estimate = report.poles[which];
    return estimate === null ? [] : [row(key, title, `layer ${report.layer}`, estimate)];
  });
}

/** Probes whose number does not exist, by title. */
export function withoutNumber(probes: readonly ProbeEvidenceRow[], which: 'cosine' | 'salience'): string[] {
  return probes.filter(({ report }) => report.poles[which] === null).map(({ title }) => title);
}

/** Both poles of each probe against neutral. */
export function neutralRows(probes: readonly ProbeEvidenceRow[]): IntervalRow[] {
  return probes.flatMap(({ key, report: { axis, poles } }) => [
    row(`${key} positive`, axis.positive, '', poles.positiveAgainstNeutral),
    row(`${key} negative`, axis.negative, '', poles.negativeAgainstNeutral),
  ]);
}

function row(key: string, label: string, note: string, { value, low, high, n, note: said }: Estimate): IntervalRow {
  return {
    key,
    label,
    note: [note, said ?? ''].filter((part) => part !== '').join(', '),
    value,
    low,
    high,
    n,
    wanted: null,
  };
}
