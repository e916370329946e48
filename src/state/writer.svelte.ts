/** The Write place: the prompt that the reader gives, and what the model has made of it so far. */
import { EMPTY_PROMPT, STARTERS, type Prompt } from '../content/prompts.ts';
import type { ChatMessage } from '../core/chat.ts';
import { AppError } from '../core/errors.ts';
import { checkText } from '../core/text-check.ts';
import type { Desk } from './desk.svelte.ts';
import { Kept } from './kept.ts';
import type { ReadingState } from './reading.svelte.ts';
import type { Session } from './session.svelte.ts';

const KEY = 'flipside.write';

/** Texts of this visit that stay within reach; each holds up to some megabytes of scores. */
const MOST_TAKES = 12;

/** Prompts of the reader's own that starters have replaced and that can be brought back. */
const MOST_SET_ASIDE = 5;

/** One text that the model wrote, and the seed that it was written with. */
export interface Take {
  readonly key: number;
  readonly title: string;
  readonly seed: number;
  readonly reading: ReadingState;
}

/** What the writer works with. */
export interface WriterParts {
  readonly desk: Desk;
  readonly session: Session;
  readonly storage: Storage | null;
}

/** Prompt and takes. */
export class Writer {
  readonly #desk: Desk;
  readonly #session: Session;
  readonly #kept: Kept;
  #prompt = $state.raw<Prompt>(EMPTY_PROMPT);
  #setAside = $state.raw<readonly Prompt[]>([]);
  #takes = $state.raw<readonly Take[]>([]);
  #fault = $state.raw<AppError | null>(null);
  #lastKey = 0;

  constructor({ desk, session, storage }: WriterParts) {
    this.#desk = desk;
    this.#session = session;
    this.#kept = new Kept(storage);
    this.#prompt = promptIn(this.#kept.read(KEY)) ?? STARTERS[0] ?? EMPTY_PROMPT;
  }

  get prompt(): Prompt {
    return this.#prompt;
  }

  /** What was written in this visit, the oldest first. A prompt that was refused or stopped before its first token is none. */
  readonly takes = $derived.by((): readonly Take[] => this.#takes.filter((take) => take.reading.tokens.length > 0));

  /** Why this very prompt was not read; a changed one has a new chance. */
  get fault(): AppError | null {
    return this.#fault;
  }

  /** The starter that stands in the fields unaltered. */
  readonly starter = $derived.by(() => STARTERS.find((starter) => same(starter, this.#prompt)) ?? null);

  /** Whether {@link undo} has a prompt of the reader's to bring back. */
  get canUndo(): boolean {
    return this.#setAside.length > 0;
  }

  /** Changes a part of the prompt. */
  change(part: Partial<Prompt>): void {
    const { form, text, character, message } = { ...this.#prompt, ...part };
    this.#put({ form, text, character, message });
  }

  /** Puts another prompt in its place; what the reader wrote is kept for {@link undo}. */
  replace(prompt: Prompt): void {
    const own = this.starter === null && (this.#prompt.text + this.#prompt.character + this.#prompt.message).trim() !== '';
    if (own) this.#setAside = [this.#prompt, ...this.#setAside].slice(0, MOST_SET_ASIDE);
    this.change(prompt);
  }

  /** Brings back what {@link replace} took away. */
  undo(): void {
    const [prompt, ...others] = this.#setAside;
    if (prompt === undefined) return;
    this.#setAside = others;
    this.#put(prompt);
  }

  /** Reads the prompt and lets the model write on. The text on show before stays among the {@link takes} if it was written here. */
  async write(): Promise<void> {
    this.#fault = null;
    const { seed } = this.#desk.sampling;
    const title = this.starter?.title ?? 'Your prompt';
    const before = this.#desk.reading;
    try {
      this.#session.needReady();
      const text = await this.#text();
      if (text === null) return;
      const writing = this.#desk.write(`${title}, seed ${seed}`, text);
      const reading = this.#desk.reading;
      if (reading !== null && reading !== before) this.#keep({ key: (this.#lastKey += 1), title, seed, reading });
      await writing;
    } catch (thrown) {
      const error = AppError.from(thrown);
      // What is wrong with the prompt is said where the prompt is.
      if (error.code.startsWith('text-')) this.#fault = error;
      else this.#session.report(error);
    }
  }

  /** The same prompt with the next seed. */
  async another(): Promise<void> {
    this.#desk.sampling = { ...this.#desk.sampling, seed: (this.#desk.sampling.seed + 1) % 2 ** 32 };
    await this.write();
  }

  /** Shows what was written before. */
  show(take: Take): void {
    this.#desk.bringBack(take.reading);
  }

  /** The text that the model reads; null when the conversation could not be put into its form, which is then shown. */
  async #text(): Promise<string | null> {
    const { form, text, character, message } = this.#prompt;
    if (form === 'text') {
      checkText(text);
      return text;
    }
    checkText(message);
    if (character.trim() !== '') checkText(character);
    const system: readonly ChatMessage[] = character.trim() === '' ? [] : [{ role: 'system', content: character }];
    return this.#session.renderChat([...system, { role: 'user', content: message }]);
  }

  #keep(take: Take): void {
    this.#takes = [...this.#takes, take].slice(-MOST_TAKES);
  }

  #put(prompt: Prompt): void {
    this.#prompt = prompt;
    this.#fault = null;
    this.#kept.write(KEY, JSON.stringify(prompt));
  }
}

function same(a: Prompt, b: Prompt): boolean {
  return a.form === b.form && (a.form === 'text' ? a.text === b.text : a.character === b.character && a.message === b.message);
}

function promptIn(stored: string | null): Prompt | null {
  try {
    const value = JSON.parse(stored ?? 'null') as Partial<Record<keyof Prompt, unknown>> | null;
    if (value === null || typeof value !== 'object') return null;
    const words = (part: unknown): string => (typeof part === 'string' ? part : '');
    return { form: value.form === 'text' ? 'text' : 'chat', text: words(value.text), character: words(value.character), message: words(value.message) };
  } catch {
    // Written by hand or cut off: the starter stands in its place.
    return null;
  }
}
