/**
 * Lets what leaves a layer be changed token by token: something added to it, and its product with a direction kept
 * between bounds. What a layer adds to the stream last, its branch b, becomes b + a + c·u with u the direction,
 * p = (s + b)·u the product that the stream s would have after the layer, and c = relu(low − p) − relu(p − high) what is missing
 * to the bounds. Nothing to add and no bounds leave every bit as it was.
 *
 * This depends on the activation, so it takes kernels of its own (eleven a layer), where adding alone takes none: see
 * steering.ts.
 */
import type { GraphEdits } from './edits.ts';
import type { GraphNode } from './graph.ts';
import { FLOAT32, INT64, tensorType } from './tensor-type.ts';
import { bytesField, concatBytes, varintField } from './wire.ts';

/** Names of the inputs of a layer: `add` float32 `[1, 1 or tokens, hidden]`, `direction` `[1, 1, hidden]`, `low` and `high` `[1, 1 or tokens, 1]`. */
export const editInputs = (layer: number) => ({ add: `flipside.add.${layer}`, direction: `flipside.bound_direction.${layer}`, low: `flipside.bound_low.${layer}`, high: `flipside.bound_high.${layer}` }) as const;

const WIDTH_AXIS = 'flipside.width_axis';

/** Adds the inputs and what computes with them; `additions` are the residual additions in order, two a layer. */
export function addStreamEdits(additions: readonly GraphNode[], edits: GraphEdits): void {
  edits.addNode({ name: 'flipside/width_axis', opType: 'Constant', inputs: [], outputs: [WIDTH_AXIS], attributes: [int64Constant(-1)] });
  for (const [index, addition] of additions.entries()) {
    if (index % 2 === 0) continue;
    const layer = (index - 1) / 2;
    const { add, direction, low, high } = editInputs(layer);
    const [stream = '', branch = ''] = addition.inputs;
    const name = (part: string): string => `flipside.edit.${layer}.${part}`;
    const node = (opType: string, part: string, inputs: readonly string[], attributes: readonly Uint8Array[] = []): string => {
      edits.addNode({ name: `flipside/edit/${layer}/${part}`, opType, inputs, outputs: [name(part)], attributes });
      return name(part);
    };
    const along = node('Mul', 'along', [node('Add', 'stream', [stream, branch]), direction]);
    const product = node('ReduceSum', 'product', [along, WIDTH_AXIS], [keepDimensions()]);
    const below = node('Relu', 'below', [node('Sub', 'to_low', [low, product])]);
    const above = node('Relu', 'above', [node('Sub', 'to_high', [product, high])]);
    const back = node('Mul', 'back', [node('Sub', 'missing', [below, above]), direction]);
    edits.setInput(addition, 1, node('Add', 'edited', [node('Add', 'bounded', [branch, back]), add]));
    edits.addInput(add, tensorType(FLOAT32, [1, `add_tokens_${layer}`, 'hidden']));
    edits.addInput(direction, tensorType(FLOAT32, [1, 1, 'hidden']));
    edits.addInput(low, tensorType(FLOAT32, [1, `low_tokens_${layer}`, 1]));
    edits.addInput(high, tensorType(FLOAT32, [1, `high_tokens_${layer}`, 1]));
  }
}

/** AttributeProto `value`: an int64 tensor of one number. */
function int64Constant(value: number): Uint8Array {
  const raw = new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
  const tensor = concatBytes([varintField(1, 1), varintField(2, INT64), bytesField(9, raw)]);
  return concatBytes([bytesField(1, 'value'), bytesField(5, tensor), varintField(20, 4)]);
}

/** AttributeProto `keepdims` 1. */
function keepDimensions(): Uint8Array {
  return concatBytes([bytesField(1, 'keepdims'), varintField(3, 1), varintField(20, 2)]);
}
