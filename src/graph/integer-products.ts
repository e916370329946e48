/**
 * Turns products of whole numbers into products of floats. Exports with the endings `quantized`, `int8` and `uint8` round what goes
 * into a product to eight bits, by the largest and smallest number of the whole pass (DynamicQuantizeLinear): what is read at a token
 * would then hang on the tokens after it and on how the text was cut into passes (docs/decisions/0020). Their weights stay the bytes that
 * they are in the file and are multiplied out in a pass (DequantizeLinear): on the processor onnxruntime fuses that into a product that
 * reads bytes, on a graphics card the floats lie beside the bytes, and for MatMulInteger it has no kernel there at all.
 *
 *     x → DynamicQuantizeLinear → MatMulInteger(W) → Cast → Mul(scale of x · scale of W)      becomes      MatMul(x, DequantizeLinear(W))
 *
 * Source: onnxruntime's dynamic quantisation (python/tools/quantization/operators/matmul.py), operators as in docs/Operators.md of ONNX.
 */
import type { AppError } from '../base/errors.ts';
import { intAttributeOf } from './attributes.ts';
import { makersOf, readersOf } from './element-types.ts';
import { encodeNode, parseModel, writeModel, type GraphNode, type GraphWeight, type ModelGraph } from './graph.ts';
import { strangeNode } from './missing.ts';
import { FLOAT32 } from './tensor-type.ts';
import type { Field } from './wire.ts';

const PRODUCT = 'MatMulInteger';
const ROUNDING = 'DynamicQuantizeLinear';

/** Bytes of a weight that is multiplied out to float32, of one that takes a byte. */
const FLOAT_BYTES = 4;

/** One product as exporters write it. */
interface IntegerProduct {
  /** What is rounded, and the weights as they lie in the file: bytes, their scale and, where there is one, their zero point. */
  readonly activation: string;
  readonly weights: readonly string[];
  readonly result: string;
  /** Nodes that go with it; the rounding itself may serve several products. */
  readonly nodes: readonly GraphNode[];
}

/**
 * The graph with products of floats; itself where it has none of whole numbers. Throws `model-node-missing` where one
 * is written in another way.
 */
export function withFloatProducts(model: ModelGraph): ModelGraph {
  const found = model.nodes.filter(({ opType }) => opType === PRODUCT);
  if (found.length === 0) return model;
  const weights = new Map(model.weights.map((weight) => [weight.name, weight]));
  const [makers, readers] = [makersOf(model), readersOf(model)];
  const products = found.map((node) => productOf(node, makers, readers, weights));
  const gone = new Set(products.flatMap(({ nodes }) => nodes));
  for (const node of model.nodes) {
    if (
      node.opType === ROUNDING &&
      node.outputs.every((name) => (readers.get(name) ?? []).every((reader) => gone.has(reader)))
    )
      gone.add(node);
  }
  const append = products.flatMap(({ activation, weights: [bytes = '', ...scaling], result }) => [
    encodeNode({
      name: `flipside/${result}/weights`,
      opType: 'DequantizeLinear',
      inputs: [bytes, ...scaling],
      outputs: [`flipside.${result}.weights`],
    }),
    encodeNode({
      name: `flipside/${result}/product`,
      opType: 'MatMul',
      inputs: [activation, `flipside.${result}.weights`],
      outputs: [result],
    }),
  ]);
  const rewritten = parseModel(
    writeModel(model, { replaceNodes: new Map(), append, drop: new Set<Field>([...gone].map(({ field }) => field)) }),
  );
  const floats = products.map(({ weights: [bytes = ''] }) => FLOAT_BYTES * (weights.get(bytes)?.bytes ?? 0));
  return {
    ...rewritten,
    largestWeightBytes: Math.max(rewritten.largestWeightBytes, ...floats),
    multipliedOutBytes: floats.reduce((sum, bytes) => sum + bytes, 0),
  };
}

function productOf(
  node: GraphNode,
  makers: ReadonlyMap<string, GraphNode>,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  weights: ReadonlyMap<string, GraphWeight>,
): IntegerProduct {
  const strange = (): AppError =>
    strangeNode(
      node.name,
      `${node.name} multiplies whole numbers in a way that Flipside does not know (${ROUNDING}, ${PRODUCT}, Cast and Mul are expected)`,
    );
  const only = (name: string | undefined, opType: string): GraphNode => {
    const [reader, ...others] = readers.get(name ?? '') ?? [];
    if (reader?.opType !== opType || others.length > 0) throw strange();
    return reader;
  };
  const [rounded = '', bytes = '', zeroOfActivation = '', zero = ''] = node.inputs;
  const rounding = makers.get(rounded);
  const [activation] = rounding?.inputs ?? [];
  const [, scaleOfActivation = '', roundedZero] = rounding?.outputs ?? [];
  const cast = only(node.outputs[0], 'Cast');
  const scaled = only(cast.outputs[0], 'Mul');
  const scales = makers.get(scaled.inputs.find((name) => name !== cast.outputs[0]) ?? '');
  if (
    rounding?.opType !== ROUNDING ||
    !activation ||
    zeroOfActivation !== roundedZero ||
    intAttributeOf(cast, 'to') !== FLOAT32
  )
    throw strange();
  if (
    scales?.opType !== 'Mul' ||
    only(scales.outputs[0], 'Mul') !== scaled ||
    !scales.inputs.includes(scaleOfActivation)
  )
    throw strange();
  const scaling = [scales.inputs.find((name) => name !== scaleOfActivation) ?? '', ...(zero === '' ? [] : [zero])];
  const [result] = scaled.outputs;
  if (!result || [bytes, ...scaling].some((name) => !weights.has(name))) throw strange();
  return { activation, weights: [bytes, ...scaling], result, nodes: [node, cast, scaled, scales] };
}
