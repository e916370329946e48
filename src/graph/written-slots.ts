/**
 * Gives what a pass wrote of keys and values apart from all that was there before. A runtime that copies inputs and outputs of a pass
 * (onnxruntime-web on the processor) would otherwise bring back every key and value of the text for each token; so the slots of
 * the pass are cut out of each present tensor inside the graph, which costs a small copy.
 */
import { int64Attribute } from './attributes.ts';
import { cacheNames } from './cache-names.ts';
import type { GraphEdits } from './edits.ts';
import { INT64, tensorType } from './tensor-type.ts';

/** Added inputs: int64 `[1]`, the first slot that a pass writes, and the one behind its last. */
export const WRITTEN_FROM_INPUT = 'flipside.written_from';
export const WRITTEN_TO_INPUT = 'flipside.written_to';

const SLOT_AXIS = 'flipside.slot_axis';

/** Names of the added outputs `[1, heads, tokens of the pass, size]`, in the order of {@link cacheNames}. */
export const writtenNames = (layerCount: number): readonly string[] =>
  cacheNames(layerCount).map(({ present }) => `flipside.written.${present.slice('present.'.length)}`);

/** Adds the inputs, and an output for each present tensor. */
export function addWrittenSlots(layerCount: number, edits: GraphEdits): void {
  const written = writtenNames(layerCount);
  edits.addNode({
    name: 'flipside/slot_axis',
    opType: 'Constant',
    inputs: [],
    outputs: [SLOT_AXIS],
    attributes: [int64Attribute('value', 2)],
  });
  for (const [index, { present }] of cacheNames(layerCount).entries()) {
    const output = written[index] ?? '';
    edits.addNode({
      name: output.replaceAll('.', '/'),
      opType: 'Slice',
      inputs: [present, WRITTEN_FROM_INPUT, WRITTEN_TO_INPUT, SLOT_AXIS],
      outputs: [output],
    });
  }
  edits.addOutputs(written);
  for (const name of [WRITTEN_FROM_INPUT, WRITTEN_TO_INPUT]) edits.addInput(name, tensorType(INT64, [1]));
}
