/** An offer as the manifest that all loading works by. */
import { AppError } from '../../base/errors.ts';
import { variantName } from '../../models/checkpoint/checkpoint-offers.ts';
import type { ModelOffer } from '../../models/model-offer.ts';
import type { ChosenOffer, ModelListing } from '../../models/model-source.ts';
import { LOCAL_BASE, parseManifest, type ModelManifest } from './manifest.ts';

/**
 * The manifest of an offer; `sha256` has the hashes of files that were not listed with any. Throws
 * `model-variant-missing` or `model-manifest-invalid`.
 */
export function manifestOf(
  { listing, offer }: ChosenOffer,
  sha256: ReadonlyMap<string, string> = new Map(),
): ModelManifest {
  needWhole(offer);
  const manifest = {
    format: 'flipside-model-manifest',
    version: 1,
    id: idOf(listing.title, offer),
    title: `${listing.title} (${variantName(offer)})`,
    licence: listing.licence ?? 'not named',
    from: listing.from.kind,
    base: baseOf(listing),
    ...(offer.kept !== undefined && { kept: offer.kept }),
    files: offer.files.map(({ path, bytes, role, ...listed }) => {
      const hash = sha256.get(path) ?? listed.sha256;
      return { path, bytes, role, ...(hash === null ? { gitBlob: listed.gitBlob } : { sha256: hash }) };
    }),
  };
  // An offer comes from outside as much as a manifest does.
  return parseManifest(JSON.stringify(manifest));
}

/** Throws `model-variant-missing`, naming all that an offer lacks. */
export function needWhole({ dtype, missing }: Pick<ModelOffer, 'dtype' | 'missing'>): void {
  if (missing.length === 0) return;
  throw new AppError(
    'model-variant-missing',
    `The variant ${dtype} cannot be loaded: ${missing.join('; ')}. Add what is missing, or pick another variant where there is one.`,
    { dtype, missing: missing.join('; ') },
  );
}

/** The address of a model's folder on its host, at the commit that was listed. */
export function baseOf({ from }: Pick<ModelListing, 'from'>): string {
  return from.kind === 'local' ? LOCAL_BASE : `${from.host}/${from.repo}/resolve/${from.revision}/`;
}

/** A short name for files that are made with the model, e.g. `qwen3-0.6b-onnx-q4f16`. */
function idOf(title: string, { dtype, kept }: ModelOffer): string {
  const plain =
    title
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 100) || 'model';
  const numbers = kept === undefined ? dtype.toLowerCase() : `q${kept}`;
  return plain === numbers || ['-', '.', '_'].some((mark) => plain.endsWith(mark + numbers))
    ? plain
    : `${plain}-${numbers}`;
}
