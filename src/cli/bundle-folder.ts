/** The folder of a probe: written whole beside its place and moved there, so that files of two trainings never lie together. */
import { chmod, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../base/errors.ts';
import { PROBE_FILES } from '../formats/probe/probe.ts';
import { cannot, prepareFolder, writeOutput } from './files.ts';

const CARD = 'CARD.md';
const TABLES = 'csv';
/** What belongs to a probe, and is replaced with it; everything else in the folder is the user's and stays. */
const OWN = new Set<string>([...Object.values(PROBE_FILES), CARD, TABLES]);

/** What is written: the path in the folder, and the content. */
export type BundleContents = ReadonlyMap<string, string | Uint8Array>;

/**
 * Sees to it that a probe can be written to `folder`, before hours of work go into it. Throws `usage` where the folder holds
 * a probe and `force` is not given, and where it cannot be written.
 */
export async function prepareBundle(folder: string, force: boolean): Promise<void> {
  const held = await heldIn(folder);
  const found = Object.values(PROBE_FILES).filter((name) => held.includes(name));
  if (found.length > 0 && !force) {
    throw new AppError(
      'usage',
      `${folder} already holds a probe (${found.join(', ')}). Name another folder, or give --force to replace it.`,
      { folder },
    );
  }
  const parent = dirname(resolve(folder));
  await prepareFolder(parent);
  await rm(await beside(folder), { recursive: true });
}

/** Writes a probe's files beside `folder` and moves them into place; what lay there stays whole until then, and stays if that fails. */
export async function writeBundle(folder: string, contents: BundleContents): Promise<void> {
  const made = await beside(folder);
  const before = `${made}.old`;
  try {
    for (const [name, content] of contents) await writeOutput(join(made, name), content);
    const replaced = await moveIfFull(folder, before);
    try {
      await rename(made, folder);
    } catch (thrown) {
      if (replaced) await rename(before, folder);
      throw cannot('write', folder, thrown);
    }
    if (replaced) {
      for (const name of (await heldIn(before)).filter((held) => !OWN.has(held)))
        await rename(join(before, name), join(folder, name));
      await rm(before, { recursive: true });
    }
  } catch (thrown) {
    await rm(made, { recursive: true, force: true });
    throw thrown;
  }
}

/** A new folder next to `folder`, on the same disk, so that a rename moves it. */
async function beside(folder: string): Promise<string> {
  const path = resolve(folder);
  try {
    const made = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
    // A temporary folder is its owner's alone; this one becomes an ordinary one.
    await chmod(made, 0o777 & ~process.umask());
    return made;
  } catch (thrown) {
    throw cannot('write to', dirname(path), thrown);
  }
}

async function heldIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cannot('write to', folder, thrown);
  }
}

/** Moves a folder that holds something out of the way, and removes an empty one. */
async function moveIfFull(folder: string, to: string): Promise<boolean> {
  const names = await heldIn(folder);
  try {
    if (names.length > 0) {
      await rename(folder, to);
      return true;
    }
    await rmdir(folder);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw cannot('write', folder, thrown);
  }
  return false;
}
