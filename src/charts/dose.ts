/** Effect over KL as a Plotly figure: the direction with its intervals, its two interventions, the control, and every placebo. Pure. */
import { ticksBetween } from './figure-scale.ts';
import type { Estimate } from '../stats/estimate.ts';
import type { DoseReport, DoseSeries } from '../steering/dose-types.ts';
import { effectWords, nats, perplexityWords } from '../steering/dose-words.ts';
import { signedNumber } from './along.ts';
import { CHARACTER } from './across.ts';
import type { Theme } from './colour.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { FigureTone } from './figure.ts';
import { commonLayout, toneColour, toneLine } from './looks.ts';
import { overPlot } from './panel.ts';
import type { Annotation, Figure, MarkLook, ScatterTrace, Shape } from './plotly-figure.ts';
import { type PlacedPoint, pointTrace, whiskers } from './series.ts';
import { linesOf, plotlyLines, plotlyText } from './text.ts';

const PLOT_HEIGHT = 320;
const RIGHT = 14;
/** Room before the first KL, where placebos stand, and after the last. */
const BEFORE = 78;
const AFTER = 30;
/** The placebos of a KL stand before it, on so many CSS pixels where the KLs lie far enough apart, and end so far from it. */
const ROOM = 44;
const GAP = 14;
/** How far from its KL the control stands, and the two interventions by themselves. */
const CONTROL_ASIDE = 9;
const STEERING_ASIDE = -7;
const LINE = 16;
const HOVER = 40;

/** Room for what stands at the ends of lines, in CSS pixels, and less of it on a narrow figure. */
const END_ROOM = [84, 128] as const;
const NARROW = 460;
/** How far two of these names must lie apart. */
const END_APART = 36;

/** How it is drawn; `few`: the effect, the control and the range of the placebos alone, with their names at the ends of lines. */
export interface DoseLook {
  readonly theme: Theme;
  readonly width: number;
  readonly few?: boolean;
}

/** The figure on `width` CSS pixels. */
export function doseResponseFigure(report: DoseReport, { theme, width, few = false }: DoseLook): Figure {
  const { axis, direction, neutral, placebos } = report;
  const colours = FIGURE_COLOURS[theme];
  const targets = [
    ...new Set([direction, ...placebos].flatMap(({ levels }) => levels.map(({ target }) => target))),
  ].sort((a, b) => a - b);
  const ticks = upTicks(valuesOf(report, few));
  const right = few ? END_ROOM[width < NARROW ? 0 : 1] : RIGHT;
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const left = Math.ceil(12 + CHARACTER * Math.max(...ticks.map((tick) => signedNumber(tick).length)));
  const across = acrossOf(targets, width - left - right);
  const up = plotlyLines(`change of the log-odds, ${axis.positive} over ${axis.negative} (nats)`, width / CHARACTER);
  const under = (
    few
      ? ['KL: how far the next word changes, in nats (log scale)', 'strength']
      : [
          'KL in nats, 95th percentile, log scale',
          'strength, in lengths of the stream',
          `perplexity of neutral text (unsteered ${perplexityWords(neutral.perplexity)})`,
        ]
  ).flatMap((line) => linesOf(plotlyLines(line, (width - left - right) / CHARACTER)));
  const top = LINE * linesOf(up).length + 18;
  const below = (few ? 2 : 3) * LINE + 14 + LINE * under.length;
  const level = (target: number) => direction.levels.find((one) => one.target === target);
  return {
    data: traces(report, across, theme, Math.min(HOVER, (width / 2 - 24) / CHARACTER), few),
    layout: {
      ...commonLayout(theme),
      width,
      height: top + PLOT_HEIGHT + below,
      margin: { l: left, r: right, t: top, b: below, pad: 0 },
      xaxis: {
        type: 'log',
        range: across.range,
        showgrid: false,
        zeroline: false,
        showline: true,
        linecolor: colours.muted,
        ticks: 'outside',
        ticklen: 4,
        tickcolor: colours.muted,
        tickvals: targets,
        ticktext: targets.map((target) => {
          const at = level(target);
          return [
            nats(target),
            ...(at ? [nats(at.strength), ...(few ? [] : [perplexityWords(at.perplexity)])] : []),
          ].join('<br>');
        }),
        tickangle: 0,
        tickfont: { color: colours.muted },
        title: { text: under.map(plotlyText).join('<br>'), font: { size: 12, color: colours.ink }, standoff: 6 },
      },
      yaxis: {
        range: [low, high],
        gridcolor: colours.hairline,
        zeroline: true,
        zerolinecolor: colours.muted,
        zerolinewidth: 1,
        tickvals: ticks,
        ticktext: ticks.map(signedNumber),
        tickfont: { color: colours.muted },
      },
      shapes: spreadShapes(placebos, across, colours.band, few),
      annotations: [
        { ...overPlot(up, left), font: { size: 12, color: colours.ink } },
        ...(few ? endLabels(report, across, theme, { room: right, perUnit: PLOT_HEIGHT / (high - low) }) : []),
      ],
      showlegend: false,
      dragmode: 'zoom',
    },
  };
}

/** The lower axis: places beside a KL are in CSS pixels. */
interface Across {
  readonly range: readonly [number, number];
  readonly room: number;
  beside(target: number, pixels: number): number;
}

function acrossOf(targets: readonly number[], width: number): Across {
  const logs = targets.map(Math.log10);
  const [first = 0, last = 0] = [logs[0], logs.at(-1)];
  const span = last - first || 1;
  const pixel = span / Math.max(1, width - BEFORE - AFTER);
  const [before, after] = last > first ? [BEFORE * pixel, AFTER * pixel] : [span / 2, span / 2];
  const gap = Math.min(...logs.slice(1).map((own, index) => own - (logs[index] ?? own))) / pixel;
  return {
    range: [first - before, last + after],
    room: Math.max(8, Math.min(ROOM, gap - GAP - CONTROL_ASIDE - 24)),
    beside: (target, pixels) => target * 10 ** (pixels * pixel),
  };
}

function traces(report: DoseReport, across: Across, theme: Theme, hover: number, few: boolean): ScatterTrace[] {
  const { axis, choices, control, direction, placebos } = report;
  const { muted, paper } = FIGURE_COLOURS[theme];
  const point = (name: string, target: number, estimate: Estimate, pixels = 0): PlacedPoint => ({
    x: across.beside(target, pixels),
    y: estimate.value,
    ...(estimate.low === null || estimate.high === null ? {} : { low: estimate.low, high: estimate.high }),
    says: plotlyLines(`${name}, KL ${nats(target)}: ${effectWords(estimate)}`, hover),
  });
  const line = (
    tone: FigureTone,
    rank: number,
    name: string,
    points: readonly PlacedPoint[],
    intervals: boolean,
  ): ScatterTrace => {
    const ink = { name: plotlyText(name), tone, theme, rank };
    return {
      ...pointTrace(points, ink),
      mode: 'lines+markers',
      line: toneLine(tone, theme),
      ...(intervals ? whiskers(points, ink) : {}),
    };
  };
  const of = (kind: DoseSeries['kind']): readonly DoseSeries[] => placebos.filter((one) => one.kind === kind);
  const cloud = (
    some: readonly DoseSeries[],
    rank: number,
    name: string,
    look: Partial<MarkLook>,
    at = -GAP - across.room / 2,
  ): ScatterTrace[] => {
    if (some.length === 0) return [];
    const points = some.flatMap(({ title, levels }, index) =>
      levels.map(({ target, effect }) =>
        point(title, target, effect, at + (some.length < 2 ? 0 : (index / (some.length - 1) - 0.5) * across.room)),
      ),
    );
    const trace = pointTrace(points, { name: plotlyText(name), tone: 'null', theme, rank });
    return [
      { ...trace, marker: { symbol: 'x-thin', size: 6, color: muted, line: { color: muted, width: 1.3 }, ...look } },
    ];
  };
  const [flipped, isotropic] = [of('flipped'), of('isotropic')];
  const ring = { symbol: 'circle', size: 5.6, color: paper, line: { color: muted, width: 1 } } as const;
  const level = direction.levels;
  const others = [
    ...cloud(flipped, 4, `placebos, poles flipped by chance (n = ${flipped.length}); grey: from least to most`, ring),
    ...cloud(isotropic, 5, `placebos, isotropic (n = ${isotropic.length})`, {}),
    ...of('unrelated').flatMap((one, index) =>
      cloud([one], 6 + index, `unrelated axis: ${one.title}`, { symbol: 'diamond', size: 7.7 }, -GAP - across.room - 6),
    ),
    line(
      'positive',
      1,
      `steered towards ${axis.positive}: change from unsteered`,
      level.map(({ target, towards }) => point(`towards ${axis.positive}`, target, towards, STEERING_ASIDE)),
      false,
    ),
    line(
      'negative',
      2,
      `steered towards ${axis.negative}: change from unsteered`,
      level.map(({ target, away }) => point(`towards ${axis.negative}`, target, away, STEERING_ASIDE)),
      false,
    ),
  ];
  return [
    ...(few ? [] : others),
    ...(control === null
      ? []
      : [
          line(
            'second',
            3,
            `the same strength on ${control.choices.name}, with 95 % interval (${control.choices.pairs} choices)`,
            control.levels.map(({ target, effect }) => point(control.choices.name, target, effect, CONTROL_ASIDE)),
            true,
          ),
        ]),
    line(
      'first',
      0,
      `${direction.title}: half of what lies between both poles, with 95 % interval (${choices.pairs} choices)`,
      level.map(({ target, effect }) => point(direction.title, target, effect)),
      true,
    ),
  ];
}

/** What stands at the end of each line, and under the first range of the placebos: no key has to be looked up. */
function endLabels(
  { axis, direction, control, placebos }: DoseReport,
  across: Across,
  theme: Theme,
  { room, perUnit }: { readonly room: number; readonly perUnit: number },
): Annotation[] {
  const label = (words: string, target: number, value: number, tone: FigureTone): Annotation => ({
    text: plotlyLines(words, (room - 22) / CHARACTER),
    xref: 'x',
    yref: 'y',
    // Along a logarithmic axis a place is a logarithm.
    x: Math.log10(target),
    y: value,
    xanchor: 'left',
    yanchor: 'middle',
    xshift: 18,
    align: 'left',
    showarrow: false,
    font: { size: 12, color: toneColour(tone, theme) },
  });
  const [last, other] = [direction.levels.at(-1), control?.levels.at(-1)];
  const apart = last && other ? (last.effect.value - other.effect.value) * perUnit : END_APART;
  const nudge = Math.max(0, END_APART - Math.abs(apart)) / 2;
  const up = apart < 0 ? -nudge : nudge;
  const ranked = placebos.filter(({ kind }) => kind !== 'unrelated').flatMap(({ levels }) => levels);
  const first = ranked[0]?.target;
  const lowest = Math.min(...ranked.filter(({ target }) => target === first).map(({ effect }) => effect.value));
  return [
    ...(last
      ? [{ ...label(`${axis.positive} over ${axis.negative}`, last.target, last.effect.value, 'first'), yshift: up }]
      : []),
    ...(control && other
      ? [
          {
            ...label(control.choices.name.replace(/-choices$/, ''), other.target, other.effect.value, 'second'),
            yshift: -up,
          },
        ]
      : []),
    ...(first === undefined
      ? []
      : [
          {
            ...label('chance', across.beside(first, -GAP - across.room / 2), lowest, 'null'),
            xanchor: 'center',
            yanchor: 'top',
            xshift: 0,
            yshift: -2,
          } as const,
        ]),
  ];
}

/** From the least to the most of what the flipped placebos do, at each KL; of all that mean nothing where `few` are drawn. */
function spreadShapes(
  placebos: readonly DoseSeries[],
  { beside, room }: Across,
  fillcolor: string,
  few: boolean,
): Shape[] {
  const byTarget = new Map<number, number[]>();
  for (const { kind, levels } of placebos) {
    if (kind !== 'flipped' && !(few && kind === 'isotropic')) continue;
    for (const { target, effect } of levels) byTarget.set(target, [...(byTarget.get(target) ?? []), effect.value]);
  }
  return [...byTarget].map(([target, values]) => ({
    type: 'rect',
    layer: 'below',
    xref: 'x',
    yref: 'y',
    x0: beside(target, -GAP - room - 3),
    x1: beside(target, -GAP + 3),
    y0: Math.min(...values),
    y1: Math.max(...values),
    line: { width: 0 },
    fillcolor,
    opacity: 0.5,
  }));
}

/** Round numbers from below the least to above the most, with zero among them. */
function upTicks(values: readonly number[]): number[] {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const inside = ticksBetween(low, high, 8);
  const step = inside.length > 1 ? (inside[1] ?? 1) - (inside[0] ?? 0) : high - low || 1;
  const from = Math.floor(low / step - 0.05);
  const to = Math.ceil(high / step + 0.05);
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
}

function valuesOf({ direction, control, placebos }: DoseReport, few: boolean): number[] {
  const ends = ({ value, low, high }: Estimate): number[] => [value, low ?? value, high ?? value];
  return [
    ...direction.levels.flatMap(({ effect, towards, away }) => [
      ...ends(effect),
      ...(few ? [] : [towards.value, away.value]),
    ]),
    ...(control?.levels ?? []).flatMap(({ effect }) => ends(effect)),
    ...placebos
      .filter(({ kind }) => !few || kind !== 'unrelated')
      .flatMap(({ levels }) => levels.map(({ effect }) => effect.value)),
  ];
}
