/** Two runs side by side: which two, whether they have come, and one cursor over the columns in which they are aligned. */
import { alignTokens, columnOfTokens } from '../../text/align.ts';
import type { Alignment } from '../../text/align.ts';
import { AppError } from '../../base/errors.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import { Instrument } from '../../state/runs/instrument.svelte.ts';
import type { Preferences } from '../../state/preferences.svelte.ts';
import { ReadingState } from '../../state/runs/reading.svelte.ts';
import type { RunOffer } from '../../state/runs/run-offers.ts';
import { View } from '../../state/runs/view.svelte.ts';

/** One of the two. */
export type Side = 'a' | 'b';

/** A run that was asked for. */
export interface RunSlot {
  readonly key: string;
  readonly title: string;
  /** Null while it is on its way, and when it cannot be had. */
  readonly run: { readonly recording: Recording; readonly reading: ReadingState } | null;
  /** Why it cannot be had. */
  readonly problem: AppError | null;
}

/** What is compared when the address names nothing: two stories that are one up to the night on which they part. */
const FIRST = { a: 'story:betrayal', b: 'story:mercy' } as const;

/** The two runs with their shared cursor. `view.at` and `view.preview` count columns, not tokens. */
export class ComparedRuns {
  readonly view = new View();
  /** Values of each run at the chosen layer. */
  readonly instruments: Readonly<Record<Side, Instrument>>;
  readonly #offers: () => readonly RunOffer[];
  #wanted = $state.raw<Readonly<Record<Side, string>>>(FIRST);
  /** Whether two runs have been on show: their layer then stays. */
  #seen = false;
  #slots = $state.raw<Readonly<Record<Side, RunSlot | null>>>({ a: null, b: null });

  constructor(parts: { readonly offers: () => readonly RunOffer[]; readonly preferences: Preferences }) {
    this.#offers = parts.offers;
    const instrument = (side: Side): Instrument =>
      new Instrument(() => this.#slots[side]?.run?.reading ?? null, this.view, parts.preferences);
    this.instruments = { a: instrument('a'), b: instrument('b') };
  }

  /** The runs to choose from, and those on show that are not on offer any more. */
  readonly choices = $derived.by((): readonly { readonly key: string; readonly title: string }[] => {
    const offers = this.#offers();
    const gone = new Map<string, RunSlot>();
    for (const slot of Object.values(this.#slots))
      if (slot !== null && slot.run !== null && !offers.some((offer) => offer.key === slot.key))
        gone.set(slot.key, slot);
    return [...offers, ...gone.values()];
  });

  /** Stories asked for that contain cruelty and whose reader has not been told of it. */
  readonly withheld = $derived.by((): readonly { readonly id: string; readonly title: string }[] => {
    const keys = Object.values(this.#wanted);
    return this.#offers().flatMap(({ key, title, withheld }) =>
      withheld !== null && keys.includes(key) ? [{ id: withheld, title }] : [],
    );
  });

  /** Key of the run that was asked for, whether or not there is such a run. */
  wanted(side: Side): string {
    return this.#wanted[side];
  }

  /** What was asked for on one side; null as long as there is no such run. */
  slot(side: Side): RunSlot | null {
    const slot = this.#slots[side];
    return slot?.key === this.#wanted[side] ? slot : null;
  }

  /** Both runs, once both have come. */
  readonly both = $derived.by(() => {
    const shown = (side: Side) => {
      const slot = this.slot(side);
      return slot === null || slot.run === null ? null : { title: slot.title, ...slot.run };
    };
    const [a, b] = [shown('a'), shown('b')];
    return a === null || b === null ? null : { a, b };
  });

  /** The columns; null until both runs have come. */
  readonly alignment = $derived.by((): Alignment | null => {
    if (this.both === null) return null;
    const texts = (side: Side): string[] => (this.both?.[side].recording.tokens ?? []).map((token) => token.text);
    return alignTokens(texts('a'), texts('b'));
  });

  /** Whether both runs were also read by each pole alone. */
  readonly poles = $derived.by(
    () => this.both !== null && this.both.a.recording.poles !== null && this.both.b.recording.poles !== null,
  );

  /** Layers that both runs have. */
  readonly layers = $derived.by(() =>
    this.both === null ? 1 : Math.min(this.both.a.recording.layers, this.both.b.recording.layers),
  );

  /** By token its column. */
  readonly columnOf = $derived.by((): Readonly<Record<Side, Int32Array>> => {
    const of = (side: Side): Int32Array =>
      columnOfTokens(this.alignment?.columns ?? [], side, this.both?.[side].recording.tokens.length ?? 0);
    return { a: of('a'), b: of('b') };
  });

  /** The token of one run in a column; null where it has none. */
  tokenAt(side: Side, column: number | null): number | null {
    return column === null ? null : (this.alignment?.columns[column]?.[side] ?? null);
  }

  /** The same, or the last token before that column: where the strip keeps its tab stop. */
  tokenNear(side: Side, column: number): number {
    const columns = this.columnOf[side];
    const exact = this.tokenAt(side, column);
    if (exact !== null) return exact;
    return Math.max(
      0,
      columns.findLastIndex((at) => at <= column),
    );
  }

  /** Takes what an address asks for; a side that it does not name stays. */
  follow(query: URLSearchParams): void {
    const a = query.get('a') ?? this.#wanted.a;
    // Nobody asks for a run beside itself by leaving the other side open.
    const kept = this.#wanted.b === a ? Object.values(FIRST).find((key) => key !== a) : this.#wanted.b;
    const b = query.get('b') ?? kept ?? FIRST.b;
    if (a !== this.#wanted.a || b !== this.#wanted.b) this.#wanted = { a, b };
  }

  /** The address of what is compared. */
  readonly address = $derived.by(
    () => `#/library/compare?${new URLSearchParams(this.#wanted).toString().replaceAll('%3A', ':')}`,
  );

  /** Asks for a run. */
  choose(side: Side, key: string): void {
    this.#wanted = { ...this.#wanted, [side]: key };
  }

  /** The first becomes the second. */
  swap(): void {
    this.#slots = { a: this.#slots.b, b: this.#slots.a };
    this.#wanted = { a: this.#wanted.b, b: this.#wanted.a };
  }

  /** Fetches what was asked for and is on offer; to be called whenever either changes. */
  async settle(): Promise<void> {
    await Promise.all((['a', 'b'] as const).map((side) => this.#fetch(side)));
  }

  /** Asks again for a run that could not be had. */
  async again(side: Side): Promise<void> {
    this.#slots = { ...this.#slots, [side]: null };
    await this.#fetch(side);
  }

  async #fetch(side: Side): Promise<void> {
    const key = this.#wanted[side];
    const offer = this.#offers().find((one) => one.key === key);
    if (offer === undefined || this.#slots[side]?.key === key) return;
    const waiting: RunSlot = { key, title: offer.title, run: null, problem: null };
    this.#put(side, waiting);
    try {
      const recording = await offer.recording();
      this.#arrive(waiting, { ...waiting, run: { recording, reading: ReadingState.fromRecording(recording) } });
    } catch (error) {
      this.#arrive(waiting, { ...waiting, problem: AppError.from(error) });
    }
  }

  /** Puts what has come where it is waited for: the sides may have been swapped meanwhile, or something else been chosen. */
  #arrive(waiting: RunSlot, slot: RunSlot): void {
    for (const side of ['a', 'b'] as const) if (this.#slots[side] === waiting) this.#put(side, slot);
  }

  #put(side: Side, slot: RunSlot): void {
    this.#slots = { ...this.#slots, [side]: slot };
    if (slot.run === null || this.both === null) return;
    // Something new to look at: from its start, at the layer looked at before where there is one.
    const { recording } = this.both.a;
    if (!this.poles) this.view.head = 'difference';
    const stays = this.#seen && this.view.layer < this.layers;
    this.view.reset(
      stays ? this.view.layer : Math.min(recording.defaultLayer, this.layers - 1),
      stays && this.view.single,
    );
    this.#seen = true;
  }
}
