/** Pointing at a place on a chart whose axis counts columns: hovering previews, a click holds. */
import type { Attachment } from 'svelte/attachments';
import { MARGIN } from '../../charts/along.ts';

/** Called with what is pointed at; places are whole numbers on the axis, null beside the plot. */
export interface ColumnPointing {
  /** First and last place on the axis. */
  range(): readonly [number, number];
  onpoint(place: number | null): void;
  onhold(place: number): void;
}

/** Listens on a chart with {@link MARGIN} around its plot. */
export function columnPointing({ range, onpoint, onhold }: ColumnPointing): Attachment<HTMLElement> {
  return (node) => {
    const stop = new AbortController();
    const { signal } = stop;
    const placeAt = (event: MouseEvent): number | null => {
      const box = node.getBoundingClientRect();
      const [first, last] = range();
      const part = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
      return part >= 0 && part <= 1 ? Math.round(first + part * (last - first)) : null;
    };
    node.addEventListener('pointermove', (event) => onpoint(placeAt(event)), { signal });
    node.addEventListener('pointerleave', () => onpoint(null), { signal });
    node.addEventListener(
      'click',
      (event) => {
        const place = placeAt(event);
        if (place !== null) onhold(place);
      },
      { signal },
    );
    return () => stop.abort();
  };
}
