/**
 * Writes a text that is steered only while a reading lies beyond a threshold, token by token. The reading after a token decides
 * whether the stream of the next token is steered; that one chooses the word after it.
 */
import type { RunSummary } from '../../models/engine-report.ts';
import type { ReadingSink } from '../../reading/reading.ts';
import type { SteeringCondition } from '../../steering/condition.ts';
import { firstSteered, type Push } from '../../steering/steering.ts';
import type { DueReadout, TokenGate } from '../readouts.ts';
import { TextRun, type TextRunParts } from '../text-run.ts';
import { meanOverTokens } from '../token-mean.ts';
import { applySteering, DEAF, type SteeredText } from './steered-writing.ts';
import { underSteering } from './steering-faults.ts';

/** What came of one token that could have been steered. */
export interface TokenDecision {
  readonly token: number;
  /** The reading after the token before. */
  readonly reading: number;
  readonly steered: boolean;
}

/** A text that is being written under a condition; what is pushed can be changed on the way. */
export class ConditionalWriting {
  readonly #parts: TextRunParts;
  readonly #condition: SteeringCondition;
  readonly #onToken: (decision: TokenDecision) => void;
  readonly #texts: readonly (readonly number[])[];
  #push: Push;
  #reading = Number.NaN;
  #first = Infinity;

  /** `onToken` hears of every token that could have been steered, before it goes through the model. */
  constructor(
    parts: TextRunParts,
    push: Push,
    condition: SteeringCondition,
    onToken: (decision: TokenDecision) => void,
  ) {
    this.#parts = parts;
    this.#push = push;
    this.#condition = condition;
    this.#onToken = onToken;
    this.#texts = condition.texts.map((text) => parts.tokenizer.encode(` ${text}`));
  }

  /** Changes the push from the next token on that is begun. */
  change(push: Push): void {
    this.#push = push;
  }

  /**
   * Reads what is given and writes. Throws what {@link TextRun} throws, and `push-too-strong` where the push breaks the numbers;
   * the decoder is not steered afterwards.
   */
  async write(text: SteeredText, sink: ReadingSink, signal: AbortSignal): Promise<RunSummary> {
    const run = new TextRun(this.#parts);
    try {
      return await underSteering(this.#push, () => this.#run(run, text, sink, signal));
    } finally {
      applySteering(this.#parts.decoder, []);
      run.dispose();
    }
  }

  async #run(
    run: TextRun,
    { text, where, sampling, taps }: SteeredText,
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    const plan = run.plan(text, { taps });
    const given = plan.ids.length;
    const gate: TokenGate = {
      longest: Math.max(0, ...this.#texts.map((ids) => ids.length)),
      before: (token) => this.#before(token),
      after: (token) => [this.#after(token)],
    };
    this.#first = firstSteered(where, given);
    // What is given is read in one go up to where steering may begin, and token by token from there.
    for (let length = Math.min(this.#first, given); length <= given; length += 1) {
      this.#before(length - 1);
      await run.readPlan(
        { ...plan, ids: plan.ids.slice(0, length), stops: plan.stops.filter((stop) => stop < length) },
        length < given ? DEAF : sink,
        signal,
        gate,
      );
    }
    return run.generate(sampling, { taps, stopAtRepetition: true, gate }, sink, signal);
  }

  #before(token: number): void {
    const asked = token >= this.#first;
    const steered = asked && this.#condition.holds(this.#reading);
    applySteering(this.#parts.decoder, steered ? this.#push : []);
    if (asked) this.#onToken({ token, reading: this.#reading, steered });
  }

  #after(token: number): DueReadout {
    const { hidden } = this.#parts.decoder.sizes;
    return {
      afterToken: token,
      stand: 'word',
      own: false,
      peeks: this.#texts.map((ids) => ({ after: token + 1, ids })),
      heard: (brought) => {
        this.#reading = this.#condition.reading(brought.map((passes) => meanOverTokens(passes, hidden)));
      },
    };
  }
}
