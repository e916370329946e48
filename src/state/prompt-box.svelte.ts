/** A prompt as the reader writes it: kept over visits, replaced by starters, and brought back. */
import { EMPTY_PROMPT, type Prompt, type Starter } from '../content/prompts.ts';
import type { ChatMessage } from '../text/chat.ts';
import type { AppError } from '../base/errors.ts';
import { checkText } from '../text/text-check.ts';
import { TextStorage } from './storage/text-storage.ts';

/** Prompts of the reader's own that starters have replaced and that can be brought back. */
const MOST_SET_ASIDE = 5;

/** What a box begins with and where it is kept. */
export interface PromptBoxParts {
  readonly storage: Storage | null;
  readonly key: string;
  /** The first stands in a box that nobody has written in. */
  readonly starters: readonly Starter[];
  /** Whether the loaded model has a chat form; true while none is loaded. */
  readonly hasChat?: () => boolean;
}

/** The prompt of one place. */
export class PromptBox {
  readonly #kept: TextStorage;
  readonly #key: string;
  readonly #starters: readonly Starter[];
  readonly #hasChat: () => boolean;
  #prompt = $state.raw<Prompt>(EMPTY_PROMPT);
  #setAside = $state.raw<readonly Prompt[]>([]);
  #fault = $state.raw<AppError | null>(null);

  constructor({ storage, key, starters, hasChat = () => true }: PromptBoxParts) {
    this.#kept = new TextStorage(storage);
    this.#key = key;
    this.#starters = starters;
    this.#hasChat = hasChat;
    this.#prompt = promptIn(this.#kept.read(key)) ?? starters[0] ?? EMPTY_PROMPT;
  }

  get prompt(): Prompt {
    return this.#prompt;
  }

  /** Whether a chat can be written. */
  get hasChat(): boolean {
    return this.#hasChat();
  }

  /** The form that is written in: a text where the model has no chat form, whatever was chosen before. */
  get form(): Prompt['form'] {
    return this.hasChat ? this.#prompt.form : 'text';
  }

  /** Those that this model can be given. */
  get starters(): readonly Starter[] {
    return this.hasChat ? this.#starters : this.#starters.filter(({ form }) => form === 'text');
  }

  /** Why this very prompt was not read; a changed one has a new chance. */
  get fault(): AppError | null {
    return this.#fault;
  }

  /** The starter that stands in the fields unaltered. */
  readonly starter = $derived.by(() => this.starters.find((starter) => same(starter, this.#prompt)) ?? null);

  /** The starter's title, or what stands for one. */
  readonly title = $derived.by(() => this.starter?.title ?? 'Your prompt');

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
    const own =
      this.starter === null && (this.#prompt.text + this.#prompt.character + this.#prompt.message).trim() !== '';
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

  /** Says beside the prompt why it was not read; null: nothing is wrong with it. */
  refuse(fault: AppError | null): void {
    this.#fault = fault;
  }

  /** The text that the model reads; null where `render` gives none. Throws `text-empty` and `text-malformed`. */
  async text(render: (messages: readonly ChatMessage[]) => Promise<string | null>): Promise<string | null> {
    const { text, character, message } = this.#prompt;
    if (this.form === 'text') {
      checkText(text);
      return text;
    }
    checkText(message);
    if (character.trim() !== '') checkText(character);
    const system: readonly ChatMessage[] = character.trim() === '' ? [] : [{ role: 'system', content: character }];
    return render([...system, { role: 'user', content: message }]);
  }

  #put(prompt: Prompt): void {
    this.#prompt = prompt;
    this.#fault = null;
    this.#kept.write(this.#key, JSON.stringify(prompt));
  }
}

function same(a: Prompt, b: Prompt): boolean {
  return (
    a.form === b.form &&
    (a.form === 'text' ? a.text === b.text : a.character === b.character && a.message === b.message)
  );
}

function promptIn(stored: string | null): Prompt | null {
  try {
    const value = JSON.parse(stored ?? 'null') as Partial<Record<keyof Prompt, unknown>> | null;
    if (value === null || typeof value !== 'object') return null;
    const words = (part: unknown): string => (typeof part === 'string' ? part : '');
    return {
      form: value.form === 'text' ? 'text' : 'chat',
      text: words(value.text),
      character: words(value.character),
      message: words(value.message),
    };
  } catch {
    // Written by hand or cut off: the starter stands in its place.
    return null;
  }
}
