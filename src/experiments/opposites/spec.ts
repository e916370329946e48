/**
 * The spec of an `opposites` experiment: axes crossed by moral or not and with or without a natural opposite, and the
 * strings that show, name and test them. Everything that a reader could dispute is in the file and fixed before a run.
 */
import { field, has, integer, type JsonNode, list, words } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';
import { flag, identifier, inRange, positive, share } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';
import { ascending } from '../spec-checks.ts';
import { checkAxes, clause, type OppositesAxis, sentence, triggerOf } from './strings.ts';

/** How the stream is steered, at the layer that is read. */
export interface OppositesSteering {
  /** The change of neutral text that every direction is made to have: 95th percentile of KL over its tokens, in nats. */
  readonly kl: number;
  /** How close to it a strength must come, as a share of it. */
  readonly tolerance: number;
  /** Neutral texts that this is measured on, and how often at most for one direction. */
  readonly texts: number;
  readonly tries: number;
  /** What the directions are and what is said of what they do, in words. */
  readonly rule: string;
}

/** See experiments/D/earlier/spec.json. */
export interface OppositesSpec extends SpecHead {
  readonly thresholds: Readonly<Record<(typeof THRESHOLDS)[number], number>>;
  /** The layer that is read, as a share of the model's layers. */
  readonly layerShare: number;
  /** How many sentences show X, ascending; the last one is the dose of the verdict and the length of every context. */
  readonly doses: readonly number[];
  /** How an opposite is made where there is no antonym, and which acts count as unrelated: what the writer and the code do, in words. */
  readonly constructed: string;
  readonly unrelated: string;
  /** One an item: what every act of that item goes on from. */
  readonly triggers: readonly string[];
  /** With `{called}`. */
  readonly naming: { readonly named: string; readonly negated: string };
  readonly taps: readonly string[];
  /** With `{x}`: ways to ask for the opposite. */
  readonly questions: readonly string[];
  readonly push: OppositesSteering;
  /** Ordinary acts: the reference, and what fills a context up. */
  readonly neutral: readonly string[];
  /** Axes whose acts never stand in for unrelated ones of each other. */
  readonly related: readonly (readonly string[])[];
  readonly axes: readonly OppositesAxis[];
}

/** The numbers that gates, rule and matching use. */
const THRESHOLDS = [
  'ropeBits',
  'alpha',
  'axesPerCell',
  'axesPerCellQuick',
  'manipulationBits',
  'matchBits',
  'matchTokens',
  'matchedShare',
  'pushedShare',
] as const;

/** What an axis may say. */
const FACTORS: readonly string[] = [
  'id',
  'moral',
  'opposable',
  'x',
  'opposite',
  'called',
  'valence',
  'oppositeValence',
  'shows',
  'acts',
  'oppositeActs',
];

const MOST_AXES = 200;
const MOST_CHARACTERS = 200;
const MOST_TEXTS = 12;
const MOST_TRIES = 20;

/** Reads and checks what only these specs say; refuses by path. */
export function parseOpposites(root: JsonNode, head: SpecHead): OppositesSpec {
  const thresholds = Object.fromEntries(
    THRESHOLDS.map((name) => [name, inRange(field(field(root, 'thresholds'), name), 0, 1000)]),
  ) as OppositesSpec['thresholds'];
  const triggers = list(field(root, 'triggers'), 2, 16).map(triggerOf);
  const items = triggers.length;
  if (items % 2 === 1)
    root.refuse(
      `${root.path}.triggers must be even in number, since items are read in two halves, got ${items}. Add or take away one.`,
    );
  const doses = ascending(field(root, 'doses'), 'dose', (node) => integer(node, 1, items));
  const most = doses.at(-1) ?? 0;
  if (most < items / 2)
    root.refuse(
      `${root.path}.doses must end at ${items / 2} sentences or more, got ${most}: half of the acts of an opposite have to fit into a context.`,
    );
  const neutral = sentences(field(root, 'neutral'), 2 * Math.max(most, items / 2), MOST_AXES);
  if (neutral.length % 2 === 1)
    root.refuse(
      `${root.path}.neutral must be even in number, since it is used in two halves, got ${neutral.length}. Add or take away one.`,
    );
  const naming = field(root, 'naming');
  const axes = list(field(root, 'axes'), 4, MOST_AXES).map((node) => parseAxis(node, items));
  checkAxes(field(root, 'axes'), axes, field(root, 'neutral'), neutral);
  checkCells(field(root, 'axes'), axes, thresholds);
  return {
    ...head,
    thresholds,
    layerShare: share(field(root, 'layerShare')),
    doses,
    constructed: words(field(root, 'constructed'), 1000),
    unrelated: words(field(root, 'unrelated'), 1000),
    triggers,
    naming: {
      named: template(field(naming, 'named'), '{called}'),
      negated: template(field(naming, 'negated'), '{called}'),
    },
    taps: list(field(root, 'taps'), 1, 8).map((node) => words(node, MOST_CHARACTERS)),
    questions: list(field(root, 'questions'), 1, 100).map((node) => template(node, '{x}')),
    push: parseSteering(field(root, 'push')),
    neutral,
    related: list(field(root, 'related'), 0, MOST_AXES).map((node) => relatedOf(node, axes)),
    axes,
  };
}

/**
 * Refuses a cell with fewer axes than the gate `axes` asks of a full or of a quick run: that gate could then only fail,
 * after everything has run.
 */
function checkCells(node: JsonNode, axes: readonly OppositesAxis[], thresholds: OppositesSpec['thresholds']): void {
  const counts = CELLS.map(({ id, says }) => ({ says, count: axes.filter((axis) => cellOf(axis) === id).length }));
  const fewest = Math.min(...counts.map(({ count }) => count));
  for (const name of ['axesPerCell', 'axesPerCellQuick'] as const) {
    if (fewest >= thresholds[name]) continue;
    node.refuse(
      `${node.path}: the cells hold ${counts.map(({ says, count }) => `${count} (${says})`).join(', ')}, and thresholds.${name} asks for ${thresholds[name]} in each: the gate "axes" could only fail. Add axes to the smallest cell, or ask for fewer.`,
    );
  }
}

function parseSteering(node: JsonNode): OppositesSteering {
  return {
    kl: positive(field(node, 'kl')),
    tolerance: inRange(field(node, 'tolerance'), 0.01, 0.5),
    texts: integer(field(node, 'texts'), 1, MOST_TEXTS),
    tries: integer(field(node, 'tries'), 1, MOST_TRIES),
    rule: words(field(node, 'rule'), 1000),
  };
}

function parseAxis(node: JsonNode, items: number): OppositesAxis {
  if (typeof node.value === 'object' && node.value !== null) {
    const unknown = Object.keys(node.value).find((key) => !FACTORS.includes(key));
    if (unknown !== undefined)
      node.refuse(`${node.path}.${unknown} is no factor of this design; an axis has ${FACTORS.join(', ')}.`);
  }
  const strings = (key: string, read: (item: JsonNode) => string): string[] =>
    list(field(node, key), items, items).map(read);
  return {
    id: identifier(field(node, 'id')),
    moral: flag(field(node, 'moral')),
    opposable: flag(field(node, 'opposable')),
    x: words(field(node, 'x'), 40),
    opposite: words(field(node, 'opposite'), 40),
    called: has(node, 'called')
      ? words(field(node, 'called'), 60)
      : node.refuse(
          `${node.path}.called is missing: say how a person of this kind is called, such as "an honest man".`,
        ),
    valence: integer(field(node, 'valence'), -2, 2),
    oppositeValence: integer(field(node, 'oppositeValence'), -2, 2),
    shows: strings('shows', sentence),
    acts: strings('acts', clause),
    oppositeActs: strings('oppositeActs', clause),
  };
}

function sentences(node: JsonNode, least: number, most: number): string[] {
  return list(node, least, most).map(sentence);
}

function template(node: JsonNode, placeholder: string): string {
  const value = words(node, MOST_CHARACTERS);
  return value.split(placeholder).length === 2
    ? value
    : node.refuse(`${node.path} must hold ${placeholder} once, got ${shown(value)}.`);
}

function relatedOf(node: JsonNode, axes: readonly OppositesAxis[]): string[] {
  return list(node, 2, MOST_AXES).map((item) => {
    const id = identifier(item);
    return axes.some((axis) => axis.id === id)
      ? id
      : item.refuse(`${item.path} names the axis "${id}", which the spec does not have.`);
  });
}

/** The cells of the design, in the order of every list of four. */
export const CELLS = [
  { id: 'moral-opposable', says: 'moral, with an antonym', moral: true, opposable: true },
  { id: 'moral-single', says: 'moral, without one', moral: true, opposable: false },
  { id: 'other-opposable', says: 'not moral, with an antonym', moral: false, opposable: true },
  { id: 'other-single', says: 'not moral, without one', moral: false, opposable: false },
] as const;

/** A cell's name. */
export type CellId = (typeof CELLS)[number]['id'];

/** The cell that an axis belongs to. */
export function cellOf({ moral, opposable }: Pick<OppositesAxis, 'moral' | 'opposable'>): CellId {
  return `${moral ? 'moral' : 'other'}-${opposable ? 'opposable' : 'single'}`;
}
