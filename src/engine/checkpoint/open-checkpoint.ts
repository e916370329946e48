/** Opens a model as it is published, GGUF files or safetensors, from wherever its files lie: its graph is built here. */
import { AppError } from '../../base/errors.ts';
import { parseAdapterConfig } from '../../formats/checkpoint/adapter-config.ts';
import { parseGgufHead, type GgufHead } from '../../formats/checkpoint/gguf-header.ts';
import { parseSafetensorsHead, parseShardIndex } from '../../formats/checkpoint/safetensors-header.ts';
import { withAdapter } from '../../graph/build/adapter.ts';
import { buildDecoder, keptBitsOf } from '../../graph/build/build-decoder.ts';
import type { DecoderPlan } from '../../graph/build/decoder-config.ts';
import { ggufPlan } from '../../graph/build/gguf-plan.ts';
import { hfPlan } from '../../graph/build/hf-plan.ts';
import { isPacked, PACKED_FORMS } from '../../graph/build/stored-blocks.ts';
import type { MadeWeights } from '../../graph/products/made-weights.ts';
import {
  SHARD_INDEX,
  SINGLE_SHARD,
  type CheckpointAbout,
  type CheckpointFile,
  type StoredNumbers,
} from '../../models/checkpoint/checkpoint-file.ts';
import type { KeptBits, WeightRounding } from '../../models/checkpoint/kept-weights.ts';
import { damaged } from '../../models/checkpoint/refusal.ts';
import { numbersOf, type ReadTensor, type StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import type { ModelConfig } from '../model/model-config.ts';
import { objectIn } from '../model/model-text.ts';
import { ggufEndTokens, ggufTokenizer, whyTokenizerIsNeeded, type TokenizerTexts } from '../text/gguf-tokenizer.ts';

/** Bytes that are read of a file at first; a head that goes on is read again, longer. */
const FIRST_BYTES = 2 ** 20;

/** Most files of one model. */
export const MOST_SHARDS = 512;

/** A checkpoint whose heads have been read. */
export interface OpenedCheckpoint {
  readonly graph: Uint8Array;
  /** The files that the graph takes weights from, made when they are read. */
  readonly weights: readonly MadeWeights[];
  readonly config: ModelConfig;
  /**
   * The tokenizer in it, made when it is asked for, by the text of the tokenizer.json beside it where {@link needsTokenizer} says so (null
   * where there is none); null where it lies in files of its own.
   */
  readonly tokenizer: ((beside: string | null) => TokenizerTexts) | null;
  /** Whether its own metadata do not say how texts become tokens: tokenizer.json must lie beside it. */
  readonly needsTokenizer: boolean;
  readonly about: CheckpointAbout;
  /** What quantising changed in the weights that were read until now; null where they are kept as they are. */
  readonly rounding: () => WeightRounding | null;
}

/**
 * Opens a GGUF model by its files, in their order. No weight is read. Throws `model-checkpoint-invalid` and
 * `model-checkpoint-unknown`, naming the file.
 */
export function openGgufFiles(files: readonly [CheckpointFile, ...CheckpointFile[]]): OpenedCheckpoint {
  const heads = files.map((file) => ({ file, head: ggufHead(file) }));
  checkSplit(heads);
  const [{ name }] = files;
  const metadata = heads[0]?.head.metadata ?? new Map<string, unknown>();
  const tensors = heads.flatMap(({ file, head }) => head.tensors.map((tensor) => ({ ...tensor, file: file.name })));
  const read = readerOf(files);
  const plan = ggufPlan(name, metadata, tensors, read);
  const licence = metadata.get('general.license');
  return opened(plan, tensors, read, {
    endTokens: ggufEndTokens(metadata),
    tokenizer: (beside) => ggufTokenizer(name, metadata, plan.vocabulary, beside),
    needsTokenizer: whyTokenizerIsNeeded(name, metadata) !== null,
    container: 'gguf',
    family: String(metadata.get('general.architecture')),
    kept: 32,
    licence: typeof licence === 'string' && licence !== '' ? licence.slice(0, 80) : null,
  });
}

/** The texts beside the shards of safetensors. */
interface SafetensorsTexts {
  readonly config: string;
  /** What {@link shardIndex} read; null where there is one file only. */
  readonly index: ShardIndex | null;
}

/** By tensor the shard that holds it. */
type ShardIndex = ReadonlyMap<string, string>;

/** Reads the text of {@link SHARD_INDEX}. Throws `model-checkpoint-invalid`. */
export const shardIndex = (text: string): ShardIndex => parseShardIndex(text, SHARD_INDEX);

/** An adapter of a model: the text of its adapter_config.json, and its tensors. */
export interface AdapterFiles {
  readonly config: string;
  readonly file: CheckpointFile;
}

/**
 * Opens safetensors by their shards, in the order of their names, with an adapter merged into them where one is given, and their weights
 * kept in so many bits. Throws as {@link openGgufFiles} does, and `model-text-invalid`.
 */
export function openSafetensorsFiles(
  { config: configText, index }: SafetensorsTexts,
  shards: readonly CheckpointFile[],
  { adapter = null, kept = 32 }: { readonly adapter?: AdapterFiles | null; readonly kept?: KeptBits } = {},
): OpenedCheckpoint {
  const tensors = shards.flatMap((shard) =>
    headOf(shard, (bytes, size) => parseSafetensorsHead(bytes, shard.name, size)).map((tensor) => {
      if (index !== null && index.get(tensor.name) !== shard.name)
        damaged(
          shard.name,
          `${shard.name} holds the tensor ${JSON.stringify(tensor.name)}, which ${SHARD_INDEX} does not look for there: it is of another model.`,
        );
      return { ...tensor, file: shard.name };
    }),
  );
  const names = new Set(tensors.map(({ name }) => name));
  const missing = [...(index?.keys() ?? [])].find((name) => !names.has(name));
  if (missing !== undefined)
    damaged(SHARD_INDEX, `${SHARD_INDEX} names the tensor ${JSON.stringify(missing)}, and its shard holds none.`);
  const config = objectIn('config.json', configText);
  const plan = hfPlan('config.json', config, tensors);
  const changed = adapter === null ? plan : adapted(plan, adapter);
  return opened(changed, tensors, readerOf([...shards, ...(adapter === null ? [] : [adapter.file])]), {
    endTokens: [],
    tokenizer: null,
    needsTokenizer: true,
    container: 'safetensors',
    family: String(config['model_type']),
    kept,
    licence: null,
    ...(adapter !== null && { adapterBase: parseAdapterConfig(adapter.config).base.slice(0, 200) }),
  });
}

function adapted(plan: DecoderPlan, { config, file }: AdapterFiles): DecoderPlan {
  const tensors = headOf(file, (bytes, size) => parseSafetensorsHead(bytes, file.name, size));
  return withAdapter(plan, parseAdapterConfig(config), tensors, file.name);
}

/** The shards that an index names, in the order that gives a model its identity. Throws `model-checkpoint-invalid`. */
export function shardNames(index: ShardIndex | null): readonly string[] {
  const names = index === null ? [SINGLE_SHARD] : [...new Set(index.values())].sort();
  if (names.length > MOST_SHARDS)
    damaged(SHARD_INDEX, `${SHARD_INDEX} names ${names.length} files; at most ${MOST_SHARDS} are read.`);
  return names;
}

/** What of a checkpoint its plan does not say. */
type Beside = Pick<OpenedCheckpoint, 'tokenizer' | 'needsTokenizer'> &
  Pick<CheckpointAbout, 'container' | 'family' | 'licence'> & {
    readonly endTokens: readonly number[];
    readonly kept: KeptBits;
  };

function opened(
  plan: DecoderPlan,
  tensors: readonly StoredTensor[],
  read: ReadTensor,
  { endTokens, tokenizer, needsTokenizer, kept, ...about }: Beside,
): OpenedCheckpoint {
  const { hidden, vocabulary, contextTokens } = plan;
  const { graph, files, rounding } = buildDecoder(plan, read, kept);
  return {
    graph,
    weights: files,
    config: { hidden, vocabulary, contextTokens, endTokens },
    tokenizer,
    needsTokenizer,
    rounding,
    about: {
      ...about,
      layers: plan.layers.length,
      hidden,
      vocabulary,
      parameters: tensors.reduce((sum, tensor) => sum + numbersOf(tensor), 0),
      numbers: numbersIn(tensors, (tensor) => formOf(tensor, keptBitsOf(plan, tensor, kept))),
    },
  };
}

/** What becomes of stored numbers. */
type NumbersForm = Pick<StoredNumbers, 'bits' | 'offsets' | 'quantised'>;

function numbersIn(
  tensors: readonly StoredTensor[],
  formOf: (tensor: StoredTensor) => NumbersForm,
): readonly StoredNumbers[] {
  const found = new Map<string, StoredNumbers>();
  for (const tensor of tensors) {
    const form = formOf(tensor);
    const key = `${tensor.type} ${form.bits}`;
    const known = found.get(key) ?? { type: tensor.type, tensors: 0, bytes: 0, ...form };
    found.set(key, { ...known, tensors: known.tensors + 1, bytes: known.bytes + tensor.bytes });
  }
  return [...found.values()].sort((a, b) => b.bytes - a.bytes);
}

function formOf({ type }: StoredTensor, bits: KeptBits): NumbersForm {
  if (isPacked(type)) return { bits: PACKED_FORMS[type].bits, offsets: PACKED_FORMS[type].offsets };
  return bits === 32 ? { bits, offsets: false } : { bits, offsets: false, quantised: true };
}

/** Bytes of a tensor from its file. */
function readerOf(files: readonly CheckpointFile[]): ReadTensor {
  const byName = new Map(files.map((file) => [file.name, file]));
  return ({ file: name, offset, bytes }, from = 0, to = bytes) => {
    const file = byName.get(name) ?? damaged(name, `${name} is not there.`);
    const read = file.read(offset + from, offset + to);
    return read.length === to - from
      ? read
      : damaged(name, `${file.path} ended while its weights were read: it was changed or cut meanwhile.`);
  };
}

/** The head of a file, of which more is read until it is whole. */
function headOf<T extends object>(file: CheckpointFile, parse: (bytes: Uint8Array, size: number) => T | number): T {
  for (let wanted = FIRST_BYTES; ;) {
    const found = telling(file, () => parse(file.read(0, Math.min(file.bytes, wanted)), file.bytes));
    if (typeof found === 'object') return found;
    wanted = Math.max(4 * wanted, found);
  }
}

const ggufHead = (file: CheckpointFile): GgufHead =>
  headOf(file, (bytes, size) => parseGgufHead(bytes, file.name, size));

/** What `work` gives; the message of an error of ours that it throws then begins with the file's path. */
function telling<T>({ name, path }: CheckpointFile, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof AppError) || name === path) throw thrown;
    const { message } = thrown;
    const said = message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
    throw new AppError(thrown.code, `${path}: ${said}`, { ...thrown.details, path }, thrown);
  }
}

/** Refuses files that say of themselves that they are of another model, or in another place. */
function checkSplit(files: readonly { readonly file: CheckpointFile; readonly head: GgufHead }[]): void {
  const total = files.reduce((sum, { head }) => sum + head.tensors.length, 0);
  for (const [place, { file, head }] of files.entries()) {
    const said = (key: string, missing: number): unknown => head.metadata.get(`split.${key}`) ?? missing;
    const { name } = file;
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
