/** An engine that runs experiments as the worker does, of a design that counts the letters of words. */
import { AppError } from '../../../../src/base/errors.ts';
import { createExperimentCalls } from '../../../../src/worker/host/experiment-calls.ts';
import { tinyDesign, tinySubject } from '../../../fixtures/toy/tiny-design.ts';
import { FakeEngine, ignore, never, STATUS } from './fake-engine.ts';

/** The fake with experiments; `holdAt` names a unit that does not end until the engine is stopped or dies. */
export class ExperimentEngine extends FakeEngine {
  holdAt: string | null = null;
  /** Units that ran, in order. */
  readonly ran: string[] = [];
  #fail: (error: AppError) => void = () => undefined;
  #end: (error: AppError) => void = () => undefined;
  readonly #dead = new Promise<never>((_, reject) => (this.#fail = reject));
  readonly #room = createExperimentCalls(
    () => ({
      subject: { ...tinySubject({ now: 0 }), model: STATUS.model },
      backend: 'webgpu',
      assertRoom: () => undefined,
    }),
    { turners: this.#held() },
  );

  constructor(...options: ConstructorParameters<typeof FakeEngine>) {
    super(...options);
    this.#dead.catch(() => undefined);
  }

  override readonly checkSpec: FakeEngine['checkSpec'] = async ({ source }) => {
    return this.#room.check(source);
  };

  override readonly analyseUnits: FakeEngine['analyseUnits'] = async ({ specs, units }) => {
    return this.#room.analyse(specs, units);
  };

  override readonly estimateExperiment: FakeEngine['estimateExperiment'] = (args, { signal = never } = {}) => {
    return this.#room.estimate(args, signal);
  };

  override readonly runExperiment: FakeEngine['runExperiment'] = (args, { on, signal = never } = {}) => {
    const closed = new Promise<never>((_, reject) => (this.#end = reject));
    return Promise.race([this.#room.run(args, on?.progress ?? ignore, on?.part ?? ignore, signal), this.#dead, closed]);
  };

  override die(error = new AppError('worker-died', 'The engine worker ended without a word.')): void {
    this.#fail(error);
    super.die(error);
  }

  override dispose(): void {
    this.#end(new AppError('cancelled', 'The engine was closed.'));
    super.dispose();
  }

  #held(): ReturnType<typeof tinyDesign> {
    const design = tinyDesign((id) => this.ran.push(id));
    return {
      ...design,
      run: async (spec, unit, prepared, subject, call) => {
        if (unit.id === this.holdAt)
          await new Promise((_, reject) =>
            call.signal?.addEventListener('abort', () => {
              if (!this.deaf) reject(new AppError('cancelled', 'Stopped.'));
            }),
          );
        return design.run(spec, unit, prepared, subject, call);
      },
    };
  }
}
