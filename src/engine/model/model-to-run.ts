/** The sizes of a model before its weights are fetched: by its graph or the heads of its files, else by their bytes and its config. */
import { AppError } from '../../base/errors.ts';
import { isCheckpoint } from '../../models/checkpoint/checkpoint-offers.ts';
import type { LoadProgress } from '../../models/engine-report.ts';
import type { ModelSource } from '../../models/model-source.ts';
import type { ModelToRun } from '../../models/model-to-run.ts';
import { describeDecoder } from '../../graph/decoder-shape.ts';
import { openHeads } from '../store/open-heads.ts';
import { loadModelFiles } from '../store/load.ts';
import type { ResolvedModel } from '../store/model-source.ts';
import { estimateNeeds } from './config-estimate.ts';
import { fileAt, textOf } from './model-files.ts';
import { checkpointToRun, filesToRun, graphToRun } from './model-size.ts';

/** Graphs with their weights in them are not fetched to be looked at. */
const LARGEST_GRAPH_BYTES = 8 << 20;

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
  return { model, toRun: filesToRun(manifest.files, layers ?? 0) };
}

/** By the graph or the heads; null where the graph is too large to be looked into. */
async function lookedInto(model: ResolvedModel, how: Looking): Promise<ModelToRun | null> {
  const { manifest } = model;
  if (isCheckpoint(manifest)) return checkpointToRun(await openHeads(model, how));
  const graph = manifest.files.find(({ role }) => role === 'graph');
  if (graph === undefined || graph.bytes > LARGEST_GRAPH_BYTES) return null;
  const { files } = await loadModelFiles(model, { ...how, roles: ['graph'] });
  return graphToRun(describeDecoder(fileAt({ manifest, files }, graph.path)));
}

/** Layers as the model's config.json says. Throws where there is none. */
async function statedLayers(model: ResolvedModel, how: Looking): Promise<number> {
  const { manifest } = model;
  const { files } = await loadModelFiles(model, { ...how, roles: ['config'] });
  return estimateNeeds(textOf({ manifest, files }, 'config'), '').layerCount;
}

/** Null for whatever is wrong: loading meets it too, and reports it. Throws `cancelled` alone. */
async function unlessWrong<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (thrown) {
    if (AppError.from(thrown).code === 'cancelled') throw thrown;
    return null;
  }
}
