/** The figure: readings along the story, what follows what in free writing, and the evidence ratio with both claims. */
import type { ExperimentFigure, FigurePanel, FigurePoint, FigureSeries } from '../../charts/figure.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { mean, quantile } from '../../stats/stats.ts';
import type { Forced } from './forced.ts';
import type { Free } from './free-half.ts';
import { LABELS } from './label.ts';
import type { ScheduleId } from './schedules.ts';
import type { FlipBackSpec } from './spec.ts';
import { lineOf, type Trace } from './traces.ts';
import { pointOf } from '../figure-point.ts';

/** How an order is drawn in either panel of traces. */
type Drawn = readonly [order: ScheduleId, name: string, tone: FigureSeries['tone']];

const PLAIN: readonly Drawn[] = [
  ['all-light', 'always kind', 'positive'],
  ['all-dark', 'always cruel', 'negative'],
  ['dark-light', 'cruel, then kind', 'first'],
  ['light-dark', 'kind, then cruel', 'second'],
];
const TURNED: readonly Drawn[] = [
  ['all-light', 'always kind', 'null'],
  ['all-dark', 'always cruel', 'null'],
  ['reveal', 'double agent', 'first'],
  ['dream', 'dream', 'second'],
  ['rupture', 'topic break, then kind', 'third'],
  ['dark-light-dark', 'cruel, kind, cruel', 'fourth'],
];

/** Evidence ratios of the control axes, where they were read. */
export interface OtherRatios {
  readonly formal?: Estimate | undefined;
  readonly mood?: Estimate | undefined;
}

/** See {@link ExperimentFigure}. */
export function figureOf(
  spec: FlipBackSpec,
  layers: readonly number[],
  traces: readonly Trace[],
  forced: Forced,
  free: Free,
  others: OtherRatios,
): ExperimentFigure {
  const after = `After four cruel beats, kind ones move the reading by ${forced.ratio.value.toFixed(2)} of what cruel ones take from a kind story.`;
  return {
    caption: `Readings at the same neutral sentences after every beat, with the band that holds 90 % of the stories; zero lies midway between stories that never switch, beat by beat. ${after} 1 means that kind and cruel acts weigh alike, 0 that nothing leads back.`,
    panels: [
      fan('Plain orders', traces, PLAIN),
      fan('Reveal, dream, topic break', traces, TURNED),
      flow(free),
      ratios(spec, layers, forced, others),
    ],
  };
}

function fan(title: string, traces: readonly Trace[], drawn: readonly Drawn[]): FigurePanel {
  const beats = lineOf(traces[0] ?? { id: '', z: {}, byLayer: [], random: [] }, 'all-light').map((_, beat) => beat);
  const values = (order: ScheduleId, beat: number): number[] =>
    traces.map((trace) => lineOf(trace, order)[beat] ?? NaN);
  const middle = beats.map((beat) => (mean(values('all-light', beat)) + mean(values('all-dark', beat))) / 2);
  return {
    title,
    x: { label: 'beat' },
    y: { label: 'score at the taps' },
    series: drawn.map(([order, name, tone]): FigureSeries => ({
      name,
      as: 'line',
      tone,
      points: beats.map((beat): FigurePoint => {
        const own = values(order, beat).map((value) => value - (middle[beat] ?? NaN));
        return { x: beat, y: mean(own), low: quantile(own, 0.05), high: quantile(own, 0.95) };
      }),
    })),
    lines: [
      { at: 0, across: 'x', says: 'midway' },
      { at: 4.5, across: 'y', says: 'first switch' },
      { at: 8.5, across: 'y', says: 'second switch' },
    ],
  };
}

/** Names of the states in free writing. */
const STATES = ['kind', 'cruel', 'neither', 'refusal'];

function flow({ posterior }: Free): FigurePanel {
  const kept = LABELS.map((_, i) => i).filter((i) => i < 3);
  const name = (from: number, to: number): string => `${STATES[from] ?? ''} → ${STATES[to] ?? ''}`;
  const tones: readonly FigureSeries['tone'][] = ['positive', 'negative', 'null'];
  return {
    title: 'What follows what in free writing',
    x: { label: 'sentence and the next', categories: kept.flatMap((from) => kept.map((to) => name(from, to))) },
    y: { label: 'probability', range: [0, 1] },
    series: kept.map((from): FigureSeries => ({
      name: `after ${STATES[from] ?? ''}`,
      as: 'intervals',
      tone: tones[from] ?? 'null',
      points: kept.map((to) => point(name(from, to), posterior[from]?.[to])),
    })),
  };
}

function ratios(
  { thresholds }: FlipBackSpec,
  layers: readonly number[],
  forced: Forced,
  { formal, mood }: OtherRatios,
): FigurePanel {
  const moral: readonly (readonly [string, Estimate | undefined])[] = [
    ['filter', forced.ratio],
    ['first beat', forced.ratioFirst],
    ['four beats', forced.ratioFour],
    [`layer ${layers[0] ?? ''}`, forced.ratioByLayer[0]],
    [`layer ${layers[2] ?? ''}`, forced.ratioByLayer[2]],
  ];
  const control = (
    [
      ['formal', formal],
      ['mood', mood],
    ] as const
  ).filter(([, estimate]) => estimate !== undefined);
  return {
    title: 'Evidence ratio',
    x: { label: 'reading', categories: [...moral, ...control].map(([name]) => name) },
    y: { label: 'kind beats over cruel beats' },
    series: [
      {
        name: 'kind and cruel',
        as: 'intervals',
        tone: 'first',
        points: moral.map(([name, estimate]) => point(name, estimate)),
      },
      ...(control.length === 0
        ? []
        : [
            {
              name: 'control axes',
              as: 'intervals',
              tone: 'null',
              points: control.map(([name, estimate]) => point(name, estimate)),
            } as const,
          ]),
    ],
    bands: [
      { from: thresholds.ratioLow, to: thresholds.ratioHigh, says: 'flips back' },
      { from: 0, to: thresholds.ratioAttractor, says: 'attractor' },
    ],
    lines: [{ at: 1, across: 'x', says: 'acts weigh alike' }],
  };
}

function point(x: string, estimate: Estimate | undefined): FigurePoint {
  return pointOf(x, estimate ?? { value: 0, low: null, high: null });
}
