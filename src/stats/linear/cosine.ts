/** Cosines between the directions of two probes of one model. */

/**
 * Cosine by layer of two stacks of directions `[layers, hidden]`; NaN at a layer where either has no direction, as every
 * probe at layer 0. Throws `RangeError` where the stacks differ in length.
 */
export function cosineByLayer(a: Float32Array, b: Float32Array, hidden: number): number[] {
  if (a.length !== b.length || a.length % hidden !== 0)
    throw new RangeError(`directions of ${a.length} and ${b.length} numbers cannot be compared in layers of ${hidden}`);
  return Array.from({ length: a.length / hidden }, (_, layer) => {
    let dot = 0;
    let aa = 0;
    let bb = 0;
    for (let at = layer * hidden; at < (layer + 1) * hidden; at += 1) {
      const x = a[at] ?? 0;
      const y = b[at] ?? 0;
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    return aa === 0 || bb === 0 ? Number.NaN : dot / Math.sqrt(aa * bb);
  });
}
