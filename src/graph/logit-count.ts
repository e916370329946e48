/**
 * Newer exports take an input that says for how many of the last tokens they are to compute logits (`num_logits_to_keep`,
 * transformers 4.45; later `logits_to_keep`), 0 for all of them. A slice behind the final norm does it. Flipside picks rows by an
 * input of its own (see decoder-hooks.ts), so the answer is always "all", and the slice goes with the nodes that give its number.
 */
import { GraphEdits } from './edits.ts';
import { makersOf, readersOf } from './element-types.ts';
import { parseModel, type ModelGraph } from './graph.ts';
import { strangeNode } from './missing.ts';

const COUNT_INPUTS: readonly string[] = ['num_logits_to_keep', 'logits_to_keep'];

/** Operators that make a slice's start of the count. */
const STEPS = new Set(['Neg', 'Cast', 'Unsqueeze', 'Reshape', 'Squeeze', 'Identity', 'Mul']);

/**
 * The graph with logits for every token; itself where it has no such input. Throws `model-node-missing` where the input
 * does anything else.
 */
export function withAllLogits(model: ModelGraph): ModelGraph {
  const count = model.inputs.find(({ name }) => COUNT_INPUTS.includes(name))?.name;
  if (count === undefined) return model;
  const edits = new GraphEdits(model);
  const makers = makersOf(model);
  const readers = readersOf(model);
  const startsByCount = (start: string): boolean => {
    const seen = new Set<string>();
    for (
      let name: string | undefined = start;
      name !== undefined && !seen.has(name);
      name = makers.get(name)?.inputs[0]
    ) {
      if (name === count) return true;
      seen.add(name);
      if (!STEPS.has(makers.get(name)?.opType ?? '')) return false;
    }
    return false;
  };
  const slices = model.nodes.filter(({ opType, inputs }) => opType === 'Slice' && startsByCount(inputs[1] ?? ''));
  for (const { inputs, outputs } of slices) {
    for (const reader of readers.get(outputs[0] ?? '') ?? []) {
      for (const [place, name] of reader.inputs.entries())
        if (name === outputs[0]) edits.setInput(reader, place, inputs[0] ?? '');
    }
  }
  const without = parseModel(edits.write({ prune: [count] }));
  if (without.inputs.some(({ name }) => name === count))
    throw strangeNode(count, `its input "${count}" does more than cut the rows that logits are made of`);
  return without;
}
