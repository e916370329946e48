/** A model folder opened for reading in Node: decoder, tokenizer and identity. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { byWeightOrder } from '../../models/model-offer.ts';
import { cacheBytesPerToken, type DecoderShape } from '../../graph/decoder-shape.ts';
import { hookDecoder } from '../../graph/decoder-hooks.ts';
import { parseModel } from '../../graph/graph.ts';
import { weightEnds } from '../../graph/weights.ts';
import { BUILT_GRAPH, withDtype } from '../../models/model-dtype.ts';
import type { KeptBits, WeightRounding } from '../../models/checkpoint/kept-weights.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { SegmentReader } from '../../training/reader.ts';
import type { Decoder } from '../decoder.ts';
import type { LensHead } from '../lens/lens-head.ts';
import { parseModelConfig, withGenerationConfig } from '../model/model-config.ts';
import { withTemplate } from '../model/model-files.ts';
import { limitsOf, type NumbersCheckParts } from '../numbers/numbers-check.ts';
import { givenReference } from '../numbers/given-reference.ts';
import { ownReference, ownTexts, shippedReference } from '../numbers/numbers-reference.ts';
import { unreadable } from '../refusals/unreadable.ts';
import { roomFor } from '../model/run-memory.ts';
import { createSegmentReader } from '../passages/segment-reader.ts';
import { weightsSha256 } from '../store/manifest.ts';
import { withTextHabits } from '../text/text-habits.ts';
import { TextTokenizer } from '../text/tokenizer.ts';
import { HeldFiles, type HeldFilesReport } from './held-files.ts';
import { about, modelFileBytes, readModelFile } from './model-file.ts';
import type { Checkpoint } from './checkpoint.ts';
import { modelPaths, type ModelPaths } from './model-folder.ts';
import { checkpointAt, exportOnDisk } from './model-on-disk.ts';
import { openNodeDecoder, openNodeLens } from './node-decoder.ts';

/** Tokens a pass: the CPU computes any number right, and this many keep memory small. */
const NODE_CHUNK_TOKENS = 128;

/** Tokens of a pass that holds many short texts: each token costs least here (docs/decisions/0014). */
const NODE_SET_TOKENS = 512;

/** The chat template, where it lies in a file of its own. */
const TEMPLATE = 'chat_template.jinja';

/** How text becomes tokens. */
const TOKENIZER = 'tokenizer.json';

/** The model's sizes. */
const CONFIG = 'config.json';

/** What float32 PyTorch computes on the same weights, where a model ships with it. */
const REFERENCE = 'reference.json';

/** What the commands read with. */
export interface NodeEngine {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  readonly endTokens: readonly number[];
  readonly chunkTokens: number;
  /** Tokens of a pass over prompt sets. */
  readonly setTokens: number;
  /** Bytes of all weights as they lie in their files. */
  readonly weightBytes: number;
  readonly cacheBytesPerToken: number;
  /** What the numbers check holds it to: the reference that is given or lies in the folder; of 16-bit models without one a float32 pass. */
  readonly numbers: (given?: {
    readonly file: string;
    readonly bytes: Uint8Array;
  }) => Promise<Pick<NumbersCheckParts, 'reference' | 'texts' | 'against' | 'untouched' | 'rounds' | 'limits'>>;
  /** What quantising its weights on the way changed; null where they are kept as they are. */
  readonly rounding: WeightRounding | null;
  /** The hashes that the files were held to until now. */
  readonly files: () => HeldFilesReport;
  /** The lens; the caller's to dispose of. */
  readonly openLens: () => Promise<LensHead>;
  /** A second decoder of the same files, whose stream can be steered and edited; the caller's to dispose of. */
  readonly openEditor: () => Promise<Decoder>;
  dispose(): Promise<void>;
}

/**
 * How a model is opened: `kept` says in how many bits the weights of safetensors are kept, `editing` is for steering its stream,
 * `everyListedFile` holds also those files to their hashes that are not read.
 */
export interface NodeEngineOptions {
  readonly kept?: KeptBits;
  readonly editing?: boolean;
  readonly everyListedFile?: boolean;
  /** Files held to their hashes so far, and in all; may throw to stop. */
  readonly onHeld?: (done: number, total: number) => void;
}

/**
 * Opens a model: the folder of an ONNX graph or the graph itself, a GGUF file, or a safetensors folder. Every file that is read is held to
 * the hashes that lie with it first: those of graph and weights are taken anyway, for the identity. Throws model errors that name the file.
 */
export async function openNodeEngine(
  modelDir: string,
  { kept, editing = false, everyListedFile = false, onHeld }: NodeEngineOptions = {},
): Promise<NodeEngine> {
  const checkpoint = checkpointAt(modelDir, kept);
  const paths = checkpoint === null ? modelPaths(modelDir) : placesOf(checkpoint);
  const { graph, folder, id, beside } = paths;
  const disk = checkpoint ?? exportOnDisk(paths);
  const held = await HeldFiles.of(folder);
  if (everyListedFile) await held.everyListed(onHeld);
  const bytesOf = async (name: string): Promise<Buffer> => {
    await held.sha256(beside(name));
    return readModelFile(beside(name));
  };
  const text = async (name: string): Promise<string> => (await bytesOf(name)).toString('utf8');
  const textIfThere = async (name: string): Promise<string | null> => (existsSync(beside(name)) ? text(name) : null);
  const { weights, shape } =
    checkpoint === null
      ? await lookInto(graph, held, () => textIfThere(CONFIG))
      : await lookIntoBuilt(checkpoint, held);
  const besideGguf = checkpoint?.needsTokenizer === true ? await textIfThere(TOKENIZER) : null;
  const own = checkpoint?.tokenizer?.(besideGguf) ?? null;
  const settings = own?.config ?? (await text('tokenizer_config.json'));
  const template = own === null ? await textIfThere(TEMPLATE) : null;
  const tokens = own?.tokenizer ?? (await text(TOKENIZER));
  const tokenizer = about(
    own === null || besideGguf !== null ? beside(TOKENIZER) : graph,
    () => new TextTokenizer(tokens, template === null ? settings : withTemplate(settings, TEMPLATE, template)),
  );
  const generation = own === null ? await textIfThere('generation_config.json') : null;
  const sizes = own === null ? await text(CONFIG) : null;
  const stated = sizes === null ? await disk.config() : about(beside(CONFIG), () => parseModelConfig(sizes));
  const config = generation === null ? stated : about(beside(CONFIG), () => withGenerationConfig(stated, generation));
  if (checkpoint !== null) about(beside(TOKENIZER), () => tokenizer.assertWithin(config.vocabulary));
  const decoder = await openNodeDecoder(disk, { hooked: true, editing });
  const { layerCount, hidden } = decoder.sizes;
  const model = withTextHabits(
    withDtype(
      { id, weightsSha256: weights, ...containedIn(checkpoint), layerCount, hidden },
      checkpoint === null ? graph : BUILT_GRAPH,
      shape.numbers,
    ),
    tokenizer,
  );
  return {
    decoder,
    tokenizer,
    model,
    endTokens: config.endTokens,
    chunkTokens: NODE_CHUNK_TOKENS,
    setTokens: NODE_SET_TOKENS,
    weightBytes: shape.weightBytes,
    cacheBytesPerToken: cacheBytesPerToken(shape),
    rounding: checkpoint?.rounding() ?? null,
    numbers: async (given) => {
      const limits = limitsOf(decoder.activations);
      const start = (words: string): readonly number[] => tokenizer.start(words);
      const parts = {
        limits,
        texts: ownTexts(start),
        rounds: shape.rounds,
        untouched: () => openNodeDecoder(disk, { hooked: false }),
      };
      if (given !== undefined)
        return { ...parts, reference: givenReference(given.bytes, given.file, decoder.sizes, start), against: 'given' };
      if (checkpoint === null && existsSync(beside(REFERENCE))) {
        const reference = shippedReference(
          await text(REFERENCE),
          await bytesOf('reference.safetensors'),
          decoder.sizes,
        );
        return { ...parts, reference, against: 'shipped' };
      }
      // In float32 that pass would be this one again.
      if (decoder.activations === 'float32') return { ...parts, reference: [], against: 'none' };
      const float32 = await openNodeDecoder(disk, { hooked: true, float32: true });
      try {
        return {
          ...parts,
          reference: await ownReference(float32, start, limits.logits, () => undefined),
          against: 'processor',
        };
      } finally {
        await float32.dispose();
      }
    },
    files: () => held.report(),
    openLens: () => openNodeLens(disk, decoder.sizes),
    openEditor: () => openNodeDecoder(disk, { hooked: true, editing: true }),
    dispose: () => decoder.dispose(),
  };
}

/**
 * Opens a model folder for training and judging. Where `memory` is given, a pass is as large as fits beside what the caller
 * holds; throws `memory-short` with the numbers where none does.
 */
export async function openNodeReader(
  modelDir: string,
  memory?: { readonly available: number; readonly besides: number },
  kept?: KeptBits,
): Promise<SegmentReader & Partial<Pick<NodeEngine, 'rounding'>> & { dispose(): Promise<void> }> {
  const engine = await openNodeEngine(modelDir, { ...(kept && { kept }) });
  try {
    const model = { ...engine, sizes: engine.decoder.sizes, besides: memory?.besides ?? 0 };
    const { setTokens } = memory === undefined ? engine : roomFor(model, false, memory.available);
    const { rounding } = engine;
    return { ...createSegmentReader({ ...engine, setTokens }), rounding, dispose: () => engine.dispose() };
  } catch (thrown) {
    await engine.dispose();
    throw thrown;
  }
}

/**
 * What the graph is, and the identity of the weights: the same number that the page computes from the model's manifest.
 * A graph that cannot be read is
 * refused before its weights are. Throws `model-node-missing`, `model-file-altered` and `model-fetch-failed`, naming the file.
 */
async function lookInto(
  graphPath: string,
  held: HeldFiles,
  config: () => Promise<string | null>,
): Promise<{ readonly weights: string; readonly shape: DecoderShape }> {
  const hashes = [{ role: 'graph' as 'graph' | 'weights', sha256: await held.sha256(graphPath) }];
  const stock = await readModelFile(graphPath);
  const shape = await readable(graphPath, stock, config);
  const ends = about(graphPath, () => weightEnds(parseModel(stock).weights));
  for (const name of [...ends.keys()].sort(byWeightOrder)) {
    const path = join(dirname(graphPath), name);
    const sha256 = await held.sha256(path);
    assertWhole(path, modelFileBytes(path), ends.get(name) ?? 0);
    hashes.push({ role: 'weights', sha256 });
  }
  return { weights: weightsSha256(hashes), shape };
}

/** The same of a checkpoint, whose identity is that of its files. */
async function lookIntoBuilt(
  { path, files, graph, kept }: Checkpoint,
  held: HeldFiles,
): Promise<{ readonly weights: string; readonly shape: DecoderShape }> {
  const hashes: { readonly role: 'weights'; readonly sha256: string }[] = [];
  for (const file of files) hashes.push({ role: 'weights', sha256: await held.sha256(file) });
  const shape = await readable(path, await graph(), () => Promise.resolve(null));
  return { weights: weightsSha256(hashes, kept), shape };
}

/** What a checkpoint adds to a model's identity. */
function containedIn(checkpoint: Checkpoint | null): Pick<ModelIdentity, 'container' | 'adapter'> {
  if (checkpoint === null) return {};
  const { container, adapter } = checkpoint;
  return { container, ...(adapter !== null && { adapter: adapter.slice(0, 100) }) };
}

/** Where the files of a checkpoint lie. */
function placesOf({ path, folder, id }: Checkpoint): ModelPaths {
  return { graph: path, folder, id, beside: (name) => join(folder, name) };
}

/** The shape of a graph that can be rewritten. */
async function readable(path: string, stock: Uint8Array, config: () => Promise<string | null>): Promise<DecoderShape> {
  try {
    return hookDecoder(stock);
  } catch (thrown) {
    const why = unreadable(thrown, await config().catch(() => null), stock);
    return about(path, (): never => {
      throw why;
    });
  }
}

function assertWhole(path: string, bytes: number, needed: number): void {
  if (bytes >= needed) return;
  throw new AppError(
    'model-file-altered',
    `${path} is cut off: the graph takes weights from ${needed.toLocaleString('en')} bytes of it, and it has ${bytes.toLocaleString('en')}. Get it again from where the model came from.`,
    { path, bytes, needed },
  );
}
