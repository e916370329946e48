/** An engine whose training and judging are real, by the worker's own room over the toy model; the rest is made up. */
import type { Judgement } from '../../../../src/probe/evidence/judgement-types.ts';
import type { PackedReadings, SetSource, TrainedProbe } from '../../../../src/probe/training-plan.ts';
import type { SegmentReader } from '../../../../src/training/reader.ts';
import { createTrainingCalls } from '../../../../src/worker/host/training-calls.ts';
import { toyReader } from '../../../fixtures/toy/toy-reader.ts';
import { FakeEngine, ignore, never } from './fake-engine.ts';

/** The toy engine. */
export class ToyEngine extends FakeEngine {
  /** Passages that were read for the sake of their control texts, by their words and control texts. */
  readonly passages: string[] = [];
  readonly #gone = new AbortController();
  readonly #room = createTrainingCalls(() => this.#counted());
  readonly judgements: Judgement[] = [];
  /** Sets that were judged on. */
  readonly sets: SetSource[] = [];

  override async train(...[plan, { on, signal = never } = {}]: Parameters<FakeEngine['train']>): Promise<TrainedProbe> {
    this.plans.push(plan);
    // The page draws every step; a toy takes thousands in a second.
    return this.#whileThere((gone) =>
      this.#room.train(
        plan,
        (progress) => {
          if (progress.done % 100 === 0) on?.progress?.(progress);
        },
        AbortSignal.any([signal, gone]),
      ),
    );
  }

  override async takeReadings(): Promise<PackedReadings> {
    return this.#room.takeReadings();
  }

  override async giveReadings(...[packed]: Parameters<FakeEngine['giveReadings']>): Promise<null> {
    this.#room.giveReadings(packed);
    return null;
  }

  override die(...[error]: Parameters<FakeEngine['die']>): void {
    this.#gone.abort(error);
    super.die(error);
  }

  /** What the device's loss ends with its own error. */
  async #whileThere<T>(call: (gone: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.#gone;
    return call(signal).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  }

  #counted(): SegmentReader {
    const reader = toyReader();
    return {
      ...reader,
      read: (passages, signal) => {
        this.passages.push(
          ...passages
            .filter(({ keepTokens }) => keepTokens !== true)
            .map(({ text, readoutTexts, readoutAfter }) => JSON.stringify([text, readoutTexts, readoutAfter])),
        );
        return reader.read(passages, signal);
      },
    };
  }

  override judgeMasked: FakeEngine['judgeMasked'] = (args, { on, signal = never } = {}) =>
    this.#room.judgeMasked(args, on?.progress ?? ignore, signal);

  override async judge(...[args, { on, signal = never } = {}]: Parameters<FakeEngine['judge']>): Promise<Judgement> {
    const judgement = await this.#room.judge(args, on?.progress ?? ignore, signal);
    this.judgements.push(judgement);
    this.sets.push(args.set);
    return judgement;
  }
}
