/** Opens a model folder on onnxruntime-node (CPU): what the `flipside` command and the tests read with. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../../base/errors.ts';
import { hookDecoder, type HookedDecoder } from '../../graph/decoder-hooks.ts';
import { inFloat32 } from '../../graph/float32-graph.ts';
import { parseModel } from '../../graph/graph.ts';
import { lensGraph } from '../../graph/lens-graph.ts';
import { withForms } from '../../graph/products/forms.ts';
import type { ProductForm } from '../../models/product-forms.ts';
import type { Decoder, DecoderSizes } from '../decoder.ts';
import type { LensHead } from '../lens/lens-head.ts';
import type { ModelConfig } from '../model/model-config.ts';
import { createCpuLens } from '../ort/cpu-lens.ts';
import { createGrowingCache } from '../ort/growing-cache.ts';
import { createStaticCpuCaches, IN_PLACE } from '../ort/static-cpu-cache.ts';
import { createEditFeeds } from '../ort/edit-feeds.ts';
import { fetchFromCpu } from '../ort/fetch.ts';
import {
  assertRunsOnCpu,
  explainPass,
  externalData,
  SESSION_SETTINGS,
  untouched,
  type DecoderFiles,
} from '../ort/opening.ts';
import { createOrtDecoder } from '../ort/ort-decoder.ts';
import { sampleOn } from '../ort/product-sample.ts';
import { steeringOnCpu } from '../ort/steering-feeds.ts';
import { formBy, proveProducts, type FormsOffered } from '../proofs/product-proof.ts';
import type { ModelOnDisk } from './disk-model.ts';
import { about } from './model-file.ts';
import { modelOnDisk } from './model-on-disk.ts';

/** How a decoder is opened. */
export interface NodeOptions {
  /** False loads the graph as it is, for comparing logits. */
  readonly hooked: boolean;
  /** Whether its stream can be changed token by token. */
  readonly editing?: boolean;
  /** Whether it computes in float32 whatever it was exported in. */
  readonly float32?: boolean;
  /**
   * How its packed products are computed; left out, a trial chooses for a decoder that is read with, and one that
   * others are held to stays as it is.
   */
  readonly products?: ProductForm;
}

/** Forms that onnxruntime-node may gain by: it has a fast kernel for 4 bits, and none for 8 whose activations are not rounded. */
const OFFERED: FormsOffered = { 4: [], 8: ['split'] };

/** Opens the lens of a model, with weights of its own. Throws model errors that name the file, or `model-node-missing`. */
export async function openNodeLens(model: ModelOnDisk, sizes: DecoderSizes): Promise<LensHead> {
  const files = await readModel(model, lensGraph);
  const session = await openSession(await inFastForms(files), files.path);
  return createCpuLens({ session, Tensor, sizes, pause: () => Promise.resolve() });
}

/** Opens the decoder of a model, or of what lies at a path. Throws model errors that name the file, or `model-node-missing`. */
export async function openNodeDecoder(
  model: ModelOnDisk | string,
  options: NodeOptions = { hooked: true },
): Promise<Decoder> {
  const found = typeof model === 'string' ? modelOnDisk(model) : model;
  const config = await found.config();
  const { path, ...files } = await readModel(found, (stock) => rewritten(stock, options));
  return decoderOn(await openSession(await inForms(files, options), path), files.cut, config);
}

/** Opens a decoder whose files have been read; `name` is what errors call it. */
export async function openNodeFiles(
  { graph, weights, config }: DecoderFiles,
  options: NodeOptions,
  name: string,
): Promise<OpenedNodeDecoder> {
  const cut = rewritten(graph, options);
  const lens = async (): Promise<InferenceSession> =>
    openSession(await inFastForms({ cut: lensGraph(graph), weights }), name);
  const openLens = async (): Promise<LensHead> =>
    createCpuLens({
      session: await lens(),
      Tensor,
      sizes: { ...config, layerCount: cut.layerCount },
      pause: () => Promise.resolve(),
    });
  return {
    decoder: decoderOn(await openSession(await inForms({ cut, weights }, options), name), cut, config),
    shape: cut,
    openLens,
  };
}

/** Opens a graph that has been rewritten, with the weights of its files, its products as they are. */
export async function openNodeGraph(
  cut: HookedDecoder,
  { weights, config }: Omit<DecoderFiles, 'graph'>,
  name: string,
): Promise<Decoder> {
  return decoderOn(await openSession({ cut, weights }, name), cut, config);
}

/** An open decoder, and what its graph is. */
export interface OpenedNodeDecoder {
  readonly decoder: Decoder;
  readonly shape: HookedDecoder;
  /** Opens the lens of the same files; the caller's to dispose of. */
  openLens(): Promise<LensHead>;
}

function rewritten(stock: Uint8Array, { hooked, editing, float32 }: NodeOptions): HookedDecoder {
  const graph = hooked
    ? hookDecoder(stock, { branching: true, lengths: false, editing: editing === true })
    : untouched(stock);
  assertRunsOnCpu(graph);
  return float32 === true ? inFloat32(graph) : graph;
}

function decoderOn(session: InferenceSession, graph: HookedDecoder, config: ModelConfig): Decoder {
  const sizes = { ...config, layerCount: graph.layerCount };
  return createOrtDecoder({
    session,
    Tensor,
    sizes,
    graph,
    steering: graph.steering ? steeringOnCpu(Tensor, sizes, graph.steeringType) : null,
    editing: graph.editing ? createEditFeeds(Tensor, sizes) : null,
    caches:
      graph.streams.length > 0 ? createStaticCpuCaches(Tensor, graph, IN_PLACE) : createGrowingCache(Tensor, graph),
    fetch: fetchFromCpu,
    rowless: true,
    project: null,
    overlaps: false,
    explain: (thrown) => Promise.resolve(explained(thrown, sizes)),
  });
}

/** A graph with the weight files that it needs. */
interface CutGraph<
  T extends Pick<HookedDecoder, 'graph' | 'weightFiles'> = Pick<HookedDecoder, 'graph' | 'weightFiles'>,
> {
  readonly cut: T;
  readonly weights: ReadonlyMap<string, Uint8Array>;
}

/** A graph with its products in the form that is asked for. */
async function inForms(files: CutGraph, { hooked, float32, products }: NodeOptions): Promise<CutGraph> {
  if (products !== undefined) return formed(files, () => products);
  return hooked && float32 !== true ? inFastForms(files) : files;
}

/** A graph with its products in the forms that a trial finds right and fast here. */
async function inFastForms(files: CutGraph): Promise<CutGraph> {
  const trials = await proveProducts(files.cut.graph, files.weights, OFFERED, async (graph, weights) =>
    sampleOn(await openSession({ cut: { graph, weightFiles: [...weights.keys()] }, weights }, 'a product'), Tensor),
  );
  return formed(files, formBy(trials));
}

function formed({ cut, weights }: CutGraph, formOf: Parameters<typeof withForms>[2]): CutGraph {
  const { graph, weightFiles, made } = withForms(cut.graph, weights, formOf);
  if (made === null) return { cut, weights };
  return {
    cut: { graph, weightFiles: [...weightFiles, made.file] },
    weights: new Map([...weights, [made.file, made.whole()]]),
  };
}

/** The graph of a model, cut or rewritten, with the weight files that it then needs. */
async function readModel<T extends Pick<HookedDecoder, 'graph' | 'weightFiles'>>(
  model: ModelOnDisk,
  cutting: (stock: Uint8Array) => T,
): Promise<CutGraph<T> & { readonly path: string }> {
  const { path } = model;
  const stock = await model.graph();
  const cut = about(path, () => cutting(stock));
  const wanted = new Set(parseModel(cut.graph).weights.map(({ name }) => name));
  const weights = await Promise.all(
    cut.weightFiles.map(async (file) => [file, await model.weights(file, wanted)] as const),
  );
  return { cut, weights: new Map(weights), path };
}

async function openSession({ cut, weights }: CutGraph, path: string): Promise<InferenceSession> {
  const data = externalData({ weights }, cut);
  try {
    return await InferenceSession.create(cut.graph, {
      externalData: data,
      logSeverityLevel: 3,
      extra: { session: { ...SESSION_SETTINGS, intra_op: { allow_spinning: '0' } } },
    } as InferenceSession.SessionOptions);
  } catch (thrown) {
    throw new AppError(
      'model-session-failed',
      `onnxruntime could not open ${path}: ${wordsOf(thrown)}. Hold its files to their hashes with "flipside verify", or pick another export.`,
      { path },
      thrown,
    );
  }
}

/** Sizes that the graph does not have come from a `config.json` of another model; everything else is reported as it is. */
function explained(thrown: unknown, { hidden, vocabulary }: ModelConfig): AppError {
  if (thrown instanceof AppError || !/invalid dimensions for input/i.test(wordsOf(thrown))) return explainPass(thrown);
  return new AppError(
    'model-manifest-invalid',
    `config.json does not belong to this graph: by it a token has ${hidden} numbers and there are ${vocabulary} tokens, and onnxruntime refuses a pass: ${wordsOf(thrown).replace(/\s+/g, ' ')}. Get both files again from where the model came from.`,
    { hidden, vocabulary },
    thrown,
  );
}

const wordsOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).trim().replace(/\.$/, '');
