/**
 * Writes a text that is steered only while a reading lies beyond a threshold, token by token. The reading after a token decides
 * whether the stream of the next token is steered; that one chooses the word after it.
 */
import type { RunSummary } from '../../models/engine-report.ts';
import type { ReadingSink } from '../../reading/reading.ts';
import type { SteeringCondition, TokenDecision } from '../../steering/condition.ts';
import { firstSteered, type Intervention } from '../../steering/steering.ts';
import type { DueReadout, TokenGate } from '../readouts.ts';
import type { TextRun, TextRunParts } from '../text-run.ts';
import { meanOverTokens } from '../token-mean.ts';
import { applySteering, DEAF, SteeredWriting, type SteeredText } from './steered-writing.ts';

/** A text that is being written under a condition; what is steered can be changed on the way. */
export class ConditionalWriting extends SteeredWriting {
  readonly #condition: SteeringCondition;
  readonly #onToken: (decision: TokenDecision) => void;
  readonly #texts: readonly (readonly number[])[];
  #reading = Number.NaN;
  #first = Infinity;

  /** `onToken` is called with every token that could have been steered, before it goes through the model. */
  constructor(
    parts: TextRunParts,
    intervention: Intervention,
    condition: SteeringCondition,
    onToken: (decision: TokenDecision) => void,
  ) {
    super(parts, intervention);
    this.#condition = condition;
    this.#onToken = onToken;
    this.#texts = condition.texts.map((text) => parts.tokenizer.encode(` ${text}`));
  }

  protected override async run(
    run: TextRun,
    { text, where, sampling, readouts }: SteeredText,
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    const plan = run.plan(text, { readouts });
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
    return run.generate(sampling, { readouts, stopAtRepetition: true, gate }, sink, signal);
  }

  #before(token: number): void {
    const asked = token >= this.#first;
    const steered = asked && this.#condition.holds(this.#reading);
    applySteering(this.parts.decoder, steered ? this.intervention : []);
    if (asked) this.#onToken({ token, reading: this.#reading, steered });
  }

  #after(token: number): DueReadout {
    const { hidden } = this.parts.decoder.sizes;
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

/** What writes a text under steering: throughout without a condition, else only while it holds, which `onToken` reports. */
export function writingUnder(
  parts: TextRunParts,
  intervention: Intervention,
  condition: SteeringCondition | null,
  onToken: (decision: TokenDecision) => void,
): SteeredWriting {
  return condition === null
    ? new SteeredWriting(parts, intervention)
    : new ConditionalWriting(parts, intervention, condition, onToken);
}
