/** Ids that no other tab or visit makes. */

/** 32 hexadecimal digits at random. `crypto.randomUUID` would do, but it is missing on pages that are served without TLS. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
