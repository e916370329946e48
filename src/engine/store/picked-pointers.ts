/** Pointers of Git LFS among picked files: a folder that was cloned without its large files looks whole, and is not. */
import { LFS_POINTER_BYTES, lfsPointerOf } from '../../base/lfs-pointer.ts';
import type { ModelOffer } from '../../models/model-offer.ts';
import type { LocalFiles } from '../../models/model-source.ts';

/** The offer with each of its files missing that is a pointer; nothing else is said of those. */
export async function withoutPointers(offer: ModelOffer, files: LocalFiles): Promise<ModelOffer> {
  const found = await Promise.all(
    offer.files.map(async ({ path, bytes }) => {
      if (bytes >= LFS_POINTER_BYTES) return [];
      const pointer = lfsPointerOf(
        new Uint8Array((await files.get(path)?.slice(0, LFS_POINTER_BYTES).arrayBuffer()) ?? new ArrayBuffer(0)),
      );
      const size = pointer?.bytes ?? null;
      return pointer === null
        ? []
        : [
            {
              path,
              why: `${path} is a pointer of Git LFS that stands for the file${size === null ? '' : ` of ${String(size)} bytes`}: run "git lfs pull" where it came from, or download the file by itself`,
            },
          ];
    }),
  );
  const pointers = found.flat();
  return pointers.length === 0
    ? offer
    : {
        ...offer,
        missing: [
          ...offer.missing.filter((phrase) => !pointers.some(({ path }) => phrase.startsWith(`${path} `))),
          ...pointers.map(({ why }) => why),
        ],
      };
}
