/** The sizes of a model before its weights are fetched: by its graph or the heads of its files, else by their bytes and its config. */
import { AppError } from '../../base/errors.ts';
import { isCheckpoint } from '../../models/checkpoint/checkpoint-offers.ts';
import type { LoadProgress } from '../../models/engine-report.ts';
import { dtypeOfGraph } from '../../models/model-dtype.ts';
import type { ModelSource } from '../../models/model-source.ts';
import { describeDecoder, type DecoderShape } from '../../graph/decoder-shape.ts';
import type { WeightNumbers } from '../../graph/weight-numbers.ts';
import { needsOf } from '../capability/probe-gpu.ts';
import type { ModelToRun } from '../capability/try-device.ts';
import type { OpenedCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { roomForUnpacked } from '../ort/web-products.ts';
import { openHeads } from '../store/open-heads.ts';
import { loadModelFiles } from '../store/load.ts';
import type { ManifestFile, ModelManifest } from '../store/manifest.ts';
import type { ResolvedModel } from '../store/model-source.ts';
import { estimateNeeds } from './config-estimate.ts';
import { fileAt, textOf } from './model-files.ts';

/** Graphs with their weights in them are not fetched to be looked at. */
const LARGEST_GRAPH_BYTES = 8 << 20;

/** Bits of a weight with its share of scales and zero points: blocks of 32, as exporters make them. */
const BITS: Readonly<Record<WeightNumbers, number>> = { q4: 5, q4f16: 4.5, q8: 9, fp16: 16, fp32: 32 };

/** Layers of a model that does not say how many it has: about what small language models have. */
const USUAL_LAYERS = 28;

/** How to look. */
interface Looking {
  readonly hosts: readonly string[];
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Looks into what is to be loaded. Its graph, or what says what its checkpoint is, is fetched and kept as any file of a model is; of
 * weights only the heads are read. Throws what resolving does, and `cancelled`; what else is wrong is left for the loading to tell.
 */
export async function modelToRun(
  source: ModelSource,
  how: Looking,
): Promise<{ readonly model: ResolvedModel; readonly toRun: ModelToRun }> {
  const onProgress = (progress: LoadProgress): void => {
    if (progress.phase === 'hashing') how.onProgress(progress);
  };
  const looking = { ...how, onProgress };
  const { model, manifest } = await loadModelFiles(source, { ...looking, roles: [] });
  const found = await unlessWrong(() => lookedInto(model, looking));
  if (found !== null) return { model, toRun: found };
  const layers = await unlessWrong(() => statedLayers(model, looking));
  return { model, toRun: { size: bySize(manifest, layers ?? 0), needs: {} } };
}

/** What a checkpoint takes, by its heads: the graph that is built of it says in how many bits its weights are multiplied. */
function checkpointToRun({ graph, about }: Pick<OpenedCheckpoint, 'graph' | 'about'>): ModelToRun {
  return toRun(describeDecoder(graph), about.parameters);
}

/** The same of a graph, whose weights are counted by their bytes. */
function graphToRun(graph: Uint8Array): ModelToRun {
  const shape = describeDecoder(graph);
  return toRun(shape, (8 * shape.weightBytes) / BITS[shape.numbers]);
}

function toRun(shape: DecoderShape, weights: number): ModelToRun {
  return { size: sized(shape.layerCount, weights, BITS[shape.numbers]), needs: needsOf(shape) };
}

/** By the graph or the heads; null where the graph is too large to be looked into. */
async function lookedInto(model: ResolvedModel, how: Looking): Promise<ModelToRun | null> {
  const { manifest } = model;
  if (isCheckpoint(manifest)) return checkpointToRun(await openHeads(model, how));
  const graph = manifest.files.find(({ role }) => role === 'graph');
  if (graph === undefined || graph.bytes > LARGEST_GRAPH_BYTES) return null;
  const { files } = await loadModelFiles(model, { ...how, roles: ['graph'] });
  return graphToRun(fileAt({ manifest, files }, graph.path));
}

/** Layers as the model's config.json says. Throws where there is none. */
async function statedLayers(model: ResolvedModel, how: Looking): Promise<number> {
  const { manifest } = model;
  const { files } = await loadModelFiles(model, { ...how, roles: ['config'] });
  return estimateNeeds(textOf({ manifest, files }, 'config'), '').layerCount;
}

/** By the bytes of the files that hold weights, in the numbers that the graph's name says. */
function bySize({ files }: ModelManifest, layers: number): ModelToRun['size'] {
  const heavy = files.filter(({ role }) => ['graph', 'weights', 'checkpoint'].includes(role));
  const bits = BITS[numbersNamed(heavy)];
  return sized(layers || USUAL_LAYERS, (8 * heavy.reduce((sum, file) => sum + file.bytes, 0)) / bits, bits);
}

/** Checkpoints that cannot be looked into are mostly of 16 bits, other graphs of 4. */
function numbersNamed(files: readonly Pick<ManifestFile, 'path' | 'role'>[]): WeightNumbers {
  if (files.some(({ role }) => role === 'checkpoint')) return 'fp16';
  const named = dtypeOfGraph(files.find(({ role }) => role === 'graph')?.path ?? '') ?? '';
  if (named === 'int8' || named === 'uint8') return 'q8';
  return Object.hasOwn(BITS, named) ? (named as WeightNumbers) : 'q4';
}

const sized = (layers: number, weights: number, bits: number): ModelToRun['size'] => ({
  layers,
  weights,
  bits,
  unpacked: 4 * weights <= roomForUnpacked(),
});

/** Null for whatever is wrong: loading meets it too, and reports it. Throws `cancelled` alone. */
async function unlessWrong<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (thrown) {
    if (AppError.from(thrown).code === 'cancelled') throw thrown;
    return null;
  }
}
