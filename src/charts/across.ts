/** The lower axis of a panel: its range and numbers or names, and where the points of every series stand on it. */
import type { FigurePanel, FigurePoint, FigureSeries } from './figure.ts';
import { figureNumber, logTicksBetween, ticksBetween } from './figure-scale.ts';
import { fitWords, wrapWords } from '../text/wrap-words.ts';
import { SERIES } from './series.ts';
import { plotlyText } from './text.ts';

/** Width of a character of small text, on average, in common fonts; generous. In CSS pixels. */
export const CHARACTER = 6.6;
const LINE = 16;
/** Room of the first and the last number beside the ends of their axis. */
const ASIDE = 16;
/** Room between two numbers of the axis. */
const BETWEEN = 8;
/** Categories narrower than this have slanted names. */
const NARROW = 44;
/** Characters of a slanted name, and its angle. */
const SLANTED = 20;
const ANGLE = -38;

/** The lower axis; numbers are those of Plotly's axis. */
export interface Across {
  readonly type: 'linear' | 'log';
  /** In logarithms to base ten where the type is `log`. */
  readonly range: readonly [number, number];
  readonly tickvals: readonly number[];
  readonly ticktext: readonly string[];
  readonly tickangle: number;
  /** Height of the numbers or names, in CSS pixels. */
  readonly below: number;
  /** One place for each point of the series of this index; what would stand on one another stands side by side. */
  places(series: FigureSeries, index: number): number[];
}

/** The lower axis of a panel whose plot is `width` CSS pixels wide. */
export function acrossOf(panel: FigurePanel, width: number): Across {
  const { categories } = panel.x;
  return categories ? byName(panel, categories, width) : byNumber(panel, width);
}

/** Categories stand at 0, 1, 2 …; series that have something to show in one share its width. */
function byName({ series }: FigurePanel, categories: readonly string[], width: number): Across {
  const here = categories.map((name) =>
    series.flatMap(({ points }, index) => (points.some(({ x }) => x === name) ? [index] : [])),
  );
  const step = 0.76 / Math.max(1, ...here.map(({ length }) => length));
  const placeOf = (category: number, index: number): number => {
    const all = here[category] ?? [];
    return category + (all.indexOf(index) - (all.length - 1) / 2) * step;
  };
  const slot = width / categories.length;
  const room = Math.floor(slot / CHARACTER);
  const longest = Math.max(...categories.flatMap((name) => name.split(' ').map(({ length }) => length)));
  const slanted = slot < NARROW || longest > room;
  const names = categories.map((name) => (slanted ? [fitWords(name, SLANTED)] : wrapWords(name, room)));
  return {
    type: 'linear',
    range: [-0.5, categories.length - 0.5],
    tickvals: categories.map((_, index) => index),
    ticktext: names.map((lines) => lines.map(plotlyText).join('<br>')),
    tickangle: slanted ? ANGLE : 0,
    below: slanted
      ? LINE + Math.max(...names.map(([name = '']) => name.length)) * CHARACTER * 0.66
      : LINE * Math.max(...names.map(({ length }) => length)) + 2,
    places: ({ points }, index) => spread(points, ({ x }) => placeOf(categories.indexOf(String(x)), index), step * 0.8),
  };
}

function byNumber({ x: { log = false }, series, lines = [] }: FigurePanel, width: number): Across {
  const values = series.flatMap(({ points }) => points.map(({ x }) => Number(x)));
  const all = [...values, ...lines.flatMap(({ at, across }) => (across === 'y' ? [at] : []))].sort((a, b) => a - b);
  const [first, last] = [all[0] ?? 0, all.at(-1) ?? 1];
  const of = (value: number): number => (log ? Math.log10(value) : value);
  const back = (value: number): number => (log ? 10 ** value : value);
  // One number alone stands in the middle.
  const span = last > first ? of(last) - of(first) : Math.max(1, Math.abs(of(first)));
  const pixel = span / Math.max(1, width - 2 * ASIDE);
  const room = last > first ? ASIDE * pixel : span;
  const range = [of(first) - room, of(last) + room] as const;
  const at = (value: number): number => ((of(value) - range[0]) / (range[1] - range[0])) * width;
  const numbers = [...new Set(values)].sort((a, b) => a - b);
  const near = numbers
    .slice(1)
    .reduce((least, value, index) => Math.min(least, at(value) - at(numbers[index] ?? value)), Infinity);
  const most = Math.max(2, Math.floor(width / 56));
  const aside = series.map(({ as }) => SERIES[as].beside);
  const beside = aside.filter(Boolean).length;
  const step = Math.min(8, (near * 0.6) / Math.max(1, beside)) * pixel;
  const order = aside.map((one, index) => (one ? aside.slice(0, index).filter(Boolean).length - (beside - 1) / 2 : 0));
  const ticks =
    numbers.length <= most &&
    near >= 34 &&
    apart(numbers.map((value) => ({ at: at(value), text: figureNumber(value) })))
      ? numbers
      : log
        ? logTicksBetween(first, last, most)
        : twoTicks(first, last, most);
  return {
    type: log ? 'log' : 'linear',
    range,
    tickvals: ticks,
    ticktext: ticks.map((tick) => figureNumber(tick)),
    tickangle: 0,
    below: LINE + 2,
    places: ({ points }, index) =>
      points.map(({ x }) => {
        const shift = (order[index] ?? 0) * step;
        return shift === 0 ? Number(x) : back(of(Number(x)) + shift);
      }),
  };
}

/** Round numbers, two or more where a finer step gives them: one alone says nothing of the scale. */
function twoTicks(first: number, last: number, most: number): number[] {
  const found = ticksBetween(first, last, most);
  return found.length > 1 ? found : ticksBetween(first, last, most + 2);
}

/** Whether no two neighbours of these texts, each in the middle of its place, come close. */
function apart(texts: readonly { readonly at: number; readonly text: string }[]): boolean {
  return texts.slice(1).every((own, index) => {
    const before = texts[index] ?? own;
    return own.at - before.at >= ((own.text.length + before.text.length) / 2) * CHARACTER + BETWEEN;
  });
}

/** Places of points; those that share one are spread evenly over `width`, in their order. */
function spread(points: readonly FigurePoint[], at: (point: FigurePoint) => number, width: number): number[] {
  const counts = new Map<FigurePoint['x'], number>();
  for (const { x } of points) counts.set(x, (counts.get(x) ?? 0) + 1);
  const seen = new Map<FigurePoint['x'], number>();
  return points.map((point) => {
    const [count, index] = [counts.get(point.x) ?? 1, seen.get(point.x) ?? 0];
    seen.set(point.x, index + 1);
    return at(point) + ((index + 0.5) / count - 0.5) * width;
  });
}
