/** What is on show: a text with its readings, where it comes from, how one looks at it, and the way back. */
import { FORK } from '../../content/front.ts';
import { SAY } from '../../content/status.ts';
import { FIRST_SAMPLING } from '../../reading/first-sampling.ts';
import type { ForkedStory } from '../../reading/fork.ts';
import type { SamplingOptions } from '../../reading/reading.ts';
import type { RecordingEntry } from '../../formats/runs/recording-json.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import { DarkTexts } from './dark-texts.svelte.ts';
import type { Draft } from './draft.svelte.ts';
import { Instrument } from './instrument.svelte.ts';
import type { Preferences } from '../preferences.svelte.ts';
import { ReadingState } from './reading.svelte.ts';
import type { Session } from '../engine/session.svelte.ts';
import type { Shown, ShownSettings, Source } from './shown.ts';
import type { Stories } from './stories.svelte.ts';
import { Trail } from './trail.svelte.ts';
import { View } from './view.svelte.ts';

/** What showing works with. */
export interface ShowingParts {
  readonly session: Session;
  readonly stories: Stories;
  readonly draft: Draft;
  readonly preferences: Preferences;
  /** The chosen probe by its key, and choosing another without reading again. */
  readonly probeChoice?: { readonly key: string | null; choose(key: string): void };
}

/** The text on show and the steps that led to it. What reads and writes is its subclass's. */
export class Showing {
  readonly view = new View();
  readonly instrument: Instrument;
  readonly darkTexts: DarkTexts;
  /** What was on show before, to go back to. */
  readonly trail = new Trail<Shown>();
  readonly #parts: ShowingParts;
  #reading = $state.raw<ReadingState | null>(null);
  #readingId = $state(0);
  #noted = $state.raw<RecordingEntry | null>(null);
  #fork = $state.raw<ForkedStory | null>(null);
  /** The story with two endings once it has come: it never changes. */
  #forked = $state.raw<ForkedStory | null>(null);
  /** Which of the two sources is open. */
  source = $state<Source>('story');
  /** How the next words are chosen. */
  sampling = $state<SamplingOptions>({ ...FIRST_SAMPLING });

  constructor(parts: ShowingParts) {
    this.#parts = parts;
    this.darkTexts = new DarkTexts(parts.preferences);
    this.instrument = new Instrument(() => this.#reading, this.view, parts.preferences);
  }

  /** What the strip shows. */
  get reading(): ReadingState | null {
    return this.#reading;
  }

  /** The story with two endings, while both are shown as one; {@link reading} is then that of the first, once it has come. */
  get fork(): ForkedStory | null {
    return this.#fork;
  }

  /** Whether the story with two endings can be shown. */
  get forks(): boolean {
    return this.#forked !== null;
  }

  /** A story that contains cruelty and waits until the reader has been told and wants it; the one before stays on show. */
  get noted(): RecordingEntry | null {
    return this.#noted;
  }

  /** Tells readings apart, for pictures that are kept between draws. */
  get readingId(): number {
    return this.#readingId;
  }

  /**
   * Shows what a first visit sees, unless something is on show: a reader may be quicker than the list. That is the story
   * with two endings, or where it cannot be had the first story that needs no note before it.
   */
  async showFirst(): Promise<void> {
    const { entries } = this.#parts.stories;
    if (this.#reading !== null || (await this.showFork()) || this.#reading !== null) return;
    const first = entries.find((entry) => !entry.dark) ?? entries[0];
    if (first !== undefined) await this.showStory(first.id);
  }

  /** Shows the story with two endings; false where it cannot be had. Its own line says what happens in it, so no note comes before. */
  async showFork(): Promise<boolean> {
    const { stories, session } = this.#parts;
    const was = this.#readingId;
    const fork = await this.fetchFork();
    if (fork === null) return false;
    // Something else was chosen meanwhile.
    if (this.#readingId !== was || stories.awaited !== null) return true;
    this.darkTexts.allow([FORK.a.id, FORK.b.id]);
    const before = this.shown();
    stories.leave();
    this.#noted = null;
    this.#reading = null;
    this.#readingId += 1;
    this.#fork = fork;
    if (before.reading !== null) this.took(`showing ${FORK.title}`, before);
    session.say(SAY.story(FORK.title));
    await this.#followFork();
    return true;
  }

  /** The story with two endings, fetched once; null where it cannot be had. */
  protected async fetchFork(): Promise<ForkedStory | null> {
    return (this.#forked ??= await this.#parts.stories.fork());
  }

  /** Fetches the whole recording of the first ending, for the instrument. The fork is there without it. */
  async #followFork(): Promise<void> {
    const fork = this.#fork;
    const id = this.#readingId;
    const recording = await this.#parts.stories.recording(FORK.a.id).catch(() => null);
    if (recording === null || this.#readingId !== id) return;
    this.show(ReadingState.fromRecording(recording));
    this.#fork = fork;
  }

  /** Shows a recorded story. One that contains cruelty is {@link noted} instead, the first time. */
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
      this.show(ReadingState.fromRecording(recording));
      // What the page shows by itself at its opening is nobody's step.
      if (before.reading !== null) this.took(`showing ${recording.title}`, before);
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
    this.show(reading);
  }

  /** What is on show now, with what a step replaces that also touches the text box or the settings. */
  shown({ draft = false, settings = false } = {}): Shown {
    const { layer, single, at, locked } = this.view;
    return {
      reading: this.#reading,
      fork: this.#fork,
      source: this.source,
      layer,
      single,
      at,
      locked,
      draft: draft ? this.#parts.draft.text : null,
      settings: settings ? this.#settings() : null,
    };
  }

  #settings(): ShownSettings {
    const { preferences, probeChoice } = this.#parts;
    const { grain, window } = preferences;
    return {
      sampling: $state.snapshot(this.sampling),
      head: this.view.head,
      grain,
      window,
      probe: probeChoice?.key ?? null,
    };
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
    const step =
      last === null
        ? null
        : this.trail.undo(this.shown({ draft: last.after.draft !== null, settings: last.after.settings !== null }));
    if (step === null) return;
    const { draft } = step.before;
    if (draft !== null && draft !== this.#parts.draft.text) this.#parts.draft.restore(draft);
    this.restore(step.before);
    this.#parts.session.say(SAY.undone(step.name));
  }

  /** Makes the step again that was taken back last. */
  redo(): void {
    const step = this.trail.redo();
    if (step === null) return;
    const { draft } = step.after;
    if (draft !== null) this.#parts.draft.replace(draft);
    this.restore(step.after);
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

  /** Shows a reading that was on show before. */
  bringBack(reading: ReadingState): void {
    this.step(`showing ${reading.frame.title} again`, {}, () => this.lay(reading));
  }

  /** Notes a step that has been made. A key for {@link Trail.forget}. */
  protected took(name: string, before: Shown): number {
    return this.trail.take({ name, before, after: this.shown() });
  }

  /** Shows again what was on show. */
  protected restore(shown: Shown): void {
    this.#parts.stories.leave();
    this.#noted = null;
    this.#reading = shown.reading;
    this.#fork = shown.fork;
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

  /** Puts a reading on show, at the layer looked at before where that has a meaning. */
  protected show(reading: ReadingState): void {
    const sameKind = this.#reading !== null && this.#reading.frame.layers === reading.frame.layers;
    const { layer, single } = sameKind ? this.view : { layer: reading.frame.defaultLayer, single: false };
    this.#noted = null;
    this.#fork = null;
    this.#reading = reading;
    this.#readingId += 1;
    this.view.reset(layer, single);
  }
}
