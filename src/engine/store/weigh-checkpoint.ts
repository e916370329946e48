/** What a checkpoint is and takes, by the heads of its files: the graph is built, and no weight is read. */
import { hookDecoder } from '../../graph/decoder-hooks.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import { folderOf } from '../../base/file-path.ts';
import { fileOfRole, totalOf, type ModelOffer } from '../../models/model-offer.ts';
import type { ChosenOffer, WeighedModel } from '../../models/model-source.ts';
import { openListed } from '../checkpoint/listed-checkpoint.ts';
import type { OpenedCheckpoint } from '../checkpoint/open-checkpoint.ts';
import {
  CHECKPOINT_TEXTS,
  checkpointOf,
  checkTexts,
  STREAMED_ROLES,
  type FilesInMemory,
} from '../model/model-files.ts';
import { checkpointToRun } from '../model/model-size.ts';
import { withFetchedParts } from './blob-file.ts';
import { checkPicked, pickedTexts } from './check-model.ts';
import { needsOf } from './graph-needs.ts';
import { fetchOffered } from './fetch-offered.ts';
import { baseOf } from './offer-manifest.ts';
import { withoutPointers } from './picked-pointers.ts';

/**
 * Reads the heads, from disk or from the host, and of picked files the tokenizer as well. Where a GGUF file needs the tokenizer.json beside
 * it, the offer that comes back has it. Throws what loading does: `model-checkpoint-…`, `model-text-invalid`, `model-fetch-failed`, naming
 * the file.
 */
export async function weighCheckpoint(
  chosen: ChosenOffer,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Omit<WeighedModel, 'limits'>> {
  const { listing } = chosen;
  const picked = listing.from.kind === 'local' ? listing.from.files : null;
  const files = picked === null ? null : await pickedTexts(chosen.offer, picked, signal);
  const opened = files === null ? await openRemote(chosen, hosts, signal) : checkpointOf(files);
  if (opened === null) throw new TypeError('An offer of a checkpoint holds none.');
  const offer = withTokenizer(chosen, opened);
  if (picked === null) refuseWithout(offer, opened);
  else if (offer === chosen.offer) checkTexts(files as FilesInMemory);
  else await checkPicked({ offer: await withoutPointers(offer, picked) }, picked, signal);
  const [numbers] = opened.about.numbers;
  // A name may say in which numbers a GGUF file mostly is; of others the tensors say it.
  const named =
    opened.about.container === 'gguf' && offer.dtype !== 'GGUF' ? offer.dtype : (numbers?.type ?? offer.dtype);
  const dtyped = { ...offer, dtype: named };
  return {
    offer: dtyped,
    about: opened.about,
    toRun: checkpointToRun(opened),
    needs: needsOf(hookDecoder(opened.graph), dtyped, opened.config.contextTokens),
  };
}

/** The offer with the tokenizer.json of its folder, where a GGUF file needs one and it is listed. */
function withTokenizer({ listing, offer }: ChosenOffer, { needsTokenizer }: OpenedCheckpoint): ModelOffer {
  if (!needsTokenizer || fileOfRole(offer, 'tokenizer') !== null) return offer;
  const folder = folderOf(offer.files[0]?.path ?? '');
  const found = listing.beside.find(({ path }) => path === `${folder}tokenizer.json`);
  if (found === undefined) return offer;
  const files = [...offer.files, { ...found, role: 'tokenizer' as const }];
  return { ...offer, files, bytes: totalOf(files) };
}

/** Throws as the tokenizer does where a model on a host lacks what it needs: nothing of it is fetched then. */
function refuseWithout(offer: ModelOffer, { needsTokenizer, tokenizer }: OpenedCheckpoint): void {
  if (needsTokenizer && fileOfRole(offer, 'tokenizer') === null) tokenizer?.(null);
}

async function openRemote(
  { listing, offer }: ChosenOffer,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<OpenedCheckpoint> {
  const texts = new Map<string, string>();
  for (const file of offer.files) {
    if (file.role !== 'config' && !CHECKPOINT_TEXTS.includes(file.role)) continue;
    texts.set(file.path, new TextDecoder().decode(await fetchOffered(file, listing, hosts, signal)));
  }
  const weights = offer.files.filter(({ role }) => STREAMED_ROLES.includes(role));
  const remotes = weights.map(({ path, bytes }) => ({ url: baseOf(listing) + path, path, bytes, hosts }));
  const open = (files: readonly CheckpointFile[]): OpenedCheckpoint =>
    openListed(
      offer.files,
      (path) => files[weights.findIndex((file) => file.path === path)] as CheckpointFile,
      (path) => texts.get(path) ?? '',
      offer.kept ?? 32,
    );
  return withFetchedParts(remotes, open, signal);
}
