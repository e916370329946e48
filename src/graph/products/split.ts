/**
 * An 8-bit product as two exact 4-bit ones and a sum. With q = 16 · high + low and zero point z = 16 · zh + zl,
 *
 *     (q − z) · s  =  (high − zh) · 16 s  +  (low − zl) · s
 *
 * so no weight changes. onnxruntime's processor provider has a fast kernel for 4 bits, and none for 8 bits whose activations are not
 * rounded: there it unpacks all weights in every pass (bench/RESULTS.md).
 */
import { scalesOf, zeroPointOf, zeroRowBytes, type PackedProduct } from './packed-product.ts';

/** The weights of one of the two products, as {@link PackedProduct} has them in 4 bits. */
export interface HalfProduct {
  readonly packed: Uint8Array;
  readonly scales: Uint8Array;
  /** Null where they are 8, which is implied. */
  readonly zeroPoints: Uint8Array | null;
}

/** Both products. Throws nothing: any 8-bit product can be split. */
export function splitProduct(product: PackedProduct): { readonly high: HalfProduct; readonly low: HalfProduct } {
  const { packed, rows, blocks } = product;
  const high = new Uint8Array(packed.length / 2);
  const low = new Uint8Array(packed.length / 2);
  for (let at = 0; at < high.length; at += 1) {
    const even = packed[2 * at] ?? 0;
    const odd = packed[2 * at + 1] ?? 0;
    high[at] = (even >> 4) | (odd & 0xf0);
    low[at] = (even & 15) | ((odd & 15) << 4);
  }
  const zeros = (part: (zeroPoint: number) => number): Uint8Array => {
    const rowBytes = zeroRowBytes({ bits: 4, blocks });
    const out = new Uint8Array(rows * rowBytes);
    for (let row = 0; row < rows; row += 1) {
      for (let block = 0; block < blocks; block += 1) {
        const at = row * rowBytes + (block >> 1);
        out[at] = (out[at] ?? 0) | (part(zeroPointOf(product, row, block)) << (4 * (block % 2)));
      }
    }
    return out;
  };
  const coarse = scalesOf(product).map((scale) => 16 * scale);
  return {
    high: {
      packed: high,
      scales: new Uint8Array(coarse.buffer),
      zeroPoints: product.zeroPoints === null ? null : zeros((zeroPoint) => zeroPoint >> 4),
    },
    low: { packed: low, scales: product.scales, zeroPoints: zeros((zeroPoint) => zeroPoint & 15) },
  };
}
