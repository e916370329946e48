/** What the grid of the lens shows, cell by cell. */
import type { LensReading } from './lens.ts';

/** The likeliest next word at one token and layer. */
export interface LensCell {
  readonly text: string;
  readonly probability: number;
  /** Whether it is the word that comes next in the text. */
  readonly comes: boolean;
}

/** The row of a token and a layer, of which `index` is the place among those that were read. */
export function rowOf({ layers }: LensReading, token: number, index: number): number {
  return token * layers.length + index;
}

/** The likeliest word of a row. */
export function cellOf(lens: LensReading, token: number, index: number): LensCell {
  const at = rowOf(lens, token, index) * lens.top;
  const id = lens.rows.ids[at] ?? -1;
  return {
    text: lens.texts.get(id) ?? '',
    probability: Math.exp(lens.rows.logProbabilities[at] ?? NaN),
    comes: id === lens.tokens[token + 1]?.id,
  };
}

/** How strong the ink of a probability is: three steps beside the shade and the line, which follow it exactly. */
export function inkOf(probability: number): 'faint' | 'plain' | 'strong' {
  return probability >= 0.5 ? 'strong' : probability >= 0.1 ? 'plain' : 'faint';
}
