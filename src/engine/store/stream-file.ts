/**
 * A file of a checkpoint, which is never in memory whole: it is stored piece by piece while it is hashed, and read from there. Where
 * it cannot be stored it is read from the reader's disk or, fetched, from a blob that the browser keeps, for as long as the tab is open.
 */
import { AppError } from '../../base/errors.ts';
import type { FileData } from '../../models/model-source.ts';
import {
  assertHash,
  attempt,
  bring,
  openPart,
  PIECE_BYTES,
  readStored,
  withFreshStart,
  type FileJob,
} from './load-file.ts';
import { keyOf } from './manifest.ts';
import { createSha256, type Sha256 } from './sha256.ts';
import { whyNotStored, type Part } from './vault.ts';

/** The file, held to its length and SHA-256. Throws `model-fetch-failed`, `model-file-altered` or `cancelled`. */
export async function streamFile(job: FileJob): Promise<FileData> {
  const hash = createSha256();
  const stored = await readStored(
    job,
    (piece) => hash.update(piece),
    () => hash.hex() === job.file.sha256,
  );
  return stored ?? withFreshStart(job, (fresh) => brought(job, fresh));
}

/** Brings a file from where it is, and stores it if it can be stored. */
async function brought(job: FileJob, fresh: boolean): Promise<FileData> {
  const { file, keeping, place } = job;
  let part = await openPart(job);
  let hash = createSha256();
  let pieces: BlobPart[] = [];
  let [position, stored] = [0, 0];
  const stopKeeping = (error: unknown): void => {
    keeping.reason ??= whyNotStored(error);
    const failed = part;
    part = null;
    failed?.drop().catch(() => undefined);
  };
  try {
    attempt(() => {
      if (part === null) return;
      if (fresh || part.bytes > file.bytes) part.restart();
      else if (part.bytes > 0) {
        hashPart(part, hash);
        position = stored = part.bytes;
        job.onProgress(stored, 0);
      }
    }, stopKeeping);
    if (part === null && position > 0) [position, stored, hash] = [0, 0, createSha256()];
    // What is fetched and cannot be stored after all has to come once more: its beginning is only in storage.
    let again = position < file.bytes;
    while (again) {
      const wasStored = part !== null;
      await bring(job, position, fresh, {
        begin: (at) => {
          if (at === position) return;
          [position, stored, hash, pieces] = [0, 0, createSha256(), []];
          attempt(() => part?.restart(), stopKeeping);
          job.onProgress(0, 0);
        },
        bytes: (chunk) => {
          hash.update(chunk);
          position += chunk.length;
          attempt(() => part?.append(chunk), stopKeeping);
          if (part === null && !wasStored && place.kind === 'url') pieces.push(new Blob([chunk.slice()]));
          job.onProgress(stored, position - stored);
        },
      });
      again = wasStored && part === null && place.kind === 'url';
      if (again) [position, stored, hash] = [0, 0, createSha256()];
    }
    assertHash(file, hash.hex());
  } catch (error) {
    if (error instanceof AppError && error.code === 'model-file-altered') await part?.drop().catch(() => undefined);
    else part?.close();
    throw error;
  }
  const whole = part;
  part = null;
  await whole?.keep().catch(stopKeeping);
  const kept = (await keeping.vault?.whole(keyOf(file))) ?? null;
  if (kept?.size === file.bytes) return kept;
  if (place.kind === 'picked') return place.data;
  if (pieces.length > 0) return new Blob(pieces);
  throw new AppError(
    'model-fetch-failed',
    `${file.path} could not be stored: ${keeping.reason ?? 'the browser does not say why.'} Free some storage, then load it again.`,
    { file: file.path },
  );
}

function hashPart(part: Part, hash: Sha256): void {
  const piece = new Uint8Array(Math.min(PIECE_BYTES, part.bytes));
  for (let at = 0; at < part.bytes; at += piece.length) {
    const count = part.read(piece.subarray(0, Math.min(piece.length, part.bytes - at)), at);
    hash.update(piece.subarray(0, count));
  }
}
