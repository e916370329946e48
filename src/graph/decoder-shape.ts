/** What a decoder graph looks like from outside: layers, keys and values, element types and sizes, read before anything is loaded. */
import { AppError } from '../base/errors.ts';
import { ATTENTION_MASK_INPUT } from './lengths.ts';
import { cacheNames } from './cache-names.ts';
import { GQA, SOFTCAP, windowOf } from './attention-node.ts';
import { intAttributeOf, realAttributeOf } from './attributes.ts';
import { readersOf } from './element-types.ts';
import type { GraphNode, GraphValue, ModelGraph } from './graph.ts';
import { missingNode, strangeNode } from './missing.ts';
import { parseDecoder } from './parse-decoder.ts';
import { ELEMENT, elementTypeOf, FLOAT16, nameOfType, type ElementType } from './tensor-type.ts';
import { weightNumbers, type WeightNumbers } from './weight-numbers.ts';
import { assertWeights } from './weights.ts';

/** Input that some exports take: int64 `[1, tokens]`, where each token stands in its text. */
export const POSITION_IDS_INPUT = 'position_ids';

/** No model has more layers, or more or larger heads: what claims more would fill memory and time before anything is computed. */
const MOST_LAYERS = 512;
const MOST_HEADS = 1024;
const LARGEST_HEAD = 4096;

/** Keys or values of one layer: `[1, heads, tokens, size]`. */
export interface CacheShape {
  readonly heads: number;
  readonly size: number;
}

/** What a decoder graph looks like from outside. */
export interface DecoderShape {
  readonly layerCount: number;
  /** By layer keys, then values, in the order of `cacheNames`. */
  readonly cache: readonly CacheShape[];
  /** Element type of keys and values, and of what layers compute in between. */
  readonly activations: ElementType;
  /** Whether anything in the graph is float16, which a graphics processor needs a feature for. */
  readonly half: boolean;
  /** Over how many tokens a token looks back, itself included, in layers that do not see everything: each width once. */
  readonly windows: readonly number[];
  /** In which numbers its weights are kept, by what they are and not by a name. */
  readonly numbers: WeightNumbers;
  /** Whether it multiplies whole numbers, rounding what goes in to eight bits, before it is rewritten (integer-products.ts). */
  readonly rounds: boolean;
  /** Why this graph runs on a graphics processor only, as the end of a sentence; null where it runs anywhere. */
  readonly gpuOnly: string | null;
  /** Why it runs on the processor only, likewise; left out where it runs anywhere. */
  readonly cpuOnly?: string;
  readonly weightFiles: readonly string[];
  /** Bytes of all weights together, as they lie in the file and, where a graphics card holds them multiplied out as well, those too. */
  readonly weightBytes: number;
  /** Bytes of the largest single weight: what one buffer on the GPU must hold. */
  readonly largestWeightBytes: number;
}

/** Bytes of one token's keys and values in all layers. */
export function cacheBytesPerToken({ cache, activations }: Pick<DecoderShape, 'cache' | 'activations'>): number {
  return cache.reduce((sum, { heads, size }) => sum + heads * size, 0) * ELEMENT[activations].bytes;
}

/** Reads the shape of a decoder without changing it. Throws `model-node-missing`, naming what is not there. */
export function describeDecoder(bytes: Uint8Array): DecoderShape {
  return shapeOf(parseDecoder(bytes));
}

/** The same of a graph that has been read. */
export function shapeOf(model: ModelGraph): DecoderShape {
  const inputs = new Map(model.inputs.map((input) => [input.name, input]));
  const outputs = new Set(model.outputs.map(({ name }) => name));
  for (const name of ['input_ids', ATTENTION_MASK_INPUT]) {
    if (!inputs.has(name)) throw missingNode(name, 'an input of every decoder export that Flipside reads');
  }
  if (!outputs.has('logits')) throw missingNode('logits', 'the output that scores the next token');
  const layerCount = model.inputs.filter((input) => /^past_key_values\.\d+\.key$/.test(input.name)).length;
  if (layerCount === 0) throw missingNode('past_key_values.0.key', 'the key/value cache of the first layer');
  if (layerCount > MOST_LAYERS)
    throw new AppError(
      'model-graph-malformed',
      `The model graph claims ${layerCount} layers; at most ${MOST_LAYERS} are read. Load the file again, or pick another export.`,
      { layerCount },
    );
  assertWeights(model.weights);
  const names = cacheNames(layerCount);
  const fed = new Set(['input_ids', ATTENTION_MASK_INPUT, POSITION_IDS_INPUT, ...names.map(({ past }) => past)]);
  // Older exports list their weights among the inputs as well (onnx.proto3 allows it): nobody feeds those.
  const weights = new Set(model.weights.map(({ name }) => name));
  const other = model.inputs.find(({ name }) => /^past(?!_key_values\.)[._]/.test(name));
  if (other)
    throw strangeNode(
      other.name,
      `some of its layers keep something else than keys and values (its input "${other.name}"), as layers of convolution or recurrence do`,
    );
  const strange = model.inputs.find(({ name }) => !fed.has(name) && !weights.has(name));
  if (strange) throw strangeNode(strange.name, `it wants an input "${strange.name}" that Flipside does not feed`);
  const attention = attentionByCache(model);
  const readers = readersOf(model);
  if (attention.size !== layerCount)
    throw missingNode('GroupQueryAttention', `the graph has ${layerCount} layers, and ${attention.size} such nodes`);
  const caches = names.map(({ past, present }, index) => {
    const input = inputs.get(past);
    if (!input) throw missingNode(past, 'the other half of a layer’s key/value cache');
    if (!outputs.has(present)) throw missingNode(present, 'the key/value cache after a pass');
    return {
      past,
      type: activationsOf(input),
      shape: cacheShapeOf(input, () =>
        sizeBehind(model, readers, attention.get(names[index - (index % 2)]?.past ?? '')),
      ),
    };
  });
  const activations = caches[0]?.type ?? 'float32';
  const odd = caches.find(({ type }) => type !== activations);
  if (odd)
    throw strangeNode(odd.past, `its cache "${odd.past}" is ${odd.type}, and that of the first layer ${activations}`);
  return {
    layerCount,
    cache: caches.map(({ shape }) => shape),
    activations,
    windows: [...new Set([...attention.values()].flatMap((node) => windowOf(node) ?? []))],
    gpuOnly: gpuOnlyBy([...attention.values()]),
    ...cpuOnlyBy([...attention.values()]),
    numbers: weightNumbers(model, activations === 'float16'),
    rounds: model.multipliedOutBytes > 0,
    half: activations === 'float16' || model.weights.some(({ elemType }) => elemType === FLOAT16),
    weightFiles: model.weightFiles,
    weightBytes: model.weights.reduce((sum, { bytes }) => sum + bytes, model.multipliedOutBytes),
    largestWeightBytes: model.largestWeightBytes,
  };
}

function activationsOf({ name, elemType }: GraphValue): ElementType {
  const type = elementTypeOf(elemType);
  if (type === null)
    throw strangeNode(name, `its cache "${name}" is ${nameOfType(elemType)}, and Flipside reads float32 and float16`);
  return type;
}

/** By name of a layer's keys the node that reads them. */
function attentionByCache(model: ModelGraph): ReadonlyMap<string, GraphNode> {
  return new Map(
    model.nodes
      .filter(({ opType }) => opType === 'GroupQueryAttention')
      .map((node) => [node.inputs[GQA.pastKeys] ?? '', node]),
  );
}

/** Heads and their size, as the input says; `sizeBehind` is asked where it leaves the size open. */
function cacheShapeOf({ name, dims }: GraphValue, sizeBehind: () => number | null): CacheShape {
  const [, heads, , given] = dims;
  const size = typeof given === 'number' ? given : sizeBehind();
  if (dims.length !== 4 || typeof heads !== 'number' || !size || !Number.isInteger(size))
    throw missingNode(name, 'an input [batch, heads, past, head size] whose heads and head size the file fixes');
  if (heads < 1 || heads > MOST_HEADS || size < 1 || size > LARGEST_HEAD) {
    throw new AppError(
      'model-graph-malformed',
      `The model graph claims a key/value cache of ${heads} heads of ${size} numbers (${name}); at most ${MOST_HEADS} of ${LARGEST_HEAD} are read. Load the file again, or pick another export.`,
      { name, heads, size },
    );
  }
  return { heads, size };
}

/** The size of a head by the rows of the product that all heads of an attention go into; null where that is none. */
function sizeBehind(
  model: ModelGraph,
  readers: ReadonlyMap<string, readonly GraphNode[]>,
  attention: GraphNode | undefined,
): number | null {
  const result = attention?.outputs[0];
  const heads = attention === undefined ? null : intAttributeOf(attention, 'num_heads');
  const product = result ? readers.get(result)?.find(({ inputs }) => inputs[0] === result) : undefined;
  const factor = product?.inputs[1];
  const bytes = model.nodes.find(({ opType, outputs }) => opType === 'DequantizeLinear' && outputs[0] === factor)
    ?.inputs[0];
  const rows =
    product?.opType === 'MatMulNBits'
      ? intAttributeOf(product, 'K')
      : (model.weights.find(({ name }) => name === (bytes ?? factor))?.dims[0] ?? null);
  return heads === null || rows === null ? null : rows / heads;
}

/** onnxruntime 1.30 has no kernel on the processor for attention that norms queries and keys by itself. */
function gpuOnlyBy(attention: readonly GraphNode[]): string | null {
  const node = attention.find(({ inputs }) => inputs[GQA.queryNorm]);
  return node
    ? `${node.name} norms queries and keys by itself, which onnxruntime computes on graphics processors only`
    : null;
}

/** onnxruntime-web 1.30 takes caps on scores on graphics cards too, and computes as if there were none. */
function cpuOnlyBy(attention: readonly GraphNode[]): Pick<DecoderShape, 'cpuOnly'> {
  const node = attention.find((each) => (realAttributeOf(each, SOFTCAP) ?? 0) !== 0);
  return node
    ? { cpuOnly: `${node.name} caps the scores of attention, which onnxruntime leaves out on graphics cards` }
    : {};
}
