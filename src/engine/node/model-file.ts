/** Files of a model on disk: their bytes, their hashes, and in words why one cannot be had. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../base/errors.ts';
import { LFS_POINTER_BYTES, lfsPointerOf } from '../../base/lfs-pointer.ts';
import { builderWords } from '../refusals/checkpoint.ts';

/** The bytes of a file. Throws `model-fetch-failed`, also for a pointer of Git LFS in its place. */
export async function readModelFile(path: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((thrown: unknown) => {
    throw cannotRead(path, thrown);
  });
  assertNoPointer(path, bytes);
  return bytes;
}

/** Its SHA-256 as hex, read piece by piece. Throws as {@link readModelFile} does. */
export async function sha256OfModelFile(path: string): Promise<string> {
  if (modelFileBytes(path) < LFS_POINTER_BYTES)
    return createHash('sha256')
      .update(await readModelFile(path))
      .digest('hex');
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  } catch (thrown) {
    throw cannotRead(path, thrown);
  }
  return hash.digest('hex');
}

/** Its length in bytes. Throws `model-fetch-failed`. */
export function modelFileBytes(path: string): number {
  try {
    return statSync(path).size;
  } catch (thrown) {
    throw cannotRead(path, thrown);
  }
}

/** What `work` gives; the message of an error of ours that it throws then begins with the file's path. */
export function about<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const name = `${basename(path)}: `;
    throw new AppError(
      thrown.code,
      `${path}: ${thrown.message.startsWith(name) ? thrown.message.slice(name.length) : thrown.message}`,
      { ...thrown.details, path },
      thrown,
    );
  }
}

/** Why a file or folder cannot be read, with what to do; its path stands there once. */
export function cannotRead(path: string, thrown: unknown): AppError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return new AppError('model-fetch-failed', sentence(path, code, thrown), { path }, thrown);
}

function sentence(path: string, code: string, thrown: unknown): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return (
        builder(path) ??
        `${path} is not there, and the model needs it. Get it from where the model came from and put it there.`
      );
    case 'EISDIR':
      return `${path} is a folder, and the model needs a file of that name. Get it from where the model came from and put it there.`;
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be read by this user. Change its permissions.`;
    default:
      return `${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}. Check the disk, or get the file again.`;
  }
}

/** The model builder's own folder has no config.json. */
function builder(path: string): string | null {
  const why =
    basename(path) === 'config.json' && existsSync(join(dirname(path), 'genai_config.json'))
      ? builderWords(['genai_config.json'])
      : null;
  return why === null ? null : `${path} is not there: ${why}.`;
}

/** Refuses with `model-fetch-failed` bytes that are a pointer of Git LFS in the file's place. */
export function assertNoPointer(path: string, bytes: Uint8Array): void {
  const pointer = lfsPointerOf(bytes);
  if (pointer === null) return;
  const size = pointer.bytes === null ? 'a large file' : `a file of ${pointer.bytes.toLocaleString('en')} bytes`;
  throw new AppError(
    'model-fetch-failed',
    `${path} is a pointer of Git LFS that stands for ${size}, not the file itself. Run "git lfs pull" in the repository that it came with, or download the file by itself.`,
    { path, bytes: pointer.bytes, sha256: pointer.sha256 },
  );
}
