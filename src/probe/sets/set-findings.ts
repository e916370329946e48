/** What is found in a prompt set before any model reads it. Plain data. */
import type { BagOfWords } from '../evidence/bag-of-words.ts';
import type { Axis } from '../heads.ts';
import type { SeparatingWord } from './separating-words.ts';
import type { SetLengths } from './set-lengths.ts';
import type { SetNames } from './set-names.ts';
import type { ByPole } from './set-rows.ts';
import type { Duplicate, PoleWord, PronounShare, Punctuation } from './set-wording.ts';

/** Turns of one style by pole; `style` is null for turns without one. */
export interface StyleCount {
  readonly style: string | null;
  readonly rows: ByPole<number>;
}

/** Everything that was checked. */
export interface SetFindings {
  readonly axis: Axis;
  readonly rows: number;
  readonly topics: number;
  /** Topics without a neutral turn. */
  readonly withoutNeutral: readonly string[];
  /** Topics with more turns of one pole than of the other. */
  readonly unbalanced: readonly string[];
  /** Topics in which a context does not stand with every pole. */
  readonly unsharedContexts: readonly string[];
  readonly styles: readonly StyleCount[];
  /** Different scenes: contexts, each counted once. */
  readonly scenes: number;
  readonly names: SetNames;
  readonly lengths: SetLengths;
  readonly punctuation: Punctuation;
  readonly pronouns: readonly PronounShare[];
  readonly duplicates: readonly Duplicate[];
  readonly poleWords: readonly PoleWord[];
  /** Naive Bayes on the words, every topic left out in turn, with the range of shuffled labels; null with one topic or one pole. */
  readonly bagOfWords: Omit<BagOfWords, 'scores'> | null;
  /** The ten words that tell the poles apart best. */
  readonly separatingWords: readonly SeparatingWord[];
}
