/**
 * One file of a model, from wherever it is: kept whole, half arrived, or on the server. Whatever the way, the bytes
 * are the manifest's by length and SHA-256 before anyone sees them.
 */
import { AppError } from '../../base/errors.ts';
import type { FileData } from '../../models/model-source.ts';
import { type ByteSink, cancelled, fetchFile } from './fetch-file.ts';
import { createGitBlob } from './git-blob.ts';
import { keyOf, type ManifestFile } from './manifest.ts';
import { sha256HexFast } from './sha256.ts';
import { type Part, type Vault, whyNotStored } from './vault.ts';

/** Where this load finds and keeps files. One object for all files of a load. */
export interface Keeping {
  readonly vault: Vault | null;
  /** In one sentence, why nothing more is stored; null as long as it is. */
  reason: string | null;
}

/** Told about the bytes of the current file: how many are there, from storage and from the network. */
export type FileProgress = (storedBytes: number, networkBytes: number) => void;

/**
 * Where a file is that storage does not hold: at an address (of `hosts` only, where it is not the page's own), on the
 * reader's disk, or nowhere.
 */
export type FilePlace =
  | { readonly kind: 'url'; readonly url: string; readonly hosts: readonly string[] | null }
  | { readonly kind: 'picked'; readonly data: FileData }
  | { readonly kind: 'gone' };

/** A file to load. */
export interface FileJob {
  readonly file: ManifestFile;
  readonly place: FilePlace;
  readonly keeping: Keeping;
  readonly onProgress: FileProgress;
  readonly signal: AbortSignal;
}

/** Kept files are read in pieces of this size, so that the bar moves. */
export const PIECE_BYTES = 8 << 20;

/** The bytes of one file. Throws `model-fetch-failed`, `model-file-altered` or `cancelled`. */
export async function loadFile(job: FileJob): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = allocate(job.file);
  const stored = await readStored(
    job,
    (piece, at) => buffer.set(piece, at),
    () => isRight(job.file, buffer),
  );
  if (stored === null) await withFreshStart(job, (fresh) => download(job, buffer, fresh));
  return buffer;
}

/** Brings a file; where what came was altered, once more from the start, past what was stored. */
export async function withFreshStart<T>(
  { onProgress }: Pick<FileJob, 'onProgress'>,
  work: (fresh: boolean) => Promise<T>,
): Promise<T> {
  try {
    return await work(false);
  } catch (error) {
    // Half a file of last week or a stale HTTP cache is healed by one fresh start; a wrong file on the server is not.
    if (!(error instanceof AppError) || error.code !== 'model-file-altered') throw error;
    onProgress(0, 0);
    return work(true);
  }
}

/**
 * Reads a stored file in pieces and asks whether it is right; null where there is none. A file that was altered on disk is dropped and
 * counts as missing.
 */
export async function readStored(
  { file, keeping: { vault }, signal, onProgress }: FileJob,
  take: (piece: Uint8Array, at: number) => void,
  isWhole: () => boolean | Promise<boolean>,
): Promise<Blob | null> {
  if (vault === null) return null;
  try {
    const blob = await vault.whole(keyOf(file));
    if (blob === null) return null;
    if (blob.size === file.bytes) {
      for (let at = 0; at < file.bytes; at += PIECE_BYTES) {
        take(new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer()), at);
        if (signal.aborted) throw cancelled();
        onProgress(Math.min(at + PIECE_BYTES, file.bytes), 0);
      }
      if (await isWhole()) return blob;
    }
    await vault.remove(`${keyOf(file)}.bin`);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    // A file that cannot be read (NotReadableError) is as good as none: it is brought again.
    if (!(error instanceof DOMException)) throw error;
  }
  onProgress(0, 0);
  return null;
}

/** Fetches a file into the buffer, going on from a part unless `fresh`, and keeps it if it can be kept. */
async function download(job: FileJob, buffer: Uint8Array<ArrayBuffer>, fresh: boolean): Promise<void> {
  const { file } = job;
  let part = await openPart(job);
  let position = 0;
  let stored = 0;
  /** From here on the file goes to memory only. */
  const stopKeeping = (error: unknown): void => {
    job.keeping.reason ??= whyNotStored(error);
    const failed = part;
    part = null;
    // Half a file that cannot grow takes the room that something else needs. Nothing depends on when it goes.
    failed?.drop().catch(() => undefined);
  };
  try {
    // A part that cannot be read or emptied must not stand in the way of every later visit: the file starts afresh, in memory.
    attempt(() => {
      if (part !== null && (fresh || part.bytes > file.bytes)) part.restart();
      else if (part !== null && part.bytes > 0) stored = part.read(buffer.subarray(0, part.bytes));
    }, stopKeeping);
    if (stored > 0) {
      position = stored;
      job.onProgress(stored, 0);
    }
    if (position < file.bytes) {
      await bring(job, position, fresh, {
        begin: (at) => {
          if (at === position) return;
          position = stored = 0;
          attempt(() => part?.restart(), stopKeeping);
          job.onProgress(0, 0);
        },
        bytes: (chunk) => {
          buffer.set(chunk, position);
          position += chunk.length;
          attempt(() => part?.append(chunk), stopKeeping);
          job.onProgress(stored, position - stored);
        },
      });
    }
    await checkHash(file, buffer);
  } catch (error) {
    // What has arrived is good for the next try, unless it was found to be wrong.
    if (error instanceof AppError && error.code === 'model-file-altered') await part?.drop().catch(() => undefined);
    else part?.close();
    throw error;
  }
  const whole = part;
  part = null;
  await whole?.keep().catch(stopKeeping);
}

/** The part to store a file in; null where nothing can be stored. */
export async function openPart(job: FileJob): Promise<Part | null> {
  if (job.keeping.reason !== null) return null;
  try {
    return (await job.keeping.vault?.part(keyOf(job.file))) ?? null;
  } catch (error) {
    job.keeping.reason = whyNotStored(error);
    return null;
  }
}

/** Does something with storage; what goes wrong is for `onError`. */
export function attempt(action: () => void, onError: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    onError(error);
  }
}

/** Streams the rest of a file into the sink, from wherever it is. */
export async function bring(
  { file, place, signal }: FileJob,
  from: number,
  fresh: boolean,
  sink: ByteSink,
): Promise<void> {
  if (place.kind === 'url') return fetchFile({ url: place.url, hosts: place.hosts, file, from, fresh, signal }, sink);
  if (place.kind === 'gone')
    throw new AppError(
      'model-fetch-failed',
      `${file.path} is no longer kept in this browser, and it came from files of yours. Pick the model's folder again.`,
      { file: file.path },
    );
  sink.begin(from);
  await readPicked(file.path, place.data, from, signal, (chunk) => sink.bytes(chunk));
}

/** Reads a picked file piece by piece. Throws `model-fetch-failed` where the disk does not give it (any more), or `cancelled`. */
export async function readPicked(
  path: string,
  data: FileData,
  from: number,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  for (let at = from; at < data.size; at += PIECE_BYTES) {
    const piece = await data
      .slice(at, Math.min(data.size, at + PIECE_BYTES))
      .arrayBuffer()
      .catch((cause: unknown) => {
        throw new AppError(
          'model-fetch-failed',
          `${path} could not be read from your disk. It may have been moved or changed since you picked it: pick the model's folder again.`,
          { file: path },
          cause,
        );
      });
    if (signal.aborted) throw cancelled();
    take(new Uint8Array(piece));
  }
}

/**
 * The hash that a manifest lists for a file, once all bytes are there: the browser's own code takes a fifth of the time, but
 * takes no pieces.
 */
async function hashOf(file: ManifestFile, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (file.sha256 !== null) return sha256HexFast(bytes);
  const blob = createGitBlob(file.bytes);
  blob.update(bytes);
  return blob.hex();
}

const isRight = async (file: ManifestFile, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> =>
  (await hashOf(file, bytes)) === (file.sha256 ?? file.gitBlob);

async function checkHash(file: ManifestFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  assertHash(file, await hashOf(file, bytes));
}

/** Throws `model-file-altered` where the hash of what arrived is not the one that the manifest lists. */
export function assertHash(file: ManifestFile, actual: string): void {
  const [name, expected] = file.sha256 === null ? ['git blob id', file.gitBlob ?? ''] : ['SHA-256', file.sha256];
  if (actual === expected) return;
  throw new AppError(
    'model-file-altered',
    `${file.path} is not the file that the model came with: its ${name} is ${actual.slice(0, 12)}… instead of ${expected.slice(0, 12)}…. Reload the page to fetch it again; if it stays, the copy on the server is damaged.`,
    file.sha256 === null
      ? { file: file.path, expectedGitBlob: expected, actualGitBlob: actual }
      : { file: file.path, expectedSha256: expected, actualSha256: actual },
  );
}

function allocate(file: ManifestFile): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(file.bytes);
  } catch (cause) {
    throw new AppError(
      'model-fetch-failed',
      `${file.path} needs ${String(Math.ceil(file.bytes / 1e6))} megabytes of memory, and this tab gets no more. Close other tabs and try again.`,
      { file: file.path, bytes: file.bytes },
      cause,
    );
  }
}
