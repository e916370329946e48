/** What an embedded reading shows: a sentence, the coloured text, the line, and every number as a table. */
import { AppError } from '../base/errors.ts';
import { scaleCss } from '../charts/colour.ts';
import type { Axis } from '../probe/heads.ts';
import type { TokenPiece } from '../reading/reading.ts';
import type { Shared } from '../formats/runs/share-link.ts';
import { READING_DOMAIN } from '../reading/grain.ts';
import { smoothed, type TracePoint } from '../reading/trace.ts';

const WIDTH = 600;
const HEIGHT = 120;

/** The elements, in order; `page` is the address of the same reading in the page. Throws `link-invalid` where there is no reading. */
export function embedView({ readings, probe, text }: Shared, page: string): readonly HTMLElement[] {
  if (readings === null || readings.points.length === 0)
    throw new AppError(
      'link-invalid',
      'The link carries no reading, so there is nothing to show here. Read the text in Flipside, and copy the link again.',
    );
  const { tokens, axis, layer, model } = readings;
  const values = layer === null ? smoothed(readings.points) : readings.points;
  let from = 0;
  const points = readings.points.map(({ afterToken, stand }, index): TracePoint => {
    const point = { ...(values[index] ?? { score: 0, low: 0, high: 0 }), afterToken, stand, from };
    from = afterToken + 1;
    return point;
  });
  const open = document.createElement('a');
  [open.href, open.target, open.rel, open.textContent] = [page, '_blank', 'noopener', 'Open in Flipside'];
  const foot = element('p', '', 'small');
  foot.append(open, `. ${text.length.toLocaleString('en')} characters, ${points.length} readings. ${GREY}`);
  const title = `${probe?.title ?? `${axis.positive} and ${axis.negative}`}, read by ${model}`;
  return [...readingView({ title, axis, tokens, points }), foot];
}

/** What the grey range is. */
export const GREY = 'Grey: 200 random directions.';

/** A reading with its line, smoothed as it is to be shown. */
export interface ShownTrace {
  readonly title: string;
  readonly axis: Axis;
  readonly tokens: readonly TokenPiece[];
  /** In the order of the text; at least one. */
  readonly points: readonly TracePoint[];
}

/** The elements of a reading: title, sentence, coloured text, what is pointed at, line and table. */
export function readingView({ title: heading, axis, tokens, points }: ShownTrace): readonly HTMLElement[] {
  const wordsOf = (first: number, end: number): string =>
    tokens
      .slice(first, end)
      .map((token) => token.text)
      .join('');
  const [first, last] = [points[0], points.at(-1)];
  const pole = (score: number): string => (score >= 0 ? axis.positive : axis.negative);
  const title = element('h1', heading);
  const says = element(
    'p',
    `The reading moves from ${signed(first?.score ?? 0)} (${pole(first?.score ?? 0)}) to ${signed(last?.score ?? 0)} (${pole(last?.score ?? 0)}), in standard deviations of the probe’s training turns. Green leans to ${axis.positive}, purple to ${axis.negative}.`,
  );
  const told = element('p', 'Point at the text, or walk it with the arrow keys.', 'small');
  told.setAttribute('role', 'status');
  const strip = element('div', '', 'text');
  strip.setAttribute('role', 'listbox');
  strip.setAttribute('aria-label', 'The text, a stretch a reading');
  const stretches = points.map((point, index) => {
    const words = wordsOf(point.from, point.afterToken + 1);
    const stretch = element('span', words);
    stretch.setAttribute('role', 'option');
    stretch.tabIndex = index === 0 ? 0 : -1;
    stretch.style.background = scaleCss(point.score / READING_DOMAIN);
    const sentence = `${pole(point.score)} ${signed(point.score)}; random directions read ${signed(point.low)} to ${signed(point.high)}, 5th to 95th percentile`;
    stretch.setAttribute('aria-label', `${words.trim()}: ${sentence}`);
    const tell = (): void => void (told.textContent = `“${words.trim()}” ${sentence}.`);
    stretch.addEventListener('pointerenter', tell);
    stretch.addEventListener('focus', tell);
    return stretch;
  });
  strip.append(...stretches, wordsOf((last?.afterToken ?? -1) + 1, tokens.length));
  strip.addEventListener('keydown', (event) => walk(event, stretches));
  return [title, says, strip, told, line(points), table(points, wordsOf)];
}

/** Arrow keys, Home and End move between stretches; one of them is in the order of tabs. */
function walk(event: KeyboardEvent, stretches: readonly HTMLElement[]): void {
  const at = stretches.indexOf(event.target as HTMLElement);
  const to = {
    ArrowRight: at + 1,
    ArrowDown: at + 1,
    ArrowLeft: at - 1,
    ArrowUp: at - 1,
    Home: 0,
    End: stretches.length - 1,
  }[event.key];
  const next = to === undefined ? undefined : stretches[to];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  for (const stretch of stretches) stretch.tabIndex = stretch === next ? 0 : -1;
  next.focus();
}

/** The line over the text, on the range of random directions. The table has its numbers. */
function line(points: readonly TracePoint[]): HTMLElement {
  const length = Math.max(1, points.at(-1)?.afterToken ?? 1);
  const x = ({ afterToken }: TracePoint): string => ((afterToken / length) * WIDTH).toFixed(1);
  const y = (value: number): string =>
    (
      HEIGHT / 2 -
      (Math.max(-READING_DOMAIN, Math.min(READING_DOMAIN, value)) / READING_DOMAIN) * (HEIGHT / 2 - 4)
    ).toFixed(1);
  const path = (pick: (point: TracePoint) => number, of = points): string =>
    of.map((point) => `${x(point)},${y(pick(point))}`).join(' ');
  const band = `${path(({ low }) => low)} ${path(({ high }) => high, [...points].reverse())}`;
  const holder = element('div', '');
  const shapes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['polygon', { points: band, fill: 'rgb(128 128 128 / 25%)' }],
    ['line', { x1: '0', x2: String(WIDTH), y1: y(0), y2: y(0), stroke: 'rgb(128 128 128 / 60%)' }],
    ['polyline', { points: path(({ score }) => score), fill: 'none', stroke: 'currentColor', 'stroke-width': '2' }],
  ];
  const svg = drawn('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  svg.append(
    ...shapes.map(([name, attributes]) => drawn(name, { ...attributes, 'vector-effect': 'non-scaling-stroke' })),
  );
  holder.append(svg);
  return holder;
}

function drawn(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function table(points: readonly TracePoint[], wordsOf: (first: number, end: number) => string): HTMLElement {
  const rows = points.map(({ from, afterToken, score, low, high }) => [
    wordsOf(from, afterToken + 1).trim(),
    signed(score),
    `${signed(low)} to ${signed(high)}`,
  ]);
  const row = (cells: readonly string[], tag: 'th' | 'td'): HTMLElement => {
    const made = element('tr', '');
    made.append(...cells.map((cell) => element(tag, cell)));
    return made;
  };
  const made = element('table', '');
  made.append(row(['Text', 'Reading', 'Random directions'], 'th'), ...rows.map((cells) => row(cells, 'td')));
  const wide = element('div', '', 'wide');
  wide.tabIndex = 0;
  wide.setAttribute('role', 'region');
  wide.setAttribute('aria-label', 'Readings as a table');
  wide.append(made);
  const details = element('details', '');
  details.append(element('summary', 'Every number', 'small'), wide);
  return details;
}

function element(tag: string, words: string, name = ''): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = words;
  if (name !== '') made.className = name;
  return made;
}

/** Two decimals with a sign that is a minus. */
function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
