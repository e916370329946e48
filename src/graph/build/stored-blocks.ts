/**
 * Takes the blocks of ggml's quantised formats apart into what onnxruntime multiplies with (com.microsoft.MatMulNBits): whole numbers
 * of 4 or 8 bits, a scale a block, and, where the format has a minimum, an offset a block. A weight is
 *
 *     (q − 8) · scale + offset  in 4 bits,   (q − 128) · scale + offset  in 8,
 *
 * to one rounding of float32: nothing is quantised again. Formats of ggml that keep 5 or 6 bits take 8 here.
 *
 * Source: llama.cpp, ggml/src/ggml-common.h and ggml-quants.c (dequantize_row_…).
 */
import { STORED_TYPES, type StoredType } from '../../models/checkpoint/stored-tensor.ts';
import { halfNumbers } from '../../base/half.ts';

/** The types that stay whole numbers; the others are plain numbers. */
export type PackedType = Exclude<StoredType, 'F32' | 'F16' | 'BF16'>;

/** What a format becomes. */
export interface PackedForm {
  readonly bits: 4 | 8;
  /** Numbers that share a scale and an offset. */
  readonly blockSize: 16 | 32;
  /** Whether blocks have an offset. */
  readonly offsets: boolean;
}

/** By format what it becomes. */
export const PACKED_FORMS = {
  Q4_0: { bits: 4, blockSize: 32, offsets: false },
  Q4_1: { bits: 4, blockSize: 32, offsets: true },
  Q5_0: { bits: 8, blockSize: 32, offsets: false },
  Q5_1: { bits: 8, blockSize: 32, offsets: true },
  Q8_0: { bits: 8, blockSize: 32, offsets: false },
  Q2_K: { bits: 4, blockSize: 16, offsets: true },
  Q3_K: { bits: 4, blockSize: 16, offsets: false },
  Q4_K: { bits: 4, blockSize: 32, offsets: true },
  Q5_K: { bits: 8, blockSize: 32, offsets: true },
  Q6_K: { bits: 8, blockSize: 16, offsets: false },
} as const satisfies Record<PackedType, PackedForm>;

/** Whether a type stays whole numbers. */
export const isPacked = (type: StoredType): type is PackedType => type in PACKED_FORMS;

/** Blocks taken apart, one after the other in the order of the file. */
export interface Unpacked {
  /** Whole numbers from 0 on, one a byte, with the zero point of their form. */
  readonly levels: Uint8Array;
  readonly scales: Float32Array;
  /** Zeros where the format has none. */
  readonly offsets: Float32Array;
}

/** Where a block lies, and where its numbers and its scales go; moved on from block to block. */
interface Place {
  readonly bytes: Uint8Array;
  at: number;
  readonly out: Unpacked;
  /** Every float16 as a number: millions of blocks have a scale each. */
  readonly numbersOfHalves: Float32Array;
  /** The first of its numbers, and the first of its scales. */
  first: number;
  scale: number;
}

/** Takes blocks of a type apart; `bytes` must hold whole blocks. */
export function unpackBlocks(type: PackedType, bytes: Uint8Array): Unpacked {
  const { bytes: blockBytes, numbers } = STORED_TYPES[type];
  const scalesOfBlock = numbers / PACKED_FORMS[type].blockSize;
  const blocks = bytes.length / blockBytes;
  const out: Unpacked = {
    levels: new Uint8Array(blocks * numbers),
    scales: new Float32Array(blocks * scalesOfBlock),
    offsets: new Float32Array(blocks * scalesOfBlock),
  };
  const unpack = UNPACK[type];
  const place: Place = { bytes, at: 0, out, numbersOfHalves: halfNumbers(), first: 0, scale: 0 };
  for (let block = 0; block < blocks; block += 1) {
    unpack(place);
    place.at += blockBytes;
    place.first += numbers;
    place.scale += scalesOfBlock;
  }
  return out;
}

const UNPACK = {
  Q4_0: (place) => {
    place.out.scales[place.scale] = half(place, 0);
    halves(place, 2);
  },
  Q4_1: (place) => {
    const scale = (place.out.scales[place.scale] = half(place, 0));
    place.out.offsets[place.scale] = half(place, 2) + 8 * scale;
    halves(place, 4);
  },
  Q5_0: (place) => {
    place.out.scales[place.scale] = half(place, 0);
    fifths(place, 2, 6);
  },
  Q5_1: (place) => {
    const scale = (place.out.scales[place.scale] = half(place, 0));
    place.out.offsets[place.scale] = half(place, 2) + 16 * scale;
    fifths(place, 4, 8);
  },
  Q8_0: (place) => {
    place.out.scales[place.scale] = half(place, 0);
    const { bytes, at, first } = place;
    const { levels } = place.out;
    for (let i = 0; i < 32; i += 1) levels[first + i] = (bytes[at + 2 + i] as number) ^ 0x80;
  },
  Q2_K: unpackQ2K,
  Q3_K: unpackQ3K,
  Q4_K: unpackQ4K,
  Q5_K: unpackQ5K,
  Q6_K: unpackQ6K,
} satisfies Record<PackedType, (place: Place) => void>;

const byte = ({ bytes, at }: Place, offset: number): number => bytes[at + offset] as number;

/** A float16 of a block. */
const half = ({ bytes, at, numbersOfHalves }: Place, offset: number): number =>
  numbersOfHalves[(bytes[at + offset] as number) | ((bytes[at + offset + 1] as number) << 8)] as number;

/** Sixteen bytes that hold numbers 0 to 15 in their low halves and 16 to 31 in their high ones. */
function halves({ bytes, at, first, out: { levels } }: Place, from: number): void {
  for (let i = 0; i < 16; i += 1) {
    const both = bytes[at + from + i] as number;
    levels[first + i] = both & 15;
    levels[first + 16 + i] = both >> 4;
  }
}

/** The same with a fifth bit of each number in four bytes; 16 becomes the zero point of 8 bits. */
function fifths(place: Place, fifth: number, from: number): void {
  const { bytes, at, first } = place;
  const { levels } = place.out;
  halves(place, from);
  for (let i = 0; i < 32; i += 1) {
    const high = ((bytes[at + fifth + (i >> 3)] as number) >> (i & 7)) & 1;
    levels[first + i] = (levels[first + i] as number) + 16 * high + 112;
  }
}

/** The six-bit scale and minimum of each of eight blocks, in twelve bytes. */
function scaleAndMinimum(place: Place, from: number, block: number): readonly [number, number] {
  if (block < 4) return [byte(place, from + block) & 63, byte(place, from + block + 4) & 63];
  const [low, scale, minimum] = [4, -4, 0].map((step) => byte(place, from + block + step)) as [number, number, number];
  return [(low & 15) | ((scale >> 6) << 4), (low >> 4) | ((minimum >> 6) << 4)];
}

/** Scales and offsets of eight blocks of 32, whose zero point is `zero`. */
function eightScales(place: Place, zero: number): void {
  const [scale, minimum] = [half(place, 0), half(place, 2)];
  for (let block = 0; block < 8; block += 1) {
    const [s, m] = scaleAndMinimum(place, 4, block);
    const own = (place.out.scales[place.scale + block] = scale * s);
    place.out.offsets[place.scale + block] = zero * own - minimum * m;
  }
}

function unpackQ4K(place: Place): void {
  eightScales(place, 8);
  for (let pair = 0; pair < 4; pair += 1) {
    for (let i = 0; i < 32; i += 1) {
      const both = byte(place, 16 + 32 * pair + i);
      place.out.levels[place.first + 64 * pair + i] = both & 15;
      place.out.levels[place.first + 64 * pair + 32 + i] = both >> 4;
    }
  }
}

function unpackQ5K(place: Place): void {
  eightScales(place, 16);
  for (let pair = 0; pair < 4; pair += 1) {
    for (let i = 0; i < 32; i += 1) {
      const both = byte(place, 48 + 32 * pair + i);
      const high = byte(place, 16 + i) >> (2 * pair);
      place.out.levels[place.first + 64 * pair + i] = (both & 15) + 16 * (high & 1) + 112;
      place.out.levels[place.first + 64 * pair + 32 + i] = (both >> 4) + 8 * (high & 2) + 112;
    }
  }
}

function unpackQ2K(place: Place): void {
  const [scale, minimum] = [half(place, 80), half(place, 82)];
  for (let block = 0; block < 16; block += 1) {
    const both = byte(place, block);
    place.out.scales[place.scale + block] = scale * (both & 15);
    place.out.offsets[place.scale + block] = -minimum * (both >> 4);
  }
  for (let i = 0; i < 256; i += 1) {
    const level = (byte(place, 16 + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;
    place.out.levels[place.first + i] = level + 8;
  }
}

function unpackQ3K(place: Place): void {
  const scale = half(place, 108);
  for (let block = 0; block < 16; block += 1) {
    const low = (byte(place, 96 + (block & 7)) >> (block < 8 ? 0 : 4)) & 15;
    const high = (byte(place, 104 + (block & 3)) >> (2 * (block >> 2))) & 3;
    place.out.scales[place.scale + block] = scale * ((low | (high << 4)) - 32);
  }
  for (let i = 0; i < 256; i += 1) {
    const low = (byte(place, 32 + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;
    const high = (byte(place, i & 31) >> (i >> 5)) & 1;
    place.out.levels[place.first + i] = low + 4 * high + 4;
  }
}

function unpackQ6K(place: Place): void {
  const scale = half(place, 208);
  for (let block = 0; block < 16; block += 1)
    place.out.scales[place.scale + block] = scale * ((byte(place, 192 + block) << 24) >> 24);
  for (let i = 0; i < 256; i += 1) {
    const [part, within] = [i >> 7, i & 127];
    const low = (byte(place, 64 * part + (within & 63)) >> (within < 64 ? 0 : 4)) & 15;
    const high = (byte(place, 128 + 32 * part + (within & 31)) >> (2 * (within >> 5))) & 3;
    place.out.levels[place.first + i] = low + 16 * high + 96;
  }
}
