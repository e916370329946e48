/**
 * Files of a checkpoint in a browser, read piece by piece: at once from disk or storage, in workers only, or in parts that are fetched.
 */
import { AppError } from '../../base/errors.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import type { FileData } from '../../models/model-source.ts';
import { cancelled } from './fetch-file.ts';
import { checkHost, checkLanding, gated } from './hosts.ts';

/** What is missing from the type library of pages: it is there in workers. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A picked or stored file. Reading throws `model-fetch-failed` where the disk does not give it any more. */
export function blobFile(path: string, data: FileData): CheckpointFile {
  const name = nameOf(path);
  const reader = new FileReaderSync();
  return {
    name,
    path: name,
    bytes: data.size,
    read: (from, to) => {
      try {
        return new Uint8Array(reader.readAsArrayBuffer(data.slice(from, Math.min(to, data.size)) as unknown as Blob));
      } catch (cause) {
        throw new AppError(
          'model-fetch-failed',
          `${path} could not be read from your disk. It may have been moved or changed since you picked it: pick it again.`,
          { file: path },
          cause,
        );
      }
    },
  };
}

/** A file on a host, of which parts are fetched. */
export interface RemoteFile {
  readonly url: string;
  readonly path: string;
  readonly bytes: number;
  readonly hosts: readonly string[];
}

/** Says which bytes are wanted next. */
class Wanted extends Error {
  readonly file: FetchedParts;
  readonly range: readonly [number, number];

  constructor(file: FetchedParts, range: readonly [number, number]) {
    super(`Bytes ${range[0]} to ${range[1]} are wanted.`);
    this.file = file;
    this.range = range;
  }
}

/** A file of which some parts are there. */
class FetchedParts implements CheckpointFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly #remote: RemoteFile;
  readonly #parts: { readonly from: number; readonly bytes: Uint8Array }[] = [];

  constructor(remote: RemoteFile) {
    this.name = this.path = nameOf(remote.path);
    this.bytes = remote.bytes;
    this.#remote = remote;
  }

  readonly read = (from: number, to: number): Uint8Array => {
    const end = Math.min(to, this.bytes);
    const part = this.#parts.find((one) => one.from <= from && one.from + one.bytes.length >= end);
    if (part === undefined) throw new Wanted(this, [from, end]);
    return part.bytes.subarray(from - part.from, end - part.from);
  };

  async bring([from, to]: readonly [number, number], signal: AbortSignal): Promise<void> {
    this.#parts.push({ from, bytes: await fetchRange(this.#remote, from, to, signal) });
  }
}

/**
 * What `open` makes of files on a host, whose parts are fetched as it asks for them; it is run anew each time. Throws what it throws,
 * `model-host-off`, `model-gated`, `model-fetch-failed` and `cancelled`.
 */
export async function withFetchedParts<T>(
  remotes: readonly RemoteFile[],
  open: (files: readonly CheckpointFile[]) => T,
  signal: AbortSignal,
): Promise<T> {
  const files = remotes.map((remote) => new FetchedParts(remote));
  for (;;) {
    try {
      return open(files);
    } catch (thrown) {
      if (!(thrown instanceof Wanted)) throw thrown;
      await thrown.file.bring(thrown.range, signal);
    }
  }
}

async function fetchRange(
  { url, path, bytes, hosts }: RemoteFile,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  checkHost(url, hosts);
  const failed = (why: string, cause?: unknown): AppError =>
    new AppError(
      'model-fetch-failed',
      `The head of ${path} could not be fetched from ${new URL(url).host}: ${why}. Check the network, then ask again.`,
      { file: path },
      cause,
    );
  try {
    const response = await fetch(url, {
      headers: { Range: `bytes=${from}-${to - 1}` },
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
    await checkLanding(response, hosts);
    if (response.status === 401 || response.status === 403) throw gated(new URL(url).host, path, response.status);
    if (!response.ok) throw failed(`it answered ${response.status}`);
    // A server may ignore the range and answer with everything from the start.
    return await someOf(response, response.status === 206 ? 0 : from, to - from, failed, bytes);
  } catch (thrown) {
    if (signal.aborted) throw cancelled();
    throw thrown instanceof AppError ? thrown : failed('the connection broke', thrown);
  }
}

/** `count` bytes of an answer after the first `skip`; no more of it is waited for. */
async function someOf(
  response: Response,
  skip: number,
  count: number,
  failed: (why: string) => AppError,
  fileBytes: number,
): Promise<Uint8Array> {
  const out = new Uint8Array(count);
  const reader = response.body?.getReader();
  let [passed, done] = [0, 0];
  try {
    while (done < count) {
      const { value, done: ended } = (await reader?.read()) ?? { value: undefined, done: true };
      if (ended || value === undefined) throw failed(`it ended before byte ${skip + count} of ${fileBytes}`);
      const piece = value.subarray(Math.min(value.length, Math.max(0, skip - passed)));
      passed += value.length;
      const taken = piece.subarray(0, count - done);
      out.set(taken, done);
      done += taken.length;
    }
  } finally {
    await reader?.cancel().catch(() => undefined);
  }
  return out;
}
