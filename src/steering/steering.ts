/**
 * Steering: what is done to the residual stream while a model reads, so that a direction is tested and not only read.
 * Types and checks; no model.
 */
import type { DtypeAgreement } from '../probe/dtype-agreement.ts';
import { AppError } from '../base/errors.ts';
import type { Pole } from '../probe/heads.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { ConditionRecord } from './condition.ts';
import { modeDef, STEERING_MODES, type SteeringMode } from './modes.ts';

/**
 * Which tokens are steered: all; those that choose words of the model's own, which begin with the last token that is given;
 * or those from a position on.
 */
export type SteeringWhere = 'all' | 'generated' | number;

/** What the reader sets. */
export interface SteeringSettings {
  readonly mode: SteeringMode;
  readonly pole: Pole;
  /** First and last stream that is steered, 1 (what leaves the first layer) to the number of layers. */
  readonly from: number;
  readonly to: number;
  /**
   * In units of the stream's typical length (root mean square over neutral tokens) at its layer. `add`: the length of the vector.
   * `cap`: how far from the mean of neutral tokens the bound lies, towards the pole. `ablate` has none.
   */
  readonly strength: number;
  readonly where: SteeringWhere;
}

/** What is done to one stream; 1 is what leaves the first layer. */
export interface StreamSteering {
  readonly stream: number;
  /** Added at every steered token `[hidden]`. */
  readonly add: Float32Array | null;
  /** Between what the product with a direction of length 1 `[hidden]` is kept; Infinity bounds nothing. */
  readonly bound: { readonly direction: Float32Array; readonly low: number; readonly high: number } | null;
}

/** What is done to every stream, each at most once; nothing to those that are not named. */
export type Intervention = readonly StreamSteering[];

const POLES = { positive: true, negative: true } satisfies Record<Pole, true>;

/** Refuses settings that this model cannot be steered by. Throws `push-invalid`. */
export function checkSteeringSettings(
  { mode, pole, from, to, strength, where }: SteeringSettings,
  { id, layerCount }: Pick<ModelIdentity, 'id' | 'layerCount'>,
): void {
  known('mode', mode, STEERING_MODES);
  known('pole', pole, POLES);
  const stream = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= layerCount;
  if (!stream(from) || !stream(to) || from > to)
    throw new AppError(
      'push-invalid',
      `Layers ${from} to ${to} cannot be steered: ${id} has 1 to ${layerCount}, the first not after the last.`,
      { from, to, layerCount },
    );
  const [least, most] = modeDef(mode).strength?.bounds ?? [-Infinity, Infinity];
  if (modeDef(mode).strength !== null && !(strength >= least && strength <= most))
    throw new AppError(
      'push-invalid',
      `A strength of ${strength} is not between ${least} and ${most} lengths of the stream. Give a smaller one, or match a KL.`,
      { strength },
    );
  if (typeof where !== 'number') known('where', where, { all: true, generated: true });
  else if (!(Number.isInteger(where) && where >= 0))
    throw new AppError('push-invalid', `Position ${where} is no place to steer from: give a whole number from 0.`, {
      where,
    });
}

/** Settings may come from a file or another version of the page: a word that nobody knows must not be taken for one that is known. */
function known(what: string, value: string, words: Readonly<Record<string, unknown>>): void {
  if (!Object.hasOwn(words, value))
    throw new AppError(
      'push-invalid',
      `"${String(value).slice(0, 40)}" is no ${what} of steering: give one of ${Object.keys(words).join(', ')}.`,
      { what },
    );
}

/**
 * The first token that is steered of a text whose first `given` tokens are not the model's own. Position 0, the attention sink, never
 * is: its stream is a hundred times too long, and says nothing of the text.
 */
export function firstSteered(where: SteeringWhere, given: number): number {
  if (where === 'all') return 1;
  return Math.max(1, where === 'generated' ? given - 1 : where);
}

/** How likely words are after a text under steering, and all that it takes to find that number elsewhere. */
export interface SteeredWords {
  readonly steps: Intervention;
  /** First token that is steered. */
  readonly from: number;
  /** Tokens of the words, with the space before them. */
  readonly ids: readonly number[];
  /** Log-probability of all of them, in nats. */
  readonly logP: number;
}

/** One direction of a steering as a run remembers it. */
export interface SteeringPart extends Omit<SteeringSettings, 'where'> {
  /** What steered, e.g. the title of the probe whose steering direction it was. */
  readonly direction: string;
  /** Hash of that probe's files; null where the direction was no probe's. */
  readonly probeSha256: string | null;
  /** The KL that the strength was matched to by itself, 95th percentile in nats; null where it was set by hand. */
  readonly matchedKl: number | null;
  /** How far the direction agrees with the model, where its probe was made on another variant of it. */
  readonly carriedOver?: DtypeAgreement;
}

/** Steering as a run remembers it, so that it can be told from others and made again. */
export interface SteeringRecord extends SteeringPart, SteeringSettings {
  /** Other strengths of the first direction, asked for while the text was being written, in order; left out where there were none. */
  readonly changes?: readonly StrengthChange[];
  /** Further directions that steered the same tokens; left out where there were none. */
  readonly also?: readonly SteeringPart[];
  /** The reading that decided token by token whether it was steered; left out where all were from the first on. */
  readonly when?: ConditionRecord;
}

/** All directions of a steering, the first first. */
export function partsOf({ also = [], ...first }: SteeringRecord): readonly SteeringPart[] {
  return [first, ...also];
}

/** Another strength from a place in the text on. */
export interface StrengthChange {
  /** Tokens that were there when it was asked for; up to three more were under way. */
  readonly after: number;
  readonly strength: number;
}
