/**
 * The head of a model in GGUF (llama.cpp, ggml/docs/gguf.md), versions 2 and 3, little endian: metadata as typed keys, then names, shapes,
 * types and places of the tensors. Their numbers are not read here. A file from anywhere is hostile until every count, length, type and
 * place has been checked.
 */
import { numbersOf, STORED_TYPES, type StoredTensor, type StoredType } from '../../models/checkpoint/stored-tensor.ts';
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';
import { ByteCursor } from '../containers/byte-cursor.ts';

const MAGIC = 0x46554747; // "GGUF"
const VERSIONS = [2, 3];
const ALIGNMENT = 32;
const MOST_KEYS = 4096;
const MOST_TENSORS = 65_536;
const MOST_ITEMS = 2 ** 24;
const LONGEST_TEXT = 2 ** 24;
const LONGEST_NAME = 128;
/** No head is longer: the largest vocabularies take some 20 MB. */
const LONGEST_HEAD = 2 ** 28;

/** A value of the metadata. Whole numbers of 64 bits come as numbers. */
export type GgufValue = number | boolean | string | readonly number[] | readonly boolean[] | readonly string[];

/** What a file says of itself. */
export interface GgufHead {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly StoredTensor[];
}

/** Value types by their number in the file. */
const U8 = 0;
const I8 = 1;
const U16 = 2;
const I16 = 3;
const U32 = 4;
const I32 = 5;
const F32 = 6;
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;
const U64 = 10;
const I64 = 11;
const F64 = 12;

/** Bytes of a value, at least. */
const LEAST_BYTES: Readonly<Record<number, number>> = {
  [U8]: 1,
  [I8]: 1,
  [U16]: 2,
  [I16]: 2,
  [U32]: 4,
  [I32]: 4,
  [F32]: 4,
  [BOOL]: 1,
  [STRING]: 8,
  [U64]: 8,
  [I64]: 8,
  [F64]: 8,
};

/** Types of tensors by their number (ggml.h, ggml_type); those that are not in STORED_TYPES are refused by these names. */
const TENSOR_TYPES: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  30: 'BF16',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/** Says that more of the file is wanted. */
class Cut extends Error {
  readonly wanted: number;

  constructor(wanted: number) {
    super(`The head goes on to byte ${wanted}.`);
    this.wanted = wanted;
  }
}

/**
 * Reads the head from the first bytes of a file of `fileBytes`; where they are too few, the number of bytes that are wanted
 * at least. `file` is its name. Throws `model-checkpoint-invalid` and `model-checkpoint-unknown`, naming what is wrong.
 */
export function parseGgufHead(bytes: Uint8Array, file: string, fileBytes: number): GgufHead | number {
  try {
    return new HeadReader(bytes, file, fileBytes).read();
  } catch (thrown) {
    if (!(thrown instanceof Cut)) throw thrown;
    return thrown.wanted;
  }
}

/** Reads on past its bytes only by asking for more of the file. */
class HeadCursor extends ByteCursor {
  readonly #bytes: number;
  readonly #fileBytes: number;

  constructor(bytes: Uint8Array, file: string, fileBytes: number) {
    super(bytes, (message) => damaged(file, message));
    this.#bytes = bytes.length;
    this.#fileBytes = Math.min(fileBytes, LONGEST_HEAD);
  }

  /** Bytes of the file that follow. */
  get left(): number {
    return this.#fileBytes - this.at;
  }

  override take(count: number, path: string): number {
    const end = this.at + count;
    if (end > this.#bytes && end <= this.#fileBytes) throw new Cut(end);
    return super.take(count, path);
  }
}

/** A tensor by its own words, before it is known where it lies. */
type Info = Omit<StoredTensor, 'file' | 'bytes'> & { readonly path: string };

class HeadReader {
  readonly #cursor: HeadCursor;
  readonly #view: DataView;
  readonly #file: string;
  readonly #fileBytes: number;

  constructor(bytes: Uint8Array, file: string, fileBytes: number) {
    this.#cursor = new HeadCursor(bytes, file, fileBytes);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#fileBytes = fileBytes;
  }

  read(): GgufHead {
    const [cursor, file] = [this.#cursor, this.#file];
    if (this.#fileBytes < 24 || cursor.u32(file) !== MAGIC) damaged(file, `${file} is not a GGUF file.`);
    const version = cursor.u32(`${file} version`);
    if (!VERSIONS.includes(version))
      notRead(
        file,
        `${file} is GGUF version ${version}${(version & 0xffff) === 0 ? ' (big-endian)' : ''}; versions 2 and 3, little-endian, are read.`,
      );
    const tensorCount = cursor.u64(`${file} tensor count`, MOST_TENSORS);
    const keyCount = cursor.u64(`${file} key count`, MOST_KEYS);
    const metadata = new Map<string, GgufValue>();
    for (let i = 0; i < keyCount; i += 1) {
      const key = cursor.string(`${file} key ${i + 1}`, 65_535);
      const path = `${file} ${JSON.stringify(key.slice(0, 80))}`;
      if (metadata.has(key)) damaged(file, `${path} comes twice.`);
      metadata.set(key, this.#value(cursor.u32(`${path} type`), path, true));
    }
    const alignment = metadata.get('general.alignment') ?? ALIGNMENT;
    if (typeof alignment !== 'number' || !(alignment >= 8 && alignment <= 65_536) || Math.log2(alignment) % 1 !== 0)
      return damaged(
        file,
        `${file} general.alignment must be a power of two from 8 to 65536, got ${JSON.stringify(alignment).slice(0, 80)}.`,
      );
    const infos = Array.from({ length: tensorCount }, (_, index) => this.#info(`${file} tensor ${index + 1}`));
    return { version, metadata, tensors: this.#placed(infos, alignment) };
  }

  #value(type: number, path: string, lists: boolean): GgufValue {
    const cursor = this.#cursor;
    switch (type) {
      case U8:
        return this.#view.getUint8(cursor.take(1, path));
      case I8:
        return this.#view.getInt8(cursor.take(1, path));
      case U16:
        return this.#view.getUint16(cursor.take(2, path), true);
      case I16:
        return this.#view.getInt16(cursor.take(2, path), true);
      case U32:
        return cursor.u32(path);
      case I32:
        return cursor.u32(path) | 0;
      case F32:
        return this.#view.getFloat32(cursor.take(4, path), true);
      case BOOL: {
        const value = this.#view.getUint8(cursor.take(1, path));
        return value > 1 ? damaged(this.#file, `${path} must be 0 or 1, got ${value}.`) : value === 1;
      }
      case STRING:
        return cursor.string(path, LONGEST_TEXT);
      case ARRAY:
        return lists ? this.#list(path) : notRead(this.#file, `${path} is a list of lists, which is not read.`);
      case U64:
        return cursor.u64(path, Number.MAX_SAFE_INTEGER);
      case I64:
        return Number(this.#view.getBigInt64(cursor.take(8, path), true));
      case F64:
        return this.#view.getFloat64(cursor.take(8, path), true);
      default:
        return damaged(this.#file, `${path} has the unknown type ${type}.`);
    }
  }

  #list(path: string): GgufValue {
    const type = this.#cursor.u32(`${path} item type`);
    const length = this.#cursor.u64(`${path} length`, MOST_ITEMS);
    const least = LEAST_BYTES[type] ?? damaged(this.#file, `${path} is a list of the type ${type}, which is not read.`);
    if (length * least > this.#cursor.left)
      damaged(
        this.#file,
        `${path} claims ${length} items, and only ${Math.max(0, this.#cursor.left)} bytes follow: the file is cut short or not what it claims to be.`,
      );
    const items: unknown[] = [];
    for (let i = 0; i < length; i += 1) items.push(this.#value(type, path, false));
    return items as readonly number[];
  }

  #info(place: string): Info {
    const [cursor, file] = [this.#cursor, this.#file];
    const name = cursor.string(`${place} name`, LONGEST_NAME);
    const path = `${place} ${JSON.stringify(name)}`;
    const rank = cursor.u32(`${path} dimensions`);
    if (rank < 1 || rank > 4) damaged(file, `${path} must have 1 to 4 dimensions, got ${rank}.`);
    const dims = Array.from({ length: rank }, () => cursor.u64(`${path} dimension`, 2 ** 40)).reverse();
    const type = cursor.u32(`${path} type`);
    const typeName = TENSOR_TYPES[type] ?? `number ${type}`;
    if (!Object.hasOwn(STORED_TYPES, typeName)) notRead(file, `${path} is of the type ${typeName}, which is not read.`);
    const { numbers } = STORED_TYPES[typeName as StoredType];
    if (dims.some((size) => size < 1) || !Number.isSafeInteger(numbersOf({ dims })))
      damaged(file, `${path} has the shape [${dims.join(', ')}], which no tensor has.`);
    if ((dims.at(-1) ?? 0) % numbers !== 0)
      damaged(file, `${path} has rows of ${dims.at(-1) ?? 0} numbers, and ${typeName} takes ${numbers} at a time.`);
    const offset = cursor.u64(`${path} offset`, Number.MAX_SAFE_INTEGER);
    return { name, type: typeName as StoredType, dims, offset, path };
  }

  /** The tensors with their place in the file: one after the other, each at a multiple of the alignment. */
  #placed(infos: readonly Info[], alignment: number): readonly StoredTensor[] {
    const file = this.#file;
    const padded = (length: number): number => Math.ceil(length / alignment) * alignment;
    const start = padded(this.#cursor.at);
    const names = new Set<string>();
    let next = 0;
    const placed = [...infos]
      .sort((a, b) => a.offset - b.offset)
      .map(({ path, offset, ...tensor }): StoredTensor => {
        const { bytes: blockBytes, numbers } = STORED_TYPES[tensor.type];
        const bytes = (numbersOf(tensor) / numbers) * blockBytes;
        if (names.has(tensor.name)) damaged(file, `${path} comes twice.`);
        names.add(tensor.name);
        if (offset !== next)
          damaged(
            file,
            `${path} begins at byte ${offset} of the data, where ${next} is next: tensors overlap, leave a gap or are not aligned.`,
          );
        if (start + offset + bytes > this.#fileBytes)
          damaged(
            file,
            `${path} needs ${bytes} bytes from byte ${start + offset}, but the file has ${this.#fileBytes}: it is cut short.`,
          );
        next = padded(offset + bytes);
        return { ...tensor, file, offset: start + offset, bytes };
      });
    if (this.#fileBytes > start + next)
      damaged(file, `${file} has ${this.#fileBytes - start - next} bytes after its last tensor.`);
    return placed;
  }
}
