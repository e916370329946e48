/**
 * Keeps the focus when the control that has it is taken away, replaced or disabled. The browser would let it fall to the
 * body, from where the next Tab begins at the top of the page and a screen reader hears nothing.
 */
import type { Attachment } from 'svelte/attachments';

type Successor = () => Element | null | undefined;

const successors = new WeakMap<Element, Successor>();
const CONTROLS = 'button, a[href], select, textarea, summary, input:not([type="radio"]:not(:checked)), [tabindex="0"]';
const REGIONS = 'main, dialog, [role="dialog"]';

/** Names what is to have the focus once this element, or a control in it, has had it and is gone. What cannot take it is passed over. */
export function thenFocus(successor: Successor): Attachment {
  return (element) => {
    successors.set(element, successor);
  };
}

/** Gives the focus to an element. The page is scrolled only where nothing of it is in view, below what covers the top of the page. */
export function focusOn(element: HTMLElement): void {
  if (element.tabIndex < 0) element.tabIndex = -1;
  const { top, bottom } = element.getBoundingClientRect();
  const covered = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBlockStart);
  element.focus({ preventScroll: bottom > (Number.isNaN(covered) ? 0 : covered) && top < innerHeight });
}

/** The tab stop of the text on show, if one is. */
export function textStop(): HTMLElement | null {
  return document.querySelector<HTMLElement>('.strip [tabindex="0"]');
}

/** The title of the text on show, else the text itself: reading begins there, and no token is pointed at yet. */
export function shownTitle(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[data-title]') ?? textStop();
}

/** Watches over the focus until the returned function is called. Focus that is somewhere, or that was left on purpose, stays there. */
export function keepFocus(): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let held: HTMLElement | null = null;
  /** The held control and all around it, as they were before it went. */
  let around: readonly Element[] = [];

  const nowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

  function mend(): void {
    if (held === null) return;
    const lost = held.isConnected
      ? held.matches(':disabled') && (nowhere() || document.activeElement === held)
      : nowhere();
    if (!lost) return;
    const next = successorOf(around);
    held = null;
    if (next !== null) focusOn(next);
  }

  document.addEventListener(
    'focusin',
    ({ target }) => {
      held = target instanceof HTMLElement ? target : null;
      around = held === null ? [] : withAncestors(held);
    },
    { signal },
  );
  document.addEventListener(
    'focusout',
    () => {
      // After the update that may have taken it: a control that is still there was left on purpose.
      queueMicrotask(() => {
        if (held?.isConnected === true && !held.matches(':disabled') && nowhere()) held = null;
      });
    },
    { signal },
  );
  const observer = new MutationObserver(() => {
    if (held === null) return;
    // One that is disabled for less than a frame keeps the focus by itself.
    if (held.isConnected) requestAnimationFrame(mend);
    else mend();
  });
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  return () => {
    stop.abort();
    observer.disconnect();
  };
}

/** What was named for it, or else what took its place: the main button near it, or the first control. Without any, the place itself. */
function successorOf(around: readonly Element[]): HTMLElement | null {
  const region = around.find((element) => element.matches(REGIONS));
  const near =
    region?.isConnected === false ? [] : around.slice(0, region === undefined ? undefined : around.indexOf(region));
  for (const element of near) {
    const named = usable(successors.get(element)?.());
    if (named !== null) return named;
    if (region === undefined || !element.isConnected) continue;
    const control = firstUsable(element, 'button.primary') ?? firstUsable(element, CONTROLS);
    if (control !== null) return control;
  }
  return region instanceof HTMLElement && region.isConnected
    ? region
    : document.querySelector<HTMLElement>('dialog[open], main');
}

function withAncestors(element: Element): readonly Element[] {
  const all: Element[] = [];
  for (let at: Element | null = element; at !== null; at = at.parentElement) all.push(at);
  return all;
}

function firstUsable(within: Element, selector: string): HTMLElement | null {
  for (const element of within.querySelectorAll(selector)) {
    const found = usable(element);
    if (found !== null) return found;
  }
  return null;
}

function usable(element: Element | null | undefined): HTMLElement | null {
  return element instanceof HTMLElement &&
    element.isConnected &&
    !element.matches(':disabled') &&
    element.checkVisibility()
    ? element
    : null;
}
