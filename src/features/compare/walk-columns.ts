/** The keys of the two strips. Left and right go through the tokens of the strip that has the focus; the other follows. */
import { peaks } from '../../text/token-walk.ts';
import type { ComparedRuns, Side } from './compared-runs.svelte.ts';

/** Acts on a key; what it used is not seen by the browser any more. `difference` is by column, or null. */
export function walkColumns(
  event: KeyboardEvent,
  runs: ComparedRuns,
  side: Side,
  difference: ArrayLike<number> | null,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { view } = runs;
  const columns = runs.columnOf[side];
  if (columns.length === 0) return;
  const token = runs.tokenNear(side, view.at);
  const to = (target: number): void => {
    view.preview = null;
    view.at = columns[Math.max(0, Math.min(columns.length - 1, target))] ?? 0;
  };
  const toLayer = (layer: number): void => {
    view.layer = Math.max(0, Math.min(runs.layers - 1, layer));
  };
  const toPeak = (step: 1 | -1): void => {
    if (difference === null) return;
    const found = peaks(difference, 0);
    view.preview = null;
    view.at = (step === 1 ? found.find((peak) => peak > view.at) : found.findLast((peak) => peak < view.at)) ?? view.at;
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => to(token - 1),
    ArrowRight: () => to(token + 1),
    ArrowUp: () => toLayer(view.layer + 1),
    ArrowDown: () => toLayer(view.layer - 1),
    Home: () => to(0),
    End: () => to(columns.length - 1),
    PageUp: () => to(runs.instruments[side].sentenceFrom(token, -1)),
    PageDown: () => to(runs.instruments[side].sentenceFrom(token, 1)),
    '[': () => toPeak(-1),
    ']': () => toPeak(1),
    Enter: () => view.toggleLock(columns[token] ?? 0),
    Escape: () => view.unlock(),
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action();
}
