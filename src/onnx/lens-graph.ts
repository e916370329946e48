/**
 * The end of a decoder by itself: the final norm and the output head, with their weights and nothing else, so that any
 * row of the residual stream can be read as the last layer's would be (the logit lens; nostalgebraist 2020, "interpreting
 * GPT: the logit lens").
 *
 * The final norm is fused with the last addition (see decoder-taps.ts), which would add a branch to the stream. In its
 * place stands the norm that opens layer 0, the same operator without the addition, with the weight and epsilon of the final one.
 */
import { AppError } from '../core/errors.ts';
import { attributesOf, encodeInput, encodeNode, encodeNodeWith, filesOf, parseModel, writeModel, type GraphNode, type ModelGraph } from './graph.ts';
import { FLOAT32, tensorType } from './tensor-type.ts';

/** Its input: float32 `[1, rows, hidden]`, rows of the residual stream of any layer. */
export const LENS_STREAM_INPUT = 'flipside.lens_stream';

/** Its output: float32 `[1, rows, vocabulary]`. */
export const LENS_LOGITS_OUTPUT = 'logits';

/** GraphProto.value_info: shapes of tensors inside the graph, most of which are gone. */
const VALUE_INFO_FIELD = 13;

const NORMED = 'flipside.lens_normed';

/** A graph from streams to logits. */
export interface LensGraph {
  /** To be loaded with the weight files of the decoder that it was cut from. */
  readonly graph: Uint8Array;
  readonly weightFiles: readonly string[];
}

/** Cuts the final norm and the head out of a stock decoder. Throws `model-node-missing`, naming what is not there, or `model-graph-malformed`. */
export function lensGraph(bytes: Uint8Array): LensGraph {
  const model = parseModel(bytes);
  const head = model.nodes.find((node) => node.outputs[0] === LENS_LOGITS_OUTPUT);
  if (!head) throw missing('output head', 'no node makes "logits"');
  const last = model.nodes.find((node) => node.opType === 'SkipSimplifiedLayerNormalization' && node.outputs[0] === head.inputs[0]);
  const weight = last?.inputs[2];
  if (!last || !weight || last.inputs[3]) throw missing('final norm', `the head must read a SkipSimplifiedLayerNormalization with a weight and no bias, and it reads ${head.inputs[0] ?? 'nothing'}`);
  const first = model.nodes.find((node) => node.opType === 'SimplifiedLayerNormalization');
  const epsilon = attributesOf(last).get('epsilon');
  if (!first || !epsilon) throw missing('SimplifiedLayerNormalization', 'the norm that opens layer 0, and the epsilon of the final one');
  const norm = encodeNode({
    name: 'flipside/lens_norm',
    opType: first.opType,
    inputs: [LENS_STREAM_INPUT, weight],
    outputs: [NORMED],
    attributes: [...new Map([...attributesOf(first), ['epsilon', epsilon]]).values()],
  });
  const headInputs = [NORMED, ...head.inputs.slice(1)];
  const { nodes, names } = behind(model, [weight, ...head.inputs.slice(1)]);
  const strange = model.inputs.find((input) => names.has(input.name));
  if (strange) throw missing('output head', `its weights depend on the input "${strange.name}"`);
  const weights = model.weights.filter(({ name }) => names.has(name));
  const kept = new Set([...[...nodes, head, ...weights].map(({ field }) => field), ...model.outputs.filter(({ name }) => name === LENS_LOGITS_OUTPUT).map(({ field }) => field)]);
  // Names and numbers of the graph itself stay; nodes, tensors and what is said of them go.
  const parts = new Set([...model.nodes, ...model.weights, ...model.inputs, ...model.outputs].map(({ field }) => field));
  const drop = new Set(model.graphFields.filter((field) => (parts.has(field) || field.number === VALUE_INFO_FIELD) && !kept.has(field)));
  const graph = writeModel(model, { replaceNodes: new Map([[head, encodeNodeWith(head, { inputs: headInputs })]]), append: [norm, encodeInput(LENS_STREAM_INPUT, tensorType(FLOAT32, [1, 'lens_rows', 'hidden']))], drop });
  return { graph, weightFiles: filesOf(weights) };
}


/** The nodes that make these tensors, and the names of everything that they are made of. */
function behind(model: ModelGraph, tensors: readonly string[]): { readonly nodes: readonly GraphNode[]; readonly names: ReadonlySet<string> } {
  const names = new Set(tensors);
  const nodes = new Set<GraphNode>();
  for (const name of names) {
    const maker = model.nodes.find((node) => name !== '' && node.outputs.includes(name));
    if (!maker) continue;
    nodes.add(maker);
    for (const input of maker.inputs) names.add(input); // a set that grows is gone through to its end
  }
  return { nodes: [...nodes], names };
}

function missing(node: string, why: string): AppError {
  return new AppError('model-node-missing', `The lens cannot be made: ${node} is missing (${why}). Pick an export made by the onnxruntime-genai model builder.`, { node });
}
