/** The graphics processor's absence, in a real Chromium that was started without WebGPU's software adapter. */
import { expect, test } from 'vitest';
import { probeGpu } from '../../src/engine/capability/probe-gpu.ts';

test('a browser without an adapter is told from one without WebGPU, after more than one request', async () => {
  const probe = await probeGpu();
  expect(probe).toMatchObject({ ok: false, cause: 'no-adapter' });
  expect(probe.ok ? '' : probe.detail).toMatch(/^The browser gave no adapter to 6 requests in [2-9]\.\d seconds\.$/);
});
