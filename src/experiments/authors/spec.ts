/** What an authors spec says, as it is used. `parse.ts` reads it and refuses what is not balanced. */
import type { SpecHead } from '../design.ts';

/** How an author is: told by the excerpts that stand under the author's name. */
export const AUTHORS = ['kind', 'cruel'] as const;
export type Author = (typeof AUTHORS)[number];

/** How a character is: told by what the character says in the quote. */
export const CHARACTERS = ['hero', 'villain'] as const;
export type Character = (typeof CHARACTERS)[number];

/** The parts of a story at which the stream is read, in the order in which they stand. */
export const SPANS = ['before', 'quote', 'after'] as const;
export type Span = (typeof SPANS)[number];

/** A story for one character: two stretches of narration and what is said in between. */
export type Story = Readonly<Record<Span, string>>;

/** A scenario: one story for each character, alike but for the quote, and who signs. */
export interface Scenario {
  readonly id: string;
  /** What it is about: a word that no excerpt may hold. */
  readonly topic: string;
  /** Bylines of the kind and the cruel author, and one that signs nothing before. */
  readonly names: Readonly<Record<Author | 'unseen', string>>;
  readonly stories: Readonly<Record<Character, Story>>;
}

/** How a story is set: a heading with or without a byline, then the story with its parts in order. */
export interface Template {
  readonly id: string;
  /** Holds `{byline}`. */
  readonly signed: string;
  readonly unsigned: string;
  /** Texts and spans in the order in which they stand, joined by spaces. */
  readonly pieces: readonly (Span | { readonly text: string })[];
}

/** The same in the telling of a kind and of a cruel narrator: an excerpt, or a way of going on. */
export type ByAuthor = Readonly<Record<Author, string>>;

/** The spec of an authors experiment. */
export interface AuthorsSpec extends SpecHead {
  readonly thresholds: Readonly<Record<ThresholdName, number>>;
  /** The layer that the rule reads, as a share of depth: `index` of a model with `of` layers. */
  readonly layer: { readonly index: number; readonly of: number };
  /** Numbers of excerpts before the story, ascending from 0. */
  readonly strengths: readonly number[];
  /** Excerpts of each author where both stand in one context. */
  readonly bindingExcerpts: number;
  /** What a quick run takes: the first so many. It takes the least and the greatest strength. */
  readonly quick: { readonly scenarios: number; readonly templates: number };
  readonly templates: readonly Template[];
  readonly continuations: readonly ByAuthor[];
  readonly excerpts: readonly ByAuthor[];
  readonly scenarios: readonly Scenario[];
  /** Scenarios that the instruments are fitted on; none is measured. */
  readonly fit: readonly Scenario[];
}

/** Names of the numbers that the rule and the gates use. */
export const THRESHOLDS = [
  'persistence',
  'leakage',
  'dominance',
  'choice',
  'partial',
  'byline',
  'binding',
  'instrument',
  'rope',
] as const;
export type ThresholdName = (typeof THRESHOLDS)[number];

/** The greatest strength: the one that the rule reads. */
export function strongest(spec: AuthorsSpec): number {
  return spec.strengths.at(-1) ?? 0;
}

/** The layer that the rule reads, of a model with `layerCount` layers. */
export function ruledLayer(spec: AuthorsSpec, layerCount: number): number {
  return Math.round((spec.layer.index / spec.layer.of) * layerCount);
}
