/** The figure: the gain of every axis by cell, antipodality against it, and how it grows with the dose. */
import type { ExperimentFigure, FigurePanel, FigurePoint, FigureSeries } from '../../core/experiment-types.ts';
import { antipodalityByAxis } from './antipodality.ts';
import type { Planned } from './contrasts.ts';
import { doseEstimate } from './measures.ts';
import type { AxisRow } from './rows.ts';
import { CELLS, type CellId, type OppositesSpec } from './spec.ts';

/** A tone a cell: moral in the poles' inks, others in the neutral ones. */
const TONES: Readonly<Record<CellId, FigureSeries['tone']>> = { 'moral-opposable': 'positive', 'moral-single': 'negative', 'other-opposable': 'first', 'other-single': 'second' };

/** Three panels from the rows. */
export function oppositesFigure(spec: OppositesSpec, rows: readonly AxisRow[], planned: Planned, middle: number): ExperimentFigure {
  const rope = { from: -spec.thresholds.ropeBits, to: spec.thresholds.ropeBits, says: 'practically nothing' };
  const gain = 'gain of the opposite over an unrelated act (bits an act)';
  const most = spec.doses.at(-1) ?? 0;
  return {
    caption: `How many bits cheaper an act of the opposite becomes than an equally likely unrelated act once X has been shown by ${most} sentences. Left: a dot an axis, with the mean and 95 % interval of each cell. Middle: the same against how far X and its opposite leave neutral in opposite ways. Right: by how many sentences show X.`,
    panels: [cellPanel(rows, planned, gain, rope), streamPanel(rows, middle, gain, rope), dosePanel(spec, rows, gain, rope)],
  };
}

type Band = NonNullable<FigurePanel['bands']>[number];

const ZERO = { at: 0, across: 'x', says: 'no difference' } as const;

function cellPanel(rows: readonly AxisRow[], planned: Planned, gain: string, rope: Band): FigurePanel {
  return {
    title: 'By cell',
    x: { label: 'kind of axis', categories: CELLS.map(({ says }) => says) },
    y: { label: gain },
    series: [
      ...CELLS.map(({ id, says }): FigureSeries => ({ name: says, as: 'dots', tone: TONES[id], points: rows.filter(({ cell }) => cell === id).map((row) => ({ x: says, y: row.specific, label: labelOf(row) })) })),
      {
        name: 'mean of a cell with its 95 % interval', as: 'intervals', tone: 'third',
        points: planned.cells.map(({ estimate }, i): FigurePoint => ({ x: CELLS[i]?.says ?? '', y: estimate.value, ...(estimate.low === null || estimate.high === null ? {} : { low: estimate.low, high: estimate.high }), label: `${CELLS[i]?.says ?? ''}: ${estimate.n} axes` })),
      },
    ],
    bands: [rope],
    lines: [ZERO],
  };
}

function streamPanel(rows: readonly AxisRow[], middle: number, gain: string, rope: Band): FigurePanel {
  const alpha = antipodalityByAxis(rows, middle);
  return {
    title: 'Against antipodality',
    x: { label: 'antipodality (-<a, b> over the mean squared length)' },
    y: { label: gain },
    series: CELLS.map(({ id, says }): FigureSeries => ({
      name: says, as: 'dots', tone: TONES[id],
      points: rows.flatMap((row, i) => (row.cell === id && Number.isFinite(alpha[i]) ? [{ x: alpha[i] ?? NaN, y: row.specific, label: labelOf(row) }] : [])),
    })),
    bands: [rope],
    lines: [ZERO, { at: 0, across: 'y', says: 'nothing in common' }],
  };
}

function dosePanel(spec: OppositesSpec, rows: readonly AxisRow[], gain: string, rope: Band): FigurePanel {
  const doses = spec.doses.filter((dose) => rows.every(({ outcomes }) => `shown${dose}` in outcomes));
  return {
    title: 'By dose',
    x: { label: 'sentences that show X', log: true },
    y: { label: gain },
    series: CELLS.map(({ id, says }): FigureSeries => ({
      name: says, as: 'line', tone: TONES[id],
      points: doses.map((dose): FigurePoint => {
        const { value, low, high } = doseEstimate(spec, rows.filter(({ cell }) => cell === id), dose);
        return { x: dose, y: value, ...(low === null || high === null ? {} : { low, high }), label: `${says}, ${dose}` };
      }),
    })),
    bands: [rope],
    lines: [ZERO],
  };
}

function labelOf({ axis, specific }: AxisRow): string {
  return `${axis.x} – ${axis.opposite}: ${specific.toFixed(2)}`;
}
