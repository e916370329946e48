/** The reading controller of Read and Write: what the reader lets the model read and write, on top of what is on show. */
import { SAY } from '../../content/status.ts';
import type { EngineStatus } from '../../models/engine-report.ts';
import { AppError } from '../../base/errors.ts';
import { byPole } from '../../probe/heads.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { ProbeToUse } from '../../worker/protocol.ts';
import type { ProbeCard } from '../probes/probe-card.ts';
import { ReadingState } from './reading.svelte.ts';
import type { Again, HeadScales, Schedule } from './reading.svelte.ts';
import type { Maker } from './reading.svelte.ts';
import { Showing, type ShowingParts } from './showing.svelte.ts';

/** What a reading controller works with. */
export interface ReadingControllerParts extends ShowingParts {
  readonly probeCard: () => Promise<ProbeCard>;
  readonly schedule?: Schedule;
  /** What makes a reading that begins now. */
  readonly maker?: (engine: EngineStatus, readouts: boolean) => Maker | null;
  /** Keeps a live reading that has come to its end or was stopped. */
  readonly keep?: (reading: ReadingState) => void;
}

/** The current reading with everything that can be done to it. */
export class ReadingController extends Showing {
  readonly #parts: ReadingControllerParts;
  #probe = $state.raw<ProbeCard | null>(null);

  constructor(parts: ReadingControllerParts) {
    super(parts);
    this.#parts = parts;
  }

  /** The card of the probe that texts are read with, once it has arrived. */
  get probe(): ProbeCard | null {
    return this.#probe;
  }

  /**
   * Opens the page: the probe's card and the first story, each on its own, so that one failing leaves the other.
   * `first`: whether to show a story at all; not where a link brings something else.
   */
  async open({ first: wanted = true } = {}): Promise<void> {
    const { stories, session } = this.#parts;
    const card = this.#parts.probeCard().then((probe) => (this.#probe = probe));
    const fork = this.fetchFork();
    const story = stories.open().then(() => (wanted ? this.showFirst() : undefined));
    for (const outcome of await Promise.allSettled([card, story, fork]))
      if (outcome.status === 'rejected') session.report(outcome.reason);
  }

  /** Reads what is in the text box. `given`: characters that were given where the rest was written by a model, else null. */
  async readDraft(given: number | null = null): Promise<void> {
    const { draft, session } = this.#parts;
    if (!draft.ask()) return;
    const { text } = draft;
    this.refine(await this.#read('Your text', text, given));
    const { problem } = session;
    if (problem === null || !problem.code.startsWith('text-') || draft.text !== text) return;
    // What is wrong with the text is said once, where the text is, and for as long as it is that text.
    session.dismiss();
    draft.refuse(problem);
  }

  /** Reads with another probe from now on. What is on show stays as it is. */
  async useProbe(card: ProbeCard, title: string, files: (model: ModelIdentity) => Promise<ProbeToUse>): Promise<void> {
    const { session } = this.#parts;
    if (session.busy) session.needReady();
    await session.useProbe(files);
    this.#probe = card;
    session.say(SAY.using(title));
  }

  /** Reads the text on show again, with the probe that is chosen now. */
  async readAgain(): Promise<void> {
    const shown = this.reading;
    if (shown !== null) this.refine(await this.#read(shown.frame.title, shown.whole, shown));
  }

  /** Reads what another reading holds, given and written, under another title; the reading if it came to its end. */
  async readBack(title: string, reading: ReadingState): Promise<ReadingState | null> {
    return this.refine(await this.#read(title, reading.whole, reading));
  }

  /** The next text is written with the next seed. */
  nextSeed(): void {
    this.sampling = { ...this.sampling, seed: (this.sampling.seed + 1) % 2 ** 32 };
  }

  /** Goes on from the text on show, after reading it when the engine does not hold it. */
  async goOn(): Promise<void> {
    const { session } = this.#parts;
    const shown = this.reading;
    if (shown === null) return;
    try {
      const held = session.holds(shown) ? shown : await this.#read(shown.frame.title, shown.whole, shown);
      // A reader who has picked another text meanwhile does not want this one continued.
      if (held !== null && this.reading === held) await this.#write(held);
    } catch (error) {
      session.report(error);
    }
  }

  /** Reads a prompt and writes on from it; the reading once its first token is there, whatever comes of the rest. */
  async write(title: string, prompt: string): Promise<ReadingState | null> {
    const read = await this.#read(title, prompt);
    if (read === null || this.reading !== read) return read;
    try {
      await this.#write(read);
    } catch (error) {
      this.#parts.session.report(error);
    }
    return read;
  }

  /** Lets the model write on. What was there before stays as a reading of its own, to go back to. */
  async #write(held: ReadingState): Promise<void> {
    const { session, preferences } = this.#parts;
    const sampling = $state.snapshot(this.sampling);
    const still = held.asItStands();
    const instead = (from: ReadingState, to: ReadingState): void =>
      this.trail.rewrite((shown) => (shown.reading === from ? { ...shown, reading: to } : shown));
    instead(held, still);
    const now = this.shown();
    const step = this.trail.take({ name: 'the continuation', before: { ...now, reading: still }, after: now });
    const whole = await session.write(sampling, preferences.readouts, held);
    if (!whole) session.onceBack(() => (this.reading === held ? this.goOn() : undefined));
    if (held.tokens.length > still.tokens.length) {
      this.#keep(held);
      // What was stopped stays as it is until it is asked for.
      if (whole) this.refine(held);
      return;
    }
    this.trail.forget(step);
    instead(still, held);
  }

  /** Lets a text that the engine holds get readings inside its sentences, beside whatever the reader does; it is kept again with them. */
  refine(reading: ReadingState | null): ReadingState | null {
    const { session, preferences } = this.#parts;
    if (reading !== null && preferences.readouts)
      void session.refine(reading).then((came) => (came > 0 ? this.#keep(reading) : undefined));
    return reading;
  }

  /**
   * Reads a text and shows it while it comes; the reading if it came to its end. `again`: the same text on show now, or
   * its given characters.
   */
  async #read(title: string, text: string, again: ReadingState | number | null = null): Promise<ReadingState | null> {
    const { session, preferences } = this.#parts;
    try {
      session.needReady();
      const reading = this.blank(title, text, again);
      const read = await this.fill(
        `reading ${title}`,
        reading,
        () => session.read(text, preferences.readouts, reading),
        again instanceof ReadingState && this.reading === again,
      );
      if (read === null) session.onceBack(() => this.#read(title, text, again));
      return read;
    } catch (error) {
      session.report(error);
    }
    return null;
  }

  /**
   * An empty reading of a text with the probe in use; `steered` knows what is done to the stream, null: nothing. Throws
   * `probe-invalid` without a probe.
   */
  blank(title: string, text: string, again: Again = null, steered: Pick<Maker, 'push'> | null = null): ReadingState {
    const { session, preferences, schedule } = this.#parts;
    const probe = this.#probe;
    if (probe === null) throw new AppError('probe-invalid', 'There is no probe to read with. Load the page again.');
    const made = session.status === null ? null : (this.#parts.maker?.(session.status, preferences.readouts) ?? null);
    const maker =
      made === null || steered === null
        ? made
        : {
            ...made,
            get push() {
              return steered.push;
            },
          };
    const { axis, defaultLayer, calibration, poles } = probe;
    const frame = {
      title,
      axis,
      defaultLayer,
      layers: calibration.length,
      ...scalesOf(probe),
      poles: poles && byPole((pole) => scalesOf(poles[pole])),
    };
    return ReadingState.live(frame, schedule, again, maker, text);
  }

  /**
   * Shows a reading while a run fills it, and keeps it; the reading if the run came to its end. `step` names it for
   * undo; `again`: the text on show is read again.
   */
  async fill(
    step: string,
    reading: ReadingState,
    run: () => Promise<boolean>,
    again = false,
  ): Promise<ReadingState | null> {
    const before = this.shown();
    const running = run();
    this.#parts.stories.leave();
    this.show(reading);
    const taken = this.took(step, before);
    const whole = await running;
    // A beginning takes the place of nothing: neither of what was on show before its first token, nor of the whole text
    // that was read again.
    const nothing = reading.tokens.length === 0 || (!whole && again && this.#parts.session.phase.kind !== 'lost');
    if (!nothing) this.#keep(reading);
    if (whole) return reading;
    if (nothing && before.reading !== null) {
      this.trail.forget(taken);
      if (this.reading === reading) this.restore({ ...before, source: this.source });
    }
    return null;
  }

  /** Numbers that are none are not worth keeping; everything else is. */
  #keep(reading: ReadingState): void {
    if (this.#parts.session.problem?.code.startsWith('numbers-') !== true) this.#parts.keep?.(reading);
  }
}

function scalesOf({ calibration, lexical, alarm }: Pick<ProbeCard, 'calibration' | 'lexical' | 'alarm'>): HeadScales {
  return { calibration, explained: lexical.explained, alarm };
}
