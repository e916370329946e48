/** A small file of an offer on a host, fetched to be looked at: nothing is stored. */
import type { OfferedFile } from '../../models/model-offer.ts';
import type { ModelListing } from '../../models/model-source.ts';
import { loadFile } from './load-file.ts';
import { baseOf } from './offer-manifest.ts';

/** Its bytes, held to its length and hash. Throws as {@link loadFile} does. */
export function fetchOffered(
  { path, bytes, role, sha256, gitBlob }: OfferedFile,
  from: Pick<ModelListing, 'from'>,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  return loadFile({
    file: { path, bytes, role, sha256, ...(sha256 === null && gitBlob !== null && { gitBlob }) },
    place: { kind: 'url', url: baseOf(from) + path, hosts },
    keeping: { vault: null, reason: null },
    onProgress: () => undefined,
    signal,
  });
}
