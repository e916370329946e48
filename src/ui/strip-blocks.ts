/** The text of the strip in blocks, so that a new token makes the page look at one block and not at the whole text. */
import type { StripCell, TokenShape } from '../core/strip-cell.ts';

/** Tokens in a block. */
export const BLOCK = 64;

/** The shapes of the cells in blocks of {@link BLOCK}; a block in which nothing has changed is the same object as in `before`. */
export function blocksOf(cells: readonly StripCell[], before: readonly (readonly TokenShape[])[]): (readonly TokenShape[])[] {
  return Array.from({ length: Math.ceil(cells.length / BLOCK) }, (_, index) => {
    const from = index * BLOCK;
    const to = Math.min(cells.length, from + BLOCK);
    const old = before[index];
    if (old?.length === to - from && old.every((shape, at) => shape === cells[from + at]?.shape)) return old;
    return cells.slice(from, to).map((cell) => cell.shape);
  });
}
