/** The files of a checkpoint, wherever they lie, and what is known of it before its weights are read: plain data. */
import type { StoredType } from './stored-tensor.ts';

/** One file. Its bytes are read when they are asked for, and at once. */
export interface CheckpointFile {
  /** Its name, without folders. */
  readonly name: string;
  /** What messages call it: its path, where it has one. */
  readonly path: string;
  readonly bytes: number;
  /** The bytes from `from` up to `to`, fewer where the file ends before. */
  readonly read: (from: number, to: number) => Uint8Array;
}

/** How a checkpoint is kept in files. */
export const CONTAINERS = ['gguf', 'safetensors'] as const;

/** How a checkpoint is kept in files. */
export type Container = (typeof CONTAINERS)[number];

/** Tensors that are stored in one kind of numbers. */
export interface StoredNumbers {
  readonly type: StoredType;
  readonly tensors: number;
  /** Bytes in the files. */
  readonly bytes: number;
  /** What they are multiplied as: whole numbers of 4 or 8 bits with a scale a block, or floats of 32 bits. */
  readonly bits: 4 | 8 | 32;
  /** Whether blocks have an offset too, which takes a second, small product. */
  readonly offsets: boolean;
  /** Whether plain numbers are rounded to these bits when they are read; left out where nothing is. */
  readonly quantised?: true;
}

/** What a checkpoint is, by its heads alone. */
export interface CheckpointAbout {
  readonly container: Container;
  /** The architecture in its own words, e.g. `llama` or `gemma3`. */
  readonly family: string;
  readonly layers: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly parameters: number;
  /** As its metadata says it; null where they say nothing, as safetensors do. */
  readonly licence: string | null;
  /** The model that its adapter says it was made for; left out where it has none. */
  readonly adapterBase?: string;
  /** By kind of numbers, the most bytes first. */
  readonly numbers: readonly StoredNumbers[];
}

/** What a LoRA adapter says of itself. */
export interface AdapterConfig {
  /** The model that it was trained on: a folder, or a name on a hub. */
  readonly base: string;
  readonly rank: number;
  /** What B · A is multiplied by. */
  readonly scale: number;
}

/** The two files of a LoRA adapter, as peft names them. */
export const ADAPTER_CONFIG = 'adapter_config.json';
export const ADAPTER_FILE = 'adapter_model.safetensors';

/** Which shard holds which tensor, where there are several; the name of the only one where there are not. */
export const SHARD_INDEX = 'model.safetensors.index.json';
export const SINGLE_SHARD = 'model.safetensors';

/** The first bytes of a GGUF file, as text. */
export const GGUF_MAGIC = 'GGUF';

/** The ending of a split file's name, without `.gguf` (llama.cpp, llama_split_path). */
const SPLIT_ENDING = /-(\d{5})-of-(\d{5})$/;

/** A GGUF file's name without `.gguf` and without its place among the files of its model. */
export const ggufStem = (name: string): string => name.replace(/\.gguf$/i, '').replace(SPLIT_ENDING, '');

/**
 * The names of all files that a GGUF model was split into, by one of them, in their order; null where it is whole. There may be more
 * than a reader wants to look for: `count` is checked by who asks.
 */
export function splitOf(name: string): { readonly count: number; readonly names: () => readonly string[] } | null {
  const count = Number(SPLIT_ENDING.exec(name.replace(/\.gguf$/i, ''))?.[2] ?? 1);
  if (count <= 1) return null;
  const digits = (number: number): string => String(number).padStart(5, '0');
  return {
    count,
    names: () =>
      Array.from({ length: count }, (_, at) => `${ggufStem(name)}-${digits(at + 1)}-of-${digits(count)}.gguf`),
  };
}
