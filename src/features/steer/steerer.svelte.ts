/** Steer and write: a text is written steered, read again by the model without steering, and what it writes by itself stands beside it. */
import { AppError } from '../../base/errors.ts';
import type { RunSummary } from '../../models/engine-report.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import type { SamplingOptions } from '../../reading/reading.ts';
import type { Axis } from '../../probe/probe-types.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import type { SteeredTextArgs } from '../../worker/protocol.ts';
import type { ReadingController } from '../../state/runs/reading-controller.svelte.ts';
import type { PromptBox } from '../../state/prompt-box.svelte.ts';
import type { ProbeOffer } from '../../state/probes/probe-card.ts';
import { type CarriedFiles, carriedFiles } from '../../state/probes/probe-to-use.ts';
import type { SteeringChoice } from '../../state/probes/steering-choice.svelte.ts';
import type { ReadingState } from '../../state/runs/reading.svelte.ts';
import { mixedIn } from './mixed-in.ts';
import { RunningSteering } from './running-steering.svelte.ts';
import type { SteeringMix } from './steering-mix.svelte.ts';
import { probeHash } from '../../state/runs/run-record.ts';
import type { Session } from '../../state/engine/session.svelte.ts';

/** Texts of this visit that stay within reach; each holds some megabytes of scores, twice. */
const MOST_TEXTS = 8;

/** What is done at the moment, of the three steps of one press. */
export type SteeringStep = 'steered' | 'reading' | 'unsteered';

/** A text that was written under steering, with what was made of it since. */
export interface SteeredText {
  readonly key: number;
  readonly title: string;
  readonly prompt: string;
  readonly sampling: SamplingOptions;
  /** What steered it, as it was set when it began. */
  readonly steering: SteeringRecord;
  /** The poles of the direction. */
  readonly axis: Axis;
  /** Of each further direction, the pole that it steers towards. */
  readonly ends: readonly string[];
  /** What the engine was asked for, so that placebos can be written alike. */
  readonly asked: Omit<SteeredTextArgs, 'placebo'>;
  /** As it was written, and its trace: moved by the steering itself. */
  readonly during: ReadingState;
  /** How the writing ended; null where it was stopped or failed. */
  readonly ended: RunSummary['ended'] | null;
  /** The same text as the model reads it without the steering; null until it was read to its end. */
  readonly back: ReadingState | null;
  /** What the model writes by itself with the same seed; null until that has begun. */
  readonly unsteered: ReadingState | null;
}

/** What steered writing works with. */
export interface SteererParts {
  readonly readingController: ReadingController;
  readonly session: Session;
  readonly box: PromptBox;
  readonly choice: SteeringChoice;
  readonly mix: SteeringMix;
  readonly readouts: () => boolean;
  readonly stories: () => Promise<SetSource>;
  /** Keeps a reading in the history; the id that it has there, null where it is not known what made it. */
  readonly keep: (reading: ReadingState) => Promise<string | null>;
}

/** The texts, and the one being written. */
export class Steerer {
  readonly #parts: SteererParts;
  #texts = $state.raw<readonly SteeredText[]>([]);
  #running = $state.raw<{ readonly steering: RunningSteering; readonly during: ReadingState } | null>(null);
  #step = $state<SteeringStep | null>(null);
  /** A text while it is read again: the page shows that reading before the text has it. */
  #rereading = $state.raw<{ readonly key: number; readonly reading: ReadingState } | null>(null);
  #lastKey = 0;

  constructor(parts: SteererParts) {
    this.#parts = parts;
  }

  /** What was written in this visit, the oldest first. A prompt that was refused or stopped before its first token is none. */
  readonly texts = $derived.by((): readonly SteeredText[] =>
    this.#texts.filter(({ during }) => during.tokens.length > 0),
  );

  /** The text whose trace is on show, whichever of them; null where something else is. */
  readonly shown = $derived.by((): SteeredText | null => {
    const { reading } = this.#parts.readingController;
    if (reading === null) return null;
    const again = this.#rereading?.reading === reading ? this.#rereading.key : null;
    return (
      this.texts.findLast(
        ({ key, during, back, unsteered }) => key === again || [during, back, unsteered].includes(reading),
      ) ?? null
    );
  });

  /** Whether a text is being written under steering. */
  readonly writing = $derived.by(() => this.#running !== null);

  /** The step that is under way; null where none is. */
  get step(): SteeringStep | null {
    return this.#step;
  }

  /** Writes from the prompt steered, reads the whole text without steering, and lets the model write by itself with the same seed. */
  async write(): Promise<void> {
    const { box, choice, mix, readingController, session, readouts, stories } = this.#parts;
    box.refuse(null);
    try {
      session.needReady();
      const fault = choice.fault ?? mix.fault;
      if (fault !== null) throw fault;
      const { offer, settings, matchedKl } = choice;
      if (offer === null)
        throw new AppError(
          'probe-invalid',
          'There is no probe whose direction could steer. Load the page again, or train one.',
        );
      const sampling = $state.snapshot(readingController.sampling);
      const { title } = box;
      const prompt = await box.text((messages) => session.renderChat(messages));
      if (prompt === null) return;
      const steeringFiles = await this.#carried(offer);
      if (steeringFiles === null) return;
      const { files, agreement } = steeringFiles;
      const more = await mixedIn(mix, session);
      if (more === null) return;
      const { ends } = more;
      const steering: SteeringRecord = {
        ...settings,
        direction: offer.title,
        probeSha256: await probeHash(offer),
        matchedKl,
        ...(agreement && { carriedOver: agreement }),
        ...more.record,
      };
      this.#step = 'steered';
      const text = await this.#writeUnder({
        title: `${title}, seed ${sampling.seed}`,
        prompt,
        sampling,
        axis: choice.axis,
        steering,
        ends,
        asked: {
          ...more.args,
          probe: files,
          settings,
          stories: await stories(),
          text: prompt,
          sampling,
          readouts: readouts(),
        },
      });
      // A reader who has picked another text meanwhile does not want this one read.
      if (text === null || text.ended === null || readingController.reading !== text.during) return;
      await this.readBack(text);
      const { back } = this.#find(text);
      if (back !== null && readingController.reading === back) await this.beside(text);
    } catch (thrown) {
      const error = AppError.from(thrown);
      // What is wrong with the prompt is said where the prompt is.
      if (error.code.startsWith('text-') || error.code === 'model-text-invalid') box.refuse(error);
      else session.report(error);
    } finally {
      this.#step = null;
    }
  }

  /** The same prompt with the next seed. */
  async another(): Promise<void> {
    this.#parts.readingController.nextSeed();
    await this.write();
  }

  /** Sets the strength; a text that is being written feels it from the next word on that is begun. */
  strengthen(strength: number): void {
    const { choice, mix } = this.#parts;
    choice.strengthen(strength);
    // Of the text that is written, whichever is on show.
    if (choice.fault === null && mix.fault === null)
      this.#running?.steering.change(strength, this.#running.during.tokens.length);
  }

  /** Reads a text by the model without steering. */
  async readBack(text: SteeredText): Promise<void> {
    const { readingController } = this.#parts;
    await this.#under('reading', async () => {
      const running = readingController.readBack(`${text.title}, read back`, text.during);
      const { reading } = readingController;
      if (reading !== null) this.#rereading = { key: text.key, reading };
      try {
        const back = await running;
        if (back !== null) this.#put({ ...this.#find(text), back });
      } finally {
        this.#rereading = null;
      }
    });
  }

  /**
   * Lets the model write by itself from the same prompt with the same seed, and shows the steered text again; null where
   * that was stopped before its first word. The page shows what goes wrong.
   */
  async beside(text: SteeredText): Promise<ReadingState | null> {
    const { readingController, session } = this.#parts;
    const known = this.#find(text).unsteered ?? this.#written(text);
    if (known !== null) {
      this.#put({ ...this.#find(text), unsteered: known });
      return known;
    }
    return this.#under('unsteered', async () => {
      try {
        session.needReady();
        const before = readingController.reading;
        readingController.sampling = { ...text.sampling };
        const writing = readingController.write(text.title, text.prompt);
        const live = readingController.reading;
        if (live !== null && live !== before) this.#put({ ...this.#find(text), unsteered: live });
        const other = await writing;
        const some = other !== null && !other.incomplete && other.givenTokens < other.tokens.length;
        this.#put({ ...this.#find(text), unsteered: some ? other : null });
        if (live !== null && readingController.reading === (some ? other : live)) this.show(this.#find(text));
        return some ? other : null;
      } catch (error) {
        session.report(error);
        return null;
      }
    });
  }

  /** The address that puts a text and the unsteered one side by side, after making what is missing; null where something was stopped. */
  async compare(text: SteeredText): Promise<string | null> {
    const { session, keep } = this.#parts;
    try {
      session.needReady();
      if (this.#find(text).back === null) await this.readBack(text);
      const { back } = this.#find(text);
      if (back === null) return null;
      const other = await this.beside(text);
      if (other === null) return null;
      const [a, b] = [await keep(other), await keep(back)];
      return a === null || b === null ? null : `#/library/compare?a=run:${a}&b=run:${b}`;
    } catch (error) {
      session.report(error);
      return null;
    }
  }

  /** Shows one of the traces of a text; the read-back where there is one unless another is wanted. */
  show(text: SteeredText, which: 'back' | 'during' = 'back'): void {
    this.#parts.readingController.bringBack((which === 'back' ? text.back : null) ?? text.during);
  }

  /** The probe that steers, as the loaded model takes it. Throws `push-invalid` where the strength was matched on another. */
  async #carried(offer: ProbeOffer): Promise<CarriedFiles | null> {
    const { choice, session } = this.#parts;
    const model = session.status?.model;
    if (model !== undefined) choice.needMatchedOn(model);
    const steeringFiles = await carriedFiles(offer, session);
    if (steeringFiles !== null && model !== undefined) choice.agree(offer, model, steeringFiles.agreement);
    return steeringFiles;
  }

  async #writeUnder(
    begun: Pick<SteeredText, 'title' | 'prompt' | 'sampling' | 'axis' | 'steering' | 'ends' | 'asked'>,
  ): Promise<SteeredText | null> {
    const { readingController, session } = this.#parts;
    const { title, prompt, sampling, steering, asked } = begun;
    const running = new RunningSteering(steering);
    const during = readingController.blank(
      `${title}, steered`,
      prompt,
      { fromCharacter: prompt.length, sampling },
      running,
    );
    const key = (this.#lastKey += 1);
    this.#texts = [...this.#texts, { ...begun, key, during, ended: null, back: null, unsteered: null }].slice(
      -MOST_TEXTS,
    );
    let ended: SteeredText['ended'] = null;
    this.#running = { steering: running, during };
    try {
      await readingController.fill(`writing ${title} while steered`, during, async () => {
        const summary = await session.writeSteered({ ...asked, placebo: null }, during, {
          adjusting: (adjust) => running.reach(adjust),
          decision: (decision) => running.decide(decision),
        });
        ended = summary?.ended ?? null;
        return summary !== null;
      });
    } finally {
      running.reach(null);
      this.#running = null;
    }
    const text = this.#texts.find((each) => each.key === key);
    if (text === undefined) return null;
    const done = { ...text, ended };
    this.#put(done);
    return done;
  }

  async #under<T>(step: SteeringStep, run: () => Promise<T>): Promise<T> {
    const before = this.#step;
    this.#step = step;
    try {
      return await run();
    } finally {
      this.#step = before;
    }
  }

  /** A whole text that the same model wrote from this prompt with this sampling beside another steering; null where there is none. */
  #written({ key, prompt, sampling }: SteeredText): ReadingState | null {
    const weights = this.#parts.session.status?.model.weightsSha256;
    const probe = this.#parts.readingController.probe;
    const same = ({ key: other, prompt: from, sampling: by, unsteered }: SteeredText): boolean =>
      other !== key &&
      from === prompt &&
      JSON.stringify(by) === JSON.stringify(sampling) &&
      unsteered !== null &&
      unsteered.tokens.length - unsteered.givenTokens === sampling.maxTokens &&
      unsteered.maker?.engine.model.weightsSha256 === weights &&
      unsteered.maker?.probe.id === probe?.id;
    return this.#texts.findLast(same)?.unsteered ?? null;
  }

  #find(text: SteeredText): SteeredText {
    return this.#texts.find(({ key }) => key === text.key) ?? text;
  }

  #put(text: SteeredText): void {
    this.#texts = this.#texts.map((each) => (each.key === text.key ? text : each));
  }
}
