/** The Write place: the prompt that the reader gives, and what the model has made of it so far. */
import { STARTERS } from '../../content/prompts.ts';
import { AppError } from '../../base/errors.ts';
import type { ReadingController } from '../../state/runs/reading-controller.svelte.ts';
import { PromptBox } from '../../state/prompt-box.svelte.ts';
import type { ReadingState } from '../../state/runs/reading.svelte.ts';
import type { Session } from '../../state/engine/session.svelte.ts';

const KEY = 'flipside.write';

/** Texts of this visit that stay within reach; each holds up to some megabytes of scores. */
const MOST_TAKES = 12;

/** One text that the model wrote, and the seed that it was written with. */
export interface Take {
  readonly key: number;
  readonly title: string;
  readonly seed: number;
  readonly reading: ReadingState;
}

/** What the writer works with. */
export interface WriterParts {
  readonly readingController: ReadingController;
  readonly session: Session;
  readonly storage: Storage | null;
}

/** Prompt and takes. */
export class Writer {
  readonly #readingController: ReadingController;
  readonly #session: Session;
  readonly box: PromptBox;
  #takes = $state.raw<readonly Take[]>([]);
  #lastKey = 0;

  constructor({ readingController, session, storage }: WriterParts) {
    this.#readingController = readingController;
    this.#session = session;
    this.box = new PromptBox({ storage, key: KEY, starters: STARTERS, hasChat: () => session.status?.hasChat ?? true });
  }

  /** What was written in this visit, the oldest first. A prompt that was refused or stopped before its first token is none. */
  readonly takes = $derived.by((): readonly Take[] => this.#takes.filter((take) => take.reading.tokens.length > 0));

  /** Reads the prompt and lets the model write on. The text on show before stays among the {@link takes} if it was written here. */
  async write(): Promise<void> {
    const { box } = this;
    box.refuse(null);
    const { seed } = this.#readingController.sampling;
    const { title } = box;
    const before = this.#readingController.reading;
    try {
      this.#session.needReady();
      const text = await box.text((messages) => this.#session.renderChat(messages));
      if (text === null) return;
      const writing = this.#readingController.write(`${title}, seed ${seed}`, text);
      const reading = this.#readingController.reading;
      if (reading !== null && reading !== before) this.#keep({ key: (this.#lastKey += 1), title, seed, reading });
      await writing;
    } catch (thrown) {
      const error = AppError.from(thrown);
      // What is wrong with the prompt is said where the prompt is.
      if (error.code.startsWith('text-') || error.code === 'model-text-invalid') box.refuse(error);
      else this.#session.report(error);
    }
  }

  /** The same prompt with the next seed. */
  async another(): Promise<void> {
    this.#readingController.nextSeed();
    await this.write();
  }

  /** Shows what was written before. */
  show(take: Take): void {
    this.#readingController.bringBack(take.reading);
  }

  #keep(take: Take): void {
    this.#takes = [...this.#takes, take].slice(-MOST_TAKES);
  }
}
