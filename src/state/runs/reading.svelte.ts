/**
 * One reading on the page: a recording, or what the engine sends. Scores live in one growing typed buffer that no proxy
 * ever sees; the token list is the trigger, and is replaced once per animation frame, however many batches arrive.
 */
import { type DtypeAgreement, titleWith } from '../../probe/dtype-agreement.ts';
import type { EngineStatus, ReadingsLeft } from '../../models/engine-report.ts';
import { AppError } from '../../base/errors.ts';
import { type ByPole, byPole, type Head, HEADS } from '../../probe/heads.ts';
import type { AlarmLines, Axis, LayerCalibration } from '../../probe/probe-types.ts';
import { steeringWords } from '../../steering/steering-words.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import type {
  ReadingSink,
  SamplingOptions,
  ReadoutReading,
  TokenBatch,
  TokenPiece,
  TokenScores,
} from '../../reading/reading.ts';
import { recordedSteering } from '../../formats/runs/recorded-steering.ts';
import type { Continuation, Recording } from '../../formats/runs/recording.ts';
import { newId } from '../storage/new-id.ts';

/** What makes a reading, as it is when the reading begins. */
export interface Maker {
  readonly engine: EngineStatus;
  readonly probe: { readonly id: string; readonly key: string; readonly title: string };
  /** How far the probe agrees with the model, where it was made on another variant of it. */
  readonly agreement: DtypeAgreement | null;
  /** Hash of the probe's files; see `probeHash`. */
  readonly probeSha256: () => Promise<string>;
  readonly readouts: boolean;
  /** What is done to the stream; null where nothing is. */
  readonly push: SteeringRecord | null;
}

/** What one way of reading is measured with. */
export interface HeadScales {
  readonly calibration: readonly LayerCalibration[];
  /** By layer: the share of variance that the words alone explain; 0 where the probe has no lexical model. */
  readonly explained: readonly number[];
  /** Without lines (no tokens behind them) where the probe has none. */
  readonly alarm: AlarmLines;
}

/** What a reading is measured with, known before its first token; its own scales are those of the difference. */
export interface ReadingFrame extends HeadScales {
  readonly title: string;
  readonly axis: Axis;
  readonly defaultLayer: number;
  readonly layers: number;
  /** Of each pole from neutral; null where the probe has no such reading. */
  readonly poles: ByPole<HeadScales> | null;
}

/** One way of reading a text: its scales, and its buffers as they are now (see {@link ReadingState.scores}). */
export interface HeadReading extends HeadScales, TokenScores {}

/** The same with buffers that are replaced as they grow. */
interface GrowingHead extends HeadScales {
  scores: Float32Array;
  words: Float32Array;
}

/** Calls back when it is time to draw: the next animation frame, or what a test wants. */
export type Schedule = (commit: () => void) => void;

/** Where the given text of a new reading ends; see {@link ReadingState.live}. */
export type Again = ReadingState | number | Continuation | null;

const nextFrame: Schedule = (commit) => {
  requestAnimationFrame(commit);
};

/** Tokens for which there is room at first; the buffer doubles from there. */
const FIRST_CAPACITY = 256;

/** Tokens, scores and readouts of one text, growing while it is read or written. */
export class ReadingState {
  /** Tells it from every other; what is kept of it has this id. */
  readonly id: string;
  readonly frame: ReadingFrame;
  /** What made it; null for a recording, which says so itself, and where it is not known. */
  readonly maker: Maker | null;
  /** The text that was to be read; null for what is not read live. What was stopped holds less of it. */
  readonly wanted: string | null;
  /** The recording it shows, or null when it is read live. */
  readonly recording: Recording | null;
  /** Where the engine delivers; what arrives is drawn with the next frame. */
  readonly sink: ReadingSink = {
    tokens: (batch) => this.#takeTokens(batch),
    readout: (readout) => this.#takeReadout(readout),
  };
  #tokens = $state.raw<readonly TokenPiece[]>([]);
  #readouts = $state.raw<readonly ReadoutReading[]>([]);
  #givenTokens = $state<number | null>(null);
  /** Characters that were given, where that is known before the tokens are; null where everything is given. */
  readonly #givenCharacters: number | null;
  #continuations: readonly Continuation[] = [];
  #characters = 0;
  readonly #heads: { readonly difference: GrowingHead } & Partial<Record<Head, GrowingHead>>;
  #received = 0;
  #newTokens: TokenPiece[] = [];
  #newReadouts: ReadoutReading[] = [];
  #scheduled = false;
  readonly #schedule: Schedule;
  #heard = 0;
  #left = $state<ReadingsLeft | null>(null);

  private constructor(
    frame: ReadingFrame,
    recording: Recording | null,
    buffersOf: (head: Head) => TokenScores,
    schedule: Schedule,
    givenCharacters: number | null,
    maker: Maker | null = null,
    id = newId(),
    wanted: string | null = null,
  ) {
    this.id = id;
    this.wanted = wanted;
    this.frame = frame;
    this.maker = maker;
    this.recording = recording;
    const headOf = (head: Head, { calibration, explained, alarm }: HeadScales): GrowingHead => {
      const { scores, words } = buffersOf(head);
      return { calibration, explained, alarm, scores, words };
    };
    const { poles } = frame;
    this.#heads = {
      difference: headOf('difference', frame),
      ...(poles === null ? {} : byPole((pole) => headOf(pole, poles[pole]))),
    };
    this.#schedule = schedule;
    this.#givenCharacters = givenCharacters;
  }

  /** Key of the probe that read it, as the page offers it; null where it is not known. Another may be chosen by now. */
  get probeKey(): string | null {
    const { maker, recording } = this;
    return maker?.probe.key ?? recording?.run?.probeKey ?? (recording ? `shipped:${recording.provenance.probe}` : null);
  }

  /** A finished reading from a file. */
  static fromRecording(recording: Recording): ReadingState {
    const { title, axis, defaultLayer, layers, calibration, explained, alarm, poles } = recording;
    const buffersOf = (head: Head): TokenScores => (head === 'difference' ? recording : (poles?.[head] ?? recording));
    const reading = new ReadingState(
      { title, axis, defaultLayer, layers, calibration, explained, alarm, poles },
      recording,
      buffersOf,
      nextFrame,
      null,
      null,
      recording.id,
    );
    reading.#tokens = recording.tokens;
    reading.#readouts = recording.taps;
    reading.#givenTokens = recording.givenTokens;
    reading.#received = recording.tokens.length;
    reading.#continuations = recording.run?.continuations ?? [];
    return reading;
  }

  /**
   * An empty reading that is the sink of an engine call. `again` is the reading of the same text that it replaces, the
   * number of characters of the text that were given, or the continuation that the same call writes: the border between
   * given and written text is kept. By characters, because written text may fall into other tokens.
   */
  static live(
    frame: ReadingFrame,
    schedule: Schedule = nextFrame,
    again: Again = null,
    maker: Maker | null = null,
    wanted: string | null = null,
  ): ReadingState {
    const given =
      again instanceof ReadingState
        ? again.givenCharacters
        : typeof again === 'object'
          ? (again?.fromCharacter ?? null)
          : again;
    const buffer = (): Float32Array => new Float32Array(FIRST_CAPACITY * frame.layers);
    const reading = new ReadingState(
      frame,
      null,
      () => ({ scores: buffer(), words: buffer() }),
      schedule,
      given,
      maker,
      newId(),
      wanted,
    );
    if (again instanceof ReadingState) reading.#continuations = again.continuations;
    else if (typeof again === 'object' && again !== null) reading.#continuations = [again];
    return reading;
  }

  /** What is here now as a reading of its own that stays as it is while this one grows. Shares its numbers. */
  asItStands(): ReadingState {
    this.flush();
    const still = new ReadingState(
      this.frame,
      this.recording,
      (head) => this.#heads[head] ?? this.#heads.difference,
      this.#schedule,
      null,
      this.maker,
      newId(),
      this.wanted,
    );
    still.#tokens = this.#tokens;
    still.#readouts = this.#readouts;
    still.#givenTokens = this.#givenTokens;
    still.#received = this.#tokens.length;
    still.#continuations = this.#continuations;
    return still;
  }

  /** The tokens that may be drawn: those committed by the last frame. */
  get tokens(): readonly TokenPiece[] {
    return this.#tokens;
  }

  /** Readouts that have come so far, in whatever order, those that took the place of others included. */
  get heard(): number {
    return this.#heard;
  }

  /** Why some places inside its sentences could not be read; null where nothing stood in the way, or none was tried yet. */
  get left(): ReadingsLeft | null {
    return this.#left;
  }

  set left(left: ReadingsLeft | null) {
    this.#left = left;
  }

  /** The readouts that may be drawn, by the tokens after which they stand. */
  get readouts(): readonly ReadoutReading[] {
    return this.#readouts;
  }

  /** Tokens that were given; the rest was written by the model. */
  get givenTokens(): number {
    return this.#givenTokens ?? this.#tokens.length;
  }

  /** Row-major scores `[tokens, layers]`; may hold more rows than {@link tokens}. Do not keep: it is replaced as it grows. */
  get scores(): Float32Array {
    return this.#heads.difference.scores;
  }

  /** The part of {@link scores} that the words alone predict, of the same shape; NaN where there is none. */
  get words(): Float32Array {
    return this.#heads.difference.words;
  }

  /** One way of reading; null where the probe has it not. The object stays, its buffers are replaced as they grow. */
  head(head: Head): HeadReading | null {
    return this.#heads[head] ?? null;
  }

  /** The text so far, exactly. */
  get text(): string {
    return textOf(this.#tokens);
  }

  /** The page's own recording that it shows; null for a run of the reader's, kept or live. */
  get story(): Recording | null {
    return this.recording?.run === undefined ? this.recording : null;
  }

  /** The text with what a stopped reading left out: what is read when it is read again, and what is continued. */
  get whole(): string {
    const { wanted, text } = this;
    return wanted !== null && wanted.startsWith(text) ? wanted : text;
  }

  /** Whether the reading was stopped before the end of what was to be read; so is one under way. */
  get incomplete(): boolean {
    return this.whole.length > this.text.length;
  }

  /** Characters that were given; null where all were. */
  get givenCharacters(): number | null {
    return this.givenTokens >= this.#tokens.length ? null : textOf(this.#tokens.slice(0, this.givenTokens)).length;
  }

  /** Each time that the model wrote on and something came of it. */
  get continuations(): readonly Continuation[] {
    const { length } = this.text;
    return this.#continuations.filter(
      ({ fromCharacter }, index, all) => fromCharacter < (all[index + 1]?.fromCharacter ?? length),
    );
  }

  /**
   * How far the probe that read it agrees with the model, where it was made on another variant of it; null where it was
   * made on these weights.
   */
  get agreement(): DtypeAgreement | null {
    return this.recording?.run?.carriedOver ?? this.maker?.agreement ?? null;
  }

  /** What was done to the stream while it was read or written; null where nothing was. */
  get push(): SteeringRecord | null {
    return this.recording?.run?.push ?? this.maker?.push ?? null;
  }

  /** The same in words. */
  get steeredBy(): string | null {
    const { push: steering, recording, maker, frame } = this;
    if (recording !== null) return recordedSteering(recording);
    return steering === null
      ? null
      : steeringWords(
          steering,
          maker !== null && titleWith(steering.direction, maker.agreement) === maker.probe.title ? frame.axis : null,
        );
  }

  /** From here on, tokens are the model's own. Later calls keep the first border. */
  beginContinuation(sampling: SamplingOptions): void {
    this.flush();
    this.#givenTokens ??= this.#tokens.length;
    this.#continuations = [...this.continuations, { fromCharacter: this.text.length, sampling }];
  }

  /** Draws what has arrived without waiting for a frame; a hidden tab gets no frames. */
  flush(): void {
    this.#scheduled = false;
    if (this.#newTokens.length > 0) this.#tokens = [...this.#tokens, ...this.#newTokens];
    if (this.#newReadouts.length > 0) this.#readouts = inOrder(this.#readouts, this.#newReadouts);
    this.#newTokens = [];
    this.#newReadouts = [];
  }

  #takeTokens(batch: TokenBatch): void {
    const { layers } = this.frame;
    const expected = batch.pieces.length * layers;
    const parts = HEADS.flatMap((head) => {
      const own = this.#heads[head];
      return own === undefined ? [] : [{ own, part: head === 'difference' ? batch : batch.poles?.[head] }];
    });
    if (
      batch.start !== this.#received ||
      parts.some(({ part }) => part?.scores.length !== expected || part.words.length !== expected)
    ) {
      throw new AppError(
        'internal',
        `Tokens ${batch.start} arrived where ${this.#received} was due. Copy the diagnostics and report it.`,
      );
    }
    this.#reserve((this.#received + batch.pieces.length) * layers);
    for (const { own, part } of parts) {
      if (part === undefined) continue; // cannot be: it has the expected length
      own.scores.set(part.scores, this.#received * layers);
      own.words.set(part.words, this.#received * layers);
    }
    this.#findBorder(batch.pieces);
    this.#received += batch.pieces.length;
    this.#newTokens.push(...batch.pieces);
    this.#soon();
  }

  /** Sets the border at the first token that begins where the given text has ended. Call before counting the tokens. */
  #findBorder(pieces: readonly TokenPiece[]): void {
    if (this.#givenCharacters === null || this.#givenTokens !== null) return;
    for (const [index, piece] of pieces.entries()) {
      if (this.#characters >= this.#givenCharacters) {
        this.#givenTokens = this.#received + index;
        return;
      }
      this.#characters += piece.text.length;
    }
  }

  #takeReadout(readout: ReadoutReading): void {
    this.#heard += 1;
    this.#newReadouts.push(readout);
    this.#soon();
  }

  #soon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.flush());
  }

  #reserve(values: number): void {
    const { length } = this.scores;
    if (values <= length) return;
    const size = Math.max(values, length * 2);
    for (const head of Object.values(this.#heads)) {
      head.scores = enlarged(head.scores, size);
      head.words = enlarged(head.words, size);
    }
  }
}

function enlarged(values: Float32Array, size: number): Float32Array {
  const larger = new Float32Array(size);
  larger.set(values);
  return larger;
}

/** All readouts in the order of the text; one that was read again takes the place of the one before. */
function inOrder(known: readonly ReadoutReading[], fresh: readonly ReadoutReading[]): readonly ReadoutReading[] {
  const last = known.at(-1)?.afterToken ?? -1;
  const behind = fresh.every(({ afterToken }, index) => afterToken > (fresh[index - 1]?.afterToken ?? last));
  if (behind) return [...known, ...fresh];
  return [...new Map([...known, ...fresh].map((readout) => [readout.afterToken, readout])).values()].sort(
    (a, b) => a.afterToken - b.afterToken,
  );
}

function textOf(pieces: readonly TokenPiece[]): string {
  return pieces.map((piece) => piece.text).join('');
}
