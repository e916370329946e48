/**
 * Gives back the memory of an array at once, where the browser can: a view that is still held then has no bytes. Elsewhere
 * (before Chromium 114, Firefox 122, Safari 17.4) nothing happens, and it goes when the last holder lets go.
 */
export function releaseBytes({ buffer }: Uint8Array): void {
  (buffer as { transfer?(bytes: number): unknown }).transfer?.(0);
}
