/** Makes the cells of the strip and keeps those that stay as they are, so that a new token costs one cell and not all. */
import { drawnValues } from '../core/drawn-values.ts';
import type { ScoreRows, Smoothing } from '../core/drawn-values.ts';
import { firstChanged } from '../core/grain.ts';
import type { Head } from '../core/heads.ts';
import { stripCell, tokenShape } from '../core/strip-cell.ts';
import type { StripCell, TapMark } from '../core/strip-cell.ts';
import type { ReadingState } from './reading.svelte.ts';

/** Everything that decides about the cells. */
export interface CellSource {
  readonly reading: ReadingState;
  /** The way of reading that `rows` are by. */
  readonly head: Head;
  readonly rows: ScoreRows;
  readonly smoothing: Smoothing;
  readonly layer: number;
  /** Value at the end of the colour scale. */
  readonly domain: number;
  /** The mark of a tap at the layer. */
  mark(index: number): TapMark;
}

/** Remembers the cells that it made last. */
export class CellMaker {
  #last: { readonly source: CellSource; readonly cells: readonly StripCell[]; readonly given: number; readonly taps: number } | null = null;

  /** The cells of the reading now: a new list, with the same objects where token, value and mark are the same. */
  cells(source: CellSource): readonly StripCell[] {
    const { reading, rows, smoothing, layer, domain } = source;
    const { tokens, taps, givenTokens: given } = reading;
    const last = this.#last?.source.reading === reading ? this.#last : null;
    const before = last?.cells ?? [];
    const same = last !== null && isAlike(last.source, source);
    const from = same ? Math.min(before.length, firstChanged(last.source.smoothing.starts, smoothing.starts)) : 0;
    const cells = before.slice(0, from);
    const values = drawnValues(rows, smoothing, from, tokens.length, layer, 1);
    const tapAt = new Map(taps.slice(same ? last.taps : 0).map((tap, index) => [tap.afterToken, index + (same ? last.taps : 0)]));
    const make = (token: number, value: number): StripCell => {
      const old = before[token];
      const tap = tapAt.get(token);
      const mark = tap === undefined ? (same ? (old?.tap ?? null) : null) : source.mark(tap);
      const shape = tokenShape(token, tokens[token]?.text ?? '', token === given && token > 0, mark !== null, old?.shape);
      return same && old !== undefined && old.shape === shape && old.tap === mark && Object.is(old.value, value) ? old : stripCell(shape, value, domain, mark);
    };
    for (let token = from; token < tokens.length; token += 1) cells.push(make(token, values[token - from] ?? Number.NaN));
    // Marks and the border may come to tokens that have long been there.
    for (const token of [...tapAt.keys(), ...(last !== null && last.given !== given ? [last.given, given] : [])]) {
      const cell = token < from ? cells[token] : undefined;
      if (cell !== undefined) cells[token] = make(token, cell.value);
    }
    this.#last = { source, cells, given, taps: taps.length };
    return cells;
  }
}

function isAlike(one: CellSource, other: CellSource): boolean {
  return one.head === other.head && one.layer === other.layer && one.domain === other.domain && one.smoothing.grain === other.smoothing.grain && one.smoothing.window === other.smoothing.window;
}
