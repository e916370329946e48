/** What a list of files offers as it was published: GGUF files, whole or split, and safetensors, by their names. */
import { folderOf, nameOf } from '../../base/file-path.ts';
import type { KeptBits } from './kept-weights.ts';
import {
  COMPANIONS,
  MOST_FILES,
  offersOf,
  PLAIN_PATH,
  tooMuchIn,
  totalOf,
  type FileRole,
  type ListedFile,
  type ModelOffer,
  type OfferedFile,
} from '../model-offer.ts';
import {
  ADAPTER_CONFIG,
  ADAPTER_FILE,
  ggufStem,
  SHARD_INDEX,
  SINGLE_SHARD,
  splitOf,
  type Container,
} from './checkpoint-file.ts';

/** The numbers that a GGUF file's name ends in, e.g. `Q4_K_M`. */
const NUMBERS = /[-._]((?:I?Q\d\w*|B?F16|F32|MXFP4))$/i;

const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;

/** Whether a list of files holds weights as they were published. */
export const isCheckpoint = ({ files }: { readonly files: readonly { readonly role: FileRole }[] }): boolean =>
  files.some(({ role }) => role === 'checkpoint');

/** What the weights of a list of files are kept in; null for a graph. */
export function containerOf({
  files,
}: {
  readonly files: readonly { readonly path: string; readonly role: FileRole }[];
}): Container | null {
  const weights = files.find(({ role }) => role === 'checkpoint');
  return weights === undefined ? null : weights.path.endsWith('.safetensors') ? 'safetensors' : 'gguf';
}

/** Files whose role is one of a list. */
interface WithRoles {
  readonly files: readonly { readonly path: string; readonly role: FileRole }[];
}

/** The name of the adapter that is merged into a model: its folder's; null where there is none. */
export function adapterIn({ files }: WithRoles): string | null {
  const file = files.find(({ role }) => role === 'adapter');
  if (file === undefined) return null;
  const name = nameOf(folderOf(file.path).slice(0, -1));
  return name === '' ? 'adapter' : name;
}

/** What a variant is called: its numbers, the bits that they are quantised to, and its adapter where it has one. */
export function variantName({ dtype, kept, files }: Pick<ModelOffer, 'dtype' | 'kept'> & WithRoles): string {
  const adapter = adapterIn({ files });
  return `${dtype}${kept === undefined ? '' : ` in ${kept} bits`}${adapter === null ? '' : ` with ${adapter.slice(0, 60)}`}`;
}

/** A variant with its weights kept in so many bits. */
export function keptIn(offer: ModelOffer, bits: KeptBits): ModelOffer {
  const { kept: _, ...plain } = offer;
  return bits === 32 ? plain : { ...plain, kept: bits };
}

/** Everything that a list of files offers, graphs and checkpoints, smallest first; what lacks something comes last. */
export function everyOffer(listed: readonly ListedFile[]): readonly ModelOffer[] {
  const lacks = ({ missing }: ModelOffer): number => (missing.length === 0 ? 0 : 1);
  return [...offersOf(listed), ...checkpointOffers(listed)].sort((a, b) => lacks(a) - lacks(b) || a.bytes - b.bytes);
}

/** The checkpoints that a list of files holds. Names that are no plain paths are passed over. */
function checkpointOffers(listed: readonly ListedFile[]): readonly ModelOffer[] {
  const byPath = new Map(listed.filter(({ path }) => PLAIN_PATH.test(path)).map((file) => [file.path, file]));
  const bases = safetensorsOffers(byPath);
  return [...ggufOffers(byPath), ...bases, ...adapterOffers(byPath, bases)];
}

type ByPath = ReadonlyMap<string, ListedFile>;

function ggufOffers(byPath: ByPath): readonly ModelOffer[] {
  const seen = new Set<string>();
  return [...byPath.keys()].flatMap((path) => {
    const name = nameOf(path);
    if (!/\.gguf$/i.test(name) || seen.has(path)) return [];
    const split = splitOf(name);
    const dtype = NUMBERS.exec(ggufStem(name))?.[1]?.toUpperCase() ?? 'GGUF';
    if (split !== null && split.count > MOST_FILES)
      return [offer(dtype, [], [`${name} is one of ${split.count} files, and at most ${MOST_FILES} are read`])];
    const paths = (split?.names() ?? [name]).map((part) => folderOf(path) + part);
    for (const part of paths) seen.add(part);
    const files = paths.flatMap((part) => byPath.get(part) ?? []);
    const missing = paths
      .filter((part) => !byPath.has(part))
      .map((part) => `${nameOf(part)} is not there, and ${name} is one of ${paths.length} files of a model`);
    return [offer(dtype, files.map(asCheckpoint), missing)];
  });
}

function safetensorsOffers(byPath: ByPath): readonly ModelOffer[] {
  const folders = new Set([...byPath.keys()].filter((path) => isWeights(nameOf(path))).map((path) => folderOf(path)));
  return [...folders].flatMap((folder) => {
    const at = (name: string): ListedFile | undefined => byPath.get(folder + name);
    const [index, single] = [at(SHARD_INDEX), at(SINGLE_SHARD)];
    const shards = [...byPath.values()]
      .filter(({ path }) => folderOf(path) === folder && SHARD.test(nameOf(path)))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    const missing: string[] = [];
    if (index === undefined && single === undefined)
      missing.push(`${SHARD_INDEX} is not there, and it names the shards`);
    const count = Number(/-of-(\d{5})/.exec(shards[0]?.path ?? '')?.[1] ?? 0);
    if (index !== undefined && shards.length < Math.max(1, count))
      missing.push(`of ${Math.max(1, count)} shards ${shards.length} are there`);
    const beside = COMPANIONS.flatMap(({ role, names, needed }): readonly OfferedFile[] => {
      const found = names.map(at).find((file) => file !== undefined);
      if (found !== undefined) return [{ ...found, role }];
      if (needed) missing.push(`${names[0] ?? ''} is not there`);
      return [];
    });
    const weights = index === undefined && single !== undefined ? [single] : shards;
    const named = index === undefined ? [] : [{ ...index, role: 'checkpoint-index' as const }];
    return [offer('safetensors', [...weights.map(asCheckpoint), ...named, ...beside], missing)];
  });
}

/** Most variants with an adapter. */
const MOST_ADAPTED = 32;

/** Each model in safetensors with each LoRA adapter. Whether the two fit is found when they are looked into. */
function adapterOffers(byPath: ByPath, bases: readonly ModelOffer[]): readonly ModelOffer[] {
  const adapters = [...byPath.values()].flatMap((file): readonly (readonly OfferedFile[])[] => {
    if (nameOf(file.path) !== ADAPTER_FILE) return [];
    const config = byPath.get(folderOf(file.path) + ADAPTER_CONFIG);
    return config === undefined
      ? []
      : [
          [
            { ...file, role: 'adapter' },
            { ...config, role: 'adapter-config' },
          ],
        ];
  });
  const found: ModelOffer[] = [];
  for (const files of adapters)
    for (const base of bases) {
      if (found.length === MOST_ADAPTED) return found;
      found.push(offer('safetensors', [...base.files, ...files], base.missing));
    }
  if (bases.length > 0) return found;
  const alone = 'the model that it changes is not there: take its folder and that of the adapter together';
  return adapters.slice(0, MOST_ADAPTED).map((files) => offer('safetensors', files, [alone]));
}

const isWeights = (name: string): boolean => name === SINGLE_SHARD || name === SHARD_INDEX || SHARD.test(name);

const asCheckpoint = (file: ListedFile): OfferedFile => ({ ...file, role: 'checkpoint' });

function offer(dtype: string, files: readonly OfferedFile[], missing: readonly string[]): ModelOffer {
  return {
    dtype,
    files,
    bytes: totalOf(files),
    missing: [
      ...missing,
      ...files.filter((file) => file.bytes < 1).map(({ path }) => `${path} is empty`),
      ...tooMuchIn(files),
    ],
  };
}
