/** The bytes of a file that the reader picked, unless it is larger than any file of ours. */
import { AppError } from '../../base/errors.ts';
import type { PickedFile } from '../probes/library.svelte.ts';

/** A set or a run has at most 64 MB; the vectors of a probe on a large model have more. */
const MOST_BYTES = 512_000_000;

/** Reads a file. Throws `import-unknown` with its size, before it is read where that is known. */
export async function bytesOf(file: PickedFile): Promise<Uint8Array> {
  const check = (bytes: number): void => {
    if (bytes > MOST_BYTES)
      throw new AppError(
        'import-unknown',
        `${file.name} has ${Math.ceil(bytes / 1e6)} MB; at most ${MOST_BYTES / 1e6} MB are read. It is no file that Flipside writes.`,
        { file: file.name, bytes },
      );
  };
  check(file.size ?? 0);
  const bytes = new Uint8Array(await file.arrayBuffer());
  check(bytes.length);
  return bytes;
}
