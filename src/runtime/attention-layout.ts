/** What each token of a pass sees and where it stands, as the graph takes it (see src/onnx/branching.ts). Pure. */
import { AppError } from '../core/errors.ts';

/** Far below any attention score, so that its exponential is exactly zero; finite, because a row of nothing but infinities has no softmax. */
const HIDDEN = -1e9;

/** The two inputs of a pass. */
export interface AttentionLayout {
  /** Position of every slot in its own text `[past + tokens]`. */
  readonly positions: readonly number[];
  /** Added to the attention scores `[tokens, past + tokens]`: 0 where a token may look. The kernels hide what comes later by themselves. */
  readonly bias: Float32Array;
}

/**
 * The layout of new tokens after `past` by their parents (see `Branches`), and by those of the cache's tokens where these are no
 * one line. Throws `internal` where a token would follow itself or a later one.
 */
export function attentionLayout(past: number, parents: readonly number[], pastParents?: readonly number[]): AttentionLayout {
  const slots = past + parents.length;
  const before = pastParents ?? Array.from({ length: past }, (_, slot) => slot - 1);
  if (before.length !== past) throw new AppError('internal', `A cache of ${past} tokens came with ${before.length} parents.`);
  const positions: number[] = [];
  for (const [slot, parent] of [...before, ...parents].entries()) {
    if (!(Number.isInteger(parent) && parent >= -1 && parent < slot)) throw new AppError('internal', `Slot ${slot} of a text cannot follow slot ${parent}.`);
    positions.push(parent < 0 ? 0 : (positions[parent] ?? 0) + 1);
  }
  const bias = new Float32Array(parents.length * slots).fill(HIDDEN);
  for (const [token, parent] of parents.entries()) {
    const row = token * slots;
    if (parent >= past) bias.copyWithin(row, (parent - past) * slots, (parent - past + 1) * slots);
    else if (pastParents === undefined) bias.fill(0, row, row + parent + 1);
    else for (let slot = parent; slot >= 0; slot = pastParents[slot] ?? -1) bias[row + slot] = 0;
    bias[row + past + token] = 0;
  }
  return { positions, bias };
}
