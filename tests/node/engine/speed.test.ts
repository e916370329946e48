/** Measuring speed on the toy model: every measure comes in every round, bad states are said, and the time is kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Writer } from '../../../src/engine/decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { measureSpeed, type SpeedParts } from '../../../src/engine/speed/measure-speed.ts';
import type { SpeedTime } from '../../../src/models/speed/speed-record.ts';
import { toyDecoderFiles, TOY } from '../../fixtures/toy/toy-graph.ts';
import { writeToyFolder } from '../../fixtures/toy/toy-folder.ts';
import { wholeScorer } from '../../fixtures/whole-scorer.ts';

const folder = mkdtempSync(join(tmpdir(), 'flipside-speed-'));
const scorer = wholeScorer(['Dad fed'], { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 1 }, ['Cab']);
let engine: NodeEngine;
beforeAll(async () => {
  engine = await openNodeEngine(
    writeToyFolder(folder, toyDecoderFiles({ weightFile: 'model_q4.onnx_data' }), 'model_q4.onnx'),
  );
});
afterAll(async () => {
  await engine?.dispose();
  rmSync(folder, { recursive: true });
});

async function measure(
  more: Partial<SpeedParts> = {},
  limits = { mostMs: 600_000, mostRounds: 2 },
  onTime: (times: readonly SpeedTime[]) => void = () => undefined,
  signal = new AbortController().signal,
) {
  const times: SpeedTime[] = [];
  const sink = {
    start: () => undefined,
    progress: () => undefined,
    time: (time: SpeedTime) => {
      times.push(time);
      onTime(times);
    },
  };
  return { found: await measureSpeed({ ...engine, scorer, ...more }, limits, sink, signal), times };
}
const DONE = ['read', 'every', 'write', 'plain', 'steer', 'one', 'futures'];

describe('measuring speed', () => {
  it('does everything in every round, the warm-up included, and says what there is no other way for', async () => {
    const { found, times } = await measure();
    expect(times.map(({ measure: name, round }) => `${name} ${round}`)).toEqual(
      [0, 1, 2].flatMap((round) => DONE.map((name) => `${name} ${round}`)),
    );
    expect(found).toMatchObject({ form: 'full', lacks: [{ measure: 'stepwise', why: 'way' }] });
    expect(times.every(({ milliseconds }) => milliseconds > 0)).toBe(true);
    const tokens = (name: string) => new Set(times.filter((time) => time.measure === name).map((time) => time.tokens));
    // End tokens end nothing, so that rounds are alike.
    expect(tokens('write')).toEqual(new Set([16]));
    expect(tokens('futures')).toEqual(new Set([24 * 16]));
    expect(tokens('every')).toEqual(tokens('read'));
  });

  it('leaves out what needs a probe where none fits, and what needs branches where the model has none', async () => {
    const { found, times } = await measure({ scorer: null }, { mostMs: 600_000, mostRounds: 1 });
    expect(new Set(times.map((time) => time.measure))).toEqual(new Set(['read', 'plain', 'steer']));
    expect(found.lacks.filter(({ why }) => why === 'probe').map(({ measure: name }) => name)).toEqual([
      'every',
      'write',
      'one',
      'futures',
    ]);
    const without = await measure(
      { decoder: { ...engine.decoder, branching: false } },
      { mostMs: 600_000, mostRounds: 1 },
    );
    expect(without.found.lacks).toContainEqual({ measure: 'every', why: 'readings' });
  });

  it('measures the other way of writing too where a decoder writes by itself', async () => {
    const { decoder } = engine;
    let [asked, written] = [0, 0];
    const writer: Writer = {
      async write({ past, logits, uniforms }, onToken) {
        asked += 1;
        let end = { cache: decoder.cut(past, past.length), logits };
        for (let token = 0; token < uniforms.length; token += 1) {
          const { residuals, ...pass } = await decoder.run([3], end.cache);
          end.cache.dispose();
          end = pass;
          written += 1;
          if (onToken({ id: 3, residuals, products: null }) !== 'go-on') break;
        }
        return end;
      },
    };
    const { found, times } = await measure({ decoder: { ...decoder, writer } }, { mostMs: 600_000, mostRounds: 1 });
    expect(found.lacks).toEqual([]);
    expect(
      times.filter(({ measure: name }) => name === 'stepwise').map(({ round, tokens }) => [round, tokens]),
    ).toEqual([
      [0, 16],
      [1, 16],
    ]);
    // It was asked in both rounds to write, to write unscored, steered, and with readings, and not to write one pass a token.
    expect([asked, written]).toEqual([8, 8 * 16]);
  });

  it('does the least on a device that is too slow for more, and says so', async () => {
    const slow = { ...engine.decoder };
    slow.run = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return engine.decoder.run(...args);
    };
    const { found, times } = await measure({ decoder: slow }, { mostMs: 6000, mostRounds: 1 });
    expect(found.form).toBe('short');
    expect(found.lacks.filter(({ why }) => why === 'slow').map(({ measure: name }) => name)).toContain('futures');
    expect(new Set(times.map((time) => time.measure))).toEqual(new Set(['read']));
  });

  it('ends with its time, and says what had no second turn', async () => {
    const { found, times } = await measure({}, { mostMs: 1, mostRounds: 1000 });
    expect(times.every(({ round }) => round === 0)).toBe(true);
    expect(found.lacks.some(({ why }) => why === 'time')).toBe(true);
  });

  it('stops when told to, and leaves a decoder that is not steered', async () => {
    const stop = new AbortController();
    const asked = measure({}, undefined, (times) => times.length === 5 && stop.abort(), stop.signal);
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    const ids = engine.tokenizer.start('A bad egg');
    const fresh = await openNodeEngine(folder);
    const [after, before] = [await engine.decoder.run(ids, null), await fresh.decoder.run(ids, null)];
    expect(after.residuals).toEqual(before.residuals);
    for (const { cache } of [after, before]) cache.dispose();
    await fresh.dispose();
  });
});
