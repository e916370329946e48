/** The manifest of a model: over the network, and without one from the last visit. */
import { AppError } from '../../base/errors.ts';
import { cancelled } from './fetch-file.ts';
import { LONGEST_MANIFEST_BYTES, type ModelManifest, parseManifest } from './manifest.ts';
import { sha256Hex } from './sha256.ts';
import type { Vault } from './vault.ts';

/** What the names of kept manifests end with. */
export const MANIFEST_SUFFIX = '.manifest.json';

/** The name that the manifest at an absolute address is kept by, without the suffix. */
export function manifestName(url: string): string {
  return sha256Hex(new TextEncoder().encode(url));
}

/**
 * The manifest at an absolute address. When the server cannot be reached (or fails, 5xx), the one that was kept on the
 * last visit serves. Throws `model-fetch-failed`, `model-manifest-invalid` or `cancelled`.
 */
export async function fetchManifest(url: string, vault: Vault | null, signal: AbortSignal): Promise<ModelManifest> {
  const name = manifestName(url) + MANIFEST_SUFFIX;
  let text: string;
  try {
    text = await fetchText(url, signal);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    const kept = error instanceof AppError && error.details['status'] !== 404 ? await readKept(name, vault) : null;
    if (kept === null) throw error;
    return kept;
  }
  const manifest = parseManifest(text);
  if (manifest.from !== undefined)
    throw new AppError(
      'model-manifest-invalid',
      "The list of the model's files cannot be used: it says that they lie elsewhere, and the page takes them from beside itself only. Restore it from the repository.",
      { field: 'from' },
    );
  // Only a visit without a network misses it, so a storage that refuses is no reason to stop.
  await vault?.writeText(name, text).catch(() => undefined);
  return manifest;
}

async function readKept(name: string, vault: Vault | null): Promise<ModelManifest | null> {
  const text = (await vault?.readText(name)) ?? null;
  return text === null ? null : parseManifest(text);
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const path = new URL(url).pathname;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { cache: 'no-cache', signal });
    text = await response.text();
  } catch (cause) {
    if (signal.aborted) throw cancelled();
    throw failed(path, 'the server cannot be reached', 0, cause);
  }
  if (!response.ok) throw failed(path, `the server answered ${String(response.status)}`, response.status);
  if (response.headers.get('content-type')?.startsWith('text/html') === true)
    throw failed(path, 'the server answered with a web page', 404);
  if (text.length > LONGEST_MANIFEST_BYTES)
    throw failed(path, `it is longer than ${String(LONGEST_MANIFEST_BYTES)} bytes`, response.status);
  return text;
}

function failed(path: string, reason: string, status: number, cause?: unknown): AppError {
  return new AppError(
    'model-fetch-failed',
    `The list of the model's files could not be fetched: ${reason} (${path}). Check the network and the address, then try again.`,
    { url: path, status },
    cause,
  );
}
