/** A worker that hangs, and the line to it: it was asked to stop, does not answer, and is ended when that is asked once more. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SILENCE_MS } from '../../../src/state/engine/patience.ts';
import { ReadingState } from '../../../src/state/runs/reading.svelte.ts';
import { Session } from '../../../src/state/engine/session.svelte.ts';
import { createWorkerClient } from '../../../src/worker/client/worker-client.ts';
import { ALARM, EXPLAINED, SAMPLE_CARD } from './support/sample.ts';

const FRAME = {
  title: 'T',
  axis: SAMPLE_CARD.axis,
  defaultLayer: 0,
  layers: 1,
  calibration: SAMPLE_CARD.calibration,
  explained: EXPLAINED,
  alarm: ALARM,
  poles: null,
};
const LONGER = { timeout: SILENCE_MS + 5000 };
let session: Session;
let reading: ReadingState;
let workers: Worker[];

beforeEach(async () => {
  workers = [];
  const connect = () => {
    const worker = new Worker(new URL('../engine/scripted.worker.ts', import.meta.url), { type: 'module' });
    workers.push(worker);
    return createWorkerClient(worker);
  };
  session = new Session({
    connect,
    probeFiles: () => Promise.resolve({ json: '', tensors: new ArrayBuffer(0), sets: [] }),
    model: () => ({ source: { kind: 'site', manifestUrl: 'm.json' }, hosts: [] }),
  });
  reading = ReadingState.live(FRAME, (commit) => commit());
  await session.load();
  expect(session.ready).toBe(true);
});
afterEach(() => session.dispose());

test('a worker that hangs is said not to answer, a second stop ends it as a crash does, what was read stays, and it starts again', async () => {
  const running = session.read('hang', false, reading);
  await expect.poll(() => reading.tokens.length).toBe(1);
  const asked = performance.now();
  session.stop();
  // Pressed at once again it waits all the same: a pass may take seconds.
  session.stop();
  expect(session.silent).toBe(false);
  await expect.poll(() => session.silent, LONGER).toBe(true);
  expect(performance.now() - asked).toBeGreaterThan(SILENCE_MS - 50);
  expect(session.phase.kind).toBe('reading');
  expect(session.said).toMatch(/does not answer/);
  session.stop();
  expect(await running).toBe(false);
  expect(session.phase.kind).toBe('lost');
  expect(session.problem).toMatchObject({ code: 'worker-died' });
  expect(session.silent).toBe(false);
  expect(reading.text).toBe('t0');
  // The reader wanted it to end: nothing goes on by itself.
  session.onceBack(() => expect.unreachable());
  expect(session.goesOn).toBe(false);
  await session.startAgain();
  expect(session.ready).toBe(true);
  expect(workers).toHaveLength(2);
  expect(
    await session.read(
      'two tokens',
      false,
      ReadingState.live(FRAME, (commit) => commit()),
    ),
  ).toBe(true);
}, 120_000);

test('a worker that stops in time is never said not to answer', async () => {
  const running = session.read('wait', false, reading);
  await expect.poll(() => reading.tokens.length).toBe(1);
  session.stop();
  expect(await running).toBe(false);
  expect(session.ready).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS + 500));
  expect(session.silent).toBe(false);
  expect(session.ready).toBe(true);
}, 120_000);
