/** Writes a text under steering: what is given is read, steered from where it should be, and the model writes on. */
import type { RunSummary } from '../../models/engine-report.ts';
import { firstSteered, type Intervention, type SteeringWhere } from '../../steering/steering.ts';
import type { ReadingSink, SamplingOptions } from '../../reading/reading.ts';
import type { Decoder } from '../decoder.ts';
import { underSteering } from './steering-faults.ts';
import { setEdits } from './steering-edits.ts';
import { TextRun, type TextRunParts } from '../text-run.ts';

/** What is to be written. */
export interface SteeredText {
  readonly text: string;
  readonly where: SteeringWhere;
  readonly sampling: SamplingOptions;
  readonly readouts: boolean;
}

/** Ignores everything: what a first pass reads is reported with the second. */
export const DEAF: ReadingSink = { tokens: () => undefined, readout: () => undefined };

/** Whether a decoder can be steered like this: by vectors that are added, or by edits. */
export function takesSteering(decoder: Decoder, intervention: Intervention): boolean {
  return decoder.editing || (decoder.steering && intervention.every(({ bound }) => bound === null));
}

/** Steers every pass that follows, or none. Throws `internal` where {@link takesSteering} says no. */
export function applySteering(decoder: Decoder, intervention: Intervention): void {
  if (decoder.editing) setEdits(decoder, intervention, [true]);
  else
    decoder.steer(
      new Map(intervention.flatMap(({ stream, add }) => (add === null ? [] : [[stream - 1, add] as const]))),
    );
}

/** A text that is being written under steering, which can be changed on the way. */
export class SteeredWriting {
  protected readonly parts: TextRunParts;
  protected intervention: Intervention;
  #steering = false;

  constructor(parts: TextRunParts, intervention: Intervention) {
    this.parts = parts;
    this.intervention = intervention;
  }

  /** Changes the steering from the next token on that is begun; tokens under way, three at most, keep the one before. */
  change(intervention: Intervention): void {
    this.intervention = intervention;
    if (this.#steering) applySteering(this.parts.decoder, intervention);
  }

  /**
   * Reads what is given and writes, with the words that the seed would draw unsteered until the steering begins. Throws what {@link
   * TextRun}
   * throws, and `push-too-strong` where the steering breaks the numbers; the decoder is unsteered afterwards.
   */
  async write(text: SteeredText, sink: ReadingSink, signal: AbortSignal): Promise<RunSummary> {
    const run = new TextRun(this.parts);
    try {
      // Before the steering begins nothing would be its fault, but the unsteered model breaks no numbers either.
      return await underSteering(this.intervention, () => this.run(run, text, sink, signal));
    } finally {
      this.#steering = false;
      applySteering(this.parts.decoder, []);
      run.dispose();
    }
  }

  /** What {@link write} does with a run that it opens and closes. */
  protected async run(
    run: TextRun,
    { text, where, sampling, readouts }: SteeredText,
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    const plan = run.plan(text, { readouts });
    const given = plan.ids.length;
    const first = firstSteered(where, given);
    const unsteered = Math.min(first, given);
    await run.readPlan(
      { ...plan, ids: plan.ids.slice(0, unsteered), stops: plan.stops.filter((stop) => stop < unsteered) },
      unsteered < given ? DEAF : sink,
      signal,
    );
    if (unsteered < given) {
      this.#begin();
      await run.readPlan(plan, sink, signal);
    }
    const manner = { readouts, stopAtRepetition: true };
    const before = Math.max(0, Math.min(first - given, sampling.maxTokens));
    if (before > 0) {
      const summary = await run.generate({ ...sampling, maxTokens: before }, manner, sink, signal);
      if (summary.ended !== 'length' || before === sampling.maxTokens) return summary;
    }
    this.#begin();
    const summary = await run.generate(
      { ...sampling, maxTokens: sampling.maxTokens - before },
      { ...manner, drawn: before },
      sink,
      signal,
    );
    return { ...summary, tokens: summary.tokens + before };
  }

  #begin(): void {
    this.#steering = true;
    applySteering(this.parts.decoder, this.intervention);
  }
}
