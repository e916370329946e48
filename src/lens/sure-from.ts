/** Where in the layers the model's last word becomes its first choice. */
import type { LensReading } from './lens.ts';

/**
 * The place, among the layers that were read, from which on the likeliest word is the last layer's, without a break. The last
 * place itself where no layer below agrees.
 */
export function sureFrom({ layers, top, rows }: Pick<LensReading, 'layers' | 'top' | 'rows'>, token: number): number {
  const firstAt = (index: number): number | undefined => rows.ids[(token * layers.length + index) * top];
  let from = layers.length - 1;
  const final = firstAt(from);
  while (from > 0 && firstAt(from - 1) === final) from -= 1;
  return from;
}
