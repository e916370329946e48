/**
 * Lets what leaves a layer be changed token by token: something added to it, and its product with a direction kept
 * between bounds. What a layer adds to the stream last, its branch b, becomes b + a + c·u with u the direction,
 * p = (s + b)·u the product that the stream s would have after the layer, and c = relu(low − p) − relu(p − high) what is missing
 * to the bounds. Nothing to add and no bounds leave every bit as it was.
 *
 * This depends on the activation, so it takes kernels of its own (eleven a layer), where adding alone takes none: see
 * steering.ts. Where the branch is float16 all of it is computed in float32, and only the sum is rounded.
 */
import { int64Attribute, intAttribute } from './attributes.ts';
import type { GraphEdits } from './edits.ts';
import type { Addition } from './residual-chain.ts';
import { ELEMENT, FLOAT32, tensorType, type ElementType } from './tensor-type.ts';

/**
 * Names of the inputs of a layer: `add` float32 `[1, 1 or tokens, hidden]`, `direction` `[1, 1, hidden]`, `low` and
 * `high` `[1, 1 or tokens, 1]`.
 */
export const editInputs = (layer: number) =>
  ({
    add: `flipside.add.${layer}`,
    direction: `flipside.bound_direction.${layer}`,
    low: `flipside.bound_low.${layer}`,
    high: `flipside.bound_high.${layer}`,
  }) as const;

const WIDTH_AXIS = 'flipside.width_axis';

/** Adds the inputs and what computes with them; `additions` are the residual additions in order, two a layer. */
export function addStreamEdits(additions: readonly Addition[], branchType: ElementType, edits: GraphEdits): void {
  edits.addNode({
    name: 'flipside/width_axis',
    opType: 'Constant',
    inputs: [],
    outputs: [WIDTH_AXIS],
    attributes: [int64Attribute('value', -1)],
  });
  for (const [index, { node: addition, streamInput, branchInput }] of additions.entries()) {
    if (index % 2 === 0) continue;
    const layer = (index - 1) / 2;
    const { add, direction, low, high } = editInputs(layer);
    const name = (part: string): string => `flipside.edit.${layer}.${part}`;
    const node = (
      opType: string,
      part: string,
      inputs: readonly string[],
      attributes: readonly Uint8Array[] = [],
    ): string => {
      edits.addNode({ name: `flipside/edit/${layer}/${part}`, opType, inputs, outputs: [name(part)], attributes });
      return name(part);
    };
    const cast = (tensor: string, part: string, to: ElementType): string =>
      branchType === 'float32' ? tensor : node('Cast', part, [tensor], [intAttribute('to', ELEMENT[to].code)]);
    const stream = cast(addition.inputs[streamInput] ?? '', 'stream_cast', 'float32');
    const branch = cast(addition.inputs[branchInput] ?? '', 'branch_cast', 'float32');
    const along = node('Mul', 'along', [node('Add', 'stream', [stream, branch]), direction]);
    const product = node('ReduceSum', 'product', [along, WIDTH_AXIS], [intAttribute('keepdims', 1)]);
    const below = node('Relu', 'below', [node('Sub', 'to_low', [low, product])]);
    const above = node('Relu', 'above', [node('Sub', 'to_high', [product, high])]);
    const back = node('Mul', 'back', [node('Sub', 'missing', [below, above]), direction]);
    edits.setInput(
      addition,
      branchInput,
      cast(node('Add', 'edited', [node('Add', 'bounded', [branch, back]), add]), 'edited_cast', branchType),
    );
    edits.addInput(add, tensorType(FLOAT32, [1, `add_tokens_${layer}`, 'hidden']));
    edits.addInput(direction, tensorType(FLOAT32, [1, 1, 'hidden']));
    edits.addInput(low, tensorType(FLOAT32, [1, `low_tokens_${layer}`, 1]));
    edits.addInput(high, tensorType(FLOAT32, [1, `high_tokens_${layer}`, 1]));
  }
}
