/** The graphics processor's presence, in a real Chromium on its software adapter. Fails, never skips, without one. */
import { expect, test } from 'vitest';
import { probeGpu } from '../../../src/engine/capability/probe-gpu.ts';

test('an adapter that computes in software is found and called so', async () => {
  const probe = await probeGpu({ maxBufferSize: 100_000_000 });
  if (!probe.ok) throw new Error(`${probe.cause}: ${probe.detail}`);
  expect(probe.adapter).toMatchObject({ vendor: 'google', architecture: 'swiftshader', software: true });
  expect(probe.limits.maxBufferSize).toBeGreaterThanOrEqual(100_000_000);
  expect(probe.features).toEqual([...probe.features].sort());
  const device = await probe.handle.requestDevice();
  device.destroy();
});

test('a limit that is too small is named with what is there and what is needed', async () => {
  const probe = await probeGpu({ maxBufferSize: 2 ** 50 });
  expect(probe).toMatchObject({ ok: false, cause: 'limit' });
  expect(probe.ok ? '' : probe.detail).toMatch(
    /^maxBufferSize is \d+ on this adapter, and the model needs 1125899906842624\.$/,
  );
});

test('the same adapter is found in a worker', async () => {
  const worker = new Worker(new URL('./capability.worker.ts', import.meta.url), { type: 'module' });
  const found = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      resolve(data);
    };
    worker.onerror = reject;
  });
  worker.terminate();
  expect(found).toMatchObject({ ok: true, adapter: { architecture: 'swiftshader' } });
});
