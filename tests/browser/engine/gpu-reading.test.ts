/**
 * Reading on WebGPU in real Chromium, on a random decoder small enough for the software adapter, against the same decoder
 * on the CPU: caches, branches, passes under way, steering and products.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relativeError } from '../../../src/stats/relative-error.ts';
import { streamProducts } from '../../../src/reading/score.ts';
import type { Decoder, Pass } from '../../../src/engine/decoder.ts';
import type { OpenedDecoder } from '../../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import type { Peek } from '../../../src/engine/pass-plan.ts';
import { Sequence, type MixedReading } from '../../../src/engine/sequence.ts';
import { columnsOf, expectClose, PASS, readAll, TEXT } from '../../fixtures/toy/toy-decoding.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../fixtures/toy/toy-graph.ts';
import type { ReadoutReading } from '../../../src/reading/reading.ts';
import { refinement } from '../../../src/reading/refinement.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import { wholeScorer } from '../../fixtures/whole-scorer.ts';

const files = toyDecoderFiles();

let cpu: OpenedDecoder;
let gpu: OpenedDecoder;
beforeAll(async () => {
  cpu = await openWebDecoder(files, 'wasm', { hooked: true });
  gpu = await openWebDecoder(files, 'webgpu', { hooked: true });
}, 120_000);
afterAll(async () => {
  await cpu.decoder.dispose();
  await gpu.decoder.dispose();
});

describe('reading', () => {
  test('passes after a cache that stays where it is give the numbers of the CPU', async () => {
    const [a, b] = [await readAll(cpu.decoder, TEXT), await readAll(gpu.decoder, TEXT)];
    expectClose(b.residuals, a.residuals);
    expectClose(b.logits, a.logits);
    expect(b.cache.length).toBe(TEXT.length);
    a.cache.dispose();
    b.cache.dispose();
  });

  test('what came after a cache can be forgotten, and something else read there', async () => {
    const start = await readAll(gpu.decoder, TEXT.slice(0, PASS));
    const one = await gpu.decoder.run(TEXT.slice(16, 20), start.cache);
    const other = await gpu.decoder.run([1, 2, 3], start.cache);
    const again = await gpu.decoder.run(TEXT.slice(16, 20), start.cache);
    expectClose(again.residuals, one.residuals);
    expect(relativeError(other.residuals.subarray(0, 64 * 3), one.residuals.subarray(0, 64 * 3))).toBeGreaterThan(0.1);
    const cut = gpu.decoder.cut(again.cache, 18);
    const tail = await gpu.decoder.run(TEXT.slice(18, 20), cut);
    for (const layer of [0, 1, 2, 3])
      for (const token of [0, 1])
        expectClose(
          tail.residuals.subarray((layer * 2 + token) * 64, (layer * 2 + token + 1) * 64),
          one.residuals.subarray((layer * 4 + 2 + token) * 64, (layer * 4 + 3 + token) * 64),
        );
    // The cache behind `other` has been written over: going on from it would read another text.
    await expect(gpu.decoder.run([5], other.cache)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('after another text') as string,
    });
    for (const { cache } of [start, one, other, again, tail]) cache.dispose();
    cut.dispose();
  });

  test('a text that outgrows its buffers moves into larger ones', async () => {
    const long = Array.from({ length: 700 }, (_, index) => (index * 31 + 7) % 95);
    const before = gpu.gpu!.memory().byKind['cache'] ?? 0;
    const pass = await readAll(gpu.decoder, long);
    const truth = await readAll(cpu.decoder, long);
    expectClose(pass.logits, truth.logits);
    expect(gpu.gpu!.memory().byKind['cache']).toBeGreaterThan(before);
    await expect(gpu.decoder.run(TEXT.slice(0, 16), { length: 5, dispose: () => undefined })).rejects.toMatchObject({
      code: 'internal',
    });
    pass.cache.dispose();
    truth.cache.dispose();
  }, 120_000);
});

describe('a text in several passes', () => {
  const peeks: readonly Peek[] = [12, 12, 30, 55].map((after, index) => ({ after, ids: TEXT.slice(index, index + 5) }));
  const readWith = async (decoder: Decoder): Promise<MixedReading[]> => {
    const sequence = new Sequence(decoder, PASS);
    const readings: MixedReading[] = [];
    for await (const reading of sequence.appendAndPeek(TEXT, peeks)) readings.push(reading);
    sequence.dispose();
    return readings;
  };

  test('starts the next pass before the last one has been told, and tells the same', async () => {
    let [running, most] = [0, 0];
    const counted: Decoder = {
      ...gpu.decoder,
      start: async (...args) => {
        const started = await gpu.decoder.start!(...args);
        most = Math.max(most, (running += 1));
        return { ...started, reading: started.reading.finally(() => (running -= 1)) };
      },
    };
    const [truth, found] = [await readWith(cpu.decoder), await readWith(counted)];
    expect(most).toBe(2);
    expect(
      found.map(({ text, peeks: read }) => [text?.start, text?.tokens, read.map(({ peek }) => peek.after)]),
    ).toEqual(truth.map(({ text, peeks: read }) => [text?.start, text?.tokens, read.map(({ peek }) => peek.after)]));
    for (const [index, { text, peeks: read }] of truth.entries()) {
      if (text) expectClose(found[index]!.text!.residuals, text.residuals);
      for (const [at, { passes }] of read.entries())
        expectClose(found[index]!.peeks[at]!.passes[0]!.residuals, passes[0]!.residuals);
    }
  }, 120_000);

  test('stops where the caller stops: what was under way is forgotten, and the text goes on from there', async () => {
    const sequence = new Sequence(gpu.decoder, PASS);
    const memory = (): number => gpu.gpu!.memory().buffers;
    for await (const reading of sequence.appendAndPeek(TEXT, [])) if (reading.text?.start === PASS) break;
    expect(sequence.length).toBe(2 * PASS);
    const held = memory();
    const rest = [];
    for await (const pass of sequence.append(TEXT.slice(2 * PASS))) rest.push(pass);
    const truth = await readAll(cpu.decoder, TEXT);
    expectClose(rest.at(-1)!.logits, truth.logits);
    sequence.dispose();
    truth.cache.dispose();
    expect(memory()).toBeLessThanOrEqual(held + 2);
  }, 120_000);

  test('a pass that fails while another is told is heard of at its turn, and what was told stays', async () => {
    let passes = 0;
    const failing: Decoder = {
      ...gpu.decoder,
      start: (...args) => ((passes += 1) === 3 ? Promise.reject(new Error('third pass')) : gpu.decoder.start!(...args)),
    };
    const sequence = new Sequence(failing, PASS);
    const told: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const { text } of sequence.appendAndPeek(TEXT, [])) told.push(text!.start);
    };
    await expect(reading()).rejects.toThrow('third pass');
    expect(told).toEqual([0, PASS]);
    expect(sequence.length).toBe(2 * PASS);
    sequence.dispose();
  }, 120_000);
});

test('buffers that a failed text gives back while its next pass runs are given back once: the next text reads right', async () => {
  let starts = 0;
  const failing: Decoder = {
    ...gpu.decoder,
    start: async (...args) => {
      const started = await gpu.decoder.start!(...args);
      starts += 1;
      if (starts > 1) return started;
      const reading = Promise.reject<typeof started.reading extends Promise<infer R> ? R : never>(
        new Error('first pass'),
      );
      reading.catch(() => undefined);
      return { ...started, reading };
    },
  };
  const sequence = new Sequence(failing, PASS);
  const reading = async (): Promise<void> => {
    for await (const _ of sequence.appendAndPeek(TEXT, [])) expect.unreachable();
  };
  await expect(reading()).rejects.toThrow('first pass');
  sequence.dispose();
  for (let again = 0; again < 2; again += 1) {
    const [truth, found] = [await readAll(cpu.decoder, TEXT), await readAll(gpu.decoder, TEXT)];
    expectClose(found.residuals, truth.residuals);
    for (const { cache } of [truth, found]) cache.dispose();
  }
}, 120_000);

describe('steering', () => {
  test('a vector moves every later layer as it does on the CPU, live, and leaves no trace when it is off', async () => {
    const vector = Float32Array.from({ length: TOY.hidden }, (_, index) => Math.sin(index));
    const plain = await readAll(gpu.decoder, TEXT.slice(0, 10));
    for (const { decoder } of [cpu, gpu]) decoder.steer(new Map([[1, vector]]));
    const [a, b] = [await readAll(cpu.decoder, TEXT.slice(0, 10)), await readAll(gpu.decoder, TEXT.slice(0, 10))];
    for (const { decoder } of [cpu, gpu]) decoder.steer(new Map());
    const after = await readAll(gpu.decoder, TEXT.slice(0, 10));
    expectClose(b.residuals, a.residuals);
    const stream = (pass: Pass, layer: number): Float32Array => pass.residuals.subarray(layer * 640, (layer + 1) * 640);
    expectClose(stream(b, 1), stream(plain, 1));
    expectClose(
      stream(b, 2),
      stream(plain, 2).map((value, index) => value + vector[index % 64]!),
    );
    expect(relativeError(stream(b, 3), stream(plain, 3))).toBeGreaterThan(0.05);
    expect(after.residuals).toEqual(plain.residuals);
    for (const { cache } of [plain, a, b, after]) cache.dispose();
    expect(() => gpu.decoder.steer(new Map([[3, vector]]))).toThrow(/no layer 3/);
    expect(() => gpu.decoder.steer(new Map([[0, vector.subarray(1)]]))).toThrow(/63 numbers/);
  });
});

describe('products', () => {
  const layers = TOY.layerCount + 1;
  const directions = wholeScorer([], { layers, hidden: TOY.hidden, count: 2 }).directions;

  test('with the directions on the GPU only products, embeddings and the tokens that do not stay come back', async () => {
    const projection = await gpu.decoder.project(directions);
    const ids = TEXT.slice(0, 9);
    // Six tokens of the text, and three that branch off after the second.
    const branches = { parents: [-1, 0, 1, 2, 3, 4, 1, 6, 7], kept: 6 };
    const whole = await cpu.decoder.run(ids, null, { branches });
    const pass = await gpu.decoder.run(ids, null, { branches, projection: projection! });
    const expected = streamProducts(directions, columnsOf(whole.residuals, 9, 0, 6), 6, TOY.hidden);
    for (const [index, products] of expected.along.entries())
      expectClose(Float32Array.from(pass.products!.along[index]!), Float32Array.from(products));
    expectClose(pass.products!.embeddings, expected.embeddings);
    expectClose(pass.residuals, columnsOf(whole.residuals, 9, 6, 9));
    expectClose(pass.logits, whole.logits);
    for (const { cache } of [whole, pass]) cache.dispose();
    projection!.dispose();
  });

  test('a direction of another width is refused', async () => {
    await expect(gpu.decoder.project([new Float32Array(7)])).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('7 numbers') as string,
    });
    expect(await cpu.decoder.project(directions)).toBeNull();
  });
});

describe('a text run', () => {
  const text = 'He waved, and fell; then he rose. She left?';
  const sizes = { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 2 };

  /** What a decoder reads of the text, and inside its sentences. */
  async function readingsOf(decoder: Decoder): Promise<ReadoutReading[]> {
    const scorer = wholeScorer(['So it was.'], sizes, ['So']);
    const run = new TextRun({ decoder, tokenizer: toyTokenizer(), scorer, chunkTokens: PASS, endTokens: [] });
    const readouts: ReadoutReading[] = [];
    const sink = { tokens: () => undefined, readout: (readout: ReadoutReading) => void readouts.push(readout) };
    const { signal } = new AbortController();
    await run.read(text, { readouts: true }, sink, signal);
    await run.refine('token', sink, () => undefined, signal);
    // The text is still there, and goes on as if nothing had branched off.
    await run.generate({ temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 2 }, { readouts: true }, sink, signal);
    run.dispose();
    return readouts;
  }

  test('is read inside its sentences on the graphics card as on the CPU', async () => {
    const [a, b] = [await readingsOf(cpu.decoder), await readingsOf(gpu.decoder)];
    expect(a.length).toBeGreaterThan(refinement([...text], 'token').length + 2);
    expect(b.map(({ afterToken, stand }) => [afterToken, stand])).toEqual(
      a.map(({ afterToken, stand }) => [afterToken, stand]),
    );
    for (const [index, readout] of a.entries()) expectClose(b[index]!.score, readout.score);
  }, 120_000);
});
