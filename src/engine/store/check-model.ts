/** Whether a model's small files can be read, before another is given up for it. */
import { AppError } from '../../base/errors.ts';
import type { OfferedFile } from '../../models/model-offer.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import { isCheckpoint } from '../../models/checkpoint/checkpoint-offers.ts';
import type { ChosenOffer, FileData, LocalFiles, ModelSource } from '../../models/model-source.ts';
import { concatBytes } from '../../graph/wire.ts';
import { CHECKPOINT_TEXTS, checkTexts, STREAMED_ROLES, TEXT_ROLES, type FilesInMemory } from '../model/model-files.ts';
import { blobFile, withFetchedParts, type RemoteFile } from './blob-file.ts';
import { sweep } from './stored-models.ts';
import { loadModelFiles } from './load.ts';
import { readPicked } from './load-file.ts';
import { keyOf } from './manifest.ts';
import { needWhole } from './offer-manifest.ts';
import { resolveModel, resolveUnkept, type ResolvedModel } from './model-source.ts';
import { openVault, type Vault } from './vault.ts';

/** What to check. */
export interface ModelToCheck {
  readonly model: ModelSource;
  /** Hosts that files may come from. */
  readonly hosts: readonly string[];
}

/**
 * Reads config and tokenizer of a model as loading does: from the reader's disk, from storage, or from its host, and
 * what comes from there stays in
 * storage for the load. The model that lies beside the page is published with its hashes and passes. Throws `model-text-invalid`,
 * `model-fetch-failed` (also where picked files are not kept whole any more), and what loading throws.
 */
export async function checkModel({ model, hosts }: ModelToCheck, signal: AbortSignal): Promise<void> {
  if (model.kind === 'site') return;
  if (model.kind === 'offer' && model.chosen.listing.from.kind === 'local')
    return checkPicked(model.chosen, model.chosen.listing.from.files, signal);
  const { vault } = await openVault();
  const resolved =
    model.kind === 'offer'
      ? resolveUnkept(model.chosen, hosts)
      : await resolveModel(model, { vault, hosts, onProgress: undefined, signal });
  const { manifest } = resolved;
  for (const file of manifest.from === 'local' ? manifest.files : []) {
    if (((await vault?.whole(keyOf(file))) ?? null) === null)
      throw new AppError(
        'model-fetch-failed',
        `${file.path} is no longer kept in this browser, and it came from files of yours. Pick the model's folder again.`,
        { file: file.path },
      );
  }
  const texts = await loadModelFiles(resolved, { roles: [...TEXT_ROLES, ...CHECKPOINT_TEXTS], signal });
  try {
    if (isCheckpoint(manifest)) await checkHeads(resolved, texts.files, vault, signal);
    else checkTexts(texts);
  } catch (error) {
    if (vault !== null) await sweep(vault, null).catch(() => undefined);
    throw error;
  }
}

/** The same of files that the reader picked; nothing is kept. */
export async function checkPicked(
  { offer }: Pick<ChosenOffer, 'offer'>,
  files: LocalFiles,
  signal: AbortSignal,
): Promise<void> {
  needWhole(offer);
  const opened = await pickedTexts(offer, files, signal);
  checkTexts(opened);
}

/** The small files of a pick in memory, and its checkpoint where it lies. Throws as {@link bytesOf}. */
export async function pickedTexts(
  offer: ChosenOffer['offer'],
  files: LocalFiles,
  signal: AbortSignal,
): Promise<FilesInMemory> {
  const texts = offer.files.filter(({ role }) => CHECKPOINT_TEXTS.includes(role) || TEXT_ROLES.includes(role));
  const weights = offer.files.filter(({ role }) => STREAMED_ROLES.includes(role));
  const read = await Promise.all(texts.map(async (file) => [file.path, await bytesOf(file, files, signal)] as const));
  return {
    manifest: { files: [...weights, ...texts], ...(offer.kept !== undefined && { kept: offer.kept }) },
    files: new Map(read),
    streams: new Map(weights.map(({ path }) => [path, blobFile(path, pickedAt(path, files))])),
  };
}

/** The same of a checkpoint that is stored or on a host, of which parts are fetched. */
async function checkHeads(
  { manifest, placeOf }: ResolvedModel,
  files: FilesInMemory['files'],
  vault: Vault | null,
  signal: AbortSignal,
): Promise<void> {
  const weights = manifest.files.filter(({ role }) => STREAMED_ROLES.includes(role));
  const stored = await Promise.all(weights.map(async (file) => (await vault?.whole(keyOf(file))) ?? null));
  const check = (heads: readonly CheckpointFile[]): void =>
    checkTexts({
      manifest,
      files,
      streams: new Map(weights.map(({ path }, at) => [path, heads[at] as CheckpointFile])),
    });
  if (stored.every((blob) => blob !== null))
    return check(stored.map((blob, at) => blobFile(weights[at]?.path ?? '', blob)));
  const remotes = weights.map((file): RemoteFile => {
    const place = placeOf(file);
    if (place.kind !== 'url') throw new AppError('internal', 'A checkpoint that is not stored has no address.');
    return { url: place.url, path: file.path, bytes: file.bytes, hosts: place.hosts ?? [] };
  });
  await withFetchedParts(remotes, check, signal);
}

/**
 * The bytes of a picked file. Throws `model-variant-missing` where it was not picked, and `model-fetch-failed` where
 * the disk does not give it.
 */
export async function bytesOf(
  { path }: Pick<OfferedFile, 'path'>,
  files: LocalFiles,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  await readPicked(path, pickedAt(path, files), 0, signal, (piece) => pieces.push(piece));
  return concatBytes(pieces);
}

function pickedAt(path: string, files: LocalFiles): FileData {
  const data = files.get(path);
  if (data === undefined)
    throw new AppError(
      'model-variant-missing',
      `${path} is not among the files that were picked. Pick the model's folder again.`,
      { path },
    );
  return data;
}
