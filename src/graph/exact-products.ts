/**
 * Lets products with quantised weights take activations as they are. Exports may allow them to be rounded to eight bits first
 * (com.microsoft.MatMulNBits, accuracy_level 4), which is faster for long prompts and moves the stream by some percent
 * (docs/decisions/0020): more than what is read off it.
 */
import { intAttributeOf } from './attributes.ts';
import type { GraphEdits } from './edits.ts';
import type { GraphNode, ModelGraph } from './graph.ts';

export const ACCURACY_LEVEL = 'accuracy_level';

/** The level at which activations are int8. */
const INT8 = 4;

/** Whether a product rounds its activations. */
export const roundsActivations = (node: GraphNode): boolean =>
  node.opType === 'MatMulNBits' && intAttributeOf(node, ACCURACY_LEVEL) === INT8;

/** Takes that leave from every product of a graph. */
export function makeProductsExact(model: ModelGraph, edits: GraphEdits): void {
  for (const node of model.nodes) if (roundsActivations(node)) edits.dropAttribute(node, ACCURACY_LEVEL);
}
