/**
 * Lets a vector be added to the residual stream after each layer. Where the product that a layer adds to the stream last takes a
 * bias, the vector is that bias, which costs no kernel and breaks no fusion. Elsewhere (a product that has a bias or takes none,
 * a norm after it as in Gemma, which would rescale what was added before) it is added to the branch just before the stream takes
 * that, for one kernel a layer. Zero leaves every number as it was.
 */
import { intAttributeOf } from './attributes.ts';
import type { GraphEdits } from './edits.ts';
import { makersOf } from './element-types.ts';
import type { ModelGraph } from './graph.ts';
import type { Addition } from './residual-chain.ts';
import { ELEMENT, tensorType, type ElementType } from './tensor-type.ts';

/** Name of the added input of a layer: `[hidden]`, added at every position to what leaves that layer. */
export const steeringInput = (layer: number): string => `flipside.steer.${layer}`;

/** Where com.microsoft.MatMulNBits takes a bias. */
const BIAS = 5;

/** Adds the inputs, of the element type of the branches; `additions` are the residual additions in order, two a layer. */
export function addSteering(
  model: ModelGraph,
  additions: readonly Addition[],
  branchType: ElementType,
  edits: GraphEdits,
): void {
  const makers = makersOf(model);
  for (const [index, { node, branchInput }] of additions.entries()) {
    if (index % 2 === 0) continue;
    const layer = (index - 1) / 2;
    const branch = node.inputs[branchInput] ?? '';
    const product = makers.get(branch);
    const width = product?.opType === 'MatMulNBits' && !product.inputs[BIAS] ? intAttributeOf(product, 'N') : null;
    if (product !== undefined && width !== null) edits.setInput(product, BIAS, steeringInput(layer));
    else {
      const steered = `flipside.steered.${layer}`;
      edits.addNode({
        name: `flipside/steer/${layer}`,
        opType: 'Add',
        inputs: [branch, steeringInput(layer)],
        outputs: [steered],
      });
      edits.setInput(node, branchInput, steered);
    }
    edits.addInput(steeringInput(layer), tensorType(ELEMENT[branchType].code, [width ?? 'hidden']));
  }
}
