/** The three effects of a 2 × 2 in every scenario: b of z = b0 + bA a + bC c + bAC ac + u_scenario with a, c = ±1, kind and hero +1. */
import { etaSquared } from '../../stats/eta-squared.ts';
import { mean } from '../../stats/stats.ts';
import type { Author, Character } from './spec.ts';

/** Values of a cell, one a scenario. */
export type CellValues = (author: Author, character: Character) => readonly number[];

/** One effect a scenario; the means are the least-squares coefficients, since the cells are balanced. */
export interface Effects {
  readonly author: readonly number[];
  readonly character: readonly number[];
  readonly interaction: readonly number[];
}

/** The effects of four cells. An effect is half the difference that its factor makes. */
export function effectsOf(cells: CellValues): Effects {
  const rows = rowsOf(cells);
  // Pair by pair, so that two equal cells make a difference of nothing, to the last bit.
  return {
    author: rows.map(([cv, ch, kv, kh]) => (kh - ch + (kv - cv)) / 4),
    character: rows.map(([cv, ch, kv, kh]) => (kh - kv + (ch - cv)) / 4),
    interaction: rows.map(([cv, ch, kv, kh]) => (kh - kv - (ch - cv)) / 4),
  };
}

/** A scenario's four cells: cruel villain, cruel hero, kind villain, kind hero. */
export type Row = readonly [number, number, number, number];

/** The four cells scenario by scenario. */
export function rowsOf(cells: CellValues): Row[] {
  const [cv, ch, kv, kh] = [
    cells('cruel', 'villain'),
    cells('cruel', 'hero'),
    cells('kind', 'villain'),
    cells('kind', 'hero'),
  ];
  return cv.map((value, at) => [value, ch[at] ?? NaN, kv[at] ?? NaN, kh[at] ?? NaN]);
}

/**
 * (η²_A − η²_C) / (η²_A + η²_C) of two effects in one unit: 1 where the author alone moves the stream, −1 where the character
 * alone does. In a balanced design a factor's sum of squares goes with b², and the total, which both shares have in common,
 * cancels: (bA² − bC²) / (bA² + bC²).
 */
export function dominance(author: number, character: number): number {
  return (author ** 2 - character ** 2) / (author ** 2 + character ** 2);
}

/** The same of how cleanly each factor is read: each η² of the rows of its own instrument, whatever its size. */
export function clarity(authorRows: readonly Row[], characterRows: readonly Row[]): number {
  const author = etaSquared(authorRows).first;
  const character = etaSquared(characterRows).second;
  return (author - character) / (author + character);
}

/** Mean over the picked units. */
export function meanAt(values: readonly number[], pick: ArrayLike<number>): number {
  return mean(Float64Array.from(pick, (at) => values[at] ?? NaN));
}
