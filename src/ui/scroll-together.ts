/** Two scrolling texts that keep the same place in view. Works on the tokens' own elements, in the order of the text. */

/** A token at the upper edge of its box, and how far below the edge it stands, in CSS pixels. */
export interface TextPlace {
  readonly token: number;
  readonly below: number;
}

/** The first token whose lower edge is inside the box; null for an empty text. */
export function topOf(box: HTMLElement): TextPlace | null {
  const spans = box.querySelectorAll<HTMLElement>('[data-token]');
  const edge = box.getBoundingClientRect().top;
  let low = 0;
  let high = spans.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.getBoundingClientRect().bottom ?? 0) > edge) high = middle;
    else low = middle + 1;
  }
  const span = spans[low];
  return span === undefined
    ? null
    : { token: Number(span.dataset['token']), below: span.getBoundingClientRect().top - edge };
}

/** Scrolls so that a token stands where {@link topOf} found one. */
export function bringTo(box: HTMLElement, { token, below }: TextPlace): void {
  const span = spanOf(box, token);
  if (span !== null) box.scrollTop += span.getBoundingClientRect().top - box.getBoundingClientRect().top - below;
}

/** Scrolls the box, and nothing around it, as little as it takes to show a token. */
export function show(box: HTMLElement, token: number): void {
  const span = spanOf(box, token);
  if (span === null) return;
  const [inner, outer] = [span.getBoundingClientRect(), box.getBoundingClientRect()];
  const room = 24;
  if (inner.top < outer.top + room) box.scrollTop -= outer.top + room - inner.top;
  else if (inner.bottom > outer.bottom - room) box.scrollTop += inner.bottom - (outer.bottom - room);
}

function spanOf(box: HTMLElement, token: number): HTMLElement | null {
  return box.querySelector<HTMLElement>(`[data-token="${token}"]`);
}
