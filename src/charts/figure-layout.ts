/**
 * Where everything of a figure's panel stands, in CSS pixels: the page draws it with elements, the file as text, and both
 * the same. Series that are hidden keep their place, so that nothing moves when one is shown again.
 */
import type { FigurePanel, FigurePoint, FigureSeries } from './figure.ts';
import { figureNumber, logTicksBetween, ticksBetween } from './figure-scale.ts';
import { short } from './figure-tones.ts';
import { fitWords, wrapWords } from '../text/wrap-words.ts';

/** Height of the plot alone. */
const PLOT_HEIGHT = 260;
const LINE = 16;
/** Width of a character of small text, on average, in common fonts; generous. */
const CHARACTER = 6.6;
/** Of the title's. */
const TITLE_CHARACTER = 7.8;
const RIGHT = 12;
/** Room of the first and the last number beside the ends of their axis. */
const ASIDE = 16;
/** Room between two numbers of the lower axis. */
const BETWEEN = 8;
/** Categories narrower than this have slanted names. */
const NARROW = 44;
/** Characters of a slanted name. */
const SLANTED = 20;

/** A line of text; `x`, `y` are of its baseline. */
export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly as: 'title' | 'label' | 'tick';
  /** Degrees that it is turned around its x, y. */
  readonly turned: number;
}

/** A point with its interval, `low` and `high` being heights on the screen; null where it has none. */
export interface PlacedPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly point: FigurePoint;
}

/** One series. */
export interface PlacedSeries {
  readonly series: FigureSeries;
  /** Through its points, for lines. */
  readonly line: string | null;
  /** Around a line whose points all have intervals. */
  readonly band: string | null;
  readonly points: readonly PlacedPoint[];
}

/** A panel, laid out. */
export interface PanelLayout {
  readonly width: number;
  readonly height: number;
  readonly plot: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  readonly texts: readonly PlacedText[];
  readonly rules: readonly { readonly d: string; readonly as: 'grid' | 'zero' | 'axis' | 'reference' }[];
  readonly bands: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly series: readonly PlacedSeries[];
}

/** Lays out a panel in a width. */
export function layOutPanel(panel: FigurePanel, width: number): PanelLayout {
  const [low, high] = upRange(panel);
  const yTicks = ticksBetween(low, high, 6);
  const left = 12 + CHARACTER * Math.max(1, ...yTicks.map((tick) => figureNumber(tick).length));
  const right = width - RIGHT;
  const titles = wrapWords(panel.title, (width / TITLE_CHARACTER) | 0);
  const upLabels = wrapWords(panel.y.label, (width / CHARACTER) | 0);
  const top = 18 * titles.length + LINE * upLabels.length + 18;
  const bottom = top + PLOT_HEIGHT;
  const y = (value: number): number => bottom - ((value - low) / (high - low)) * PLOT_HEIGHT;
  const across = acrossOf(panel, left, right);
  const below =
    categoryTexts(panel, across, bottom) ??
    across.ticks.map((tick): PlacedText =>
      text(across.at(tick), bottom + LINE + 2, figureNumber(tick), 'middle', 'tick'),
    );
  const lowest = Math.max(
    bottom,
    ...below.map(({ y: at, turned, text: { length } }) => at + (turned === 0 ? 0 : length * CHARACTER * 0.6)),
  );
  const acrossLabels = wrapWords(panel.x.label, ((right - left) / CHARACTER) | 0).map((words, index): PlacedText =>
    text((left + right) / 2, lowest + LINE * (index + 1) + 4, words, 'middle', 'label'),
  );
  return {
    width,
    height: (acrossLabels.at(-1)?.y ?? lowest) + 8,
    plot: { left, top, right, bottom },
    texts: [
      ...titles.map((words, index) => text(0, 15 + 18 * index, words, 'start', 'title')),
      ...upLabels.map((words, index) => text(0, 18 * titles.length + LINE * (index + 1), words, 'start', 'label')),
      ...yTicks.map((tick) => text(left - 6, y(tick) + 4, figureNumber(tick), 'end', 'tick')),
      ...below,
      ...acrossLabels,
    ],
    rules: [
      ...yTicks.map((tick) => ({
        d: `M${short(left)} ${short(y(tick))}H${short(right)}`,
        as: tick === 0 ? ('zero' as const) : ('grid' as const),
      })),
      { d: `M${short(left)} ${short(bottom)}H${short(right)}`, as: 'axis' },
      ...(panel.lines ?? []).map(({ at, across: along }) => ({
        d:
          along === 'y' && !panel.x.categories
            ? `M${short(across.at(at))} ${short(top)}V${short(bottom)}`
            : `M${short(left)} ${short(y(at))}H${short(right)}`,
        as: 'reference' as const,
      })),
    ],
    bands: (panel.bands ?? []).map(({ from, to }) => ({
      x: left,
      y: y(Math.max(from, to)),
      width: right - left,
      height: Math.abs(y(from) - y(to)),
    })),
    series: panel.series.map((series, index) => placeSeries(series, across.places(series, index), y)),
  };
}

/** The whisker of a point, with caps; null where it has no interval. */
export function whiskerPath({ x, low, high }: PlacedPoint): string | null {
  return low === null || high === null
    ? null
    : `M${short(x)} ${short(low)}V${short(high)}M${short(x - 4)} ${short(low)}h8M${short(x - 4)} ${short(high)}h8`;
}

/** The placed point nearest to a place on the screen, within `reach` pixels. */
export function nearestPoint(
  layout: PanelLayout,
  x: number,
  y: number,
  reach: number,
  shown: (series: number) => boolean,
): { readonly series: number; readonly point: number } | null {
  let best: { series: number; point: number } | null = null;
  let least = reach ** 2;
  layout.series.forEach(({ points }, series) => {
    if (!shown(series)) return;
    points.forEach((at, point) => {
      const far = (at.x - x) ** 2 + (at.y - y) ** 2;
      if (far > least) return;
      least = far;
      best = { series, point };
    });
  });
  return best;
}

function placeSeries(series: FigureSeries, xs: readonly number[], y: (value: number) => number): PlacedSeries {
  const points = series.points.map((point, index): PlacedPoint => ({
    x: xs[index] ?? NaN,
    y: y(point.y),
    low: point.low === undefined ? null : y(point.low),
    high: point.high === undefined ? null : y(point.high),
    point,
  }));
  if (series.as !== 'line' || points.length < 2) return { series, line: null, band: null, points };
  const through = (some: readonly (readonly [number, number])[]): string =>
    some.map(([x, up], index) => `${index === 0 ? 'M' : 'L'}${short(x)} ${short(up)}`).join('');
  const edges = points.flatMap(({ x, low, high }) => (low === null || high === null ? [] : [{ x, low, high }]));
  return {
    series,
    points,
    line: through(points.map(({ x, y: up }) => [x, up])),
    band:
      edges.length < points.length
        ? null
        : `${through([...edges.map(({ x, high }) => [x, high] as const), ...edges.map(({ x, low }) => [x, low] as const).reverse()])}z`,
  };
}

/** From the least to the most that is shown, with a little room; a range that is given holds at least that. */
function upRange({ y, series, bands = [], lines = [], x }: FigurePanel): readonly [number, number] {
  const values = [
    ...series.flatMap(({ points }) =>
      points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]),
    ),
    ...bands.flatMap(({ from, to }) => [from, to]),
    ...lines.flatMap(({ at, across }) => (across === 'x' || x.categories ? [at] : [])),
  ];
  const [least, most] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  if (y.range) return [Math.min(y.range[0], least), Math.max(y.range[1], most)];
  if (!(most >= least)) return [0, 1];
  const room = (most - least) * 0.05 || Math.abs(most) * 0.1 || 1;
  return [least - room, most + room];
}

/** The lower axis: where a number or the number of a category lies, and where the points of a series stand. */
interface Across {
  readonly ticks: readonly number[];
  at(value: number): number;
  /** One place for each point; what would stand on one another stands side by side. */
  places(series: FigureSeries, index: number): number[];
}

function acrossOf(
  { x: { categories, log = false }, series, lines = [] }: FigurePanel,
  left: number,
  right: number,
): Across {
  if (categories) {
    const slot = (right - left) / categories.length;
    const at = (index: number): number => left + slot * (index + 0.5);
    // Series that have something to show in a category share its width; those that have not take none.
    const here = categories.map((name) =>
      series.flatMap(({ points }, index) => (points.some(({ x }) => x === name) ? [index] : [])),
    );
    const step = (slot * 0.76) / Math.max(1, ...here.map(({ length }) => length));
    const placeOf = (category: number, index: number): number => {
      const all = here[category] ?? [];
      return at(category) + (all.indexOf(index) - (all.length - 1) / 2) * step;
    };
    return {
      ticks: categories.map((_, index) => index),
      at,
      places: ({ points }, index) =>
        spread(points, ({ x }) => placeOf(categories.indexOf(String(x)), index), step * 0.8),
    };
  }
  const values = series.flatMap(({ points }) => points.map(({ x }) => Number(x)));
  const all = [...new Set([...values, ...lines.flatMap(({ at, across }) => (across === 'y' ? [at] : []))])].sort(
    (a, b) => a - b,
  );
  const [first, last] = [all[0] ?? 0, all.at(-1) ?? 1];
  const of = (value: number): number => (log ? Math.log(value) : value);
  const [from, to] = [left + ASIDE, right - ASIDE];
  const at = (value: number): number =>
    last > first ? from + ((to - from) * (of(value) - of(first))) / (of(last) - of(first)) : (from + to) / 2;
  const numbers = [...new Set(values)].sort((a, b) => a - b);
  const near = numbers
    .slice(1)
    .reduce((least, value, index) => Math.min(least, at(value) - at(numbers[index] ?? value)), Infinity);
  const most = Math.max(2, Math.floor((right - left) / 56));
  // Intervals of several series at one number would hide one another.
  const aside = series.map(({ as }) => as === 'intervals');
  const beside = aside.filter(Boolean).length;
  const step = Math.min(8, (near * 0.6) / Math.max(1, beside));
  const order = aside.map((one, index) => (one ? aside.slice(0, index).filter(Boolean).length - (beside - 1) / 2 : 0));
  return {
    ticks:
      numbers.length <= most &&
      near >= 34 &&
      apart(numbers.map((value) => ({ at: at(value), text: figureNumber(value) })))
        ? numbers
        : log
          ? logTicksBetween(first, last, most)
          : twoTicks(first, last, most),
    at,
    places: ({ points }, index) => points.map(({ x }) => at(Number(x)) + (order[index] ?? 0) * step),
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

/** Names of categories below their places, in as many lines as they need, or slanted where they have no room; null for numbers. */
function categoryTexts({ x: { categories } }: FigurePanel, across: Across, bottom: number): PlacedText[] | null {
  if (!categories) return null;
  const slot = across.at(1) - across.at(0);
  const room = Math.floor(slot / CHARACTER);
  const longest = Math.max(...categories.flatMap((name) => name.split(' ').map(({ length }) => length)));
  if (slot < NARROW || longest > room)
    return categories.map((name, index) =>
      text(across.at(index) + 4, bottom + LINE, fitWords(name, SLANTED), 'end', 'tick', -38),
    );
  return categories.flatMap((name, index) =>
    wrapWords(name, room).map((words, line) =>
      text(across.at(index), bottom + LINE * (line + 1) + 2, words, 'middle', 'tick'),
    ),
  );
}

function text(
  x: number,
  y: number,
  words: string,
  anchor: PlacedText['anchor'],
  as: PlacedText['as'],
  turned = 0,
): PlacedText {
  return { x, y, text: words, anchor, as, turned };
}
