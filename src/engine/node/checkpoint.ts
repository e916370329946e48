/** Models as they are published, GGUF files and safetensors folders, found on disk. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LFS_POINTER_BYTES } from '../../base/lfs-pointer.ts';
import { parseAdapterConfig } from '../../formats/checkpoint/adapter-config.ts';
import {
  ADAPTER_CONFIG,
  ADAPTER_FILE,
  GGUF_MAGIC,
  ggufStem,
  SHARD_INDEX,
  SINGLE_SHARD,
  splitOf,
  type CheckpointFile,
  type Container,
} from '../../models/checkpoint/checkpoint-file.ts';
import type { KeptBits, WeightRounding } from '../../models/checkpoint/kept-weights.ts';
import { damaged } from '../../models/checkpoint/refusal.ts';
import {
  MOST_SHARDS,
  openGgufFiles,
  openSafetensorsFiles,
  shardIndex,
  shardNames,
  type AdapterFiles,
  type OpenedCheckpoint,
} from '../checkpoint/open-checkpoint.ts';
import type { TokenizerTexts } from '../text/gguf-tokenizer.ts';
import type { ModelOnDisk } from './disk-model.ts';
import { assertNoPointer, cannotRead, modelFileBytes } from './model-file.ts';

/** A model as it is published. */
export interface Checkpoint extends ModelOnDisk {
  readonly container: Container;
  /** The name of the adapter that is merged into its weights; null where there is none. */
  readonly adapter: string | null;
  readonly folder: string;
  readonly id: string;
  /** Its files, in the order that gives it its identity. */
  readonly files: readonly string[];
  /**
   * The tokenizer in it, made when it is asked for, with the text of the tokenizer.json in its folder where {@link needsTokenizer} says so;
   * null where all of it lies in its folder.
   */
  readonly tokenizer: ((beside: string | null) => TokenizerTexts) | null;
  /** Whether tokenizer.json must lie in its folder. */
  readonly needsTokenizer: boolean;
  /** In how many bits its weights are kept. */
  readonly kept: KeptBits;
  /** What quantising changed in the weights that were read until now; null where they are kept as they are. */
  readonly rounding: () => WeightRounding | null;
}

/** Whether a path is a model in GGUF, by its ending or its first bytes. */
export function isGguf(where: string): boolean {
  const path = resolve(where);
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  return path.endsWith('.gguf') || Buffer.from(bytesAt(path, 0, 4)).toString('latin1') === GGUF_MAGIC;
}

/** Whether a folder holds a model in safetensors. */
export function isSafetensorsFolder(where: string): boolean {
  return [SHARD_INDEX, SINGLE_SHARD].some((name) => existsSync(join(resolve(where), name)));
}

/**
 * Reads what a GGUF file is, and of a split one the files beside it. Throws `model-checkpoint-invalid`,
 * `model-checkpoint-unknown` and `model-fetch-failed`, naming the file.
 */
export function openGguf(where: string): Checkpoint {
  const path = resolve(where);
  const [first, ...others] = splitFiles(path);
  const opened = openGgufFiles([fileAt(first), ...others.map(fileAt)]);
  return { ...onDisk(path, opened), folder: dirname(path), id: ggufStem(basename(path)), files: [first, ...others] };
}

/** Whether a folder holds a LoRA adapter and no model. */
export function isAdapterFolder(where: string): boolean {
  return existsSync(join(resolve(where), ADAPTER_CONFIG)) && !isSafetensorsFolder(where);
}

/**
 * Opens the base of an adapter with the adapter merged into it. The base is looked for where adapter_config.json says, from the adapter's
 * folder on, and by its name alone beside the adapter. Throws as {@link openSafetensors} does.
 */
export function openAdapter(where: string, kept: KeptBits = 32): Checkpoint {
  const folder = resolve(where);
  const config = textAt(join(folder, ADAPTER_CONFIG));
  const { base } = parseAdapterConfig(config);
  const places = [resolve(folder, base), resolve(folder, '..', basename(base))];
  const found = places.find((place) => isSafetensorsFolder(place));
  if (found === undefined)
    return damaged(
      ADAPTER_CONFIG,
      `${join(folder, ADAPTER_CONFIG)} is an adapter of ${JSON.stringify(base.slice(0, 200))}, and that model lies neither at ${places.join(' nor at ')}. Put its folder there.`,
    );
  const file = fileAt(join(folder, ADAPTER_FILE));
  return { ...openSafetensors(found, { adapter: { config, file }, kept }), adapter: basename(folder) };
}

/** The same of a safetensors folder, whose config.json and tokenizer.json lie in it, its weights kept in so many bits. */
export function openSafetensors(
  where: string,
  { adapter = null, kept = 32 }: { readonly adapter?: AdapterFiles | null; readonly kept?: KeptBits } = {},
): Checkpoint {
  const folder = resolve(where);
  const at = (name: string): string => join(folder, name);
  const index = existsSync(at(SHARD_INDEX)) ? shardIndex(textAt(at(SHARD_INDEX))) : null;
  const files = shardNames(index).map(at);
  const shards = files.map(fileAt);
  const opened = openSafetensorsFiles({ config: textAt(at('config.json')), index }, shards, { adapter, kept });
  const all = adapter === null ? files : [...files, adapter.file.path];
  return { ...onDisk(files[0] ?? folder, opened), kept, folder, id: basename(folder), files: all };
}

function onDisk(
  path: string,
  { graph, weights, config, tokenizer, needsTokenizer, about, rounding }: OpenedCheckpoint,
): ModelOnDisk & Omit<Checkpoint, keyof ModelOnDisk | 'folder' | 'id' | 'files'> {
  return {
    path,
    container: about.container,
    adapter: null,
    kept: 32,
    rounding,
    tokenizer,
    needsTokenizer,
    config: () => Promise.resolve(config),
    graph: () => Promise.resolve(graph),
    weights: (name, wanted) =>
      Promise.resolve(
        weights.find(({ file }) => file === name)?.whole(wanted) ?? damaged(path, `The graph needs ${name}.`),
      ),
  };
}

/** A file on disk. Throws `model-fetch-failed` where it cannot be read or is a pointer of Git LFS. */
function fileAt(path: string): CheckpointFile {
  const bytes = modelFileBytes(path);
  assertNoPointer(path, bytesAt(path, 0, Math.min(bytes, LFS_POINTER_BYTES)));
  return { name: basename(path), path, bytes, read: (from, to) => bytesAt(path, from, to - from) };
}

function bytesAt(path: string, from: number, count: number): Uint8Array {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const out = new Uint8Array(count);
    let done = 0;
    while (done < count) {
      const step = readSync(file, out, done, Math.min(count - done, 2 ** 30), from + done);
      if (step === 0) break;
      done += step;
    }
    return out.subarray(0, done);
  } catch (thrown) {
    throw cannotRead(path, thrown);
  } finally {
    if (file !== null) closeSync(file);
  }
}

function textAt(path: string): string {
  let bytes: Buffer;
  let text: string;
  try {
    bytes = readFileSync(path);
    text = bytes.toString('utf8');
  } catch (thrown) {
    throw cannotRead(path, thrown);
  }
  assertNoPointer(path, bytes);
  return text;
}

/** The files of a model by one of them: itself, or all that it was split into, by their names. */
function splitFiles(path: string): readonly [string, ...string[]] {
  const name = basename(path);
  const split = splitOf(name);
  if (split === null) return [path];
  if (split.count > MOST_SHARDS)
    damaged(path, `${name} is one of ${split.count} files; at most ${MOST_SHARDS} are read.`);
  const there = new Set(readdirSync(dirname(path)));
  const [first = path, ...others] = split.names().map((part) => {
    if (!there.has(part))
      damaged(path, `${name} is one of ${split.count} files of a model, and ${part} is not beside it.`);
    return join(dirname(path), part);
  });
  return [first, ...others];
}
