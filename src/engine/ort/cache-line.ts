/**
 * The keys and values of one text in memory that stays where it is, and the caches that share it: each is a length, and a pass
 * writes its tokens behind those of the cache that it goes on from.
 */
import { AppError } from '../../base/errors.ts';
import type { Cache } from '../decoder.ts';

/** One text's keys and values, which its caches share; `R` is where they lie. */
export class Line<R> {
  room: R;
  users = 0;
  /** Where passes went on from, oldest first, each with its number; those that a later pass has overwritten are gone. */
  #passes: { readonly from: number; readonly pass: number }[] = [];
  #count = 0;

  constructor(room: R) {
    this.room = room;
  }

  /** Notes a pass after `from` tokens; its number. */
  goOn(from: number): number {
    this.#count += 1;
    this.#passes = [...this.#passes.filter((pass) => pass.from < from), { from, pass: this.#count }];
    return this.#count;
  }

  /** Whether a later pass has overwritten what a cache holds. */
  overwrote({ length, pass }: StaticCache<R>): boolean {
    return this.#passes.some((later) => later.pass > pass && later.from < length);
  }
}

/** The first `length` tokens of a line, as they were after one of its passes. */
export class StaticCache<R> implements Cache {
  readonly line: Line<R>;
  readonly length: number;
  readonly pass: number;
  readonly #free: (line: Line<R>) => void;
  #there = true;

  constructor(line: Line<R>, length: number, pass: number, free: (line: Line<R>) => void) {
    this.line = line;
    this.length = length;
    this.pass = pass;
    this.#free = free;
    line.users += 1;
  }

  dispose(): void {
    if (!this.#there) return;
    this.#there = false;
    this.line.users -= 1;
    if (this.line.users === 0) this.#free(this.line);
  }
}

/** A cache of this kind that still holds what it did. Throws `internal` otherwise. */
export function ownCache<R>(cache: Cache): StaticCache<R> {
  if (!(cache instanceof StaticCache)) throw new AppError('internal', 'The cache belongs to another engine.');
  const own = cache as StaticCache<R>;
  if (own.line.overwrote(own))
    throw new AppError(
      'internal',
      `A cache of ${cache.length} tokens was used after another text had been read in its place.`,
    );
  return own;
}

/** A cache with the first `length` tokens of another, which stays as it is. Throws `internal` where it has fewer. */
export function cutCache<R>(cache: Cache, length: number, free: (line: Line<R>) => void): StaticCache<R> {
  const { line, pass } = ownCache<R>(cache);
  if (length < 1 || length > cache.length)
    throw new AppError('internal', `A cache of ${cache.length} tokens cannot be cut to ${length}.`);
  return new StaticCache(line, length, pass, free);
}

/** Throws `internal` where a text is longer than the model reads. */
export function checkRoom(length: number, contextTokens: number): void {
  if (length > contextTokens)
    throw new AppError(
      'internal',
      `A cache of ${length} tokens is longer than the model's context of ${contextTokens}.`,
    );
}

/** Tokens that a text has room for at first. */
const FIRST_ROOM = 512;

/**
 * The size of the smallest room that holds so many tokens: it doubles up to the context. Branches may take slots beyond
 * that, as several stand at one position.
 */
export function roomFor(tokens: number, contextTokens: number): number {
  let room = Math.min(FIRST_ROOM, contextTokens);
  while (room < tokens && room < contextTokens) room = Math.min(2 * room, contextTokens);
  return Math.max(room, tokens);
}
