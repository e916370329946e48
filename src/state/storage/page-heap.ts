/** The script heap of the page itself: Chromium tells a page, but none of its workers. */

/** Bytes of the page's script heap, rounded by the browser; null where it does not tell. */
export function pageHeapBytes(): number | null {
  // Chromium alone has it, and its type library has it nowhere.
  const { memory } = performance as { readonly memory?: { readonly usedJSHeapSize?: unknown } };
  return typeof memory?.usedJSHeapSize === 'number' ? memory.usedJSHeapSize : null;
}
