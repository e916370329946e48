/**
 * Lets one pass hold tokens that do not follow each other: several short texts that branch off a longer one are read
 * together with it, each seeing only what comes before it. Two inputs make that possible, at the cost of two small
 * gathers a pass: where each slot of the key/value cache stands in its text, for the rotary embedding, and a bias that
 * hides from a token what is not before it.
 *
 * The rotary tables of GroupQueryAttention are looked up by slot. Its own `position_ids` would not do: onnxruntime's CPU
 * kernel takes them as one offset in a pass without a past, and its WebGPU kernel not at all. Layers may have tables of their
 * own (Gemma) or none (SmolLM3); where the embedding stands outside of attention, it takes the positions that the graph is fed.
 *
 * Layers that look back over a window only would count it in slots; their window becomes part of a bias of theirs.
 */
import { intAttribute, intAttributeOf } from './attributes.ts';
import { GQA, WINDOW, WINDOW_CACHE, windowOf } from './attention-node.ts';
import { POSITION_IDS_INPUT, type DecoderShape } from './decoder-shape.ts';
import type { GraphEdits } from './edits.ts';
import type { GraphNode, ModelGraph } from './graph.ts';
import { ELEMENT, FLOAT32, INT64, tensorType } from './tensor-type.ts';

/** Added input: int64 `[slots]`, the position of each slot of the cache in its own text; the pass's tokens are the last slots. */
export const SLOT_POSITIONS_INPUT = 'flipside.slot_positions';

/** Added input: float32 `[1, 1, tokens, slots]`, added to the attention scores of each new token. */
export const ATTENTION_BIAS_INPUT = 'flipside.attention_bias';

/** Added input of graphs with a window: the same for the layers that look back over it. */
export const WINDOW_BIAS_INPUT = 'flipside.window_bias';

/** Whether passes may branch, or why they may not. */
export type Branching = { readonly yes: true } | { readonly yes: false; readonly why: string };

/** Lets passes of this graph branch; where its attention cannot be told what to see nothing is changed. */
export function addBranching(
  model: ModelGraph,
  { activations, windows }: Pick<DecoderShape, 'activations' | 'windows'>,
  edits: GraphEdits,
): Branching {
  const attention = model.nodes.filter(({ opType }) => opType === 'GroupQueryAttention');
  const why = attention.map(refusal).find((reason) => reason !== null) ?? outsideRefusal(model);
  if (why !== null) return { yes: false, why };
  if (windows.length > 1)
    return { yes: false, why: `its layers look back over windows of ${windows.join(' and ')} tokens` };
  const biasOf = activations === 'float32' ? (name: string) => name : (name: string) => `${name}.${activations}`;
  const tables = new Map<string, string>();
  /** A rotary table by slot; the first keep the names that graphs with one pair have. */
  const bySlot = (table: string, kind: 'cos' | 'sin'): string => {
    const known = tables.get(table);
    if (known !== undefined) return known;
    const count = [...tables.values()].filter((name) => name.startsWith(`flipside.${kind}`)).length;
    const made = `flipside.${kind}_by_slot${count === 0 ? '' : `.${count}`}`;
    tables.set(table, made);
    return made;
  };
  for (const node of attention) {
    const [cos, sin] = tablesOf(node);
    if (cos !== '') edits.setInput(node, GQA.cosTable, bySlot(cos, 'cos'));
    if (sin !== '') edits.setInput(node, GQA.sinTable, bySlot(sin, 'sin'));
    const windowed = windowOf(node) !== null;
    edits.setInput(node, GQA.attentionBias, biasOf(windowed ? WINDOW_BIAS_INPUT : ATTENTION_BIAS_INPUT));
    if (windowed) {
      edits.dropAttribute(node, WINDOW);
      edits.dropAttribute(node, WINDOW_CACHE);
    }
  }
  for (const [table, made] of tables)
    edits.addNode({
      name: made.replace('.', '/'),
      opType: 'Gather',
      inputs: [table, SLOT_POSITIONS_INPUT],
      outputs: [made],
    });
  if (tables.size > 0) edits.addInput(SLOT_POSITIONS_INPUT, tensorType(INT64, ['slots']));
  for (const name of windows.length === 0 ? [ATTENTION_BIAS_INPUT] : [ATTENTION_BIAS_INPUT, WINDOW_BIAS_INPUT]) {
    edits.addInput(name, tensorType(FLOAT32, [1, 1, 'bias_tokens', 'slots']));
    if (activations !== 'float32')
      edits.addNode({
        name: name.replace('.', '/'),
        opType: 'Cast',
        inputs: [name],
        outputs: [biasOf(name)],
        attributes: [intAttribute('to', ELEMENT[activations].code)],
      });
  }
  return { yes: true };
}

const tablesOf = ({ inputs }: GraphNode): readonly [string, string] => [
  inputs[GQA.cosTable] ?? '',
  inputs[GQA.sinTable] ?? '',
];

/** Why a node cannot be told what to see; null where it can. */
function refusal(node: GraphNode): string | null {
  if (node.inputs[GQA.positionIds]) return `the attention of ${node.name} counts positions by itself`;
  if (node.inputs[GQA.attentionBias]) return `the attention of ${node.name} already has a bias`;
  const [cos, sin] = tablesOf(node);
  if (cos === '' && sin === '' && intAttributeOf(node, 'do_rotary') === 1)
    return `the attention of ${node.name} has no rotary tables`;
  return null;
}

/** Why rotary embeddings outside of attention cannot be told where tokens stand; null where they can, or where there are none. */
function outsideRefusal(model: ModelGraph): string | null {
  const strange = model.nodes.find(
    ({ opType, inputs }) => opType === 'RotaryEmbedding' && !inputs.includes(POSITION_IDS_INPUT),
  );
  return strange ? `${strange.name} counts positions by itself` : null;
}
