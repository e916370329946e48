/** Makes the cells of the strip and keeps those that stay as they are, so that a new token costs one cell and not all. */
import { drawnValues } from '../../reading/drawn-values.ts';
import type { ScoreRows, Smoothing } from '../../reading/drawn-values.ts';
import { firstChanged } from '../../reading/grain.ts';
import type { Head } from '../../probe/heads.ts';
import { readingCell, stripCell, tokenShape } from '../../reading/strip-cell.ts';
import type { StripCell, ReadoutMark } from '../../reading/strip-cell.ts';
import { traceValues } from '../../reading/trace-values.ts';
import type { TracePoint } from '../../reading/trace.ts';
import type { ReadingState } from './reading.svelte.ts';

/** Everything that decides about the cells. */
export interface CellSource {
  readonly reading: ReadingState;
  /** The way of reading that `rows` are by. */
  readonly head: Head;
  /** The stretches whose readings colour the tokens; null where tokens show their own scores. */
  readonly trace: readonly TracePoint[] | null;
  readonly rows: ScoreRows;
  readonly smoothing: Smoothing;
  readonly layer: number;
  /** Value at the end of the colour scale. */
  readonly domain: number;
  /** The readings that are marked behind their token where tokens show their own scores. */
  readonly readouts: readonly (ReadoutMark & { readonly afterToken: number })[];
}

/** Remembers the cells that it made last. */
export class CellMaker {
  #last: { readonly source: CellSource; readonly cells: readonly StripCell[]; readonly given: number } | null = null;

  /** The cells of the reading now: a new list, with the same objects where token, value and mark are the same. */
  cells(source: CellSource): readonly StripCell[] {
    const { givenTokens: given } = source.reading;
    const last = this.#last?.source.reading === source.reading ? this.#last : null;
    const before = last?.cells ?? [];
    const cells = source.trace === null ? this.#raw(source, last, before) : calmCells(source, source.trace, before);
    this.#last = { source, cells, given };
    return cells;
  }

  #raw(
    source: CellSource,
    last: { readonly source: CellSource; readonly given: number } | null,
    before: readonly StripCell[],
  ): readonly StripCell[] {
    const { reading, rows, smoothing, layer, domain, readouts } = source;
    const { tokens, givenTokens: given } = reading;
    const same = last !== null && isAlike(last.source, source);
    const from = same ? Math.min(before.length, firstChanged(last.source.smoothing.starts, smoothing.starts)) : 0;
    const cells = before.slice(0, from);
    const values = drawnValues(rows, smoothing, from, tokens.length, layer, 1);
    const readoutAt = new Map(readouts.map((readout) => [readout.afterToken, readout]));
    const make = (token: number, value: number): StripCell => {
      const old = before[token];
      const mark = sameMark(old?.readout ?? null, readoutAt.get(token) ?? null);
      const shape = tokenShape(
        token,
        tokens[token]?.text ?? '',
        token === given && token > 0,
        mark !== null,
        old?.shape,
      );
      return same && old !== undefined && old.shape === shape && old.readout === mark && Object.is(old.value, value)
        ? old
        : stripCell(shape, value, domain, mark);
    };
    for (let token = from; token < tokens.length; token += 1)
      cells.push(make(token, values[token - from] ?? Number.NaN));
    // Marks and the border may come to tokens that have long been there, in any order.
    for (const token of [...readoutAt.keys(), ...(last !== null && last.given !== given ? [last.given, given] : [])]) {
      const cell = token < from ? cells[token] : undefined;
      if (cell !== undefined) cells[token] = make(token, cell.value);
    }
    return cells;
  }
}

/** Every token in the colour of the reading that follows it, and uncoloured where none does yet. */
function calmCells(
  { reading }: CellSource,
  points: readonly TracePoint[],
  before: readonly StripCell[],
): readonly StripCell[] {
  const { tokens, givenTokens: given } = reading;
  const values = traceValues(points, tokens.length);
  const end = (points.at(-1)?.afterToken ?? -1) + 1;
  return tokens.map(({ text }, token) => {
    const old = before[token];
    const shape = tokenShape(token, text, token === given && token > 0, false, old?.shape);
    const cell = readingCell(shape, values[token] ?? Number.NaN, token < end);
    return old?.calm === true && old.shape === shape && old.state === cell.state && Object.is(old.value, cell.value)
      ? old
      : cell;
  });
}

/** The mark from before where it says the same. */
function sameMark(old: ReadoutMark | null, mark: ReadoutMark | null): ReadoutMark | null {
  return old !== null &&
    mark !== null &&
    old.index === mark.index &&
    Object.is(old.score, mark.score) &&
    Object.is(old.low, mark.low) &&
    Object.is(old.high, mark.high)
    ? old
    : mark;
}

function isAlike(one: CellSource, other: CellSource): boolean {
  return (
    one.trace === null &&
    one.head === other.head &&
    one.layer === other.layer &&
    one.domain === other.domain &&
    one.smoothing.grain === other.smoothing.grain &&
    one.smoothing.window === other.smoothing.window
  );
}
