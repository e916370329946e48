/** The keys of the strip and of the layer map: one function, so that both always do the same. */
import type { Desk } from '../state/desk.svelte.ts';

/** Acts on a key; what it used is not seen by the browser any more. Keys with a modifier belong to the browser. */
export function walk(event: KeyboardEvent, desk: Desk): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { view, instrument, reading } = desk;
  const last = instrument.cells.length - 1;
  if (reading === null || last < 0) return;
  const to = (token: number): void => {
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
    Escape: () => view.unlock(),
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}
