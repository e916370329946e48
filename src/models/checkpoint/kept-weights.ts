/** In how many bits the weights of safetensors are kept: as they are read, or quantised on the way, and what that changed. */
import type { StoredType } from './stored-tensor.ts';

/** Bits of a weight in memory. 32 keeps every number; the others quantise the products of layers, and with 4 embedding and head get 8. */
export const KEPT_BITS = [32, 8, 4] as const;

/** Bits of a weight in memory. */
export type KeptBits = (typeof KEPT_BITS)[number];

/** Bits of a weight that was quantised. */
export type QuantisedBits = Exclude<KeptBits, 32>;

/** Why 16 is none of {@link KEPT_BITS}, as the end of a sentence. */
export const WHY_NOT_16 =
  'onnxruntime turns weights of 16 bits into 32 when it opens a model, so that they save nothing';

/** By bits the format of ggml whose numbers a quantised weight gets: those that llama.cpp would write. */
export const QUANTISED_AS = { 8: 'Q8_0', 4: 'Q4_0' } as const satisfies Record<QuantisedBits, StoredType>;

/** Bits of the embedding and the head, also where layers have 4: it takes little memory and most is won by it (docs/decisions/0029). */
export const TABLE_BITS = 8;

/** Weights that share a scale: products of another number of columns are not quantised. */
export const QUANTISED_BLOCK = 32;

/** What quantising changed, over the weights that were read until now. */
export interface WeightRounding {
  readonly bits: QuantisedBits;
  readonly tensors: number;
  /** Root of the summed squares of the changes over that of the weights. */
  readonly relativeError: number;
  /** The tensor that changed most, and by how much. */
  readonly worst: { readonly tensor: string; readonly relativeError: number };
}

/** Whether a value from outside is one of {@link KEPT_BITS}. */
export const isKeptBits = (value: unknown): value is KeptBits => KEPT_BITS.some((bits) => bits === value);

/** What a model's identity adds to the hashes of its files: nothing where weights are kept as they are. */
export const identityOf = (kept: KeptBits): string =>
  kept === 32 ? '' : `layers ${QUANTISED_AS[kept]}, tables ${QUANTISED_AS[TABLE_BITS]}`;
