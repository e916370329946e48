/**
 * Links: what is on show as an address, and an address as what is on show. Opening one is a step like any other: it can
 * be undone, and the reader's own text is kept.
 */
import { AppError } from '../../base/errors.ts';
import { SAY } from '../../content/status.ts';
import { isGrain } from '../../reading/grain.ts';
import { isHead } from '../../probe/heads.ts';
import { sameSteering } from '../../steering/same-steering.ts';
import type { RecordingEntry } from '../../formats/runs/recording-json.ts';
import type { ShownReading, ReadoutReading } from '../../reading/reading.ts';
import { hasShown } from '../../reading/trace.ts';
import { isOfLink, recordingOfTrace, type SharedTrace } from '../../formats/runs/shared-trace.ts';
import type { Shared } from '../../formats/runs/share-link.ts';
import type { ReadingController } from './reading-controller.svelte.ts';
import type { Draft } from './draft.svelte.ts';
import type { History } from './history.svelte.ts';
import type { Place } from '../place.svelte.ts';
import type { Preferences } from '../preferences.svelte.ts';
import type { Probes } from '../probes/probes.svelte.ts';
import type { Session } from '../engine/session.svelte.ts';
import type { Stories } from './stories.svelte.ts';
import type { ProbeOffer } from '../probes/probe-card.ts';
import { newId } from '../storage/new-id.ts';
import { ReadingState } from './reading.svelte.ts';
import { probeHash } from './run-record.ts';

/** The result of making a link. */
export type MadeLink =
  | { readonly kind: 'link'; readonly address: string }
  | { readonly kind: 'too-long'; readonly characters: number; readonly most: number };

/** What a link that was opened leaves to be done or said. */
export interface OpenedLink {
  readonly shared: Shared;
  /** Why the probe of the link is not the one chosen, in a sentence; null where it is. */
  readonly probeMissing: string | null;
  /** Whether its scores are on show; if not, the model has to read the text. */
  readonly scored: boolean;
  /** Whether what is on show are the readings that came in the link, with no scores of tokens beside them. */
  readonly carried: boolean;
}

/** What links are made of, and what they change. */
export interface LinkParts {
  readonly readingController: ReadingController;
  readonly draft: Draft;
  readonly history: History;
  readonly place: Place;
  readonly preferences: Preferences;
  readonly probes: Probes;
  readonly session: Session;
  readonly stories: Stories;
  useProbe(key: string): Promise<void>;
}

/** Making and opening links. */
export class Links {
  readonly #app: LinkParts;
  #opened = $state.raw<OpenedLink | null>(null);
  #noted = $state.raw<{ readonly shared: Shared; readonly entry: RecordingEntry } | null>(null);
  /** Counts openings: one that comes later makes those before it worthless. */
  #openings = 0;

  constructor(app: LinkParts) {
    this.#app = app;
  }

  /** The link that was opened last, until it is read or dismissed. */
  get opened(): OpenedLink | null {
    return this.#opened;
  }

  /** Title of a story that contains cruelty and that a link leads to: shown only once the reader has been told and wants it. */
  get noted(): string | null {
    return this.#noted?.entry.title ?? null;
  }

  /** Takes the notice away. A reader who turns down the story of a link gets the first one. */
  async dismiss(): Promise<void> {
    this.#opened = null;
    this.#noted = null;
    await this.#app.readingController.showFirst();
  }

  /** Shows the story that is {@link noted}. */
  async showNoted(): Promise<void> {
    const noted = this.#noted;
    if (noted === null) return;
    this.#app.readingController.darkTexts.allow([noted.entry.id]);
    await this.show(noted.shared);
  }

  /**
   * The address of what is on show; null where nothing is. `embedded`: for a frame, which has nothing but its link to show, so that the
   * link carries the readings of a recorded story too, and never goes without. Throws where the probe's files cannot be had, and
   * `usage` for a frame over a text without readings.
   */
  async make({ embedded = false } = {}): Promise<MadeLink | null> {
    const shared = await this.#shared(embedded);
    if (shared === null) return null;
    if (embedded && shared.readings === null)
      throw new AppError(
        'usage',
        'This text has no readings yet, so a frame would have nothing to show. Read it first, and copy the frame again.',
      );
    const [{ codeOf }, { MOST_LINK_CHARACTERS: most }] = await Promise.all([
      import('./link-code.ts'),
      import('../../formats/runs/share-link.ts'),
    ]);
    const addressOf = async (what: Shared): Promise<string> =>
      `${location.href.split('#')[0]}#/${what.place}?s=${await codeOf(what)}`;
    const whole = await addressOf(shared);
    // A text that is too long with its readings may fit without.
    const address =
      whole.length > most && shared.readings !== null && !embedded
        ? await addressOf({ ...shared, readings: null })
        : whole;
    return address.length > most ? { kind: 'too-long', characters: address.length, most } : { kind: 'link', address };
  }

  /** What a code holds; null where it cannot be opened, which is then shown. */
  async read(code: string): Promise<Shared | null> {
    try {
      return await (await import('./link-code.ts')).sharedIn(code);
    } catch (error) {
      this.#app.session.report(error);
      return null;
    }
  }

  /**
   * Brings back what a link holds: its scores where they are here, else the text and the settings, ready to be read. A
   * story that contains cruelty is {@link noted} instead until its reader has been told.
   */
  async show(shared: Shared): Promise<void> {
    const opening = (this.#openings += 1);
    const { readingController, draft, preferences, place, probes, session, stories } = this.#app;
    const { offer, missing } = await this.#probeOf(shared);
    const scores = await this.#scoresOf(shared);
    const reading = scores ?? carriedBy(shared);
    if (opening !== this.#openings) return;
    const story = stories.entries.find((entry) => entry.id === reading?.recording?.id);
    if (story !== undefined && reading !== readingController.reading && readingController.darkTexts.withholds(story)) {
      this.#noted = { shared, entry: story };
      place.rewrite(`#/${place.current}`);
      session.say(SAY.noted(story.title));
      return;
    }
    this.#noted = null;
    readingController.step('opening the link', { draft: scores === null, settings: true }, () => {
      readingController.sampling = shared.sampling;
      if (isWindow(shared.window)) preferences.window = shared.window;
      const { grain } = shared.view;
      if (isGrain(grain)) preferences.grain = grain;
      if (scores === null) {
        draft.replace(shared.text);
        readingController.source = 'own';
      }
      if (reading !== null) {
        readingController.lay(reading);
        this.#look(shared);
      }
    });
    this.#opened = {
      shared,
      probeMissing: missing,
      scored: scores !== null,
      carried: scores === null && reading !== null,
    };
    place.rewrite(`#/${place.current}`);
    session.say(reading === null ? SAY.linkSetUp() : SAY.linkShown());
    if (offer !== null && offer.key !== probes.chosen?.key) await this.#app.useProbe(offer.key);
  }

  /** Loads the model if it is not there, and reads the text of the link that was opened. */
  async readOpened(): Promise<void> {
    const { readingController, draft, session } = this.#app;
    const opened = this.#opened;
    if (opened === null) return;
    if (!session.ready) await session.load();
    if (!session.ready) return;
    const { shared } = opened;
    const unaltered = draft.text === shared.text;
    await readingController.readDraft(unaltered ? shared.given : null);
    if (readingController.reading?.text !== draft.text) return;
    if (this.#opened === opened) this.#opened = null;
    if (unaltered) this.#look(shared);
  }

  /** Looks where the link looked, as far as that is there. */
  #look({ layer, token, locked, view: { head } }: Shared): void {
    const { reading, view } = this.#app.readingController;
    if (reading === null) return;
    const last = Math.max(0, reading.tokens.length - 1);
    if (isHead(head)) view.head = head;
    view.goTo({
      layer: Math.min(layer, reading.frame.layers - 1),
      single: layer !== reading.frame.defaultLayer,
      at: Math.min(token ?? 0, last),
      locked: locked && token !== null,
    });
  }

  async #shared(embedded: boolean): Promise<Shared | null> {
    const { readingController, preferences } = this.#app;
    const { reading, view } = readingController;
    if (reading === null || reading.tokens.length === 0) return null;
    return {
      text: reading.text,
      given: reading.givenCharacters,
      probe: await this.#probeOn(reading),
      story: reading.story?.id ?? null,
      layer: view.layer,
      token: view.locked || view.at > 0 ? view.at : null,
      locked: view.locked,
      window: preferences.window,
      sampling: $state.snapshot(readingController.sampling),
      place: 'read',
      view: { grain: preferences.grain, head: view.head },
      push: reading.push,
      readings: embedded || reading.story === null ? traceOf(reading) : null,
    };
  }

  async #probeOn({ recording, maker }: ReadingState): Promise<Shared['probe']> {
    if (recording === null)
      return maker === null
        ? null
        : { key: maker.probe.key, title: maker.probe.title, sha256: await maker.probeSha256() };
    const { probe, probeSha256: sha256 } = recording.provenance;
    const key = recording.run?.probeKey ?? `shipped:${probe}`;
    return { key, title: recording.run?.probeTitle ?? this.#app.probes.offer(key)?.title ?? probe, sha256 };
  }

  /** The probe of a link among those that are here, by its files' hash; or why there is none. */
  async #probeOf({ probe }: Shared): Promise<{ readonly offer: ProbeOffer | null; readonly missing: string | null }> {
    if (probe === null) return { offer: null, missing: null };
    const { probes } = this.#app;
    const named = probes.offer(probe.key);
    const others = probes.offers.filter((offer) => offer !== named && offer.origin !== 'shipped');
    for (const offer of named === null ? others : [named, ...others]) {
      // A probe whose files cannot be had is not the one, as far as can be known here.
      if ((await probeHash(offer).catch(() => null)) === probe.sha256) return { offer, missing: null };
    }
    const chosen = probes.chosen?.title ?? 'none';
    const why =
      named === null
        ? `was made with the probe “${probe.title}”, which is not in this browser`
        : `was made with another version of the probe “${probe.title}” than the one here`;
    return {
      offer: null,
      missing: `The link ${why}. What is read here is scored by “${chosen}”. Ask for the probe’s files and bring them in under Library.`,
    };
  }

  /** A reading with the scores of the link's text by the link's probe, where one is at hand. */
  async #scoresOf({ text, probe, story, push: steering }: Shared): Promise<ReadingState | null> {
    const { readingController, history, stories } = this.#app;
    if (probe === null) return null;
    const kept = history.find(text, probe.sha256, steering);
    const ids = stories.entries.map((entry) => entry.id);
    const likely = steering !== null ? [] : story !== null && ids.includes(story) ? [story] : kept === null ? ids : [];
    for (const id of likely) {
      // A story that cannot be fetched has no scores to show; the text can still be read.
      const recording = await stories.recording(id).catch(() => null);
      if (recording?.text === text && recording.provenance.probeSha256 === probe.sha256)
        return ReadingState.fromRecording(recording);
    }
    if (kept !== null) return ReadingState.fromRecording(await history.recording(kept.id));
    const shown = readingController.reading;
    // What a link brought once holds no scores.
    if (shown !== null && shown.recording !== null && isOfLink(shown.recording)) return null;
    return shown?.text === text &&
      sameSteering(shown.push, steering) &&
      (await this.#probeOn(shown))?.sha256 === probe.sha256
      ? shown
      : null;
  }
}

/** What a link carries of a reading; null where it has no readings, or where it is not known what made them. */
function traceOf({ recording, maker, frame, readouts, tokens }: ReadingState): SharedTrace | null {
  const made =
    recording?.provenance ??
    (maker && {
      model: maker.engine.model.id,
      weightsSha256: maker.engine.model.weightsSha256,
      backend: maker.engine.backend,
    });
  if (made === null || readouts.length === 0) return null;
  const { axis, layers, defaultLayer } = frame;
  const { model, weightsSha256, backend } = made;
  const layer = hasShown(readouts) ? null : defaultLayer;
  // As they were read: what is shown is smoothed from them where the link is opened.
  const valuesOf = ({ shown, score, nullLow, nullHigh }: ReadoutReading): ShownReading =>
    (layer === null ? shown : null) ?? {
      score: score[defaultLayer] ?? Number.NaN,
      low: nullLow[defaultLayer] ?? Number.NaN,
      high: nullHigh[defaultLayer] ?? Number.NaN,
    };
  const points = readouts.map((readout) => ({
    afterToken: readout.afterToken,
    stand: readout.stand,
    ...valuesOf(readout),
  }));
  const finishedAt = recording?.run?.finishedAt ?? Date.now();
  return { axis, layers, layer, model, weightsSha256, backend, finishedAt, tokens, points };
}

/** The readings that came in a link, as a reading; null where it brought none. */
function carriedBy({ text, given, probe, push: steering, sampling, readings }: Shared): ReadingState | null {
  if (readings === null || probe === null) return null;
  const continuations = given === null ? [] : [{ fromCharacter: given, sampling }];
  return ReadingState.fromRecording(
    recordingOfTrace(
      { id: newId(), title: 'Text from a link', text, given, probe, push: steering, continuations },
      readings,
    ),
  );
}

/** The windows that the page offers. */
function isWindow(tokens: number): boolean {
  return tokens >= 8 && tokens <= 12;
}
