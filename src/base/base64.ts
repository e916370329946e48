/** Bytes as text that JSON can hold (RFC 4648, section 4). */

/** Base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces: all bytes at once are too many arguments.
  for (let at = 0; at < bytes.length; at += 0x2000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
  return btoa(binary);
}

/** The bytes of base64; throws what `atob` throws where it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
