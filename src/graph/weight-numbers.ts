/** In which numbers a graph keeps its weights, as exporters name variants: what the file's name says may be nothing. */
import { intAttributeOf } from './attributes.ts';
import type { ModelGraph } from './graph.ts';
import { FLOAT16 } from './tensor-type.ts';

/** The name of a variant by its graph. */
export type WeightNumbers = 'fp32' | 'fp16' | 'q8' | 'q4' | 'q4f16';

/** The numbers of the products, which are most of a model: 4 bits (in activations of 16 bits where `half`), 8 bits, 16 or 32. */
export function weightNumbers({ nodes, weights, multipliedOutBytes }: ModelGraph, half: boolean): WeightNumbers {
  const bits = nodes.flatMap((node) => (node.opType === 'MatMulNBits' ? [intAttributeOf(node, 'bits') ?? 4] : []));
  // Exports with a head of 8 bits and layers of 4 are called by their layers.
  const four = bits.filter((each) => each === 4).length;
  if (bits.length > 0 && 2 * four >= bits.length) return half ? 'q4f16' : 'q4';
  if (bits.length > 0 || multipliedOutBytes > 0) return 'q8';
  return half || weights.some(({ elemType }) => elemType === FLOAT16) ? 'fp16' : 'fp32';
}
