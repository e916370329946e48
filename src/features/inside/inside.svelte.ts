/** The place Look inside: the text on show through the lens, and the probe's directions through the same lens. */
import { parseLens, type RecordedLens } from '../../formats/runs/lens-json.ts';
import type { DirectionKind, DirectionWords, LensReading, SplitWord } from '../../lens/lens.ts';
import type { ReadingController } from '../../state/runs/reading-controller.svelte.ts';
import type { ProbeCard } from '../../state/probes/probe-card.ts';
import type { ReadingState } from '../../state/runs/reading.svelte.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import type { FetchText } from '../../state/runs/stories.svelte.ts';

/** The grid that is there before any model. */
const RECORDED_URL = './recordings/lens.json';

/** Likeliest words at every place. */
const TOP = 10;

/** Words at each end of a direction. */
const DIRECTION_COUNT = 15;

/** A text that was looked at. */
export interface Look {
  readonly lens: LensReading;
  /** The words that were asked for then, as they were typed. */
  readonly asked: string;
  /** Those that are no single token. */
  readonly split: readonly SplitWord[];
}

/** What the place works with. */
export interface InsideParts {
  readonly readingController: ReadingController;
  readonly session: Session;
  readonly fetchText: FetchText;
}

/** What was looked at in this visit. It is forgotten with the reading, or the probe, that it belongs to. */
export class Inside {
  readonly #readingController: ReadingController;
  readonly #session: Session;
  readonly #fetch: FetchText;
  #recorded = $state.raw<RecordedLens | null>(null);
  /** Whether the layers of the lower half are shown too. */
  allLayers = $state(false);
  #layer = $state<number | null>(null);
  readonly #looks = new WeakMap<ReadingState, Look>();
  readonly #told = new WeakMap<ProbeCard, Map<string, DirectionWords>>();
  /** Counts what was put into the two above, so that effects can depend on it. */
  #version = $state(0);
  #typed = $state<string | null>(null);
  /** Whether words that are several tokens are followed by their first. */
  firstToken = $state(false);
  kind = $state<DirectionKind>('steering');
  #directionLayer = $state<number | null>(null);

  constructor({ readingController, session, fetchText }: InsideParts) {
    this.#fetch = fetchText;
    this.#readingController = readingController;
    this.#session = session;
  }

  /** The recorded grid; null until it has come, or where it is not beside the page. */
  get recorded(): RecordedLens | null {
    return this.#recorded;
  }

  /** Fetches the recorded grid, once. Where it is missing the place does without it. */
  async open(): Promise<void> {
    if (this.#recorded !== null) return;
    try {
      this.#recorded = parseLens(await this.#fetch(RECORDED_URL));
    } catch {
      // An example only: with a model everything works without it.
    }
  }

  /** The layer that is looked at; the last one until the reader goes elsewhere. Read keeps its own. */
  layerOf({ layers }: LensReading): number {
    const last = layers.at(-1) ?? 0;
    return this.#layer !== null && layers.includes(this.#layer) ? this.#layer : last;
  }

  goTo(layer: number): void {
    this.#layer = layer;
  }

  /** The words to follow, as they stand in the field: the poles of the probe until the reader types. */
  get words(): string {
    const { probe } = this.#readingController;
    return this.#typed ?? (probe === null ? '' : `${probe.axis.positive}, ${probe.axis.negative}`);
  }

  set words(typed: string) {
    this.#typed = typed;
  }

  /** The text on show through the lens; null where it has not been looked at. */
  readonly look = $derived.by((): Look | null => {
    void this.#version;
    const { reading } = this.#readingController;
    return reading === null ? null : (this.#looks.get(reading) ?? null);
  });

  /** Whether the text has grown since it was looked at. */
  readonly outgrown = $derived.by(
    () => this.look !== null && this.look.lens.tokens.length < (this.#readingController.reading?.tokens.length ?? 0),
  );

  /** Whether other words stand in the field than were looked for. */
  readonly reworded = $derived.by(() => this.look !== null && this.look.asked !== this.#asked());

  /** The layer whose direction is looked at: the probe's own until the reader chooses. */
  get directionLayer(): number {
    return this.#directionLayer ?? this.#readingController.probe?.defaultLayer ?? 0;
  }

  set directionLayer(layer: number) {
    this.#directionLayer = layer;
  }

  /** The words of the chosen direction; null where it has not been looked at. */
  readonly told = $derived.by((): DirectionWords | null => {
    void this.#version;
    const { probe } = this.#readingController;
    return probe === null ? null : (this.#told.get(probe)?.get(`${this.kind} ${this.directionLayer}`) ?? null);
  });

  /** Looks at the text on show, at every token and layer. What goes wrong is shown. */
  async lookThrough(): Promise<void> {
    const { reading } = this.#readingController;
    if (reading === null) return;
    const asked = this.#asked();
    await this.#attempt(async () => {
      const looked = await this.#session.look({
        text: this.#textOf(reading),
        top: TOP,
        words: this.words.split(','),
        firstToken: this.firstToken,
      });
      if (looked === null) return;
      this.#looks.set(reading, { lens: looked.lens, asked, split: looked.found.split });
      this.#version += 1;
      // The last token is where the next word is open.
      this.#readingController.view.at = looked.lens.tokens.length - 1;
      this.#layer = null;
    });
  }

  /** Looks at the chosen direction at the chosen layer. */
  async lookAlong(): Promise<void> {
    const { probe } = this.#readingController;
    if (probe === null) return;
    const { kind, directionLayer: layer } = this;
    await this.#attempt(async () => {
      const told = await this.#session.lookAlong({ kind, layer, count: DIRECTION_COUNT });
      if (told === null) return;
      const all = this.#told.get(probe) ?? new Map<string, DirectionWords>();
      this.#told.set(probe, all.set(`${kind} ${layer}`, told));
      this.#version += 1;
    });
  }

  /** The tokens that were read, where this very model read them; else the text, which falls into tokens of its own. */
  #textOf(reading: ReadingState): string | readonly number[] {
    const made = reading.recording?.provenance.weightsSha256 ?? reading.maker?.engine.model.weightsSha256;
    return made === this.#session.status?.model.weightsSha256 ? reading.tokens.map(({ id }) => id) : reading.text;
  }

  #asked(): string {
    return `${this.words} ${this.firstToken}`;
  }

  async #attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      this.#session.report(error);
    }
  }
}
