/** The keys of the strip and of the layer map: one function, so that both always do the same. */
import { SPAN_GONE, spanSpoken } from '../content/span.ts';
import type { ReadingController } from '../state/runs/reading-controller.svelte.ts';

/**
 * Acts on a key, and says what a span has become; what it used is not seen by the browser any more. Keys with another
 * modifier than Shift belong to the browser.
 */
export function walk(
  event: KeyboardEvent,
  readingController: ReadingController,
  say: (sentence: string) => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { view, instrument, reading } = readingController;
  const last = instrument.cells.length - 1;
  if (reading === null || last < 0) return;
  const to = (token: number): void => {
    if (event.shiftKey) return view.extend(token, last + 1);
    view.preview = null;
    view.at = Math.max(0, Math.min(last, token));
  };
  const toLayer = (layer: number): void => {
    view.layer = Math.max(0, Math.min(reading.frame.layers - 1, layer));
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => to(view.at - 1),
    ArrowRight: () => to(view.at + 1),
    ArrowUp: () => toLayer(view.layer + 1),
    ArrowDown: () => toLayer(view.layer - 1),
    Home: () => to(0),
    End: () => to(last),
    PageUp: () => to(instrument.sentenceFrom(view.at, -1)),
    PageDown: () => to(instrument.sentenceFrom(view.at, 1)),
    '[': () => to(instrument.peakFrom(view.at, -1)),
    ']': () => to(instrument.peakFrom(view.at, 1)),
    Enter: () => view.toggleLock(view.at),
    Escape: () => (view.span === null ? view.unlock() : letGo(readingController, say)),
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  const before = view.span;
  action();
  if (view.span !== before && instrument.span !== null) say(spanSpoken(instrument.span));
}

/** A hand's span: between two tokens in either order, said once the hand is off. */
export function brush(
  readingController: ReadingController,
  say: (sentence: string) => void,
  from: number,
  to: number,
  done: boolean,
): void {
  readingController.view.brush(from, to, readingController.instrument.cells.length);
  if (done && readingController.instrument.span !== null) say(spanSpoken(readingController.instrument.span));
}

/** Lets the span go, and with it the selection of text that made it. */
export function letGo(readingController: ReadingController, say: (sentence: string) => void): void {
  readingController.view.span = null;
  getSelection()?.removeAllRanges();
  say(SPAN_GONE);
}
