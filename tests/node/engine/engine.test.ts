/** The engine on onnxruntime-node, with the real model: parity, caches, readouts and errors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GrownReading } from '../../../src/cli/grown-reading.ts';
import { readProbe } from '../../../src/cli/files.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { checkNumbers, LOGITS_LIMIT, RESIDUAL_LIMIT } from '../../../src/engine/numbers/numbers-check.ts';
import { shippedReference } from '../../../src/engine/numbers/numbers-reference.ts';
import { proveChunk } from '../../../src/engine/proofs/chunk-proof.ts';
import { PROOF_TEXT } from '../../../src/engine/proofs/proof-text.ts';
import { createScorer, noScorer, type Scorer } from '../../../src/engine/scorer.ts';
import { AppError } from '../../../src/base/errors.ts';
import { lexicalScores } from '../../../src/reading/lexical.ts';
import { createRng } from '../../../src/base/rng.ts';
import { serialiseSafetensors } from '../../../src/formats/containers/safetensors.ts';
import { Sequence } from '../../../src/engine/sequence.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const TEXT = 'Ada kept the lighthouse. She fed the gulls. Then she sold the lamp oil.';
const never = new AbortController().signal;

let engine: NodeEngine;
let scorer: Scorer;
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  scorer = createScorer((await readProbe(PROBE)).probe);
}, 180_000);
afterAll(() => engine.dispose());

test('residuals, logits and greedy tokens agree with the float32 reference, and the untouched graph with the rewritten one', async () => {
  const report = await checkNumbers({
    decoder: engine.decoder,
    chunkTokens: engine.chunkTokens,
    ...(await engine.numbers()),
    onProgress: () => undefined,
    signal: never,
  });
  expect(report.rows.map((row) => [row.prompt, row.residualError.length, row.greedyMatches])).toEqual([
    ['witch', 31, 24],
    ['chat', 31, 24],
  ]);
  for (const row of report.rows) {
    expect(Math.max(...row.residualError)).toBeLessThanOrEqual(RESIDUAL_LIMIT);
    expect(row.logitsError).toBeLessThanOrEqual(LOGITS_LIMIT);
  }
  expect(report.untouchedLogitsError).toBeLessThanOrEqual(LOGITS_LIMIT);
  expect(report.passed).toBe(true);
}, 120_000);

test('the numbers check fails on an engine that is wrong', async () => {
  const wrong: Decoder = {
    ...engine.decoder,
    run: async (ids, past) => {
      const pass = await engine.decoder.run(ids, past);
      return { ...pass, residuals: pass.residuals.map((value) => value * 1.002) };
    },
  };
  const report = await checkNumbers({
    decoder: wrong,
    chunkTokens: 128,
    ...(await engine.numbers()),
    onProgress: () => undefined,
    signal: never,
  });
  expect(report.passed).toBe(false);
}, 120_000);

test('chunks of any size give the same stream', async () => {
  const ids = engine.tokenizer.encode(PROOF_TEXT).slice(0, 40);
  const streamAt = async (chunk: number): Promise<number[]> => {
    const sequence = new Sequence(engine.decoder, chunk);
    const last: number[] = [];
    for await (const pass of sequence.append(ids)) last.splice(0, last.length, ...pass.logits.slice(0, 50));
    sequence.dispose();
    return last;
  };
  const whole = await streamAt(40);
  for (const chunk of [1, 7, 31]) {
    const found = await streamAt(chunk);
    expect(Math.max(...found.map((value, i) => Math.abs(value - whole[i]!)))).toBeLessThan(1e-3);
  }
});

test('the pass-size check accepts 512 tokens where they are right, and finds the largest size that is', async () => {
  const ids = engine.tokenizer.encode(PROOF_TEXT);
  expect((await proveChunk(engine.decoder, ids, () => undefined)).chunkTokens).toBe(512);
  // The fault of Chromium's software adapter: from 32 new tokens on the numbers are wrong.
  const wrongFrom = (tokens: number): Decoder => ({
    ...engine.decoder,
    run: async (chunk, past) => {
      const pass = await engine.decoder.run(chunk, past);
      return chunk.length < tokens
        ? pass
        : { ...pass, residuals: pass.residuals.map((value, i) => (i % 97 === 0 ? value + 5 : value)) };
    },
  });
  expect((await proveChunk(wrongFrom(200), ids, () => undefined)).chunkTokens).toBe(128);
  const proof = await proveChunk(wrongFrom(32), ids, () => undefined);
  expect(proof.chunkTokens).toBe(31);
  expect(proof.trials.map((trial) => [trial.tokens, trial.accepted])).toEqual([
    [33, false],
    [31, true],
  ]);
}, 180_000);

test('a pass size that gives numbers that are not finite is refused, and a smaller one is still tried', async () => {
  const ids = engine.tokenizer.encode(PROOF_TEXT);
  const faulty: Decoder = {
    ...engine.decoder,
    run: (chunk, past) =>
      chunk.length < 32 ? engine.decoder.run(chunk, past) : Promise.reject(new AppError('numbers-not-finite', 'NaN')),
  };
  const proof = await proveChunk(faulty, ids, () => undefined);
  expect(proof.chunkTokens).toBe(31);
  expect(proof.trials[0]).toEqual({ tokens: 33, relativeError: Infinity, accepted: false });
}, 180_000);

test('a larger pass that fails for any reason leaves the smaller one that is right; a lost device does not', async () => {
  const ids = engine.tokenizer.encode(PROOF_TEXT);
  const failing = (error: Error): Decoder => ({
    ...engine.decoder,
    run: (chunk, ...rest) => (chunk.length > 128 ? Promise.reject(error) : engine.decoder.run(chunk, ...rest)),
  });
  const proof = await proveChunk(failing(new AppError('gpu-memory-refused', 'No room.')), ids, () => undefined);
  expect(proof.chunkTokens).toBe(128);
  expect(proof.trials.at(-1)).toEqual({ tokens: 512, relativeError: Infinity, accepted: false });
  await expect(
    proveChunk(failing(new AppError('gpu-device-lost', 'Gone.')), ids, () => undefined),
  ).rejects.toMatchObject({ code: 'gpu-device-lost' });
}, 180_000);

test('proving can be stopped', async () => {
  const controller = new AbortController();
  await expect(
    proveChunk(engine.decoder, engine.tokenizer.encode(PROOF_TEXT), () => controller.abort(), controller.signal),
  ).rejects.toMatchObject({ code: 'cancelled' });
});

test('a reference that holds nothing, or tensors of another shape, is no reference', () => {
  const json = readFileSync(join(MODEL, 'reference.json'), 'utf8');
  const empty = serialiseSafetensors(
    new Map([['witch.residual', { dtype: 'F32' as const, shape: [1, 16, 2], data: new Float32Array(32) }]]),
  );
  expect(() => shippedReference('{}', empty, engine.decoder.sizes)).toThrow(
    expect.objectContaining({ code: 'model-manifest-invalid' }) as Error,
  );
  expect(() => shippedReference(json, empty, engine.decoder.sizes)).toThrow(
    expect.objectContaining({ code: 'tensor-file-invalid' }) as Error,
  );
});

test('control texts never enter the text: with and without them the tokens read the same', async () => {
  const readings = [];
  for (const readouts of [true, false]) {
    const run = new TextRun({ ...engine, scorer });
    const reading = new GrownReading();
    await run.read(TEXT, { readouts }, reading, never);
    run.dispose();
    readings.push(reading);
  }
  const [hooked, plain] = readings;
  expect(hooked!.readouts.map((readout) => hooked!.pieces[readout.afterToken]!.text)).toEqual(['.', '.', '.']);
  expect(plain!.readouts).toHaveLength(0);
  expect(hooked!.pieces.map((piece) => piece.text).join('')).toBe(TEXT);
  const a = hooked!.scores();
  const b = plain!.scores();
  expect(a.length).toBe(b.length);
  expect(a.slice(0, 31).every(Number.isNaN)).toBe(true); // position 0 is the sink
  expect(Math.max(...Array.from(a.slice(31), (value, i) => Math.abs(value - b[i + 31]!)))).toBeLessThan(2e-2);
});

test('a readout is the probe at the mean of the control text’s own tokens', async () => {
  const probe = { ...(await readProbe(PROBE)).probe, trace: null };
  const run = new TextRun({ ...engine, scorer: createScorer(probe) });
  const reading = new GrownReading();
  await run.read('Ada kept the lighthouse.', { readouts: true }, reading, never);
  run.dispose();
  // The same by hand, at the default layer: read text and control text as one sequence and average w·h over the control text.
  const text = engine.tokenizer.encode('Ada kept the lighthouse.');
  const layer = probe.defaultLayer;
  const direction = probe.directions.subarray(layer * 576, (layer + 1) * 576);
  const { tapMean: readoutMean, scale } = probe.calibration[layer]!;
  let z = 0;
  for (const readoutText of probe.taps) {
    const readoutIds = engine.tokenizer.encode(` ${readoutText}`);
    const pass = await engine.decoder.run([...text, ...readoutIds], null);
    pass.cache.dispose();
    let sum = 0;
    for (let token = text.length; token < pass.tokens; token++) {
      for (let f = 0; f < 576; f++) sum += direction[f]! * pass.residuals[(layer * pass.tokens + token) * 576 + f]!;
    }
    z += (sum / readoutIds.length - readoutMean) / scale / probe.taps.length;
  }
  expect(reading.readouts[0]!.score[layer]).toBeCloseTo(z, 2);
});

test('the reading that is shown is the mean over its layers, at the end with the text’s own token', async () => {
  const {
    probe: { trace },
  } = await readProbe(PROBE);
  const { texts, layers, ends } = trace!;
  const run = new TextRun({ ...engine, scorer });
  const reading = new GrownReading();
  await run.read('Ada kept the lighthouse.', { readouts: true }, reading, never);
  run.dispose();
  // The same by hand: one sequence; the mean over the neutral text's tokens, and that of the text's last token, count alike.
  const text = engine.tokenizer.encode('Ada kept the lighthouse.');
  const control = engine.tokenizer.encode(` ${texts[0]!}`);
  const pass = await engine.decoder.run([...text, ...control], null);
  pass.cache.dispose();
  let sum = 0;
  for (const layer of layers) {
    for (let f = 0; f < 576; f++) {
      const at = (token: number): number => pass.residuals[(layer * pass.tokens + token) * 576 + f]!;
      const neutral = control.reduce((total, _, token) => total + at(text.length + token), 0) / control.length;
      sum += ends.directions[layer * 576 + f]! * ((at(text.length - 1) + neutral) / 2);
    }
    sum -= ends.zero[layer]!;
  }
  expect(reading.readouts[0]).toMatchObject({ stand: 'sentence', afterToken: text.length - 1 });
  expect(reading.readouts[0]!.shown!.score).toBeCloseTo(sum / layers.length / ends.scale, 2);
});

test('the same seed writes the same words; another seed writes others', async () => {
  const write = async (seed: number): Promise<string> => {
    const run = new TextRun({ ...engine, scorer: noScorer });
    await run.read('The baker opened the door and', { readouts: false }, new GrownReading(), never);
    const grown = new GrownReading();
    const summary = await run.generate(
      { temperature: 0.9, topK: 0, topP: 0.95, seed, maxTokens: 8 },
      { readouts: false },
      grown,
      never,
    );
    run.dispose();
    expect(summary).toMatchObject({ tokens: 8, ended: 'length' });
    return grown.pieces.map((piece) => piece.text).join('');
  };
  const first = await write(7);
  expect(await write(7)).toBe(first);
  expect(await write(8)).not.toBe(first);
}, 180_000);

test('a run that is stopped keeps what it has and can be continued', async () => {
  const run = new TextRun({ ...engine, scorer, chunkTokens: 4 });
  const reading = new GrownReading();
  const controller = new AbortController();
  const stopping = {
    tokens: (batch: Parameters<GrownReading['tokens']>[0]) => {
      reading.tokens(batch);
      if (reading.pieces.length >= 8) controller.abort();
    },
    readout: () => undefined,
  };
  await expect(run.read(TEXT, { readouts: false }, stopping, controller.signal)).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(reading.pieces).toHaveLength(8);
  const summary = await run.generate(
    { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 2 },
    { readouts: false },
    reading,
    never,
  );
  expect(summary.tokens).toBe(2);
  expect(reading.pieces).toHaveLength(10);
  run.dispose();
});

test('the words’ part of a score follows from two embeddings alone: in passes of any size, and on through a continuation', async () => {
  const { probe } = await readProbe(PROBE);
  const rng = createRng(9);
  const lexical = {
    weights: Float32Array.from({ length: 31 * 2 * 576 }, () => rng.normal() / 20),
    offset: new Array<number>(31).fill(0.5),
    explained: new Array<number>(31).fill(0.4),
  };
  const wordy = createScorer({ ...probe, lexical });
  // Passes of a few tokens, with a control text in between that must not count as the word before.
  const sentence = { texts: wordy.readouts.sentence.texts.slice(0, 1), own: false };
  const run = new TextRun({
    ...engine,
    scorer: { ...wordy, readouts: { ...wordy.readouts, sentence } },
    chunkTokens: 5,
  });
  const reading = new GrownReading();
  await run.read('Ada kept the lighthouse. She', { readouts: true }, reading, never);
  await run.generate({ temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 2 }, { readouts: false }, reading, never);
  run.dispose();
  expect(reading.readouts).toHaveLength(2);
  // The embedding of a token is the same wherever it stands: the words' part by hand, from a pass of the bare tokens.
  const pass = await engine.decoder.run(
    reading.pieces.map(({ id }) => id),
    null,
  );
  const whole = lexicalScores(lexical, pass.residuals.slice(0, pass.tokens * 576), null, 0);
  pass.cache.dispose();
  const parts = reading.words();
  expect(parts).toHaveLength(whole.length);
  expect(parts.slice(0, 31).every(Number.isNaN)).toBe(true);
  expect(parts.slice(31).every(Number.isFinite)).toBe(true);
  expect(Math.max(...Array.from(whole.slice(31), (value, i) => Math.abs(value - parts[i + 31]!)))).toBeLessThan(1e-4);
  // And it is no constant: the two tokens decide.
  expect(new Set(Array.from(parts.slice(31), (value) => value.toFixed(3))).size).toBeGreaterThan(50);
}, 180_000);

test('a probe of the first format has no words’ part', async () => {
  const { probe } = await readProbe(PROBE);
  const run = new TextRun({
    ...engine,
    scorer: createScorer({
      ...probe,
      lexical: {
        weights: new Float32Array(31 * 2 * 576),
        offset: new Array<number>(31).fill(0),
        explained: new Array<number>(31).fill(0),
      },
    }),
  });
  const reading = new GrownReading();
  await run.read('Ada kept the lighthouse.', { readouts: false }, reading, never);
  run.dispose();
  expect(reading.words().every(Number.isNaN)).toBe(true);
  expect(reading.scores().slice(31).every(Number.isFinite)).toBe(true);
});

test('bad texts are refused before anything is computed', async () => {
  const run = new TextRun({ ...engine, scorer });
  const sink = new GrownReading();
  await expect(run.read('  ', { readouts: true }, sink, never)).rejects.toMatchObject({ code: 'text-empty' });
  await expect(run.read('a\udc00', { readouts: true }, sink, never)).rejects.toMatchObject({ code: 'text-malformed' });
  await expect(run.read('word '.repeat(8300), { readouts: true }, sink, never)).rejects.toMatchObject({
    code: 'text-too-long',
  });
  await expect(
    run.generate({ temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 1 }, { readouts: false }, sink, never),
  ).rejects.toMatchObject({ code: 'text-empty' });
  expect(sink.pieces).toHaveLength(0);
});
