/**
 * What a list of files offers to load: the variants of a model by their graphs, each with all files that it needs, by the
 * names that exporters give them. Whether the list came from a host or from a folder makes no difference.
 */
import { folderOf } from '../base/file-path.ts';
import type { QuantisedBits } from './checkpoint/kept-weights.ts';
import { dtypeOfGraph } from './model-dtype.ts';

/** What a file of a model is for. */
export const FILE_ROLES = [
  'graph',
  'weights',
  'checkpoint',
  'checkpoint-index',
  'adapter',
  'adapter-config',
  'tokenizer',
  'tokenizer-config',
  'config',
  'generation-config',
  'chat-template',
  'reference',
  'licence',
  'card',
] as const;

/** What a file of a model is for. */
export type FileRole = (typeof FILE_ROLES)[number];

/** A file as it is listed. */
export interface ListedFile {
  /** From the list's own root, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
  /** As 64 hex digits, where the list says it. */
  readonly sha256: string | null;
  /** Its git blob id, 40 hex digits, where the list says it: SHA-1 over a short head and the bytes. */
  readonly gitBlob: string | null;
}

/** A file of an offer. */
export interface OfferedFile extends ListedFile {
  readonly role: FileRole;
}

/** One variant of a model. */
export interface ModelOffer {
  /** As {@link dtypeOfGraph}, e.g. `q4f16`. */
  readonly dtype: string;
  /** In how many bits its weights are quantised when they are read; left out where they are kept as they are. Safetensors only. */
  readonly kept?: QuantisedBits;
  /** In the order of loading: graph, weights, settings, tokenizer. */
  readonly files: readonly OfferedFile[];
  readonly bytes: number;
  /** Why it cannot be loaded, each a phrase that names a file; empty where nothing is in the way. */
  readonly missing: readonly string[];
}

/** A file becomes one buffer, and browsers stop at about 2 GiB. */
export const LARGEST_FILE_BYTES = 2 ** 31 - 1;

/** Largest model that is brought in. */
export const LARGEST_MODEL_BYTES = 16 * 2 ** 30;

/** Most files of a model. */
export const MOST_FILES = 64;

/** Paths that are let through from outside: plain names, no way up, at most eight levels. */
export const PLAIN_PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,100}(?:\/[A-Za-z0-9._-]{1,100}){0,7}$/;

/** Most variants of one list. */
const MOST_OFFERS = 64;

/** Files beside the weights, or in the folder above a graph, by their names; the first three must be there. */
export const COMPANIONS: readonly {
  readonly role: FileRole;
  readonly names: readonly string[];
  readonly needed: boolean;
}[] = [
  { role: 'config', names: ['config.json'], needed: true },
  { role: 'tokenizer', names: ['tokenizer.json'], needed: true },
  { role: 'tokenizer-config', names: ['tokenizer_config.json'], needed: true },
  { role: 'generation-config', names: ['generation_config.json'], needed: false },
  { role: 'chat-template', names: ['chat_template.jinja', 'chat_template.json'], needed: false },
];

/**
 * The variants that a list of files holds, smallest first; those that lack something come last. Names that are no plain
 * paths are passed over.
 */
export function offersOf(listed: readonly ListedFile[]): readonly ModelOffer[] {
  const byPath = new Map(listed.filter((file) => PLAIN_PATH.test(file.path)).map((file) => [file.path, file]));
  const offers = [...byPath.values()].flatMap((file) => {
    const dtype = dtypeOfGraph(file.path);
    return dtype === null ? [] : [offerOf(file, dtype, byPath)];
  });
  const rank = (offer: ModelOffer): number => (offer.missing.length === 0 ? 0 : 1);
  return offers
    .sort((a, b) => rank(a) - rank(b) || a.bytes - b.bytes || pathOf(a).localeCompare(pathOf(b)))
    .slice(0, MOST_OFFERS);
}

/** The file of a role, where an offer has it. */
export function fileOfRole(offer: ModelOffer, role: FileRole): OfferedFile | null {
  return offer.files.find((file) => file.role === role) ?? null;
}

/** Weight files of a graph in the order that gives a model its identity: by the number at the end of their names, then by name. */
export function byWeightOrder(a: string, b: string): number {
  const number = (path: string): number => Number(/_(\d{1,6})$/.exec(path)?.[1] ?? -1);
  return number(a) - number(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Whether a file holds weights of the graph with this name: `X.onnx_data`, `X.onnx_data_1`, `X.onnx.data`. */
function holdsWeightsOf(graph: string, name: string): boolean {
  return name.startsWith(graph) && /^(?:_data(?:_\d{1,6})?|\.data)$/.test(name.slice(graph.length));
}

function offerOf(graph: ListedFile, dtype: string, byPath: ReadonlyMap<string, ListedFile>): ModelOffer {
  const folder = folderOf(graph.path);
  const weights = [...byPath.values()]
    .filter(({ path }) => path.startsWith(graph.path) && holdsWeightsOf(graph.path, path))
    .sort((a, b) => byWeightOrder(a.path, b.path));
  const above = folderOf(folder.slice(0, -1));
  const missing: string[] = [];
  const companions = COMPANIONS.flatMap(({ role, names, needed }): readonly OfferedFile[] => {
    const found = [folder, above]
      .flatMap((place) => names.map((name) => byPath.get(place + name)))
      .find((file) => file !== undefined);
    if (found !== undefined) return [{ ...found, role }];
    const byBuilder = role === 'config' && byPath.has(`${folder}genai_config.json`);
    if (needed)
      missing.push(
        `${names[0] ?? ''} is not there${byBuilder ? ': the model builder leaves it out, so copy it from the folder of the model that was exported' : ''}`,
      );
    return [];
  });
  const files = [
    { ...graph, role: 'graph' as const },
    ...weights.map((file) => ({ ...file, role: 'weights' as const })),
    ...companions,
  ];
  for (const file of files) {
    if (file.bytes > LARGEST_FILE_BYTES)
      missing.push(`${file.path} has more than the 2 GiB that a browser takes in one file`);
    if (file.bytes < 1) missing.push(`${file.path} is empty`);
  }
  return { dtype, files, bytes: totalOf(files), missing: [...missing, ...tooMuchIn(files)] };
}

/** Bytes of files together. */
export const totalOf = (files: readonly ListedFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** Why the files of a model together are too much, each a phrase; empty where they are not. */
export function tooMuchIn(files: readonly ListedFile[]): readonly string[] {
  return [
    ...(totalOf(files) > LARGEST_MODEL_BYTES ? ['it has more than 16 GiB in all'] : []),
    ...(files.length > MOST_FILES ? [`it has more than ${MOST_FILES} files`] : []),
  ];
}

const pathOf = (offer: ModelOffer): string => offer.files[0]?.path ?? '';
