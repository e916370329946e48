/** The graphics processor's absence, in a real Chromium that was started without WebGPU's software adapter. */
import { expect, test } from 'vitest';
import { planSentence } from '../../src/content/trial.ts';
import { probeGpu } from '../../src/engine/capability/probe-gpu.ts';
import { tryDevice } from '../../src/engine/capability/try-device.ts';

test('a browser without an adapter is told from one without WebGPU, after more than one request', async () => {
  const probe = await probeGpu();
  expect(probe).toMatchObject({ ok: false, cause: 'no-adapter' });
  expect(probe.ok ? '' : probe.detail).toMatch(/^The browser gave no adapter to 6 requests in [2-9]\.\d seconds\.$/);
});

test('without an adapter the short run tries the processor alone, and says how fast a model is there', async () => {
  const model = { size: { layers: 30, weights: 134e6, bits: 5, unpacked: true }, needs: {} };
  const plan = await tryDevice(model, { onTrial: () => undefined, signal: new AbortController().signal });
  expect(plan).toMatchObject({ engine: 'wasm', cause: 'no-adapter', card: null, software: null });
  expect(plan.processor!.tokenMs).toBeGreaterThan(0);
  expect(planSentence(plan)).toMatch(
    /^No graphics card was offered; the processor runs: about [\d.]+ tokens a second expected\.$/,
  );
}, 120_000);
