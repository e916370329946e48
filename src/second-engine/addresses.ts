/** Where the files of a chat model lie, and which of them is not there. */
import { type ChatModelRecord, isBesidePage } from '../chat/model-list.ts';

/**
 * The folder of a model as web-llm is given it, and the address that it makes of that. web-llm puts `resolve/main/` behind an address
 * without `/resolve/…/`, as model hubs have it; a folder beside the page is taken as it is, by a detour that cancels itself
 * when the address is put together. `page` is the page's own address.
 */
export function modelFolder(
  { model }: ChatModelRecord,
  page: string,
): { readonly told: string; readonly folder: string } {
  const address = new URL(model.endsWith('/') ? model : `${model}/`, page).href;
  const told = isBesidePage(model) ? `${address}resolve/../` : address;
  return { told, folder: new URL(/.+\/resolve\/.+\//.test(told) ? told : `${told}resolve/main/`).href };
}

/** Where the list of a model's weights lies, with a checksum of every file. */
export function weightsList(record: ChatModelRecord, page: string): string {
  return new URL('tensor-cache.json', modelFolder(record, page).folder).href;
}

/** A file that could not be had: its address, and what came instead. */
export interface MissingFile {
  readonly url: string;
  readonly why: string;
}

/**
 * The first file, in the order in which they are loaded, that cannot be had: settings, library, tokeniser, list of weights,
 * weights. Null where all are there. `get` is `fetch`.
 */
export async function missingFile(
  record: ChatModelRecord,
  page: string,
  get: typeof fetch,
): Promise<MissingFile | null> {
  const { folder } = modelFolder(record, page);
  const settings = new URL('mlc-chat-config.json', folder).href;
  const weights = weightsList(record, page);
  const first = await lacking([settings, new URL(record.library, page).href], get);
  if (first !== null) return first;
  const tokenisers = namesIn(await read(settings, get), 'tokenizer_files')
    .filter((name) => name === 'tokenizer.json' || name === 'tokenizer.model')
    .slice(0, 1);
  const second = await lacking([...tokenisers.map((name) => new URL(name, folder).href), weights], get);
  if (second !== null) return second;
  const shards = namesIn(await read(weights, get), 'records');
  return lacking(
    shards.map((name) => new URL(name, folder).href),
    get,
  );
}

async function lacking(urls: readonly string[], get: typeof fetch): Promise<MissingFile | null> {
  for (const url of urls) {
    try {
      const { ok, status } = await get(url, { method: 'HEAD' });
      // A server may not answer questions without a body, and still have the file.
      if (!ok && status !== 405 && status !== 501) return { url, why: `status ${status}` };
    } catch (error) {
      return { url, why: error instanceof Error ? error.message : String(error) };
    }
  }
  return null;
}

async function read(url: string, get: typeof fetch): Promise<unknown> {
  try {
    return (await (await get(url)).json()) as unknown;
  } catch {
    // What is no JSON names no further files; loading it says so.
    return null;
  }
}

/** File names in a list of strings, or of objects with a `dataPath`. */
function namesIn(root: unknown, field: string): string[] {
  const list: unknown = typeof root === 'object' && root !== null ? (root as Record<string, unknown>)[field] : null;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const name: unknown =
      typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>)['dataPath'] : entry;
    return typeof name === 'string' ? [name] : [];
  });
}
