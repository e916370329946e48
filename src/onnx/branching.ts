/**
 * Lets one pass hold tokens that do not follow each other: several short texts that branch off a longer one are read
 * together with it, each seeing only what comes before it. Two inputs make that possible, at the cost of two small
 * gathers a pass: where each slot of the key/value cache stands in its text, for the rotary embedding, and a bias that
 * hides from a token what is not before it.
 *
 * The rotary tables of GroupQueryAttention are looked up by slot. Its own `position_ids` would not do: onnxruntime's CPU
 * kernel takes them as one offset in a pass without a past, and its WebGPU kernel not at all.
 */
import { GQA } from './attention-node.ts';
import type { GraphEdits } from './edits.ts';
import type { ModelGraph } from './graph.ts';
import { FLOAT32, INT64, tensorType } from './tensor-type.ts';

/** Added input: int64 `[slots]`, the position of each slot of the cache in its own text; the pass's tokens are the last slots. */
export const SLOT_POSITIONS_INPUT = 'flipside.slot_positions';

/** Added input: float32 `[1, 1, tokens, slots]`, added to the attention scores of each new token. */
export const ATTENTION_BIAS_INPUT = 'flipside.attention_bias';

/** Lets passes of this graph branch; false where its attention cannot be told what to see, and then nothing is changed. */
export function addBranching(model: ModelGraph, edits: GraphEdits): boolean {
  const attention = model.nodes.filter((node) => node.opType === 'GroupQueryAttention');
  const [cosTable = '', sinTable = ''] = [attention[0]?.inputs[GQA.cosTable], attention[0]?.inputs[GQA.sinTable]];
  const alike = attention.every(({ inputs }) => inputs[GQA.cosTable] === cosTable && inputs[GQA.sinTable] === sinTable && !inputs[GQA.positionIds] && !inputs[GQA.attentionBias]);
  if (attention.length === 0 || cosTable === '' || sinTable === '' || !alike) return false;
  const [cos, sin] = ['flipside.cos_by_slot', 'flipside.sin_by_slot'];
  for (const node of attention) {
    edits.setInput(node, GQA.cosTable, cos);
    edits.setInput(node, GQA.sinTable, sin);
    edits.setInput(node, GQA.attentionBias, ATTENTION_BIAS_INPUT);
  }
  edits.addNode({ name: 'flipside/cos_by_slot', opType: 'Gather', inputs: [cosTable, SLOT_POSITIONS_INPUT], outputs: [cos] });
  edits.addNode({ name: 'flipside/sin_by_slot', opType: 'Gather', inputs: [sinTable, SLOT_POSITIONS_INPUT], outputs: [sin] });
  edits.addInput(SLOT_POSITIONS_INPUT, tensorType(INT64, ['slots']));
  edits.addInput(ATTENTION_BIAS_INPUT, tensorType(FLOAT32, [1, 1, 'bias_tokens', 'slots']));
  return true;
}
