/** Finds what a path on disk holds: an ONNX graph with its files, or a model as it is published, whose graph is built. */
import { dirname, join } from 'node:path';
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

/** A model as it is published, whose graph is built; null where `where` is an ONNX graph or its folder. */
export function checkpointAt(where: string): Checkpoint | null {
  if (isGguf(where)) return openGguf(where);
  if (isAdapterFolder(where)) return openAdapter(where);
  // In this order: the folder of an export is not walked only to learn that it holds no safetensors.
  return isSafetensorsFolder(where) && !holdsGraph(where) ? openSafetensors(where) : null;
}

/** The model at a path: a graph, the folder of one, a GGUF file or a safetensors folder. */
export function modelOnDisk(where: string): ModelOnDisk {
  return checkpointAt(where) ?? exportOnDisk(modelPaths(where));
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
