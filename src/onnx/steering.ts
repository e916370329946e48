/**
 * Lets a vector be added to the residual stream after each layer: the product that a layer adds to the stream last takes it
 * as its bias, which costs no kernel and breaks no fusion. Zero leaves every bit as it was.
 */
import type { GraphEdits } from './edits.ts';
import { intAttributeOf, type GraphNode, type ModelGraph } from './graph.ts';
import { FLOAT32, tensorType } from './tensor-type.ts';

/** Name of the added input of a layer: float32 `[hidden]`, added at every position to what leaves that layer. */
export const steeringInput = (layer: number): string => `flipside.steer.${layer}`;

/** Where com.microsoft.MatMulNBits takes a bias. */
const BIAS = 5;

/** Adds the inputs; `additions` are the residual additions in order, two a layer. False where a layer's product takes no bias, and then nothing is changed. */
export function addSteering(model: ModelGraph, additions: readonly GraphNode[], edits: GraphEdits): boolean {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const products = additions.filter((_, index) => index % 2 === 1).map((addition) => makers.get(addition.inputs[1] ?? ''));
  const widths = products.map((node) => (node?.opType === 'MatMulNBits' && !node.inputs[BIAS] ? intAttributeOf(node, 'N') : null));
  if (widths.includes(null)) return false;
  for (const [layer, node] of products.entries()) {
    const width = widths[layer] ?? null;
    if (node === undefined || width === null) continue; // cannot be: checked above
    edits.setInput(node, BIAS, steeringInput(layer));
    edits.addInput(steeringInput(layer), tensorType(FLOAT32, [width]));
  }
  return true;
}
