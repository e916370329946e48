/**
 * Products with weights in 4 or 8 bits (com.microsoft.MatMulNBits), as they stand in a graph. Row n of the weights is cut into
 * blocks along the columns; an element is (q − zero point) · scale of its block. Four-bit elements lie two in a byte, the even one
 * in the low half; without zero points they are 8 in 4 bits and 128 in 8 bits.
 *
 * Source: onnxruntime, docs/ContribOperators.md, com.microsoft.MatMulNBits.
 */
import { intAttributeOf } from '../attributes.ts';
import { weightSource, type GraphNode, type GraphWeight, type ModelGraph, type WeightSource } from '../graph.ts';
import { FLOAT32, UINT8 } from '../tensor-type.ts';

/** The operator. */
export const PACKED_PRODUCT = 'MatMulNBits';

/**
 * One product. `packed`, `scales` and `zeroPoints` are read from the model's files each time that they are asked for: work that
 * asks often begins with {@link readOnce}.
 */
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
  /** Where the numbers of its first row and of those after it are read; left out where they are there. */
  readonly sources?: Sources;
}

/** Where the numbers of a product are read. */
interface Sources {
  readonly packed: WeightSource;
  readonly scales: WeightSource;
  readonly zeroPoints: WeightSource | null;
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
  const sourceOf = (name: string, elemType: number, due: number): WeightSource | null => {
    const weight = weights.get(name);
    const source = weight?.elemType === elemType ? weightSource(weight, files) : null;
    return source?.bytes === due ? source : null;
  };
  const packed = sourceOf(packedName, UINT8, (rows * blocks * blockSize * bits) / 8);
  const scales = sourceOf(scalesName, FLOAT32, 4 * rows * blocks);
  const zeroPoints = zeroName === '' ? null : sourceOf(zeroName, UINT8, rows * zeroRowBytes({ bits, blocks }));
  if (packed === null || scales === null || (zeroName !== '' && zeroPoints === null)) return null;
  return readFrom(
    { packed, scales, zeroPoints },
    { node, bits, rows, columns, blockSize, blocks, bias: bias === '' ? null : bias },
  );
}

function readFrom(
  sources: Sources,
  sizes: Omit<PackedProduct, 'packed' | 'scales' | 'zeroPoints' | 'sources'>,
): PackedProduct {
  const whole = ({ bytes, read }: WeightSource): Uint8Array => read(0, bytes);
  return {
    ...sizes,
    sources,
    get packed() {
      return whole(sources.packed);
    },
    get scales() {
      return whole(sources.scales);
    },
    get zeroPoints() {
      return sources.zeroPoints && whole(sources.zeroPoints);
    },
  };
}

/** The same product with numbers that are in memory; its own are not read. */
export function holding(
  { node, bits, rows, columns, blockSize, blocks, bias }: PackedProduct,
  numbers: Pick<PackedProduct, 'packed' | 'scales' | 'zeroPoints'>,
): PackedProduct {
  return { node, bits, rows, columns, blockSize, blocks, bias, ...numbers };
}

/** The same product with its numbers in memory. */
export const readOnce = (product: PackedProduct): PackedProduct => ({ ...product });

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

/** The same product with rows `from` up to `from + count` only, or up to the last, which are all that is read. It has no bias. */
export function someRows(product: PackedProduct, from: number, count: number): PackedProduct {
  const rows = Math.min(count, product.rows - from);
  const { node, bits, columns, blocks, blockSize } = product;
  const { packed, scales, zeroPoints } = product.sources ?? inMemory(product);
  const part = ({ read }: WeightSource, rowBytes: number): WeightSource => ({
    bytes: rows * rowBytes,
    read: (start, end) => read(from * rowBytes + start, from * rowBytes + end),
  });
  return readFrom(
    {
      packed: part(packed, (blocks * blockSize * bits) / 8),
      scales: part(scales, 4 * blocks),
      zeroPoints: zeroPoints && part(zeroPoints, zeroRowBytes(product)),
    },
    { node, bits, rows, columns, blockSize, blocks, bias: null },
  );
}

function inMemory({ packed, scales, zeroPoints }: PackedProduct): Sources {
  const source = (bytes: Uint8Array): WeightSource => ({
    bytes: bytes.length,
    read: (from, to) => bytes.subarray(from, to),
  });
  return { packed: source(packed), scales: source(scales), zeroPoints: zeroPoints && source(zeroPoints) };
}

/**
 * Scales as numbers `[rows, blocks]`, newly made: a view need not begin at a multiple of four bytes, and `slice` of a
 * Node buffer copies nothing.
 */
export const scalesOf = ({ scales }: Pick<PackedProduct, 'scales'>): Float32Array =>
  new Float32Array(new Uint8Array(scales).buffer);
