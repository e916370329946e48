/**
 * A graphics device that goes away in the middle of work: the engine's own worker in real Chromium over the toy, and the same
 * work on the next device. Reading and writing lose a real device. Training and an experiment take many passes, each
 * of which takes the software adapter its time: they run on WASM, where every pass fails as it does without its device.
 */
import { afterEach, describe, expect, test } from 'vitest';
import SHIPPED from '../../../experiments/A/earlier/spec.json?raw';
import { AppError } from '../../../src/base/errors.ts';
import type { ExperimentPart } from '../../../src/experiments/experiment-run.ts';
import type { ReadingSink, TokenBatch } from '../../../src/reading/reading.ts';
import type { SetSource, TrainingPlan } from '../../../src/probe/training-plan.ts';
import { shippedSets } from '../../../src/state/probes/shipped-sets.ts';
import type { EngineClient } from '../../../src/worker/client/engine-client.ts';
import { createWorkerClient } from '../../../src/worker/client/worker-client.ts';
import type { ProbeToUse } from '../../../src/worker/protocol.ts';
import { smallAuthors } from '../../fixtures/experiments/small-authors.ts';
import { TOY_MANIFEST } from '../../fixtures/toy/toy-site.ts';

const MINUTE = 60_000;
const TEXT = 'She fed the dog. Then she kicked it. Nobody saw what she had done to it.';
const never = new AbortController().signal;
const channel = new BroadcastChannel('take-away');
const takeAway = (): void => channel.postMessage('now');

const { sets } = await shippedSets();
const part = async (name: string, change: (line: string) => string, lines: number): Promise<SetSource> => {
  const whole = await sets.find((set) => set.name === name)!.source();
  return { ...whole, rows: `${whole.rows.split('\n').slice(0, lines).map(change).join('\n')}\n` };
};
/** The toy reads letter by letter: short stories are long enough. */
const shortened = (line: string): string => {
  const story = JSON.parse(line) as { beats: string[] };
  return JSON.stringify({ ...story, beats: story.beats.slice(0, 2) });
};
const plan: TrainingPlan = {
  id: 'toy',
  title: 'Toy',
  about: 'A toy.',
  sets: [await part('kind-cruel-24', (line) => line, 12)],
  stories: await part('neutral-stories', shortened, 2),
  storyCount: null,
  zeros: [],
  controls: [],
  others: [],
  readoutCount: 1,
  trace: null,
  otherReadouts: false,
  method: { kind: 'difference-of-means', target: 'poles', penalty: 0 },
  defaultLayer: 2,
  seed: 1,
  shuffles: 5,
};

const clients: EngineClient[] = [];
/** An engine that has the toy on a device of its own, or on WASM as if on one, and what it said when that was gone. */
async function loaded(on: 'device' | 'wasm'): Promise<{ readonly client: EngineClient; readonly lost: string[] }> {
  const client = createWorkerClient(
    on === 'device'
      ? new Worker(new URL('./loss.worker.ts', import.meta.url), { type: 'module' })
      : new Worker(new URL('./wasm-loss.worker.ts', import.meta.url), { type: 'module' }),
  );
  clients.push(client);
  const lost: string[] = [];
  client.onLost(({ code }) => lost.push(code));
  const status = await client.load(
    { model: { kind: 'site', manifestUrl: TOY_MANIFEST }, hosts: [], backend: on === 'device' ? 'webgpu' : 'wasm' },
    { signal: never },
  );
  expect(status).toMatchObject({
    backend: on === 'device' ? 'webgpu' : 'wasm',
    model: { id: 'toy-q4', layerCount: 3, hidden: 64 },
  });
  return { client, lost };
}
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

/** Tokens and scores as they are told; `onBatch` hears of each. */
class Told implements ReadingSink {
  readonly ids: number[] = [];
  readonly scores: number[] = [];
  onBatch: (batch: TokenBatch) => void = () => undefined;

  tokens(batch: TokenBatch): void {
    this.ids.push(...batch.pieces.map(({ id }) => id));
    this.scores.push(...batch.scores);
    this.onBatch(batch);
  }

  readout(): void {
    // Only the text's own tokens are looked at here.
  }
}

/** The error of a call that the loss ended. */
const lossIn = (call: Promise<unknown>): Promise<AppError> =>
  call.then(
    () => expect.unreachable(),
    (error: unknown) => AppError.from(error),
  );

/** A probe of the toy, made once. */
let probe: ProbeToUse;
/** The probe's files cross to a worker by copy, and may do so again. */
const files = (): ProbeToUse => ({ ...probe, tensors: probe.tensors.slice(0) });

describe('a device that goes away', () => {
  test(
    'while a probe is trained ends the training by name; the worker gives what it has read, and the next device trains on from there',
    async () => {
      const { client } = await loaded('wasm');
      const failing = client.train(plan, {
        on: {
          progress: ({ stage, done }) => {
            if (stage === 'reading' && done >= 6) takeAway();
          },
        },
      });
      expect((await lossIn(failing)).code).toBe('gpu-device-lost');
      await expect(client.train(plan, { signal: never })).rejects.toMatchObject({ code: 'gpu-device-lost' });
      const readings = await client.takeReadings({});
      expect(readings.keys.length).toBeGreaterThan(0);
      client.dispose();
      const next = await loaded('wasm');
      await next.client.giveReadings(readings);
      const trained = await next.client.train(plan, { signal: never });
      probe = { json: trained.json, tensors: trained.tensors, sets: [] };
      expect(await next.client.useProbe(files())).toBeNull();
      // What was read before the loss and after it gives the probe that one device gives.
      const whole = (await loaded('wasm')).client;
      const truth = await whole.train(plan, { signal: never });
      const numbers = (bytes: ArrayBuffer): string => new Uint8Array(bytes).join();
      expect(numbers(trained.tensors)).toBe(numbers(truth.tensors));
      expect(trained.json).toBe(truth.json);
    },
    4 * MINUTE,
  );

  test(
    'while a text is read ends the reading by name and keeps what was told; the next device reads it whole',
    async () => {
      const { client, lost } = await loaded('device');
      await client.useProbe(files());
      const told = new Told();
      told.onBatch = ({ start }) => {
        if (start === 0) takeAway();
      };
      expect(
        (await lossIn(client.read({ text: TEXT.repeat(4), readouts: false }, { on: told, signal: never }))).code,
      ).toBe('gpu-device-lost');
      expect(lost).toEqual(['gpu-device-lost']);
      client.dispose();
      const [next, again] = [(await loaded('device')).client, new Told()];
      await next.useProbe(files());
      await next.read({ text: TEXT.repeat(4), readouts: false }, { on: again });
      expect(again.ids).toHaveLength(TEXT.length * 4);
      expect(told.ids.length).toBeGreaterThan(0);
      expect(told.ids.length).toBeLessThan(again.ids.length);
      expect(told.ids).toEqual(again.ids.slice(0, told.ids.length));
      for (const [index, score] of told.scores.entries())
        if (Number.isFinite(score)) expect(score).toBeCloseTo(again.scores[index]!, 3);
    },
    4 * MINUTE,
  );

  test(
    'while the model writes ends the writing by name and keeps its words; the next device reads them and writes on the same',
    async () => {
      const sampling = { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 12 };
      const letters = (ids: readonly number[]): string => String.fromCharCode(...ids.map((id) => id + 32));
      const { client, lost } = await loaded('device');
      await client.useProbe(files());
      const told = new Told();
      await client.read({ text: TEXT, readouts: false }, { on: told, signal: never });
      expect(letters(told.ids)).toBe(TEXT);
      told.onBatch = () => {
        if (told.ids.length === TEXT.length + 4) takeAway();
      };
      expect(
        (
          await lossIn(
            client.generate(
              { sampling: { ...sampling, maxTokens: 400 }, readouts: false },
              { on: told, signal: never },
            ),
          )
        ).code,
      ).toBe('gpu-device-lost');
      expect(lost).toEqual(['gpu-device-lost']);
      client.dispose();
      const next = (await loaded('device')).client;
      await next.useProbe(files());
      const [onward, truth] = [new Told(), new Told()];
      await next.read({ text: letters(told.ids), readouts: false }, { on: onward });
      await next.generate({ sampling, readouts: false }, { on: onward });
      await next.read({ text: TEXT, readouts: false }, { on: truth });
      await next.generate(
        { sampling: { ...sampling, maxTokens: onward.ids.length - TEXT.length }, readouts: false },
        { on: truth },
      );
      expect(onward.ids).toEqual(truth.ids);
    },
    4 * MINUTE,
  );

  test(
    'while an experiment runs ends the run by name and keeps its units; the next device goes on with those that are missing, and they are those of a run that was never interrupted',
    async () => {
      const stories = await part('neutral-stories', shortened, 12);
      /** Runs what `before` lacks, and stops once there are so many parts in all: the preparation and units. */
      const run = async (
        client: EngineClient,
        before: readonly ExperimentPart[],
        most: number,
        then: (stop: AbortController) => void,
      ): Promise<{ readonly told: readonly ExperimentPart[]; readonly error: AppError }> => {
        const told: ExperimentPart[] = [];
        const stop = new AbortController();
        const running = client.runExperiment(
          { spec: smallAuthors(SHIPPED), size: 'quick', parts: before, stories },
          {
            on: {
              part: (one) => {
                told.push(one);
                if (before.length + told.length === most) then(stop);
              },
            },
            signal: stop.signal,
          },
        );
        return { error: await lossIn(running), told };
      };
      const { client } = await loaded('wasm');
      const before = await run(client, [], 2, takeAway);
      expect(before.error).toMatchObject({ code: 'gpu-device-lost' });
      expect(before.told.map(({ id }) => id)).toEqual(['quick/prepared', 'quick/s0-t1-quick']);
      client.dispose();
      const after = await run((await loaded('wasm')).client, before.told, 4, (stop) => stop.abort());
      expect(after.told.map(({ id }) => id)).toEqual(['quick/s1-t1-quick', 'quick/s2-t1-quick']);
      const whole = await run((await loaded('wasm')).client, [], 4, (stop) => stop.abort());
      expect([...before.told, ...after.told]).toEqual(whole.told);
    },
    9 * MINUTE,
  );
});
