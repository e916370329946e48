/** The weights of a packed product as float32. */
import { scalesOf, zeroPointOf, type PackedProduct } from './packed-product.ts';

/** Rows that are unpacked together, so that neighbouring numbers of the result are written together. */
const TILE = 16;

/** Weights `[columns, rows]`, as MatMul takes them: (q − zero point) · scale, rounded once to float32. */
export function unpack(product: PackedProduct): Float32Array {
  const { bits, rows, columns, blockSize, blocks, packed } = product;
  const out = new Float32Array(columns * rows);
  const scales = scalesOf(product);
  const rowBytes = (blocks * blockSize * bits) / 8;
  const scale = new Float32Array(TILE);
  const zero = new Int32Array(TILE);
  for (let first = 0; first < rows; first += TILE) {
    const count = Math.min(TILE, rows - first);
    for (let block = 0; block < blocks; block += 1) {
      for (let at = 0; at < count; at += 1) {
        scale[at] = scales[(first + at) * blocks + block] ?? 0;
        zero[at] = zeroPointOf(product, first + at, block);
      }
      const end = Math.min(columns, (block + 1) * blockSize);
      for (let column = block * blockSize; column < end; column += 1) {
        const to = column * rows + first;
        for (let at = 0; at < count; at += 1) {
          const from = (first + at) * rowBytes;
          const byte = packed[from + (bits === 8 ? column : column >> 1)] ?? 0;
          const q = bits === 8 ? byte : column % 2 === 0 ? byte & 15 : byte >> 4;
          out[to + at] = (q - (zero[at] ?? 0)) * (scale[at] ?? 0);
        }
      }
    }
  }
  return out;
}
