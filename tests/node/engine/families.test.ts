/** Decoders of every family and element type on onnxruntime-node, against PyTorch: streams, greedy tokens, branches, steering and edits. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { argmax } from '../../../src/reading/sampling.ts';
import { openNodeFiles, type OpenedNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import type { Decoder, Pass } from '../../../src/engine/decoder.ts';
import {
  exportsOf,
  familyFiles,
  familyReference,
  HIDDEN,
  isHalf,
  LAYERS,
  type FamilyFacts,
  type FamilyReference,
} from '../../fixtures/families.ts';
import { streamsOf, worstError } from '../../fixtures/stream-error.ts';

const FOLDER = new URL('../../fixtures/families/', import.meta.url);
const facts = JSON.parse(readFileSync(new URL('families.json', FOLDER), 'utf8')) as FamilyFacts;
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(path, FOLDER)));
const { tokens: IDS, steeredLayer } = facts;

/** Largest ‖difference‖ / ‖reference‖ of a token's stream at any layer: float32 leaves 1.3e-6 here, and float16 1.7e-3. */
const limitOf = (name: string): number => (isHalf(name) ? 4e-3 : 1e-5);

/** Worst error of any token at any layer. */
const worst = (found: Float32Array, truth: Float32Array, tokens: number): number =>
  worstError(found, truth, tokens, HIDDEN);
/** Of one vector. */
const apart = (found: Float32Array, truth: Float32Array): number => worstError(found, truth, 1, truth.length);
/** The streams of one token. */
const tokenOf = (all: Float32Array, tokens: number, token: number): Float32Array =>
  streamsOf(all, tokens, token, HIDDEN);

describe.each(exportsOf(facts).filter(([, name]) => name !== 'q4-fused'))('%s %s', (family, name) => {
  let opened: OpenedNodeDecoder;
  let decoder: Decoder;
  let truth: FamilyReference;
  const limit = limitOf(name);
  beforeAll(async () => {
    truth = await familyReference(read, facts, family, name);
    opened = await openNodeFiles(await familyFiles(read, family, name), { hooked: true }, `${family} ${name}`);
    decoder = opened.decoder;
  });
  afterAll(() => opened?.decoder.dispose());

  async function once(ids: readonly number[], of = decoder): Promise<Pass> {
    const pass = await of.run(ids, null);
    pass.cache.dispose();
    return pass;
  }

  test('the stream of every layer and the logits are those of PyTorch', async () => {
    const pass = await once(IDS);
    expect(pass.residuals).toHaveLength((LAYERS + 1) * IDS.length * HIDDEN);
    expect(worst(pass.residuals, truth.streams, IDS.length)).toBeLessThan(limit);
    expect(apart(pass.logits, truth.logits)).toBeLessThan(limit);
  });

  test('in chunks after a cache the stream is the same, and the greedy tokens are those of PyTorch', async () => {
    let pass = await decoder.run(IDS.slice(0, 7), null);
    for (const chunk of [IDS.slice(7, 12), IDS.slice(12)]) {
      const next = await decoder.run(chunk, pass.cache);
      pass.cache.dispose();
      pass = next;
    }
    const last = IDS.length - 12;
    const tail = new Float32Array((LAYERS + 1) * last * HIDDEN);
    for (let layer = 0; layer <= LAYERS; layer += 1)
      tail.set(
        truth.streams.subarray((layer * IDS.length + 12) * HIDDEN, (layer + 1) * IDS.length * HIDDEN),
        layer * last * HIDDEN,
      );
    expect(worst(pass.residuals, tail, last)).toBeLessThan(limit);
    const greedy: number[] = [];
    while (greedy.length < truth.greedy.length) {
      greedy.push(argmax(pass.logits));
      const next = await decoder.run(greedy.slice(-1), pass.cache);
      pass.cache.dispose();
      pass = next;
    }
    pass.cache.dispose();
    expect(greedy).toEqual(truth.greedy);
  });

  test('texts that branch off in one pass are read as if each were alone', async () => {
    expect([decoder.branching, opened.shape.limits]).toEqual([true, []]);
    const start = await decoder.run(IDS.slice(0, 10), null);
    // Four tokens that go on, and two texts of three that branch off after the fifth token and after the eleventh.
    const branches = { parents: [9, 10, 11, 12, 4, 14, 15, 10, 17, 18], kept: 4 };
    const ids = [...IDS.slice(10, 14), 5, 6, 7, 5, 6, 7];
    const pass = await decoder.run(ids, start.cache, { branches });
    const alone = [
      await once(IDS.slice(0, 14)),
      await once([...IDS.slice(0, 5), 5, 6, 7]),
      await once([...IDS.slice(0, 11), 5, 6, 7]),
    ];
    const places: readonly (readonly [run: number, from: number, at: number, count: number])[] = [
      [0, 10, 0, 4],
      [1, 5, 4, 3],
      [2, 11, 7, 3],
    ];
    for (const [run, from, at, count] of places) {
      for (let token = 0; token < count; token += 1) {
        const expected = tokenOf(alone[run]!.residuals, alone[run]!.tokens, from + token);
        expect(worst(tokenOf(pass.residuals, ids.length, at + token), expected, 1)).toBeLessThan(limit);
      }
    }
    // What was kept can be gone on from.
    const on = await decoder.run([9], pass.cache);
    const whole = await once([...IDS.slice(0, 14), 9]);
    expect(worst(on.residuals, tokenOf(whole.residuals, 15, 14), 1)).toBeLessThan(limit);
    for (const { cache } of [start, pass, on]) cache.dispose();
  });

  test('a vector moves the layer that it is added after by itself, and later ones as it does in PyTorch', async () => {
    expect(decoder.steering).toBe(true);
    const plain = await once(IDS);
    decoder.steer(new Map([[steeredLayer, truth.vector]]));
    const pass = await once(IDS);
    decoder.steer(new Map());
    const after = await once(IDS);
    const size = IDS.length * HIDDEN;
    const behind = pass.residuals.subarray((steeredLayer + 1) * size);
    expect(worst(behind, truth.steeredStreams, IDS.length)).toBeLessThan(limit);
    expect(apart(pass.logits, truth.steeredLogits)).toBeLessThan(limit);
    expect(pass.residuals.subarray(0, (steeredLayer + 1) * size)).toEqual(
      plain.residuals.subarray(0, (steeredLayer + 1) * size),
    );
    const moved = plain.residuals
      .slice((steeredLayer + 1) * size, (steeredLayer + 2) * size)
      .map((value, index) => value + (truth.vector[index % HIDDEN] ?? NaN));
    expect(worst(behind.subarray(0, size), moved, IDS.length)).toBeLessThan(limit / 2);
    // And that is far from what it was.
    expect(
      worst(behind.subarray(size), plain.residuals.subarray((steeredLayer + 2) * size), IDS.length),
    ).toBeGreaterThan(10 * limit);
    expect(after.residuals).toEqual(plain.residuals);
  });

  test('the stream can be edited: nothing changes nothing, and a vector does what it does as steering', async () => {
    const editor = await openNodeFiles(
      await familyFiles(read, family, name),
      { hooked: true, editing: true },
      `${family} ${name}`,
    );
    const [plain, stock] = [await once(IDS, editor.decoder), await once(IDS)];
    expect(worst(plain.residuals, stock.residuals, IDS.length)).toBeLessThan(limit / 2);
    editor.decoder.edit(new Map([[steeredLayer, { add: truth.vector, bound: null }]]));
    const edited = await once(IDS, editor.decoder);
    expect(
      worst(edited.residuals.subarray((steeredLayer + 1) * IDS.length * HIDDEN), truth.steeredStreams, IDS.length),
    ).toBeLessThan(limit);
    await editor.decoder.dispose();
  });

  test('the lens reads the last stream as the model does', async () => {
    const lens = await opened.openLens();
    const pass = await once(IDS);
    const last = tokenOf(pass.residuals, IDS.length, IDS.length - 1).subarray(LAYERS * HIDDEN);
    expect(apart(await lens.logits(last), pass.logits)).toBeLessThan(limit / 2);
    await lens.dispose();
  });

  test('the graph as it was exported gives the same logits', async () => {
    const untouched = await openNodeFiles(
      await familyFiles(read, family, name),
      { hooked: false },
      `${family} ${name}`,
    );
    const [stock, hooked] = [await once(IDS, untouched.decoder), await once(IDS)];
    const error = apart(stock.logits, hooked.logits);
    // Products of whole numbers round activations to eight bits; what is read does not.
    const rounds = name === 'quantized' || name === 'int8';
    expect(error).toBeGreaterThanOrEqual(rounds ? 0.005 : 0);
    expect(error).toBeLessThan(rounds ? 0.1 : limit / 2);
    await untouched.decoder.dispose();
  });

  test('it says what it is made of and how much its cache takes', async () => {
    const { cache, activations, layerCount, weightBytes, largestWeightBytes } = opened.shape;
    expect({ cache, activations, layerCount }).toEqual({
      cache: Array.from({ length: 2 * LAYERS }, () => ({ heads: 2, size: 16 })),
      activations: isHalf(name) ? 'float16' : 'float32',
      layerCount: LAYERS,
    });
    const files = await familyFiles(read, family, name);
    const bytes = files.graph.length + [...files.weights.values()].reduce((sum, { length }) => sum + length, 0);
    // Products of whole numbers are multiplied out, each byte to four beside it: all weights but the embedding and the norms.
    const copies = name === 'quantized' || name === 'int8' ? 4 : 1;
    expect(weightBytes).toBeLessThan(copies * bytes);
    expect(weightBytes).toBeGreaterThan(0.6 * copies * bytes);
    expect(largestWeightBytes).toBeGreaterThan(0);
    if (copies > 1) expect(largestWeightBytes).toBe(256 * HIDDEN * 4);
  });
});

test('a graph with a node that the processor has no kernel for is refused by its name before it is run', async () => {
  const opening = openNodeFiles(await familyFiles(read, 'qwen3', 'q4-fused'), { hooked: true }, 'qwen3 q4-fused');
  await expect(opening).rejects.toMatchObject({
    code: 'model-gpu-only',
    message: expect.stringMatching(/\/model\/layers\.0\/attn\/GroupQueryAttention norms queries and keys/) as string,
  });
});

test('a stream that float16 cannot hold is refused with layer, token and what to do', async () => {
  const { decoder } = await openNodeFiles(await familyFiles(read, 'qwen3', 'fp16'), { hooked: true }, 'qwen3 fp16');
  decoder.steer(
    new Map([
      [1, new Float32Array(HIDDEN).fill(65_504)],
      [2, new Float32Array(HIDDEN).fill(65_504)],
    ]),
  );
  await expect(decoder.run(IDS.slice(0, 3), null)).rejects.toMatchObject({
    code: 'numbers-not-finite',
    message: expect.stringMatching(
      /not finite at layer [23], token 0\..*float16, which holds nothing above 65,504.*q4 in place of q4f16/,
    ) as string,
  });
  await decoder.dispose();
});
