/**
 * Everything about the strip's tokens that comes and goes with the reader: the tab stop, the marks of pointer, lock and
 * span. Set by hand: as template expressions they would be thousands of comparisons for every move of the pointer.
 */
import type { TokenSpan } from '../../text/token-span.ts';
import type { TokenText } from './token-text.ts';

/** The one tab stop and what it says of itself. */
export interface TabStop {
  readonly token: number;
  readonly pressed: boolean;
  readonly name: string;
}

/** What is underlined: tokens that the run beside this one lacks, and tokens that were steered. */
export type TokenMark = 'unlike' | 'acted';

/** The marks on the tokens of a text, which must be up to date whenever they are set. */
export class TokenMarks {
  readonly #text: TokenText;
  #stop: HTMLElement | null = null;
  #pointed: HTMLElement | null = null;
  #span: TokenSpan | null = null;
  /** How many tokens the text had when the span was marked: later ones have no marks yet. */
  #spannedOf = 0;
  readonly #marked = new Map<TokenMark, ReadonlySet<number>>();

  constructor(text: TokenText) {
    this.#text = text;
  }

  /** Makes one token the tab stop. The focus goes over before the old stop is taken away: a removed stop would lose it. */
  setStop({ token, pressed, name }: TabStop): void {
    const element = this.#text.of(token);
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
    const element = token === null ? null : this.#text.of(token);
    if (this.#pointed !== element) this.#pointed?.removeAttribute('data-mark');
    element?.setAttribute('data-mark', held ? 'held' : 'preview');
    this.#pointed = element;
  }

  /** Marks the tokens of a span. */
  setSpan(span: TokenSpan | null): void {
    const old = this.#span;
    const last = this.#text.count - 1;
    const inside = (token: number, of: TokenSpan | null): boolean => of !== null && token >= of.from && token <= of.to;
    for (let token = old?.from ?? 0; old !== null && token <= Math.min(old.to, last); token += 1)
      if (!inside(token, span)) this.#text.of(token)?.removeAttribute('data-span');
    for (let token = span?.from ?? 0; span !== null && token <= Math.min(span.to, last); token += 1)
      if (!inside(token, old) || token >= this.#spannedOf) this.#text.of(token)?.setAttribute('data-span', '');
    this.#span = span;
    this.#spannedOf = last + 1;
  }

  /** Marks these tokens so, and no others. */
  setMarked(mark: TokenMark, tokens: ReadonlySet<number> = new Set()): void {
    const attribute = `data-${mark}`;
    for (const token of this.#marked.get(mark) ?? [])
      if (!tokens.has(token)) this.#text.of(token)?.removeAttribute(attribute);
    for (const token of tokens) this.#text.of(token)?.setAttribute(attribute, '');
    this.#marked.set(mark, tokens);
  }
}
