/** What a checkpoint is and takes, by the heads of its files: the graph is built, and no weight is read. */
import { hookDecoder } from '../../graph/decoder-hooks.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import type { ModelOffer } from '../../models/model-offer.ts';
import type { ChosenOffer, LocalFiles, WeighedModel } from '../../models/model-source.ts';
import { openListed } from '../checkpoint/listed-checkpoint.ts';
import type { OpenedCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { CHECKPOINT_TEXTS, checkpointOf, checkTexts, STREAMED_ROLES } from '../model/model-files.ts';
import { withFetchedParts } from './blob-file.ts';
import { pickedTexts } from './check-model.ts';
import { needsOf } from './graph-needs.ts';
import { fetchOffered } from './fetch-offered.ts';
import { baseOf } from './offer-manifest.ts';

/**
 * Reads the heads, from disk or from the host, and of picked files the tokenizer as well. Throws what loading does: `model-checkpoint-…`,
 * `model-text-invalid`, `model-fetch-failed`, naming the file.
 */
export async function weighCheckpoint(
  chosen: ChosenOffer,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Omit<WeighedModel, 'limits'>> {
  const { listing, offer } = chosen;
  const opened =
    listing.from.kind === 'local'
      ? await openPicked(offer, listing.from.files, signal)
      : await openRemote(chosen, hosts, signal);
  const [numbers] = opened.about.numbers;
  // A name may say in which numbers a GGUF file mostly is; of others the tensors say it.
  const named =
    opened.about.container === 'gguf' && offer.dtype !== 'GGUF' ? offer.dtype : (numbers?.type ?? offer.dtype);
  const dtyped = { ...offer, dtype: named };
  return {
    offer: dtyped,
    about: opened.about,
    needs: needsOf(hookDecoder(opened.graph), dtyped, opened.config.contextTokens),
  };
}

async function openPicked(offer: ModelOffer, picked: LocalFiles, signal: AbortSignal): Promise<OpenedCheckpoint> {
  const files = await pickedTexts(offer, picked, signal);
  checkTexts(files);
  const opened = checkpointOf(files);
  if (opened === null) throw new TypeError('An offer of a checkpoint holds none.');
  return opened;
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
    );
  return withFetchedParts(remotes, open, signal);
}
