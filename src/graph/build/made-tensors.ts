/** The weights of a graph, made from those of a checkpoint when they are read: no more than one tensor is taken apart at a time. */
import { numbersOf, STORED_TYPES, type ReadTensor, type StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import { fromFloat16 } from '../../base/half.ts';
import { bytesOf, type MadeWeight } from '../products/made-weights.ts';
import { FLOAT32, UINT8 } from '../tensor-type.ts';
import { damaged } from '../../models/checkpoint/refusal.ts';
import { QUANTISED_AS, type QuantisedBits } from '../../models/checkpoint/kept-weights.ts';
import type { LowRank } from './decoder-config.ts';
import { quantised, type RoundingLog } from './quantise.ts';
import {
  isPacked,
  PACKED_FORMS,
  unpackBlocks,
  type PackedForm,
  type PackedType,
  type Unpacked,
} from './stored-blocks.ts';

/** Numbers that are multiplied out at a time. */
const PIECE = 1 << 20;

/** Rows of a product, and which row of the file each is. */
export interface RowsOf {
  readonly tensor: StoredTensor;
  readonly rows: number;
  readonly columns: number;
  /** The row in the file of a row of the graph. */
  readonly rowOf: (row: number) => number;
  /** What an adapter adds to the rows of the file. */
  readonly delta?: LowRank;
}

/** The rows of a tensor `[rows, columns]`; those of `pairedHeads` heads from pairs into halves. */
export function rowsOf(tensor: StoredTensor, pairedHeads: number | null = null): RowsOf {
  const [rows = 1, columns = 1] = tensor.dims.length === 1 ? [tensor.dims[0], 1] : tensor.dims;
  if (pairedHeads === null) return { tensor, rows, columns, rowOf: (row) => row };
  const size = rows / pairedHeads;
  const rowOf = (row: number): number => {
    const [head, within] = [Math.floor(row / size), row % size];
    return head * size + 2 * (within % (size / 2)) + Math.floor((2 * within) / size);
  };
  return { tensor, rows, columns, rowOf };
}

/** A list of numbers in float32, with `offset` added to each, times `scale`. */
export function vectorWeight(
  name: string,
  rows: RowsOf,
  read: ReadTensor,
  { offset = 0, scale = 1 }: { readonly offset?: number; readonly scale?: number } = {},
): MadeWeight {
  return {
    name,
    elemType: FLOAT32,
    dims: [rows.rows],
    bytes: 4 * rows.rows,
    make: () => {
      const plain = floatsOf(rows.tensor.type, read(rows.tensor));
      return bytesOf(Float32Array.from(plain, (_, row) => ((plain[rows.rowOf(row)] as number) + offset) * scale));
    },
  };
}

/** Weights in float32, `[columns, rows]` as MatMul takes them. */
export function matrixWeight(
  name: string,
  { tensor, rows, columns, rowOf, delta }: RowsOf,
  read: ReadTensor,
): MadeWeight {
  const make = (room: Float32Array): Uint8Array => {
    const out = room.subarray(0, rows * columns);
    const places = placesOf(rows, rowOf);
    const rowBytes = tensor.bytes / rows;
    const count = Math.max(1, Math.floor(PIECE / columns));
    const add = delta === undefined ? null : addTo(delta, columns, read);
    for (let first = 0; first < rows; first += count) {
      const last = Math.min(rows, first + count);
      const piece = floatsOf(tensor.type, read(tensor, first * rowBytes, last * rowBytes));
      for (let from = first; from < last; from += 1) {
        const to = places[from] as number;
        const start = (from - first) * columns;
        add?.(piece, start, from);
        for (let column = 0; column < columns; column += 1) out[column * rows + to] = piece[start + column] as number;
      }
    }
    return bytesOf(out);
  };
  return { name, elemType: FLOAT32, dims: [columns, rows], bytes: 4 * rows * columns, make };
}

/** Adds a row of scale · b · a to the numbers of a piece from `start` on. */
function addTo(
  { a, b, rank, scale }: LowRank,
  columns: number,
  read: ReadTensor,
): (piece: Float32Array, start: number, row: number) => void {
  const [inner, outer] = [smallTensor(a, read), smallTensor(b, read)];
  return (piece, start, row) => {
    for (let at = 0; at < rank; at += 1) {
      const factor = scale * (outer[row * rank + at] as number);
      for (let column = 0; column < columns; column += 1)
        piece[start + column] = (piece[start + column] as number) + factor * (inner[at * columns + column] as number);
    }
  };
}

/** The weights of one packed product. */
export interface PackedWeights {
  /** `[rows, blocks, blockSize · bits / 8]`, uint8. */
  readonly packed: MadeWeight;
  /** `[rows, blocks]`, float32. */
  readonly scales: MadeWeight;
  /** `[blocks, rows]`, float32; null where the format has no minimum. */
  readonly offsets: MadeWeight | null;
}

/** Rows of which blocks of a form can be had. */
export interface RowsInBlocks extends RowsOf {
  readonly form: PackedForm;
  /** The blocks of rows `first` up to `last` of the file, one after the other. */
  readonly blocks: (first: number, last: number) => Unpacked;
}

/** Rows of a packed tensor, whose blocks are taken apart. */
export function storedInBlocks(rows: RowsOf, type: PackedType, read: ReadTensor): RowsInBlocks {
  const rowBytes = rows.tensor.bytes / rows.rows;
  return {
    ...rows,
    form: PACKED_FORMS[type],
    blocks: (first, last) => unpackBlocks(type, read(rows.tensor, first * rowBytes, last * rowBytes)),
  };
}

/** Rows of plain numbers, which are quantised when they are read, with what an adapter adds to them before. */
export function quantisedInBlocks(rows: RowsOf, bits: QuantisedBits, read: ReadTensor, log: RoundingLog): RowsInBlocks {
  const { tensor, columns, delta } = rows;
  const rowBytes = tensor.bytes / rows.rows;
  return {
    ...rows,
    form: PACKED_FORMS[QUANTISED_AS[bits]],
    blocks: (first, last) => {
      const numbers = floatsOf(tensor.type, read(tensor, first * rowBytes, last * rowBytes));
      const add = delta === undefined ? null : addTo(delta, columns, read);
      for (let row = first; add !== null && row < last; row += 1) add(numbers, (row - first) * columns, row);
      const made = quantisedOrDamaged(tensor, bits, numbers);
      log.note(tensor.name, `${first} ${last}`, made);
      return made;
    },
  };
}

function quantisedOrDamaged(
  { name, file }: StoredTensor,
  bits: QuantisedBits,
  numbers: Float32Array,
): Unpacked & Parameters<RoundingLog['note']>[2] {
  try {
    return quantised(bits, numbers);
  } catch {
    return damaged(
      file,
      `${file} ${name} holds a number that weights in ${bits} bits cannot hold: it is not finite, or its scale is beyond float16.`,
    );
  }
}

/** Weights in 4 or 8 bits. */
export function packedWeights(name: string, from: RowsInBlocks): PackedWeights {
  const { rows, columns } = from;
  const { bits, blockSize, offsets: minimum } = from.form;
  const blocks = columns / blockSize;
  // Asked for one after the other, all parts are made of one pass over the tensor; the last one lets go of it.
  let held: { readonly first: number; readonly end: number; readonly parts: PackedParts } | null = null;
  const partsOf = (name: keyof PackedParts, isLast: boolean, first = 0, end = rows): Uint8Array => {
    if (held?.first !== first || held.end !== end) held = { first, end, parts: packedParts(from, first, end) };
    const bytes = held.parts[name];
    if (isLast) held = null;
    return bytes;
  };
  /** A weight that lies row after row, of which some can be made alone. */
  const inRows = (
    part: 'packed' | 'scales',
    isLast: boolean,
    rowBytes: number,
  ): Pick<MadeWeight, 'bytes' | 'make' | 'part'> => ({
    bytes: rows * rowBytes,
    make: () => partsOf(part, isLast),
    part: (start, stop) => {
      const [first, end] = [Math.floor(start / rowBytes), Math.ceil(stop / rowBytes)];
      const made = partsOf(part, part === 'scales', first, end);
      return made.subarray(start - first * rowBytes, stop - first * rowBytes);
    },
  });
  return {
    packed: {
      name: `${name}_packed`,
      elemType: UINT8,
      dims: [rows, blocks, (blockSize * bits) / 8],
      ...inRows('packed', false, (columns * bits) / 8),
    },
    scales: {
      name: `${name}_scales`,
      elemType: FLOAT32,
      dims: [rows, blocks],
      ...inRows('scales', !minimum, 4 * blocks),
    },
    offsets: minimum
      ? {
          name: `${name}_offsets`,
          elemType: FLOAT32,
          bytes: 4 * rows * blocks,
          dims: [blocks, rows],
          make: () => partsOf('offsets', true),
        }
      : null,
  };
}

/** The bytes of the weights of a packed product. */
interface PackedParts {
  readonly packed: Uint8Array;
  readonly scales: Uint8Array;
  readonly offsets: Uint8Array;
}

/** Takes rows `start` up to `end` of a product apart, some at a time. */
function packedParts(from: RowsInBlocks, start: number, end: number): PackedParts {
  const { rows, columns, rowOf, form } = from;
  const { bits, blockSize, offsets: minimum } = form;
  const [blocks, packedBytes] = [columns / blockSize, (columns * bits) / 8];
  const wanted = end - start;
  const packed = new Uint8Array(wanted * packedBytes);
  const scales = new Float32Array(wanted * blocks);
  const offsets = new Float32Array(minimum ? wanted * blocks : 0);
  const places = placesOf(rows, rowOf);
  const count = Math.max(1, Math.floor(PIECE / columns));
  const [begin, stop] = rangeOf(places, start, end);
  for (let first = begin; first < stop; first += count) {
    const last = Math.min(stop, first + count);
    const piece = from.blocks(first, last);
    for (let row = first; row < last; row += 1) {
      const to = (places[row] as number) - start;
      if (to < 0 || to >= wanted) continue;
      const [level, ownBlocks] = [(row - first) * columns, (row - first) * blocks];
      if (bits === 8) packed.set(piece.levels.subarray(level, level + columns), to * packedBytes);
      else packHalves(piece.levels, level, packed, to * packedBytes, packedBytes);
      scales.set(piece.scales.subarray(ownBlocks, ownBlocks + blocks), to * blocks);
      if (minimum)
        for (let block = 0; block < blocks; block += 1)
          offsets[block * wanted + to] = piece.offsets[ownBlocks + block] as number;
    }
  }
  return { packed, scales: bytesOf(scales), offsets: bytesOf(offsets) };
}

/** Two numbers of four bits in a byte, the even one in its low half. */
function packHalves(levels: Uint8Array, from: number, out: Uint8Array, to: number, count: number): void {
  for (let i = 0; i < count; i += 1)
    out[to + i] = (levels[from + 2 * i] as number) | ((levels[from + 2 * i + 1] as number) << 4);
}

/** The numbers of plain bytes of a type, and of packed ones multiplied out. */
function floatsOf(type: StoredTensor['type'], bytes: Uint8Array): Float32Array {
  if (isPacked(type)) return multipliedOut(type, bytes);
  // A copy: where bytes begin in a file need not be an even place.
  if (type === 'F16') return fromFloat16(new Uint16Array(new Uint8Array(bytes).buffer));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(bytes.length / STORED_TYPES[type].bytes);
  if (type === 'F32') for (let i = 0; i < out.length; i += 1) out[i] = view.getFloat32(4 * i, true);
  else {
    // A bfloat16 is the upper half of a float32.
    const bits = new Uint32Array(out.buffer);
    for (let i = 0; i < out.length; i += 1) bits[i] = view.getUint16(2 * i, true) << 16;
  }
  return out;
}

function multipliedOut(type: PackedType, bytes: Uint8Array): Float32Array {
  const { levels, scales, offsets } = unpackBlocks(type, bytes);
  const { bits, blockSize } = PACKED_FORMS[type];
  const zero = bits === 8 ? 128 : 8;
  return Float32Array.from(levels, (level, i) => {
    const block = Math.floor(i / blockSize);
    return (level - zero) * (scales[block] as number) + (offsets[block] as number);
  });
}

/** Numbers of a small tensor. */
export const smallTensor = (tensor: StoredTensor, read: ReadTensor): Float32Array =>
  floatsOf(tensor.type, read(tensor)).subarray(0, numbersOf(tensor));

/** From which row of the file on, and up to which, those lie that the graph has from `start` up to `end`. */
function rangeOf(places: Uint32Array, start: number, end: number): readonly [number, number] {
  const isWanted = (to: number): boolean => to >= start && to < end;
  return [places.findIndex(isWanted), places.findLastIndex(isWanted) + 1];
}

/** By row of the file the row of the graph. */
function placesOf(rows: number, rowOf: (row: number) => number): Uint32Array {
  const places = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) places[rowOf(row)] = row;
  return places;
}
