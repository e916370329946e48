/**
 * What an address asks for, `#run=ADDRESS`, `#probe=ADDRESS` or `#shelf=ADDRESS`: who made the link chose it. So nothing is fetched before
 * the reader says so, and only from the page's own host or one that the build names.
 */
import { AppError } from '../../base/errors.ts';
import { MOST_SHELVED_BYTES, SHELVED_FILES } from '../../formats/probe/shelf.ts';
import { isModelHost } from '../../models/model-hosts.ts';

/** What a link asks to open. */
export interface LinkedFile {
  readonly kind: 'run' | 'probe' | 'shelf';
  /** Of a probe and a shelf its folder, with `/` at the end. */
  readonly url: URL;
  /** The host that would learn of it; null for the page's own. */
  readonly host: string | null;
}

/** A file that was fetched, as one that is picked is given. */
export interface FetchedFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file of a linked thing. */
interface Wanted {
  readonly name: string;
  readonly mostBytes: number;
  /** Whether it may be missing. */
  readonly optional: boolean;
}

const LONGEST_ADDRESS = 2000;
const RUN_BYTES = 32_000_000;
/** A probe by itself may come without its report. */
const PROBE_FILES: readonly Wanted[] = SHELVED_FILES.map((name) => ({
  name,
  mostBytes: MOST_SHELVED_BYTES[name],
  optional: name === 'report.json',
}));

/**
 * What `hash` asks for; null where it asks for no file. Addresses are relative to the page at `base`. Throws `link-invalid` for one that
 * is none, or that lies on a host that this page does not ask.
 */
export function linkedFile(hash: string, base: string, hosts: readonly string[]): LinkedFile | null {
  const [, kind, given = ''] = /^#(run|probe|shelf)=(.*)$/s.exec(hash) ?? [];
  if (kind !== 'run' && kind !== 'probe' && kind !== 'shelf') return null;
  if (given.length > LONGEST_ADDRESS)
    throw refused(`The address in the link has ${given.length} characters; at most ${LONGEST_ADDRESS} are read.`);
  const url = addressIn(given, base);
  if (url === null) throw refused(`${JSON.stringify(given.slice(0, 100))} in the link is no address.`);
  const own = url.origin === new URL(base).origin;
  if (!own && !isModelHost(url.origin, hosts))
    throw refused(
      `The file lies on ${url.host}, and this page asks ${hosts.length === 0 ? 'its own host only' : `only its own host and ${hosts.join(', ')}`}. Download the file, and import it under Library.`,
    );
  if (kind !== 'run') url.pathname = url.pathname.replace(/\/(?:probe|index)\.json$/, '/').replace(/\/?$/, '/');
  return { kind, url, host: own ? null : url.host };
}

/**
 * A file below the folder of a linked probe or shelf, by its path. Throws `link-invalid` where it cannot be had or has more than
 * `mostBytes`, and `cancelled`.
 */
export async function fetchFile(
  { url, host }: LinkedFile,
  path: string,
  mostBytes: number,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<FetchedFile> {
  const wanted = { name: path, mostBytes, optional: false } as const;
  const bytes = await bytesAt(new URL(path, url), wanted, host === null ? [] : hosts, signal);
  return fetchedFile(path.split('/').at(-1) ?? path, bytes);
}

/** Files of a linked run or probe. Throws `link-invalid` where one cannot be had or is larger than such files are, and `cancelled`. */
export async function fetchLinked(
  { kind, url, host }: LinkedFile & { readonly kind: 'run' | 'probe' },
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<readonly FetchedFile[]> {
  const wanted: readonly Wanted[] = {
    run: [{ name: url.pathname.split('/').at(-1) ?? '', mostBytes: RUN_BYTES, optional: false }],
    probe: PROBE_FILES,
  }[kind];
  const files: FetchedFile[] = [];
  // One after the other: what is said of a probe with two faults does not depend on which answer comes first.
  for (const { name, ...limits } of wanted) {
    const address = kind === 'run' ? url : new URL(name, url);
    const bytes = await bytesAt(address, { name, ...limits }, host === null ? [] : hosts, signal);
    if (bytes === null) continue;
    files.push(fetchedFile(name, bytes));
  }
  return files;
}

const fetchedFile = (name: string, bytes: Uint8Array<ArrayBuffer>): FetchedFile => ({
  name,
  size: bytes.byteLength,
  text: async () => new TextDecoder().decode(bytes),
  arrayBuffer: async () => bytes.slice().buffer,
});

/** The bytes, while they come held to the most that there may be; null where an optional file is not there. */
function bytesAt(
  url: URL,
  wanted: Wanted & { readonly optional: false },
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>>;
function bytesAt(
  url: URL,
  wanted: Wanted,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null>;
async function bytesAt(
  url: URL,
  { name, mostBytes, optional }: Wanted,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const own = hosts.length === 0;
  try {
    const response = await fetch(url, {
      signal,
      cache: 'no-store',
      // The page's own host may not lead to another, which would be asked before its address is known here. Where a named host leads on,
      // as the Hub does, the page's policy stops what it does not name, and what came by another way is not read.
      mode: own ? 'same-origin' : 'cors',
      credentials: own ? 'same-origin' : 'omit',
      referrerPolicy: 'no-referrer',
    });
    const landed = new URL(response.url === '' ? url : response.url).origin;
    if (landed !== url.origin && !isModelHost(landed, hosts)) {
      await response.body?.cancel();
      throw refused(`${url.host} leads on to ${landed}, which this page does not ask.`);
    }
    // A host that answers every address with its start page has no such file.
    const isPage = /^text\/html\b/.test(response.headers.get('content-type') ?? '');
    if (!response.ok || response.body === null || isPage) {
      await response.body?.cancel();
      if (optional && (isPage || response.status === 404)) return null;
      throw refused(`${url.host} has no ${name} there: it answered ${isPage ? 'with a web page' : response.status}.`);
    }
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > mostBytes) {
        await reader.cancel();
        throw refused(`${name} has more than ${mostBytes / 1e6} MB, which no such file of Flipside's has.`);
      }
      parts.push(value);
    }
    const out = new Uint8Array(bytes);
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.byteLength;
    }
    return out;
  } catch (thrown) {
    if (signal.aborted) throw new AppError('cancelled', 'Opening the link was stopped.', {}, thrown);
    if (thrown instanceof AppError) throw thrown;
    throw refused(
      own
        ? `${url.host} did not give ${name}. Is there a network? A host that leads on to another is not followed.`
        : `${url.host} did not give ${name}. Is there a network, and does that host let other pages read it?`,
    );
  }
}

/** An address without a name and a password in it, over http or https; null for anything else. */
function addressIn(given: string, base: string): URL | null {
  try {
    const url = new URL(decodeURIComponent(given), base);
    const plain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && given !== '';
    url.hash = '';
    return plain ? url : null;
  } catch {
    return null;
  }
}

const refused = (message: string): AppError => new AppError('link-invalid', message);
