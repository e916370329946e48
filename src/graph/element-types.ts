/**
 * What tensors inside a graph are made of, where it matters: what is added to a graph in float16 must be float16 too. Exports may
 * say it (value_info) or not, so it is followed from the weights and inputs on, through the operators of decoders.
 */
import { intAttributeOf, tensorAttributeType } from './attributes.ts';
import type { GraphNode, ModelGraph } from './graph.ts';

/** Where operators take their output's type from, other than from the first input (onnxruntime, docs/ContribOperators.md). */
const TYPED_BY: Readonly<Record<string, number>> = {
  GatherBlockQuantized: 2,
  DequantizeLinear: 1,
  SimplifiedLayerNormalization: 1,
  Where: 1,
};

/** A function that tells the element type of a tensor, as a code of TensorProto.DataType; 0 where it cannot be told. */
export function elementTypes(model: ModelGraph): (name: string) => number {
  const known = new Map<string, number>(
    [...model.inputs, ...model.weights].map(({ name, elemType }) => [name, elemType]),
  );
  const makers = makersOf(model);
  return (name) => {
    // No path is longer than there are nodes, unless it runs in a circle.
    for (let [at, steps] = [name, 0]; steps <= model.nodes.length; steps += 1) {
      const type = known.get(at);
      if (type !== undefined) return type;
      const node = makers.get(at);
      if (node === undefined) return 0;
      if (node.opType === 'Cast') return intAttributeOf(node, 'to') ?? 0;
      if (node.opType === 'Constant') return tensorAttributeType(node, 'value');
      at = node.inputs[TYPED_BY[node.opType] ?? 0] ?? '';
    }
    return 0;
  };
}

/** By tensor the node that makes it. */
export function makersOf(model: ModelGraph): ReadonlyMap<string, GraphNode> {
  return new Map(
    model.nodes.flatMap((node) => node.outputs.filter((name) => name !== '').map((name) => [name, node] as const)),
  );
}

/** By tensor the nodes that read it, each once. */
export function readersOf(model: ModelGraph): ReadonlyMap<string, readonly GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of model.nodes) {
    for (const name of new Set(node.inputs)) {
      if (name === '') continue;
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [node]);
      else list.push(node);
    }
  }
  return readers;
}
