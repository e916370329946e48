/** The text that the reader types. It survives errors, reloads, stories put in its place and a dead worker. */
import { AppError } from '../../base/errors.ts';
import { checkText } from '../../text/text-check.ts';
import { TextStorage } from '../storage/text-storage.ts';
import { newId } from '../storage/new-id.ts';

const KEY = 'flipside.draft';
const SET_ASIDE_KEY = 'flipside.draft.before';
/** Texts of tabs that found another tab's text under {@link KEY}, by tab: both stay, and the next visit sets these aside. */
const TABS_KEY = 'flipside.draft.tabs';

/** Texts of the reader's that are kept while stories stand in their place; older ones go. */
const MOST_SET_ASIDE = 5;

/** The text box: what is in it, what was in it before a story replaced it, and what is wrong with it. */
export class Draft {
  readonly #kept: TextStorage;
  #text = $state('');
  /** The reader's own texts, the one replaced last first. Typing does not touch them: only {@link undo} takes them out. */
  #setAside = $state.raw<readonly string[]>([]);
  /** What {@link replace} put into the box. While it stands there unaltered, nothing in the box is the reader's own. */
  #placed: string | null = null;
  /** Why this very text was not read; a changed text has a new chance. */
  #refusal = $state.raw<AppError | null>(null);

  readonly #tab = newId();
  /** What this tab last saw under {@link KEY}; something else there is another tab's. */
  #seen: string | null;
  /** What this tab last saw set aside in storage; more there is another tab's. */
  #seenAside: readonly string[];
  /** The text that another tab has written since, while it differs from this one's. */
  #elsewhere = $state<string | null>(null);

  constructor(storage: Storage | null) {
    this.#kept = new TextStorage(storage);
    this.#seen = this.#kept.read(KEY);
    this.#text = this.#seen ?? '';
    this.#seenAside = textsIn(this.#kept.read(SET_ASIDE_KEY));
    this.#setAside = this.#seenAside;
    const forked = Object.values(tabTextsIn(this.#kept.read(TABS_KEY))).filter(
      (text) => text.trim() !== '' && text !== this.#text && !this.#setAside.includes(text),
    );
    if (forked.length > 0) this.#keepAside([...forked, ...this.#setAside]);
    this.#kept.drop(TABS_KEY);
    this.#kept.hear(
      KEY,
      (value) => (this.#elsewhere = value === null || value.trim() === '' || value === this.#text ? null : value),
    );
  }

  /** The text of another tab that was opened beside this one, or null. Both are kept. */
  get elsewhere(): string | null {
    return this.#elsewhere === this.#text ? null : this.#elsewhere;
  }

  /** Puts the other tab's text into this box; what stood here is kept for {@link undo}. */
  takeElsewhere(): void {
    const text = this.#elsewhere;
    if (text !== null) this.restore(text);
    this.#elsewhere = null;
  }

  /** Leaves the other tab its text. */
  leaveElsewhere(): void {
    this.#elsewhere = null;
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#refusal = null;
    this.#store(text);
  }

  /** Whether {@link undo} has something to bring back. */
  get canUndo(): boolean {
    return this.#setAside.length > 0;
  }

  /** Puts another text into the box and keeps what the reader wrote for {@link undo}. */
  replace(text: string): void {
    if (this.#own && this.#text !== text) this.#keepAside([this.#text, ...this.#setAside]);
    this.#placed = text;
    this.text = text;
  }

  /** Puts a text of the reader's back that was in the box before; what has been written since is kept for {@link undo}. */
  restore(text: string): void {
    const others = this.#setAside.filter((other) => other !== text);
    this.#keepAside(this.#own && this.#text !== text ? [this.#text, ...others] : others);
    this.#placed = null;
    this.text = text;
  }

  /** Brings back what {@link replace} took away. What the reader has written since takes its turn after the others. */
  undo(): void {
    const [text, ...others] = this.#setAside;
    if (text === undefined) return;
    this.#keepAside(this.#own ? [...others, this.#text] : others);
    this.#placed = null;
    this.text = text;
  }

  /** Asks whether the text can be read. If not, {@link fault} says why, an empty box included. */
  ask(): boolean {
    try {
      checkText(this.#text);
      this.#refusal = null;
      return true;
    } catch (error) {
      this.#refusal = AppError.from(error);
      return false;
    }
  }

  /** Remembers why the engine would not read this text, until the text changes. */
  refuse(error: AppError): void {
    this.#refusal = error;
  }

  /** What keeps the text from being read, or null. An empty box is no fault until one {@link ask}s to read it. */
  readonly fault = $derived.by((): AppError | null => {
    if (this.#refusal !== null || this.#text.trim() === '') return this.#refusal;
    try {
      checkText(this.#text);
      return null;
    } catch (error) {
      return AppError.from(error);
    }
  });

  get #own(): boolean {
    return this.#text.trim() !== '' && this.#text !== this.#placed;
  }

  #keepAside(texts: readonly string[]): void {
    // What another tab has set aside since stays.
    const others = textsIn(this.#kept.read(SET_ASIDE_KEY)).filter(
      (text) => !this.#seenAside.includes(text) && !texts.includes(text),
    );
    this.#setAside = [...texts, ...others].slice(0, MOST_SET_ASIDE);
    this.#seenAside = this.#setAside;
    this.#kept.write(SET_ASIDE_KEY, JSON.stringify(this.#setAside));
  }

  /** Keeps the text: where it always was, unless another tab keeps its own there, which must not be lost. */
  #store(text: string): void {
    const there = this.#kept.read(KEY);
    if (there === null || there.trim() === '' || there === this.#seen || there === text) {
      this.#kept.write(KEY, text);
      this.#seen = text;
      return;
    }
    this.#kept.write(TABS_KEY, JSON.stringify({ ...tabTextsIn(this.#kept.read(TABS_KEY)), [this.#tab]: text }));
  }
}

function tabTextsIn(stored: string | null): Record<string, string> {
  try {
    const value: unknown = JSON.parse(stored ?? '{}');
    return Object.fromEntries(
      Object.entries(value ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    // Written by hand or cut off: there is nothing to bring back.
    return {};
  }
}

function textsIn(stored: string | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];
  } catch {
    // Written by hand or cut off: there is nothing to bring back.
    return [];
  }
}
