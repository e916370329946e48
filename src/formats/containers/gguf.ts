/**
 * Control vectors in GGUF, the container of llama.cpp (ggml/docs/gguf.md): version 3, little endian; a header, metadata
 * as typed keys, the names and shapes of the tensors, then their numbers, each padded to the alignment.
 *
 * The convention is that of llama.cpp and repeng: `general.architecture` is "controlvector", `controlvector.model_hint` says for
 * which model, `controlvector.layer_count` how many directions there are, and the tensors are `direction.N`, float32
 * `[hidden]`, N from 1. What N means for a residual stream is said in `control-vector.ts`.
 */
import { AppError } from '../../base/errors.ts';
import { halfToFloat } from '../../base/half.ts';
import { ByteCursor } from './byte-cursor.ts';
import { type Refuse, words } from '../../json/json-path.ts';

const MAGIC = 0x46554747; // "GGUF"
const VERSION = 3;
const ALIGNMENT = 32;
const ARCHITECTURE = 'controlvector';
const MAX_KEYS = 4096;
const MAX_DIRECTIONS = 511;
const MAX_HIDDEN = 65536;

/** Metadata types by their number in the file; what is missing here is no type. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const U32 = 4;
const I32 = 5;
const STRING = 8;
const ARRAY = 9;

/** Tensor types that are read; only F32 is written, for llama.cpp takes no other. */
const F32 = 0;
const F16 = 1;

/** A control vector as it lies in a file. */
export interface ControlVector {
  /** What it does, for people (`general.name`); empty where the file does not say. */
  readonly name: string;
  /** The model that it belongs to, in whatever words its maker chose (`controlvector.model_hint`); empty where the file does not say. */
  readonly model: string;
  /** By N of `direction.N`, from 1: a direction `[hidden]`, of its own length. */
  readonly vectors: ReadonlyMap<number, Float32Array>;
}

/** Reads a control vector. `file` is its name, for messages; throws `tensor-file-invalid`, naming what is wrong. */
export function readControlVector(bytes: Uint8Array, file: string): ControlVector {
  const refuse: Refuse = (message) => {
    throw new AppError('tensor-file-invalid', `${message} Take a control vector that llama.cpp or repeng wrote.`, {
      file,
    });
  };
  const cursor = new ByteCursor(bytes, refuse);
  if (bytes.length < 24 || cursor.u32(file) !== MAGIC) refuse(`${file} is not a GGUF file.`);
  const version = cursor.u32(`${file} version`);
  if (version !== VERSION)
    refuse(
      `${file} is GGUF version ${version}${(version & 0xffff) === 0 ? ' (big-endian)' : ''}; only version ${VERSION}, little-endian, is read.`,
    );
  const tensorCount = cursor.u64(`${file} tensor count`, MAX_DIRECTIONS);
  const metadata = readMetadata(cursor, cursor.u64(`${file} key count`, MAX_KEYS), file, refuse);

  const architecture = metadata.get('general.architecture');
  if (architecture !== ARCHITECTURE)
    refuse(
      `${file} general.architecture must be "${ARCHITECTURE}", got ${JSON.stringify(architecture ?? null).slice(0, 80)}.`,
    );
  const alignment = metadata.get('general.alignment') ?? ALIGNMENT;
  if (typeof alignment !== 'number' || alignment < 1 || alignment > 65536 || (alignment & (alignment - 1)) !== 0)
    return refuse(`${file} general.alignment must be a power of two up to 65536, got ${alignment}.`);
  const infos = Array.from({ length: tensorCount }, (_, index) =>
    readInfo(cursor, `${file} tensor ${index + 1}`, refuse),
  );
  if (infos.length === 0) refuse(`${file} holds no direction.`);
  const declared = metadata.get('controlvector.layer_count');
  if (declared !== undefined && (typeof declared !== 'number' || declared < 1))
    refuse(
      `${file} controlvector.layer_count must be a whole number from 1, got ${JSON.stringify(declared).slice(0, 80)}.`,
    );

  const start = padded(cursor.at, alignment);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const vectors = new Map<number, Float32Array>();
  let at = 0;
  for (const { path, direction, hidden, type, offset } of infos) {
    const size = hidden * (type === F32 ? 4 : 2);
    if (vectors.has(direction)) refuse(`${path} comes twice.`);
    if (hidden !== infos[0]?.hidden)
      refuse(
        `${path} has ${hidden} numbers, the first direction ${infos[0]?.hidden ?? 0}: all must have the width of one model.`,
      );
    if (offset !== at)
      refuse(
        `${path} begins at byte ${offset} of the data, where ${at} is next: tensors overlap, leave a gap or are not aligned.`,
      );
    if (start + offset + size > bytes.length)
      refuse(
        `${path} needs ${size} bytes from byte ${start + offset}, but the file has ${bytes.length}: it is cut short.`,
      );
    vectors.set(direction, decode(view, start + offset, hidden, type, path, refuse));
    at = padded(at + size, alignment);
  }
  if (bytes.length > start + at) refuse(`${file} has ${bytes.length - start - at} bytes after its last direction.`);
  const said = (key: string): string => {
    const value = metadata.get(key);
    return value === undefined || value === '' ? '' : words({ value, path: `${file} ${key}`, refuse }, 400);
  };
  return {
    name: said('general.name'),
    model: said('controlvector.model_hint'),
    vectors: new Map([...vectors].sort(([a], [b]) => a - b)),
  };
}

/** Strings and whole numbers by key; other values are checked for their length and passed over. */
function readMetadata(
  cursor: ByteCursor,
  count: number,
  file: string,
  refuse: Refuse,
): ReadonlyMap<string, string | number> {
  const kept = new Map<string, string | number>();
  const seen = new Set<string>();
  for (let i = 0; i < count; i += 1) {
    const key = cursor.string(`${file} key ${i + 1}`, 65535);
    const path = `${file} ${JSON.stringify(key.slice(0, 80))}`;
    if (seen.has(key)) refuse(`${path} comes twice.`);
    seen.add(key);
    const type = cursor.u32(`${path} type`);
    if (type === STRING) kept.set(key, cursor.string(path, 1_000_000));
    else if (type === U32) kept.set(key, cursor.u32(path));
    else if (type === I32) kept.set(key, cursor.u32(path) | 0);
    else if (type === ARRAY) passArray(cursor, path, refuse);
    else cursor.take(TYPE_BYTES[type] ?? refuse(`${path} has the unknown type ${type}.`), path);
  }
  return kept;
}

function passArray(cursor: ByteCursor, path: string, refuse: Refuse): void {
  const type = cursor.u32(`${path} item type`);
  const length = cursor.u64(`${path} length`, Number.MAX_SAFE_INTEGER);
  if (type === STRING) for (let i = 0; i < length; i += 1) cursor.string(`${path}[${i}]`, 1_000_000);
  else
    cursor.take(
      (TYPE_BYTES[type] ?? refuse(`${path} is a list of the type ${type}, which is not read.`)) * length,
      path,
    );
}

interface Info {
  readonly path: string;
  readonly direction: number;
  readonly hidden: number;
  readonly type: number;
  readonly offset: number;
}

function readInfo(cursor: ByteCursor, place: string, refuse: Refuse): Info {
  const name = cursor.string(`${place} name`, 64);
  const path = `${place} ${JSON.stringify(name)}`;
  const direction = Number(/^direction\.([1-9]\d{0,2})$/.exec(name)?.[1] ?? NaN);
  if (!(direction <= MAX_DIRECTIONS)) refuse(`${path} must be named "direction.N", N from 1 to ${MAX_DIRECTIONS}.`);
  const rank = cursor.u32(`${path} dimensions`);
  if (rank !== 1) refuse(`${path} must have one dimension, got ${rank}.`);
  const hidden = cursor.u64(`${path} length`, MAX_HIDDEN);
  if (hidden === 0) refuse(`${path} is empty.`);
  const type = cursor.u32(`${path} type`);
  if (type !== F32 && type !== F16) refuse(`${path} must be F32 or F16 (type 0 or 1), got type ${type}.`);
  return { path, direction, hidden, type, offset: cursor.u64(`${path} offset`, Number.MAX_SAFE_INTEGER) };
}

function decode(
  view: DataView,
  start: number,
  count: number,
  type: number,
  path: string,
  refuse: Refuse,
): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 1)
    out[i] = type === F32 ? view.getFloat32(start + i * 4, true) : halfToFloat(view.getUint16(start + i * 2, true));
  const bad = out.findIndex((value) => !Number.isFinite(value));
  return bad < 0 ? out : refuse(`${path} holds a number that is not finite, at index ${bad}.`);
}

/**
 * Writes a control vector, directions in ascending order in float32; equal input gives equal bytes, those of the `gguf` package.
 * Throws `RangeError` where there is no direction, one is numbered below 1 or above 511, or widths differ.
 */
export function writeControlVector({ name, model, vectors }: ControlVector): Uint8Array<ArrayBuffer> {
  const ordered = [...vectors].sort(([a], [b]) => a - b);
  const hidden = ordered[0]?.[1].length ?? 0;
  if (hidden === 0 || hidden > MAX_HIDDEN)
    throw new RangeError(`a control vector needs directions of 1 to ${MAX_HIDDEN} numbers, got ${hidden}`);
  const parts: Uint8Array[] = [u32(MAGIC), u32(VERSION), u64(ordered.length), u64(name === '' ? 3 : 4)];
  parts.push(string('general.architecture'), u32(STRING), string(ARCHITECTURE));
  if (name !== '') parts.push(string('general.name'), u32(STRING), string(name));
  parts.push(string('controlvector.model_hint'), u32(STRING), string(model));
  parts.push(string('controlvector.layer_count'), u32(U32), u32(ordered.length));
  const size = padded(hidden * 4, ALIGNMENT);
  for (const [index, [direction, values]] of ordered.entries()) {
    if (!Number.isInteger(direction) || direction < 1 || direction > MAX_DIRECTIONS)
      throw new RangeError(`direction ${direction} has no place in a control vector`);
    if (values.length !== hidden)
      throw new RangeError(`direction ${direction} has ${values.length} numbers, the first ${hidden}`);
    parts.push(string(`direction.${direction}`), u32(1), u64(hidden), u32(F32), u64(index * size));
  }
  const head = parts.reduce((sum, part) => sum + part.length, 0);
  const start = padded(head, ALIGNMENT);
  const bytes = new Uint8Array(start + ordered.length * size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  const view = new DataView(bytes.buffer);
  for (const [index, [, values]] of ordered.entries())
    values.forEach((value, i) => view.setFloat32(start + index * size + i * 4, value, true));
  return bytes;
}

function padded(length: number, alignment: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, true);
  return out;
}

function u64(value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value), true);
  return out;
}

function string(value: string): Uint8Array {
  const encoded = new TextEncoder().encode(value);
  const out = new Uint8Array(8 + encoded.length);
  out.set(u64(encoded.length));
  out.set(encoded, 8);
  return out;
}
