/** The sizes of a model before its weights are fetched: by its graph where that is small and apart, else by the bytes of its files. */
import { AppError } from '../../base/errors.ts';
import type { LoadProgress } from '../../models/engine-report.ts';
import type { ModelSource } from '../../models/model-source.ts';
import { describeDecoder } from '../../graph/decoder-shape.ts';
import type { WeightNumbers } from '../../graph/weight-numbers.ts';
import { needsOf } from '../capability/probe-gpu.ts';
import type { ModelToRun } from '../capability/try-device.ts';
import { roomForUnpacked } from '../ort/web-products.ts';
import { loadModelFiles } from '../store/load.ts';
import type { ResolvedModel } from '../store/model-source.ts';
import { fileAt } from './model-files.ts';

/** Graphs with their weights in them are not fetched to be looked at. */
const LARGEST_GRAPH_BYTES = 8 << 20;

/** Bits of a weight with its share of scales and zero points: blocks of 32, as exporters make them. */
const BITS: Readonly<Record<WeightNumbers, number>> = { q4: 5, q4f16: 4.5, q8: 9, fp16: 16, fp32: 32 };

/** Layers of a model that does not say how many it has: about what small language models have. */
const USUAL_LAYERS = 28;

/**
 * Looks into what is to be loaded; its graph is fetched and kept as any file of a model is. Throws what resolving does, and `cancelled`;
 * what is wrong with the graph is left for the loading to tell.
 */
export async function modelToRun(
  source: ModelSource,
  how: {
    readonly hosts: readonly string[];
    readonly onProgress: (progress: LoadProgress) => void;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly model: ResolvedModel; readonly toRun: ModelToRun }> {
  const onProgress = (progress: LoadProgress): void => {
    if (progress.phase === 'hashing') how.onProgress(progress);
  };
  const { model, manifest } = await loadModelFiles(source, { ...how, onProgress, roles: [] });
  const graph = manifest.files.find(({ role }) => role === 'graph');
  if (graph !== undefined && graph.bytes <= LARGEST_GRAPH_BYTES)
    try {
      const { files } = await loadModelFiles(model, { ...how, onProgress, roles: ['graph'] });
      const shape = describeDecoder(fileAt({ manifest, files }, graph.path));
      const weights = (8 * shape.weightBytes) / BITS[shape.numbers];
      return { model, toRun: { size: sized(shape.layerCount, weights), needs: needsOf(shape) } };
    } catch (thrown) {
      if (AppError.from(thrown).code === 'cancelled') throw thrown;
    }
  const bytes = manifest.files
    .filter(({ role }) => ['graph', 'weights', 'checkpoint'].includes(role))
    .reduce((sum, file) => sum + file.bytes, 0);
  return { model, toRun: { size: sized(USUAL_LAYERS, (8 * bytes) / BITS.q4), needs: {} } };
}

const sized = (layers: number, weights: number): ModelToRun['size'] => ({
  layers,
  weights,
  unpacked: 4 * weights <= roomForUnpacked(),
});
