/**
 * Scores of one place, a number a layer, as a file holds them: hundredths in 16 bits, little-endian, as base64. A third of
 * the size of a list of numbers, and still one line a place. Numbers that 16 bits cannot hold stay a list. Pure.
 */
import { fromBase64, toBase64 } from '../../base/base64.ts';
import { inRange } from '../../json/json-values.ts';
import { type JsonNode, list } from '../../json/json-path.ts';

/** A row as the file holds it: packed, or a list in which `null` is no number. */
export type PackedRow = string | readonly (number | null)[];

/** The 16-bit value that stands for no number. */
const NONE = -32_768;
/** Scores are float32, where what is greater would silently become infinite. */
const LARGEST = 3.4e38;

/** Rounds to hundredths, as every file of scores does; what is no number becomes `null`. */
export function roundedRow(values: Float32Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * 100) / 100 : null));
}

/** Packs what {@link roundedRow} gives. */
export function packRow(row: readonly (number | null)[]): PackedRow {
  const whole = row.map((value) => (value === null ? NONE : Math.round(value * 100)));
  if (whole.some((value, index) => row[index] !== null && Math.abs(value) >= -NONE)) return row;
  const bytes = new DataView(new ArrayBuffer(2 * whole.length));
  whole.forEach((value, index) => bytes.setInt16(2 * index, value, true));
  return toBase64(new Uint8Array(bytes.buffer));
}

/** Reads a row of so many layers, packed or not; refuses what is neither. */
export function rowOf(node: JsonNode, layers: number): Float32Array {
  const { value, path } = node;
  if (typeof value !== 'string') {
    return Float32Array.from(list(node, layers, layers), (item) =>
      item.value === null ? Number.NaN : inRange(item, -LARGEST, LARGEST),
    );
  }
  const bytes = bytesOf(value);
  if (bytes?.length !== 2 * layers) {
    const got = bytes === null ? 'other characters' : `${bytes.length} bytes`;
    return node.refuse(`${path} must hold ${layers} numbers of 16 bits in base64, got ${got}.`);
  }
  const packed = new DataView(bytes.buffer);
  return Float32Array.from({ length: layers }, (_, layer) => {
    const whole = packed.getInt16(2 * layer, true);
    return whole === NONE ? Number.NaN : whole / 100;
  });
}

function bytesOf(value: string): Uint8Array<ArrayBuffer> | null {
  try {
    return fromBase64(value);
  } catch {
    return null;
  }
}
