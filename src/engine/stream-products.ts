/** Reads products out of what a GPU sent. */
import type { StreamProducts } from '../reading/score.ts';

/** The products `[directions, layers, tokens]` at the beginning of `values`, and the embeddings `[tokens, hidden]` behind them; views. */
export function splitProducts(
  values: Float32Array,
  directions: number,
  layers: number,
  tokens: number,
  hidden: number,
): { readonly products: StreamProducts; readonly end: number } {
  const each = layers * tokens;
  const end = directions * each + tokens * hidden;
  return {
    products: {
      along: Array.from({ length: directions }, (_, index) => values.subarray(index * each, (index + 1) * each)),
      embeddings: values.subarray(directions * each, end),
    },
    end,
  };
}
