/** Readings kept in a folder, one file a vector: the second training on the same texts takes seconds. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadingStore } from '../training/remembered.ts';

/** A store that outlives a full disk: after the first vector that cannot be stored none is, and `told` is called once. */
export function whileThereIsRoom(store: ReadingStore, told: (why: unknown) => void): ReadingStore {
  let full = false;
  return {
    get: (key) => store.get(key),
    async set(key, values) {
      if (full) return;
      try {
        await store.set(key, values);
      } catch (thrown) {
        if (!full) told(thrown);
        full = true;
      }
    },
  };
}

/** A store in `folder`, which is made when it is missing. Files are named by the SHA-256 of their key and hold float32, little-endian. */
export function readingFolder(folder: string): ReadingStore {
  const pathOf = (key: string): string => {
    const name = createHash('sha256').update(key).digest('hex');
    return join(folder, name.slice(0, 2), name);
  };
  return {
    async get(key) {
      let bytes: Buffer;
      try {
        bytes = await readFile(pathOf(key));
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // not read yet
        throw thrown;
      }
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    },
    async set(key, values) {
      const path = pathOf(key);
      await mkdir(join(path, '..'), { recursive: true });
      // Under a name of its own first: a run that is stopped must not leave half a reading.
      const part = `${path}.${process.pid}.part`;
      await writeFile(part, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      await rename(part, path);
    },
  };
}
