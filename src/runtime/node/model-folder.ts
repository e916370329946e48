/** Where the files of a model lie on disk: in a folder with one variant or several, or beside a graph that is named itself. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { dtypeNamed, dtypeOfGraph } from '../../core/model-dtype.ts';
import { offersOf, type ListedFile } from '../../core/model-offer.ts';

/** Path of the graph inside a model folder of which nothing else is known. */
export const GRAPH_PATH = 'onnx/model_q4.onnx';

/** Folders within a model's folder are looked into so deep. */
const DEEPEST = 3;

/** The paths of one model. */
export interface ModelPaths {
  readonly graph: string;
  /** The folder's name; of several variants in it, with the variant's. */
  readonly id: string;
  /** A file beside the graph or in the folder above it, where it is; else where it should be. */
  beside(name: string): string;
}

/** Finds a model in a folder, or by its graph (a path that ends in `.onnx`). Of several variants `q4` is taken, or else the smallest. What is not there is told by whoever reads it. */
export function modelPaths(where: string): ModelPaths {
  if (where.endsWith('.onnx')) {
    const graph = resolve(where);
    const folder = basename(dirname(graph)) === 'onnx' ? dirname(dirname(graph)) : dirname(graph);
    return pathsOf(graph, variantsIn(folder).length > 1 ? `${basename(folder)}-${dtypeOfGraph(graph) ?? basename(graph, '.onnx')}` : basename(folder));
  }
  const folder = resolve(where);
  const variants = variantsIn(folder);
  const chosen = variants.length === 1 ? variants[0] : (variants.find(({ dtype }) => dtype === 'q4') ?? variants[0]);
  if (chosen === undefined) return pathsOf(join(folder, GRAPH_PATH), basename(folder));
  return pathsOf(chosen.graph, variants.length === 1 ? basename(folder) : `${basename(folder)}-${chosen.dtype}`);
}

/** The graph of a variant in a folder. Throws `model-variant-missing`, naming those that there are. */
export function graphOfType(folder: string, dtype: string): string {
  const variants = variantsIn(resolve(folder));
  const found = variants.find((variant) => variant.dtype === dtypeNamed(dtype));
  if (found !== undefined) return found.graph;
  const there = variants.length === 0 ? 'it holds no graph by the name of model.onnx, model_q4.onnx and the like' : `there are ${variants.map((variant) => variant.dtype).join(', ')}`;
  throw new AppError('model-variant-missing', `${folder} has no variant "${dtype}": ${there}. Pick another with --dtype.`, { folder, dtype });
}

function variantsIn(folder: string): readonly { readonly dtype: string; readonly graph: string }[] {
  return offersOf(filesIn(folder, folder, DEEPEST)).map(({ dtype, files }) => ({ dtype, graph: join(folder, files[0]?.path ?? '') }));
}

function filesIn(root: string, folder: string, deeper: number): readonly ListedFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name): readonly ListedFile[] => {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) return deeper === 0 ? [] : filesIn(root, path, deeper - 1);
    return stat === undefined ? [] : [{ path: relative(root, path).replaceAll('\\', '/'), bytes: stat.size, sha256: null, gitBlob: null }];
  });
}

function pathsOf(graph: string, id: string): ModelPaths {
  const places = [dirname(graph), dirname(dirname(graph))];
  const usual = basename(dirname(graph)) === 'onnx' ? places[1] : places[0];
  return { graph, id, beside: (name) => places.map((place) => join(place, name)).find(existsSync) ?? join(usual ?? '', name) };
}
