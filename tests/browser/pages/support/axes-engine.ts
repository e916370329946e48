/** An engine whose readings on several axes are made up: after every fourth word, the second axis against the first. */
import { AppError } from '../../../../src/base/errors.ts';
import { createRng } from '../../../../src/base/rng.ts';
import type { Axis } from '../../../../src/probe/heads.ts';
import type { AxesRead } from '../../../../src/reading/axes/axes.ts';
import type { CallOptions } from '../../../../src/worker/client/engine-client.ts';
import type { CallArgs } from '../../../../src/worker/protocol.ts';
import { FakeEngine } from './fake-engine.ts';

export class AxesEngine extends FakeEngine {
  readonly asked: CallArgs<'readAxes'>[] = [];
  /** Set, a reading waits until it is stopped. */
  waits = false;

  override readAxes: FakeEngine['readAxes'] = async (args, { on, signal }: CallOptions<'readAxes'> = {}) => {
    this.asked.push(args);
    on?.progress?.({ done: 1, total: 9 });
    if (this.waits)
      await new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(new AppError('cancelled', 'stopped'))),
      );
    const pieces = args.text.split(/(?= )/).map((text, id) => ({ id, text }));
    const rng = createRng(4);
    const readings = pieces.flatMap((_, token) => {
      if (token % 4 !== 3) return [];
      const common = rng.normal();
      return [
        {
          afterToken: token,
          stand: 'word' as const,
          axes: args.probes.map((_, at) => ({
            score: at === 0 ? common : at === 1 ? -common : rng.normal(),
            low: -1,
            high: 1,
          })),
        },
      ];
    });
    const axes = args.probes.map(({ json }) => ({ axis: (JSON.parse(json) as { axis: Axis }).axis, layer: null }));
    return {
      axes,
      pieces,
      readings,
      readoutTokens: 5 * readings.length,
      milliseconds: 12,
      left: null,
    } satisfies AxesRead;
  };
}
