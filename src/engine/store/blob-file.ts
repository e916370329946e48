/**
 * Files of a checkpoint in a browser, read piece by piece: at once from disk or storage, in workers only, or in parts that are fetched.
 */
import { AppError } from '../../base/errors.ts';
import { nameOf } from '../../base/file-path.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import type { FileData } from '../../models/model-source.ts';
import { cancelled } from './fetch-file.ts';
import { checkHost, checkLanding, gated } from './hosts.ts';

/** What is missing from the type library of pages: it is there in workers. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

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
  const failed: Failed = (why, next = 'Check the network, then ask again.', cause) =>
    new AppError(
      'model-fetch-failed',
      `The head of ${path} could not be fetched from ${new URL(url).host}: ${why}. ${next}`,
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
    try {
      if (response.status === 401 || response.status === 403) throw gated(new URL(url).host, path, response.status);
      if (!response.ok) throw failed(`it answered ${response.status}`);
      checkPart(response, [from, to], bytes, failed);
      return await someOf(response, to - from, failed);
    } finally {
      // Nothing more is waited for; a stream that broke rejects with what is thrown already.
      await response.body?.cancel().catch(() => undefined);
    }
  } catch (thrown) {
    if (signal.aborted) throw cancelled();
    throw thrown instanceof AppError ? thrown : failed('the connection broke', undefined, thrown);
  }
}

/** The error of a part that did not come: why, what to do next, and what was thrown. */
type Failed = (why: string, next?: string, cause?: unknown) => AppError;

/** Refuses an answer that is another part than was asked for, as far as its headers tell. */
function checkPart(
  { status, headers }: Response,
  [from, to]: readonly [number, number],
  bytes: number,
  failed: Failed,
): void {
  const pick = 'Download the model there, and pick its files here.';
  if (status !== 206) {
    if (from === 0 && to === bytes) return;
    throw failed('it sends the whole file where a part is asked for', pick);
  }
  // Across origins the header is there only where the host lets it be read.
  const said = headers.get('content-range');
  const [, first, whole] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(said ?? '') ?? [];
  if (said !== null && (Number(first) !== from || (whole !== '*' && Number(whole) !== bytes)))
    throw failed(`it sent ${said.slice(0, 80)}, and bytes ${from}-${to - 1}/${bytes} were asked for`, pick);
}

/** The first `count` bytes of an answer. */
async function someOf({ body }: Response, count: number, failed: Failed): Promise<Uint8Array> {
  const out = new Uint8Array(count);
  const reader = body?.getReader();
  let done = 0;
  try {
    while (done < count) {
      const { value, done: ended } = (await reader?.read()) ?? { value: undefined, done: true };
      if (ended || value === undefined) throw failed(`it sent ${done} of ${count} bytes`);
      const taken = value.subarray(0, count - done);
      out.set(taken, done);
      done += taken.length;
    }
  } finally {
    reader?.releaseLock();
  }
  return out;
}
