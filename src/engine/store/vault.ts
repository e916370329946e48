/**
 * Model files kept in this browser, in its origin-private file system (OPFS): named by their hash, so that a new
 * version of a model is another file and a path from a manifest never reaches the file system.
 *
 * `NAME.part` is on its way, `NAME.bin` is whole: it was renamed after its length and hash were right. Only workers can
 * write (sync access handles), and a handle is exclusive: while one tab stores a file, another gets it from the network.
 */

/** A file that is being stored. Its owner must end it by `keep`, `drop` or `close`. */
export interface Part {
  /** Bytes that an earlier try left. */
  readonly bytes: number;
  /** Reads what is there from `at` on, or from the start; returns the number of bytes read. */
  read(into: Uint8Array, at?: number): number;
  /** Forgets everything that was written. */
  restart(): void;
  /** Writes at the end; throws a `DOMException` when there is no room. */
  append(bytes: Uint8Array): void;
  /** Flushes, closes and makes it a whole file. */
  keep(): Promise<void>;
  /** Closes it and leaves what was written for the next try. */
  close(): void;
  /** Closes it and deletes it. */
  drop(): Promise<void>;
}

/** The storage of one origin. */
export interface Vault {
  /** A whole file, read lazily, or null when it is not there. */
  whole(key: string): Promise<Blob | null>;
  /** Length of what an interrupted try left; 0 when there is nothing. */
  partBytes(key: string): Promise<number>;
  /** Starts or goes on storing a file; throws a `DOMException` when another tab does so. */
  part(key: string): Promise<Part>;
  /** A short text, such as a manifest, or null. */
  readText(name: string): Promise<string | null>;
  writeText(name: string, text: string): Promise<void>;
  /** Names of all entries, with the length of each and when it was changed last, in milliseconds since 1970. */
  list(): Promise<readonly { readonly name: string; readonly bytes: number; readonly changed: number }[]>;
  /** Deletes an entry if it is there and no tab holds it. */
  remove(name: string): Promise<void>;
}

const FOLDER = 'flipside-models';

/** What is missing from the DOM type library, which has no workers. */
interface SyncHandle {
  getSize(): number;
  read(into: Uint8Array, options: { at: number }): number;
  write(from: Uint8Array, options: { at: number }): number;
  truncate(bytes: number): void;
  flush(): void;
  close(): void;
}
interface WritableHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncHandle>;
  move(name: string): Promise<void>;
}

/** The storage as far as this thread may use it. */
export interface OpenedVault {
  /** Null when there is no storage at all; reading and deleting work on every thread. */
  readonly vault: Vault | null;
  /** In one sentence, why nothing can be stored from here; null when it can. */
  readonly readOnly: string | null;
}

/** Opens the storage of this origin. */
export async function openVault(): Promise<OpenedVault> {
  const storage = (globalThis as { navigator?: { storage?: StorageManager } }).navigator?.storage;
  if (typeof storage?.getDirectory !== 'function')
    return { vault: null, readOnly: 'This browser offers no private file storage to this page.' };
  try {
    const folder = await (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
    const canWrite =
      'createSyncAccessHandle' in FileSystemFileHandle.prototype && 'move' in FileSystemFileHandle.prototype;
    return {
      vault: vaultIn(folder),
      readOnly: canWrite ? null : 'This browser cannot write to its private file storage from here.',
    };
  } catch (error) {
    return {
      vault: null,
      readOnly: `This browser refused its private file storage (${nameOf(error)}); a private window or a setting may be the reason.`,
    };
  }
}

function vaultIn(folder: FileSystemDirectoryHandle): Vault {
  const remove = async (name: string): Promise<void> => {
    try {
      await folder.removeEntry(name);
    } catch (error) {
      // Gone already, or held by another tab, which will see to it itself.
      if (!['NotFoundError', 'NoModificationAllowedError'].includes(nameOf(error))) throw error;
    }
  };
  return {
    remove,
    whole: (key) => fileOf(folder, `${key}.bin`),
    partBytes: async (key) => (await fileOf(folder, `${key}.part`))?.size ?? 0,
    part: async (key) => {
      const name = `${key}.part`;
      const file = (await folder.getFileHandle(name, { create: true })) as WritableHandle;
      return partOf(file, await file.createSyncAccessHandle(), `${key}.bin`, () => remove(name));
    },
    readText: async (name) => (await (await fileOf(folder, name))?.text()) ?? null,
    writeText: async (name, text) => {
      const file = (await folder.getFileHandle(`${name}.part`, { create: true })) as WritableHandle;
      const part = partOf(file, await file.createSyncAccessHandle(), name, () => remove(`${name}.part`));
      try {
        part.restart();
        part.append(new TextEncoder().encode(text));
      } catch (error) {
        part.close(); // an open handle would lock the name for as long as the worker lives
        throw error;
      }
      await part.keep();
    },
    list: async () => {
      const entries: { name: string; bytes: number; changed: number }[] = [];
      for await (const name of folder.keys()) {
        const file = await fileOf(folder, name);
        if (file) entries.push({ name, bytes: file.size, changed: file.lastModified });
      }
      return entries;
    },
  };
}

function partOf(file: WritableHandle, handle: SyncHandle, wholeName: string, remove: () => Promise<void>): Part {
  const bytes = handle.getSize();
  let end = bytes;
  return {
    bytes,
    read: (into, at = 0) => handle.read(into, { at }),
    restart: () => {
      handle.truncate(0);
      end = 0;
    },
    append: (chunk) => {
      const written = handle.write(chunk, { at: end });
      end += written;
      // A short write is how some browsers say that the disk is full.
      if (written !== chunk.length)
        throw new DOMException('The file could not be written whole.', 'QuotaExceededError');
    },
    keep: async () => {
      handle.flush();
      handle.close();
      await file.move(wholeName);
    },
    close: () => {
      handle.close();
    },
    drop: async () => {
      handle.close();
      await remove();
    },
  };
}

async function fileOf(folder: FileSystemDirectoryHandle, name: string): Promise<File | null> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    // Mostly NotFoundError; what a broken storage cannot read is as good as missing, because the network has it.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** Why a file could not be stored, as a sentence. */
export function whyNotStored(error: unknown): string {
  switch (nameOf(error)) {
    case 'QuotaExceededError':
      return 'This browser has no room left for the files of the model; free some storage to keep them for the next visit.';
    case 'NoModificationAllowedError':
      return 'Another tab is storing the same files.';
    default:
      return `This browser could not store the files (${error instanceof Error ? error.message : String(error)}).`;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}
