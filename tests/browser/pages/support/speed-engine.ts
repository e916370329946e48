/** An engine whose speed is made up, or really measured of the toy decoder on WASM. All else is made up. */
import { measureSpeed } from '../../../../src/engine/speed/measure-speed.ts';
import { openWebDecoder } from '../../../../src/engine/ort/web-decoder.ts';
import { AppError } from '../../../../src/base/errors.ts';
import { SPEED_MEASURE_NAMES, type SpeedStart, type SpeedTime } from '../../../../src/models/speed/speed-record.ts';
import type { CallOptions } from '../../../../src/worker/client/engine-client.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../../fixtures/toy/toy-graph.ts';
import { wholeScorer } from '../../../fixtures/whole-scorer.ts';
import { FakeEngine, ignore, never } from './fake-engine.ts';

/** Measures so many rounds that count; `before` is called before a time is told. */
export class SpeedEngine extends FakeEngine {
  rounds = 2;
  real = false;
  before: (time: SpeedTime) => void = ignore;
  readonly #scorer = wholeScorer(['a'], { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 1 }, ['b c']);

  override measureSpeed: FakeEngine['measureSpeed'] = async (args, options = {}) => {
    this.calls.push(`measureSpeed ${args.mostMs} ${args.mostRounds}`);
    return this.real ? this.#measured(options) : this.#madeUp(options);
  };

  async #madeUp({ on, signal }: CallOptions<'measureSpeed'>): Promise<SpeedStart> {
    const start: SpeedStart = {
      form: 'full',
      passMs: 5,
      clockMs: 0.1,
      lacks: [{ measure: 'stepwise', why: 'way' }],
    };
    on?.start?.(start);
    for (let round = 0; round <= this.rounds; round += 1)
      for (const [index, measure] of SPEED_MEASURE_NAMES.entries()) {
        if (measure === 'stepwise') continue;
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (signal?.aborted === true) throw new AppError('cancelled', 'Stopped.');
        const time: SpeedTime = { measure, round, tokens: 16, milliseconds: 40 + 10 * index + round };
        this.before(time);
        on?.time?.(time);
        on?.progress?.({ done: round, total: this.rounds + 1 });
      }
    return start;
  }

  async #measured({ on, signal = never }: CallOptions<'measureSpeed'>): Promise<SpeedStart> {
    const { decoder } = await openWebDecoder(toyDecoderFiles(), 'wasm', { hooked: true });
    try {
      return await measureSpeed(
        { decoder, tokenizer: toyTokenizer(), scorer: this.#scorer, chunkTokens: 64, endTokens: [] },
        { mostMs: 600_000, mostRounds: this.rounds },
        {
          start: on?.start ?? ignore,
          time: (time) => {
            this.before(time);
            on?.time?.(time);
          },
          progress: on?.progress ?? ignore,
        },
        signal,
      );
    } finally {
      await decoder.dispose();
    }
  }
}
