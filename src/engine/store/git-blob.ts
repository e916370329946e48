/** The name that git gives to the bytes of a file: how hosts list files that are small. */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Sha256 } from './sha256.ts';

/** The git blob id of `length` bytes to come: SHA-1 over `blob LENGTH`, a zero byte, and the bytes (git's object format), as hex. */
export function createGitBlob(length: number): Sha256 {
  const hash = sha1.create().update(new TextEncoder().encode(`blob ${String(length)}\0`));
  return {
    update(bytes) {
      hash.update(bytes);
    },
    hex: () => bytesToHex(hash.digest()),
  };
}
