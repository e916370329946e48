/** Reads an exported decoder as the rest of the engine works on it: what exporters write in several ways is brought to one. */
import { parseModel, writeModel, type ModelGraph } from './graph.ts';
import { withFloatProducts } from './integer-products.ts';
import { withAllLogits } from './logit-count.ts';

/** The graph with logits for every token and products of floats. Throws `model-graph-malformed`, or `model-node-missing` where that cannot be had. */
export function parseDecoder(bytes: Uint8Array): ModelGraph {
  return withFloatProducts(withAllLogits(parseModel(bytes)));
}

/** The graph as it was exported, but for an input that is never fed: the same bytes where it has none. Throws as {@link parseDecoder} does. */
export function graphAsExported(bytes: Uint8Array): Uint8Array {
  const model = parseModel(bytes);
  const fed = withAllLogits(model);
  return fed === model ? bytes : writeModel(fed, { replaceNodes: new Map(), append: [] });
}
