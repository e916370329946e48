/**
 * Opens the residual stream of a stock decoder: makes every layer's stream a graph output in float32, and lets the caller say which
 * rows of logits to compute. Where the stream is, the graph's structure tells: see residual-chain.ts.
 *
 * Making output 3 of the *input* norms a graph output costs no kernel and breaks no fusion; the middle of a layer (after attention)
 * is left alone because exposing it would undo the MLP fusion. The last addition is fused with the final norm, which the builder
 * gives no output 3: it is added here. A stream in float16 is cast where it leaves the graph, one small kernel a layer.
 */
import { intAttribute } from './attributes.ts';
import { addBranching } from './branching.ts';
import { shapeOf, type DecoderShape } from './decoder-shape.ts';
import { GraphEdits } from './edits.ts';
import { elementTypes, readersOf } from './element-types.ts';
import { makeProductsExact } from './exact-products.ts';
import type { ModelGraph } from './graph.ts';
import { ATTENTION_MASK_INPUT, feedLengths } from './lengths.ts';
import { strangeNode } from './missing.ts';
import { parseDecoder } from './parse-decoder.ts';
import { at, residualChain, type Addition } from './residual-chain.ts';
import { addSteering } from './steering.ts';
import { addStreamEdits } from './stream-edits.ts';
import { addWrittenSlots } from './written-slots.ts';
import { ELEMENT, elementTypeOf, INT64, nameOfType, tensorType, type ElementType } from './tensor-type.ts';

/** Name of the added input: int64 `[rows]`, which positions of a pass get logits. */
export const LOGIT_ROWS_INPUT = 'flipside.logit_rows';

/** A decoder whose residual stream can be read. */
export interface HookedDecoder extends DecoderShape {
  /** The rewritten graph, to be loaded with the original weight files. */
  readonly graph: Uint8Array;
  /**
   * Output names of the residual stream `[layerCount + 1]`, float32: 0 the embedding, l the stream entering layer l,
   * last what leaves the last layer.
   */
  readonly streams: readonly string[];
  /** Output name of the logits, float32 of a graph that was rewritten. */
  readonly logits: string;
  /** Whether a pass may hold tokens that branch off; see branching.ts. */
  readonly branching: boolean;
  /** Whether a vector can be added after each layer, and of which element type it is fed; see steering.ts. */
  readonly steering: boolean;
  readonly steeringType: ElementType;
  /** Whether what leaves a layer can be changed token by token; see stream-edits.ts. */
  readonly editing: boolean;
  /** What this graph cannot be made to do that others can, and why, in sentences for the reader. */
  readonly limits: readonly string[];
}

/** How {@link hookDecoder} rewrites. */
export interface HookOptions {
  /** Let passes branch where the attention allows it. A graph that branches cannot be captured (onnxruntime-web 1.30). */
  readonly branching: boolean;
  /** Take lengths as inputs in place of the attention mask; see lengths.ts. */
  readonly lengths: boolean;
  /** Let the stream be changed after every layer, which costs kernels, in place of vectors that cost none. */
  readonly editing?: boolean;
  /** Give the keys and values that a pass writes apart from those before; see written-slots.ts. */
  readonly writtenSlots?: boolean;
}

/** Rewrites a decoder so that every layer's residual stream can be read. Throws `model-node-missing` or `model-graph-malformed`. */
export function hookDecoder(
  bytes: Uint8Array,
  options: HookOptions = { branching: true, lengths: false },
): HookedDecoder {
  const model = parseDecoder(bytes);
  const edits = new GraphEdits(model);
  const shape = shapeOf(model);
  const { embedding, additions, normed } = residualChain(model, shape.layerCount);
  const typeOf = elementTypes(model);
  const ends = additions.filter((_, index) => index % 2 === 1);
  const streams = [embedding, ...ends.map((addition) => sumOf(addition, edits))].map((name, layer) => {
    const type = computedType(layer === 0 ? embedding : streamOf(at(ends, layer - 1)), typeOf);
    return inFloat32(name, type, `flipside.stream.${layer}`, edits);
  });
  const existing = new Set(model.outputs.map((output) => output.name));
  edits.addOutputs(streams.filter((name) => !existing.has(name)));
  pickLogitRows(model, normed, edits);
  const logits = inFloat32('logits', computedType('logits', typeOf), 'flipside.logits', edits);
  if (logits !== 'logits') edits.addOutputs([logits]);
  makeProductsExact(model, edits);
  if (options.lengths) feedLengths(model, edits);
  if (options.writtenSlots === true) addWrittenSlots(shape.layerCount, edits);
  const branching = options.branching ? addBranching(model, shape, edits) : null;
  const editing = options.editing === true;
  const branchType = computedType(branchOf(at(additions, 1)), typeOf);
  if (editing) addStreamEdits(additions, branchType, edits);
  else addSteering(model, additions, branchType, edits);
  return {
    ...shape,
    graph: edits.write({ prune: options.lengths ? [ATTENTION_MASK_INPUT] : [] }),
    streams,
    logits,
    branching: branching?.yes === true,
    steering: !editing,
    steeringType: branchType,
    editing,
    limits:
      branching?.yes === false
        ? [
            `Control texts and other short texts beside a text are read in passes of their own, which takes longer: ${branching.why}.`,
          ]
        : [],
  };
}

/** The sum of an addition; the builder does not name that of the last. */
function sumOf({ node, sumOutput }: Addition, edits: GraphEdits): string {
  const name = node.outputs[sumOutput];
  if (name) return name;
  const stream = `${node.name}/flipside_stream`;
  edits.setOutputs(node, [at(node.outputs, 0), '', '', stream]);
  return stream;
}

const streamOf = ({ node, streamInput }: Addition): string => node.inputs[streamInput] ?? '';
const branchOf = ({ node, branchInput }: Addition): string => node.inputs[branchInput] ?? '';

/** The element type of a tensor that the engine computes with. */
function computedType(name: string, typeOf: (name: string) => number): ElementType {
  const code = typeOf(name);
  const type = elementTypeOf(code);
  if (type === null)
    throw strangeNode(
      name,
      `its tensor "${name}" is ${code === 0 ? 'of a type that cannot be told' : nameOfType(code)}, and Flipside reads float32 and float16`,
    );
  return type;
}

/** A tensor in float32 by a name of its own; itself where it is that already. */
function inFloat32(tensor: string, type: ElementType, name: string, edits: GraphEdits): string {
  if (type === 'float32') return tensor;
  edits.addNode({
    name: name.replace('.', '/'),
    opType: 'Cast',
    inputs: [tensor],
    outputs: [name],
    attributes: [intAttribute('to', ELEMENT.float32.code)],
  });
  return name;
}

/** Puts a gather behind the final norm, so that only the wanted rows of logits are computed. */
function pickLogitRows(model: ModelGraph, normed: string, edits: GraphEdits): void {
  const picked = 'flipside.normed_rows';
  for (const node of readersOf(model).get(normed) ?? []) {
    for (const [place, name] of node.inputs.entries()) if (name === normed) edits.setInput(node, place, picked);
  }
  edits.addNode({
    name: 'flipside/pick_rows',
    opType: 'Gather',
    inputs: [normed, LOGIT_ROWS_INPUT],
    outputs: [picked],
    attributes: [intAttribute('axis', 1)],
  });
  edits.addInput(LOGIT_ROWS_INPUT, tensorType(INT64, ['logit_rows']));
}
