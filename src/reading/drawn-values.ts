/** The values that raw colours stand for, from the scores of single tokens: running means, single scores, or means of units. */
import { grainDef, type RawGrain, unitAround } from './grain.ts';
import { layerMean } from '../stats/smoothing.ts';

/** How scores become values. */
export interface Smoothing {
  readonly grain: RawGrain;
  /** Tokens in the running mean; only for that grain. */
  readonly window: number;
  /** First tokens of the units of the grain (see `unitStarts`). */
  readonly starts: readonly number[];
  /** Tokens of the text. */
  readonly tokens: number;
}

/** Row-major scores `[tokens, layers]`; may hold more rows than are asked for. */
export interface ScoreRows {
  readonly scores: ArrayLike<number>;
  readonly layers: number;
}

/** The value of one token at one layer; NaN where the token itself has no score. */
export function drawnValue({ scores, layers }: ScoreRows, how: Smoothing, token: number, layer: number): number {
  const { trailing } = grainDef(how.grain);
  if (trailing !== null) return layerMean(scores, token, trailing(how.window), layers, layer);
  if (!Number.isFinite(scores[token * layers + layer])) return Number.NaN;
  const { from, to } = unitAround(how.starts, token, how.tokens);
  return unitMean(scores, from, to, layers, layer);
}

/** The values of the tokens `[from, to)` at the layers `[first, first + count)`, row-major `[to - from, count]`, newly made. */
export function drawnValues(
  rows: ScoreRows,
  how: Smoothing,
  from: number,
  to: number,
  first: number,
  count: number,
): Float32Array {
  const { scores, layers } = rows;
  const values = new Float32Array(Math.max(0, to - from) * count);
  const { trailing } = grainDef(how.grain);
  for (let token = from; token < to;) {
    const unit = trailing !== null ? null : unitAround(how.starts, token, how.tokens);
    const end = unit === null ? token + 1 : Math.min(unit.to, to);
    for (let column = 0; column < count; column += 1) {
      const layer = first + column;
      const value =
        unit === null ? drawnValue(rows, how, token, layer) : unitMean(scores, unit.from, unit.to, layers, layer);
      for (let at = token; at < end; at += 1)
        values[(at - from) * count + column] = Number.isFinite(scores[at * layers + layer]) ? value : Number.NaN;
    }
    token = end;
  }
  return values;
}

function unitMean(scores: ArrayLike<number>, from: number, to: number, layers: number, layer: number): number {
  let sum = 0;
  let count = 0;
  for (let at = from; at < to; at += 1) {
    const value = scores[at * layers + layer] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NaN : sum / count;
}
