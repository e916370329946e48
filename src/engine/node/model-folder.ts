/** Where the files of a model lie on disk: in a folder with one variant or several, or beside a graph that is named itself. */
import { existsSync, readdirSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../base/errors.ts';
import { dtypeNamed, dtypeOfGraph } from '../../models/model-dtype.ts';
import { offersOf, type ListedFile, type ModelOffer } from '../../models/model-offer.ts';
import { preferredOffer } from '../../models/model-preference.ts';
import { checkpointWords } from '../refusals/checkpoint.ts';

/** Folders within a model's folder are looked into so deep. */
const DEEPEST = 3;

/** How many files a refusal names. */
const NAMED = 5;

/** Names that are looked for, as refusals give them. */
const LOOKED_FOR = 'model.onnx, model_q4.onnx, decoder_model_merged_fp16.onnx and the like';

const EMBEDDED = fileURLToPath(new URL('../../../public/models/smollm2-135m-instruct-q4', import.meta.url));

/** The paths of one model. */
export interface ModelPaths {
  readonly graph: string;
  /** The folder that holds the model: that of the graph, or the one above a folder `onnx`. */
  readonly folder: string;
  /** The folder's name; of several variants in it, with the variant's. */
  readonly id: string;
  /** A file beside the graph or in the folder above it, where it is; else where it should be. */
  beside(name: string): string;
}

/** The folder of the embedded model, from where the command runs or, outside of the repository, whole. */
export function embeddedFolder(): string {
  const path = relative(process.cwd(), EMBEDDED);
  return path.startsWith('..') ? EMBEDDED : path;
}

/**
 * Finds a model in a folder, or by its graph (a path that ends in `.onnx`). Of several variants `q4` is taken, or else the
 * smallest. Throws `model-fetch-failed` where there is no such folder, and `model-variant-missing` where it holds no graph.
 */
export function modelPaths(where: string): ModelPaths {
  if (isGraph(where)) {
    const graph = resolve(where);
    const folder = folderOf(graph);
    return pathsOf(
      graph,
      variantsOf(filesIn(folder)).length > 1
        ? `${basename(folder)}-${dtypeOfGraph(graph) ?? basename(graph, '.onnx')}`
        : basename(folder),
    );
  }
  const { folder, variants } = variantsIn(where);
  const chosen = preferredOffer(variants) ?? variants[0];
  const graph = join(folder, chosen?.path ?? '');
  return pathsOf(graph, variants.length === 1 ? basename(folder) : `${basename(folder)}-${chosen?.dtype ?? ''}`);
}

/**
 * The graph of a variant in a folder. Throws as {@link modelPaths} does, `model-variant-missing` with those that there
 * are, or `usage` for a graph that is named itself.
 */
export function graphOfType(where: string, dtype: string): string {
  if (isGraph(where) || where.endsWith('.gguf'))
    throw new AppError(
      'usage',
      `--dtype picks among the variants in a folder, and ${where} is one ${isGraph(where) ? 'graph' : 'model'}. Leave --dtype out, or give the folder.`,
      { where, dtype },
    );
  const { folder, variants } = variantsIn(where);
  const found = variants.find((variant) => variant.dtype === dtypeNamed(dtype));
  if (found !== undefined) return join(folder, found.path);
  throw new AppError(
    'model-variant-missing',
    `${where} has no variant "${dtype}": there are ${variants.map((variant) => variant.dtype).join(', ')}. Pick another with --dtype.`,
    { folder: where, dtype },
  );
}

/** Whether a path is a graph, or a folder that holds one by a name that is looked for. */
export function holdsGraph(where: string): boolean {
  const folder = resolve(where);
  return isGraph(where) || (statOf(folder)?.isDirectory() === true && variantsOf(filesIn(folder)).length > 0);
}

/** Whether a path is meant as a graph: also one that is not there, but no folder of such a name. */
function isGraph(where: string): boolean {
  return where.endsWith('.onnx') && statOf(resolve(where))?.isDirectory() !== true;
}

/** A variant, and the path of its graph from the model's folder. */
type Variant = ModelOffer & { readonly path: string };

/** The variants of a folder, one at least. */
function variantsIn(where: string): { readonly folder: string; readonly variants: readonly Variant[] } {
  const folder = resolve(where);
  const stat = statOf(folder);
  const wanted = `Point --model at the folder that holds config.json and the graph, such as the embedded ${embeddedFolder()}, at a graph itself (.onnx), or at a model in GGUF (.gguf).`;
  if (stat === undefined)
    throw new AppError('model-fetch-failed', `There is no folder ${where}. ${wanted}`, { path: folder });
  if (!stat.isDirectory())
    throw new AppError(
      'model-fetch-failed',
      checkpointWords([where]) ?? `${where} is a file, not the folder of a model. ${wanted}`,
      { path: folder },
    );
  const files = filesIn(folder);
  const variants = variantsOf(files);
  if (variants.length === 0)
    throw new AppError(
      'model-variant-missing',
      `${where} holds no graph by a name that is looked for: ${LOOKED_FOR}. ${foundInstead(
        where,
        files.map(({ path }) => path),
      )}`,
      { folder },
    );
  return { folder, variants };
}

function foundInstead(where: string, paths: readonly string[]): string {
  const graphs = paths.filter((path) => path.endsWith('.onnx'));
  const listed = (names: readonly string[]): string =>
    `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${String(names.length - NAMED)} more` : ''}`;
  if (graphs.length > 0)
    return `It holds ${listed(graphs)}: name the one that you mean, as in --model ${join(where, graphs[0] ?? '')}.`;
  const checkpoint = checkpointWords(paths);
  if (checkpoint !== null) return checkpoint;
  return `It holds ${paths.length === 0 ? 'no files' : listed(paths)}. Point --model at the folder of a model.`;
}

function variantsOf(files: readonly ListedFile[]): readonly Variant[] {
  return offersOf(files).map((offer) => ({ ...offer, path: offer.files[0]?.path ?? '' }));
}

/** What lies in a folder and some way below; links that lead nowhere and folders that may not be read are passed over. */
function filesIn(root: string, folder = root, deeper = DEEPEST): readonly ListedFile[] {
  return namesIn(folder).flatMap((name): readonly ListedFile[] => {
    const path = join(folder, name);
    const stat = statOf(path);
    if (stat?.isDirectory() === true) return deeper === 0 ? [] : filesIn(root, path, deeper - 1);
    return stat === undefined
      ? []
      : [{ path: relative(root, path).replaceAll('\\', '/'), bytes: stat.size, sha256: null, gitBlob: null }];
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** What lies at a path; undefined where nothing can be seen there. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** The folder of the model that a graph belongs to. */
function folderOf(graph: string): string {
  return basename(dirname(graph)) === 'onnx' ? dirname(dirname(graph)) : dirname(graph);
}

function pathsOf(graph: string, id: string): ModelPaths {
  const places = [dirname(graph), dirname(dirname(graph))];
  const folder = folderOf(graph);
  return {
    graph,
    folder,
    id,
    beside: (name) => places.map((place) => join(place, name)).find(existsSync) ?? join(folder, name),
  };
}
