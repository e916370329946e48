/** What each token of a pass sees and where it stands, as the graph takes it (see src/graph/branching.ts). Pure. */
import { AppError } from '../base/errors.ts';
import type { ElementType } from '../graph/tensor-type.ts';

/**
 * Far below any attention score, so that its exponential is exactly zero; finite, because a row of nothing but
 * infinities has no softmax.
 */
const HIDDEN: Readonly<Record<ElementType, number>> = { float32: -1e9, float16: -60_000 };

/** The two inputs of a pass. */
export interface AttentionLayout {
  /** Position of every slot in its own text `[past + tokens]`. */
  readonly positions: readonly number[];
  /** Added to the attention scores `[tokens, past + tokens]`: 0 where a token may look. The kernels hide what comes later by themselves. */
  readonly bias: Float32Array;
}

/**
 * The layout of new tokens after `past` by their parents (see `Branches`), and by those of the cache's tokens where these are no
 * one line; `activations` is what the scores are made of. Throws `internal` where a token would follow itself or a later one.
 */
export function attentionLayout(
  past: number,
  parents: readonly number[],
  pastParents?: readonly number[],
  activations: ElementType = 'float32',
): AttentionLayout {
  const slots = past + parents.length;
  const before = pastParents ?? Array.from({ length: past }, (_, slot) => slot - 1);
  if (before.length !== past)
    throw new AppError('internal', `A cache of ${past} tokens came with ${before.length} parents.`);
  const positions: number[] = [];
  for (const [slot, parent] of [...before, ...parents].entries()) {
    if (!(Number.isInteger(parent) && parent >= -1 && parent < slot))
      throw new AppError('internal', `Slot ${slot} of a text cannot follow slot ${parent}.`);
    positions.push(parent < 0 ? 0 : (positions[parent] ?? 0) + 1);
  }
  const bias = new Float32Array(parents.length * slots).fill(HIDDEN[activations]);
  for (const [token, parent] of parents.entries()) {
    const row = token * slots;
    if (parent >= past) bias.copyWithin(row, (parent - past) * slots, (parent - past + 1) * slots);
    else if (pastParents === undefined) bias.fill(0, row, row + parent + 1);
    else for (let slot = parent; slot >= 0; slot = pastParents[slot] ?? -1) bias[row + slot] = 0;
    bias[row + past + token] = 0;
  }
  return { positions, bias };
}

/**
 * A bias `[tokens, slots]` for layers whose tokens look back over `window` tokens of their own text only, themselves
 * included. `positions` are those of the slots, null where they are one line of text.
 */
export function withinWindow(
  bias: Float32Array,
  positions: readonly number[] | null,
  slots: number,
  window: number,
  activations: ElementType,
): Float32Array {
  const out = bias.slice();
  const at = (slot: number): number => (positions === null ? slot : (positions[slot] ?? 0));
  const tokens = out.length / slots;
  for (let token = 0; token < tokens; token += 1) {
    const first = at(slots - tokens + token) - window + 1;
    for (let slot = 0; slot < slots; slot += 1) if (at(slot) < first) out[token * slots + slot] = HIDDEN[activations];
  }
  return out;
}
