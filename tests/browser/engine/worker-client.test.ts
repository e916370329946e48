/** The page's end of the worker protocol, against a real worker. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import type { ReadingSink, TokenBatch } from '../../../src/reading/reading.ts';
import type { EngineClient } from '../../../src/worker/client/engine-client.ts';
import { createWorkerClient } from '../../../src/worker/client/worker-client.ts';

let worker: Worker;
let client: EngineClient;
let batches: TokenBatch[];
let sink: ReadingSink;
const never = new AbortController().signal;
const read = (text: string, signal = never, into: ReadingSink = sink) =>
  client.read({ text, readouts: false }, { on: into, signal });
const locks = async (): Promise<readonly string[]> => {
  const { held = [], pending = [] } = await navigator.locks.query();
  return [...held, ...pending].flatMap(({ name = '' }) => (name.startsWith('flipside-engine') ? [name] : []));
};
/** Once the worker holds its lock and the page waits for it: a few milliseconds after the worker began. */
const watched = (): Promise<void> => expect.poll(locks).toHaveLength(2);

beforeEach(() => {
  worker = new Worker(new URL('./scripted.worker.ts', import.meta.url), { type: 'module' });
  client = createWorkerClient(worker);
  batches = [];
  sink = { tokens: (batch) => void batches.push(batch), readout: () => undefined };
});
afterEach(() => client.dispose());

test('events arrive in order before the value, and late ones are dropped', async () => {
  expect(await read('two tokens')).toMatchObject({ ended: 'text' });
  await client.useProbe({ json: '', tensors: new ArrayBuffer(0), sets: [] }); // anything sent late would have come by now
  expect(batches.map((batch) => [batch.start, batch.scores[0]])).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

test.each(['load', 'planModel', 'checkModel'] as const)(
  'the address of a model of this site is the page’s, whatever asks for it: %s',
  async (name) => {
    const sent = vi.spyOn(worker, 'postMessage');
    const model = { kind: 'site', manifestUrl: 'models/some.json' } as const;
    await client[name]({ model, hosts: [], backend: 'wasm' });
    expect(sent.mock.lastCall?.[0]).toMatchObject({
      call: name,
      args: { model: { kind: 'site', manifestUrl: new URL('models/some.json', document.baseURI).href } },
    });
  },
);

test('an error keeps its code, details and stack across the thread', async () => {
  const error = await read('fail').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: 'text-too-long', details: { tokens: 9000 }, stack: 'from the worker' });
});

test('a signal stops a running call, and one that was stopped before is never sent', async () => {
  const controller = new AbortController();
  const running = read('wait', controller.signal);
  await expect.poll(() => batches.length).toBe(1);
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await expect(read('two tokens', controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  expect(batches).toHaveLength(1);
});

test('a sink that cannot take a batch ends the call with its error instead of leaving a hole', async () => {
  const broken: ReadingSink = {
    tokens: () => {
      throw new AppError('internal', 'A gap.');
    },
    readout: () => undefined,
  };
  await expect(read('wait', never, broken)).rejects.toMatchObject({ code: 'internal', message: 'A gap.' });
  expect(await read('two tokens')).toMatchObject({ ended: 'text' }); // the worker is still good
});

test('a worker whose script breaks rejects what runs and what comes, and tells once', async () => {
  const told: string[] = [];
  client.onLost((error) => told.push(error.code));
  await expect(read('throw')).rejects.toMatchObject({ code: 'worker-died' });
  await expect(read('two tokens')).rejects.toMatchObject({ code: 'worker-died' });
  expect(told).toEqual(['worker-died']);
});

test('a worker that ends without a word in the middle of a call rejects it and what comes, and tells once', async () => {
  const told: string[] = [];
  client.onLost((error) => told.push(error.code));
  await watched();
  await expect(read('close')).rejects.toMatchObject({ code: 'worker-died' });
  expect(batches).toHaveLength(1);
  await expect(read('two tokens')).rejects.toMatchObject({ code: 'worker-died' });
  expect(told).toEqual(['worker-died']);
});

test('one that ends while nothing is asked of it is told of too', async () => {
  const told: string[] = [];
  client.onLost((error) => told.push(error.code));
  await watched();
  expect(await read('answer and close')).toMatchObject({ ended: 'text' });
  await expect.poll(() => told).toEqual(['worker-died']);
});

test('one that is closed by the page is no loss, and leaves no lock behind', async () => {
  const told: string[] = [];
  client.onLost((error) => told.push(error.code));
  await watched();
  client.dispose();
  await expect.poll(locks).toEqual([]);
  expect(told).toEqual([]);
});

test('a lost device ends every call with its own code', async () => {
  const told: string[] = [];
  client.onLost((error) => told.push(error.code));
  await expect(read('lose')).rejects.toMatchObject({ code: 'gpu-device-lost', details: { reason: 'unknown' } });
  expect(told).toEqual(['gpu-device-lost']);
});

test('a worker whose device is gone still gives what it has read for training, and nothing else', async () => {
  await expect(read('lose')).rejects.toMatchObject({ code: 'gpu-device-lost' });
  await expect(read('two tokens')).rejects.toMatchObject({ code: 'gpu-device-lost' });
  expect(await client.takeReadings({})).toEqual({ keys: ['kept'], lengths: [2], values: Float32Array.of(1, 2) });
  client.dispose();
  await expect(client.takeReadings({})).rejects.toMatchObject({ code: 'gpu-device-lost' });
});

test('another strength reaches the text that is being written', async () => {
  const steering = {
    probe: { json: '', tensors: new ArrayBuffer(0) },
    settings: { mode: 'add', pole: 'positive', from: 1, to: 1, strength: 0.2, where: 'all' },
    stories: { name: '', header: '', rows: '' },
  } as const;
  const writing = client.writeSteered(
    {
      ...steering,
      also: [],
      when: null,
      placebo: null,
      text: 'a',
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 1 },
      readouts: false,
    },
    { on: sink, changing: (change) => change(0.5) },
  );
  expect(await writing).toMatchObject({ ended: 'text' });
  expect(batches[0]?.start).toBe(0.5);
});

test('closing rejects what runs', async () => {
  const running = read('wait');
  await expect.poll(() => batches.length).toBe(1);
  client.dispose();
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});
