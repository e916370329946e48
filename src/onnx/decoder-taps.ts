/**
 * Opens the residual stream of a stock decoder: finds the chain of residual additions in the graph, makes every layer's
 * stream a graph output, and lets the caller say which rows of logits to compute.
 *
 * In exports of the onnxruntime-genai model builder each addition is fused with the norm after it
 * (SkipSimplifiedLayerNormalization: inputs stream and branch, output 3 the new stream), two a layer. Making output 3 of
 * the *input* norms a graph output costs no kernel and breaks no fusion; the middle of a layer (after attention) is left
 * alone because exposing it would undo the MLP fusion.
 *
 * The last addition is fused with the final norm, which the builder gives no output 3: it is added here.
 */
import { AppError } from '../core/errors.ts';
import { addBranching } from './branching.ts';
import { cacheNames } from './cache-names.ts';
import { GraphEdits } from './edits.ts';
import { parseModel, type GraphNode, type ModelGraph } from './graph.ts';
import { ATTENTION_MASK_INPUT, feedLengths } from './lengths.ts';
import { addSteering } from './steering.ts';
import { addStreamEdits } from './stream-edits.ts';
import { FLOAT32, INT64, tensorType } from './tensor-type.ts';
import { bytesField, concatBytes, varintField } from './wire.ts';

/** Name of the added input: int64 `[rows]`, which positions of a pass get logits. */
export const LOGIT_ROWS_INPUT = 'flipside.logit_rows';

/** No model has more heads, or larger ones: what claims more would fill the memory before anything is computed. */
const MOST_HEADS = 1024;
const LARGEST_HEAD = 4096;

/** What a decoder graph looks like from outside. */
export interface DecoderShape {
  readonly layerCount: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly weightFiles: readonly string[];
  /** Bytes of the largest single weight: what one buffer on the GPU must hold. */
  readonly largestWeightBytes: number;
}

/** Bytes of one token's keys and values in all layers, in float32. */
export function cacheBytesPerToken({ layerCount, kvHeads, headDim }: DecoderShape): number {
  return 2 * layerCount * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT;
}

/** A decoder whose residual stream can be read. */
export interface TappedDecoder extends DecoderShape {
  /** The rewritten graph, to be loaded with the original weight files. */
  readonly graph: Uint8Array;
  /** Output names of the residual stream `[layerCount + 1]`: 0 the embedding, l the stream entering layer l, last what leaves the last layer. */
  readonly taps: readonly string[];
  /** Whether a pass may hold tokens that branch off; see branching.ts. */
  readonly branching: boolean;
  /** Whether a vector can be added after each layer; see steering.ts. */
  readonly steering: boolean;
  /** Whether what leaves a layer can be changed token by token; see stream-edits.ts. */
  readonly editing: boolean;
}

/** How {@link tapDecoder} rewrites. */
export interface TapOptions {
  /** Let passes branch where the attention allows it. A graph that branches cannot be captured (onnxruntime-web 1.30). */
  readonly branching: boolean;
  /** Take lengths as inputs in place of the attention mask; see lengths.ts. */
  readonly lengths: boolean;
  /** Let the stream be changed after every layer, which costs kernels, in place of vectors that cost none. */
  readonly editing?: boolean;
}

/** Reads the shape of a decoder without changing it. Throws `model-node-missing`, naming what is not there. */
export function describeDecoder(bytes: Uint8Array): DecoderShape {
  return shapeOf(parseModel(bytes));
}

/** Rewrites a decoder so that every layer's residual stream can be read. Throws `model-node-missing` or `model-graph-malformed`. */
export function tapDecoder(bytes: Uint8Array, options: TapOptions = { branching: true, lengths: false }): TappedDecoder {
  const model = parseModel(bytes);
  const edits = new GraphEdits(model);
  const shape = shapeOf(model);
  const { embedding, additions } = residualChain(model);
  if (additions.length !== 2 * shape.layerCount) {
    throw missing(
      'SkipSimplifiedLayerNormalization',
      `the graph has ${shape.layerCount} layers, so ${2 * shape.layerCount} residual additions were expected after ${embedding}, but the chain ends after ${additions.length}`,
    );
  }
  const taps = [embedding];
  for (let layer = 1; layer <= shape.layerCount; layer++) {
    const node = at(additions, 2 * layer - 1);
    const stream = node.outputs[3] || `${node.name}/flipside_stream`;
    if (!node.outputs[3]) edits.setOutputs(node, [at(node.outputs, 0), '', '', stream]);
    taps.push(stream);
  }
  const existing = new Set(model.outputs.map((output) => output.name));
  edits.addOutputs(taps.filter((name) => !existing.has(name)));
  pickLogitRows(model, at(at(additions, additions.length - 1).outputs, 0), edits);
  if (options.lengths) feedLengths(model, edits);
  const branching = options.branching && addBranching(model, edits);
  const editing = options.editing === true;
  if (editing) addStreamEdits(additions, edits);
  const steering = !editing && addSteering(model, additions, edits);
  return { ...shape, graph: edits.write({ prune: options.lengths ? [ATTENTION_MASK_INPUT] : [] }), taps, branching, steering, editing };
}

/** Puts a gather before the output head, so that only the wanted rows of logits are computed. */
function pickLogitRows(model: ModelGraph, normed: string, edits: GraphEdits): void {
  const head = model.nodes.find((node) => node.outputs[0] === 'logits');
  if (!head || head.inputs[0] !== normed) throw missing('output head', `no node makes "logits" from the final norm's output ${normed}`);
  const picked = 'flipside.normed_rows';
  edits.setInput(head, 0, picked);
  edits.addNode({ name: 'flipside/pick_rows', opType: 'Gather', inputs: [normed, LOGIT_ROWS_INPUT], outputs: [picked], attributes: [intAttribute('axis', 1)] });
  edits.addInput(LOGIT_ROWS_INPUT, tensorType(INT64, ['logit_rows']));
}

/** Follows the stream from the embedding through every fused addition, to the final norm. */
function residualChain(model: ModelGraph): { embedding: string; additions: readonly GraphNode[] } {
  const firstNorm = model.nodes.find((node) => node.opType === 'SimplifiedLayerNormalization');
  const embedding = firstNorm?.inputs[0];
  if (!embedding) throw missing('SimplifiedLayerNormalization', 'the norm that opens layer 0 and reads the embedding');
  const byStream = new Map<string, GraphNode>();
  for (const node of model.nodes) {
    if (node.opType === 'SkipSimplifiedLayerNormalization' && node.inputs[0]) byStream.set(node.inputs[0], node);
  }
  const additions: GraphNode[] = [];
  for (let node = byStream.get(embedding); node && additions.length <= byStream.size; node = byStream.get(node.outputs[3] ?? '')) additions.push(node);
  return { embedding, additions };
}

function shapeOf(model: ModelGraph): DecoderShape {
  for (const name of ['input_ids', 'attention_mask']) {
    if (!model.inputs.some((input) => input.name === name)) throw missing(name, 'an input of every decoder export that Flipside reads');
  }
  if (!model.outputs.some((output) => output.name === 'logits')) throw missing('logits', 'the output that scores the next token');
  const keys = model.inputs.filter((input) => /^past_key_values\.\d+\.key$/.test(input.name));
  const cache = cacheNames(keys.length);
  const fed = new Set(['input_ids', 'attention_mask', ...cache.map((pair) => pair.past)]);
  const strange = model.inputs.find((input) => !fed.has(input.name));
  if (strange) throw new AppError('model-node-missing', `This graph cannot be read: it wants an input "${strange.name}" that Flipside does not feed. Pick an export made by the onnxruntime-genai model builder.`, { node: strange.name });
  for (const { past, present } of cache) {
    const input = model.inputs.find((candidate) => candidate.name === past);
    if (!input) throw missing(past, 'the other half of a layer\'s key/value cache');
    if (input.elemType !== FLOAT32) throw new AppError('model-node-missing', `This graph cannot be read: its cache "${past}" has element type ${input.elemType}, and only float32 (${FLOAT32}) is read so far. Pick an export with float32 activations.`, { node: past });
    if (!model.outputs.some((output) => output.name === present)) throw missing(present, 'the key/value cache after a pass');
  }
  const [, kvHeads, , headDim] = keys[0]?.dims ?? [];
  if (typeof kvHeads !== 'number' || typeof headDim !== 'number') {
    throw missing('past_key_values.0.key', 'an input [batch, heads, past, head size] whose heads and head size the file fixes');
  }
  for (const { name, dims } of keys) {
    const [, heads = 0, , size = 0] = dims;
    if (isSize(heads, MOST_HEADS) && isSize(size, LARGEST_HEAD)) continue;
    throw new AppError('model-graph-malformed', `The model graph claims a key/value cache of ${heads} heads of ${size} numbers (${name}); at most ${MOST_HEADS} of ${LARGEST_HEAD} are read. Load the file again, or pick another export.`, { name, heads, size });
  }
  return { layerCount: keys.length, kvHeads, headDim, weightFiles: model.weightFiles, largestWeightBytes: model.largestWeightBytes };
}

function isSize(size: unknown, most: number): boolean {
  return typeof size === 'number' && size >= 1 && size <= most;
}

function missing(node: string, why: string): AppError {
  return new AppError('model-node-missing', `This graph cannot be read: ${node} is missing (${why}). Pick an export made by the onnxruntime-genai model builder.`, { node });
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new AppError('internal', `Index ${index} of ${list.length} is missing while tapping a decoder.`);
  return item;
}

/** AttributeProto of type INT (2). */
function intAttribute(name: string, value: number): Uint8Array {
  return concatBytes([bytesField(1, name), varintField(3, value), varintField(20, 2)]);
}
