/** Files that the reader picked or dropped, by their path from the folder. */
import { AppError } from '../../base/errors.ts';

/** What was picked: the folder's name (empty for single files) and its files. */
export interface PickedFolder {
  readonly name: string;
  readonly files: ReadonlyMap<string, File>;
}

const MOST_FILES = 2000;
const DEEPEST = 8;

/** What a file input holds: the files of a folder, or single ones. */
export function pickedFiles(list: readonly File[]): PickedFolder {
  return inOneFolder(list.map((file) => [file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file]));
}

/**
 * What was dropped, with all folders in it. The items must be those of the event, asked for before anything is waited
 * for. Throws `usage` for more than 2000 files, and for what is no file.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<PickedFolder> {
  // Both at once: the items are empty as soon as the event is over.
  const items = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  if (items.length === 0)
    throw new AppError(
      'usage',
      `What was dropped is ${transfer.types.includes('text/uri-list') ? 'a link' : 'a text'}, and no file. Drop the folder or its files.`,
    );
  const found: [string, File][] = [];
  for (const { entry, file } of items) {
    if (entry !== null) await walk(entry, 0, found);
    else if (file !== null) found.push([file.name, file]);
  }
  // An empty folder has nothing that names it.
  return found.length === 0 ? { name: items[0]?.entry?.name ?? '', files: new Map() } : inOneFolder(found);
}

async function walk(entry: FileSystemEntry, depth: number, found: [string, File][]): Promise<void> {
  if (found.length > MOST_FILES)
    throw new AppError('usage', `More than ${MOST_FILES} files were dropped. Drop the folder that you mean alone.`);
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push([entry.fullPath.replace(/^\//, ''), file]);
  } else if (depth < DEEPEST) {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A folder is listed in batches; an empty one ends it.
    for (;;) {
      const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (batch.length === 0) return;
      for (const child of batch) await walk(child, depth + 1, found);
    }
  }
}

/** Takes the first folder's name off, where all files lie in one. */
function inOneFolder(files: readonly (readonly [string, File])[]): PickedFolder {
  const top = files[0]?.[0].split('/')[0] ?? '';
  const one = files.every(([path]) => path.startsWith(`${top}/`));
  const byPath = new Map<string, File>();
  for (const [path, file] of files) {
    const wanted = one ? path.slice(top.length + 1) : path;
    // Single files of two folders may have one name: neither is lost.
    let free = wanted;
    for (let copy = 2; byPath.has(free); copy++) free = `${copy}:${wanted}`;
    byPath.set(free, file);
  }
  return { name: one ? top : '', files: byPath };
}
