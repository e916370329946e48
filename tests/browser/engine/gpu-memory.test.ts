/** What the engine holds on a graphics processor: counted, given back, and refused in words where there is no room. */
import { expect, test } from 'vitest';
import type { GpuMemoryReport } from '../../../src/models/engine-report.ts';
import { probeGpu } from '../../../src/engine/capability/probe-gpu.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import { watchMemory } from '../../../src/engine/ort/webgpu/gpu-memory.ts';
import { toyDecoderFiles, TOY } from '../../fixtures/toy/toy-graph.ts';

const RUNS = 400;
const SETTLED = 100;

async function openDevice(): Promise<GPUDevice> {
  const found = await probeGpu();
  if (!found.ok) throw new Error(found.detail);
  return found.handle.requestDevice();
}

test('nothing leaks over hundreds of runs: passes, branches, cuts, steering, products and writing', async () => {
  const { decoder, gpu } = await openWebDecoder(toyDecoderFiles({ layerCount: 1 }), 'webgpu', { hooked: true });
  const writer = await gpu!.openWriter();
  const directions = [new Float32Array(2 * TOY.hidden).fill(0.1)];
  const vector = new Float32Array(TOY.hidden).fill(0.2);
  const reports: GpuMemoryReport[] = [];
  let runs = 0;
  while (runs < RUNS) {
    const projection = (await decoder.project(directions))!;
    decoder.steer(new Map([[0, vector]]));
    const first = await decoder.run([1, 2, 3], null, { projection });
    decoder.steer(new Map());
    const second = await decoder.run([4, 5, 6, 7], first.cache, {
      branches: { parents: [2, 3, 2, 5], kept: 2 },
      projection,
    });
    const cut = decoder.cut(second.cache, 4);
    const third = await decoder.run([8], cut);
    runs += 3;
    if (runs % 30 === 0) {
      const end = await writer.write(
        {
          past: third.cache,
          logits: third.logits,
          choice: { temperature: 1, topK: 5, topP: 0.9 },
          uniforms: Float32Array.of(0.1, 0.5),
          projection,
        },
        () => 'go-on',
      );
      end.cache.dispose();
      runs += 2;
    }
    for (const cache of [first.cache, second.cache, cut, third.cache]) cache.dispose();
    projection.dispose();
    if (reports.length === 0 && runs >= SETTLED) reports.push(gpu!.memory());
  }
  reports.push(gpu!.memory());
  const [settled, last] = reports;
  expect(last!.byKind).toEqual(settled!.byKind);
  expect(last!.buffers).toBe(settled!.buffers);
  expect(last!.peakBytes).toBe(settled!.peakBytes);
  await decoder.dispose();
  const ours = Object.entries(gpu!.memory().byKind).filter(([kind]) => kind !== 'runtime');
  expect(ours).toEqual([]);
}, 300_000);

test('buffers are counted by what they are for, and struck off when they are destroyed, once', async () => {
  const memory = watchMemory(await openDevice());
  const [a, b] = await memory.allocate('cache', [100, 1000], GPUBufferUsage.STORAGE);
  const [c] = await memory.allocate('writing', [1], GPUBufferUsage.UNIFORM);
  const other = memory.device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE });
  expect(memory.report()).toEqual({
    bytes: 112 + 1008 + 16 + 64,
    peakBytes: 1200,
    buffers: 4,
    byKind: { cache: 1120, writing: 16, runtime: 64 },
  });
  for (const buffer of [a, a, c, other]) buffer.destroy();
  expect(memory.report()).toEqual({ bytes: 1008, peakBytes: 1200, buffers: 1, byKind: { cache: 1008 } });
  b.destroy();
  memory.device.destroy();
});

test('what the device has no room for is refused in words, and nothing of it stays', async () => {
  const device = await openDevice();
  const memory = watchMemory(device);
  const tooMuch = device.limits.maxBufferSize + 16;
  await expect(memory.allocate('cache', [64, tooMuch], GPUBufferUsage.STORAGE)).rejects.toMatchObject({
    code: 'gpu-memory-refused',
    message: expect.stringMatching(/^The graphics processor has no room for \d+ MB more \(cache\): /) as string,
  });
  expect(memory.report().bytes).toBe(0);
  const [fits] = await memory.allocate('cache', [64], GPUBufferUsage.STORAGE);
  expect(fits.size).toBe(64);
  device.destroy();
});
