/**
 * Writing on WebGPU in real Chromium, on a random decoder small enough for the software adapter: captured passes, direct
 * dispatches and the choice on the GPU against the same decoder on the CPU.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadoutReading, TokenChoice } from '../../../src/reading/reading.ts';
import { argmax } from '../../../src/reading/sampling.ts';
import { streamProducts } from '../../../src/reading/score.ts';
import type { Cache, Decoder, WrittenToken } from '../../../src/engine/decoder.ts';
import type { OpenedDecoder } from '../../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import type { CapturedWriter } from '../../../src/engine/ort/webgpu/captured-writer.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import { proveWriter } from '../../../src/engine/proofs/writer-proof.ts';
import { expectClose, GREEDY, PASS, readAll, TEXT, uniforms, written } from '../../fixtures/toy/toy-decoding.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../fixtures/toy/toy-graph.ts';
import { wholeScorer } from '../../fixtures/whole-scorer.ts';

const files = toyDecoderFiles();
const tokenizer = toyTokenizer();
const CLOSE = 1e-4;

let cpu: OpenedDecoder;
let gpu: OpenedDecoder;
let writer: CapturedWriter;
beforeAll(async () => {
  cpu = await openWebDecoder(files, 'wasm', { hooked: true });
  gpu = await openWebDecoder(files, 'webgpu', { hooked: true });
  writer = await gpu.gpu!.openWriter();
}, 120_000);
afterAll(async () => {
  await cpu.decoder.dispose();
  await gpu.decoder.dispose();
});

async function ahead(
  place: { cache: Cache; logits: Float32Array },
  choice: TokenChoice,
  uniforms: Float32Array,
): Promise<{ tokens: WrittenToken[]; cache: Cache; logits: Float32Array }> {
  const tokens: WrittenToken[] = [];
  const end = await writer.write(
    { past: place.cache, logits: place.logits, choice, uniforms, projection: null },
    (token) => {
      tokens.push(token);
      return 'go-on';
    },
  );
  return { tokens, ...end };
}

describe('the writer', () => {
  test('it tells products where it is given directions, and the same tokens', async () => {
    const { directions } = wholeScorer([], { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 2 });
    const projection = await gpu.decoder.project(directions);
    const place = await readAll(gpu.decoder, TEXT.slice(0, 20));
    const raw = await ahead(place, GREEDY, uniforms(5));
    const found: WrittenToken[] = [];
    const end = await writer.write(
      { past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(5), projection },
      (token) => {
        found.push(token);
        return 'go-on';
      },
    );
    expect(found.map(({ id }) => id)).toEqual(raw.tokens.map(({ id }) => id));
    for (const [step, { products, residuals }] of found.entries()) {
      const expected = streamProducts(directions, raw.tokens[step]!.residuals, 1, TOY.hidden);
      for (const [index, along] of expected.along.entries())
        expectClose(Float32Array.from(products!.along[index]!), Float32Array.from(along));
      expect(products!.embeddings).toEqual(expected.embeddings);
      expect(residuals).toHaveLength(0);
    }
    for (const cache of [raw.cache, end.cache, place.cache]) cache.dispose();
    projection!.dispose();
  }, 120_000);

  test('captured and dispatched directly, it gives the tokens, streams and last logits of the CPU', async () => {
    const truth = await written(cpu.decoder, TEXT, GREEDY, uniforms(12));
    const place = await readAll(gpu.decoder, TEXT);
    const rule = await writer.learnRule(place.cache);
    expect(rule).toEqual({ tokens: 64, y: TOY.heads, z: 1 });
    for (const used of [null, rule]) {
      writer.useRule(used);
      const found = await ahead(place, GREEDY, uniforms(12));
      expect(found.tokens.map(({ id }) => id)).toEqual(truth.ids);
      for (const [step, { residuals }] of found.tokens.entries()) expectClose(residuals, truth.residuals[step]!);
      expect(found.cache.length).toBe(TEXT.length + 12);
      expectClose(found.logits, truth.logits);
      found.cache.dispose();
    }
    place.cache.dispose();
  }, 120_000);

  test('drawn with temperature, top-k and top-p it draws what the CPU draws', async () => {
    const place = await readAll(gpu.decoder, TEXT.slice(0, 20));
    for (const choice of [
      { temperature: 1.3, topK: 0, topP: 1 },
      { temperature: 0.8, topK: 7, topP: 1 },
      { temperature: 1, topK: 0, topP: 0.9 },
      { temperature: 1.5, topK: 30, topP: 0.8 },
    ]) {
      const truth = await written(cpu.decoder, TEXT.slice(0, 20), choice, uniforms(6, 5));
      const found = await ahead(place, choice, uniforms(6, 5));
      expect(found.tokens.map(({ id }) => id)).toEqual(truth.ids);
      found.cache.dispose();
    }
    place.cache.dispose();
  }, 120_000);

  test('it stops where it is told, with that token or without it, and can be read and written on from there', async () => {
    const truth = await written(cpu.decoder, TEXT.slice(0, 20), GREEDY, uniforms(9));
    const place = await readAll(gpu.decoder, TEXT.slice(0, 20));
    for (const step of ['stop', 'drop'] as const) {
      let told = 0;
      const end = await writer.write(
        { past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(9), projection: null },
        () => ((told += 1) === 4 ? step : 'go-on'),
      );
      const kept = step === 'stop' ? 4 : 3;
      expect([told, end.cache.length]).toEqual([4, 20 + kept]);
      expect(argmax(end.logits)).toBe(truth.ids[kept]);
      const next = await gpu.decoder.run([truth.ids[kept]!], end.cache);
      expectClose(next.residuals, truth.residuals[kept]!);
      const on = await ahead({ cache: next.cache, logits: next.logits }, GREEDY, uniforms(4));
      expect(on.tokens.map(({ id }) => id)).toEqual(truth.ids.slice(kept + 1, kept + 5));
      for (const cache of [end.cache, next.cache, on.cache]) cache.dispose();
    }
    const none = await writer.write(
      { past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(3), projection: null },
      () => 'drop',
    );
    expect(none.cache.length).toBe(20);
    expect(none.logits).toEqual(place.logits);
    none.cache.dispose();
    place.cache.dispose();
  }, 120_000);

  test('it goes on over the end of its buffers, captured anew in larger ones, and stops at the end of the context', async () => {
    const long = Array.from({ length: 508 }, (_, index) => (index * 31 + 7) % 95);
    const truth = await written(cpu.decoder, long, GREEDY, uniforms(10));
    const place = await readAll(gpu.decoder, long);
    const found = await ahead(place, GREEDY, uniforms(10));
    expect(found.tokens.map(({ id }) => id)).toEqual(truth.ids);
    expectClose(found.logits, truth.logits);
    found.cache.dispose();
    place.cache.dispose();
    const full = await readAll(
      gpu.decoder,
      Array.from({ length: TOY.contextTokens - 3 }, (_, index) => index % 95),
    );
    const last = await ahead(full, GREEDY, uniforms(10));
    expect([last.tokens.length, last.cache.length]).toEqual([3, TOY.contextTokens]);
    last.cache.dispose();
    full.cache.dispose();
  }, 240_000);

  test('it is steered like the decoder that reads', async () => {
    const vector = Float32Array.from({ length: TOY.hidden }, (_, index) => 3 * Math.cos(index));
    for (const { decoder } of [cpu, gpu]) decoder.steer(new Map([[0, vector]]));
    const truth = await written(cpu.decoder, TEXT.slice(0, 20), GREEDY, uniforms(5));
    const place = await readAll(gpu.decoder, TEXT.slice(0, 20));
    const found = await ahead(place, GREEDY, uniforms(5));
    for (const { decoder } of [cpu, gpu]) decoder.steer(new Map());
    expect(found.tokens.map(({ id }) => id)).toEqual(truth.ids);
    found.cache.dispose();
    place.cache.dispose();
  }, 120_000);
});

describe('a text run', () => {
  test('reads, takes readouts and writes with the writer as on the CPU', async () => {
    const readAndWrite = async (
      decoder: Decoder,
      seed: number,
    ): Promise<{ ids: number[]; readouts: ReadoutReading[]; scores: number[]; ended: string; written: number }> => {
      const run = new TextRun({
        decoder,
        tokenizer,
        scorer: wholeScorer(['So it was.'], { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 3 }),
        chunkTokens: PASS,
        endTokens: [TOY.vocabulary - 1],
      });
      const [ids, readouts, scores]: [number[], ReadoutReading[], number[]] = [[], [], []];
      const sink = {
        tokens: (batch: { pieces: readonly { id: number }[]; scores: Float32Array; words: Float32Array }) => {
          ids.push(...batch.pieces.map(({ id }) => id));
          scores.push(...batch.scores, ...batch.words);
        },
        readout: (readout: ReadoutReading) => {
          readouts.push(readout);
        },
      };
      const signal = new AbortController().signal;
      await run.read('He waved. She left?', { readouts: true }, sink, signal);
      const { ended, tokens } = await run.generate(
        { temperature: 10, topK: 0, topP: 1, seed, maxTokens: 40 },
        { readouts: true },
        sink,
        signal,
      );
      run.dispose();
      return { ids, readouts, scores, ended, written: tokens };
    };
    // A seed by which sentences end on the way, so that readouts come in between.
    let seed = 1;
    let a = await readAndWrite(cpu.decoder, seed);
    while (a.readouts.length < 4 && seed < 200) a = await readAndWrite(cpu.decoder, (seed += 1));
    const b = await readAndWrite({ ...gpu.decoder, writer }, seed);
    expect(b.written).toBe(a.written);
    expect(b.ids).toEqual(a.ids);
    expect(b.ended).toBe(a.ended);
    expect(a.readouts.length).toBeGreaterThan(3);
    expect(b.readouts.map(({ afterToken }) => afterToken)).toEqual(a.readouts.map(({ afterToken }) => afterToken));
    for (const [index, readout] of a.readouts.entries()) expectClose(b.readouts[index]!.score, readout.score);
    expectClose(
      Float32Array.from(b.scores.filter(Number.isFinite)),
      Float32Array.from(a.scores.filter(Number.isFinite)),
    );
  }, 240_000);
});

test('a text whose writing fails on the way is read and written again as if it had not been', async () => {
  const signal = new AbortController().signal;
  let failures = 1;
  const failing: CapturedWriter = {
    ...writer,
    write: (request, onToken) =>
      writer.write(request, (token) => {
        const step = onToken(token);
        if (failures === 0) return step;
        failures -= 1;
        throw new Error('on the way');
      }),
  };
  const told = async (decoder: Decoder, attempts: number): Promise<number[]> => {
    const run = new TextRun({
      decoder,
      tokenizer,
      scorer: wholeScorer([], { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 1 }),
      chunkTokens: PASS,
      endTokens: [],
    });
    let ids: number[] = [];
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      ids = [];
      const sink = {
        tokens: (batch: { start: number; pieces: readonly { id: number }[] }) => {
          ids.length = batch.start;
          ids.push(...batch.pieces.map(({ id }) => id));
        },
        readout: () => undefined,
      };
      await run.read('He waved.', { readouts: false }, sink, signal);
      const writing = run.generate(
        { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 6 },
        { readouts: false },
        sink,
        signal,
      );
      if (attempt < attempts - 1) await expect(writing).rejects.toThrow('on the way');
      else await writing;
    }
    run.dispose();
    return ids;
  };
  expect(await told({ ...gpu.decoder, writer: failing }, 2)).toEqual(await told(cpu.decoder, 1));
}, 120_000);

test('the proof accepts both fast ways and picks the fastest of all', async () => {
  let tokens = 0;
  const ids = Array.from({ length: 64 }, (_, index) => (index * 29 + 5) % 95);
  const proof = await proveWriter(
    gpu.decoder,
    () => Promise.resolve(writer),
    ids,
    PASS,
    () => (tokens += 1),
    new AbortController().signal,
  );
  expect(proof.trials.map(({ mode, accepted, sameTokens }) => ({ mode, accepted, sameTokens }))).toEqual([
    { mode: 'stepwise', accepted: true, sameTokens: true },
    { mode: 'direct', accepted: true, sameTokens: true },
    { mode: 'captured', accepted: true, sameTokens: true },
  ]);
  expect(Math.max(...proof.trials.map(({ relativeError }) => relativeError))).toBeLessThan(CLOSE);
  expect(tokens).toBe(48);
  const fastest = Math.min(...proof.trials.map(({ msPerToken }) => msPerToken));
  expect(proof.mode).toBe(proof.trials.find(({ msPerToken }) => msPerToken === fastest)!.mode);
  expect(proof.rule !== null).toBe(proof.mode === 'direct');
}, 120_000);

test('the build of the runtime for browsers that cannot suspend WebAssembly gives the same', async () => {
  expect(gpu.gpu!.build).toBe('jspi');
  const other = await openWebDecoder(files, 'webgpu', { hooked: true, build: 'asyncify' });
  const place = await readAll(other.decoder, TEXT);
  const truth = await written(cpu.decoder, TEXT, GREEDY, uniforms(6));
  const ahead = await other.gpu!.openWriter();
  ahead.useRule(await ahead.learnRule(place.cache));
  const ids: number[] = [];
  const end = await ahead.write(
    { past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(6), projection: null },
    ({ id }) => {
      ids.push(id);
      return 'go-on';
    },
  );
  expect(ids).toEqual(truth.ids);
  for (const cache of [end.cache, place.cache]) cache.dispose();
  await other.decoder.dispose();
}, 120_000);
