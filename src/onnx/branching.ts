/**
 * Lets one pass hold tokens that do not follow each other: several short texts that branch off a longer one are read
 * together with it, each seeing only what comes before it. Two inputs make that possible, at the cost of two small
 * gathers a pass: where each slot of the key/value cache stands in its text, for the rotary embedding, and a bias that
 * hides from a token what is not before it.
 *
 * The rotary tables of GroupQueryAttention are looked up by slot. Its own `position_ids` would not do: onnxruntime's CPU
 * kernel takes them as one offset in a pass without a past, and its WebGPU kernel not at all.
 */
import { encodeInput, encodeNode, encodeNodeWith, type GraphNode, type ModelGraph } from './graph.ts';
import { bytesField, concatBytes, varintField } from './wire.ts';

/** Added input: int64 `[slots]`, the position of each slot of the cache in its own text; the pass's tokens are the last slots. */
export const SLOT_POSITIONS_INPUT = 'flipside.slot_positions';

/** Added input: float32 `[1, 1, tokens, slots]`, added to the attention scores of each new token. */
export const ATTENTION_BIAS_INPUT = 'flipside.attention_bias';

/** Inputs of com.microsoft.GroupQueryAttention by place. */
const GQA = { cosTable: 7, sinTable: 8, positionIds: 9, attentionBias: 10 } as const;

const [FLOAT32, INT64] = [1, 7];

/** What has to change in a graph; null where its attention cannot be told what to see. */
export function branchingEdits(model: ModelGraph): { readonly replaceNodes: ReadonlyMap<GraphNode, Uint8Array>; readonly append: readonly Uint8Array[] } | null {
  const attention = model.nodes.filter((node) => node.opType === 'GroupQueryAttention');
  const [cosTable = '', sinTable = ''] = [attention[0]?.inputs[GQA.cosTable], attention[0]?.inputs[GQA.sinTable]];
  const alike = attention.every(({ inputs }) => inputs[GQA.cosTable] === cosTable && inputs[GQA.sinTable] === sinTable && !inputs[GQA.positionIds] && !inputs[GQA.attentionBias]);
  if (attention.length === 0 || cosTable === '' || sinTable === '' || !alike) return null;
  const [cos, sin] = ['flipside.cos_by_slot', 'flipside.sin_by_slot'];
  const replaceNodes = new Map(attention.map((node) => {
    const inputs = Array.from({ length: Math.max(node.inputs.length, GQA.attentionBias + 1) }, (_, place) => node.inputs[place] ?? '');
    inputs[GQA.cosTable] = cos;
    inputs[GQA.sinTable] = sin;
    inputs[GQA.attentionBias] = ATTENTION_BIAS_INPUT;
    return [node, encodeNodeWith(node, { inputs })];
  }));
  return {
    replaceNodes,
    append: [
      encodeNode({ name: 'flipside/cos_by_slot', opType: 'Gather', inputs: [cosTable, SLOT_POSITIONS_INPUT], outputs: [cos] }),
      encodeNode({ name: 'flipside/sin_by_slot', opType: 'Gather', inputs: [sinTable, SLOT_POSITIONS_INPUT], outputs: [sin] }),
      encodeInput(SLOT_POSITIONS_INPUT, tensorType(INT64, ['slots'])),
      encodeInput(ATTENTION_BIAS_INPUT, tensorType(FLOAT32, [1, 1, 'bias_tokens', 'slots'])),
    ],
  };
}

/** TypeProto of a tensor: dimensions by size or by name. */
export function tensorType(elemType: number, dims: readonly (number | string)[]): Uint8Array {
  const shape = concatBytes(dims.map((dim) => bytesField(1, typeof dim === 'number' ? varintField(1, dim) : bytesField(2, dim))));
  return bytesField(1, concatBytes([varintField(1, elemType), bytesField(2, shape)]));
}
