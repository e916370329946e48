/**
 * One file of a model over HTTP, as a stream: from its start, or from where an earlier try ended (Range).
 * A server may ignore the range and answer with everything; a connection that breaks is taken up again twice.
 */
import { AppError } from '../../base/errors.ts';
import { checkHost, checkLanding, gated } from './hosts.ts';
import type { ManifestFile } from './manifest.ts';

/** Gets the bytes in order. */
export interface ByteSink {
  /** The bytes that follow start here: where they were asked from, or 0. May come more than once. */
  begin(at: number): void;
  bytes(chunk: Uint8Array): void;
}

/** What to fetch. */
export interface FileRequest {
  readonly url: string;
  /** Hosts that it may come from; null for the page's own. */
  readonly hosts: readonly string[] | null;
  readonly file: ManifestFile;
  /** Bytes that are there already. */
  readonly from: number;
  /** Go past the browser's HTTP cache: what came out of it was wrong. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
}

/** Pauses before a broken connection is tried again. */
const PAUSES_MS = [400, 1200];

/**
 * Streams a file into the sink. Throws `model-host-off`, `model-gated`, `model-fetch-failed` (unreachable, broken off,
 * refused), `model-file-altered`
 * when the length is not the manifest's, or `cancelled`.
 */
export async function fetchFile(request: FileRequest, sink: ByteSink): Promise<void> {
  if (request.hosts !== null) checkHost(request.url, request.hosts);
  let position = request.from;
  const counting: ByteSink = {
    begin: (at) => {
      position = at;
      sink.begin(at);
    },
    bytes: (chunk) => {
      sink.bytes(chunk);
      position += chunk.length;
    },
  };
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchOnce({ ...request, from: position }, counting);
      return;
    } catch (error) {
      if (request.signal.aborted) throw cancelled();
      const pause = PAUSES_MS[attempt];
      // `fetch` and its stream say "the network failed" by TypeError; everything else is an answer, and final.
      if (!(error instanceof TypeError)) throw error;
      if (pause === undefined) throw unreachable(request, position, error);
      await sleep(pause, request.signal);
    }
  }
}

async function fetchOnce(request: FileRequest, sink: ByteSink): Promise<void> {
  const { file, from, signal } = request;
  const response = await fetch(request.url, {
    headers: from > 0 ? { Range: `bytes=${String(from)}-` } : {},
    // What comes from elsewhere is kept once, by the store, and learns no address of this page.
    cache: request.fresh ? 'reload' : request.hosts === null ? 'default' : 'no-store',
    ...(request.hosts !== null && { credentials: 'omit', referrerPolicy: 'no-referrer' }),
    signal,
  });
  // The server's file ends before the place we ask for: what we have is not from this file.
  if (response.status === 416 && from > 0) {
    await response.body?.cancel();
    return fetchOnce({ ...request, from: 0 }, sink);
  }
  if (request.hosts !== null) await checkLanding(response, request.hosts);
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    if (request.hosts !== null && [401, 403].includes(response.status))
      throw gated(new URL(request.url).host, file.path, response.status);
    throw refused(request, `the server answered ${String(response.status)}`, response.status);
  }
  const at = response.status === 206 ? from : 0;
  const reader = response.body.getReader();
  try {
    checkHeaders(request, response, at);
    sink.begin(at);
    let position = at;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (position + value.length > file.bytes) throw wrongLength(file, `more than ${String(file.bytes)}`);
      sink.bytes(value);
      position += value.length;
    }
    if (position !== file.bytes) throw wrongLength(file, String(position));
  } finally {
    // Without effect when the stream has ended; it may reject with the error that is on its way already.
    await reader.cancel().catch(() => undefined);
  }
}

/** Says so before a hundred megabytes are fetched in vain. */
function checkHeaders(request: FileRequest, response: Response, at: number): void {
  const { file } = request;
  const header = (name: string): string | null => response.headers.get(name);
  // A server for single-page sites answers every path that it does not know with its start page, and 200.
  if (header('content-type')?.startsWith('text/html') === true) {
    throw refused(request, 'the server answered with a web page instead of the file', response.status);
  }
  if (response.status === 206) {
    // Not readable across origins unless the server allows it.
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header('content-range') ?? `bytes ${String(at)}-0/*`);
    if (range === null || Number(range[1]) !== at)
      throw refused(request, `the server sent the wrong part of it (${header('content-range') ?? ''})`, 206);
    if (range[2] !== '*' && Number(range[2]) !== file.bytes) throw wrongLength(file, range[2] ?? '');
  }
  const length = header('content-length');
  // With a content encoding the header counts compressed bytes, and another origin does not let on that there is one.
  if (
    length !== null &&
    response.type === 'basic' &&
    header('content-encoding') === null &&
    Number(length) !== file.bytes - at
  )
    throw wrongLength(file, String(at + Number(length)));
}

function wrongLength(file: ManifestFile, actual: string): AppError {
  return new AppError(
    'model-file-altered',
    `${file.path} is not the file that the model came with: it has ${actual} bytes instead of ${String(file.bytes)}. Reload the page to fetch it again; if it stays, the copy on the server is damaged.`,
    { file: file.path, expectedBytes: file.bytes, actualBytes: actual },
  );
}

function refused(request: FileRequest, answer: string, status: number): AppError {
  const path = new URL(request.url).pathname;
  const check =
    request.hosts === null
      ? "Check that the model's files lie beside the page"
      : `Check that ${new URL(request.url).host} has it`;
  return new AppError(
    'model-fetch-failed',
    `${request.file.path} could not be fetched: ${answer} for ${path}. ${check}, then try again; what has arrived already is not lost.`,
    { file: request.file.path, url: path, status },
  );
}

function unreachable(request: FileRequest, position: number, cause: unknown): AppError {
  const path = new URL(request.url).pathname;
  return new AppError(
    'model-fetch-failed',
    `${request.file.path} could not be fetched: the connection failed after ${String(position)} of ${String(request.file.bytes)} bytes (${path}). Check the network, then try again; it goes on where it stopped.`,
    { file: request.file.path, url: path, status: 0, receivedBytes: position, expectedBytes: request.file.bytes },
    cause,
  );
}

/** What every aborted load throws. */
export function cancelled(): AppError {
  return new AppError('cancelled', 'Stopped.');
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}
