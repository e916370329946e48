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

/** The layout of new tokens after `past` by their parents (see `Branches`). Throws `internal` where a token would follow itself or a later one. */
export function attentionLayout(past: number, parents: readonly number[]): AttentionLayout {
  const slots = past + parents.length;
  const positions = Array.from({ length: slots }, (_, slot) => slot);
  const bias = new Float32Array(parents.length * slots).fill(HIDDEN);
  for (const [token, parent] of parents.entries()) {
    const own = past + token;
    if (!(Number.isInteger(parent) && parent >= -1 && parent < own)) throw new AppError('internal', `Token ${token} of a pass cannot follow slot ${parent}.`);
    const row = token * slots;
    if (parent >= past) bias.copyWithin(row, (parent - past) * slots, (parent - past + 1) * slots);
    else bias.fill(0, row, row + parent + 1);
    bias[row + own] = 0;
    positions[own] = parent < 0 ? 0 : (positions[parent] ?? 0) + 1;
  }
  return { positions, bias };
}
