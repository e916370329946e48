/**
 * Feeds the lengths that attention works with directly. Exports compute them from `attention_mask` by a few small nodes,
 * some of which run on the CPU: a graph with them cannot be captured, and each of them costs a kernel. One text at a time needs
 * no mask, so the two numbers become inputs, and the mask goes with its nodes.
 */
import { GQA } from './attention-node.ts';
import type { GraphEdits } from './edits.ts';
import type { ModelGraph } from './graph.ts';
import { INT32, tensorType } from './tensor-type.ts';

/** Added input: int32 `[1]`, the index of the last slot that holds a token after the pass. */
export const LAST_SLOT_INPUT = 'flipside.last_slot';

/** Added input: int32 scalar, the number of slots that hold a token after the pass. */
export const TOTAL_LENGTH_INPUT = 'flipside.total_length';

/** The input that they replace. */
export const ATTENTION_MASK_INPUT = 'attention_mask';

/** Gives every attention node its lengths as inputs of the graph. */
export function feedLengths(model: ModelGraph, edits: GraphEdits): void {
  for (const node of model.nodes) {
    if (node.opType !== 'GroupQueryAttention') continue;
    edits.setInput(node, GQA.lastSlot, LAST_SLOT_INPUT);
    edits.setInput(node, GQA.totalLength, TOTAL_LENGTH_INPUT);
  }
  edits.addInput(LAST_SLOT_INPUT, tensorType(INT32, [1]));
  edits.addInput(TOTAL_LENGTH_INPUT, tensorType(INT32, []));
}
