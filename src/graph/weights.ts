/**
 * Where weights lie in their files, and whether they lie there as their shapes say. What reads on past its end, or into the next weight,
 * would be other numbers than were trained, and onnxruntime does not see that.
 */
import { AppError } from '../base/errors.ts';
import type { GraphWeight } from './graph.ts';

/** Bits of an element, by code of TensorProto.DataType (onnx.proto3); of others nothing is known. */
const BITS: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  16: 16,
  21: 4,
  22: 4,
};

/**
 * Throws `model-graph-malformed`, naming the weight, where one beside the graph is longer or shorter than its shape, or
 * lies half in another. Two may share the same bytes.
 */
export function assertWeights(weights: readonly GraphWeight[]): void {
  const beside = weights.filter(({ file, bytes }) => file !== null && bytes > 0);
  for (const { name, dims, elemType, bytes } of beside) {
    const bits = BITS[elemType];
    const due = bits === undefined ? bytes : Math.ceil((dims.reduce((product, size) => product * size, 1) * bits) / 8);
    if (bytes !== due)
      throw malformed(
        `that ${JSON.stringify(name)}, [${dims.join(', ')}], takes ${bytes} bytes of its file, and its shape takes ${due}`,
        name,
      );
  }
  const inOrder = [...beside].sort((a, b) =>
    a.file === b.file ? a.offset - b.offset || b.bytes - a.bytes : (a.file ?? '') < (b.file ?? '') ? -1 : 1,
  );
  for (const [place, weight] of inOrder.entries()) {
    const before = inOrder[place - 1];
    if (before?.file !== weight.file || before.offset + before.bytes <= weight.offset) continue;
    if (before.offset !== weight.offset || before.bytes !== weight.bytes)
      throw malformed(
        `that ${JSON.stringify(weight.name)} begins at byte ${weight.offset} of ${weight.file ?? ''}, where ${JSON.stringify(before.name)} ends at ${before.offset + before.bytes}`,
        weight.name,
      );
  }
}

/**
 * By weight file, in order of first use, the byte where the last of its weights ends: what a file that was cut off is
 * known by before it is read.
 */
export function weightEnds(weights: readonly GraphWeight[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const { file, offset, bytes } of weights)
    if (file !== null) ends.set(file, Math.max(ends.get(file) ?? 0, offset + bytes));
  return ends;
}

function malformed(what: string, name: string): AppError {
  return new AppError(
    'model-graph-malformed',
    `The model graph claims ${what}. Load the file again, or pick another export.`,
    { name },
  );
}
