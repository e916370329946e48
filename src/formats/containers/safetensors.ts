/**
 * The safetensors container (huggingface/safetensors): 8 bytes of header length (little endian), a JSON header, then
 * the tensors' bytes without gaps. Only F32 and F16 are read, both as float32. A file from anywhere is hostile until
 * every length, offset and shape has been checked.
 */
import { AppError } from '../../base/errors.ts';
import { floatToHalf, halfToFloat } from '../../base/half.ts';
import { field, has, integer, type JsonNode, jsonRoot, list, type Refuse, text } from '../../json/json-path.ts';

const MAX_HEADER_BYTES = 1_000_000;
const MAX_DIMENSIONS = 8;
const SIZES = { F32: 4, F16: 2 } as const;

/** One tensor. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor to be written, with the width of its numbers in the file. */
export interface TensorToWrite extends Tensor {
  readonly dtype: 'F32' | 'F16';
}

/** Reads every tensor. `name` is the file's, for messages; throws `tensor-file-invalid`, naming what is wrong. */
export function parseSafetensors(bytes: Uint8Array, name: string): ReadonlyMap<string, Tensor> {
  const { root, dataStart, refuse } = readHeader(bytes, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataBytes = bytes.length - dataStart;
  const names = Object.keys(root.value).filter((key) => key !== '__metadata__');
  const entries = names
    .map((key) => readEntry(field(root, key), key, dataBytes))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { key, begin, end } of entries) {
    if (begin !== at)
      refuse(`${name}: tensor "${key}" begins at byte ${begin}, where ${at} is next: tensors overlap or leave a gap.`);
    at = end;
  }
  if (at !== dataBytes) refuse(`${name} holds ${dataBytes} bytes of data, but its header describes ${at}.`);
  return new Map(
    entries.map(({ key, shape, dtype, begin, end }) => [
      key,
      { shape, data: decode(view, dataStart + begin, (end - begin) / SIZES[dtype], dtype) },
    ]),
  );
}

/** A word of the file's `__metadata__`, such as the name of what it belongs to; null where it has none. Throws `tensor-file-invalid`. */
export function safetensorsMetadata(bytes: Uint8Array, name: string, key: string): string | null {
  const { root } = readHeader(bytes, name);
  if (!has(root, '__metadata__')) return null;
  const metadata = field(root, '__metadata__');
  return has(metadata, key) ? text(field(metadata, key)) : null;
}

/** The header, an object, and where the tensors' bytes begin. */
function readHeader(
  bytes: Uint8Array,
  name: string,
): { readonly root: JsonNode & { readonly value: object }; readonly dataStart: number; readonly refuse: Refuse } {
  const refuse: Refuse = (message) => {
    throw new AppError('tensor-file-invalid', `${message} Restore the file and try again.`, { file: name });
  };
  if (bytes.length < 8) refuse(`${name} has ${bytes.length} bytes, too few for a safetensors file.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(0, true) + view.getUint32(4, true) * 4294967296;
  if (headerBytes > MAX_HEADER_BYTES)
    refuse(`${name} claims a header of ${headerBytes} bytes; at most ${MAX_HEADER_BYTES} are read.`);
  if (headerBytes > bytes.length - 8)
    refuse(`${name} claims a header of ${headerBytes} bytes, but only ${bytes.length - 8} follow: it is cut short.`);
  const root = jsonRoot(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)), `${name} header`, refuse);
  const { value } = root;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${name} header must be an object.`);
  return { root: { ...root, value }, dataStart: 8 + headerBytes, refuse };
}

interface Entry {
  readonly key: string;
  readonly dtype: keyof typeof SIZES;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readEntry(node: JsonNode, key: string, dataBytes: number): Entry {
  const { path, refuse } = node;
  const dtype = text(field(node, 'dtype'));
  if (dtype !== 'F32' && dtype !== 'F16')
    return refuse(`${path}.dtype must be F32 or F16, got ${JSON.stringify(dtype.slice(0, 20))}.`);
  const shape = list(field(node, 'shape'), 0, MAX_DIMENSIONS).map((size) => integer(size, 0, dataBytes));
  const offsets = list(field(node, 'data_offsets'), 2, 2).map((offset) => integer(offset, 0, dataBytes));
  const [begin = 0, end = 0] = offsets;
  const size = shape.reduce((product, length) => product * length, SIZES[dtype]);
  if (end - begin !== size)
    return refuse(`${path}.data_offsets span ${end - begin} bytes, but ${dtype} [${shape.join(', ')}] needs ${size}.`);
  return { key, dtype, shape, begin, end };
}

function decode(view: DataView, start: number, count: number, dtype: keyof typeof SIZES): Float32Array {
  const out = new Float32Array(count);
  if (dtype === 'F32') for (let i = 0; i < count; i += 1) out[i] = view.getFloat32(start + i * 4, true);
  else for (let i = 0; i < count; i += 1) out[i] = halfToFloat(view.getUint16(start + i * 2, true));
  return out;
}

/**
 * Writes tensors in the order given; equal input gives equal bytes. `metadata` becomes `__metadata__`. Throws
 * `RangeError` where a shape does not fit its data.
 */
export function serialiseSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let dataBytes = 0;
  for (const [key, { shape, data, dtype }] of tensors) {
    if (shape.reduce((product, length) => product * length, 1) !== data.length)
      throw new RangeError(`tensor "${key}" of shape [${shape.join(', ')}] has ${data.length} numbers`);
    const end = dataBytes + data.length * SIZES[dtype];
    header[key] = { dtype, shape, data_offsets: [dataBytes, end] };
    dataBytes = end;
  }
  const json = JSON.stringify(header);
  const encoded = new TextEncoder().encode(json + ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8));
  const bytes = new Uint8Array(8 + encoded.length + dataBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, encoded.length, true);
  bytes.set(encoded, 8);
  let at = 8 + encoded.length;
  for (const { data, dtype } of tensors.values()) {
    for (const value of data) {
      if (dtype === 'F32') view.setFloat32(at, value, true);
      else view.setUint16(at, floatToHalf(value), true);
      at += SIZES[dtype];
    }
  }
  return bytes;
}
