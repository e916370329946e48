/**
 * A weight file for onnxruntime-web that is made piece by piece. When a session is opened, onnxruntime asks each file for
 * its length and then, weight by weight, for `subarray(offset, end)`, which it copies into its heap (onnxruntime-web 1.30,
 * `mountExternalData`; tests/browser/engine/unpacked.test.ts holds the pinned version to that). So weights that are
 * unpacked need not lie beside the heap all at once.
 */
export function lazyFile(byteLength: number, part: (from: number, to: number) => Uint8Array): Uint8Array {
  return Object.defineProperties(new Uint8Array(0), { byteLength: { value: byteLength }, subarray: { value: part } });
}
