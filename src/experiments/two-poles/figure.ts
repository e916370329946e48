/** The figure: what each axis gains, what a class gains by the number of turns that show X, and the share by class. */
import type { ExperimentFigure, FigurePanel, FigureSeries } from '../../charts/figure.ts';
import type { Planned } from './contrasts.ts';
import type { DosePoint } from './doses.ts';
import { beyondOf } from './gains.ts';
import { type AxisRow, ofClass, overTopics } from './rows.ts';
import { type AxisClass, CLASSES, mostShown, type TwoPolesSpec } from './spec.ts';
import { pointOf } from '../figure-point.ts';

const TONES: Readonly<Record<AxisClass, FigureSeries['tone']>> = { conduct: 'fifth', style: 'first' };
const LONG: Readonly<Record<AxisClass, string>> = { conduct: 'conduct and feeling', style: 'style' };

/** The Waluigi gain by axis first; the dose only where it was read. */
export function twoPolesFigure(
  spec: TwoPolesSpec,
  rows: readonly AxisRow[],
  planned: Planned,
  doses: readonly DosePoint[],
): ExperimentFigure {
  return {
    caption: `Waluigi gain by axis: how many bits cheaper a turn of the opposite becomes once ${mostShown(spec)} turns of other topics have shown one pole, beyond a marked turn of another axis. Coloured: the opposite, with its 95 % interval over topics; grey: the shown pole itself. Axes of conduct and feeling first, then axes of style, each in order of the gain. Share by class: what the opposite gains as a share of what the shown pole gains, an axis a dot, each class with its 95 % interval over axes.${doses.length === 0 ? '' : ' By dose: what both gain by how many turns show the pole.'}`,
    panels: [axisPanel(spec, rows), sharePanel(rows, planned), ...dosePanel(doses)],
  };
}

function axisPanel(spec: TwoPolesSpec, rows: readonly AxisRow[]): FigurePanel {
  const gain = ({ gains }: AxisRow): number => gains.opposite - gains.marked;
  const order = CLASSES.flatMap((kind) => ofClass(rows, kind).sort((one, other) => gain(other) - gain(one)));
  return {
    title: 'Waluigi gain by axis',
    x: { label: 'axis', categories: order.map(nameOf) },
    y: { label: 'gain over a marked turn of another axis (bits a turn)' },
    series: [
      ...CLASSES.map((kind): FigureSeries => ({
        name: `the opposite, ${LONG[kind]}`,
        as: 'intervals',
        tone: TONES[kind],
        points: ofClass(order, kind).map((row) => {
          const estimate = overTopics(row, beyondOf, spec.draws, spec.seed);
          return pointOf(nameOf(row), estimate, `${row.axis.a} – ${row.axis.b}: ${estimate.value.toFixed(2)}`);
        }),
      })),
      {
        name: 'the shown pole itself',
        as: 'dots',
        tone: 'null',
        points: order.map((row) => ({
          x: nameOf(row),
          y: row.gains.own - row.gains.marked,
          label: `${row.axis.a} – ${row.axis.b}, shown: ${(row.gains.own - row.gains.marked).toFixed(2)}`,
        })),
      },
    ],
    bands: [{ from: -spec.thresholds.gainBits, to: spec.thresholds.gainBits, says: 'practically nothing' }],
    lines: [{ at: 0, across: 'x', says: 'no gain beyond a marked turn' }],
  };
}

function sharePanel(rows: readonly AxisRow[], { share }: Planned): FigurePanel {
  return {
    title: 'Share by class',
    x: { label: 'kind of axis', categories: CLASSES.map((kind) => LONG[kind]) },
    y: { label: 'opposite’s gain / shown pole’s gain' },
    series: [
      ...CLASSES.map((kind): FigureSeries => ({
        name: `an axis of ${LONG[kind]}`,
        as: 'dots',
        tone: TONES[kind],
        points: ofClass(rows, kind).map(({ axis, gains }) => ({
          x: LONG[kind],
          y: gains.opposite / gains.own,
          label: `${axis.a} – ${axis.b}: ${(gains.opposite / gains.own).toFixed(2)}`,
        })),
      })),
      {
        name: 'share of a class with its 95 % interval',
        as: 'intervals',
        tone: 'third',
        points: CLASSES.map((kind) => pointOf(LONG[kind], share[kind].estimate, LONG[kind])),
      },
    ],
    lines: [
      { at: 0, across: 'x', says: 'the opposite gains nothing' },
      { at: 1, across: 'x', says: 'it gains as much as the shown pole' },
    ],
  };
}

function dosePanel(points: readonly DosePoint[]): FigurePanel[] {
  if (points.length === 0) return [];
  return [
    {
      title: 'By dose',
      x: { label: 'turns that show the pole', log: true },
      y: { label: 'gain over the neutral turn (bits a turn)' },
      series: CLASSES.flatMap((kind): FigureSeries[] =>
        (['own', 'opposite'] as const).map((which) => ({
          name: `${which === 'own' ? 'the shown pole' : 'the opposite'}, ${LONG[kind]}`,
          as: 'line',
          tone: which === 'own' ? (kind === 'conduct' ? 'second' : 'fourth') : TONES[kind],
          points: points
            .filter((point) => point.kind === kind)
            .map((point) => pointOf(point.dose, point[which], `${point.dose}: ${point[which].value.toFixed(2)}`)),
        })),
      ),
      lines: [{ at: 0, across: 'x', says: 'no gain' }],
    },
  ];
}

function nameOf({ axis }: AxisRow): string {
  return `${axis.a}–${axis.b}`;
}
