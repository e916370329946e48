/** Whether a model's small files can be read, before another is given up for it. */
import { AppError } from '../../base/errors.ts';
import type { OfferedFile } from '../../models/model-offer.ts';
import type { ChosenOffer, LocalFiles, ModelSource } from '../../models/model-source.ts';
import { concatBytes } from '../../graph/wire.ts';
import { checkTexts, TEXT_ROLES } from '../model/model-files.ts';
import { sweep } from './kept.ts';
import { loadModelFiles } from './load.ts';
import { readPicked } from './load-file.ts';
import { keyOf } from './manifest.ts';
import { needWhole } from './offer-manifest.ts';
import { resolveModel, resolveUnkept } from './model-source.ts';
import { openVault } from './vault.ts';

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
  const texts = await loadModelFiles(resolved, { roles: TEXT_ROLES, signal });
  try {
    checkTexts(texts);
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
  const texts = offer.files.filter(({ role }) => TEXT_ROLES.includes(role));
  const read = await Promise.all(texts.map(async (file) => [file.path, await bytesOf(file, files, signal)] as const));
  checkTexts({ manifest: { files: texts }, files: new Map(read) });
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
  const data = files.get(path);
  if (data === undefined)
    throw new AppError(
      'model-variant-missing',
      `${path} is not among the files that were picked. Pick the model's folder again.`,
      { path },
    );
  const pieces: Uint8Array[] = [];
  await readPicked(path, data, 0, signal, (piece) => pieces.push(piece));
  return concatBytes(pieces);
}
