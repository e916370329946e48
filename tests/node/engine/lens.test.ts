/** The lens on onnxruntime-node, with the real model: against numpy, against the model's own last words, and what is refused. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readProbe } from '../../../src/cli/files.ts';
import { emptyRows, reduceLogits } from '../../../src/lens/lens-rows.ts';
import { DIRECTION_KINDS, isDirectionKind } from '../../../src/lens/lens.ts';
import { relativeError } from '../../../src/stats/relative-error.ts';
import { parseSafetensors } from '../../../src/formats/containers/safetensors.ts';
import { describeDecoder } from '../../../src/graph/decoder-shape.ts';
import { encodeNodeWith, parseModel, writeModel } from '../../../src/graph/graph.ts';
import { LENS_STREAM_INPUT, lensGraph } from '../../../src/graph/lens-graph.ts';
import { directionThroughLens } from '../../../src/engine/lens/lens-direction.ts';
import { directionOf } from '../../../src/lens/probe-direction.ts';
import type { LensHead } from '../../../src/engine/lens/lens-head.ts';
import { AGREEMENT_LIMIT, proveLens } from '../../../src/engine/proofs/lens-proof.ts';
import { findWords } from '../../../src/engine/lens/lens-words.ts';
import { readLens, type LensRequest } from '../../../src/engine/lens/lens.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

interface FixtureRow {
  readonly token: number;
  readonly layer: number;
  readonly top: readonly number[];
  readonly logProbabilities: readonly number[];
  readonly entropy: number;
  readonly ranks: readonly number[];
  readonly askedLogProbabilities: readonly number[];
}

interface Fixture {
  readonly prompt: string;
  readonly words: Readonly<Record<string, number>>;
  readonly rows: readonly FixtureRow[];
  readonly direction: {
    readonly promoted: readonly (readonly [number, number])[];
    readonly suppressed: readonly (readonly [number, number])[];
  };
}

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/lens.fixture.json', import.meta.url), 'utf8'),
) as Fixture;
const TEXT = 'The guard opened the gate and';
const never = new AbortController().signal;

let engine: NodeEngine;
let head: LensHead;
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  head = await engine.openLens();
}, 120_000);
afterAll(async () => {
  await head.dispose();
  await engine.dispose();
});

const look = (
  request: Partial<LensRequest>,
  signal = never,
  onProgress: (done: number, total: number) => void = () => undefined,
) => readLens({ ...engine, head }, { text: TEXT, layers: [], top: 5, words: [], ...request }, onProgress, signal);

describe('the graph', () => {
  test('holds a norm, the head and three weights, of which two files are needed', () => {
    const { graph, weightFiles } = lensGraph(readFileSync(`${MODEL}/onnx/model_q4.onnx`));
    const model = parseModel(graph);
    expect(model.nodes.map(({ opType }) => opType).sort()).toEqual(['MatMulNBits', 'SimplifiedLayerNormalization']);
    expect([model.inputs, model.outputs, model.weights].map((list) => list.map(({ name }) => name))).toEqual([
      [LENS_STREAM_INPUT],
      ['logits'],
      expect.arrayContaining([
        'lm_head.MatMul.weight_Q8',
        'lm_head.MatMul.weight_scales',
        'model.layers.30.final_norm_layernorm.weight',
      ]),
    ]);
    expect(model.weights).toHaveLength(3);
    expect(weightFiles).toEqual(expect.arrayContaining(['model_q4.onnx_data', 'model_q4.onnx_data_2']));
    expect(weightFiles).toHaveLength(2);
    // The names that a decoder needs are gone with it.
    expect(() => describeDecoder(graph)).toThrow(/input_ids is missing/);
  });

  test('a decoder without a head, or with another last norm, is refused by what is missing', () => {
    const stock = parseModel(readFileSync(`${MODEL}/onnx/model_q4.onnx`));
    const changed = (
      opType: string,
      part: 'inputs' | 'outputs',
      names: (old: readonly string[]) => readonly string[],
    ): Uint8Array => {
      const node = stock.nodes.findLast((candidate) => candidate.opType === opType)!;
      return writeModel(stock, {
        replaceNodes: new Map([[node, encodeNodeWith(node, { [part]: names(node[part]) })]]),
        append: [],
      });
    };
    expect(() => lensGraph(changed('MatMulNBits', 'outputs', () => ['elsewhere']))).toThrow(/output head is missing/);
    expect(() => lensGraph(changed('MatMulNBits', 'inputs', (old) => ['elsewhere', ...old.slice(1)]))).toThrow(
      /output head is missing.*final_norm_layernorm/,
    );
    expect(() => lensGraph(changed('MatMulNBits', 'inputs', (old) => [old[0]!, 'input_ids', ...old.slice(2)]))).toThrow(
      /depend on the input "input_ids"/,
    );
  });
});

describe('the numbers', () => {
  test('are those of numpy, from PyTorch’s streams and the weights as they lie in the files', async () => {
    const streams = parseSafetensors(readFileSync(`${MODEL}/reference.safetensors`), 'reference.safetensors').get(
      `${fixture.prompt}.residual`,
    )!;
    const { input_ids: ids } = (
      JSON.parse(readFileSync(`${MODEL}/reference.json`, 'utf8')) as Record<string, { input_ids: number[] }>
    )[fixture.prompt]!;
    const rowOf = ({ token, layer }: FixtureRow): Float32Array =>
      streams.data.subarray((layer * ids.length + token) * 576, (layer * ids.length + token + 1) * 576);
    const flat = new Float32Array(fixture.rows.length * 576);
    for (const [index, row] of fixture.rows.entries()) flat.set(rowOf(row), index * 576);
    const words = Object.values(fixture.words);
    const found = await head.read(flat, {
      top: 10,
      words,
      next: Int32Array.from(fixture.rows, ({ token }) => ids[token + 1] ?? -1),
    });
    for (const [index, row] of fixture.rows.entries()) {
      expect([...found.ids.subarray(index * 10, (index + 1) * 10)]).toEqual(row.top);
      for (const [place, value] of row.logProbabilities.entries())
        expect(found.logProbabilities[index * 10 + place]).toBeCloseTo(value, 3);
      expect(found.entropy[index]).toBeCloseTo(row.entropy, 3);
      const asked = words.length + 1;
      for (const [word, rank] of row.ranks.entries()) {
        // Deep in the tail of 49,152 words a rounding of float32 swaps neighbours.
        expect(Math.abs(found.ranks[index * asked + word]! - rank)).toBeLessThanOrEqual(rank / 500);
        expect(found.askedLogProbabilities[index * asked + word]).toBeCloseTo(row.askedLogProbabilities[word]!, 2);
      }
      if (row.token + 1 === ids.length)
        expect([found.ranks[index * asked + 3], found.askedLogProbabilities[index * asked + 3]]).toEqual([0, NaN]);
    }
    for (const [name, id] of Object.entries(fixture.words)) expect(engine.tokenizer.encode(name)).toEqual([id]);
  });

  test('at the last layer are the model’s own, at every token', async () => {
    const ids = engine.tokenizer.encode(TEXT);
    const streams: Float32Array[] = [];
    const own: Float32Array[] = [];
    // Token by token, so that the model says its logits after each.
    let cache = null;
    for (const id of ids) {
      const pass = await engine.decoder.run([id], cache);
      cache = pass.cache;
      streams.push(pass.residuals.slice(-576));
      own.push(pass.logits);
    }
    const all = new Float32Array(ids.length * 576);
    for (const [token, row] of streams.entries()) all.set(row, token * 576);
    const logits = await head.logits(all);
    for (const [token, truth] of own.entries())
      expect(relativeError(logits.subarray(token * 49152, (token + 1) * 49152), truth)).toBeLessThan(1e-4);
    const { rows, disagreement } = await look({ layers: [30], top: 3 });
    for (const [token, truth] of own.entries()) {
      const whole = emptyRows(1, { top: 3, words: [] });
      reduceLogits(truth, 49152, { top: 3, words: [], next: Int32Array.of(ids[token + 1] ?? -1) }, whole, 0);
      expect([...rows.ids.subarray(token * 3, token * 3 + 3)]).toEqual([...whole.ids]);
      expect(rows.ranks[token]).toBe(whole.ranks[0]);
      expect(rows.entropy[token]).toBeCloseTo(whole.entropy[0]!, 3);
    }
    expect(disagreement).toBeLessThan(1e-3);
  }, 120_000);

  test('of a direction are linear: numpy’s words and logits, and what a step along it does to the lens', async () => {
    const sine = Float32Array.from({ length: 576 }, (_, index) => Math.sin(index));
    const [told] = await directionThroughLens(head, engine.tokenizer, { direction: sine, nullModel: null }, [0], 5);
    for (const end of ['promoted', 'suppressed'] as const) {
      expect(told![end].map(({ id }) => id)).toEqual(fixture.direction[end].map(([id]) => id));
      for (const [place, { logit }] of told![end].entries())
        expect(logit).toBeCloseTo(fixture.direction[end][place]![1], 3);
    }
    // Across the stream itself, so that its length stays: a thousandth of that length changes the lens by a thousandth of what is told.
    const pass = await engine.decoder.run(engine.tokenizer.encode(TEXT), null);
    const stream = pass.residuals.slice(-576);
    const dot = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    const share = dot(sine, stream) / dot(stream, stream);
    const across = sine.map((value, index) => value - share * stream[index]!);
    const [predicted] = await directionThroughLens(
      head,
      engine.tokenizer,
      { direction: across, nullModel: null },
      [0],
      5,
    );
    const step = Math.sqrt(dot(stream, stream)) / predicted!.length / 1000;
    const both = new Float32Array(2 * 576);
    for (const [row, sign] of [1, -1].entries())
      both.set(
        stream.map((value, index) => value + sign * step * across[index]!),
        row * 576,
      );
    const logits = await head.logits(both);
    const moved = Float64Array.from({ length: 49152 }, (_, id) => (logits[id]! - logits[49152 + id]!) * 500);
    const mean = moved.reduce((sum, value) => sum + value, 0) / 49152;
    for (const { id, logit } of [...predicted!.promoted, ...predicted!.suppressed])
      expect(moved[id]! - mean).toBeCloseTo(logit, 1);
  });
});

describe('a whole text', () => {
  test('is read in one go, every token at every layer, and in passes and blocks of any size alike', async () => {
    const progress: number[][] = [];
    const words = findWords(engine.tokenizer, ['kind', 'cruel'], false).found;
    const whole = await look({ words }, never, (...seen) => progress.push(seen));
    const rows = whole.tokens.length * 31;
    expect(whole.tokens.map(({ text }) => text).join('')).toBe(TEXT);
    expect(progress.at(-1)).toEqual([rows, rows]);
    const small: LensHead = { ...head, rowsAtOnce: 7 };
    const again = await readLens(
      { ...engine, head: small, chunkTokens: 2 },
      { text: whole.tokens.map(({ id }) => id), layers: [], top: 5, words },
      () => undefined,
      never,
    );
    expect(again.tokens).toEqual(whole.tokens);
    const same = [...whole.rows.ids].filter((id, at) => id === again.rows.ids[at]).length;
    expect(same / whole.rows.ids.length).toBeGreaterThan(0.999);
    expect(Math.max(...whole.rows.entropy.map((value, at) => Math.abs(value - again.rows.entropy[at]!)))).toBeLessThan(
      1e-3,
    );
    // What comes next in the text is followed at every token but the last.
    const asked = words.length + 1;
    expect(whole.rows.ranks.length).toBe(rows * asked);
    for (let token = 0; token < whole.tokens.length; token += 1)
      expect(whole.rows.ranks[(token * 31 + 30) * asked + 2]! > 0).toBe(token + 1 < whole.tokens.length);
    for (const id of whole.rows.ids) expect(whole.texts.get(id)).toBe(engine.tokenizer.textOf(id));
  }, 120_000);

  test('of some layers is the same as of all', async () => {
    const [all, some] = [await look({ top: 2 }), await look({ top: 2, layers: [30, 4, 4] })];
    expect(some.layers).toEqual([4, 30]);
    for (let token = 0; token < all.tokens.length; token += 1)
      for (const [index, layer] of [4, 30].entries())
        expect(some.rows.ids[(token * 2 + index) * 2]).toBe(all.rows.ids[(token * 31 + layer) * 2]);
  }, 120_000);

  test('stops when it is told to', async () => {
    const controller = new AbortController();
    await expect(look({}, controller.signal, () => controller.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('refused', () => {
  test.each([
    [{ layers: [31] }, 'usage', /There is no layer 31: this model has 0 .* to 30/],
    [{ layers: [-1] }, 'usage', /no layer -1/],
    [{ layers: [1.5] }, 'usage', /no layer 1\.5/],
    [{ top: 0 }, 'usage', /1 to 50, got 0/],
    [{ top: 51 }, 'usage', /1 to 50, got 51/],
    [{ text: ' ' }, 'text-empty', /nothing to read/],
    [{ text: [] }, 'text-empty', /There is no text yet/],
    [{ text: [5, 49152] }, 'usage', /Token 49152 is not in the vocabulary/],
    [{ text: 'word '.repeat(8300) }, 'text-too-long', /8192/],
  ] as const)('%j', async (request, code, message) => {
    await expect(look(request as Partial<LensRequest>)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test('a direction of another width, and one that the probe has not', async () => {
    await expect(
      directionThroughLens(head, engine.tokenizer, { direction: new Float32Array(31 * 64), nullModel: null }, [10], 3),
    ).rejects.toMatchObject({ code: 'probe-width-mismatch' });
    await expect(head.read(new Float32Array(577), { top: 1, words: [], next: null })).rejects.toMatchObject({
      code: 'probe-width-mismatch',
      message: expect.stringContaining('576') as string,
    });
    const { probe } = await readProbe(PROBE);
    expect(() => directionOf({ ...probe, poles: null }, 'negative')).toThrow(/no directions of its poles/);
    expect(['reading', 'up', null].map(isDirectionKind)).toEqual([true, false, false]);
  });

  test('numbers that are none, and a head whose last layer says something else than the model', async () => {
    await expect(head.read(new Float32Array(576).fill(NaN), { top: 1, words: [], next: null })).rejects.toMatchObject({
      code: 'numbers-not-finite',
    });
    const wrong: LensHead = {
      ...head,
      read: (streams, ask) =>
        head.read(
          streams.map((value, index) => (index % 5 === 0 ? value * 1.2 : value)),
          ask,
        ),
    };
    await expect(
      readLens({ ...engine, head: wrong }, { text: TEXT, layers: [3], top: 1, words: [] }, () => undefined, never),
    ).rejects.toMatchObject({
      code: 'numbers-wrong',
      message: expect.stringContaining(String(AGREEMENT_LIMIT)) as string,
    });
  });
});

test('words are single tokens, with the space before them where there is such a token; others are told with what they fall into', () => {
  const { found, split } = findWords(engine.tokenizer, [' kind', 'kind ', 'cruel', '!', 'kindheartedness', ''], false);
  expect(found.map(({ asked, text }) => [asked, text])).toEqual([
    ['kind', ' kind'],
    ['cruel', ' cruel'],
    ['!', ' !'],
  ]);
  expect(split).toHaveLength(1);
  expect(split[0]!.pieces.join('')).toBe(' kindheartedness');
  expect(split[0]!.pieces.length).toBeGreaterThan(1);
  const first = findWords(engine.tokenizer, ['kindheartedness'], true).found;
  expect(first).toEqual([
    {
      asked: 'kindheartedness',
      id: engine.tokenizer.encode(' kindheartedness')[0],
      text: split[0]!.pieces[0],
      firstOfSeveral: true,
    },
  ]);
  expect(() =>
    findWords(
      engine.tokenizer,
      Array.from({ length: 17 }, (_, index) => `w${index}`),
      false,
    ),
  ).toThrow(/At most 16 words/);
});

test('each direction of the probe moves its own words, and what reads has none at layer 0', async () => {
  const { probe } = await readProbe(PROBE);
  for (const kind of DIRECTION_KINDS) {
    const [none, told] = await directionThroughLens(
      head,
      engine.tokenizer,
      { direction: directionOf(probe, kind), nullModel: probe.nullModel },
      [0, 16],
      4,
    );
    // The control text is the same words everywhere, so nothing can be read at the embeddings; turns differ in their words even there.
    if (kind !== 'steering') expect(none).toEqual({ layer: 0, length: 0, promoted: [], suppressed: [], chance: null });
    expect([told!.promoted.length, told!.suppressed.length]).toEqual([4, 4]);
    expect(told!.promoted[0]!.logit).toBeGreaterThan(0);
    expect(told!.suppressed[0]!.logit).toBeLessThan(0);
    expect(told!.chance!.count).toBe(200);
    expect(told!.chance!.up).toBeGreaterThan(5);
    expect(told!.chance!.down).toBeLessThan(-5);
  }
});

test('blocks that an adapter gets wrong are found, and smaller ones used', async () => {
  const [hidden, vocabulary] = [8, 40];
  const product = (row: Float32Array): number[] =>
    Array.from({ length: vocabulary }, (_, id) =>
      row.reduce((sum, value, index) => sum + value * Math.sin(id * hidden + index), 0),
    );
  // A head that multiplies right, but in blocks of too many rows: a fault that nothing reports.
  const open =
    (wrongFrom: number) =>
    (rows: number): LensHead => ({
      ...head,
      hidden,
      vocabulary,
      rowsAtOnce: Math.min(rows, 64),
      logits: (streams) => {
        const logits = Float32Array.from(
          Array.from({ length: streams.length / hidden }, (_, row) =>
            product(streams.subarray(row * hidden, (row + 1) * hidden)),
          ).flat(),
        );
        return Promise.resolve(
          Math.min(rows, streams.length / hidden) >= wrongFrom
            ? logits.map((value, at) => (at % 1000 === 0 ? value + 9 : value))
            : logits,
        );
      },
    });
  expect((await proveLens(open(1000), 512)).rowsAtOnce).toBe(64);
  expect((await proveLens(open(32), 128)).rowsAtOnce).toBe(31);
  expect((await proveLens(open(2), 512)).rowsAtOnce).toBe(1);
  expect((await proveLens(open(1000), 16)).rowsAtOnce).toBe(16);
  await expect(proveLens(open(1000), 16, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
});
