/** What this browser keeps: which model has which files here, what nobody needs any more, and how to delete all. */
import type { StoredModel } from '../../models/engine-report.ts';
import { MANIFEST_SUFFIX } from './fetch-manifest.ts';
import { keyOf, type ManifestFile, type ModelManifest, parseManifest } from './manifest.ts';
import { openVault, type Vault } from './vault.ts';

/** What the names of notes end with that say why a model did not start. */
const NOTE_SUFFIX = '.unopened.txt';

/** The models whose files are kept, wholly or in part. Works on every thread. */
export async function listStored(): Promise<readonly StoredModel[]> {
  const { vault } = await openVault();
  if (vault === null) return [];
  const entries = new Map((await vault.list()).map((entry) => [entry.name, entry]));
  const kept = (file: ManifestFile) => entries.get(`${keyOf(file)}.bin`) ?? entries.get(`${keyOf(file)}.part`);
  const models = await storedManifests(vault);
  const notes = await Promise.all(models.map(({ key }) => vault.readText(key + NOTE_SUFFIX)));
  return models.map(({ key, manifest: { id, title, licence, from, base, files } }, at) => ({
    key,
    id,
    title,
    licence,
    from: from === 'hub' ? { kind: 'hub', address: base } : { kind: from ?? 'site' },
    unopened: notes[at] ?? null,
    changed: Math.max(0, ...files.map((file) => kept(file)?.changed ?? 0)) || null,
    files: files.map((file) => ({
      path: file.path,
      sha256: file.sha256,
      bytes: file.bytes,
      keptBytes: kept(file)?.bytes ?? 0,
    })),
  }));
}

/**
 * Deletes every kept file and manifest, but for files that another tab is storing at this moment; with a key only the
 * model of that name, and of its files those that no other model has.
 */
export async function deleteStored(key: string | null = null): Promise<void> {
  const { vault } = await openVault();
  if (vault === null) return;
  if (key === null) for (const { name } of await vault.list()) await vault.remove(name);
  else {
    await forget(vault, key);
  }
}

/** Takes a model out of a storage that is open, and its files that no other model has. */
export async function forget(vault: Vault, key: string): Promise<void> {
  await vault.remove(key + MANIFEST_SUFFIX);
  await vault.remove(key + NOTE_SUFFIX);
  await sweep(vault, null);
}

/** Notes why a model did not start, or with null that it did. A storage that refuses is no reason to fail. */
export async function noteUnopened(key: string, reason: string | null): Promise<void> {
  const { vault } = await openVault();
  await (
    reason === null ? vault?.remove(key + NOTE_SUFFIX) : vault?.writeText(key + NOTE_SUFFIX, reason.slice(0, 400))
  )?.catch(() => undefined);
}

/** Deletes files that belong to no manifest any more, such as those of an older version of a model. */
export async function sweep(vault: Vault, current: ModelManifest | null): Promise<void> {
  const manifests = [
    ...(current === null ? [] : [current]),
    ...(await storedManifests(vault)).map(({ manifest }) => manifest),
  ];
  const needed = new Set(manifests.flatMap((manifest) => manifest.files.map(keyOf)));
  for (const { name } of await vault.list()) {
    const key = /^([0-9a-f]{64}|git-[0-9a-f]{40})\.(?:bin|part)$/.exec(name)?.[1];
    if (key !== undefined && !needed.has(key)) await vault.remove(name);
  }
}

async function storedManifests(
  vault: Vault,
): Promise<readonly { readonly key: string; readonly manifest: ModelManifest }[]> {
  const manifests: { key: string; manifest: ModelManifest }[] = [];
  for (const { name } of await vault.list()) {
    if (!name.endsWith(MANIFEST_SUFFIX)) continue;
    try {
      manifests.push({
        key: name.slice(0, -MANIFEST_SUFFIX.length),
        manifest: parseManifest((await vault.readText(name)) ?? ''),
      });
    } catch {
      // Written by another version of the program: it would be refused on use as well.
      await vault.remove(name);
    }
  }
  return manifests;
}
