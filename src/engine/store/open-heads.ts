/** A checkpoint by the heads of its files, wherever these lie: in storage, on the reader's disk or on a host. */
import { damaged } from '../../models/checkpoint/refusal.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import { openListed } from '../checkpoint/listed-checkpoint.ts';
import type { OpenedCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { CHECKPOINT_TEXTS, fileAt, STREAMED_ROLES } from '../model/model-files.ts';
import { blobFile, withFetchedParts, type RemoteFile } from './blob-file.ts';
import { loadModelFiles } from './load.ts';
import { keyOf } from './manifest.ts';
import type { ResolvedModel } from './model-source.ts';
import { openVault } from './vault.ts';

/**
 * Opens it. Its small files are fetched and kept; of its weights only the heads are read, from a host in parts. In workers only. Throws as
 * `openListed` and `withFetchedParts` do.
 */
export async function openHeads(
  model: ResolvedModel,
  { hosts, signal }: { readonly hosts: readonly string[]; readonly signal: AbortSignal },
): Promise<OpenedCheckpoint> {
  const { manifest, placeOf } = model;
  const { files } = await loadModelFiles(model, { roles: [...CHECKPOINT_TEXTS, 'config'], hosts, signal });
  const { vault } = await openVault();
  const here = new Map<string, CheckpointFile>();
  const remotes: RemoteFile[] = [];
  for (const file of manifest.files.filter(({ role }) => STREAMED_ROLES.includes(role))) {
    const { path, bytes } = file;
    const place = placeOf(file);
    const kept = (await vault?.whole(keyOf(file))) ?? (place.kind === 'picked' ? place.data : null);
    if (kept !== null) here.set(path, blobFile(path, kept));
    else if (place.kind === 'url')
      remotes.push({ url: place.url, path, bytes, hosts: place.hosts ?? [new URL(place.url).origin] });
  }
  const open = (fetched: readonly CheckpointFile[]): OpenedCheckpoint =>
    openListed(
      manifest.files,
      (path) =>
        here.get(path) ??
        fetched[remotes.findIndex((remote) => remote.path === path)] ??
        damaged(path, `${path} is not there.`),
      (path) => new TextDecoder().decode(fileAt({ manifest, files }, path)),
      manifest.kept ?? 32,
    );
  return withFetchedParts(remotes, open, signal);
}
