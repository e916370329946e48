/**
 * What the logit lens shows: the residual stream of any layer, read by the final norm and the output head as if the layers
 * behind it were not there (nostalgebraist 2020). Plain data, as the engine gives it and the page and the command show it.
 */
import { AppError } from '../base/errors.ts';
import type { LensRows } from './lens-rows.ts';
import type { TokenPiece } from '../reading/reading.ts';

/** Likeliest words a place at most: beyond that the list says less than the entropy does. */
const MOST_TOP = 50;

/** Words that are followed at most. */
export const MOST_WORDS = 16;

/** A word of the vocabulary that was asked for. */
export interface LensWord {
  /** As it was asked for, without spaces around it. */
  readonly asked: string;
  readonly id: number;
  /** The token's own text, with the space before it where it has one. */
  readonly text: string;
  /** Whether it stands for a word that is several tokens, of which it is the first. */
  readonly firstOfSeveral: boolean;
}

/** A word that was asked for and is no single token. */
export interface SplitWord {
  readonly asked: string;
  /** The tokens that it falls into; none where the vocabulary cannot spell it. */
  readonly pieces: readonly string[];
}

/** Words that were looked up. */
export interface FoundWords {
  readonly found: readonly LensWord[];
  readonly split: readonly SplitWord[];
}

/** A text through the lens. Row `token · layers + layer` of {@link rows} is that token at that layer. */
export interface LensReading {
  readonly tokens: readonly TokenPiece[];
  /** The layers that were read, in ascending order. */
  readonly layers: readonly number[];
  readonly top: number;
  /** The words that {@link rows} follow, in their order; the last rank of a row is that of the token that comes next. */
  readonly words: readonly LensWord[];
  readonly rows: LensRows;
  /** Text of every id among the likeliest words. */
  readonly texts: ReadonlyMap<number, string>;
  /** Largest difference, in nats, between the last layer and what the model itself said after each pass. */
  readonly disagreement: number;
  readonly milliseconds: number;
}

/** A word that a direction moves. */
export interface DirectionWord {
  readonly id: number;
  readonly text: string;
  /** What a step as long as the stream itself adds to its logit, above the mean of all words. */
  readonly logit: number;
}

/** A direction of one layer through the lens. */
export interface DirectionWords {
  readonly layer: number;
  /** Length of the direction, in the stream's own units; 0 where there is none, and then it moves no word. */
  readonly length: number;
  /** Words that a step along it makes likelier, most first, and those that it makes less likely. */
  readonly promoted: readonly DirectionWord[];
  readonly suppressed: readonly DirectionWord[];
  /** What random directions reach; null where there are none at this layer. */
  readonly chance: DirectionChance | null;
}

/** The words that random directions of the training data's own covariance move most, in the unit of {@link DirectionWord}. */
export interface DirectionChance {
  /** How many directions. */
  readonly count: number;
  /** 95 in 100 of them move no word up further than this, and none down further than that (95th and 5th percentile). */
  readonly up: number;
  readonly down: number;
}

/** Which direction of a probe: what it reads by, what it steers by, or what it reads one pole from neutral by. */
export type DirectionKind = 'reading' | 'steering' | 'positive' | 'negative';

/** In the order in which they are offered. */
export const DIRECTION_KINDS: readonly DirectionKind[] = ['reading', 'steering', 'positive', 'negative'];

/** Whether a text from outside names a direction. */
export function isDirectionKind(value: unknown): value is DirectionKind {
  return DIRECTION_KINDS.some((kind) => kind === value);
}

/**
 * The layers that were asked for, in ascending order and each once; all of them where none was named. Throws `usage`
 * for one that the model has not.
 */
export function checkLayers(asked: readonly number[], layerCount: number): readonly number[] {
  const wrong = asked.find((layer) => !Number.isInteger(layer) || layer < 0 || layer > layerCount);
  if (wrong !== undefined)
    throw new AppError(
      'usage',
      `There is no layer ${wrong}: this model has 0 (the embeddings) to ${layerCount} (what leaves the last layer).`,
      { layer: wrong, layerCount },
    );
  return asked.length === 0
    ? Array.from({ length: layerCount + 1 }, (_, layer) => layer)
    : [...new Set(asked)].sort((a, b) => a - b);
}

/** Throws `usage` where so many words cannot be told of a vocabulary. */
export function checkTop(top: number, vocabulary: number): void {
  const most = Math.min(MOST_TOP, vocabulary);
  if (!Number.isInteger(top) || top < 1 || top > most)
    throw new AppError('usage', `The likeliest words are 1 to ${most}, got ${top}.`, { top, most });
}

/** Why a word cannot be followed, and what to do. */
export function splitSentence({ asked, pieces }: SplitWord): string {
  if (pieces.length === 0) return `This model has no token for “${asked}”.`;
  return `“${asked}” is no single token of this model: it falls into ${pieces.map((piece) => `“${piece}”`).join(' and ')}. Take another word, or its first token.`;
}
