/** An engine whose training and judging are real, by the worker's own room over the toy model; the rest is made up. */
import type { Judgement } from '../../../src/core/judgement-types.ts';
import type { SetSource, TrainedProbe } from '../../../src/core/training-plan.ts';
import { createTrainingRoom } from '../../../src/worker/host/training-room.ts';
import { toyReader } from '../../fixtures/toy-reader.ts';
import { FakeEngine } from './fake-engine.ts';

/** The toy engine. */
export class ToyEngine extends FakeEngine {
  readonly #room = createTrainingRoom(toyReader);
  readonly judgements: Judgement[] = [];
  /** Sets that were judged on. */
  readonly sets: SetSource[] = [];

  override async train(...[plan, onProgress, signal]: Parameters<FakeEngine['train']>): Promise<TrainedProbe> {
    this.plans.push(plan);
    // The page draws every step; a toy takes thousands in a second.
    return this.#room.train(plan, (progress) => { if (progress.done % 100 === 0) onProgress(progress); }, signal);
  }

  override async judge(...[args, onProgress, signal]: Parameters<FakeEngine['judge']>): Promise<Judgement> {
    const judgement = await this.#room.judge(args, onProgress, signal);
    this.judgements.push(judgement);
    this.sets.push(args.set);
    return judgement;
  }
}
