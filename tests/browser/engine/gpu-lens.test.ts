/** The lens on WebGPU in real Chromium, on a random decoder, against the lens on the CPU; and that it leaves nothing on the device. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyRows, reduceLogits, type LensRows } from '../../../src/lens/lens-rows.ts';
import { createRng } from '../../../src/base/rng.ts';
import { directionThroughLens } from '../../../src/engine/lens/lens-direction.ts';
import type { LensHead } from '../../../src/engine/lens/lens-head.ts';
import { readLens } from '../../../src/engine/lens/lens.ts';
import type { OpenedDecoder } from '../../../src/engine/ort/opening.ts';
import { watchMemory } from '../../../src/engine/ort/webgpu/gpu-memory.ts';
import { createLensReducer } from '../../../src/engine/ort/webgpu/lens-reducer.ts';
import { readMapped } from '../../../src/engine/ort/webgpu/gpu-fetch.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import { expectClose, PASS, TEXT } from '../../fixtures/toy/toy-decoding.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../fixtures/toy/toy-graph.ts';

const files = toyDecoderFiles();
const tokenizer = toyTokenizer();
const never = new AbortController().signal;

let cpu: OpenedDecoder;
let gpu: OpenedDecoder;
let heads: { readonly cpu: LensHead; readonly gpu: LensHead };
beforeAll(async () => {
  cpu = await openWebDecoder(files, 'wasm', { hooked: true });
  gpu = await openWebDecoder(files, 'webgpu', { hooked: true });
  heads = { cpu: await cpu.openLens(files, { mostRows: 64 }), gpu: await gpu.openLens(files, { mostRows: 64 }) };
}, 120_000);
afterAll(async () => {
  for (const head of [heads.cpu, heads.gpu]) await head.dispose();
  for (const { decoder } of [cpu, gpu]) await decoder.dispose();
});

const streams = (rows: number): Float32Array => {
  const rng = createRng(rows);
  return Float32Array.from({ length: rows * TOY.hidden }, () => 3 * rng.normal());
};

function expectSame(found: LensRows, truth: LensRows): void {
  expect([...found.ids]).toEqual([...truth.ids]);
  expect([...found.ranks]).toEqual([...truth.ranks]);
  expectClose(found.logProbabilities, truth.logProbabilities);
  expectClose(found.entropy, truth.entropy);
  for (const [at, value] of truth.askedLogProbabilities.entries()) {
    if (Number.isNaN(value)) expect(found.askedLogProbabilities[at]).toBeNaN();
    else expect(found.askedLogProbabilities[at]).toBeCloseTo(value, 3);
  }
}

test('rows in blocks of any size give the words, probabilities, entropies and ranks of the CPU', async () => {
  for (const [rows, top, words] of [
    [1, 1, []],
    [16, 10, [3, 90]],
    [45, 12, [0, 1, 94, 95]],
  ] as const) {
    const ask = {
      top,
      words,
      next: Int32Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? -1 : (row * 7) % TOY.vocabulary)),
    };
    expectSame(await heads.gpu.read(streams(rows), ask), await heads.cpu.read(streams(rows), ask));
  }
});

test('a whole text gives the same on both, and its last layer is what the model says', async () => {
  const ask = { text: TEXT, layers: [], top: 10, words: [{ asked: 'a', id: 65, text: 'a', firstOfSeveral: false }] };
  const read = (opened: OpenedDecoder, head: LensHead) =>
    readLens({ decoder: opened.decoder, tokenizer, chunkTokens: PASS, head }, ask, () => undefined, never);
  const [truth, found] = [await read(cpu, heads.cpu), await read(gpu, heads.gpu)];
  expect(found.disagreement).toBeLessThan(1e-3);
  expect(truth.disagreement).toBeLessThan(1e-5);
  expect(found.tokens).toEqual(truth.tokens);
  // Float32 sums differ between the two, so words that are nearly as likely may change places; all else is the same.
  const alike = [...found.rows.ids].filter((id, at) => id === truth.rows.ids[at]).length;
  expect(alike / truth.rows.ids.length).toBeGreaterThan(0.99);
  expectClose(found.rows.entropy, truth.rows.entropy);
  expectClose(found.rows.logProbabilities, truth.rows.logProbabilities);
}, 120_000);

test('many equal words are told in the order of the vocabulary, whatever the thread that finds them', async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const memory = watchMemory(device);
  const vocabulary = 5000;
  const rng = createRng(4);
  const values = Float32Array.from({ length: 3 * vocabulary }, () => Math.round(rng.normal() * 4) / 2);
  const [logits] = await memory.allocate('lens', [values.byteLength], GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  const [staging] = await memory.allocate('read-back', [4096], GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  device.queue.writeBuffer(logits, 0, values);
  const reducer = await createLensReducer(memory, vocabulary, logits);
  const ask = { top: 50, words: [0, 4999, 2500], next: Int32Array.of(-1, 7, 7) };
  await reducer.begin(3, ask);
  reducer.run(0, 3);
  const { buffer, count } = reducer.answers();
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, count * 4);
  device.queue.submit([encoder.finish()]);
  const truth = emptyRows(3, ask);
  reduceLogits(values, vocabulary, ask, truth, 0);
  expectSame(reducer.split(await readMapped(staging, count * 4)), truth);
  reducer.dispose();
  device.destroy();
});

test('a direction moves the same words on both', async () => {
  const direction = streams(TOY.layerCount + 1);
  const [truth, found] = [
    await directionThroughLens(heads.cpu, tokenizer, { direction, nullModel: null }, [1, 3], 5),
    await directionThroughLens(heads.gpu, tokenizer, { direction, nullModel: null }, [1, 3], 5),
  ];
  for (const [index, { promoted, suppressed }] of truth.entries()) {
    for (const [end, words] of [
      [found[index]!.promoted, promoted],
      [found[index]!.suppressed, suppressed],
    ] as const) {
      expect(end.map(({ id }) => id)).toEqual(words.map(({ id }) => id));
      for (const [place, { logit }] of words.entries()) expect(end[place]!.logit).toBeCloseTo(logit, 2);
    }
  }
});

test('its buffers are counted by name, and gone with it; the decoder reads on', async () => {
  const held = (): number => gpu.gpu!.memory().byKind['lens'] ?? 0;
  const before = held();
  const more = await gpu.openLens(files, { mostRows: 64 });
  await more.read(streams(20), { top: 5, words: [], next: null });
  expect(held()).toBeGreaterThan(before);
  await more.dispose();
  expect(held()).toBe(before);
  const pass = await gpu.decoder.run(TEXT.slice(0, 8), null);
  expect(pass.tokens).toBe(8);
  pass.cache.dispose();
});
