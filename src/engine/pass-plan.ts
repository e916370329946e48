/** Which tokens of a text and of what is peeked along the way go into which pass. Pure. */
import { AppError } from '../base/errors.ts';
import type { Branches } from './decoder.ts';

/** Tokens to be read as if they came after the first `after` tokens of the text. */
export interface Peek {
  readonly after: number;
  readonly ids: readonly number[];
}

/** One pass: the text's next tokens with whole peeks that branch off; or a peek that no pass holds, or none may hold, by itself. */
export type PlannedPass =
  | { readonly start: number; readonly ids: readonly number[]; readonly peeks: readonly Peek[] }
  | { readonly start: number; readonly alone: Peek };

/** How a decoder may be used. */
export interface PassLimits {
  readonly chunkTokens: number;
  readonly branching: boolean;
}

/**
 * Passes that append `ids` to a text of `length` tokens, with peeks in the order of their places, none behind the end.
 * Throws `internal` for a peek before `length` that no pass holds.
 */
export function planPasses(
  length: number,
  ids: readonly number[],
  peeks: readonly Peek[],
  limits: PassLimits,
): PlannedPass[] {
  const end = length + ids.length;
  const plan: PlannedPass[] = [];
  let at = length;
  let next = 0;
  while (at < end || next < peeks.length) {
    const rest = ids.slice(at - length);
    const mixed = limits.branching ? mix(at, rest, peeks.slice(next), limits.chunkTokens) : { tokens: 0, peeks: 0 };
    const peek = peeks[next];
    if (mixed.peeks > 0) {
      plan.push({ start: at, ids: rest.slice(0, mixed.tokens), peeks: peeks.slice(next, next + mixed.peeks) });
      at += mixed.tokens;
      next += mixed.peeks;
    } else if (peek?.after === at) {
      plan.push({ start: at, alone: peek });
      next += 1;
    } else if (peek !== undefined && peek.after < at) {
      throw new AppError(
        'internal',
        `A peek of ${peek.ids.length} tokens behind token ${peek.after} fits no pass of ${limits.chunkTokens}.`,
      );
    } else {
      const tokens = Math.min((peek?.after ?? end) - at, end - at, limits.chunkTokens);
      plan.push({ start: at, ids: rest.slice(0, tokens), peeks: [] });
      at += tokens;
    }
  }
  return plan;
}

/** How many tokens and whole peeks one pass takes, in the order in which they are due. */
function mix(
  length: number,
  ids: readonly number[],
  peeks: readonly Peek[],
  chunkTokens: number,
): { readonly tokens: number; readonly peeks: number } {
  let room = chunkTokens;
  let tokens = 0;
  for (const [taken, peek] of peeks.entries()) {
    const before = Math.min(peek.after - length - tokens, room);
    if (before > 0) {
      tokens += before;
      room -= before;
    }
    if (length + tokens < peek.after || peek.ids.length > room) return { tokens, peeks: taken };
    room -= peek.ids.length;
  }
  return { tokens: tokens + Math.min(room, ids.length - tokens), peeks: peeks.length };
}

/**
 * The text's tokens first, so that they can stay; then each peek in a row, which hangs on the text where it belongs.
 * Without peeks there is one line, and no branches.
 */
export function layOut(
  ids: readonly number[],
  peeks: readonly Peek[],
  past: number,
): { readonly all: readonly number[]; readonly branches: Branches | undefined; readonly starts: readonly number[] } {
  const all = [...ids];
  const parents = ids.map((_, token) => past + token - 1);
  const starts: number[] = [];
  for (const peek of peeks) {
    starts.push(all.length);
    for (const [place, id] of peek.ids.entries()) {
      parents.push(place === 0 ? peek.after - 1 : past + all.length - 1);
      all.push(id);
    }
  }
  return { all, branches: peeks.length === 0 ? undefined : { parents, kept: ids.length }, starts };
}
