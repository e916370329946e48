/** Takes tokens out of the residuals of a pass. */

/** The residuals of some tokens `[layers, picked, hidden]` out of residuals `[layers, tokens, hidden]`; a copy. */
export function pickTokens(
  residuals: Float32Array,
  tokens: number,
  picked: readonly number[],
  hidden: number,
): Float32Array {
  const layers = residuals.length / (tokens * hidden);
  const out = new Float32Array(layers * picked.length * hidden);
  for (let layer = 0; layer < layers; layer += 1) {
    for (const [place, token] of picked.entries()) {
      const at = (layer * tokens + token) * hidden;
      out.set(residuals.subarray(at, at + hidden), (layer * picked.length + place) * hidden);
    }
  }
  return out;
}
