/** Pointers of Git LFS: short texts that stand for a large file in a repository that was fetched without it. */

/** What a pointer stands for. */
export interface LfsPointer {
  /** Bytes of the file itself; null where the pointer does not say. */
  readonly bytes: number | null;
  /** Its SHA-256 as 64 lower-case hex digits; null where the pointer does not say. */
  readonly sha256: string | null;
}

/** A pointer is shorter than this, by its specification (github.com/git-lfs/git-lfs, docs/spec.md). */
export const LFS_POINTER_BYTES = 1024;

const FIRST_LINE = 'version https://git-lfs.github.com/spec/';

/** Reads the bytes of a file as a pointer; null where they are none. */
export function lfsPointerOf(content: Uint8Array): LfsPointer | null {
  if (content.length >= LFS_POINTER_BYTES) return null;
  const text = new TextDecoder().decode(content);
  if (!text.startsWith(FIRST_LINE)) return null;
  return {
    bytes: Number(/^size (\d{1,15})$/m.exec(text)?.[1] ?? NaN) || null,
    sha256: /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1] ?? null,
  };
}
