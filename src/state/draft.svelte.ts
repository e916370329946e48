/** The text that the reader types. It survives errors, reloads and a dead worker. */
import { AppError } from '../core/errors.ts';
import { checkText } from '../core/text-check.ts';
import { Kept } from './kept.ts';

const KEY = 'flipside.draft';

/** The text box: what is in it, what was in it before a story replaced it, and what is wrong with it. */
export class Draft {
  readonly #kept: Kept;
  #text = $state('');
  #before = $state<string | null>(null);

  constructor(storage: Storage | null) {
    this.#kept = new Kept(storage);
    this.#text = this.#kept.read(KEY) ?? '';
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#before = null;
    this.#kept.write(KEY, text);
  }

  /** Whether {@link undo} has something to bring back. */
  get canUndo(): boolean {
    return this.#before !== null;
  }

  /** Puts another text into the box and keeps the old one for {@link undo}. */
  replace(text: string): void {
    const before = this.#text;
    this.text = text;
    this.#before = before.trim() === '' || before === text ? null : before;
  }

  /** Brings back what {@link replace} took away. */
  undo(): void {
    if (this.#before !== null) this.text = this.#before;
  }

  /** What keeps the text from being read, or null. An empty box is not an error until one asks to read it. */
  readonly fault = $derived.by((): AppError | null => {
    if (this.#text.trim() === '') return null;
    try {
      checkText(this.#text);
      return null;
    } catch (error) {
      return AppError.from(error);
    }
  });
}
