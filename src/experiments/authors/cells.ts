/**
 * The cells of an authors experiment as texts: which excerpts stand before a story, under which heading, and whose story it is.
 * A text is a list of segments; every span is a segment of its own, so that its tokens are the same wherever it stands.
 */
import { createRng } from '../../base/rng.ts';
import {
  AUTHORS,
  type Author,
  type AuthorsSpec,
  type Character,
  CHARACTERS,
  type Scenario,
  type Span,
  SPANS,
  strongest,
  type Template,
} from './spec.ts';

/** What is done to a context so as to know what its effect is made of; each at the greatest strength. */
export const CONTROLS = ['unsigned', 'scrambled', 'mismatched'] as const;
export type Control = (typeof CONTROLS)[number];

/** Which author's excerpts stand first where both are in the context. */
export const ORDERS = ['kind-first', 'cruel-first'] as const;
export type Order = (typeof ORDERS)[number];

/** A text to be read. */
export interface CellText {
  readonly id: string;
  readonly segments: readonly string[];
  /** Index of each span's segment. */
  readonly spans: Readonly<Record<Span, number>>;
}

/** A scenario in a template; `at` is its place among the scenarios, `templateAt` among the templates. */
export interface Place {
  readonly scenario: Scenario;
  readonly template: Template;
  readonly at: number;
  readonly templateAt: number;
}

/** Id of a cell of the design proper. */
export function mainId(author: Author, character: Character, strength: number): string {
  return `${author}-${character}-${strength}`;
}

/** Id of a cell of a control. */
export function controlId(control: Control, author: Author, character: Character): string {
  return `${control}-${author}-${character}`;
}

/** Id of a cell in which both authors stand in the context and `byline` signs the story. */
export function bindingId(order: Order, byline: Author): string {
  return `${order}-${byline}`;
}

/** The design proper: author × character at a strength. Without excerpts the author is a name and nothing else. */
export function mainCells(spec: AuthorsSpec, place: Place, strength: number): CellText[] {
  return AUTHORS.flatMap((author) => {
    const byline = place.scenario.names[author];
    const context = excerptsOf(spec, place, author, strength).map(
      (excerpt) => `${heading(place.template, byline)} ${excerpt}`,
    );
    return CHARACTERS.map((character) => cell(mainId(author, character, strength), context, place, byline, character));
  });
}

/** A control's four cells: no byline anywhere; the excerpts' words in random order; a story that someone else signs. */
export function controlCells(spec: AuthorsSpec, place: Place, control: Control): CellText[] {
  return AUTHORS.flatMap((author) => {
    const { names } = place.scenario;
    const told = control === 'unsigned' ? null : names[author];
    const context = excerptsOf(spec, place, author, strongest(spec)).map((excerpt, at) => {
      const words = control === 'scrambled' ? scrambled(excerpt, spec.seed, at) : excerpt;
      return `${heading(place.template, told)} ${words}`;
    });
    const signs = control === 'mismatched' ? names.unseen : told;
    return CHARACTERS.map((character) => cell(controlId(control, author, character), context, place, signs, character));
  });
}

/**
 * Both authors in one context, in both orders; only the last byline differs within an order. The character is the same
 * there and the other one in the other order, turn by turn over the scenarios.
 */
export function bindingCells(spec: AuthorsSpec, place: Place): CellText[] {
  const { names } = place.scenario;
  // The two tell of different things: the second takes the excerpts that follow the first one's.
  const told = AUTHORS.map((author, rank) =>
    excerptsFrom(spec, author, start(spec, place) + rank * spec.bindingExcerpts, spec.bindingExcerpts).map(
      (excerpt) => `${heading(place.template, names[author])} ${excerpt}`,
    ),
  );
  return ORDERS.flatMap((order, turn) => {
    const context = (turn === 0 ? told : told.toReversed()).flat();
    const character = CHARACTERS[(place.at + place.templateAt + turn) % CHARACTERS.length] ?? 'hero';
    return AUTHORS.map((byline) => cell(bindingId(order, byline), context, place, names[byline], character));
  });
}

/** The text of a cell as one string: what a continuation follows. */
export function wholeText({ segments }: CellText): string {
  return segments.join(' ');
}

function cell(
  id: string,
  context: readonly string[],
  { scenario, template }: Place,
  byline: string | null,
  character: Character,
): CellText {
  const segments = [...context, heading(template, byline)];
  const spans: Partial<Record<Span, number>> = {};
  for (const piece of template.pieces) {
    if (typeof piece === 'string') spans[piece] = segments.length;
    segments.push(typeof piece === 'string' ? scenario.stories[character][piece] : piece.text);
  }
  return { id, segments, spans: spans as Record<Span, number> };
}

function heading({ signed, unsigned }: Template, byline: string | null): string {
  return byline === null ? unsigned : signed.replace('{byline}', byline);
}

function excerptsOf(spec: AuthorsSpec, place: Place, author: Author, count: number): string[] {
  return excerptsFrom(spec, author, start(spec, place), count);
}

/**
 * Where a scenario's excerpts begin: kind and cruel ones of the same subjects, other subjects in other scenarios and templates.
 * The step is none of the cycle of bylines, so that no name keeps to a subject.
 */
function start(spec: AuthorsSpec, { at, templateAt }: Place): number {
  return (2 * strongest(spec) - 1) * at + strongest(spec) * templateAt;
}

function excerptsFrom({ excerpts }: AuthorsSpec, author: Author, from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => excerpts[(from + i) % excerpts.length]?.[author] ?? '');
}

/** The same words in random order; `stream` keeps two excerpts from the same shuffle. */
function scrambled(excerpt: string, seed: number, stream: number): string {
  return createRng(seed, stream).shuffle(excerpt.split(' ')).join(' ');
}

/** The index of each span's segment, ascending: where a reading is taken. */
export function spanIndices({ spans }: CellText): number[] {
  return SPANS.map((span) => spans[span]);
}
