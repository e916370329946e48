/** SHA-256 as hex: piece by piece while bytes arrive, or at once. Web Crypto cannot do the former, and needs a secure page. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** A hash that grows with the bytes. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The hash as lower-case hex; nothing may be added afterwards. */
  hex(): string;
}

/** A hash of nothing yet. */
export function createSha256(): Sha256 {
  const hash = sha256.create();
  return {
    update(bytes) {
      hash.update(bytes);
    },
    hex: () => bytesToHex(hash.digest()),
  };
}

/** Hash of bytes that are there already. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/**
 * Hash of many bytes that are there already, by the browser's own code where the page may use it: about five times as fast. It gets a
 * copy: Chromium holds on to an array that it was given until the next collection of garbage, so that the array could
 * not be given back before (base/release-bytes.ts).
 */
export async function sha256HexFast(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const native = (globalThis as { crypto?: { subtle?: SubtleCrypto } }).crypto?.subtle;
  if (native === undefined) return sha256Hex(bytes);
  return bytesToHex(new Uint8Array(await native.digest('SHA-256', bytes.slice())));
}
