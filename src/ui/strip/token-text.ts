/**
 * The text of the strip as bare inline spans, one a token, with what stands between them: where the model went on, where
 * two runs part, and the marks of readouts. Built by hand, because a text may have thousands of tokens that never change:
 * as template expressions each of them would cost more to remember than all that is known of it.
 */
import { readoutName } from '../../content/aria.ts';
import type { Head } from '../../probe/heads.ts';
import type { StripCell, TokenShape } from '../../reading/strip-cell.ts';
import type { VisibleSegment } from '../../text/visible-text.ts';
import { cellClass } from './strip-style.ts';
import { readoutClass } from './readout-style.ts';

/** Tokens that come into the text at once; a long text comes in pieces, a frame each, so that no frame waits for all of it. */
const AT_ONCE = 1000;

/** The tokens in one paragraph, which belongs to it: nothing else may put anything there. */
export class TokenText {
  readonly #paragraph: HTMLElement;
  /** By token. An element stays with its token for as long as the text has that token. */
  readonly #elements: HTMLElement[] = [];
  /** Marks of readouts by the token after which they stand. */
  readonly #readouts = new Map<number, HTMLElement>();
  #cells: readonly StripCell[] = [];
  #head: Head = 'difference';
  #reading = '';

  constructor(paragraph: HTMLElement) {
    this.#paragraph = paragraph;
  }

  /** How many tokens there are. */
  get count(): number {
    return this.#elements.length;
  }

  /** The element of a token, or null. */
  of(token: number): HTMLElement | null {
    return this.#elements[token] ?? null;
  }

  /**
   * Shows these cells. Only what is another object than before is looked at; all of it for another way of reading, of
   * which `reading` are the words. At most {@link AT_ONCE} tokens are new each time: false until all are there, and then it is
   * to be called again.
   */
  show(cells: readonly StripCell[], head: Head, reading: string): boolean {
    this.#cut(cells.length);
    const alike = head === this.#head && reading === this.#reading;
    const shown = cells.slice(0, this.count + AT_ONCE);
    for (const [token, cell] of shown.entries()) {
      const before = this.#cells[token];
      if (alike && cell === before) continue;
      const known = this.#elements[token];
      const element = known ?? tokenElement(token);
      if (cell.text !== before?.text) fill(element, cell.shape);
      const paint = `token ${cellClass(cell, head)}`;
      if (element.className !== paint) element.className = paint;
      if (known === undefined) this.#append(element);
      setLabels(element, cell.shape, before?.shape);
      this.#markReadout(element, cell, head, reading);
    }
    this.#cells = shown;
    this.#head = head;
    this.#reading = reading;
    return shown.length === cells.length;
  }

  /** With its text in it: a text that comes into the paragraph later makes the browser look for its direction anew. */
  #append(element: HTMLElement): void {
    this.#elements.push(element);
    this.#paragraph.append(element);
  }

  /** Takes away all tokens from this one on. */
  #cut(tokens: number): void {
    const elements = this.#elements;
    if (tokens >= elements.length) return;
    const last = tokens === 0 ? null : (this.#readouts.get(tokens - 1) ?? elements[tokens - 1] ?? null);
    while (this.#paragraph.lastChild !== last) this.#paragraph.lastChild?.remove();
    elements.length = tokens;
    for (const token of this.#readouts.keys()) if (token >= tokens) this.#readouts.delete(token);
    this.#cells = this.#cells.slice(0, tokens);
  }

  #markReadout(element: HTMLElement, { token, readout }: StripCell, head: Head, reading: string): void {
    const known = this.#readouts.get(token);
    if (readout === null) {
      known?.remove();
      this.#readouts.delete(token);
      return;
    }
    const mark = known ?? readoutAfter(element, token);
    if (known === undefined) this.#readouts.set(token, mark);
    mark.className = `readout ${readoutClass(readout, head)}`;
    mark.ariaLabel = readoutName(readout, token, reading);
  }
}

function tokenElement(token: number): HTMLElement {
  const element = document.createElement('span');
  element.dataset['token'] = String(token);
  return element;
}

function fill(element: HTMLElement, { text, segments }: TokenShape): void {
  if (segments === null) element.textContent = text;
  else element.replaceChildren(...segments.map(visible));
  element.toggleAttribute('data-empty', text === '');
}

/** What is said before a token. */
function setLabels(element: HTMLElement, { begins, parts }: TokenShape, before: TokenShape | undefined): void {
  if (begins === (before?.begins ?? false) && parts === before?.parts) return;
  while (element.previousElementSibling?.className === 'begins') element.previousElementSibling.remove();
  if (begins) element.before(label('continued here'));
  if (parts) element.before(label('parts here'));
}

/** A piece of a token; what may not act on the page is shut in, and its name stands for it. */
function visible(segment: VisibleSegment): Node | string {
  if (segment.kind === 'plain') return segment.text;
  const shown = document.createElement('span');
  shown.className = segment.kind;
  shown.dataset['glyph'] = segment.glyph;
  const text = document.createElement('span');
  text.textContent = segment.text;
  shown.append(text);
  return shown;
}

function label(words: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'begins';
  element.textContent = words;
  return element;
}

/**
 * The mark of a readout, right after its token: a bare inline box, because a hundred real buttons would double what a long
 * text costs to lay out.
 */
function readoutAfter(element: HTMLElement, token: number): HTMLElement {
  const mark = document.createElement('span');
  mark.role = 'button';
  mark.tabIndex = -1;
  mark.dataset['readout'] = String(token);
  element.after(mark);
  return mark;
}
