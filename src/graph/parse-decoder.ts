/** Reads an exported decoder as the rest of the engine works on it: what exporters write in several ways is brought to one. */
import { WINDOW_CACHE } from './attention-node.ts';
import { intAttributeOf } from './attributes.ts';
import { GraphEdits } from './edits.ts';
import { makeProductsExact, roundsActivations } from './exact-products.ts';
import { parseModel, type ModelGraph } from './graph.ts';
import { assertNoHiddenData } from './hidden-data.ts';
import { withFloatProducts } from './integer-products.ts';
import { withAllLogits } from './logit-count.ts';

/**
 * The graph with logits for every token and products of floats. Throws `model-graph-malformed`, or `model-node-missing`
 * where that cannot be had.
 */
export function parseDecoder(bytes: Uint8Array): ModelGraph {
  assertNoHiddenData(bytes);
  return withFloatProducts(withAllLogits(parseModel(bytes)));
}

/**
 * The graph as it was exported, to compare with: without an input that is never fed, and without two settings that say
 * how it is computed and not
 * what: products that round their activations (exact-products.ts), and a cache that holds a window alone, for which a
 * runtime must be given buffers of that
 * size. The same bytes where it has none of these. Throws as {@link parseDecoder} does.
 */
export function graphAsExported(bytes: Uint8Array): Uint8Array {
  assertNoHiddenData(bytes);
  const model = parseModel(bytes);
  const fed = withAllLogits(model);
  const windowed = fed.nodes.filter(
    (node) => node.opType === 'GroupQueryAttention' && intAttributeOf(node, WINDOW_CACHE) !== null,
  );
  const settings = windowed.length > 0 || fed.nodes.some(roundsActivations);
  if (fed === model && !settings) return bytes;
  const edits = new GraphEdits(fed);
  for (const node of windowed) edits.dropAttribute(node, WINDOW_CACHE);
  makeProductsExact(fed, edits);
  return edits.write({ prune: [] });
}
