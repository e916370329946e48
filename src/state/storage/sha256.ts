/** SHA-256 of what the page holds, in 64 hexadecimal digits. */

/** The hash of the parts, one after another. By the browser where it offers it, which is on pages served with TLS or from this machine. */
export async function sha256Hex(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const whole = new Uint8Array(await new Blob([...parts]).arrayBuffer());
  const subtle = (globalThis.crypto as { readonly subtle?: SubtleCrypto }).subtle;
  const hash =
    subtle === undefined
      ? (await import('@noble/hashes/sha2.js')).sha256(whole)
      : new Uint8Array(await subtle.digest('SHA-256', whole));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
