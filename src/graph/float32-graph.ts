/**
 * The same decoder, computed in float32: what 16-bit numbers are held against where no other reference comes with a model. Weights in
 * float16 are cast once (onnxruntime folds casts of weights when it opens the graph), casts to float16 become casts to float32, and
 * keys, values and logits are float32 where they enter and leave. Weights in 4 and 8 bits stay as they are; their scales are cast.
 */
import { intAttribute, intAttributeOf, tensorAttributeType } from './attributes.ts';
import type { HookedDecoder } from './decoder-hooks.ts';
import {
  encodeInput,
  encodeNode,
  encodeNodeWith,
  encodeOutput,
  parseModel,
  writeModel,
  type GraphNode,
} from './graph.ts';
import { FLOAT16, FLOAT32, tensorType } from './tensor-type.ts';
import { bytesField, concatBytes } from './wire.ts';

/** NodeProto.attribute, and GraphProto.value_info: what is said of tensors inside the graph, which is float32 then. */
const ATTRIBUTE_FIELD = 5;
const VALUE_INFO_FIELD = 13;

/** A rewritten decoder in float32, to be loaded with the same weight files; itself where nothing in it is float16. */
export function inFloat32(hooked: HookedDecoder): HookedDecoder {
  const graph = widened(hooked.graph);
  return graph === hooked.graph
    ? hooked
    : { ...hooked, graph, activations: 'float32', steeringType: 'float32', half: false };
}

function widened(bytes: Uint8Array): Uint8Array {
  const model = parseModel(bytes);
  const constants = model.nodes
    .filter((node) => node.opType === 'Constant' && tensorAttributeType(node, 'value') === FLOAT16)
    .flatMap(({ outputs }) => outputs);
  const halves = new Set([
    ...model.weights.filter(({ elemType }) => elemType === FLOAT16).map(({ name }) => name),
    ...constants,
  ]);
  const wide = (name: string): string => (halves.has(name) ? `flipside.float32.${name}` : name);
  const castsToHalf = (node: GraphNode): boolean => node.opType === 'Cast' && intAttributeOf(node, 'to') === FLOAT16;
  const touched = model.nodes.filter((node) => castsToHalf(node) || node.inputs.some((name) => halves.has(name)));
  const typed = <V extends { readonly elemType: number }>(values: readonly V[]): readonly V[] =>
    values.filter(({ elemType }) => elemType === FLOAT16);
  const [inputs, outputs] = [typed(model.inputs).filter(({ name }) => !halves.has(name)), typed(model.outputs)];
  if (halves.size + touched.length + inputs.length + outputs.length === 0) return bytes;
  const replaced = (node: GraphNode): Uint8Array => {
    const node32 = encodeNodeWith(node, {
      inputs: node.inputs.map(wide),
      ...(castsToHalf(node) && { without: new Set(['to']) }),
    });
    return castsToHalf(node) ? concatBytes([node32, bytesField(ATTRIBUTE_FIELD, intAttribute('to', FLOAT32))]) : node32;
  };
  const append = [
    ...[...halves].map((name) =>
      encodeNode({
        name: `flipside/float32/${name}`,
        opType: 'Cast',
        inputs: [name],
        outputs: [wide(name)],
        attributes: [intAttribute('to', FLOAT32)],
      }),
    ),
    ...inputs.map(({ name, dims }) => encodeInput(name, tensorType(FLOAT32, dims))),
    ...outputs.map(({ name }) => encodeOutput(name)),
  ];
  const drop = new Set(
    [...inputs, ...outputs]
      .map(({ field }) => field)
      .concat(model.graphFields.filter(({ number }) => number === VALUE_INFO_FIELD)),
  );
  return writeModel(model, { replaceNodes: new Map(touched.map((node) => [node, replaced(node)])), append, drop });
}
