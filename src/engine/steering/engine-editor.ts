/**
 * Steering a loaded model: the decoder whose stream can be edited, opened when it is first asked for since it takes memory of
 * its own, and what is done with it. Adding vectors while writing takes the model's own decoder, which is the fast one.
 */
import type { FuturesSummary, GpuMemoryReport, RunSummary } from '../../models/engine-report.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { SteeringCondition, TokenDecision } from '../../steering/condition.ts';
import type { Intervention } from '../../steering/steering.ts';
import type { FuturesSink } from '../../reading/futures/futures.ts';
import type { ReadingSink } from '../../reading/reading.ts';
import type { TokenDivergence, TokenPair } from '../../reading/token-divergence.ts';
import type { NeutralGround, SteeringRunner } from '../../steering/steering-runner.ts';
import type { Decoder } from '../decoder.ts';
import { type FuturesRequest, writeFutures } from '../futures/write-futures.ts';
import type { OpenedDecoder } from '../ort/opening.ts';
import { writingUnder } from './conditional-writing.ts';
import { PatchRunner } from './patch-runner.ts';
import { createSteeringRunner } from './engine-steering-runner.ts';
import { takesSteering, type SteeredText } from './steered-writing.ts';
import type { RowText } from './row-reader.ts';
import { readDivergence } from './run-divergence.ts';
import type { Scorer } from '../scorer.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';
import { givenTokens } from '../text/whole-text.ts';

/** A decoder, and the device that may be lost under it. */
type Opened = Pick<OpenedDecoder, 'decoder' | 'gpu'>;

/** What {@link EngineEditor} needs. */
export interface EngineEditorParts {
  /** The model's own. */
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  readonly endTokens: readonly number[];
  readonly chunkTokens: number;
  readonly setTokens: number;
  /** Opens a decoder that edits. */
  readonly open: (signal: AbortSignal | undefined) => Promise<Opened>;
}

/** What steers a text, and when: null for every token, from the first that may be on. */
export interface SteeredBy {
  readonly intervention: Intervention;
  readonly condition: SteeringCondition | null;
}

/** Called for a text that is steered while it is written, and for every token that a condition decides about. */
export interface SteeringSink extends ReadingSink {
  decision(decision: TokenDecision): void;
}

/** A text by its tokens, with what is done to the stream while it is read. */
export type SteeredIds = Pick<RowText, 'ids' | 'intervention' | 'from'>;

/** One model's editor. Calls must not overlap. */
export class EngineEditor {
  readonly #parts: EngineEditorParts;
  #opened: Opened | null = null;
  #ground: { readonly key: string; readonly ground: NeutralGround } | null = null;

  constructor(parts: EngineEditorParts) {
    this.#parts = parts;
  }

  /** The decoder whose stream can be edited. */
  async decoder(signal?: AbortSignal): Promise<Decoder> {
    const opened = (this.#opened ??= await this.#open(signal));
    // Whether branches come out right has been proved of the model's own decoder, on this very card.
    return { ...opened.decoder, branching: opened.decoder.branching && this.#parts.decoder.branching };
  }

  async #open(signal?: AbortSignal): Promise<Opened> {
    const opened = await this.#parts.open(signal);
    // While nothing runs, a device that is lost takes this decoder with it and not the model: the next call opens another.
    void opened.gpu?.lost.then(async () => {
      if (this.#opened === opened) this.#opened = null;
      await opened.decoder.dispose().catch(() => undefined); // what is lost may not be freed any more
    });
    return opened;
  }

  /** Measures interventions, with these neutral texts. */
  async bench(neutral: readonly string[], signal: AbortSignal): Promise<SteeringRunner> {
    return createSteeringRunner({ ...this.#parts, decoder: await this.decoder(signal), neutral });
  }

  /** What the streams of these neutral texts look like; read once for the same texts. */
  async ground(neutral: readonly string[], signal: AbortSignal): Promise<NeutralGround> {
    const key = neutral.join('\n');
    if (this.#ground?.key !== key)
      this.#ground = { key, ground: await createSteeringRunner({ ...this.#parts, neutral }).ground(signal) };
    return this.#ground.ground;
  }

  /** Writes a text under steering; `changing` gets what changes the steering on the way, and null when writing has ended. */
  async write(
    text: SteeredText,
    { intervention, condition }: SteeredBy,
    scorer: Scorer,
    sink: SteeringSink,
    signal: AbortSignal,
    changing: (change: ((intervention: Intervention) => void) | null) => void,
  ): Promise<RunSummary> {
    const decoder = takesSteering(this.#parts.decoder, intervention) ? this.#parts.decoder : await this.decoder(signal);
    const writing = writingUnder({ ...this.#parts, decoder, scorer }, intervention, condition, (each) =>
      sink.decision(each),
    );
    changing((other) => writing.change(other));
    try {
      return await writing.write(text, sink, signal);
    } finally {
      changing(null);
    }
  }

  /**
   * Writes futures of a text, or of the tokens of one, and tells them as they grow; `layer`: that of the readings of a probe
   * that has none to show. Throws what {@link writeFutures} does, and text errors.
   */
  async futures(
    { text, ...request }: Omit<FuturesRequest, 'given'> & { readonly text: string | readonly number[] },
    { scorer, layer }: { readonly scorer: Scorer; readonly layer: number },
    sink: FuturesSink,
    signal: AbortSignal,
  ): Promise<FuturesSummary> {
    const { decoder: reader, tokenizer } = this.#parts;
    const given = givenTokens(text, tokenizer, reader.sizes.vocabulary);
    const own = request.intervention.length === 0 || takesSteering(reader, request.intervention);
    const writer = own ? reader : await this.decoder(signal);
    return writeFutures({ ...this.#parts, reader, writer, scorer, layer }, { ...request, given }, sink, signal);
  }

  /** How far the next words of two texts are apart after each pair of tokens. */
  async divergence(
    a: SteeredIds,
    b: SteeredIds,
    pairs: readonly TokenPair[],
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<TokenDivergence> {
    const { decoder, chunkTokens } = this.#parts;
    const text = async (each: SteeredIds): Promise<RowText> => ({
      ...each,
      decoder: each.intervention.length === 0 ? decoder : await this.decoder(signal),
    });
    return readDivergence(await text(a), await text(b), pairs, { chunkTokens, onProgress, signal });
  }

  /** Patches one text into another. */
  async patches(): Promise<PatchRunner> {
    return new PatchRunner({ ...this.#parts, decoder: await this.decoder() });
  }

  /** What its own device holds; null where there is none, or it is not open. */
  memory(): GpuMemoryReport | null {
    return this.#opened?.gpu?.memory() ?? null;
  }

  /** Frees the decoder that it opened. */
  async dispose(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    this.#ground = null;
    await opened?.decoder.dispose();
  }
}
