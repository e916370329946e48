/** Finds what a path on disk holds: an ONNX graph with its files, or a model as it is published, whose graph is built. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import type { KeptBits } from '../../models/checkpoint/kept-weights.ts';
import { parseModelConfig } from '../model/model-config.ts';
import {
  isAdapterFolder,
  isGguf,
  isSafetensorsFolder,
  openAdapter,
  openGguf,
  openSafetensors,
  type Checkpoint,
} from './checkpoint.ts';
import type { ModelOnDisk } from './disk-model.ts';
import { readModelFile } from './model-file.ts';
import { holdsGraph, modelPaths, type ModelPaths } from './model-folder.ts';

/**
 * A model as it is published, whose graph is built; null where `where` is an ONNX graph or its folder. With `kept` the weights of
 * safetensors are kept in so many bits; throws `usage` where the path holds weights of another kind, whose bits nobody chooses.
 */
export function checkpointAt(where: string, kept?: KeptBits): Checkpoint | null {
  if (isGguf(where)) return kept === undefined ? openGguf(where) : noChoice(where, 'a GGUF file', kept);
  if (isAdapterFolder(where)) return openAdapter(where, kept);
  // In this order: the folder of an export is not walked only to learn that it holds no safetensors.
  if (isSafetensorsFolder(where) && !holdsGraph(where)) return openSafetensors(where, { ...(kept && { kept }) });
  return kept === undefined || !existsSync(where) ? null : noChoice(where, 'an ONNX model', kept);
}

function noChoice(where: string, what: string, kept: KeptBits): never {
  throw new AppError(
    'usage',
    `--bits ${kept} says in how many bits the weights of safetensors are kept, and ${where} is ${what}, whose weights stay what they are. Leave --bits out.`,
    { where, kept },
  );
}

/** The model at a path: a graph, the folder of one, a GGUF file or a safetensors folder. Throws as {@link checkpointAt}. */
export function modelOnDisk(where: string, kept?: KeptBits): ModelOnDisk {
  return checkpointAt(where, kept) ?? exportOnDisk(modelPaths(where));
}

/** The model of an ONNX graph whose files have been found. */
export function exportOnDisk({ graph, beside }: Pick<ModelPaths, 'graph' | 'beside'>): ModelOnDisk {
  return {
    path: graph,
    graph: () => readModelFile(graph),
    weights: (file) => readModelFile(join(dirname(graph), file)),
    config: async () => parseModelConfig((await readModelFile(beside('config.json'))).toString('utf8')),
  };
}
