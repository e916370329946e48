/** A dose–response as one table, for CSV files and for who would rather read it: the numbers of the figure with nothing rounded away. */
import type { Cell } from '../../base/csv.ts';
import type { DoseLevel, DoseReport, DoseSeries } from '../../steering/dose-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { ReportTable } from './report-tables.ts';

const of = (name: string): readonly string[] => [name, `${name}_low95`, `${name}_high95`];
const HEADER = [
  'kind',
  'direction',
  'kl_asked',
  'kl',
  'mean_kl',
  'strength',
  'perplexity',
  ...of('effect'),
  ...of('towards'),
  ...of('away'),
  ...of('right'),
  'n',
];

/**
 * One row a direction and KL, the control's rows last. Effects and KLs are in nats, strengths in typical lengths of the stream,
 * `right` is a share from 0 to 1, `n` counts choices. The control has effects and shares only.
 */
export function doseTable({ direction, placebos, control }: DoseReport): ReportTable {
  const series = [direction, ...placebos].flatMap((one) => one.levels.map((level) => row(one, level)));
  const controls = (control?.levels ?? []).map(({ target, effect, right }): readonly Cell[] => [
    'control',
    control?.choices.name ?? '',
    target,
    null,
    null,
    null,
    null,
    ...cells(effect),
    ...none,
    ...none,
    ...cells(right),
    effect.n,
  ]);
  return { name: 'dose', header: HEADER, rows: [...series, ...controls] };
}

const none: readonly Cell[] = [null, null, null];

function row(
  { kind, title }: DoseSeries,
  { target, kl, meanKl, strength, perplexity, effect, towards, away, right }: DoseLevel,
): readonly Cell[] {
  return [
    kind,
    title,
    target,
    kl,
    meanKl,
    strength,
    Number.isFinite(perplexity) ? perplexity : null,
    ...cells(effect),
    ...cells(towards),
    ...cells(away),
    ...cells(right),
    effect.n,
  ];
}

function cells({ value, low, high }: Estimate): readonly Cell[] {
  return [value, low, high];
}
