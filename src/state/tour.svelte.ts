/** The tour through the page: where it is, and whether it has been offered. */
import { TOUR, type TourChapter, type TourStep } from '../content/tour.ts';
import { TextStorage } from './storage/text-storage.ts';
import type { Place } from './place.svelte.ts';

const KEY = 'flipside.tour';

/** The tour. It moves the reader between places; the page behind it works as ever. */
export class Tour {
  readonly #place: Place;
  readonly #kept: TextStorage;
  readonly #open: () => void;
  #chapter = $state.raw<TourChapter | null>(null);
  #at = $state(0);
  #offered = $state(true);

  /** `open` opens the details of a place, where some steps point. */
  constructor(place: Place, storage: Storage | null, open: () => void) {
    this.#place = place;
    this.#open = open;
    this.#kept = new TextStorage(storage);
    this.#offered = this.#kept.read(KEY) === null;
  }

  /** Whether a reader who has neither taken nor declined it should be asked. */
  get offered(): boolean {
    return this.#offered;
  }

  /** The chapter under way, or null. */
  get chapter(): TourChapter | null {
    return this.#chapter;
  }

  /** Number of the step, from 0. */
  get at(): number {
    return this.#at;
  }

  readonly step = $derived.by((): TourStep | null => this.#chapter?.steps[this.#at] ?? null);

  /** The chapter after the one under way, or null. */
  readonly next = $derived.by((): TourChapter | null =>
    this.#chapter === null ? null : (TOUR[TOUR.indexOf(this.#chapter) + 1] ?? null),
  );

  /** Begins a chapter. */
  begin(id: TourChapter['id']): void {
    this.#chapter = TOUR.find((chapter) => chapter.id === id) ?? null;
    this.#go(0);
    this.decline();
  }

  forward(): void {
    const last = (this.#chapter?.steps.length ?? 0) - 1;
    if (this.#at < last) this.#go(this.#at + 1);
    else this.end();
  }

  back(): void {
    if (this.#at > 0) this.#go(this.#at - 1);
  }

  /** Ends it where it stands. */
  end(): void {
    this.#chapter = null;
  }

  /** Does not ask again; the help still has it. */
  decline(): void {
    this.#offered = false;
    this.#kept.write(KEY, 'seen');
  }

  #go(at: number): void {
    this.#at = at;
    const { place, details = false } = this.#chapter?.steps[at] ?? {};
    if (details) this.#open();
    if (place !== undefined && place !== this.#place.current) this.#place.go(place);
  }
}
