/** What files that the reader picked are: the same listing that a host gives, with a licence where the card says one. */
import { AppError } from '../../base/errors.ts';
import { besideGraphs } from '../../models/graph-weights.ts';
import { GGUF_MAGIC, ggufStem } from '../../models/checkpoint/checkpoint-file.ts';
import { everyOffer } from '../../models/checkpoint/checkpoint-offers.ts';
import { PLAIN_PATH, type ListedFile, type ModelOffer } from '../../models/model-offer.ts';
import type { LocalFiles, ModelListing } from '../../models/model-source.ts';
import { checkpointWords } from '../refusals/checkpoint.ts';
import { cancelled } from './fetch-file.ts';
import { withoutPointers } from './picked-pointers.ts';

/** Longest card that is looked into. */
const CARD_BYTES = 64 << 10;

/** Lists picked files. `name` is the folder's, or empty for single files. Throws `model-variant-missing` where no graph is among them. */
export async function listPicked(
  { name, files: given }: { readonly name: string; readonly files: LocalFiles },
  signal: AbortSignal,
): Promise<ModelListing> {
  const files = await withGgufNames(given);
  const listed: readonly ListedFile[] = [...files].map(([path, { size }]) => ({
    path,
    bytes: size,
    sha256: null,
    gitBlob: null,
  }));
  const found = everyOffer(listed);
  if (found.length === 0)
    throw new AppError(
      'model-variant-missing',
      checkpointWords(files.keys()) ??
        `${noGraphIn(name, files)} Pick the folder that holds config.json, tokenizer.json and the graph.`,
      { files: files.size },
    );
  const offers = await Promise.all(found.map((offer) => withoutPointers(offer, files)));
  const card = await files.get('README.md')?.slice(0, CARD_BYTES).arrayBuffer();
  if (signal.aborted) throw cancelled();
  return {
    from: { kind: 'local', name, files },
    title: titleOf(name === '' ? (onlyGguf(found) ?? '') : name),
    licence: card === undefined ? null : licenceOfCard(new TextDecoder().decode(card)),
    gated: false,
    offers,
    beside: besideGraphs(listed, offers),
  };
}

/** Most files that are looked into for what they are. */
const MOST_SNIFFED = 64;

/**
 * The files, those that are GGUF by names that end in `.gguf` and are plain: Ollama calls its files by their hashes alone, and a
 * browser numbers a second download in brackets.
 */
async function withGgufNames(files: LocalFiles): Promise<LocalFiles> {
  if (files.size > MOST_SNIFFED) return files;
  const renamed = await Promise.all(
    [...files].map(async ([path, data]) => {
      const isNamed = /\.gguf$/i.test(path);
      if (!isNamed && (/\.\w{1,12}$/.test(path) || data.size < 1024)) return [path, data] as const;
      const magic = isNamed || new TextDecoder().decode(await data.slice(0, 4).arrayBuffer()) === GGUF_MAGIC;
      if (!magic || (isNamed && PLAIN_PATH.test(path))) return [path, data] as const;
      const plain = path
        .replace(/\.gguf$/i, '')
        .replace(/[^A-Za-z0-9._/-]+/g, '-')
        .slice(0, 90);
      return [`${plain}.gguf`, data] as const;
    }),
  );
  return new Map(renamed);
}

/** The name of the only model among picked files, where it is in GGUF. */
function onlyGguf([offer, ...others]: readonly ModelOffer[]): string | null {
  const [file] = offer?.files ?? [];
  return file?.role === 'checkpoint' && others.length === 0 && file.path.endsWith('.gguf') ? ggufStem(file.path) : null;
}

/** The licence in a model card's front matter: `license`, or `license_name` where that is `other`; null where it names none. */
export function licenceOfCard(card: string): string | null {
  const front = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? '';
  const value = (key: string): string | null =>
    new RegExp(`^${key}:[ \\t]*["']?([\\w .+()/-]{1,80}?)["']?[ \\t]*\\r?$`, 'm').exec(front)?.[1] ?? null;
  const named = value('license');
  return named === 'other' ? (value('license_name') ?? named) : named;
}

function noGraphIn(name: string, { size }: LocalFiles): string {
  if (size === 0)
    return name === ''
      ? 'The folder that was picked holds no files.'
      : `The folder ${JSON.stringify(titleOf(name))} holds no files.`;
  return `${size === 1 ? 'The file that was picked is no' : `None of the ${String(size)} files is a`} graph by the name of model.onnx, model_q4.onnx and the like.`;
}

function titleOf(name: string): string {
  const plain = name
    .replace(/[\p{C}]/gu, '')
    .trim()
    .slice(0, 100);
  return plain === '' ? 'Your model' : plain;
}
