/** Opens a model folder on onnxruntime-node (CPU): what the `flipside` command and the tests read with. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../../core/errors.ts';
import { tapDecoder, type TappedDecoder } from '../../onnx/decoder-taps.ts';
import { lensGraph } from '../../onnx/lens-graph.ts';
import type { Decoder, DecoderSizes } from '../decoder.ts';
import type { LensHead } from '../lens-head.ts';
import { parseModelConfig } from '../model-config.ts';
import { createCpuLens } from '../ort/cpu-lens.ts';
import { createGrowingCache } from '../ort/growing-cache.ts';
import { createEditFeeds } from '../ort/edit-feeds.ts';
import { fetchFromCpu } from '../ort/fetch.ts';
import { untouched } from '../ort/opening.ts';
import { createOrtDecoder } from '../ort/ort-decoder.ts';
import { steeringOnCpu } from '../ort/steering-feeds.ts';

/** Path of the graph inside a model folder. */
export const GRAPH_PATH = 'onnx/model_q4.onnx';

/** Opens the lens of the model in `modelDir`, with weights of its own. Throws model errors that name the file, or `model-node-missing`. */
export async function openNodeLens(modelDir: string, sizes: DecoderSizes): Promise<LensHead> {
  const graphPath = resolve(modelDir, GRAPH_PATH);
  const session = await openSession(modelDir, graphPath, lensGraph(await readModelFile(graphPath)));
  return createCpuLens({ session, Tensor, sizes, pause: () => Promise.resolve() });
}

/** Opens the decoder in `modelDir`. `tapped: false` loads the graph as it is, for comparing logits; `editing` one whose stream can be changed. */
export async function openNodeDecoder(modelDir: string, options: { readonly tapped: boolean; readonly editing?: boolean } = { tapped: true }): Promise<Decoder> {
  const graphPath = resolve(modelDir, GRAPH_PATH);
  const stock = await readModelFile(graphPath);
  const config = parseModelConfig((await readModelFile(join(modelDir, 'config.json'))).toString('utf8'));
  const tapped = options.tapped ? tapDecoder(stock, { branching: true, lengths: false, editing: options.editing === true }) : untouched(stock);
  const session = await openSession(modelDir, graphPath, tapped);
  const sizes = { ...config, layerCount: tapped.layerCount };
  return createOrtDecoder({
    session,
    Tensor,
    sizes,
    taps: tapped.taps,
    branching: tapped.branching,
    steering: tapped.steering ? steeringOnCpu(Tensor, sizes) : null,
    editing: tapped.editing ? createEditFeeds(Tensor, sizes) : null,
    caches: createGrowingCache(Tensor, tapped),
    fetch: fetchFromCpu,
    project: null,
    overlaps: false,
    explain: (thrown) => Promise.resolve(AppError.from(thrown)),
  });
}

async function openSession(modelDir: string, graphPath: string, { graph, weightFiles }: Pick<TappedDecoder, 'graph' | 'weightFiles'>): Promise<InferenceSession> {
  const externalData = await Promise.all(weightFiles.map(async (path) => ({ path, data: await readModelFile(join(modelDir, 'onnx', path)) })));
  try {
    return await InferenceSession.create(graph, { externalData, logSeverityLevel: 3, extra: { session: { intra_op: { allow_spinning: '0' } } } } as InferenceSession.SessionOptions);
  } catch (thrown) {
    throw new AppError('model-session-failed', `onnxruntime could not open ${graphPath}: ${String(thrown)}`, { path: graphPath }, thrown);
  }
}

/** Reads a file of a model folder; a missing one is named. */
export async function readModelFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    throw new AppError('model-fetch-failed', `Cannot read ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}. Point --model at a model folder.`, { path }, thrown);
  }
}
