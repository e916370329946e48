/** Probes on a shelf, on a host or on a disk: which fit the model in use, and their files, held to the hashes of the index. */
import { AppError } from '../../base/errors.ts';
import { assertProbeFits } from '../../formats/probe/probe.ts';
import {
  MOST_CARD_BYTES,
  MOST_SHELF_BYTES,
  MOST_SHELVED_BYTES,
  parseShelf,
  SHELF_FILE,
  SHELVED_CARD,
  SHELVED_FILES,
  type ShelvedFile,
  type ShelvedProbe,
} from '../../formats/probe/shelf.ts';
import { recogniseFile } from '../../formats/runs/recognise.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { PickedFile } from '../../state/probes/library.svelte.ts';
import { fetchFile, type LinkedFile } from '../../state/runs/linked-file.ts';
import { sha256Hex } from '../../state/storage/sha256.ts';

/** Where a shelf lies. */
export interface ShelfSource {
  /**
   * A file by its path from the index. Throws `link-invalid` where it is not there or has more than `mostBytes`, and `cancelled`.
   */
  file(path: string, mostBytes: number, signal: AbortSignal): Promise<PickedFile>;
}

/** A probe, and whether the model in use can be read with it; null where no model is in use. */
export interface OfferedProbe {
  readonly probe: ShelvedProbe;
  readonly fits: boolean | null;
}

/** A shelf with what it offers. */
export interface OpenedShelf {
  readonly source: ShelfSource;
  /** Those that fit first. */
  readonly offered: readonly OfferedProbe[];
}

/** A shelf on the host that a link names. */
export function hostedShelf(shelf: LinkedFile, hosts: readonly string[]): ShelfSource {
  return { file: (path, mostBytes, signal) => fetchFile(shelf, path, mostBytes, hosts, signal) };
}

/** A shelf in a folder that was picked or dropped, `files` by their path from it; null where the folder is none. */
export async function folderShelf(files: ReadonlyMap<string, File>): Promise<ShelfSource | null> {
  const index = files.get(SHELF_FILE);
  if (index === undefined || index.size > MOST_SHELF_BYTES) return null;
  if (recogniseFile(new Uint8Array(await index.arrayBuffer())) !== 'shelf') return null;
  return {
    file: async (path, mostBytes) => {
      const file = files.get(path);
      if (file === undefined) throw refused(path, 'it is not in the folder. Pick the whole folder of the shelf.');
      if (file.size > mostBytes)
        throw refused(path, `it has ${file.size} bytes; at most ${mostBytes} are read of such a file.`);
      return file;
    },
  };
}

/** Reads the index of a shelf. Throws `link-invalid`, `probe-invalid` and `cancelled`. */
export async function openShelf(
  source: ShelfSource,
  model: ModelIdentity | null,
  signal: AbortSignal,
): Promise<OpenedShelf> {
  const index = await source.file(SHELF_FILE, MOST_SHELF_BYTES, signal);
  const probes = parseShelf(await index.text());
  const offered = probes.map((probe) => ({ probe, fits: model === null ? null : fits(probe, model) }));
  return { source, offered: offered.sort((a, b) => Number(b.fits ?? 0) - Number(a.fits ?? 0)) };
}

/** The files of one. Throws as {@link openShelf}, and `link-invalid` where one is another than the index says. */
export async function takeFromShelf(
  source: ShelfSource,
  { folder, files }: ShelvedProbe,
  signal: AbortSignal,
): Promise<readonly PickedFile[]> {
  const found: PickedFile[] = [];
  for (const name of SHELVED_FILES)
    found.push(await held(source, `${folder}/${name}`, files[name], MOST_SHELVED_BYTES[name], signal));
  return found;
}

/** The card of one, as Markdown; null where the shelf has none. Throws as {@link takeFromShelf}. */
export async function cardFromShelf(
  source: ShelfSource,
  { folder, card }: ShelvedProbe,
  signal: AbortSignal,
): Promise<string | null> {
  if (card === null) return null;
  return (await held(source, `${folder}/${SHELVED_CARD}`, card, MOST_CARD_BYTES, signal)).text();
}

/** A file that is the one which the index names. */
async function held(
  source: ShelfSource,
  path: string,
  { bytes, sha256 }: ShelvedFile,
  mostBytes: number,
  signal: AbortSignal,
): Promise<PickedFile> {
  const file = await source.file(path, mostBytes, signal);
  const content = new Uint8Array(await file.arrayBuffer());
  const hash = await sha256Hex([content]);
  if (hash !== sha256)
    throw refused(
      path,
      `it has ${content.byteLength} bytes and the SHA-256 ${hash.slice(0, 12)}…, where the index has ${bytes} bytes and ${sha256.slice(0, 12)}…. Ask its maker to publish it again.`,
    );
  return file;
}

function fits(probe: ShelvedProbe, model: ModelIdentity): boolean {
  try {
    assertProbeFits({ id: probe.folder, model: probe.model }, model);
    return true;
  } catch {
    return false;
  }
}

const refused = (path: string, why: string): AppError =>
  new AppError('link-invalid', `${path} is not the file that the shelf names: ${why}`, { path });
