/**
 * Brings a model's files in: from this browser's storage where they are kept, else over the network, checked against
 * the manifest either way, with one count of bytes over all of them. Made for a worker: only there can files be stored.
 */
import type { ByteSource, LoadProgress } from '../../models/engine-report.ts';
import type { ModelSource } from '../../models/model-source.ts';
import { isCheckpoint } from '../../models/checkpoint/checkpoint-offers.ts';
import { CHECKPOINT_TEXTS, checkTexts, STREAMED_ROLES, TEXT_ROLES } from '../model/model-files.ts';
import { cancelled } from './fetch-file.ts';
import { forget, sweep } from './stored-models.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import { blobFile } from './blob-file.ts';
import { type FileJob, type Keeping, loadFile } from './load-file.ts';
import { createCount } from './load-progress.ts';
import { type FileRole, keyOf, type ManifestFile, type ModelManifest } from './manifest.ts';
import { type ResolvedModel, resolveModel } from './model-source.ts';
import { streamFile } from './stream-file.ts';
import { openVault, type Vault } from './vault.ts';

/** How to load. */
export interface LoadOptions {
  /** Which files of the manifest are wanted. */
  readonly roles: readonly FileRole[];
  /** Hosts that files may come from beside the page's own; none where it is left out. */
  readonly hosts?: readonly string[];
  readonly onProgress?: (progress: Extract<LoadProgress, { phase: 'bytes' | 'hashing' }>) => void;
  readonly signal?: AbortSignal;
}

/** A model's files in memory. */
export interface LoadedFiles {
  /** To load more of its files by, later. */
  readonly model: ResolvedModel;
  readonly manifest: ModelManifest;
  /** Bytes by the path in the manifest. The caller owns them. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Files of a checkpoint by the same paths: they stay where they lie and are read in pieces. */
  readonly streams: ReadonlyMap<string, CheckpointFile>;
  readonly source: ByteSource;
  /** How many of the bytes came over the network just now. */
  readonly networkBytes: number;
  readonly totalBytes: number;
  /** Whether all these files are kept for the next visit, and in one sentence why not. */
  readonly kept: { readonly yes: boolean; readonly reason: string | null };
}

/**
 * Loads the files of the wanted roles: of a source, or of one that was resolved before. Throws `model-fetch-failed`,
 * `model-file-altered`, `model-manifest-invalid`, `model-text-invalid`, `model-host-off`, `model-gated`, `model-variant-missing` or
 * `cancelled`; what has arrived stays for the next try in all cases but a wrong file.
 */
export async function loadModelFiles(source: ModelSource | ResolvedModel, options: LoadOptions): Promise<LoadedFiles> {
  const signal = options.signal ?? new AbortController().signal;
  if (signal.aborted) throw cancelled();
  const { vault, readOnly } = await openVault();
  const model =
    'kind' in source
      ? await resolveModel(source, { vault, hosts: options.hosts ?? [], onProgress: options.onProgress, signal })
      : source;
  const { manifest } = model;
  const wanted = smallFirst(manifest.files.filter((file) => options.roles.includes(file.role)));
  const totalBytes = wanted.reduce((sum, file) => sum + file.bytes, 0);
  const missingBytes = await bytesMissing(wanted, vault);
  const keeping: Keeping = { vault, reason: readOnly };

  const count = createCount(
    totalBytes,
    missingBytes,
    manifest.from === 'local' ? 'disk' : 'network',
    options.onProgress,
  );
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const streams = new Map<string, CheckpointFile>();
  try {
    for (const [at, file] of wanted.entries()) {
      if (at > 0 && at === wanted.findIndex(isLarge)) await checkSmall(model, files, vault);
      const job: FileJob = { file, place: model.placeOf(file), keeping, onProgress: count.current, signal };
      if (STREAMED_ROLES.includes(file.role)) streams.set(file.path, blobFile(file.path, await streamFile(job)));
      else files.set(file.path, await loadFile(job));
      if (signal.aborted) throw cancelled();
      count.fileDone();
    }
  } finally {
    count.end();
  }
  // A storage that cannot be tidied now is tidied on the next visit.
  if (vault !== null) await sweep(vault, manifest).catch(() => undefined);
  // What could not be stored does not matter when all of it was there already.
  const allStored = await areKept(wanted, vault);
  return {
    model,
    manifest,
    files,
    streams,
    source: count.source(),
    networkBytes: count.networkBytes(),
    totalBytes,
    kept: { yes: allStored, reason: allStored ? null : keeping.reason },
  };
}

/** What is parsed comes first: what is wrong with it is found before much has been fetched. */
function smallFirst(files: readonly ManifestFile[]): readonly ManifestFile[] {
  return [...files.filter((file) => !isLarge(file)), ...files.filter(isLarge)];
}

const isLarge = ({ role }: ManifestFile): boolean => !CHECKPOINT_TEXTS.includes(role) && !TEXT_ROLES.includes(role);

/** Parses the small files; a model from elsewhere whose are wrong is not kept. */
async function checkSmall(
  { manifest, key }: ResolvedModel,
  files: ReadonlyMap<string, Uint8Array>,
  vault: Vault | null,
): Promise<void> {
  // What lies beside the page is published with its hashes, and mostly asked for in part. A checkpoint is checked by its head.
  if (
    manifest.from === undefined ||
    isCheckpoint(manifest) ||
    manifest.files.some((file) => !isLarge(file) && !files.has(file.path))
  )
    return;
  try {
    checkTexts({ manifest, files });
  } catch (error) {
    if (vault !== null) await forget(vault, key).catch(() => undefined);
    throw error;
  }
}

/** Bytes of the wanted files that storage does not hold, neither whole nor in part. */
async function bytesMissing(wanted: readonly ManifestFile[], vault: Vault | null): Promise<number> {
  let missing = 0;
  for (const file of wanted) missing += file.bytes - (vault === null ? 0 : await keptBytes(file, vault));
  return missing;
}

async function areKept(wanted: readonly ManifestFile[], vault: Vault | null): Promise<boolean> {
  for (const file of wanted) if (((await vault?.whole(keyOf(file))) ?? null) === null) return false;
  return true;
}

async function keptBytes(file: ManifestFile, vault: Vault): Promise<number> {
  const whole = await vault.whole(keyOf(file));
  return whole?.size === file.bytes ? file.bytes : Math.min(file.bytes, await vault.partBytes(keyOf(file)));
}
