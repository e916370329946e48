/** How exports of the onnxruntime-genai model builder name keys and values. */

/** Names of the key and value tensors in one order: input of a pass, and output. */
export interface CacheNames {
  readonly past: string;
  readonly present: string;
}

/** The names for so many layers, keys before values, layer by layer. */
export function cacheNames(layerCount: number): readonly CacheNames[] {
  return Array.from({ length: layerCount }, (_, layer) =>
    ['key', 'value'].map((kind) => ({ past: `past_key_values.${layer}.${kind}`, present: `present.${layer}.${kind}` })),
  ).flat();
}

/** What is bound to the names of one kind: one thing for each, in their order. */
export function boundTo<T>(
  names: readonly CacheNames[],
  kind: keyof CacheNames,
  things: readonly T[],
): Record<string, T> {
  return Object.fromEntries(
    names.flatMap((pair, index) => {
      const thing = things[index];
      return thing === undefined ? [] : [[pair[kind], thing]];
    }),
  );
}
