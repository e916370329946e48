/**
 * Many continuations of one text, written side by side: what each says, and what a probe reads of it every few tokens.
 * Data only; `fan.ts` has what is computed from them.
 */
import { AppError } from '../../base/errors.ts';
import type { SamplingOptions, ShownReading, TokenPiece } from '../reading.ts';

/** A reading of a line after so many tokens of its own; 0 is where all lines begin. */
export interface FutureReading extends ShownReading {
  readonly after: number;
}

/** Why a line is no longer written. */
export type FutureEnd = 'end-token' | 'repetition' | 'length';

/** One continuation. */
export interface FutureLine {
  /** The same seed, given to a single continuation of the same text, writes the same tokens. */
  readonly seed: number;
  readonly pieces: readonly TokenPiece[];
  /** In the order of their places; none at 0, which belongs to all lines. */
  readonly readings: readonly FutureReading[];
  /** Null while it is being written, and where it was stopped. */
  readonly ended: FutureEnd | null;
}

/** A text with its continuations. */
export interface Futures {
  /** The reading where all lines begin; null before it is there. */
  readonly start: ShownReading | null;
  readonly lines: readonly FutureLine[];
}

/** How lines are written. The first line has the seed of `sampling`, the next ones the seeds after it. */
export interface FuturesPlan {
  readonly count: number;
  readonly sampling: SamplingOptions;
  /** Tokens between two readings of a line. */
  readonly every: number;
}

/** What is reported while lines are written. */
export interface FuturesSink {
  /** The reading where all lines begin, before anything is written. */
  start(reading: ShownReading): void;
  /** One more token of each of these lines. */
  written(tokens: readonly { readonly line: number; readonly piece: TokenPiece }[]): void;
  /** A reading of each of these lines, at tokens that were reported before. */
  readings(readings: readonly { readonly line: number; readonly reading: FutureReading }[]): void;
  ended(end: { readonly line: number; readonly why: FutureEnd }): void;
}

/** Lines that are written by default, and the most. */
export const FUTURE_LINES = 24;
export const MOST_FUTURE_LINES = 96;

/** Tokens of a line, and tokens between its readings, by default. */
export const FUTURE_TOKENS = 40;
export const FUTURE_EVERY = 8;

/** Refuses a plan that makes no futures. Throws `usage`. */
export function checkFuturesPlan({ count, sampling, every }: FuturesPlan): void {
  const whole = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  if (!whole(count, 2, MOST_FUTURE_LINES))
    throw new AppError(
      'usage',
      `${count} futures cannot be written side by side. Ask for 2 to ${MOST_FUTURE_LINES}, a whole number.`,
      { count },
    );
  if (!whole(every, 1, 1024))
    throw new AppError(
      'usage',
      `A reading every ${every} tokens is not possible. Give a whole number from 1 to 1,024.`,
      {
        every,
      },
    );
  if (!whole(sampling.maxTokens, 1, 8192))
    throw new AppError(
      'usage',
      `Futures of ${sampling.maxTokens} tokens are not possible. Give a whole number from 1.`,
      {
        maxTokens: sampling.maxTokens,
      },
    );
  if (!(sampling.temperature > 0))
    throw new AppError(
      'usage',
      'At temperature 0 every future has the same words. Set the temperature above 0, such as 0.8.',
      { temperature: sampling.temperature },
    );
}

/** The seed of a line. */
export function seedOf(line: number, { sampling: { seed } }: Pick<FuturesPlan, 'sampling'>): number {
  return (seed + line) % 2 ** 32;
}

/** Lines that hold nothing yet. */
export function noFutures(plan: FuturesPlan): Futures {
  return {
    start: null,
    lines: Array.from({ length: plan.count }, (_, line) => ({
      seed: seedOf(line, plan),
      pieces: [],
      readings: [],
      ended: null,
    })),
  };
}

/** What a line says. */
export function textOf({ pieces }: FutureLine): string {
  return pieces.map(({ text }) => text).join('');
}
