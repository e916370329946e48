/** How far into its weight files a graph reads: what a file that was cut off is known by before anything is loaded. */
import { parseModel } from './graph.ts';

/** By weight file, in order of first use, the bytes that it must have at least. Throws `model-graph-malformed`. */
export function weightExtents(graph: Uint8Array): ReadonlyMap<string, number> {
  const extents = new Map<string, number>();
  for (const weight of parseModel(graph).weights) {
    if (weight.file !== null) extents.set(weight.file, Math.max(extents.get(weight.file) ?? 0, weight.offset + weight.bytes));
  }
  return extents;
}
