/**
 * What a spec of this design says: two families of rules, each with its items, the attacks on the rule and the exceptions from
 * it. Every text that a model reads is put together from these parts (contexts.ts), so that an item is the same string
 * in every condition.
 */
import { field, integer, type JsonNode, list, text, words } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';
import { identifier, oneOf } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';

/** Where a rule can be put, from the text to what reads nothing; `mask` is the limit of the last one and never in a trend. */
export const PLACEMENTS = [
  'prompt',
  'early',
  'middle',
  'last',
  'gated',
  'readout',
  'fixed',
  'calculator',
  'mask',
] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** Ways to talk a model out of a rule. */
const ATTACKS = ['world', 'liar', 'dream', 'double-agent', 'examples'] as const;

/** Where the rule should not bind. */
const EXCEPTIONS = ['quotation', 'fiction', 'dictionary', 'wrong-answer'] as const;

/** Thresholds that must be in the spec. */
export const THRESHOLDS = [
  'cleanEffect',
  'calibrationTolerance',
  'kl',
  'strongestBias',
  'fewestPlacements',
  'addsAtLeast',
  'baselineLow',
  'baselineHigh',
  'attackAtLeast',
  'exceptionAtLeast',
  'alpha',
  'visibilityMargin',
  'dominanceMargin',
] as const;
export type Threshold = (typeof THRESHOLDS)[number];

/** What the families' placements may be, and the one of them that reads nothing of the streams. */
export const KINDS = {
  words: { placements: ['prompt', 'early', 'middle', 'last', 'gated', 'fixed', 'mask'], outside: 'fixed' },
  sums: { placements: ['prompt', 'early', 'middle', 'last', 'readout', 'calculator', 'mask'], outside: 'calculator' },
} as const satisfies Record<string, { placements: readonly Placement[]; outside: Placement }>;
export type Kind = keyof typeof KINDS;

/** A text whose next token decides. */
export interface Item {
  readonly id: string;
  /** All of it, up to the deciding token. */
  readonly text: string;
  /** Of a sum the digit that is right; null where a class of words decides. */
  readonly answer: number | null;
}

/** What is put around items. */
export interface Frame {
  readonly id: string;
  /** A line before everything else of the condition; may be empty. */
  readonly opening: string;
  /** What a line looks like; ends with `{item}`. */
  readonly line: string;
}

/** A line that is shown with its end: what it says up to there, and the end. */
export interface Shown {
  readonly text: string;
  readonly end: string;
}

/** One rule with everything that is measured of it. */
export interface Family {
  readonly id: string;
  readonly kind: Kind;
  readonly title: string;
  readonly placements: readonly Placement[];
  /** Words that keep the rule and words that break it; empty for sums, whose answers are digits. */
  readonly kept: readonly string[];
  readonly broken: readonly string[];
  /** Lines at the start of every context. */
  readonly lead: readonly string[];
  /** The rule as a line of text, and a line of its length that says nothing of it. */
  readonly rule: string;
  readonly placebo: string;
  /** Lines that keep the rule, and the lines of the placebo in their place. */
  readonly examples: readonly Shown[];
  readonly fillers: readonly string[];
  readonly items: readonly Item[];
  /** Strengths are found on these. */
  readonly calibration: readonly Item[];
  /** Contexts that go on keeping or breaking the rule, in pairs: what directions are fitted on. */
  readonly towards: readonly string[];
  readonly away: readonly string[];
  /** Sums beside the calibration items that a digit readout is fitted on. */
  readonly readout: readonly Item[];
  readonly attacks: readonly Frame[];
  readonly exceptions: readonly Frame[];
  /** Lines that break the rule: what an attack shows, in this order, and what an exception shows. */
  readonly demonstrations: readonly Shown[];
  readonly illustrations: readonly Shown[];
}

/** The whole spec. */
export interface OutsideTextSpec extends SpecHead {
  readonly thresholds: SpecHead['thresholds'] & Readonly<Record<Threshold, number>>;
  /** Demonstrations of an attack: all doses, ascending, and the one of the main analysis. */
  readonly doses: readonly number[];
  readonly dose: number;
  /** Examples behind the rule in the prompt: its strengths, ascending. */
  readonly rungs: readonly number[];
  /** Text that no rule is about, and the word that follows. */
  readonly neutral: readonly { readonly context: string; readonly next: string }[];
  readonly families: readonly Family[];
}

const MOST = 400;

/** Reads what only this design's specs say. Refuses by path what is unknown, missing, unbalanced or shown twice. */
export function parseOutsideText(root: JsonNode, head: SpecHead): OutsideTextSpec {
  const thresholds = field(root, 'thresholds');
  for (const name of THRESHOLDS) field(thresholds, name);
  const doses = ascending(field(root, 'doses'));
  const rungs = ascending(field(root, 'rungs'));
  const doseNode = field(root, 'dose');
  const dose = integer(doseNode, 0, 64);
  if (!doses.includes(dose))
    doseNode.refuse(`${doseNode.path} is ${dose}, which is none of the doses ${doses.join(', ')}.`);
  const neutral = list(field(root, 'neutral'), 6, 200).map((node) => ({
    context: words(field(node, 'context'), MOST),
    next: words(field(node, 'next'), 40),
  }));
  const nodes = list(field(root, 'families'), 2, 2);
  const families = nodes.map((node) => parseFamily(node, Math.max(...doses), Math.max(...rungs)));
  const [first, second] = families;
  if (first?.id === second?.id)
    nodes[1]?.refuse(`${nodes[1].path}.id is ${shown(second?.id)} as that of the first family; give it another.`);
  if (first?.items.length !== second?.items.length)
    nodes[1]?.refuse(
      `${nodes[1].path}.items must be as many as those of the first family, ${first?.items.length}, got ${second?.items.length}.`,
    );
  return {
    ...head,
    thresholds: head.thresholds as OutsideTextSpec['thresholds'],
    doses,
    dose,
    rungs,
    neutral,
    families,
  };
}

function parseFamily(node: JsonNode, mostDose: number, mostRung: number): Family {
  const kind = oneOf(field(node, 'kind'), ['words', 'sums']);
  const outside = KINDS[kind].outside;
  const placements = distinct(field(node, 'placements'), (item) => oneOf(item, KINDS[kind].placements), 2);
  if (!placements.includes(outside))
    node.refuse(`${node.path}.placements must have ${outside}, which all others are compared with.`);
  const kept = kind === 'words' ? classOf(field(node, 'kept')) : [];
  const broken = kind === 'words' ? classOf(field(node, 'broken')) : [];
  if (kept.length !== broken.length)
    node.refuse(`${node.path}.broken must have as many words as kept, ${kept.length}, got ${broken.length}.`);
  const both = broken.findIndex((word) => kept.includes(word));
  if (both >= 0) node.refuse(`${node.path}.broken[${both}] is ${shown(broken[both])}, which is also in kept.`);

  const family: Family = {
    id: identifier(field(node, 'id')),
    kind,
    placements,
    kept,
    broken,
    title: words(field(node, 'title'), 80),
    lead: list(field(node, 'lead'), 0, 8).map((line) => words(line, MOST)),
    rule: words(field(node, 'rule'), MOST),
    placebo: words(field(node, 'placebo'), MOST),
    examples: shownLines(field(node, 'examples'), kind, kept, 'right', mostRung),
    fillers: list(field(node, 'fillers'), mostRung, 64).map((line) => words(line, MOST)),
    items: items(field(node, 'items'), kind, 10),
    calibration: items(field(node, 'calibration'), kind, 6),
    towards: list(field(node, 'towards'), 6, 64).map((line) => deciding(words(line, MOST), kind)),
    away: list(field(node, 'away'), 6, 64).map((line) => deciding(words(line, MOST), kind)),
    readout:
      kind === 'sums' ? list(field(node, 'readout'), 6, 200).map((item, index) => sum(item, `r-${index + 1}`)) : [],
    attacks: frames(field(node, 'attacks'), ATTACKS, 5),
    exceptions: frames(field(node, 'exceptions'), EXCEPTIONS, 3),
    demonstrations: shownLines(field(node, 'demonstrations'), kind, broken, 'wrong', mostDose),
    illustrations: shownLines(field(node, 'illustrations'), kind, broken, 'wrong', 1),
  };
  checkFamily(node, family);
  return family;
}

/** What no single field can tell. */
function checkFamily(
  node: JsonNode,
  { items, calibration, readout, examples, fillers, demonstrations, illustrations, towards, away }: Family,
): void {
  if (fillers.length !== examples.length)
    node.refuse(`${node.path}.fillers must be as many as the examples, ${examples.length}, got ${fillers.length}.`);
  if (towards.length !== away.length)
    node.refuse(`${node.path}.away must be as many as towards, ${towards.length}, got ${away.length}.`);
  const ending = (line: string): string => line.trim().split(/\s+/).slice(-2).join(' ');
  const odd = towards.findIndex((line, at) => ending(line) !== ending(away[at] ?? ''));
  if (odd >= 0)
    node.refuse(
      `${node.path}.away[${odd}] must end in the words ${shown(ending(towards[odd] ?? ''))} as towards[${odd}] does, so that only what came before differs.`,
    );
  const own = new Set(items.map(({ text }) => text));
  const apart: [string, readonly { readonly text: string }[]][] = [
    ['calibration', calibration],
    ['readout', readout],
    ['examples', examples],
    ['demonstrations', demonstrations],
    ['illustrations', illustrations],
  ];
  for (const [name, others] of apart) {
    const at = others.findIndex((other) => own.has(other.text));
    if (at >= 0)
      node.refuse(
        `${node.path}.${name}[${at}] is also an item: ${shown(others[at]?.text.trim())}. Items must be new to the model under test and to its instruments.`,
      );
  }
}

function classOf(node: JsonNode): readonly string[] {
  return distinct(
    node,
    (item) => {
      const word = words(item, 40);
      return /\s/.test(word) ? item.refuse(`${item.path} must be one word, got ${shown(word)}.`) : word;
    },
    4,
  );
}

function items(node: JsonNode, kind: Kind, least: number): readonly Item[] {
  const found = list(node, least, 200).map((item) => {
    const id = identifier(field(item, 'id'));
    return kind === 'sums' ? sum(item, id) : { id, text: words(field(item, 'text'), MOST), answer: null };
  });
  for (const part of ['id', 'text'] as const) {
    const seen = found.map((item) => item[part]);
    const again = seen.findIndex((value, at) => seen.indexOf(value) < at);
    if (again >= 0)
      node.refuse(
        `${node.path}[${again}] has the ${part} of ${node.path}[${seen.indexOf(seen[again] ?? '')}]: ${shown(seen[again])}.`,
      );
  }
  return found;
}

/** A sum up to the place where one digit decides. */
function sum(node: JsonNode, id: string): Item {
  const terms = termsOf(node);
  const answer = terms.reduce((total, term) => total + term, 0);
  if (answer > 9) node.refuse(`${node.path}.terms add up to ${answer}, and a single digit must decide: 9 at most.`);
  return { id, text: sumText(terms), answer };
}

const termsOf = (node: JsonNode): readonly number[] =>
  list(field(node, 'terms'), 2, 4).map((term) => integer(term, 0, 9));
const sumText = (terms: readonly number[]): string => deciding(`${terms.join(' + ')} =`, 'sums');

/** The text up to the deciding token: before a digit there is a space that is a token of its own. */
function deciding(line: string, kind: Kind): string {
  return kind === 'sums' ? `${line} ` : line;
}

/** Lines with their ends, which must be of `allowed` words or, for sums, right or wrong. */
function shownLines(
  node: JsonNode,
  kind: Kind,
  allowed: readonly string[],
  side: 'right' | 'wrong',
  least: number,
): readonly Shown[] {
  return list(node, least, 64).map((item) => {
    const says = field(item, 'says');
    if (kind === 'words') return { text: words(field(item, 'text'), MOST), end: ` ${oneOf(says, allowed)}.` };
    const terms = termsOf(item);
    const said = integer(says, 0, 99);
    const right = terms.reduce((total, term) => total + term, 0) === said;
    if (right !== (side === 'right'))
      says.refuse(`${says.path} must be a ${side} answer to ${terms.join(' + ')}, got ${said}.`);
    return { text: sumText(terms), end: String(said) };
  });
}

function frames(node: JsonNode, allowed: readonly string[], count: number): readonly Frame[] {
  const found = list(node, count, count).map((item) => {
    const opening = text(field(item, 'opening'));
    const line = field(item, 'line');
    const form = words(line, MOST);
    // What stands before the deciding token is then the item itself, the same in every condition.
    if (!form.endsWith('{item}') || form.indexOf('{item}') !== form.length - '{item}'.length)
      line.refuse(`${line.path} must hold {item} once, at its end, got ${shown(form)}.`);
    return {
      id: oneOf(field(item, 'id'), allowed),
      opening: opening === '' ? '' : words(field(item, 'opening'), MOST),
      line: form,
    };
  });
  const ids = found.map(({ id }) => id);
  const again = ids.findIndex((id, at) => ids.indexOf(id) < at);
  if (again >= 0) node.refuse(`${node.path}[${again}].id is ${shown(ids[again])} for the second time.`);
  return found;
}

function distinct<T>(node: JsonNode, read: (item: JsonNode) => T, least: number): readonly T[] {
  const nodes = list(node, least, 200);
  const found = nodes.map(read);
  const again = found.findIndex((value, at) => found.indexOf(value) < at);
  if (again >= 0) nodes[again]?.refuse(`${nodes[again].path} is ${shown(found[again])} for the second time.`);
  return found;
}

/** Whole numbers from 0, each above the last. */
function ascending(node: JsonNode): readonly number[] {
  const nodes = list(node, 1, 12);
  const found = nodes.map((item) => integer(item, 0, 64));
  const at = found.findIndex((value, index) => index > 0 && value <= (found[index - 1] ?? 0));
  if (at >= 0) nodes[at]?.refuse(`${nodes[at].path} must be above ${found[at - 1]}, got ${found[at]}.`);
  return found;
}
