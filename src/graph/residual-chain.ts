/**
 * Finds the residual stream of a decoder by what its graph does, whatever its nodes are called: the embedding of `input_ids`, one
 * addition after the other to what came before, and the final norm, from which `logits` are made.
 *
 * In exports of the onnxruntime-genai model builder an addition is fused with the norm after it
 * (SkipSimplifiedLayerNormalization: two addends, output 0 normed, output 3 the sum); in others it is an Add that a norm reads.
 * Between additions the stream may be cast, and the embedding may be scaled (Gemma).
 */
import { AppError } from '../base/errors.ts';
import { makersOf, readersOf } from './element-types.ts';
import type { GraphNode, ModelGraph } from './graph.ts';
import { missingNode } from './missing.ts';

/** One addition of a branch to the stream. */
export interface Addition {
  readonly node: GraphNode;
  /** Which inputs of the node are the stream and the branch. */
  readonly streamInput: number;
  readonly branchInput: number;
  /** Which output is the sum. */
  readonly sumOutput: number;
}

/** The stream from its beginning to its end. */
export interface ResidualChain {
  /** The tensor that layer 0 reads, and the norm that reads it; null where layers read the stream as it is. */
  readonly embedding: string;
  readonly openingNorm: GraphNode | null;
  /** In order, two a layer: after attention, and after the MLP. */
  readonly additions: readonly Addition[];
  /** The final norm, fused with the last addition or not, and its output. */
  readonly finalNorm: GraphNode;
  readonly normed: string;
}

/** Operators from the final norm to the logits: of these a row depends on its own row alone. */
const HEAD = new Set(['MatMul', 'MatMulNBits', 'Gemm', 'Cast', 'Add', 'Mul', 'Div', 'Tanh', 'Where']);

/** Operators that look an embedding up. */
const LOOKUP = new Set(['Gather', 'GatherBlockQuantized']);

/** Operators between the lookup and the stream: casts, scales, offsets of blocks, and other orders of the same numbers. */
const ON_THE_WAY = new Set(['Cast', 'DequantizeLinear', 'Mul', 'Add', 'Reshape', 'Transpose', 'Unsqueeze']);

/** How many of these there are at most. */
const MOST_STEPS = 8;

/** The norm that adds first. */
export const FUSED_NORM = 'SkipSimplifiedLayerNormalization';
/** The norm that adds nothing. */
export const NORM = 'SimplifiedLayerNormalization';

/** Follows the stream through a graph with so many layers. Throws `model-node-missing`, naming what is not there. */
export function residualChain(model: ModelGraph, layerCount: number): ResidualChain {
  const readers = readersOf(model);
  const makers = makersOf(model);
  const constants = new Set([
    ...model.weights.map(({ name }) => name),
    ...model.nodes.filter(({ opType }) => opType === 'Constant').flatMap(({ outputs }) => outputs),
  ]);
  const readersAt = (name: string): readonly GraphNode[] => readers.get(name) ?? [];

  const { embedding, openingNorm } = embeddingOf(readersAt, constants);
  const additions: Addition[] = [];
  let stream = embedding;
  let next = additionAfter(stream, readersAt, constants);
  while (next !== null && additions.length <= 2 * layerCount) {
    additions.push(next);
    stream = next.node.outputs[next.sumOutput] ?? '';
    next = additionAfter(stream, readersAt, constants);
  }
  if (additions.length !== 2 * layerCount) {
    throw missingNode(
      FUSED_NORM,
      `the graph has ${layerCount} layers, so ${2 * layerCount} residual additions were expected after ${embedding}, but the chain ends after ${additions.length}`,
    );
  }
  const last = additions.at(-1)?.node;
  const finalNorm =
    last?.opType === FUSED_NORM
      ? last
      : castsOf(stream, readersAt)
          .flatMap(readersAt)
          .find(({ opType }) => opType === NORM);
  const normed = finalNorm?.outputs[0];
  if (!finalNorm || !normed)
    throw missingNode(NORM, `the norm after the last residual addition, ${last?.name ?? 'none'}`);
  checkHead(normed, makers);
  return { embedding, openingNorm, additions, finalNorm, normed };
}

/** What layer 0 reads: the embedding of the input, behind whatever scales, casts or multiplies it out. */
function embeddingOf(
  readersAt: (name: string) => readonly GraphNode[],
  constants: ReadonlySet<string>,
): Pick<ResidualChain, 'embedding' | 'openingNorm'> {
  const lookup = readersAt('input_ids').find(({ opType }) => LOOKUP.has(opType));
  let embedding = lookup?.outputs[0] ?? '';
  if (embedding === '') throw missingNode('Gather', 'the embedding that input_ids are looked up in');
  const lookedUp = lookedUpFrom('input_ids', readersAt, constants);
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const onward: GraphNode | undefined = readersAt(embedding).find(({ outputs }) => lookedUp.has(outputs[0] ?? ''));
    // The stream is what is added to. Where the first norm reads a cast of it, the stream itself may be added to as it was.
    if (!onward?.outputs[0] || additionAfter(embedding, readersAt, new Set([...constants, ...lookedUp]), false)) break;
    embedding = onward.outputs[0];
  }
  const openingNorm = castsOf(embedding, readersAt)
    .flatMap(readersAt)
    .find(({ opType }) => opType === NORM);
  // Layers that read the stream through no norm add without one as well.
  if (!openingNorm && additionAfter(embedding, readersAt, constants)?.node.opType !== 'Add')
    throw missingNode(NORM, `the norm that opens layer 0 and reads the embedding, ${embedding}`);
  return { embedding, openingNorm: openingNorm ?? null };
}

/** Tensors that are made of a lookup and constants alone: an embedding on its way to the stream. */
function lookedUpFrom(
  ids: string,
  readersAt: (name: string) => readonly GraphNode[],
  constants: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = readersAt(ids).filter(({ opType }) => LOOKUP.has(opType));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const [output = ''] = node.outputs;
    const known = node.inputs.every((name) => name === '' || name === ids || constants.has(name) || found.has(name));
    // Of the table that is looked up in nothing needs to be known.
    if (output === '' || found.has(output) || !(LOOKUP.has(node.opType) || (ON_THE_WAY.has(node.opType) && known)))
      continue;
    found.add(output);
    open.push(...readersAt(output));
  }
  return found;
}

/** The addition that reads a stream, as it is or cast. */
function additionAfter(
  stream: string,
  readersAt: (name: string) => readonly GraphNode[],
  constants: ReadonlySet<string>,
  throughCasts = true,
): Addition | null {
  if (stream === '') return null;
  for (const name of throughCasts ? castsOf(stream, readersAt) : [stream]) {
    for (const node of readersAt(name)) {
      const streamInput = node.inputs.indexOf(name);
      if (node.opType !== FUSED_NORM && node.opType !== 'Add') continue;
      if (streamInput > 1 || node.inputs.length < 2 || constants.has(node.inputs[1 - streamInput] ?? '')) continue;
      return { node, streamInput, branchInput: 1 - streamInput, sumOutput: node.opType === FUSED_NORM ? 3 : 0 };
    }
  }
  return null;
}

/** A tensor and the casts of it. */
function castsOf(name: string, readersAt: (name: string) => readonly GraphNode[]): readonly string[] {
  return [
    name,
    ...readersAt(name).flatMap(({ opType, outputs }) => (opType === 'Cast' && outputs[0] ? [outputs[0]] : [])),
  ];
}

/** Throws where logits are not made of the normed stream, row by row. */
function checkHead(normed: string, makers: ReadonlyMap<string, GraphNode>): void {
  const seen = new Set<string>();
  const open = ['logits'];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === normed) return;
    const node = makers.get(name);
    if (!node && name === 'logits') throw missingNode('output head', 'no node makes "logits"');
    if (!node || seen.has(name) || !HEAD.has(node.opType)) continue;
    seen.add(name);
    for (const input of node.inputs) open.push(input); // thousands do not fit into one call
  }
  throw missingNode('output head', `no node makes "logits" from the final norm's output ${normed}`);
}

/** The item at a place that is known to be there. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined)
    throw new AppError('internal', `Index ${index} of ${list.length} is missing while rewriting a decoder.`);
  return item;
}
