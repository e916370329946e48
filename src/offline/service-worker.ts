/**
 * The service worker: the page without a network, after one visit with one. It answers for the files of its own build and
 * for nothing else; what goes to `models/` is not touched, because models have a storage of their own.
 *
 * Files whose names change with their content come from the cache. The page itself, and what has a lasting name, come from
 * the network while there is one: a visit shows the newest build, and nothing is ever reloaded under a reader's hands.
 * The page is isolated, whatever headers its host sends.
 */
import type { Build, BuiltFile, OfflineRequest, ServeAnswer } from '../models/offline-files.ts';
import { lastingName } from '../models/offline-files.ts';

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build step. */
declare const BUILD: Build;

/** So long a network that neither answers nor fails keeps the reader from what is kept. */
const PATIENCE_MS = 3000;

const build = BUILD;
const { scope } = self.registration;
/** Several builds may lie on one origin, each under its own path, and caches belong to the origin. */
const PREFIX = `flipside ${new URL(scope).pathname} `;
const CACHE = PREFIX + build.version;
const addressOf = (file: BuiltFile): string => new URL(file.path, scope).href;
const files = new Map(build.files.map((file) => [addressOf(file), file]));

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || request.headers.has('range')) return;
  const { origin, pathname } = new URL(request.url);
  const isPage = request.mode === 'navigate' && origin + pathname === `${scope}index.html`;
  const file = files.get(isPage ? scope : origin + pathname);
  if (file === undefined) return;
  const answer = file.hashed ? fromCache(event, file) : fromNetwork(request, file);
  event.respondWith(request.mode === 'navigate' ? answer.then(isolated) : answer);
});

self.addEventListener('message', (event) => {
  const request = event.data as OfflineRequest;
  if (request.ask === 'keep') event.waitUntil(keep(build.files.filter((file) => request.kinds.includes(file.kind))));
  else event.waitUntil(serve(request.script, event.ports[0]));
});

/**
 * Keeps what a first visit keeps, and what builds before this one were asked to keep. Throws if the former cannot be
 * had: it is tried again at the next visit.
 */
async function install(): Promise<void> {
  const used = new Set(
    (await Promise.all((await others()).map(async (name) => (await caches.open(name)).keys())))
      .flat()
      .map((request) => lastingName(request.url)),
  );
  const first = build.files.filter((file) => file.kind === 'first');
  await Promise.all(first.map(keepOne));
  await keep(build.files.filter((file) => used.has(lastingName(addressOf(file)))));
}

async function activate(): Promise<void> {
  await Promise.all((await others()).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Takes the place of the worker before, if the page that asks is of this build and no other is open that may be of the build before. */
async function serve(script: string, port: MessagePort | undefined): Promise<void> {
  const sameBuild = files.has(script);
  port?.postMessage({ sameBuild } satisfies ServeAnswer);
  const pages = (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).filter((page) =>
    page.url.startsWith(scope),
  );
  if (sameBuild && pages.length <= 1) await self.skipWaiting();
}

/** Stores the files that can be fetched; the rest is asked for again at the next visit. */
async function keep(wanted: readonly BuiltFile[]): Promise<void> {
  await Promise.allSettled(wanted.map(keepOne));
}

async function keepOne(file: BuiltFile): Promise<void> {
  const address = addressOf(file);
  const cache = await caches.open(CACHE);
  if ((await cache.match(address)) !== undefined) return;
  const had = file.hashed ? await caches.match(address) : undefined;
  const response =
    had ??
    (await fetch(new Request(address, { integrity: file.integrity, cache: file.hashed ? 'default' : 'no-cache' })));
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  await cache.put(address, response);
}

async function fromCache(event: FetchEvent, file: BuiltFile): Promise<Response> {
  const copy = await copyOf(file);
  if (copy !== undefined) return copy;
  const response = await fetch(event.request);
  if (response.status === 200) {
    const second = response.clone();
    // What was used once is likely used again. A cache that is full or refused stops no reading.
    event.waitUntil(
      caches
        .open(CACHE)
        .then((cache) => cache.put(addressOf(file), second))
        .catch(() => undefined),
    );
  }
  return response;
}

async function fromNetwork(request: Request, file: BuiltFile): Promise<Response> {
  const copy = await copyOf(file);
  if (copy === undefined) return fetch(request);
  const patience = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  const answer = await Promise.race([fetch(request).catch(() => null), patience]);
  // A redirect is the server's own wish, e.g. to sign in.
  return answer !== null && (answer.ok || answer.type === 'opaqueredirect') ? answer : copy;
}

/**
 * The page with the headers that let the processor compute on several threads, as a host that sends none would have to send
 * them. A first visit comes before this worker, and computes on one.
 */
function isolated(response: Response): Response {
  if (!response.ok) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** A server may say that answers vary by some header; the files of a build do not. */
function copyOf(file: BuiltFile): Promise<Response | undefined> {
  return caches.match(addressOf(file), { cacheName: CACHE, ignoreVary: true });
}

/** Names of the caches of other builds at this place. */
async function others(): Promise<readonly string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
}
