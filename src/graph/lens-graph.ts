/**
 * The end of a decoder by itself: the final norm and the output head, with their weights and nothing else, so that any
 * row of the residual stream can be read as the last layer's would be (the logit lens; nostalgebraist 2020, "interpreting
 * GPT: the logit lens").
 *
 * Where the final norm is fused with the last addition (see residual-chain.ts), which would add a branch to the stream, the norm
 * that opens layer 0 stands in its place: the same operator without the addition, with the weight and epsilon of the final one. Where
 * none opens it (OLMo 2), what such a norm has is written out.
 */
import { AppError } from '../base/errors.ts';
import { intAttribute } from './attributes.ts';
import { shapeOf } from './decoder-shape.ts';
import { elementTypes, makersOf } from './element-types.ts';
import { ACCURACY_LEVEL, roundsActivations } from './exact-products.ts';
import {
  attributesOf,
  encodeInput,
  encodeNode,
  encodeNodeWith,
  encodeOutput,
  filesOf,
  writeModel,
  type GraphNode,
  type ModelGraph,
} from './graph.ts';
import { parseDecoder } from './parse-decoder.ts';
import { FUSED_NORM, NORM, residualChain } from './residual-chain.ts';
import { FLOAT16, FLOAT32, tensorType } from './tensor-type.ts';

/** Its input: float32 `[1, rows, hidden]`, rows of the residual stream of any layer. */
export const LENS_STREAM_INPUT = 'flipside.lens_stream';

/** Its output: float32 `[1, rows, vocabulary]`. */
export const LENS_LOGITS_OUTPUT = 'logits';

/** GraphProto.value_info: shapes of tensors inside the graph, most of which are gone. */
const VALUE_INFO_FIELD = 13;

const NORMED = 'flipside.lens_normed';

/** Attributes of the norm of a stream where the graph has none that shows them: over the last of three axes, in float32. */
const OVER_WIDTH: ReadonlyMap<string, Uint8Array> = new Map([
  ['axis', intAttribute('axis', 2)],
  ['stash_type', intAttribute('stash_type', 1)],
]);

/** The stream and the logits where the graph has them in 16 bits. */
const HALF_STREAM = 'flipside.lens_stream_half';
const HALF_LOGITS = 'flipside.lens_logits_half';

/** A graph from streams to logits. */
export interface LensGraph {
  /** To be loaded with the weight files of the decoder that it was cut from. */
  readonly graph: Uint8Array;
  readonly weightFiles: readonly string[];
}

/**
 * Cuts the final norm and the head out of a stock decoder. Throws `model-node-missing`, naming what is not there, or
 * `model-graph-malformed`.
 */
export function lensGraph(bytes: Uint8Array): LensGraph {
  const model = parseDecoder(bytes);
  const { openingNorm, finalNorm, normed } = residualChain(model, shapeOf(model).layerCount);
  const fused = finalNorm.opType === FUSED_NORM;
  const weight = finalNorm.inputs[fused ? 2 : 1];
  const epsilon = attributesOf(finalNorm).get('epsilon');
  if (!weight || !epsilon || (fused && finalNorm.inputs[3]))
    throw missing('final norm', `${finalNorm.name} must have a weight, an epsilon and no bias`);
  const likeNorm = fused ? openingNorm : finalNorm;
  const typeOf = elementTypes(model);
  const half = typeOf(weight) === FLOAT16;
  const halfLogits = typeOf(LENS_LOGITS_OUTPUT) === FLOAT16;
  const norm = encodeNode({
    name: 'flipside/lens_norm',
    opType: NORM,
    inputs: [half ? HALF_STREAM : LENS_STREAM_INPUT, weight],
    outputs: [NORMED],
    attributes: [
      ...new Map([...(likeNorm === null ? OVER_WIDTH : attributesOf(likeNorm)), ['epsilon', epsilon]]).values(),
    ],
  });
  const { nodes, names } = behind(model, [weight, LENS_LOGITS_OUTPUT], normed);
  // A weight may be listed among the inputs as well.
  const strange = model.inputs.find(
    ({ name }) => names.has(name) && !model.weights.some((weight) => weight.name === name),
  );
  if (strange) throw missing('output head', `its weights depend on the input "${strange.name}"`);
  const weights = model.weights.filter(({ name }) => names.has(name));
  const kept = new Set([
    ...[...nodes, ...weights].map(({ field }) => field),
    ...(halfLogits ? [] : model.outputs.filter(({ name }) => name === LENS_LOGITS_OUTPUT).map(({ field }) => field)),
  ]);
  // Names and numbers of the graph itself stay; nodes, tensors and what is said of them go.
  const parts = new Set(
    [...model.nodes, ...model.weights, ...model.inputs, ...model.outputs].map(({ field }) => field),
  );
  const drop = new Set(
    model.graphFields.filter((field) => (parts.has(field) || field.number === VALUE_INFO_FIELD) && !kept.has(field)),
  );
  const renamed = (node: GraphNode): Uint8Array =>
    encodeNodeWith(node, {
      inputs: node.inputs.map((name) => (name === normed ? NORMED : name)),
      outputs: node.outputs.map((name) => (halfLogits && name === LENS_LOGITS_OUTPUT ? HALF_LOGITS : name)),
      ...(roundsActivations(node) && { without: new Set([ACCURACY_LEVEL]) }),
    });
  const touched = nodes.filter(
    ({ inputs, outputs }) => inputs.includes(normed) || outputs.includes(LENS_LOGITS_OUTPUT),
  );
  const append = [
    ...(half ? [cast('flipside/lens_stream', LENS_STREAM_INPUT, HALF_STREAM, FLOAT16)] : []),
    norm,
    encodeInput(LENS_STREAM_INPUT, tensorType(FLOAT32, [1, 'lens_rows', 'hidden'])),
    ...(halfLogits
      ? [cast('flipside/lens_logits', HALF_LOGITS, LENS_LOGITS_OUTPUT, FLOAT32), encodeOutput(LENS_LOGITS_OUTPUT)]
      : []),
  ];
  return {
    graph: writeModel(model, { replaceNodes: new Map(touched.map((node) => [node, renamed(node)])), append, drop }),
    weightFiles: filesOf(weights),
  };
}

const cast = (name: string, from: string, to: string, type: number): Uint8Array =>
  encodeNode({ name, opType: 'Cast', inputs: [from], outputs: [to], attributes: [intAttribute('to', type)] });

/** The nodes that make these tensors, and the names of everything that they are made of, as far as `given`, which is there. */
function behind(
  model: ModelGraph,
  tensors: readonly string[],
  given: string,
): { readonly nodes: readonly GraphNode[]; readonly names: ReadonlySet<string> } {
  const makers = makersOf(model);
  const names = new Set(tensors);
  const nodes = new Set<GraphNode>();
  for (const name of names) {
    const maker = name === given ? undefined : makers.get(name);
    if (!maker) continue;
    nodes.add(maker);
    for (const input of maker.inputs) names.add(input); // a set that grows is gone through to its end
  }
  return { nodes: [...nodes], names };
}

function missing(node: string, why: string): AppError {
  return new AppError(
    'model-node-missing',
    `The lens cannot be made: ${node} is missing (${why}). Pick a model of a family that docs/models.md names, exported as it says there.`,
    { node },
  );
}
