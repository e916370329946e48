/** What this browser keeps: which model has which files here, what nobody needs any more, and how to delete all. */
import type { KeptModel } from '../../core/engine-report.ts';
import { MANIFEST_SUFFIX } from './fetch-manifest.ts';
import { type ModelManifest, parseManifest } from './manifest.ts';
import { openVault, type Vault } from './vault.ts';

/** The models whose files are kept, wholly or in part. Works on every thread. */
export async function listKept(): Promise<readonly KeptModel[]> {
  const { vault } = await openVault();
  if (vault === null) return [];
  const entries = new Map((await vault.list()).map((entry) => [entry.name, entry.bytes]));
  const keptBytes = (sha256: string): number => entries.get(`${sha256}.bin`) ?? entries.get(`${sha256}.part`) ?? 0;
  return (await keptManifests(vault)).map(({ id, title, files }) => ({
    id,
    title,
    files: files.map(({ path, sha256, bytes }) => ({ path, sha256, bytes, keptBytes: keptBytes(sha256) })),
  }));
}

/** Deletes every kept file and manifest, but for files that another tab is storing at this moment. */
export async function deleteKept(): Promise<void> {
  const { vault } = await openVault();
  for (const { name } of (await vault?.list()) ?? []) await vault?.remove(name);
}

/** Deletes files that belong to no manifest any more, such as those of an older version of a model. */
export async function sweep(vault: Vault, current: ModelManifest): Promise<void> {
  const needed = new Set([current, ...(await keptManifests(vault))].flatMap((manifest) => manifest.files.map((file) => file.sha256)));
  for (const { name } of await vault.list()) {
    const sha256 = /^([0-9a-f]{64})\.(?:bin|part)$/.exec(name)?.[1];
    if (sha256 !== undefined && !needed.has(sha256)) await vault.remove(name);
  }
}

async function keptManifests(vault: Vault): Promise<readonly ModelManifest[]> {
  const manifests: ModelManifest[] = [];
  for (const { name } of await vault.list()) {
    if (!name.endsWith(MANIFEST_SUFFIX)) continue;
    try {
      manifests.push(parseManifest((await vault.readText(name)) ?? ''));
    } catch {
      // Written by another version of the program: it would be refused on use as well.
      await vault.remove(name);
    }
  }
  return manifests;
}
