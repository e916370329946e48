/**
 * Products with weights in 4 or 8 bits (com.microsoft.MatMulNBits), as they stand in a graph. Row n of the weights is cut into
 * blocks along the columns; an element is (q − zero point) · scale of its block. Four-bit elements lie two in a byte, the even one
 * in the low half; without zero points they are 8 in 4 bits and 128 in 8 bits.
 *
 * Source: onnxruntime, docs/ContribOperators.md, com.microsoft.MatMulNBits.
 */
import { intAttributeOf } from '../attributes.ts';
import { weightBytes, type GraphNode, type GraphWeight, type ModelGraph } from '../graph.ts';
import { FLOAT32, UINT8 } from '../tensor-type.ts';

/** The operator. */
export const PACKED_PRODUCT = 'MatMulNBits';

/** One product; `packed`, `scales` and `zeroPoints` are views on the model's files. */
export interface PackedProduct {
  readonly node: GraphNode;
  readonly bits: 4 | 8;
  /** Numbers that come out for each row of activations (N), and numbers that go in (K). */
  readonly rows: number;
  readonly columns: number;
  readonly blockSize: number;
  /** Blocks in a row. */
  readonly blocks: number;
  /** Bytes of the elements `[rows, blocks, blockSize · bits / 8]`. */
  readonly packed: Uint8Array;
  /** Bytes of float32 scales `[rows, blocks]`. */
  readonly scales: Uint8Array;
  /**
   * One byte a block `[rows, blocks]` in 8 bits, half of one in 4 bits, where a row begins with a byte of its own; null
   * where they are implied.
   */
  readonly zeroPoints: Uint8Array | null;
  /** The tensor `[rows]` that is added to the product; null where there is none. */
  readonly bias: string | null;
}

/** The products of a graph that can be written in another way: float32 scales, whole-number zero points and no order of columns. */
export function packedProducts(model: ModelGraph, files: ReadonlyMap<string, Uint8Array>): readonly PackedProduct[] {
  const weights = new Map(model.weights.map((weight) => [weight.name, weight]));
  return model.nodes.flatMap((node) => (node.opType === PACKED_PRODUCT ? (productOf(node, weights, files) ?? []) : []));
}

function productOf(
  node: GraphNode,
  weights: ReadonlyMap<string, GraphWeight>,
  files: ReadonlyMap<string, Uint8Array>,
): PackedProduct | null {
  const [bits, columns, rows, blockSize] = ['bits', 'K', 'N', 'block_size'].map(
    (name) => intAttributeOf(node, name) ?? 0,
  ) as [number, number, number, number];
  const [, packedName = '', scalesName = '', zeroName = '', order = '', bias = '', ...others] = node.inputs;
  if ((bits !== 4 && bits !== 8) || columns < 1 || rows < 1 || blockSize < 16 || order !== '' || others.length > 0)
    return null;
  const blocks = Math.ceil(columns / blockSize);
  const bytesOf = (name: string, elemType: number, due: number): Uint8Array | null => {
    const weight = weights.get(name);
    const bytes = weight?.elemType === elemType ? weightBytes(weight, files) : null;
    return bytes?.byteLength === due ? bytes : null;
  };
  const packed = bytesOf(packedName, UINT8, (rows * blocks * blockSize * bits) / 8);
  const scales = bytesOf(scalesName, FLOAT32, 4 * rows * blocks);
  const zeroPoints = zeroName === '' ? null : bytesOf(zeroName, UINT8, rows * zeroRowBytes({ bits, blocks }));
  if (packed === null || scales === null || (zeroName !== '' && zeroPoints === null)) return null;
  return { node, bits, rows, columns, blockSize, blocks, packed, scales, zeroPoints, bias: bias === '' ? null : bias };
}

/** Bytes that the zero points of a row take. */
export const zeroRowBytes = ({ bits, blocks }: Pick<PackedProduct, 'bits' | 'blocks'>): number =>
  bits === 8 ? blocks : Math.ceil(blocks / 2);

/** The zero point of a block. */
export function zeroPointOf(
  { bits, blocks, zeroPoints }: Pick<PackedProduct, 'bits' | 'blocks' | 'zeroPoints'>,
  row: number,
  block: number,
): number {
  if (zeroPoints === null) return bits === 8 ? 128 : 8;
  if (bits === 8) return zeroPoints[row * blocks + block] ?? 0;
  const byte = zeroPoints[row * zeroRowBytes({ bits, blocks }) + (block >> 1)] ?? 0;
  return block % 2 === 0 ? byte & 15 : byte >> 4;
}

/** The same product with rows `from` up to `from + count` only, or up to the last; views on the same bytes. It has no bias. */
export function someRows(product: PackedProduct, from: number, count: number): PackedProduct {
  const rows = Math.min(count, product.rows - from);
  const part = (bytes: Uint8Array, rowBytes: number): Uint8Array =>
    bytes.subarray(from * rowBytes, (from + rows) * rowBytes);
  const { bits, blocks, blockSize, packed, scales, zeroPoints } = product;
  return {
    ...product,
    rows,
    packed: part(packed, (blocks * blockSize * bits) / 8),
    scales: part(scales, 4 * blocks),
    zeroPoints: zeroPoints && part(zeroPoints, zeroRowBytes(product)),
    bias: null,
  };
}

/**
 * Scales as numbers `[rows, blocks]`, newly made: a view need not begin at a multiple of four bytes, and `slice` of a
 * Node buffer copies nothing.
 */
export const scalesOf = ({ scales }: Pick<PackedProduct, 'scales'>): Float32Array =>
  new Float32Array(new Uint8Array(scales).buffer);
