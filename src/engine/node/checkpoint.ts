/** Models as they are published, GGUF files and safetensors folders, opened from disk: their graph is built here. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { damaged } from '../../models/checkpoint/refusal.ts';
import type { ReadTensor, StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import { parseGgufHead, type GgufHead } from '../../formats/checkpoint/gguf-header.ts';
import { parseSafetensorsHead, parseShardIndex } from '../../formats/checkpoint/safetensors-header.ts';
import { buildDecoder } from '../../graph/build/build-decoder.ts';
import type { DecoderPlan } from '../../graph/build/decoder-config.ts';
import { ggufPlan } from '../../graph/build/gguf-plan.ts';
import { hfPlan } from '../../graph/build/hf-plan.ts';
import { objectIn } from '../model/model-text.ts';
import type { ModelConfig } from '../model/model-config.ts';
import { ggufEndTokens, ggufTokenizer, type TokenizerTexts } from '../text/gguf-tokenizer.ts';
import type { ModelOnDisk } from './disk-model.ts';
import { about, assertNoPointer, cannotRead, modelFileBytes } from './model-file.ts';

/** Bytes that are read of a file at first; a head that goes on is read again, longer. */
const FIRST_BYTES = 2 ** 20;

/** Most files of one model. */
const MOST_SHARDS = 512;

const GGUF_MAGIC = 'GGUF';
const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';

/** A model as it is published. */
export interface Checkpoint extends ModelOnDisk {
  readonly folder: string;
  readonly id: string;
  /** Its files, in the order that gives it its identity. */
  readonly files: readonly string[];
  /** The tokenizer in it, made when it is asked for; null where tokenizer.json lies in its folder. */
  readonly tokenizer: (() => TokenizerTexts) | null;
}

/** Whether a path is a model in GGUF, by its ending or its first bytes. */
export function isGguf(where: string): boolean {
  const path = resolve(where);
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  return path.endsWith('.gguf') || Buffer.from(bytesAt(path, 0, 4)).toString('latin1') === GGUF_MAGIC;
}

/** Whether a folder holds a model in safetensors. */
export function isSafetensorsFolder(where: string): boolean {
  return [INDEX, SINGLE].some((name) => existsSync(join(resolve(where), name)));
}

/**
 * Reads what a GGUF file is, and of a split one the files beside it. Throws `model-checkpoint-invalid`,
 * `model-checkpoint-unknown` and `model-fetch-failed`, naming the file.
 */
export function openGguf(where: string): Checkpoint {
  const first = resolve(where);
  const paths = splitFiles(first);
  const [start, ...others] = paths;
  const head = ggufHead(start);
  const heads = [{ path: start, head }, ...others.map((path) => ({ path, head: ggufHead(path) }))];
  checkSplit(heads);
  const tensors = heads.flatMap((each) => each.head.tensors.map((tensor) => ({ ...tensor, file: each.path })));
  const name = basename(first);
  const plan = ggufPlan(name, head.metadata, tensors, read);
  return {
    ...opened(first, plan, ggufEndTokens(head.metadata)),
    folder: dirname(first),
    id: name.replace(/\.gguf$/i, '').replace(SPLIT_ENDING, ''),
    files: paths,
    tokenizer: () => ggufTokenizer(name, head.metadata, plan.vocabulary),
  };
}

/** The same of a safetensors folder, whose config.json and tokenizer.json lie in it. */
export function openSafetensors(where: string): Checkpoint {
  const folder = resolve(where);
  const at = (name: string): string => join(folder, name);
  const index = existsSync(at(INDEX)) ? parseShardIndex(textAt(at(INDEX)), INDEX) : null;
  const shards = index === null ? [SINGLE] : [...new Set(index.values())].sort();
  if (shards.length > MOST_SHARDS)
    damaged(INDEX, `${INDEX} names ${shards.length} files; at most ${MOST_SHARDS} are read.`);
  const tensors = shards.flatMap((shard) => {
    const path = at(shard);
    return headOf(path, (bytes, size) => parseSafetensorsHead(bytes, shard, size)).map((tensor) => {
      if (index !== null && index.get(tensor.name) !== shard)
        damaged(
          shard,
          `${shard} holds the tensor ${JSON.stringify(tensor.name)}, which ${INDEX} does not look for there: it is of another model.`,
        );
      return { ...tensor, file: path };
    });
  });
  const names = new Set(tensors.map(({ name }) => name));
  const missing = [...(index?.keys() ?? [])].find((name) => !names.has(name));
  if (missing !== undefined)
    damaged(INDEX, `${INDEX} names the tensor ${JSON.stringify(missing)}, and its shard holds none.`);
  const config = objectIn('config.json', textAt(at('config.json')));
  return {
    ...opened(at(shards[0] ?? SINGLE), hfPlan('config.json', config, tensors), []),
    folder,
    id: basename(folder),
    files: shards.map(at),
    tokenizer: null,
  };
}

function opened(path: string, plan: DecoderPlan, endTokens: readonly number[]): ModelOnDisk {
  const { graph, files } = buildDecoder(plan, read);
  const config: ModelConfig = {
    hidden: plan.hidden,
    vocabulary: plan.vocabulary,
    contextTokens: plan.contextTokens,
    endTokens,
  };
  return {
    path,
    config: () => Promise.resolve(config),
    graph: () => Promise.resolve(graph),
    weights: (name) =>
      Promise.resolve(files.find(({ file }) => file === name)?.whole() ?? damaged(path, `The graph needs ${name}.`)),
  };
}

/** Bytes of a tensor from its file. */
const read: ReadTensor = ({ file, offset, bytes }: StoredTensor, from = 0, to = bytes) =>
  bytesAt(file, offset + from, to - from);

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

/** The head of a file, of which more is read until it is whole. */
function headOf<T extends object>(path: string, parse: (bytes: Uint8Array, size: number) => T | number): T {
  const size = modelFileBytes(path);
  for (let wanted = FIRST_BYTES; ;) {
    const bytes = bytesAt(path, 0, Math.min(size, wanted));
    assertNoPointer(path, bytes);
    const found = about(path, () => parse(bytes, size));
    if (typeof found === 'object') return found;
    wanted = Math.max(4 * wanted, found);
  }
}

const ggufHead = (path: string): GgufHead => headOf(path, (bytes, size) => parseGgufHead(bytes, basename(path), size));

/** The ending of a split file's name, without `.gguf` (llama.cpp, llama_split_path). */
const SPLIT_ENDING = /-(\d{5})-of-(\d{5})$/;

/** The files of a model by one of them: itself, or all that it was split into, by their names. */
function splitFiles(path: string): readonly [string, ...string[]] {
  const stem = basename(path).replace(/\.gguf$/i, '');
  const count = Number(SPLIT_ENDING.exec(stem)?.[2] ?? 1);
  if (count <= 1) return [path];
  if (count > MOST_SHARDS)
    damaged(path, `${basename(path)} is one of ${count} files; at most ${MOST_SHARDS} are read.`);
  const start = stem.replace(SPLIT_ENDING, '');
  const there = new Set(readdirSync(dirname(path)));
  const at = (place: number): string => {
    const name = `${start}-${String(place + 1).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.gguf`;
    if (!there.has(name))
      damaged(path, `${basename(path)} is one of ${count} files of a model, and ${name} is not beside it.`);
    return join(dirname(path), name);
  };
  return [at(0), ...Array.from({ length: count - 1 }, (_, index) => at(index + 1))];
}

/** Refuses files that say of themselves that they are of another model, or in another place. */
function checkSplit(files: readonly { readonly path: string; readonly head: GgufHead }[]): void {
  const total = files.reduce((sum, { head }) => sum + head.tensors.length, 0);
  for (const [place, { path, head }] of files.entries()) {
    const said = (key: string, missing: number): unknown => head.metadata.get(`split.${key}`) ?? missing;
    const name = basename(path);
    if (said('count', 1) !== files.length || said('no', 0) !== place)
      damaged(
        name,
        `${name} says that it is file ${JSON.stringify(said('no', 0))} of ${JSON.stringify(said('count', 1))}, counted from 0, and it is file ${place} of ${files.length}.`,
      );
    if (said('tensors.count', total) !== total)
      damaged(
        name,
        `${name} says that its model has ${JSON.stringify(said('tensors.count', total))} tensors, and its files hold ${total}.`,
      );
  }
}
