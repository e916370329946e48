/** Files that the commands read and write; a missing one is named with what to do. */
import { createHash } from 'node:crypto';
import { access, constants, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../base/errors.ts';
import type { Probe } from '../probe/probe-types.ts';
import type { AblationReport } from '../steering/ablation-types.ts';
import { ABLATION_FILE, parseAblation } from '../formats/probe/ablation.ts';
import { parseProbe } from '../formats/probe/probe.ts';
import { parsePromptSet, type PromptSet, type PromptSetOptions } from '../formats/sets/prompt-set.ts';
import type { SetFiles } from '../formats/sets/set-lines.ts';
import { parseStorySet, type StorySet } from '../formats/sets/story-set.ts';
import { decodeText, MAX_TEXT_BYTES } from '../formats/containers/text-file.ts';

const HEADER_ENDING = '.set.json';

/** The most that is read of a file of numbers, such as a control vector. */
const MAX_BYTES = 1_000_000_000;
/** The most that is read of a text for a model: far more than any context holds. */
const MAX_PROSE_BYTES = 16_000_000;

/** Reads a file that the user named, up to `most` bytes: a device or a pipe may have no end. Throws `usage`. */
export async function readInput(path: string, most = MAX_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const file = await open(path, 'r');
    try {
      for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) {
        chunks.push(chunk as Buffer);
        length += (chunk as Buffer).length;
        if (length > most) break;
      }
      if (length > most) throw tooLarge(path, (await file.stat()).size, most);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : cannot('read', path, thrown);
  }
  return Buffer.concat(chunks, length);
}

/** Reads a text file that the user named. Throws `usage` for what is no UTF-8, with the line, and for what is too large. */
export async function readText(path: string): Promise<string> {
  return decodeText(await readInput(path, MAX_TEXT_BYTES), path, 'usage');
}

/** The same for a text that a model is to read, of at most 16 MB. */
export async function readProse(path: string): Promise<string> {
  return decodeText(await readInput(path, MAX_PROSE_BYTES), path, 'usage');
}

/** A text file that may be missing: null where there is none. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readText(path);
  } catch (thrown) {
    if (thrown instanceof AppError && (thrown.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return null;
    throw thrown;
  }
}

/** What the model loses without the probe in `dir`; null where that was not measured. Throws `dose-invalid`. */
export async function ablationIn(dir: string): Promise<AblationReport | null> {
  const source = await readIfThere(join(dir, ABLATION_FILE));
  return source === null ? null : parseAblation(source);
}

/** A prompt set from its header file, `NAME.set.json` beside `NAME.jsonl`. */
export async function readPromptSet(path: string, options: PromptSetOptions): Promise<PromptSet> {
  return parsePromptSet(await readSetFiles(path), options);
}

/** A set of neutral stories from its header file. */
export async function readStorySet(path: string): Promise<StorySet> {
  return parseStorySet(await readSetFiles(path));
}

/** A probe from its folder. */
export async function readProbe(dir: string): Promise<{ probe: Probe; sha256: string }> {
  const json = await readInput(join(dir, 'probe.json'), MAX_TEXT_BYTES);
  const tensors = await readInput(join(dir, 'directions.safetensors'));
  return {
    probe: parseProbe(json.toString('utf8'), tensors),
    sha256: createHash('sha256').update(json).update(tensors).digest('hex'),
  };
}

/** Writes a file whole or not at all, making its folder; it is on the disk before it gets its name. */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    try {
      const file = await open(part, 'w');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path);
    } catch (thrown) {
      await rm(part, { force: true });
      throw thrown;
    }
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

/** What is thrown where the system refuses a file: what was to be done, the path, and its own words. */
export function cannot(what: string, path: string, thrown: unknown): AppError {
  return new AppError(
    'usage',
    `Cannot ${what} ${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    { path },
    thrown,
  );
}

/** The size is the file's own; a pipe or a device says 0, and then only the limit is named. */
function tooLarge(path: string, size: number, most: number): AppError {
  const has = size > most ? `has ${Math.ceil(size / 1e6)} MB` : 'has no end, or is larger';
  return new AppError(
    'usage',
    `Cannot read ${path}: it ${has}; at most ${most / 1e6} MB are read. Name a smaller file.`,
    { path, size, most },
  );
}

/** The two files of a set as text, not yet validated, from the header's path. */
export async function readSetFiles(path: string): Promise<SetFiles> {
  if (!path.endsWith(HEADER_ENDING))
    throw new AppError('usage', `A set is named by its header file, which ends in ${HEADER_ENDING}; got ${path}.`, {
      path,
    });
  const rowsPath = `${path.slice(0, -HEADER_ENDING.length)}.jsonl`;
  const header = await readInput(path, MAX_TEXT_BYTES);
  const rows = await readInput(rowsPath, MAX_TEXT_BYTES);
  const [headerName, rowsName] = [basename(path), basename(rowsPath)];
  return {
    headerName,
    rowsName,
    header: decodeText(header, headerName),
    rows: decodeText(rows, rowsName),
    sha256: createHash('sha256').update(rows).digest('hex'),
  };
}
