/** What a browser keeps of experiments: by spec, model and engine, so that one run never stands in for another. */
import { describe, expect, it } from 'vitest';
import type { ExperimentReport } from '../../../../src/experiments/experiment-types.ts';
import { memoryDatabase } from '../../../../src/state/storage/database.ts';
import { StoredExperiments } from '../../../../src/features/experiments/stored-experiments.ts';
import { sampleExperiment } from '../../../fixtures/experiments/experiment-sample.ts';

const SPEC = sampleExperiment.experiment.specSha256;
const on = (weights: string, backend: string, size: 'full' | 'quick' = 'full'): ExperimentReport => ({
  ...sampleExperiment,
  experiment: { ...sampleExperiment.experiment, size },
  model: { ...sampleExperiment.model, id: `model-${weights}`, weightsSha256: weights.repeat(64) },
  backend,
});
const key = (weights: string, backend: string) => ({ weightsSha256: weights.repeat(64), backend });

describe('reports', () => {
  it('of two models, and of two engines, are kept side by side; what is shown belongs to the one that is loaded', async () => {
    let now = 0;
    const kept = new StoredExperiments(
      async () => memory,
      () => (now += 1),
    );
    const memory = memoryDatabase();
    for (const report of [on('a', 'webgpu'), on('b', 'webgpu', 'quick'), on('a', 'wasm', 'quick')])
      await kept.keepOutcome({ report, units: `units of ${report.model.id} ${report.backend}` });
    const shown = async (runner: { weightsSha256: string; backend: string } | null) => {
      const report = await kept.report(SPEC, runner);
      return `${report?.model.id} ${report?.backend} ${report?.experiment.size}`;
    };
    expect(await shown(key('a', 'webgpu'))).toBe('model-a webgpu full');
    expect(await shown(key('b', 'webgpu'))).toBe('model-b webgpu quick');
    expect(await shown(key('a', 'wasm'))).toBe('model-a wasm quick');
    // Of a model that has not run it, or before any is loaded: the largest there is, which names its model.
    expect(await shown(key('c', 'webgpu'))).toBe('model-a webgpu full');
    expect(await shown(null)).toBe('model-a webgpu full');
    expect(await kept.units(on('b', 'webgpu', 'quick'))).toBe('units of model-b webgpu');
    expect(await kept.units(on('b', 'webgpu'))).toBeNull();
  });
});

describe('what is kept', () => {
  it('is counted by spec whatever model ran it, with its size, and forgotten by spec or whole', async () => {
    const memory = memoryDatabase();
    const kept = new StoredExperiments(async () => memory);
    for (const id of ['quick/prepared', 'quick/w0', 'quick/w1', 'full/w0'])
      await kept.keep({ specSha256: SPEC, ...key('a', 'webgpu') }, { id, text: '12345' });
    await kept.keep({ specSha256: SPEC, ...key('b', 'wasm') }, { id: 'quick/w0', text: '12345' });
    await kept.keepSpec({ sha256: 'f'.repeat(64), source: '{}' });
    expect(await kept.count(SPEC)).toEqual({ quick: 2, full: 1 });
    expect(await kept.count('e'.repeat(64))).toEqual({ quick: 0, full: 0 });
    expect(await kept.amount()).toEqual({ units: 4, reports: 0, specs: 1, bytes: 5 * 5 + 2 });
    await kept.forget(SPEC);
    expect(await kept.amount()).toEqual({ units: 0, reports: 0, specs: 1, bytes: 2 });
    expect(await kept.specs()).toEqual([{ sha256: 'f'.repeat(64), source: '{}' }]);
    await kept.forgetAll();
    expect((await kept.amount()).bytes).toBe(0);
  });
});
