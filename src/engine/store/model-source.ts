/** From what is to be loaded to a manifest, and to where each of its files is. */
import type { LoadProgress } from '../../models/engine-report.ts';
import { AppError } from '../../base/errors.ts';
import type { ChosenOffer, LocalFiles, ModelSource } from '../../models/model-source.ts';
import { fetchManifest, MANIFEST_SUFFIX, manifestName } from './fetch-manifest.ts';
import { type FilePlace, readPicked } from './load-file.ts';
import { parseManifest, type ManifestFile, type ModelManifest } from './manifest.ts';
import { manifestOf, needWhole } from './offer-manifest.ts';
import { createSha256, sha256Hex } from './sha256.ts';
import type { Vault } from './vault.ts';

/** A model that can be loaded now, and again for as long as the worker lives. */
export interface ResolvedModel {
  readonly manifest: ModelManifest;
  /** Name of its manifest in storage, without the suffix. */
  readonly key: string;
  readonly placeOf: (file: ManifestFile) => FilePlace;
}

/** How to resolve. */
export interface Resolving {
  readonly vault: Vault | null;
  /** Hosts that files may come from. */
  readonly hosts: readonly string[];
  readonly onProgress: ((progress: Extract<LoadProgress, { phase: 'hashing' }>) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Finds the manifest of a source. Files that the reader picked are hashed for it, all of them. Throws what the loading
 * does, and `model-variant-missing`.
 */
export async function resolveModel(source: ModelSource, how: Resolving): Promise<ResolvedModel> {
  switch (source.kind) {
    case 'site': {
      const { manifestUrl } = source;
      const manifest = await fetchManifest(manifestUrl, how.vault, how.signal);
      return {
        manifest,
        key: manifestName(manifestUrl),
        placeOf: ({ path }) => ({ kind: 'url', url: new URL(manifest.base + path, manifestUrl).href, hosts: null }),
      };
    }
    case 'kept':
      return resolveKept(source.key, how);
    case 'offer': {
      const { from } = source.chosen.listing;
      if (from.kind === 'hub') return keepManifest(manifestOf(source.chosen), how.vault, hubPlaces(how.hosts));
      return keepManifest(
        manifestOf(source.chosen, await hashPicked(source.chosen, from.files, how)),
        how.vault,
        (_) =>
          ({ path }) =>
            pickedPlace(from.files, path),
      );
    }
  }
}

/** A hub's model before anything of it is kept, its list of files included. Throws `model-variant-missing` or `model-manifest-invalid`. */
export function resolveUnkept(chosen: ChosenOffer, hosts: readonly string[]): ResolvedModel {
  const manifest = manifestOf(chosen);
  return { manifest, key: keyOfText(JSON.stringify(manifest)), placeOf: hubPlaces(hosts)(manifest) };
}

const keyOfText = (text: string): string => sha256Hex(new TextEncoder().encode(text));

const hubPlaces =
  (hosts: readonly string[]) =>
  ({ base }: ModelManifest) =>
  ({ path }: ManifestFile): FilePlace => ({ kind: 'url', url: base + path, hosts });

function pickedPlace(files: LocalFiles, path: string): FilePlace {
  const data = files.get(path);
  return data === undefined ? { kind: 'gone' } : { kind: 'picked', data };
}

/** Keeps a manifest that no address stands for, before its first byte comes: what has arrived is then known to be its. */
async function keepManifest(
  manifest: ModelManifest,
  vault: Vault | null,
  placesOf: (manifest: ModelManifest) => ResolvedModel['placeOf'],
): Promise<ResolvedModel> {
  const text = JSON.stringify(manifest);
  const key = keyOfText(text);
  // A storage that refuses is reported with the files.
  await vault?.writeText(key + MANIFEST_SUFFIX, text).catch(() => undefined);
  return { manifest, key, placeOf: placesOf(manifest) };
}

async function resolveKept(key: string, { vault, hosts }: Resolving): Promise<ResolvedModel> {
  const text = /^[0-9a-f]{64}$/.test(key) ? ((await vault?.readText(key + MANIFEST_SUFFIX)) ?? null) : null;
  if (text === null)
    throw new AppError(
      'model-fetch-failed',
      'This browser no longer keeps the model that was chosen. Choose it again under Models, or choose the embedded one.',
      { key },
    );
  const manifest = parseManifest(text);
  if (manifest.from === undefined)
    throw new AppError(
      'model-manifest-invalid',
      'The model that was chosen lies beside the page, and its list does not say where. Choose the embedded model under Models.',
      { field: 'from' },
    );
  return { manifest, key, placeOf: manifest.from === 'hub' ? hubPlaces(hosts)(manifest) : () => ({ kind: 'gone' }) };
}

/** SHA-256 of every picked file of an offer, by its path. */
async function hashPicked(
  { offer }: ChosenOffer,
  files: LocalFiles,
  { onProgress, signal }: Resolving,
): Promise<ReadonlyMap<string, string>> {
  needWhole(offer);
  const hashes = new Map<string, string>();
  let done = 0;
  for (const { path } of offer.files) {
    const data = files.get(path);
    if (data === undefined)
      throw new AppError(
        'model-variant-missing',
        `${path} is not among the files that were picked. Pick the model's folder again.`,
        { path },
      );
    const hash = createSha256();
    await readPicked(path, data, 0, signal, (chunk) => {
      hash.update(chunk);
      done += chunk.length;
      onProgress?.({ phase: 'hashing', loadedBytes: done, totalBytes: offer.bytes });
    });
    hashes.set(path, hash.hex());
  }
  return hashes;
}
