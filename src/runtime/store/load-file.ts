/**
 * One file of a model, from wherever it is: kept whole, half arrived, or on the server. Whatever the way, the bytes
 * are the manifest's by length and SHA-256 before anyone sees them.
 */
import { AppError } from '../../core/errors.ts';
import { cancelled, fetchFile } from './fetch-file.ts';
import type { ManifestFile } from './manifest.ts';
import { createSha256, type Sha256, sha256HexFast } from './sha256.ts';
import { type Part, type Vault, whyNotStored } from './vault.ts';

/** Where this load finds and keeps files. One object for all files of a load. */
export interface Keeping {
  readonly vault: Vault | null;
  /** In one sentence, why nothing more is stored; null as long as it is. */
  reason: string | null;
}

/** Told about the bytes of the current file: how many are there, from storage and from the network. */
export type FileProgress = (storedBytes: number, networkBytes: number) => void;

/** A file to load. */
export interface FileJob {
  readonly file: ManifestFile;
  readonly url: string;
  readonly keeping: Keeping;
  readonly onProgress: FileProgress;
  readonly signal: AbortSignal;
}

/** Kept files are read in pieces of this size, so that the bar moves. */
const PIECE_BYTES = 8 << 20;

/** The bytes of one file. Throws `model-fetch-failed`, `model-file-altered` or `cancelled`. */
export async function loadFile(job: FileJob): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = allocate(job.file);
  if (await readWhole(job, buffer)) return buffer;
  try {
    await download(job, buffer, false);
  } catch (error) {
    // Half a file of last week or a stale HTTP cache is healed by one fresh start; a wrong file on the server is not.
    if (!(error instanceof AppError) || error.code !== 'model-file-altered') throw error;
    job.onProgress(0, 0);
    await download(job, buffer, true);
  }
  return buffer;
}

/** Reads a kept file and checks it; a file that was altered on disk is dropped and counts as missing. */
async function readWhole(job: FileJob, buffer: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { vault } = job.keeping;
  const { file } = job;
  if (vault === null) return false;
  try {
    const blob = await vault.whole(file.sha256);
    if (blob === null) return false;
    if (blob.size === file.bytes) {
      for (let at = 0; at < file.bytes; at += PIECE_BYTES) {
        buffer.set(new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer()), at);
        if (job.signal.aborted) throw cancelled();
        job.onProgress(Math.min(at + PIECE_BYTES, file.bytes), 0);
      }
      if ((await sha256HexFast(buffer)) === file.sha256) return true;
    }
    await vault.remove(`${file.sha256}.bin`);
  } catch (error) {
    if (job.signal.aborted) throw cancelled();
    // A file that cannot be read (NotReadableError) is as good as none: the network has it.
    if (!(error instanceof DOMException)) throw error;
  }
  job.onProgress(0, 0);
  return false;
}

/** Fetches a file into the buffer, going on from a part unless `fresh`, and keeps it if it can be kept. */
async function download(job: FileJob, buffer: Uint8Array<ArrayBuffer>, fresh: boolean): Promise<void> {
  const { file } = job;
  let part = await openPart(job);
  let hash = createSha256();
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
      hash.update(buffer.subarray(0, stored));
      job.onProgress(stored, 0);
    }
    if (position < file.bytes) {
      await fetchFile({ url: job.url, file, from: position, fresh, signal: job.signal }, {
        begin: (at) => {
          if (at === position) return;
          hash = createSha256();
          position = stored = 0;
          attempt(() => part?.restart(), stopKeeping);
          job.onProgress(0, 0);
        },
        bytes: (chunk) => {
          buffer.set(chunk, position);
          hash.update(chunk);
          position += chunk.length;
          attempt(() => part?.append(chunk), stopKeeping);
          job.onProgress(stored, position - stored);
        },
      });
    }
    checkHash(file, hash);
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

async function openPart(job: FileJob): Promise<Part | null> {
  if (job.keeping.reason !== null) return null;
  try {
    return (await job.keeping.vault?.part(job.file.sha256)) ?? null;
  } catch (error) {
    job.keeping.reason = whyNotStored(error);
    return null;
  }
}

function attempt(action: () => void, onError: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    onError(error);
  }
}

function checkHash(file: ManifestFile, hash: Sha256): void {
  const actual = hash.hex();
  if (actual === file.sha256) return;
  throw new AppError(
    'model-file-altered',
    `${file.path} is not the file that the model came with: its SHA-256 is ${actual.slice(0, 12)}… instead of ${file.sha256.slice(0, 12)}…. Reload the page to fetch it again; if it stays, the copy on the server is damaged.`,
    { file: file.path, expectedSha256: file.sha256, actualSha256: actual },
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
