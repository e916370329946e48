/** A short run decides: real Chromium on its software adapter, which is right, and slower than the processor. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tryDevice, type TrialEngines } from '../../../../src/engine/capability/try-device.ts';
import type { OpenTrial } from '../../../../src/engine/capability/try-engine.ts';
import { openWebDecoder } from '../../../../src/engine/ort/web-decoder.ts';
import { planSentence } from '../../../../src/content/trial.ts';
import type { EnginePlan, ModelSize } from '../../../../src/models/device-trial.ts';
import { createWorkerClient } from '../../../../src/worker/client/worker-client.ts';
import type { EngineClient } from '../../../../src/worker/client/engine-client.ts';
import { TOY_MANIFEST } from '../../../fixtures/toy/toy-site.ts';
import { devices, watchDevices } from '../../../fixtures/watched-device.ts';

const never = new AbortController().signal;
/** The embedded model. */
const SIZE: ModelSize = { layers: 30, weights: 134e6, bits: 5, unpacked: true };
const EXPECTED = /: about [\d.]+ tokens a second expected\.$/;

watchDevices();
beforeEach(async () => {
  const proofs = await caches.open('flipside-proofs');
  for (const kept of await proofs.keys()) if (kept.url.includes('/device-trial/')) await proofs.delete(kept);
});

const on =
  (backend: 'webgpu' | 'wasm'): OpenTrial =>
  async (files) =>
    (await openWebDecoder(files, backend, { hooked: true })).decoder;
const processor = { packed: on('wasm'), unpacked: on('wasm') };

/** What is found, and how often anything was run for it. */
async function tried(
  engines: Partial<TrialEngines>,
  needs: Parameters<typeof tryDevice>[0]['needs'] = {},
): Promise<{ readonly plan: EnginePlan; readonly trials: number }> {
  let trials = 0;
  const plan = await tryDevice(
    { size: SIZE, needs },
    { onTrial: () => (trials += 1), signal: never, engines: { card: on('webgpu'), ...processor, ...engines } },
  );
  return { plan, trials };
}

describe('before a model is fetched', () => {
  test(
    'the software adapter is right and slower than the processor, which runs; that is remembered',
    { timeout: 240_000 },
    async () => {
      const trials: string[] = [];
      const how = { onTrial: () => void trials.push('tried'), signal: never };
      const plan = await tryDevice({ size: SIZE, needs: {} }, how);
      expect(trials).toHaveLength(1);
      expect(plan).toMatchObject({ engine: 'wasm', cause: 'slower', software: true });
      expect(planSentence(plan)).toMatch(
        /^The software adapter is slower than the processor \((?:at most|about) [\d.]+ tokens a second\); the processor runs/,
      );
      expect(planSentence(plan)).toMatch(EXPECTED);
      const refused: OpenTrial = () => Promise.reject(new Error('Nothing is to be opened.'));
      const again = await tried({ card: refused, packed: refused, unpacked: refused });
      expect(again).toEqual({ plan, trials: 0 });
    },
  );

  test(
    'an adapter whose numbers are corrupted is not used, and is tried anew the next time',
    { timeout: 240_000 },
    async () => {
      const corrupted: OpenTrial = async (files) => {
        const decoder = await on('webgpu')(files);
        return {
          ...decoder,
          run: async (...args) => {
            const pass = await decoder.run(...args);
            // Every other number twice as large, as of a kernel that adds a block twice.
            return { ...pass, logits: pass.logits.map((value, at) => (at % 2 === 0 ? value : 2 * value)) };
          },
        };
      };
      const { plan } = await tried({ card: corrupted });
      expect(plan).toMatchObject({ engine: 'wasm', cause: 'wrong-numbers', card: null });
      expect(plan.detail).toMatch(/^A small graph gave numbers that are wrong by 0\.\d+ /);
      expect(planSentence(plan)).toMatch(/^The graphics card gives wrong numbers; the processor runs: about /);
      expect((await tried({ card: () => Promise.reject(new Error('Gone.')) })).trials).toBe(1);
    },
  );

  test('a device that goes away while it is tried leaves the processor', { timeout: 240_000 }, async () => {
    const losing: OpenTrial = async (files) => {
      const decoder = await on('webgpu')(files);
      for (const device of devices) device.destroy();
      return decoder;
    };
    const { plan } = await tried({ card: losing });
    expect(plan).toMatchObject({ engine: 'wasm', cause: 'device-lost' });
    expect(planSentence(plan)).toMatch(/^The graphics card went away while it was tried; the processor runs: about /);
  });

  test('an adapter whose limits are too small is not tried', { timeout: 120_000 }, async () => {
    const card: OpenTrial = () => Promise.reject(new Error('The card is not to be opened.'));
    const { plan } = await tried({ card }, { maxBufferSize: 2 ** 50 });
    expect(plan).toMatchObject({ engine: 'wasm', cause: 'limit', card: null });
    expect(plan.detail).toMatch(/^maxBufferSize is \d+ on this adapter, and the model needs 1125899906842624\.$/);
    expect(planSentence(plan)).toMatch(/^The graphics card allows less memory at once than this model needs; /);
  });
});

describe('a model that is loaded', () => {
  let client: EngineClient;
  beforeEach(() => {
    client = createWorkerClient(new Worker(new URL('../loss.worker.ts', import.meta.url), { type: 'module' }));
  });
  afterEach(() => client.dispose());

  const load = async (backend: 'auto' | 'webgpu'): Promise<{ readonly told: string[]; readonly backend: string }> => {
    const told: string[] = [];
    const status = await client.load(
      { model: { kind: 'site', manifestUrl: TOY_MANIFEST }, hosts: [], backend },
      {
        on: {
          progress: ({ phase }) => {
            if (told.at(-1) !== phase) told.push(phase);
          },
          plan: (plan) => told.push(planSentence(plan)),
        },
        signal: never,
      },
    );
    expect(status.plan === undefined).toBe(backend === 'webgpu');
    return { told, backend: status.backend };
  };

  test(
    'is preceded by the short run and its sentence, once; an engine that is asked for by name is taken as it is',
    { timeout: 240_000 },
    async () => {
      const first = await load('auto');
      expect(first.told.slice(0, 3)).toEqual(['trial', expect.stringMatching(/; the processor runs: about /), 'bytes']);
      expect(first.backend).toBe('wasm');
      const second = await load('auto');
      expect(second.told[0]).toBe(first.told[1]);
      expect(second.told).not.toContain('trial');
      // What is said where a reader asks before the load is what the load says, of a model that was only looked into as well.
      const model = { kind: 'site', manifestUrl: TOY_MANIFEST } as const;
      expect(planSentence(await client.planModel({ model, hosts: [] }))).toBe(first.told[1]);
      const large = { size: { ...SIZE, layers: 300, weights: 5e9 }, needs: {} };
      const planned = await client.planModel({ weighed: large });
      expect(planSentence(planned)).toMatch(EXPECTED);
      expect(planned.processor!.tokenMs).toBeGreaterThan(
        1000 / Number(/about ([\d.]+) tokens a second expected/.exec(first.told[1]!)![1]),
      );
      const forced = await load('webgpu');
      expect(forced.backend).toBe('webgpu');
      expect(forced.told[0]).toBe('bytes');
    },
  );
});
