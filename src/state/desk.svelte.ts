/** The desk of the Read view: which text is being read, and what the reader does with it. */
import { AppError } from '../core/errors.ts';
import type { ModelIdentity } from '../core/probe-types.ts';
import type { SamplingOptions } from '../core/reading.ts';
import { byPole } from '../core/heads.ts';
import { SAY } from '../content/status.ts';
import type { RecordingEntry } from '../format/recording-json.ts';
import type { ProbeToUse } from '../worker/protocol.ts';
import { DarkTexts } from './dark-texts.svelte.ts';
import type { Draft } from './draft.svelte.ts';
import { Instrument } from './instrument.svelte.ts';
import type { Preferences } from './preferences.svelte.ts';
import { ReadingState } from './reading.svelte.ts';
import type { Again, HeadScales, Schedule } from './reading.svelte.ts';
import type { Recording } from '../format/recording.ts';
import type { EngineStatus } from '../core/engine-report.ts';
import type { Maker } from './run-record.ts';
import type { Shown, ShownSettings, Source } from './shown.ts';
import { Trail } from './trail.svelte.ts';
import type { Session } from './session.svelte.ts';
import type { ProbeCard } from './probe-card.ts';
import type { Stories } from './stories.svelte.ts';
import { View } from './view.svelte.ts';

/** What a desk works with. */
export interface DeskParts {
  readonly session: Session;
  readonly stories: Stories;
  readonly draft: Draft;
  readonly preferences: Preferences;
  readonly probeCard: () => Promise<ProbeCard>;
  readonly schedule?: Schedule;
  /** What makes a reading that begins now. */
  readonly maker?: (engine: EngineStatus, taps: boolean) => Maker | null;
  /** Keeps a live reading that has come to its end or was stopped. */
  readonly keep?: (reading: ReadingState) => void;
  /** The chosen probe by its key, and choosing another without reading again. */
  readonly probeChoice?: { readonly key: string | null; choose(key: string): void };
}

/** The current reading with everything that can be done to it. */
export class Desk {
  readonly view = new View();
  readonly instrument: Instrument;
  readonly darkTexts: DarkTexts;
  /** What was on show before, to go back to. */
  readonly trail = new Trail<Shown>();
  readonly #parts: DeskParts;
  #reading = $state.raw<ReadingState | null>(null);
  #readingId = $state(0);
  #probe = $state.raw<ProbeCard | null>(null);
  #noted = $state.raw<RecordingEntry | null>(null);
  /** Which of the two sources is open. */
  source = $state<Source>('story');
  /** How the next words are chosen. */
  sampling = $state<SamplingOptions>({ temperature: 0.8, topK: 0, topP: 0.95, seed: 1, maxTokens: 80 });

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.darkTexts = new DarkTexts(parts.preferences);
    this.instrument = new Instrument(() => this.#reading, this.view, parts.preferences);
  }

  /** What the strip shows. */
  get reading(): ReadingState | null {
    return this.#reading;
  }

  /** A story that holds cruelty and waits until the reader has been told and wants it; the one before stays on show. */
  get noted(): RecordingEntry | null {
    return this.#noted;
  }

  /** Tells readings apart, for pictures that are kept between draws. */
  get readingId(): number {
    return this.#readingId;
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
    const story = stories.open().then(() => (wanted ? this.showFirst() : undefined));
    for (const outcome of await Promise.allSettled([card, story])) if (outcome.status === 'rejected') session.report(outcome.reason);
  }

  /** Shows the first story that needs no note before it, unless something is on show: a reader may be quicker than the list. */
  async showFirst(): Promise<void> {
    const { entries } = this.#parts.stories;
    const first = entries.find((entry) => !entry.dark) ?? entries[0];
    if (first !== undefined && this.#reading === null) await this.showStory(first.id);
  }

  /** Shows a recorded story. One that holds cruelty is {@link noted} instead, the first time. */
  async showStory(id: string): Promise<void> {
    const { stories, session } = this.#parts;
    const entry = stories.entries.find((one) => one.id === id);
    if (entry !== undefined && this.darkTexts.withholds(entry)) {
      stories.leave();
      this.#noted = entry;
      session.say(SAY.noted(entry.title));
      return;
    }
    this.#noted = null;
    try {
      const recording = await stories.choose(id);
      if (recording === null) return;
      const before = this.shown();
      this.#show(ReadingState.fromRecording(recording));
      // What the page shows by itself at its opening is nobody's step.
      if (before.reading !== null) this.#took(`showing ${recording.title}`, before);
      session.say(SAY.story(recording.title));
    } catch (error) {
      session.report(error);
    }
  }

  /** Shows the story that is noted; `always`: from now on without asking. */
  async showNoted(always: boolean): Promise<void> {
    const entry = this.#noted;
    if (entry === null) return;
    this.darkTexts.allow([entry.id], always);
    await this.showStory(entry.id);
  }

  /** Leaves the noted story; what was on show stays. */
  leaveNoted(): void {
    this.#noted = null;
  }

  /** Shows a kept or imported run; the engine is not needed. */
  showRun(recording: Recording): void {
    this.step(`showing ${recording.title}`, {}, () => this.lay(ReadingState.fromRecording(recording)));
    this.#parts.session.say(SAY.run(recording.title));
  }

  /** Puts a reading on show; a part of a {@link step}. A story that is still on its way must not take its place. */
  lay(reading: ReadingState): void {
    this.#parts.stories.leave();
    this.#show(reading);
  }

  /** What is on show now, with what a step replaces that also touches the text box or the settings. */
  shown({ draft = false, settings = false } = {}): Shown {
    const { layer, at, locked } = this.view;
    return {
      reading: this.#reading,
      source: this.source,
      layer,
      at,
      locked,
      draft: draft ? this.#parts.draft.text : null,
      settings: settings ? this.#settings() : null,
    };
  }

  #settings(): ShownSettings {
    const { preferences, probeChoice } = this.#parts;
    const { grain, window } = preferences;
    return { sampling: $state.snapshot(this.sampling), head: this.view.head, grain, window, probe: probeChoice?.key ?? null };
  }

  /** Does something that changes what is on show, as one step that can be taken back. */
  step(name: string, touches: { readonly draft?: boolean; readonly settings?: boolean }, change: () => void): void {
    const before = this.shown(touches);
    change();
    this.trail.take({ name, before, after: this.shown(touches) });
  }

  /** Takes the last step back. Nothing is computed: readings stay in memory. */
  undo(): void {
    const { last } = this.trail;
    const step = last === null ? null : this.trail.undo(this.shown({ draft: last.after.draft !== null, settings: last.after.settings !== null }));
    if (step === null) return;
    const { draft } = step.before;
    if (draft !== null && draft !== this.#parts.draft.text) this.#parts.draft.restore(draft);
    this.#bringBack(step.before);
    this.#parts.session.say(SAY.undone(step.name));
  }

  /** Makes the step again that was taken back last. */
  redo(): void {
    const step = this.trail.redo();
    if (step === null) return;
    const { draft } = step.after;
    if (draft !== null) this.#parts.draft.replace(draft);
    this.#bringBack(step.after);
    this.#parts.session.say(SAY.redone(step.name));
  }

  /** The text of a story, for the text box; null when it cannot be had, which is then shown. */
  async storyText(id: string): Promise<string | null> {
    try {
      return (await this.#parts.stories.recording(id)).text;
    } catch (error) {
      this.#parts.session.report(error);
      return null;
    }
  }

  /** Copies the text on show into the text box. */
  edit(): void {
    this.step('copying this text into the box', { draft: true }, () => {
      this.#parts.draft.replace(this.#reading?.text ?? '');
      this.source = 'own';
    });
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

  /** Reads with another probe from now on. A text on show that was read live is read again unless it should stay; a recording stays what it is. */
  async useProbe(card: ProbeCard, title: string, files: (model: ModelIdentity) => Promise<ProbeToUse>, { again = true } = {}): Promise<void> {
    const { session } = this.#parts;
    if (session.busy) session.needReady();
    await session.useProbe(files);
    this.#probe = card;
    session.say(SAY.using(title));
    const shown = this.#reading;
    if (again && shown !== null && shown.recording === null && session.ready) await this.readAgain();
  }

  /** Reads the text on show again, with the probe that is chosen now. */
  async readAgain(): Promise<void> {
    const shown = this.#reading;
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
    const shown = this.#reading;
    if (shown === null) return;
    try {
      const held = session.holds(shown) ? shown : await this.#read(shown.frame.title, shown.whole, shown);
      // Whoever has picked another text meanwhile does not want this one continued.
      if (held !== null && this.#reading === held) await this.#write(held);
    } catch (error) {
      session.report(error);
    }
  }

  /** Reads a prompt and writes on from it; the reading once its first token is there, whatever comes of the rest. */
  async write(title: string, prompt: string): Promise<ReadingState | null> {
    const read = await this.#read(title, prompt);
    if (read === null || this.#reading !== read) return read;
    try {
      await this.#write(read);
    } catch (error) {
      this.#parts.session.report(error);
    }
    return read;
  }

  /** Shows a reading that was on show before. */
  bringBack(reading: ReadingState): void {
    this.step(`showing ${reading.frame.title} again`, {}, () => this.lay(reading));
  }

  /** Lets the model write on. What was there before stays as a reading of its own, to go back to. */
  async #write(held: ReadingState): Promise<void> {
    const { session, preferences } = this.#parts;
    const sampling = $state.snapshot(this.sampling);
    const still = held.asItStands();
    const instead = (from: ReadingState, to: ReadingState): void => this.trail.rewrite((shown) => (shown.reading === from ? { ...shown, reading: to } : shown));
    instead(held, still);
    const now = this.shown();
    const step = this.trail.take({ name: 'the continuation', before: { ...now, reading: still }, after: now });
    const whole = await session.write(sampling, preferences.taps, held);
    if (!whole) session.onceBack(() => (this.#reading === held ? this.goOn() : undefined));
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
    if (reading !== null && preferences.taps) void session.refine(reading).then((came) => (came > 0 ? this.#keep(reading) : undefined));
    return reading;
  }

  /** Reads a text and shows it while it comes; the reading if it came to its end. `again`: the same text on show now, or its given characters. */
  async #read(title: string, text: string, again: ReadingState | number | null = null): Promise<ReadingState | null> {
    const { session, preferences } = this.#parts;
    try {
      session.needReady();
      const reading = this.blank(title, text, again);
      const read = await this.fill(`reading ${title}`, reading, () => session.read(text, preferences.taps, reading));
      if (read === null) session.onceBack(() => this.#read(title, text, again));
      return read;
    } catch (error) {
      session.report(error);
    }
    return null;
  }

  /** An empty reading of a text with the probe in use; `pushed` knows what is done to the stream, null: nothing. Throws `probe-invalid` without a probe. */
  blank(title: string, text: string, again: Again = null, pushed: Pick<Maker, 'push'> | null = null): ReadingState {
    const { session, preferences, schedule } = this.#parts;
    const probe = this.#probe;
    if (probe === null) throw new AppError('probe-invalid', 'There is no probe to read with. Load the page again.');
    const made = session.status === null ? null : (this.#parts.maker?.(session.status, preferences.taps) ?? null);
    const maker = made === null || pushed === null ? made : { ...made, get push() { return pushed.push; } };
    const { axis, defaultLayer, calibration, poles } = probe;
    const frame = { title, axis, defaultLayer, layers: calibration.length, ...scalesOf(probe), poles: poles && byPole((pole) => scalesOf(poles[pole])) };
    return ReadingState.live(frame, schedule, again, maker, text);
  }

  /** Shows a reading while a run fills it, and keeps it; the reading if the run came to its end. `step` names it for undo. */
  async fill(step: string, reading: ReadingState, run: () => Promise<boolean>): Promise<ReadingState | null> {
    const before = this.shown();
    const running = run();
    this.#parts.stories.leave();
    this.#show(reading);
    const taken = this.#took(step, before);
    const whole = await running;
    if (reading.tokens.length > 0) this.#keep(reading);
    if (whole) return reading;
    // A text that was refused or stopped before its first token leaves what was on show where it was.
    if (reading.tokens.length === 0 && before.reading !== null) {
      this.trail.forget(taken);
      if (this.#reading === reading) this.#bringBack({ ...before, source: this.source });
    }
    return null;
  }

  #took(name: string, before: Shown): number {
    return this.trail.take({ name, before, after: this.shown() });
  }

  /** Numbers that are none are not worth keeping; everything else is. */
  #keep(reading: ReadingState): void {
    if (this.#parts.session.problem?.code.startsWith('numbers-') !== true) this.#parts.keep?.(reading);
  }

  #bringBack(shown: Shown): void {
    this.#parts.stories.leave();
    this.#noted = null;
    this.#reading = shown.reading;
    this.#readingId += 1;
    this.source = shown.source;
    this.view.goTo(shown);
    if (shown.settings === null) return;
    const { preferences, probeChoice } = this.#parts;
    const { sampling, head, window, grain, probe } = shown.settings;
    this.sampling = sampling;
    this.view.head = head;
    preferences.window = window;
    // After the window, which brings its own grain with it.
    preferences.grain = grain;
    if (probe !== null && probe !== probeChoice?.key) probeChoice?.choose(probe);
  }

  #show(reading: ReadingState): void {
    const sameKind = this.#reading !== null && this.#reading.frame.layers === reading.frame.layers;
    const layer = sameKind ? this.view.layer : reading.frame.defaultLayer;
    this.#noted = null;
    this.#reading = reading;
    this.#readingId += 1;
    this.view.reset(layer);
  }
}

function scalesOf({ calibration, lexical, alarm }: Pick<ProbeCard, 'calibration' | 'lexical' | 'alarm'>): HeadScales {
  return { calibration, explained: lexical.explained, alarm };
}
