/** Means of the residual stream over tokens: over a control text's own, or over a segment of the text. */
import type { Pass } from './decoder.ts';
import type { PassReading } from './sequence.ts';

/** A mean over tokens that grows pass by pass, so that no pass needs to be kept for it. */
export class TokenMean {
  readonly #hidden: number;
  readonly #sum: Float64Array;
  #count = 0;

  constructor(layers: number, hidden: number) {
    this.#hidden = hidden;
    this.#sum = new Float64Array(layers * hidden);
  }

  /** Takes one token of a pass in, by its place in the pass. */
  add({ residuals, tokens }: Pick<Pass, 'residuals' | 'tokens'>, token: number): void {
    const hidden = this.#hidden;
    const sum = this.#sum;
    this.#count += 1;
    for (let to = 0; to < sum.length; to += hidden) {
      const at = to * tokens + token * hidden;
      for (let feature = 0; feature < hidden; feature += 1)
        sum[to + feature] = (sum[to + feature] ?? 0) + (residuals[at + feature] ?? 0);
    }
  }

  /** Takes in those tokens of a pass that stand at positions `from` to before `to` of their text; position 0 never enters. */
  addBetween(pass: PassReading, from: number, to: number): void {
    // Position 0 is the attention sink: a norm a hundred times too large.
    const first = Math.max(1, from, pass.start);
    const end = Math.min(to, pass.start + pass.tokens);
    for (let position = first; position < end; position += 1) this.add(pass, position - pass.start);
  }

  /** The mean of what was taken in `[layers, hidden]`; not a number where nothing was. */
  get mean(): Float32Array {
    const mean = new Float32Array(this.#sum.length);
    // A loop: a callback for each of a model's thousands of numbers takes longer than their sum.
    for (let at = 0; at < mean.length; at += 1) mean[at] = (this.#sum[at] ?? 0) / this.#count;
    return mean;
  }
}

/** Mean over all tokens of the passes `[layers, hidden]`; position 0 of a text never enters. */
export function meanOverTokens(passes: readonly PassReading[], hidden: number): Float32Array {
  const layers = passes[0] ? passes[0].residuals.length / (passes[0].tokens * hidden) : 0;
  const mean = new TokenMean(layers, hidden);
  for (const pass of passes) mean.addBetween(pass, 0, Infinity);
  return mean.mean;
}
