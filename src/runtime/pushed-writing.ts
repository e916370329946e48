/** Writes a text under a push: what is given is read, pushed from where it should be, and the model writes on. */
import type { RunSummary } from '../core/engine-report.ts';
import { AppError } from '../core/errors.ts';
import { firstPushed, type Push, type PushWhere } from '../core/push.ts';
import type { ReadingSink, SamplingOptions } from '../core/reading.ts';
import type { Decoder } from './decoder.ts';
import { pushTooStrong } from './push-bench.ts';
import { setEdits } from './pushed-lines.ts';
import { TextRun, type TextRunParts } from './text-run.ts';

/** What is to be written. */
export interface PushedText {
  readonly text: string;
  readonly where: PushWhere;
  readonly sampling: SamplingOptions;
  readonly taps: boolean;
}

/** Hears nothing: what is read in a first go is told with the second. */
const DEAF: ReadingSink = { tokens: () => undefined, tap: () => undefined };

/** Whether a decoder can be pushed like this: by vectors that are added, or by edits. */
export function takesPush(decoder: Decoder, push: Push): boolean {
  return decoder.editing || (decoder.steering && push.every(({ bound }) => bound === null));
}

/** Pushes every pass that follows, or none. Throws `internal` where {@link takesPush} says no. */
export function applyPush(decoder: Decoder, push: Push): void {
  if (decoder.editing) setEdits(decoder, push, [true]);
  else decoder.steer(new Map(push.flatMap(({ stream, add }) => (add === null ? [] : [[stream - 1, add] as const]))));
}

/** A text that is being written under a push, which can be changed on the way. */
export class PushedWriting {
  readonly #parts: TextRunParts;
  #push: Push;
  #pushing = false;

  constructor(parts: TextRunParts, push: Push) {
    this.#parts = parts;
    this.#push = push;
  }

  /** Pushes otherwise from the next token on that is begun; tokens that are under way, three at most, are not. */
  change(push: Push): void {
    this.#push = push;
    if (this.#pushing) applyPush(this.#parts.decoder, push);
  }

  /**
   * Reads what is given and writes. Where the push begins behind what is given, the words before it are drawn with the seed, and those
   * from there on with the next seed. Throws what {@link TextRun} throws, and `push-too-strong` where the push breaks the
   * numbers; the decoder is unpushed afterwards.
   */
  async write({ text, where, sampling, taps }: PushedText, sink: ReadingSink, signal: AbortSignal): Promise<RunSummary> {
    const run = new TextRun(this.#parts);
    try {
      const plan = run.plan(text, { taps });
      const given = plan.ids.length;
      const first = firstPushed(where, given);
      const unpushed = Math.min(first, given);
      if (unpushed > 0) await run.readPlan({ ...plan, ids: plan.ids.slice(0, unpushed), stops: plan.stops.filter((stop) => stop < unpushed) }, unpushed < given ? DEAF : sink, signal);
      if (unpushed < given) {
        this.#begin();
        await run.readPlan(plan, sink, signal);
      }
      const manner = { taps, stopAtRepetition: true };
      const before = Math.min(first - given, sampling.maxTokens);
      if (before > 0) {
        const summary = await run.generate({ ...sampling, maxTokens: before }, manner, sink, signal);
        if (summary.ended !== 'length' || before === sampling.maxTokens) return summary;
      }
      this.#begin();
      return await run.generate(before > 0 ? { ...sampling, maxTokens: sampling.maxTokens - before, seed: (sampling.seed + 1) % 2 ** 32 } : sampling, manner, sink, signal);
    } catch (thrown) {
      const error = AppError.from(thrown);
      throw error.code === 'numbers-not-finite' && this.#pushing ? pushTooStrong(error) : error;
    } finally {
      this.#pushing = false;
      applyPush(this.#parts.decoder, []);
      run.dispose();
    }
  }

  #begin(): void {
    this.#pushing = true;
    applyPush(this.#parts.decoder, this.#push);
  }
}
