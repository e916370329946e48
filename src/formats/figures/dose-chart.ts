/** The plot of a dose–response: effect over KL, with every placebo. No mark is told from another by colour alone. */
import { LINE, type Theme } from '../../charts/colour.ts';
import type { DoseReport, DoseSeries } from '../../steering/dose-types.ts';
import { nats, perplexityWords } from '../../steering/dose-words.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { FigureColours } from '../../charts/figure-colours.ts';
import { characters, coordinate, type Markup, type Part, svgText, tag } from '../../charts/svg.ts';

/** Room for the numbers of the upright axis. */
const LEFT = 60;
const HEIGHT = 380;
/** Where each kind of mark stands beside its KL, where the KLs lie far enough apart, in CSS pixels. */
const ASIDE = { flipped: -30, isotropic: -48, unrelated: -62, shift: -11, control: 14 } as const;
/** Distance between neighbouring KLs below which marks move closer together. */
const ROOMY = 150;

/** How marks and lines look. */
export interface DoseInk {
  readonly theme: Theme;
  readonly colours: FigureColours;
}

/** The shapes of the marks, `size` being half their width. */
export const DOSE_MARKS = {
  direction: (x: number, y: number, { colours }: DoseInk): Markup =>
    tag('circle', { cx: x, cy: y, r: 5, fill: colours.ink, stroke: colours.paper, 'stroke-width': 1.5 }),
  towards: (x: number, y: number, { theme, colours }: DoseInk): Markup =>
    tag('path', {
      d: `M${coordinate(x)} ${coordinate(y - 4)}l4 7h-8z`,
      fill: LINE[theme].positive,
      stroke: colours.paper,
      'stroke-width': 0.8,
    }),
  away: (x: number, y: number, { theme, colours }: DoseInk): Markup =>
    tag('path', {
      d: `M${coordinate(x)} ${coordinate(y + 4)}l4 -7h-8z`,
      fill: LINE[theme].negative,
      stroke: colours.paper,
      'stroke-width': 0.8,
    }),
  control: (x: number, y: number, { colours }: DoseInk): Markup =>
    tag('rect', {
      x: x - 4,
      y: y - 4,
      width: 8,
      height: 8,
      fill: colours.paper,
      stroke: colours.ink,
      'stroke-width': 1.5,
    }),
  flipped: (x: number, y: number, { colours }: DoseInk): Markup =>
    tag('circle', {
      cx: x,
      cy: y,
      r: 2.8,
      fill: colours.paper,
      'fill-opacity': 0.6,
      stroke: colours.ink,
      'stroke-width': 1,
    }),
  isotropic: (x: number, y: number, { colours }: DoseInk): Markup =>
    tag('path', {
      d: `M${coordinate(x - 3.2)} ${coordinate(y - 3.2)}l6.4 6.4m0 -6.4l-6.4 6.4`,
      stroke: colours.ink,
      'stroke-width': 1.3,
      fill: 'none',
    }),
  unrelated: (x: number, y: number, { colours }: DoseInk): Markup =>
    tag('path', {
      d: `M${coordinate(x)} ${coordinate(y - 5)}l4 5l-4 5l-4 -5z`,
      fill: colours.band,
      stroke: colours.ink,
      'stroke-width': 1,
    }),
} as const;

/** A line of the plot as the legend shows it and the plot draws it. */
export const DOSE_LINES = {
  direction: ({ colours }: DoseInk) => ({ stroke: colours.ink, 'stroke-width': 2.2, fill: 'none' }),
  towards: ({ theme }: DoseInk) => ({ stroke: LINE[theme].positive, 'stroke-width': 1.1, fill: 'none' }),
  away: ({ theme }: DoseInk) => ({ stroke: LINE[theme].negative, 'stroke-width': 1.1, fill: 'none' }),
  control: ({ colours }: DoseInk) => ({
    stroke: colours.ink,
    'stroke-width': 1.3,
    'stroke-dasharray': '5 3',
    fill: 'none',
  }),
} as const;

/** Plot and both axes, `width` wide with the names of the lower axis's rows to its right; `shown` makes text of files safe to show. */
export function doseChart(report: DoseReport, width: number, shown: (text: string) => string, ink: DoseInk): Part {
  const { colours } = ink;
  const { axis, direction, control, placebos } = report;
  const targets = [
    ...new Set([direction, ...placebos].flatMap(({ levels }) => levels.map(({ target }) => target))),
  ].sort((a, b) => a - b);
  const x = acrossOf(targets, width);
  const gap = targets.reduce(
    (least, target, index) => (index === 0 ? least : Math.min(least, x(target) - x(targets[index - 1] ?? target))),
    ROOMY,
  );
  const aside = (kind: keyof typeof ASIDE): number => ASIDE[kind] * Math.min(1, gap / ROOMY);
  const { y, ticks } = upOf(valuesOf(report));
  const markup: Markup[] = ticks.map((tick) =>
    tag('path', {
      d: `M${LEFT} ${coordinate(y(tick))}H${width}`,
      stroke: tick === 0 ? colours.muted : colours.hairline,
      fill: 'none',
    }),
  );
  markup.push(
    ...ticks.map((tick) =>
      svgText(LEFT - 8, y(tick) + 4, signed(tick), { 'text-anchor': 'end', 'font-size': 12, fill: colours.muted }),
    ),
  );
  markup.push(
    tag(
      'text',
      {
        x: 0,
        y: 0,
        transform: `translate(13 ${HEIGHT / 2}) rotate(-90)`,
        'text-anchor': 'middle',
        'font-size': 12,
        fill: colours.ink,
      },
      [characters(`change of the log-odds, ${shown(axis.positive)} over ${shown(axis.negative)} (nats)`)],
    ),
  );
  markup.push(...band(placebos, (target) => x(target) + aside('flipped'), y, ink));
  for (const { kind, levels } of placebos) {
    if (kind === 'direction') continue;
    for (const { target, effect } of levels)
      markup.push(DOSE_MARKS[kind](x(target) + aside(kind), y(effect.value), ink));
  }
  const series = (
    kind: keyof typeof DOSE_LINES,
    points: readonly { readonly target: number; readonly estimate: Estimate }[],
    shift = 0,
    whiskers = false,
  ): void => {
    const at = points.map(({ target, estimate }) => ({ x: x(target) + shift, y: y(estimate.value), estimate }));
    if (at.length > 1)
      markup.push(
        tag('path', {
          d: at
            .map((point, index) => `${index === 0 ? 'M' : 'L'}${coordinate(point.x)} ${coordinate(point.y)}`)
            .join(''),
          ...DOSE_LINES[kind](ink),
        }),
      );
    if (whiskers) markup.push(...at.flatMap((point) => whisker(point.x, point.estimate, y, ink)));
    markup.push(...at.map((point) => DOSE_MARKS[kind](point.x, point.y, ink)));
  };
  series(
    'towards',
    direction.levels.map(({ target, towards }) => ({ target, estimate: towards })),
    aside('shift'),
  );
  series(
    'away',
    direction.levels.map(({ target, away }) => ({ target, estimate: away })),
    aside('shift'),
  );
  series(
    'control',
    (control?.levels ?? []).map(({ target, effect }) => ({ target, estimate: effect })),
    aside('control'),
    true,
  );
  series(
    'direction',
    direction.levels.map(({ target, effect }) => ({ target, estimate: effect })),
    0,
    true,
  );
  return { markup: [...markup, ...lowerAxis(report, targets, x, width, ink)], height: HEIGHT + 66 };
}

/** From the least to the most of what the flipped placebos do, at each KL. */
function band(
  placebos: readonly DoseSeries[],
  x: (target: number) => number,
  y: (value: number) => number,
  { colours }: DoseInk,
): Markup[] {
  const byTarget = new Map<number, number[]>();
  for (const { kind, levels } of placebos) {
    if (kind !== 'flipped') continue;
    for (const { target, effect } of levels) byTarget.set(target, [...(byTarget.get(target) ?? []), effect.value]);
  }
  return [...byTarget].map(([target, values]) => {
    const [top, bottom] = [y(Math.max(...values)), y(Math.min(...values))];
    return tag('rect', {
      x: x(target) - 9,
      y: top - 4,
      width: 18,
      height: bottom - top + 8,
      rx: 3,
      fill: colours.band,
    });
  });
}

function whisker(x: number, { low, high }: Estimate, y: (value: number) => number, { colours }: DoseInk): Markup[] {
  if (low === null || high === null) return [];
  const cap = (value: number): string => `M${coordinate(x - 5)} ${coordinate(y(value))}h10`;
  return [
    tag('path', {
      d: `M${coordinate(x)} ${coordinate(y(low))}V${coordinate(y(high))}${cap(low)}${cap(high)}`,
      stroke: colours.ink,
      'stroke-width': 1.4,
      fill: 'none',
    }),
  ];
}

/** KL, and beneath it what it took and what it costs. */
function lowerAxis(
  { direction, neutral }: DoseReport,
  targets: readonly number[],
  x: (target: number) => number,
  width: number,
  { colours }: DoseInk,
): Markup[] {
  const small = { 'font-size': 12, fill: colours.muted };
  const row = (index: number): number => HEIGHT + 18 + 17 * index;
  const under = (target: number): string[] => {
    const level = direction.levels.find((one) => one.target === target);
    return [nats(target), ...(level ? [nats(level.strength), perplexityWords(level.perplexity)] : [])];
  };
  return [
    tag('path', { d: `M${LEFT} ${HEIGHT}H${width}`, stroke: colours.muted, fill: 'none' }),
    ...targets.flatMap((target) => [
      tag('path', { d: `M${coordinate(x(target))} ${HEIGHT}v4`, stroke: colours.muted, fill: 'none' }),
      ...under(target).map((text, index) =>
        svgText(x(target), row(index), text, {
          ...small,
          'text-anchor': 'middle',
          ...(index === 0 ? { fill: colours.ink } : {}),
        }),
      ),
    ]),
    svgText(width + 16, row(0), 'KL in nats, 95th percentile, log scale', { ...small, fill: colours.ink }),
    svgText(width + 16, row(1), 'strength, in lengths of the stream', small),
    svgText(width + 16, row(2), `perplexity of neutral text (unpushed ${perplexityWords(neutral.perplexity)})`, small),
  ];
}

/** Where a KL lies: the logarithm, with room for what stands beside the first and the last. */
function acrossOf(targets: readonly number[], width: number): (target: number) => number {
  const [first = 1, last = 1] = [targets[0], targets.at(-1)];
  const [from, to] = [LEFT + 84, width - 32];
  return (target) =>
    last > first ? from + ((to - from) * Math.log(target / first)) / Math.log(last / first) : (from + to) / 2;
}

function upOf(values: readonly number[]): { readonly y: (value: number) => number; readonly ticks: readonly number[] } {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = high - low || 1;
  const step =
    [1, 2, 5]
      .flatMap((digit) => Array.from({ length: 10 }, (_, power) => digit * 10 ** (power - 4)))
      .sort((a, b) => a - b)
      .find((size) => span / size <= 11) ?? span;
  const [from, to] = [Math.floor(low / step - 0.15), Math.ceil(high / step + 0.15)];
  return {
    y: (value) => (HEIGHT * (to * step - value)) / ((to - from) * step),
    ticks: Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(6))),
  };
}

function valuesOf({ direction, control, placebos }: DoseReport): number[] {
  const ends = ({ value, low, high }: Estimate): number[] => [value, low ?? value, high ?? value];
  return [
    ...direction.levels.flatMap(({ effect, towards, away }) => [...ends(effect), towards.value, away.value]),
    ...(control?.levels ?? []).flatMap(({ effect }) => ends(effect)),
    ...placebos.flatMap(({ levels }) => levels.map(({ effect }) => effect.value)),
  ];
}

function signed(value: number): string {
  return value === 0 ? '0' : `${value < 0 ? '−' : '+'}${Math.abs(value)}`;
}
