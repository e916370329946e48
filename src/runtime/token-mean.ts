/** Means of the residual stream over tokens: over a tap's own, or over a segment of the text. */
import type { PassReading } from './sequence.ts';

/** Mean over the tokens of the passes from position `from` on `[layers, hidden]`; position 0 of a text never enters. */
export function meanOverTokens(passes: readonly PassReading[], hidden: number, from = 0): Float32Array {
  const layers = passes[0] ? passes[0].residuals.length / (passes[0].tokens * hidden) : 0;
  const sum = new Float64Array(layers * hidden);
  let count = 0;
  for (const pass of passes) {
    for (let token = 0; token < pass.tokens; token++) {
      const position = pass.start + token;
      if (position === 0 || position < from) continue; // 0 is the attention sink: a norm a hundred times too large
      count++;
      for (let layer = 0; layer < layers; layer++) {
        const at = (layer * pass.tokens + token) * hidden;
        const to = layer * hidden;
        for (let feature = 0; feature < hidden; feature++) sum[to + feature] = (sum[to + feature] ?? 0) + (pass.residuals[at + feature] ?? 0);
      }
    }
  }
  return Float32Array.from(sum, (value) => value / count);
}
