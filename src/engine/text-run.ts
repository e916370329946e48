/**
 * One text on the model: reads it with readings after its sentences, refines them, and writes on. Scores go to a sink as
 * they come; residuals and logits never leave.
 */
import { throwIfStopped } from '../base/abort.ts';
import type { ReadingsLeft, RefineSummary, RunSummary } from '../models/engine-report.ts';
import { AppError } from '../base/errors.ts';
import type { ReadingSink, SamplingOptions, Stand, TokenPiece } from '../reading/reading.ts';
import { type Granularity, refinement } from '../reading/refinement.ts';
import { uniformsOf } from '../reading/uniforms.ts';
import { streamProducts } from '../reading/score.ts';
import { chooseToken } from '../reading/sampling.ts';
import { repeatsItself } from '../text/repetition.ts';
import { endsSentence } from '../text/sentences.ts';
import { standsOf } from '../reading/stands.ts';
import { checkLength } from '../text/text-check.ts';
import type { Decoder, Projection, WriteStep, WrittenToken } from './decoder.ts';
import { ReadingLog } from './reading-log.ts';
import { Readouts, type DueReadout, type TokenGate } from './readouts.ts';
import type { Scorer } from './scorer.ts';
import { collect, Sequence, type PassReading } from './sequence.ts';
import type { StretchOptions, WritingManner, WrittenPart } from './text/stretch.ts';
import { wholeText } from './text/whole-text.ts';
import type { TextTokenizer } from './text/tokenizer.ts';

/** What reads and scores: a decoder with its tokenizer, and a probe's scorer. */
export interface TextRunParts {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly scorer: Scorer;
  readonly chunkTokens: number;
  readonly endTokens: readonly number[];
}

/** A text that has been found readable. */
export interface ReadPlan {
  readonly ids: readonly number[];
  /** Indices of the tokens that end a sentence and are read after; none where no readings are wanted. */
  readonly stops: readonly number[];
  /** The stand of every token; none where no readings are wanted. */
  readonly stands: readonly Stand[];
  /** Why some sentences cannot be read at their end; null where all can. */
  readonly left: ReadingsLeft | null;
}

/** Called with how many are done, of how many. */
type Progress = (done: number, total: number) => void;

/** A text that can be continued as often as wanted, and changed: what stays at its beginning is not read again. Dispose of it when done. */
export class TextRun {
  readonly #parts: TextRunParts;
  readonly #sequence: Sequence;
  readonly #readouts: Readouts;
  readonly #ids: number[] = [];
  #nextPiece: (id: number) => TokenPiece;
  #text = '';
  /**
   * Embeddings of the text's tokens by their place in the vocabulary: the words' part of a score needs that of the
   * token before. Layer 0 knows no positions.
   */
  readonly #embeddings = new Map<number, Float32Array>();
  readonly #log = new ReadingLog();
  #logits: Float32Array | null = null;
  /** The probe's directions where the streams are; null where these come here, undefined before anything is read. */
  #projection: Projection | null | undefined;
  #readoutTokens = 0;

  constructor(parts: TextRunParts) {
    this.#parts = parts;
    this.#sequence = new Sequence(parts.decoder, parts.chunkTokens);
    this.#readouts = new Readouts(parts);
    this.#nextPiece = parts.tokenizer.pieces();
  }

  /** Reads a text from its start: {@link plan}, then {@link readPlan}; whatever is wrong with the text rejects. */
  async read(
    text: string,
    options: { readouts: boolean },
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    return this.readPlan(this.plan(text, options), sink, signal);
  }

  /**
   * What reading a text would do. Computes nothing; throws text errors. A text that fits without its last readings is read
   * without them.
   */
  plan(text: string, { readouts }: { readouts: boolean }): ReadPlan {
    const ids = wholeText(this.#parts.tokenizer, text);
    checkLength(ids.length, this.#parts.decoder.sizes.contextTokens);
    if (!readouts || this.#readouts.longest('sentence') === 0) return { ids, stops: [], stands: [], left: null };
    const piece = this.#parts.tokenizer.pieces();
    const stands = standsOf(ids.map((id) => piece(id).text));
    const ends = stands.flatMap((stand, token) => (stand === 'sentence' ? [token] : []));
    const stops = ends.filter((afterToken) => this.#readouts.fits({ afterToken, stand: 'sentence' }));
    return { ids, stops, stands, left: stops.length < ends.length ? 'context' : null };
  }

  /**
   * Reads what was planned in place of what was read before; a beginning that both share is not computed again. A gate gets
   * the last token. Throws `cancelled` when stopped.
   */
  async readPlan(
    { ids, stops, stands, left }: ReadPlan,
    sink: ReadingSink,
    signal: AbortSignal,
    gate?: TokenGate,
  ): Promise<RunSummary> {
    const started = performance.now();
    if (this.#projection === undefined)
      this.#sequence.useProjection(
        (this.#projection = await this.#parts.decoder.project(this.#parts.scorer.directions)),
      );
    const remembered = this.#remember(ids, stops);
    this.#log.replayTokens(sink);
    this.#log.replayReadouts(sink, stands, 0, remembered);
    const due = stops
      .map((afterToken) => ({ afterToken, stand: 'sentence' as const }))
      .filter((place) => !this.#log.hasReadout(place));
    // The last token is read in any case; what was read after it earlier is reported behind it.
    const last = ids.length - 1;
    const known = this.#log.hasReadout({ afterToken: last, stand: 'sentence' });
    await this.#read(
      ids.slice(remembered),
      [...due.map((place) => this.#readouts.at(place, ids)), ...(gate?.after(last) ?? [])],
      sink,
      signal,
    );
    if (known) this.#log.replayReadouts(sink, stands, last, ids.length);
    return {
      ...this.#summary(ids.length - remembered, started, 'text', remembered),
      ...(left === null ? {} : { left }),
    };
  }

  /**
   * Reads what of the text in memory has not been read: ends of sentences, then what lies between them, the most telling
   * places first. The text is not computed again. `onProgress` counts readings. Throws `cancelled` when stopped; what was
   * told stays.
   */
  async refine(
    every: Granularity,
    sink: ReadingSink,
    onProgress: Progress,
    signal: AbortSignal,
  ): Promise<RefineSummary> {
    const started = performance.now();
    const pieces = this.#ids.map(this.#parts.tokenizer.pieces()).map(({ text }) => text);
    const ends = standsOf(pieces).flatMap((stand, afterToken) => (stand === 'sentence' ? [{ afterToken, stand }] : []));
    const wanted = [...ends, ...refinement(pieces, every)];
    const due = this.#readouts.branches
      ? wanted.filter((place) => this.#readouts.fits(place) && !this.#log.hasReadout(place))
      : [];
    let done = 0;
    const counting: ReadingSink = {
      tokens: (batch) => sink.tokens(batch),
      readout: (readout) => {
        sink.readout(readout);
        onProgress((done += 1), due.length);
      },
    };
    await this.#read(
      [],
      due.map((place) => this.#readouts.at(place, this.#ids)),
      counting,
      signal,
    );
    const { readoutTokens, milliseconds } = this.#summary(0, started, 'text');
    const left = this.#readouts.obstacle(wanted.filter((place) => !this.#log.hasReadout(place)));
    return { readings: due.length, readoutTokens, milliseconds, left };
  }

  /**
   * Writes on. Stops at an end token, at the wanted length, at the end of the context, where its words go round and
   * round if so wanted, or when `signal` says so.
   */
  async generate(
    sampling: SamplingOptions,
    options: StretchOptions,
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    const started = performance.now();
    this.#logits ??= await this.#logitsAtEnd();
    // A run that was stopped may have decoded a token that it never appended: start the decoder afresh from what is there.
    this.#nextPiece = this.#parts.tokenizer.pieces();
    for (const id of this.#ids) this.#nextPiece(id);
    const { gate = null } = options;
    const behind = Math.max(gate?.longest ?? 0, options.readouts ? this.#readouts.longest('sentence') : 0);
    const room = this.#parts.decoder.sizes.contextTokens - behind;
    const most = Math.max(0, Math.min(sampling.maxTokens, room - this.#sequence.length));
    const uniforms = uniformsOf(sampling.seed, options.drawn ?? 0, most);
    // Behind the token that shows them, sentences can only be read as branches in one pass; a gate is asked before every pass.
    const ahead = this.#sequence.writes && gate === null && (!options.readouts || this.#readouts.branches);
    const pace = ahead ? this.#writeAhead : this.#writeOne;
    let count = 0;
    let ended: RunSummary['ended'] | null = null;
    const given = this.#ids.length;
    const repeats = (): boolean => options.stopAtRepetition === true && repeatsItself(this.#ids.slice(given));
    while (ended === null && count < uniforms.length) {
      const part = await pace.call(
        this,
        this.#logits,
        { choice: sampling, readouts: options.readouts, repeats, gate },
        uniforms.subarray(count),
        sink,
        signal,
      );
      count += part.tokens;
      ended = part.ended;
    }
    if (options.readouts) await this.#read([], this.#dueAtEnd(), sink, signal);
    return this.#summary(count, started, ended ?? (count >= sampling.maxTokens ? 'length' : 'context'));
  }

  /** Frees the cache. */
  dispose(): void {
    this.#sequence.dispose();
    this.#projection?.dispose();
  }

  /**
   * Chooses one token and reads it; whether the sentence before it has ended shows only then, so its readouts are read
   * together with it.
   */
  async #writeOne(
    logits: Float32Array,
    { choice, readouts, repeats, gate }: WritingManner,
    uniforms: Float32Array,
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<WrittenPart> {
    const id = chooseToken(logits, choice, () => uniforms[0] ?? 0);
    if (this.#parts.endTokens.includes(id)) return { tokens: 0, ended: 'end-token' };
    const piece = this.#nextPiece(id);
    const token = this.#ids.length;
    gate?.before(token);
    await this.#read([id], [...this.#dueBefore(piece, readouts), ...(gate?.after(token) ?? [])], sink, signal, [piece]);
    return { tokens: 1, ended: repeats() ? 'repetition' : null };
  }

  /** Lets the decoder write by itself, until readouts are due; they are read behind the tokens that show it. */
  async #writeAhead(
    logits: Float32Array,
    { choice, readouts, repeats }: WritingManner,
    uniforms: Float32Array,
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<WrittenPart> {
    const told = this.#log.through(sink);
    let due: readonly DueReadout[] = [];
    let ended: WrittenPart['ended'] = null;
    let tokens = 0;
    const onToken = ({ id, ...streams }: WrittenToken, start: number): WriteStep => {
      if (signal.aborted) return 'drop';
      if (this.#parts.endTokens.includes(id)) {
        ended = 'end-token';
        return 'drop';
      }
      const piece = this.#nextPiece(id);
      due = this.#dueBefore(piece, readouts);
      this.#take({ start, tokens: 1, ...streams, logits }, [piece], told);
      tokens += 1;
      if (repeats()) ended = 'repetition';
      return due.length > 0 || ended !== null ? 'stop' : 'go-on';
    };
    try {
      this.#logits = await this.#sequence.write({ logits, choice, uniforms }, onToken);
    } catch (thrown) {
      // What was reported stays reported, but is no longer here: its keys and values are not in the cache.
      this.#cutTo(this.#sequence.length);
      throw thrown;
    }
    throwIfStopped(signal);
    if (due.length > 0) await this.#read([], due, sink, signal);
    return { tokens, ended };
  }

  /** What is read after the text so far where a token shows that its last sentence has ended, if that is wanted. */
  #dueBefore(piece: TokenPiece, readouts: boolean): readonly DueReadout[] {
    return readouts && piece.text !== '' && endsSentence(this.#text.slice(-64), piece.text) ? this.#dueAtEnd() : [];
  }

  /**
   * Logits after the last token of a text that was stopped on its way, by reading that token again. Throws `text-empty`
   * where nothing has been read.
   */
  async #logitsAtEnd(): Promise<Float32Array> {
    const last = this.#ids.at(-1);
    if (last === undefined) throw new AppError('text-empty', 'There is nothing to continue yet. Read a text first.');
    this.#sequence.rewind(this.#ids.length - 1);
    const [pass] = await collect(this.#sequence.append([last]));
    return pass?.logits ?? new Float32Array(0);
  }

  /** What is read after the last token, as the end of a sentence; nothing where that has been read, or has no room. */
  #dueAtEnd(): readonly DueReadout[] {
    const place = { afterToken: this.#ids.length - 1, stand: 'sentence' } as const;
    return place.afterToken < 0 || this.#log.hasReadout(place) || !this.#readouts.fits(place)
      ? []
      : [this.#readouts.at(place, this.#ids)];
  }

  /**
   * Goes back to where this text leaves the one before; how many tokens both share. The last token is read in any case, and
   * so is all from the first end of a sentence that is missing and that no branch can read later.
   */
  #remember(ids: readonly number[], stops: readonly number[]): number {
    const differs = ids.findIndex((id, token) => id !== this.#ids[token]);
    const alike = differs < 0 ? ids.length : differs;
    const missing = this.#readouts.branches
      ? undefined
      : stops.find((afterToken) => !this.#log.hasReadout({ afterToken, stand: 'sentence' }));
    const kept = Math.min(alike, ids.length - 1, missing === undefined ? alike : missing + 1);
    this.#cutTo(kept, missing === undefined ? alike : kept);
    this.#logits = null;
    return kept;
  }

  /** Forgets everything from token `kept` on, but for the readouts of a text that is alike up to `alike`. */
  #cutTo(kept: number, alike = kept): void {
    this.#sequence.rewind(kept);
    this.#log.keep(kept, alike);
    this.#ids.length = Math.min(this.#ids.length, kept);
    const here = new Set(this.#ids);
    for (const id of this.#embeddings.keys()) if (!here.has(id)) this.#embeddings.delete(id);
    this.#nextPiece = this.#parts.tokenizer.pieces();
    this.#text = this.#ids.map((id) => this.#nextPiece(id).text).join('');
  }

  /** Appends tokens and reads at places along the way. */
  async #read(
    ids: readonly number[],
    due: readonly DueReadout[],
    told: ReadingSink,
    signal: AbortSignal,
    known?: readonly TokenPiece[],
  ): Promise<void> {
    const sink = this.#log.through(told);
    const first = this.#sequence.length;
    const open = [...due];
    let brought: (readonly PassReading[])[] = [];
    for await (const { text, peeks } of this.#sequence.appendAndPeek(
      ids,
      due.flatMap((readout) => readout.peeks),
    )) {
      if (text !== null)
        this.#take(
          text,
          known ?? ids.slice(text.start - first, text.start - first + text.tokens).map((id) => this.#nextPiece(id)),
          sink,
        );
      for (const { peek, passes } of peeks) {
        brought.push(passes);
        this.#readoutTokens += peek.ids.length;
        const [readout] = open;
        if (readout === undefined || brought.length < readout.peeks.length) continue;
        open.shift();
        if (readout.heard) readout.heard(brought);
        else sink.readout(this.#readouts.score(readout, brought));
        brought = [];
      }
      throwIfStopped(signal);
    }
  }

  #take(pass: PassReading, pieces: readonly TokenPiece[], sink: ReadingSink): void {
    this.#ids.push(...pieces.map((piece) => piece.id));
    this.#text += pieces.map((piece) => piece.text).join('');
    this.#logits = pass.logits.length === 0 ? null : pass.logits;
    const { hidden } = this.#parts.decoder.sizes;
    const before = this.#ids[pass.start - 1];
    const products =
      pass.products ?? streamProducts(this.#parts.scorer.directions, pass.residuals, pass.tokens, hidden);
    sink.tokens({
      start: pass.start,
      pieces,
      ...this.#parts.scorer.tokens(
        products,
        pass.start,
        before === undefined ? null : (this.#embeddings.get(before) ?? null),
      ),
    });
    for (const [token, { id }] of pieces.entries())
      if (!this.#embeddings.has(id))
        this.#embeddings.set(id, products.embeddings.slice(token * hidden, (token + 1) * hidden));
  }

  #summary(tokens: number, started: number, ended: RunSummary['ended'], remembered = 0): RunSummary {
    const readoutTokens = this.#readoutTokens;
    this.#readoutTokens = 0;
    return { tokens, readoutTokens, remembered, milliseconds: performance.now() - started, ended };
  }
}
