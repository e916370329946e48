/**
 * Finds tensors that take their numbers from files, in places where nobody counts weights: inside of branches and
 * loops, in attributes, functions and
 * training information. A runtime would read them from the current folder, past the hashes that make a model's identity; no export has any.
 *
 * Field numbers: onnx.proto3.
 */
import { AppError } from '../base/errors.ts';
import { splitFields, stringOf } from './wire.ts';

type Kind = 'model' | 'graph' | 'function' | 'training' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** By kind of message the fields that hold others. */
const PARTS = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  training: { 1: 'graph', 2: 'graph' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
} as const satisfies Record<Kind, Readonly<Record<number, Kind>>>;

/** TensorProto.name and .external_data. */
const TENSOR = { name: 8, externalData: 13 } as const;

/** Throws `model-graph-malformed`, naming the tensor, where one beside the weights of the main graph takes its numbers from a file. */
export function assertNoHiddenData(model: Uint8Array): void {
  let mains = 0;
  const open: { readonly kind: Kind; readonly message: Uint8Array; readonly isMain: boolean }[] = [
    { kind: 'model', message: model, isMain: true },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { kind, message, isMain } = next;
    const parts: Readonly<Record<number, Kind>> = PARTS[kind];
    for (const field of splitFields(message)) {
      const inside = parts[field.number];
      // Weights of the main graph are counted where they are read.
      if (inside === undefined || (isMain && kind === 'graph' && inside === 'tensor')) continue;
      if (inside === 'tensor') assertInside(field.payload);
      else
        open.push({
          kind: inside,
          message: field.payload,
          isMain: kind === 'model' && inside === 'graph' && (mains += 1) === 1,
        });
    }
  }
}

function assertInside(tensor: Uint8Array): void {
  const fields = [...splitFields(tensor)];
  if (!fields.some(({ number }) => number === TENSOR.externalData)) return;
  const name = fields.find(({ number }) => number === TENSOR.name);
  const told = JSON.stringify((name === undefined ? '' : stringOf(name)).slice(0, 80));
  throw new AppError(
    'model-graph-malformed',
    `The model graph hides a tensor ${told} inside of a branch, a loop, a function or an attribute that takes its numbers from a file: the hash of the model would not cover it. Pick another export.`,
    { tensor: told },
  );
}
