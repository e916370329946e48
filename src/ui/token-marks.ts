/**
 * Everything about the strip's tokens that changes without their text changing: colours, the tab stop, the marks of
 * pointer, lock and span. Set by hand, because as template expressions they would be thousands of comparisons for every
 * move of the pointer; only tokens that change are touched.
 */
import type { Head } from '../core/heads.ts';
import type { StripCell } from '../core/strip-cell.ts';
import type { TokenSpan } from '../core/token-span.ts';
import { cellClass } from './strip-style.ts';

/** The one tab stop and what it says of itself. */
export interface TabStop {
  readonly token: number;
  readonly pressed: boolean;
  readonly name: string;
}

/** The marks on the tokens in one paragraph, whose text must be up to date whenever they are set. */
export class TokenMarks {
  readonly #paragraph: HTMLElement;
  /** By token. An element stays with its token for as long as the text has that token. */
  readonly #elements: HTMLElement[] = [];
  /** Classes that each element has. */
  readonly #paint: string[] = [];
  #cells: readonly StripCell[] = [];
  #head: Head = 'difference';
  #stop: HTMLElement | null = null;
  #pointed: HTMLElement | null = null;
  #span: TokenSpan | null = null;
  #unlike: ReadonlySet<number> | undefined;

  constructor(paragraph: HTMLElement) {
    this.#paragraph = paragraph;
  }

  /** The element of a token, or null. */
  of(token: number): HTMLElement | null {
    return this.#elements[token] ?? null;
  }

  /** How many tokens there are. */
  get tokens(): number {
    return this.#elements.length;
  }

  /** Colours the tokens whose cells are not the objects that they were; all of them for another way of reading. */
  paint(cells: readonly StripCell[], head: Head): void {
    this.#find(cells.length);
    const before = head === this.#head ? this.#cells : [];
    for (let token = 0; token < cells.length; token += 1) {
      const cell = cells[token];
      const element = this.#elements[token];
      if (cell === undefined || element === undefined || (cell === before[token] && this.#paint[token] !== undefined)) continue;
      const paint = cellClass(cell, head);
      if (this.#paint[token] === paint) continue;
      this.#paint[token] = paint;
      element.className = `token ${paint}`;
    }
    this.#cells = cells;
    this.#head = head;
  }

  /** Makes one token the tab stop. The focus goes over before the old stop is taken away: a removed stop would lose it. */
  setStop({ token, pressed, name }: TabStop): void {
    const element = this.of(token);
    if (element === null) return;
    element.tabIndex = 0;
    element.setAttribute('role', 'button');
    element.setAttribute('aria-pressed', String(pressed));
    element.setAttribute('aria-label', name);
    const old = this.#stop;
    if (old === element) return;
    if (old !== null && document.activeElement === old) element.focus();
    for (const attribute of ['tabindex', 'role', 'aria-pressed', 'aria-label']) old?.removeAttribute(attribute);
    this.#stop = element;
  }

  /** Marks the token that is pointed at, as held or not. */
  setPointed(token: number | null, held: boolean): void {
    const element = token === null ? null : this.of(token);
    if (this.#pointed !== element) this.#pointed?.removeAttribute('data-mark');
    element?.setAttribute('data-mark', held ? 'held' : 'preview');
    this.#pointed = element;
  }

  /** Marks the tokens of a span. */
  setSpan(span: TokenSpan | null): void {
    const old = this.#span;
    const last = this.#elements.length - 1;
    const inside = (token: number, of: TokenSpan | null): boolean => of !== null && token >= of.from && token <= of.to;
    for (let token = old?.from ?? 0; old !== null && token <= Math.min(old.to, last); token += 1) if (!inside(token, span)) this.#elements[token]?.removeAttribute('data-span');
    for (let token = span?.from ?? 0; span !== null && token <= Math.min(span.to, last); token += 1) if (!inside(token, old)) this.#elements[token]?.setAttribute('data-span', '');
    this.#span = span;
  }

  /** Marks the tokens that the run beside this one lacks. */
  setUnlike(tokens: ReadonlySet<number> | undefined): void {
    for (const token of this.#unlike ?? []) if (tokens?.has(token) !== true) this.of(token)?.removeAttribute('data-unlike');
    for (const token of tokens ?? []) this.of(token)?.setAttribute('data-unlike', '');
    this.#unlike = tokens;
  }

  /** Brings the list of elements to the length of the text. New tokens come after the ones that are known. */
  #find(tokens: number): void {
    const elements = this.#elements;
    this.#paint.length = Math.min(this.#paint.length, tokens);
    elements.length = Math.min(elements.length, tokens);
    let next = elements.at(-1)?.nextElementSibling ?? (elements.length === 0 ? this.#paragraph.firstElementChild : null);
    for (; next !== null; next = next.nextElementSibling) if (next instanceof HTMLElement && next.dataset['token'] !== undefined) elements.push(next);
  }
}
