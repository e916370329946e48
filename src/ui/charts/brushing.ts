/** Dragging on a chart chooses a span of tokens; a click or tap without a drag does not. For mouse, pen and touch. */

/** What happens on the chart. */
export interface BrushEvents {
  /** The token under the pointer; with `near`, the nearest one instead of null beside the chart's ends. */
  tokenAt(event: MouseEvent, near: boolean): number | null;
  /** The pointer is over a token, or over none. */
  point(token: number | null): void;
  /** The span between two tokens in either order; `done` when the hand is off. */
  brush(from: number, to: number, done: boolean): void;
  /** A click or a tap. */
  hold(event: MouseEvent): void;
}

/** A shorter way is a click with an unsteady hand. */
const DRAG_PX = 5;

/**
 * Listens on a chart and returns the end of listening. Which directions of a touch belong to the page is the chart's
 * `touch-action`: where the browser takes a touch for scrolling it cancels the pointer, and nothing is chosen.
 */
export function brushing(node: HTMLElement, on: BrushEvents): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let start: { readonly x: number; readonly token: number; readonly pointer: number } | null = null;
  let dragged = false;

  node.addEventListener(
    'pointerdown',
    (event) => {
      dragged = false;
      start = null;
      if (!event.isPrimary || event.button !== 0) return;
      const token = on.tokenAt(event, true);
      if (token !== null) start = { x: event.clientX, token, pointer: event.pointerId };
    },
    { signal },
  );
  node.addEventListener('pointermove', (event) => on.point(on.tokenAt(event, dragged)), { signal });
  // On the document: a hand that drags may leave the chart.
  document.addEventListener(
    'pointermove',
    (event) => {
      if (start?.pointer !== event.pointerId) return;
      if (!dragged && Math.abs(event.clientX - start.x) < DRAG_PX) return;
      dragged = true;
      const token = on.tokenAt(event, true);
      if (token !== null) on.brush(start.token, token, false);
    },
    { signal },
  );
  document.addEventListener(
    'pointerup',
    (event) => {
      if (start?.pointer !== event.pointerId) return;
      const token = on.tokenAt(event, true);
      if (dragged && token !== null) on.brush(start.token, token, true);
      start = null;
    },
    { signal },
  );
  document.addEventListener('pointercancel', () => (start = null), { signal });
  node.addEventListener('pointerleave', () => on.point(null), { signal });
  node.addEventListener(
    'click',
    (event) => {
      if (!dragged) on.hold(event);
      dragged = false;
    },
    { signal },
  );
  return () => stop.abort();
}
