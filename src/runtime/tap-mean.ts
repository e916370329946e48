/** The reading at a tap: the mean of the residual stream over the tap's own tokens. */
import type { PassReading } from './sequence.ts';

/** Mean over all tokens of the passes `[layers, hidden]`; position 0 of a text never enters. */
export function tapMean(passes: readonly PassReading[], hidden: number): Float32Array {
  const layers = passes[0] ? passes[0].residuals.length / (passes[0].tokens * hidden) : 0;
  const sum = new Float64Array(layers * hidden);
  let count = 0;
  for (const pass of passes) {
    for (let token = 0; token < pass.tokens; token++) {
      if (pass.start + token === 0) continue; // the attention sink: a norm a hundred times too large
      count++;
      for (let layer = 0; layer < layers; layer++) {
        const from = (layer * pass.tokens + token) * hidden;
        const to = layer * hidden;
        for (let feature = 0; feature < hidden; feature++) sum[to + feature] = (sum[to + feature] ?? 0) + (pass.residuals[from + feature] ?? 0);
      }
    }
  }
  return Float32Array.from(sum, (value) => value / count);
}
