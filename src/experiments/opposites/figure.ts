/** The figure: the gain of every axis by cell, antipodality against it, how it grows with the dose, and what steering does. */
import type { ExperimentFigure, FigurePanel, FigurePoint, FigureSeries } from '../../charts/figure.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { antipodalityByAxis } from './antipodality.ts';
import type { Planned } from './contrasts.ts';
import { axesOf } from './judge.ts';
import { doseEstimate } from './measures.ts';
import { INTERVENTIONS, type SteeringId } from './steering-directions.ts';
import { STEERED_WORDS, steeringMeasures } from './steering-findings.ts';
import type { AxisRow } from './rows.ts';
import { CELLS, type CellId, type OppositesSpec } from './spec.ts';
import { pointOf } from '../figure-point.ts';

/** A tone a cell; none is a pole. */
const TONES: Readonly<Record<CellId, FigureSeries['tone']>> = {
  'moral-opposable': 'fifth',
  'moral-single': 'sixth',
  'other-opposable': 'first',
  'other-single': 'second',
};

/** Three panels from the rows, and a fourth where the stream was steered. */
export function oppositesFigure(
  spec: OppositesSpec,
  rows: readonly AxisRow[],
  planned: Planned,
  middle: number,
): ExperimentFigure {
  const rope = { from: -spec.thresholds.ropeBits, to: spec.thresholds.ropeBits, says: 'practically nothing' };
  const gain = 'gain of the opposite over an unrelated act (bits an act)';
  const most = spec.doses.at(-1) ?? 0;
  const steered = steeringPanel(spec, rows, rope);
  return {
    caption: `How many bits cheaper an act of the opposite becomes than an equally likely unrelated act once X has been shown by ${most} sentences. By cell: a dot an axis, with the mean and 95 % interval of each cell. Against antipodality: the same against how far X and its opposite leave neutral in opposite ways. By dose: by how many sentences show X.${steered.length === 0 ? '' : ' Steered: what steering the stream does where nobody has been shown to be anything; all interventions change neutral text by the same KL.'}`,
    panels: [
      cellPanel(rows, planned, gain, rope),
      streamPanel(rows, middle, gain, rope),
      dosePanel(spec, rows, gain, rope),
      ...steered,
    ],
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
      ...CELLS.map(({ id, says }): FigureSeries => ({
        name: says,
        as: 'dots',
        tone: TONES[id],
        points: rows
          .filter(({ cell }) => cell === id)
          .map((row) => ({ x: says, y: row.specific, label: labelOf(row) })),
      })),
      {
        name: 'mean of a cell with its 95 % interval',
        as: 'intervals',
        tone: 'third',
        points: planned.cells.map(({ estimate }, i): FigurePoint => ({
          x: CELLS[i]?.says ?? '',
          y: estimate.value,
          ...(estimate.low === null || estimate.high === null ? {} : { low: estimate.low, high: estimate.high }),
          label: `${CELLS[i]?.says ?? ''}: ${axesOf(estimate.n)}`,
        })),
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
    x: {
      label:
        'antipodality: −⟨a, b⟩ over the mean squared length of axes like it, so no cosine: an axis may lie beyond ±1',
    },
    y: { label: gain },
    series: CELLS.map(({ id, says }): FigureSeries => ({
      name: says,
      as: 'dots',
      tone: TONES[id],
      points: rows.flatMap((row, i) =>
        row.cell === id && Number.isFinite(alpha[i])
          ? [{ x: alpha[i] ?? NaN, y: row.specific, label: labelOf(row) }]
          : [],
      ),
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
      name: says,
      as: 'line',
      tone: TONES[id],
      points: doses.map((dose) =>
        pointOf(
          dose,
          doseEstimate(
            spec,
            rows.filter(({ cell }) => cell === id),
            dose,
          ),
          `${says}, ${dose}`,
        ),
      ),
    })),
    bands: [rope],
    lines: [ZERO],
  };
}

/** What each steering is called under the plot. */
const SHORT: Readonly<Record<SteeringId, string>> = {
  away: 'away from X',
  opposite: 'opposite',
  random: 'random',
  unrelated: 'other opposite',
};

/** What each steering does, a dot an axis; none of a run without interventions. */
function steeringPanel(spec: OppositesSpec, rows: readonly AxisRow[], rope: Band): FigurePanel[] {
  const measures = steeringMeasures(spec, rows);
  const means = INTERVENTIONS.flatMap((id): FigurePoint[] => {
    const estimate = measures.find((measure) => measure.id === `push-${id}`)?.estimate ?? NOTHING;
    return Number.isNaN(estimate.value)
      ? []
      : [pointOf(SHORT[id], estimate, `${STEERED_WORDS[id]}: ${axesOf(estimate.n)}`)];
  });
  if (means.length === 0) return [];
  const dots = rows.flatMap((row) =>
    row.pushes.flatMap(({ id, kl, change }): FigurePoint[] =>
      kl === null
        ? []
        : [{ x: SHORT[id], y: change, label: `${row.axis.x} – ${row.axis.opposite}: ${change.toFixed(2)}` }],
    ),
  );
  return [
    {
      title: 'Steered',
      x: { label: 'direction of the steering', categories: INTERVENTIONS.map((id) => SHORT[id]) },
      y: { label: 'change of the opposite over an unrelated act (bits an act)' },
      series: [
        { name: 'an axis under steering', as: 'dots', tone: 'fourth', points: dots },
        { name: 'mean of an intervention with its 95 % interval', as: 'intervals', tone: 'third', points: means },
      ],
      bands: [rope],
      lines: [ZERO],
    },
  ];
}

const NOTHING: Estimate = { value: NaN, low: null, high: null, n: 0 };

function labelOf({ axis, specific }: AxisRow): string {
  return `${axis.x} – ${axis.opposite}: ${specific.toFixed(2)}`;
}
