/** The node that layers attend with, com.microsoft.GroupQueryAttention (onnxruntime, docs/ContribOperators.md). */
import { intAttributeOf } from './attributes.ts';
import type { GraphNode } from './graph.ts';

/** Its inputs by place. */
export const GQA = {
  pastKeys: 3,
  lastSlot: 5,
  totalLength: 6,
  cosTable: 7,
  sinTable: 8,
  positionIds: 9,
  attentionBias: 10,
  queryNorm: 14,
} as const;

/** Its attribute for how far it looks back. */
export const WINDOW = 'local_window_size';

/** Its attribute for a cache of the window alone, which onnxruntime takes only together with {@link WINDOW}. */
export const WINDOW_CACHE = 'sliding_window_cache';

/** Its attribute for cap · tanh(score / cap) in place of a score, before anything is added to it; 0 for the score itself. */
export const SOFTCAP = 'softcap';

/** Tokens that a node looks back over, itself included; null for all. */
export function windowOf(node: GraphNode): number | null {
  const window = intAttributeOf(node, WINDOW);
  return window === null || window <= 0 ? null : window;
}
