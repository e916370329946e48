/** The figure of an experiment's report, checked in full and refused by its path. */
import {
  type ExperimentFigure,
  FIGURE_TONES,
  type FigurePanel,
  type FigurePoint,
  type FigureSeries,
  SERIES_KINDS,
} from '../../charts/figure.ts';
import { field, has, type JsonNode, list, number, words } from '../../json/json-path.ts';
import { exactly, flag, inRange, oneOf } from '../../json/json-values.ts';

/** Beyond anything that a figure shows: what an axis can still be drawn for. */
const FAR = 1e12;

/** A caption and up to twelve panels. */
export function parseFigure(node: JsonNode): ExperimentFigure {
  return { caption: words(field(node, 'caption'), 4000), panels: list(field(node, 'panels'), 0, 12).map(parsePanel) };
}

function parsePanel(node: JsonNode): FigurePanel {
  const [xNode, yNode] = [field(node, 'x'), field(node, 'y')];
  const categories = maybe(xNode, 'categories', (item) => list(item, 1, 64).map((name) => words(name, 120)));
  if (categories && new Set(categories).size < categories.length)
    xNode.refuse(`${xNode.path}.categories names one twice.`);
  const log = maybe(xNode, 'log', flag);
  if (categories && log) xNode.refuse(`${xNode.path} has categories, which no logarithm can order; leave out log.`);
  const range = maybe(yNode, 'range', (item) => exactly(item, 2, far));
  const [low = 0, high = 0] = range ?? [];
  if (range && low >= high) yNode.refuse(`${yNode.path}.range must rise, got ${low} to ${high}.`);
  const bands = maybe(node, 'bands', (item) =>
    list(item, 0, 16).map((band) => ({
      from: far(field(band, 'from')),
      to: far(field(band, 'to')),
      says: words(field(band, 'says'), 400),
    })),
  );
  const lines = maybe(node, 'lines', (item) => list(item, 0, 16).map((line) => parseLine(line, log ?? false)));
  return {
    title: words(field(node, 'title'), 300),
    x: {
      label: words(field(xNode, 'label'), 300),
      ...(categories ? { categories } : {}),
      ...(log === undefined ? {} : { log }),
    },
    y: { label: words(field(yNode, 'label'), 300), ...(range ? { range: [low, high] as const } : {}) },
    series: list(field(node, 'series'), 0, 40).map((item) => parseSeries(item, categories, log ?? false)),
    ...(bands ? { bands } : {}),
    ...(lines ? { lines } : {}),
  };
}

function parseLine(node: JsonNode, log: boolean): NonNullable<FigurePanel['lines']>[number] {
  const across = oneOf(field(node, 'across'), ['x', 'y']);
  const at = field(node, 'at');
  return { at: across === 'y' && log ? aboveZero(at) : far(at), across, says: words(field(node, 'says'), 400) };
}

function parseSeries(node: JsonNode, categories: readonly string[] | undefined, log: boolean): FigureSeries {
  return {
    name: words(field(node, 'name'), 300),
    as: oneOf(field(node, 'as'), SERIES_KINDS),
    tone: oneOf(field(node, 'tone'), FIGURE_TONES),
    points: list(field(node, 'points'), 0, 5000).map((item) => parsePoint(item, categories, log)),
  };
}

function parsePoint(node: JsonNode, categories: readonly string[] | undefined, log: boolean): FigurePoint {
  const x = field(node, 'x');
  const [low, high] = [maybe(node, 'low', far), maybe(node, 'high', far)];
  if ((low === undefined) !== (high === undefined))
    node.refuse(`${node.path} must have both ends of its interval or neither.`);
  if (low !== undefined && high !== undefined && low > high)
    node.refuse(`${node.path} has an interval from ${low} to ${high}; its low end must not lie above its high end.`);
  const label = maybe(node, 'label', (item) => words(item, 400));
  return {
    x: categories ? oneOf(x, categories) : log ? aboveZero(x) : far(x),
    y: far(field(node, 'y')),
    ...(low === undefined || high === undefined ? {} : { low, high }),
    ...(label === undefined ? {} : { label }),
  };
}

function far(node: JsonNode): number {
  return inRange(node, -FAR, FAR);
}

function aboveZero(node: JsonNode): number {
  const value = number(node);
  return value >= 1 / FAR && value <= FAR
    ? value
    : node.refuse(`${node.path} must lie above 0 on an axis of logarithms, got ${value}.`);
}

/** What `read` reads, or undefined where the member is left out. */
function maybe<T>(node: JsonNode, key: string, read: (node: JsonNode) => T): T | undefined {
  return has(node, key) ? read(field(node, key)) : undefined;
}
