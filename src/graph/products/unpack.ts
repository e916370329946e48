/** The weights of a packed product as float32. */
import { readOnce, scalesOf, zeroPointOf, type PackedProduct } from './packed-product.ts';

/**
 * Rows that are unpacked together, so that neighbouring numbers of the result are written together: with 64 it takes two thirds of the
 * time that it takes with 16 (4 bits, an output head of 49,152 × 576).
 */
const TILE = 64;

/**
 * Weights `[columns, rows]`, as MatMul takes them: (q − zero point) · scale, rounded once to float32. It runs once for
 * every weight of a model, so it loops over arrays. They are written into `room` where it is given, which must hold
 * `columns · rows` numbers, and returned as its beginning.
 */
export function unpack(of: PackedProduct, room?: Float32Array): Float32Array {
  const product = readOnce(of);
  const { bits, rows, columns, blockSize, blocks } = product;
  const out = room?.subarray(0, columns * rows) ?? new Float32Array(columns * rows);
  const scales = scalesOf(product);
  const tile: Tile = { first: 0, count: 0, scale: new Float32Array(TILE), zero: new Int32Array(TILE) };
  const unpackBlock = bits === 8 ? unpackBytes : unpackHalves;
  for (tile.first = 0; tile.first < rows; tile.first += TILE) {
    tile.count = Math.min(TILE, rows - tile.first);
    for (let block = 0; block < blocks; block += 1) {
      for (let at = 0; at < tile.count; at += 1) {
        tile.scale[at] = scales[(tile.first + at) * blocks + block] as number;
        tile.zero[at] = zeroPointOf(product, tile.first + at, block);
      }
      unpackBlock(product, tile, block * blockSize, Math.min(columns, (block + 1) * blockSize), out);
    }
  }
  return out;
}

/** Some rows of one block, with the scale and the zero point of each. */
interface Tile {
  first: number;
  count: number;
  readonly scale: Float32Array;
  readonly zero: Int32Array;
}

function unpackBytes(
  { packed, rows, blocks, blockSize }: PackedProduct,
  { first, count, scale, zero }: Tile,
  start: number,
  end: number,
  out: Float32Array,
): void {
  for (let column = start; column < end; column += 1) {
    let to = column * rows + first;
    let from = first * blocks * blockSize + column;
    for (let at = 0; at < count; at += 1) {
      out[to] = ((packed[from] as number) - (zero[at] as number)) * (scale[at] as number);
      to += 1;
      from += blocks * blockSize;
    }
  }
}

/** Two columns at a time, as they lie in one byte; of an odd number of columns the last byte holds one. */
function unpackHalves(
  { packed, rows, blocks, blockSize }: PackedProduct,
  { first, count, scale, zero }: Tile,
  start: number,
  end: number,
  out: Float32Array,
): void {
  const rowBytes = (blocks * blockSize) / 2;
  for (let column = start; column < end; column += 2) {
    const both = column + 1 < end;
    let to = column * rows + first;
    let from = first * rowBytes + column / 2;
    for (let at = 0; at < count; at += 1) {
      const byte = packed[from] as number;
      out[to] = ((byte & 15) - (zero[at] as number)) * (scale[at] as number);
      if (both) out[to + rows] = ((byte >> 4) - (zero[at] as number)) * (scale[at] as number);
      to += 1;
      from += rowBytes;
    }
  }
}
