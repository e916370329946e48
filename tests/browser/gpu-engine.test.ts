/**
 * The engine on WebGPU in real Chromium, on a random decoder small enough for the software adapter: every way of reading
 * and writing against the same decoder on the CPU.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { relativeError } from '../../src/core/relative-error.ts';
import { createRng } from '../../src/core/rng.ts';
import { argmax, chooseToken } from '../../src/core/sampling.ts';
import { streamProducts } from '../../src/core/score.ts';
import type { TapReading, TokenChoice } from '../../src/core/reading.ts';
import type { Cache, Decoder, Pass, WrittenToken } from '../../src/runtime/decoder.ts';
import type { OpenedDecoder } from '../../src/runtime/ort/opening.ts';
import { openWebDecoder } from '../../src/runtime/ort/web-decoder.ts';
import type { CapturedWriter } from '../../src/runtime/ort/webgpu/captured-writer.ts';
import type { Peek } from '../../src/runtime/pass-plan.ts';
import { Sequence, type MixedReading } from '../../src/runtime/sequence.ts';
import { wholeScorer } from '../fixtures/whole-scorer.ts';
import { TextRun } from '../../src/runtime/text-run.ts';
import { proveWriter } from '../../src/runtime/writer-proof.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../fixtures/toy-graph.ts';

const files = toyDecoderFiles();
const tokenizer = toyTokenizer();
const TEXT = Array.from({ length: 60 }, (_, index) => (index * 37 + 11) % (TOY.vocabulary - 1));
const PASS = 16;
const CLOSE = 1e-4;
const GREEDY: TokenChoice = { temperature: 0, topK: 0, topP: 1 };

let cpu: OpenedDecoder;
let gpu: OpenedDecoder;
let writer: CapturedWriter;
beforeAll(async () => {
  cpu = await openWebDecoder(files, 'wasm', { tapped: true });
  gpu = await openWebDecoder(files, 'webgpu', { tapped: true });
  writer = await gpu.gpu!.openWriter();
}, 60_000);
afterAll(async () => {
  await cpu.decoder.dispose();
  await gpu.decoder.dispose();
});

/** Reads a text in passes of 16; the last pass, whose cache the caller owns. */
async function readAll(decoder: Decoder, ids: readonly number[]): Promise<Pass> {
  let last: Pass | null = null;
  for (let at = 0; at < ids.length; at += PASS) {
    const pass: Pass = await decoder.run(ids.slice(at, at + PASS), last?.cache ?? null);
    last?.cache.dispose();
    last = pass;
  }
  return last!;
}

/** Writes step by step from the CPU's logits. */
async function written(decoder: Decoder, ids: readonly number[], choice: TokenChoice, uniforms: Float32Array): Promise<{ ids: number[]; residuals: Float32Array[]; logits: Float32Array }> {
  let pass = await readAll(decoder, ids);
  const [found, residuals]: [number[], Float32Array[]] = [[], []];
  for (const uniform of uniforms) {
    const id = chooseToken(pass.logits, choice, () => uniform);
    const next = await decoder.run([id], pass.cache);
    pass.cache.dispose();
    pass = next;
    found.push(id);
    residuals.push(pass.residuals);
  }
  pass.cache.dispose();
  return { ids: found, residuals, logits: pass.logits };
}

async function ahead(place: { cache: Cache; logits: Float32Array }, choice: TokenChoice, uniforms: Float32Array): Promise<{ tokens: WrittenToken[]; cache: Cache; logits: Float32Array }> {
  const tokens: WrittenToken[] = [];
  const end = await writer.write({ past: place.cache, logits: place.logits, choice, uniforms, projection: null }, (token) => {
    tokens.push(token);
    return 'go-on';
  });
  return { tokens, ...end };
}

const uniforms = (count: number, seed = 1): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: count }, () => rng.uniform());
};

/** The residuals of tokens from `from` to `to` of a pass. */
function columnsOf(residuals: Float32Array, tokens: number, from: number, to: number): Float32Array {
  const out = new Float32Array((TOY.layerCount + 1) * (to - from) * TOY.hidden);
  for (let layer = 0; layer <= TOY.layerCount; layer += 1) out.set(residuals.subarray((layer * tokens + from) * TOY.hidden, (layer * tokens + to) * TOY.hidden), layer * (to - from) * TOY.hidden);
  return out;
}

function expectClose(found: Float32Array, truth: Float32Array): void {
  expect(relativeError(found, truth)).toBeLessThan(CLOSE);
}

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
    for (const layer of [0, 1, 2, 3]) for (const token of [0, 1]) expectClose(tail.residuals.subarray((layer * 2 + token) * 64, (layer * 2 + token + 1) * 64), one.residuals.subarray((layer * 4 + 2 + token) * 64, (layer * 4 + 3 + token) * 64));
    // The cache behind `other` has been written over: going on from it would read another text.
    await expect(gpu.decoder.run([5], other.cache)).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('after another text') as string });
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
    await expect(gpu.decoder.run(TEXT.slice(0, 16), { length: 5, dispose: () => undefined })).rejects.toMatchObject({ code: 'internal' });
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
    const counted: Decoder = { ...gpu.decoder, start: async (...args) => {
      const started = await gpu.decoder.start!(...args);
      most = Math.max(most, (running += 1));
      return { ...started, reading: started.reading.finally(() => (running -= 1)) };
    } };
    const [truth, found] = [await readWith(cpu.decoder), await readWith(counted)];
    expect(most).toBe(2);
    expect(found.map(({ text, peeks: read }) => [text?.start, text?.tokens, read.map(({ peek }) => peek.after)])).toEqual(truth.map(({ text, peeks: read }) => [text?.start, text?.tokens, read.map(({ peek }) => peek.after)]));
    for (const [index, { text, peeks: read }] of truth.entries()) {
      if (text) expectClose(found[index]!.text!.residuals, text.residuals);
      for (const [at, { passes }] of read.entries()) expectClose(found[index]!.peeks[at]!.passes[0]!.residuals, passes[0]!.residuals);
    }
  }, 60_000);

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
  }, 60_000);

  test('a pass that fails while another is told is heard of at its turn, and what was told stays', async () => {
    let passes = 0;
    const failing: Decoder = { ...gpu.decoder, start: (...args) => ((passes += 1) === 3 ? Promise.reject(new Error('third pass')) : gpu.decoder.start!(...args)) };
    const sequence = new Sequence(failing, PASS);
    const told: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const { text } of sequence.appendAndPeek(TEXT, [])) told.push(text!.start);
    };
    await expect(reading()).rejects.toThrow('third pass');
    expect(told).toEqual([0, PASS]);
    expect(sequence.length).toBe(2 * PASS);
    sequence.dispose();
  }, 60_000);
});

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
    expectClose(stream(b, 2), stream(plain, 2).map((value, index) => value + vector[index % 64]!));
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
    const whole = await cpu.decoder.run(ids, null, branches);
    const pass = await gpu.decoder.run(ids, null, branches, projection!);
    const expected = streamProducts(directions, columnsOf(whole.residuals, 9, 0, 6), 6, TOY.hidden);
    for (const [index, products] of expected.along.entries()) expectClose(Float32Array.from(pass.products!.along[index]!), Float32Array.from(products));
    expectClose(pass.products!.embeddings, expected.embeddings);
    expectClose(pass.residuals, columnsOf(whole.residuals, 9, 6, 9));
    expectClose(pass.logits, whole.logits);
    for (const { cache } of [whole, pass]) cache.dispose();
    projection!.dispose();
  });

  test('the writer tells products where it is given directions, and the same tokens', async () => {
    const projection = await gpu.decoder.project(directions);
    const place = await readAll(gpu.decoder, TEXT.slice(0, 20));
    const raw = await ahead(place, GREEDY, uniforms(5));
    const found: WrittenToken[] = [];
    const end = await writer.write({ past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(5), projection }, (token) => {
      found.push(token);
      return 'go-on';
    });
    expect(found.map(({ id }) => id)).toEqual(raw.tokens.map(({ id }) => id));
    for (const [step, { products, residuals }] of found.entries()) {
      const expected = streamProducts(directions, raw.tokens[step]!.residuals, 1, TOY.hidden);
      for (const [index, along] of expected.along.entries()) expectClose(Float32Array.from(products!.along[index]!), Float32Array.from(along));
      expect(products!.embeddings).toEqual(expected.embeddings);
      expect(residuals).toHaveLength(0);
    }
    for (const cache of [raw.cache, end.cache, place.cache]) cache.dispose();
    projection!.dispose();
  }, 60_000);

  test('a direction of another width is refused', async () => {
    await expect(gpu.decoder.project([new Float32Array(7)])).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('7 numbers') as string });
    expect(await cpu.decoder.project(directions)).toBeNull();
  });
});

describe('the writer', () => {
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
    for (const choice of [{ temperature: 1.3, topK: 0, topP: 1 }, { temperature: 0.8, topK: 7, topP: 1 }, { temperature: 1, topK: 0, topP: 0.9 }, { temperature: 1.5, topK: 30, topP: 0.8 }]) {
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
      const end = await writer.write({ past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(9), projection: null }, () => ((told += 1) === 4 ? step : 'go-on'));
      const kept = step === 'stop' ? 4 : 3;
      expect([told, end.cache.length]).toEqual([4, 20 + kept]);
      expect(argmax(end.logits)).toBe(truth.ids[kept]);
      const next = await gpu.decoder.run([truth.ids[kept]!], end.cache);
      expectClose(next.residuals, truth.residuals[kept]!);
      const on = await ahead({ cache: next.cache, logits: next.logits }, GREEDY, uniforms(4));
      expect(on.tokens.map(({ id }) => id)).toEqual(truth.ids.slice(kept + 1, kept + 5));
      for (const cache of [end.cache, next.cache, on.cache]) cache.dispose();
    }
    const none = await writer.write({ past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(3), projection: null }, () => 'drop');
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
    const full = await readAll(gpu.decoder, Array.from({ length: TOY.contextTokens - 3 }, (_, index) => index % 95));
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
  }, 60_000);
});

describe('a text run', () => {
  test('reads, taps and writes with the writer as on the CPU', async () => {
    const readAndWrite = async (decoder: Decoder, seed: number): Promise<{ ids: number[]; taps: TapReading[]; scores: number[]; ended: string; written: number }> => {
      const run = new TextRun({ decoder, tokenizer, scorer: wholeScorer(['So it was.'], { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 3 }), chunkTokens: PASS, endTokens: [TOY.vocabulary - 1] });
      const [ids, taps, scores]: [number[], TapReading[], number[]] = [[], [], []];
      const sink = {
        tokens: (batch: { pieces: readonly { id: number }[]; scores: Float32Array; words: Float32Array }) => {
          ids.push(...batch.pieces.map(({ id }) => id));
          scores.push(...batch.scores, ...batch.words);
        },
        tap: (tap: TapReading) => {
          taps.push(tap);
        },
      };
      const signal = new AbortController().signal;
      await run.read('He waved. She left?', { taps: true }, sink, signal);
      const { ended, tokens } = await run.generate({ temperature: 10, topK: 0, topP: 1, seed, maxTokens: 40 }, { taps: true }, sink, signal);
      run.dispose();
      return { ids, taps, scores, ended, written: tokens };
    };
    // A seed by which sentences end on the way, so that taps come in between.
    let seed = 1;
    let a = await readAndWrite(cpu.decoder, seed);
    while (a.taps.length < 4 && seed < 200) a = await readAndWrite(cpu.decoder, (seed += 1));
    const b = await readAndWrite({ ...gpu.decoder, writer }, seed);
    expect(b.written).toBe(a.written);
    expect(b.ids).toEqual(a.ids);
    expect(b.ended).toBe(a.ended);
    expect(a.taps.length).toBeGreaterThan(3);
    expect(b.taps.map(({ afterToken }) => afterToken)).toEqual(a.taps.map(({ afterToken }) => afterToken));
    for (const [index, tap] of a.taps.entries()) expectClose(b.taps[index]!.score, tap.score);
    expectClose(Float32Array.from(b.scores.filter(Number.isFinite)), Float32Array.from(a.scores.filter(Number.isFinite)));
  }, 240_000);
});

test('the proof accepts both fast ways and picks the fastest of all', async () => {
  let tokens = 0;
  const ids = Array.from({ length: 64 }, (_, index) => (index * 29 + 5) % 95);
  const proof = await proveWriter(gpu.decoder, () => Promise.resolve(writer), ids, PASS, () => (tokens += 1), new AbortController().signal);
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
  const other = await openWebDecoder(files, 'webgpu', { tapped: true, build: 'asyncify' });
  const place = await readAll(other.decoder, TEXT);
  const truth = await written(cpu.decoder, TEXT, GREEDY, uniforms(6));
  const ahead = await other.gpu!.openWriter();
  ahead.useRule(await ahead.learnRule(place.cache));
  const ids: number[] = [];
  const end = await ahead.write({ past: place.cache, logits: place.logits, choice: GREEDY, uniforms: uniforms(6), projection: null }, ({ id }) => {
    ids.push(id);
    return 'go-on';
  });
  expect(ids).toEqual(truth.ids);
  for (const cache of [end.cache, place.cache]) cache.dispose();
  await other.decoder.dispose();
}, 60_000);
