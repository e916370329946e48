/** Holds the files of a model's folder to the hashes that lie with it: `SHA256SUMS` in it, and `FOLDER.manifest.json` beside it. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { parseSums } from '../../base/sha256-sums.ts';
import { LONGEST_MANIFEST_BYTES, parseManifest } from '../store/manifest.ts';
import { about, modelFileBytes, readModelFile, sha256OfModelFile } from './model-file.ts';

const SUMS = 'SHA256SUMS';

/** What files were held to. Paths are from the model's folder, with `/` between names. */
export interface HeldFilesReport {
  /** The lists that there are. */
  readonly lists: readonly string[];
  /** How many files were read and are what every list that names them says. */
  readonly held: number;
  /** Files that were read and that no list names. */
  readonly notListed: readonly string[];
  /** Files that a list names and that are not there; known where all were asked for. */
  readonly notThere: readonly string[];
  /** What it means that there is no list; null where there is one. */
  readonly note: string | null;
}

/** What a list says of one file. */
interface Expected {
  readonly list: string;
  readonly sha256: string;
}

/** The files of one folder, each hashed once at most. */
export class HeldFiles {
  readonly #folder: string;
  readonly #lists: readonly string[];
  readonly #expected: ReadonlyMap<string, readonly Expected[]>;
  readonly #hashes = new Map<string, string>();
  #notThere: readonly string[] = [];

  private constructor(
    folder: string,
    lists: ReadonlyMap<string, readonly { readonly path: string; readonly sha256: string }[]>,
  ) {
    this.#folder = folder;
    this.#lists = [...lists.keys()];
    const expected = new Map<string, Expected[]>();
    for (const [list, files] of lists) {
      for (const { path, sha256 } of files)
        expected.set(resolve(folder, path), [...(expected.get(resolve(folder, path)) ?? []), { list, sha256 }]);
    }
    this.#expected = expected;
  }

  /** Reads the lists of a model's folder. Throws `model-manifest-invalid` where one cannot be used. */
  static async of(folder: string): Promise<HeldFiles> {
    const sums = join(folder, SUMS);
    const manifest = `${folder}.manifest.json`;
    const lists = new Map<string, readonly { readonly path: string; readonly sha256: string }[]>();
    if (existsSync(sums)) lists.set(SUMS, parseSums(await textOf(sums), sums));
    if (existsSync(manifest)) {
      const listed = manifestFiles(await textOf(manifest), manifest, folder);
      if (listed !== null) lists.set(`../${basename(manifest)}`, listed);
    }
    return new HeldFiles(folder, lists);
  }

  /** The SHA-256 of a file, as hex. Throws `model-file-altered` where a list says another, and `model-fetch-failed`. */
  async sha256(path: string): Promise<string> {
    const sha256 = this.#hashes.get(path) ?? (await sha256OfModelFile(path));
    this.#hashes.set(path, sha256);
    for (const { list, sha256: expected } of this.#expected.get(path) ?? [])
      if (expected !== sha256) throw altered(path, list, expected, sha256);
    return sha256;
  }

  /** Holds every file that a list names and that is there. Throws as {@link sha256} does, or `cancelled` by `onFile`. */
  async everyListed(onFile?: (done: number, total: number) => void): Promise<void> {
    const listed = [...this.#expected.keys()];
    const there = new Set(listed.filter((path) => existsSync(path)));
    this.#notThere = listed.filter((path) => !there.has(path)).map((path) => this.#named(path));
    let done = 0;
    for (const path of there) {
      await this.sha256(path);
      done += 1;
      onFile?.(done, there.size);
    }
  }

  /** What files were held to until now. */
  report(): HeldFilesReport {
    const paths = [...this.#hashes.keys()];
    const held = paths.filter((path) => this.#expected.has(path));
    const note = `There is no ${SUMS} in ${this.#folder} and no ${basename(this.#folder)}.manifest.json beside it, so nothing here says whether the files are those that were published: the check of numbers does not see every changed weight.`;
    return {
      lists: this.#lists,
      held: held.length,
      notListed: paths.filter((path) => !this.#expected.has(path)).map((path) => this.#named(path)),
      notThere: this.#notThere,
      note: this.#lists.length === 0 ? note : null,
    };
  }

  #named(path: string): string {
    return relative(this.#folder, path).replaceAll('\\', '/');
  }
}

/** What a manifest beside a folder lists of it; null where it is about another folder. */
function manifestFiles(
  text: string,
  path: string,
  folder: string,
): readonly { readonly path: string; readonly sha256: string }[] | null {
  const { base, files } = about(path, () => parseManifest(text));
  if (resolve(dirname(path), base) !== resolve(folder)) return null;
  return files.flatMap(({ path: name, sha256 }) => (sha256 === null ? [] : [{ path: name, sha256 }]));
}

async function textOf(list: string): Promise<string> {
  const bytes = modelFileBytes(list);
  if (bytes > LONGEST_MANIFEST_BYTES)
    throw new AppError(
      'model-manifest-invalid',
      `${list} has ${String(bytes)} bytes; a list of files has ${String(LONGEST_MANIFEST_BYTES)} at most. Get it again from where the model came from, or take it away.`,
      { path: list, bytes },
    );
  return (await readModelFile(list)).toString('utf8');
}

function altered(path: string, list: string, expected: string, actual: string): AppError {
  return new AppError(
    'model-file-altered',
    `${path} is not the file that was published: its SHA-256 is ${actual.slice(0, 12)}…, and ${basename(list)} says ${expected.slice(0, 12)}…. Get it again from where the model came from. If you changed it on purpose, take the list away.`,
    { path, list, expectedSha256: expected, actualSha256: actual },
  );
}
