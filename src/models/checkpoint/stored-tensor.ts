/** A tensor as it lies in a checkpoint, GGUF or safetensors, and the numbers that it is made of. */

/** How numbers are stored: by name bytes and numbers of a block (ggml, `ggml-common.h`); plain numbers are blocks of one. */
export const STORED_TYPES = {
  F32: { bytes: 4, numbers: 1 },
  F16: { bytes: 2, numbers: 1 },
  BF16: { bytes: 2, numbers: 1 },
  Q4_0: { bytes: 18, numbers: 32 },
  Q4_1: { bytes: 20, numbers: 32 },
  Q5_0: { bytes: 22, numbers: 32 },
  Q5_1: { bytes: 24, numbers: 32 },
  Q8_0: { bytes: 34, numbers: 32 },
  Q2_K: { bytes: 84, numbers: 256 },
  Q3_K: { bytes: 110, numbers: 256 },
  Q4_K: { bytes: 144, numbers: 256 },
  Q5_K: { bytes: 176, numbers: 256 },
  Q6_K: { bytes: 210, numbers: 256 },
} as const satisfies Record<string, { readonly bytes: number; readonly numbers: number }>;

/** The types that are read. */
export type StoredType = keyof typeof STORED_TYPES;

/** One tensor. */
export interface StoredTensor {
  readonly name: string;
  readonly type: StoredType;
  /** Slowest first, as PyTorch has them: `[rows, columns]` of a product's weights. */
  readonly dims: readonly number[];
  /** The file that it lies in, by its name, and where. */
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** The bytes of a tensor, or of some of them from `from` up to `to`. */
export type ReadTensor = (tensor: StoredTensor, from?: number, to?: number) => Uint8Array;

/** Numbers of a tensor; of none 1. */
export const numbersOf = ({ dims }: Pick<StoredTensor, 'dims'>): number =>
  dims.reduce((product, size) => product * size, 1);
