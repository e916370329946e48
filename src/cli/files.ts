/** Files that the commands read and write; a missing one is named with what to do. */
import { createHash } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../core/errors.ts';
import type { Probe } from '../core/probe-types.ts';
import { parseProbe } from '../format/probe.ts';
import { parsePromptSet, type PromptSet } from '../format/prompt-set.ts';
import type { SetFiles } from '../format/set-lines.ts';
import { parseStorySet, type StorySet } from '../format/story-set.ts';

const HEADER_ENDING = '.set.json';

/** Reads a file that the user named. */
export async function readInput(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    throw cannot('read', path, thrown);
  }
}

/** A text file that may be missing: null where there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw cannot('read', path, thrown);
  }
}

/** A prompt set from its header file, `NAME.set.json` beside `NAME.jsonl`. */
export async function readPromptSet(path: string, options: { requireNeutral: boolean }): Promise<PromptSet> {
  return parsePromptSet(await readSetFiles(path), options);
}

/** A set of neutral stories from its header file. */
export async function readStorySet(path: string): Promise<StorySet> {
  return parseStorySet(await readSetFiles(path));
}

/** A probe from its folder. */
export async function readProbe(dir: string): Promise<{ probe: Probe; sha256: string }> {
  const json = await readInput(join(dir, 'probe.json'));
  const tensors = await readInput(join(dir, 'directions.safetensors'));
  return { probe: parseProbe(json.toString('utf8'), tensors), sha256: createHash('sha256').update(json).update(tensors).digest('hex') };
}

/** Writes a file whole or not at all, making its folder. */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, content);
    await rename(part, path);
  } catch (thrown) {
    throw cannot('write', path, thrown);
  }
}

/** Makes an output folder and sees to it that it can be written, before hours of work go into what belongs there. */
export async function prepareFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (thrown) {
    throw cannot('write to', path, thrown);
  }
}

/** Names of the files in a folder that the user named. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (thrown) {
    throw cannot('read', path, thrown);
  }
}

function cannot(what: string, path: string, thrown: unknown): AppError {
  return new AppError('usage', `Cannot ${what} ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, { path }, thrown);
}

/** The two files of a set as text, not yet validated, from the header's path. */
export async function readSetFiles(path: string): Promise<SetFiles> {
  if (!path.endsWith(HEADER_ENDING)) throw new AppError('usage', `A set is named by its header file, which ends in ${HEADER_ENDING}; got ${path}.`, { path });
  const rowsPath = `${path.slice(0, -HEADER_ENDING.length)}.jsonl`;
  const header = await readInput(path);
  const rows = await readInput(rowsPath);
  return { headerName: basename(path), rowsName: basename(rowsPath), header: header.toString('utf8'), rows: rows.toString('utf8'), sha256: createHash('sha256').update(rows).digest('hex') };
}
