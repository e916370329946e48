/** Products with packed weights in other forms: the same numbers as PyTorch has, chosen only where they are right and faster. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProductForm, ProductTrial } from '../../../src/models/product-forms.ts';
import { createRng } from '../../../src/base/rng.ts';
import { chooseToken } from '../../../src/reading/sampling.ts';
import { hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import { parseModel } from '../../../src/graph/graph.ts';
import { withForms } from '../../../src/graph/products/forms.ts';
import { packedProducts, type PackedProduct } from '../../../src/graph/products/packed-product.ts';
import { sampleOf } from '../../../src/graph/products/sample.ts';
import { splitProduct } from '../../../src/graph/products/split.ts';
import { unpack } from '../../../src/graph/products/unpack.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { openNodeDecoder, openNodeFiles } from '../../../src/engine/node/node-decoder.ts';
import type { DecoderFiles } from '../../../src/engine/ort/opening.ts';
import { sampleOn } from '../../../src/engine/ort/product-sample.ts';
import { WeightPieces } from '../../../src/engine/ort/weight-pieces.ts';
import { openFormed, roomForUnpacked, type FormedFiles } from '../../../src/engine/ort/web-products.ts';
import { proveProducts, type OpenSampleOn } from '../../../src/engine/proofs/product-proof.ts';
import { MODEL } from '../../fixtures/embedded-model.ts';
import { exportsOf, familyFiles, familyReference, HIDDEN, type FamilyFacts } from '../../fixtures/families.ts';
import { worstError } from '../../fixtures/stream-error.ts';

const FOLDER = new URL('../../fixtures/families/', import.meta.url);
const facts = JSON.parse(readFileSync(new URL('families.json', FOLDER), 'utf8')) as FamilyFacts;
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(path, FOLDER)));

/** A product of random bytes; K ends inside of a block, and an odd number of blocks ends inside of a byte of 4-bit zero points. */
function randomProduct(bits: 4 | 8, zeroPoints: boolean): PackedProduct {
  const rng = createRng(bits);
  const [rows, columns, blockSize, blocks] = [19, 75, 32, 3];
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => rng.below(256));
  const scales = Float32Array.from({ length: rows * blocks }, () => 0.01 * rng.normal());
  const model = parseModel(readFileSync(new URL('llama/q8.onnx', FOLDER)));
  return {
    node: model.nodes[0]!,
    bits,
    rows,
    columns,
    blockSize,
    blocks,
    packed: bytes((rows * blocks * blockSize * bits) / 8),
    scales: new Uint8Array(scales.buffer),
    zeroPoints: zeroPoints ? bytes(rows * (bits === 8 ? blocks : 2)) : null,
    bias: null,
  };
}

describe.each([
  [8, false],
  [8, true],
] as const)('a product of %i bits, with zero points of its own: %s', (bits, zeroPoints) => {
  it('is the sum of its two halves, weight by weight', () => {
    const product = randomProduct(bits, zeroPoints);
    const { high, low } = splitProduct(product);
    const [whole, above, below] = [
      product,
      { ...product, ...high, bits: 4 as const },
      { ...product, ...low, bits: 4 as const },
    ].map((one) => unpack(one));
    // Each is a whole number times the scale, so only the last bit of a float32 may differ.
    for (const [at, value] of whole!.entries())
      expect(Math.abs((above![at] ?? NaN) + (below![at] ?? NaN) - value)).toBeLessThanOrEqual(
        2 ** -23 * Math.abs(above![at] ?? NaN),
      );
    expect(whole!.some((value) => value !== 0)).toBe(true);
  });
});

it('unpacks as onnxruntime does: the operator with the columns of the identity gives the weights', async () => {
  const { graph, weights } = await familyFiles(read, 'llama', 'q4');
  const product = packedProducts(parseModel(graph), weights)[0]!;
  const sample = sampleOf(parseModel(graph), product);
  const session = await openSample(sample.graph, sample.files);
  const floats = unpack(product);
  for (const column of [0, 1, 31, 32, product.columns - 1]) {
    const found = await session.run(Float32Array.from({ length: product.columns }, (_, at) => (at === column ? 1 : 0)));
    // A product makes no difference between 0 and -0.
    expect([...found]).toEqual(
      [...floats.subarray(column * product.rows, (column + 1) * product.rows)].map((value) => value + 0),
    );
  }
  await session.dispose();
});

const packedExports = exportsOf(facts).filter(([, name]) => /^q[48](?!f16|-fused)/.test(name));

describe.each(packedExports)('%s %s', (family, name) => {
  it.each(['split', 'float'] as const)(
    'is what PyTorch computes with its products as %s, steered too',
    async (products) => {
      const truth = await familyReference(read, facts, family, name);
      const { decoder } = await openNodeFiles(await familyFiles(read, family, name), { hooked: true, products }, name);
      const pass = await decoder.run(facts.tokens, null);
      expect(worstError(pass.residuals, truth.streams, facts.tokens.length, HIDDEN)).toBeLessThan(1e-5);
      expect(worstError(pass.logits, truth.logits, 1, pass.logits.length)).toBeLessThan(1e-5);
      decoder.steer(new Map([[facts.steeredLayer, truth.vector]]));
      const steered = await decoder.run(facts.tokens, null);
      expect(worstError(steered.logits, truth.steeredLogits, 1, steered.logits.length)).toBeLessThan(1e-5);
      await decoder.dispose();
    },
  );
});

it('replaces every product of its kind, and leaves out the weights that nothing reads any more', async () => {
  const { graph, weights } = await familyFiles(read, 'llama', 'q8');
  const hooked = hookDecoder(graph).graph;
  const before = parseModel(hooked);
  const formed = withForms(hooked, weights, () => 'float');
  const after = parseModel(new Uint8Array(withoutMadeFile(formed.graph, formed.made?.file ?? '')));
  const count = (model: typeof before): number => model.nodes.filter(({ opType }) => opType === 'MatMulNBits').length;
  expect(count(before)).toBeGreaterThan(0);
  expect(count(after)).toBe(0);
  const packed = packedProducts(before, weights);
  expect(formed.made?.bytes).toBeGreaterThanOrEqual(
    packed.reduce((sum, { rows, columns }) => sum + 4 * rows * columns, 0),
  );
  expect(withForms(hooked, weights, () => 'packed').graph).toBe(hooked);
});

it.each([
  ['llama', 'q4', 100],
  ['llama', 'q8', 7],
])('%s %s: a product in parts of %i rows is the product as a whole', async (family, name, rows) => {
  const { graph, weights } = await familyFiles(read, family, name);
  const model = parseModel(graph);
  for (const product of packedProducts(model, weights)) {
    const sample = sampleOf(model, product);
    const activations = Float32Array.from({ length: product.columns }, (_, at) => Math.sin(at));
    const results = [];
    for (const bytes of [2 ** 30, 4 * product.columns * rows]) {
      const { graph: formed, made } = withForms(sample.graph, sample.files, () => 'float', bytes);
      const session = await openSample(formed, new Map([...sample.files, [made!.file, made!.whole()]]));
      results.push(await session.run(activations));
      await session.dispose();
    }
    const [whole, parts] = results;
    expect(parts).toHaveLength(product.rows);
    const largest = Math.max(...whole!.map(Math.abs));
    for (const [row, value] of whole!.entries())
      expect(Math.abs((parts![row] ?? NaN) - value)).toBeLessThanOrEqual(1e-6 * largest);
  }
});

it('makes one weight after the other in the same memory, the same numbers as all at once', async () => {
  const { graph, weights } = await familyFiles(read, 'llama', 'q4');
  const { made } = withForms(graph, weights, () => 'float');
  const whole = made!.whole();
  const model = parseModel(graph);
  const rooms = new Set<ArrayBufferLike>();
  let from = 0;
  for (const product of packedProducts(model, weights)) {
    const to = from + 4 * product.rows * product.columns;
    const part = made!.part(from, to);
    rooms.add(part.buffer);
    expect(Buffer.compare(part, whole.subarray(from, to))).toBe(0);
    expect([...new Float32Array(part.slice().buffer)]).toEqual([...unpack(product)]);
    from = Math.ceil(to / 64) * 64;
  }
  expect(from).toBeGreaterThanOrEqual(made!.bytes);
  expect(rooms.size).toBe(1);
});

it('makes weights of copies where the files are to go, and gives each copy back once its weight is made', async () => {
  const { graph, weights } = await familyFiles(read, 'smollm2', 'q4');
  const whole = withForms(graph, weights, () => 'float').made!.whole();
  const { made } = withForms(graph, weights, () => 'float');
  const products = packedProducts(parseModel(graph), weights);
  const sourceBytes = ({ packed, scales, zeroPoints }: PackedProduct): number =>
    packed.byteLength + scales.byteLength + (zeroPoints?.byteLength ?? 0);
  let held = products.reduce((sum, product) => sum + sourceBytes(product), 0);
  made!.ownSources();
  expect(made!.ownBytes).toBe(held);
  for (const bytes of weights.values()) bytes.fill(0);
  let from = 0;
  for (const product of products) {
    const to = from + 4 * product.rows * product.columns;
    expect(Buffer.compare(made!.part(from, to), whole.subarray(from, to))).toBe(0);
    held -= sourceBytes(product);
    expect(made!.ownBytes).toBe(held);
    from = Math.ceil(to / 64) * 64;
  }
  expect(held).toBe(0);
  expect(() => made!.part(0, 4 * products[0]!.rows * products[0]!.columns)).toThrow('given back');
});

it('holds the other weights of a file in pieces, those that share bytes once, until they are read', () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, at) => at);
  const places = [
    { offset: 10, bytes: 20 },
    { offset: 64, bytes: 8 },
    { offset: 10, bytes: 20 },
  ];
  const pieces = new WeightPieces(bytes, places);
  bytes.fill(0);
  expect([pieces.file.byteLength, pieces.bytes]).toEqual([100, 28]);
  for (const [place, left] of [28, 20, 0].entries()) {
    const { offset, bytes: count } = places[place]!;
    expect([...pieces.file.subarray(offset, offset + count)]).toEqual(
      Array.from({ length: count }, (_, at) => offset + at),
    );
    expect(pieces.bytes).toBe(left);
  }
  expect(() => pieces.file.subarray(64, 72)).toThrow('has been read');
});

/** The parser refuses names of weight files with a slash, which no export has: here the made file gets a plain one of the same length. */
function withoutMadeFile(graph: Uint8Array, file: string): Uint8Array {
  return Buffer.from(Buffer.from(graph).toString('latin1').replaceAll(file, file.replaceAll('/', '-')), 'latin1');
}

const openSample: OpenSampleOn = async (graph, files) => sampleOn(await openSession(graph, files), Tensor);

async function openSession(graph: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Promise<InferenceSession> {
  return InferenceSession.create(graph, {
    externalData: [...files].map(([path, data]) => ({ path, data })),
    logSeverityLevel: 3,
    extra: { session: { qdq_matmulnbits_accuracy_level: '0' } },
  } as InferenceSession.SessionOptions);
}

describe('the trial on the embedded model', () => {
  let files: DecoderFiles;
  beforeAll(async () => {
    const at = (name: string): Promise<Buffer> => readFile(`${MODEL}/onnx/${name}`);
    const { graph, weightFiles } = hookDecoder(new Uint8Array(await at('model_q4.onnx')));
    files = {
      graph,
      weights: new Map(
        await Promise.all(weightFiles.map(async (name) => [name, new Uint8Array(await at(name))] as const)),
      ),
      config: { contextTokens: 8192, hidden: 576, vocabulary: 49152, endTokens: [] } as DecoderFiles['config'],
    };
  });
  const offered = { 4: [], 8: ['split'] } as const;
  const chosen = (trials: readonly ProductTrial[]): ProductForm[] =>
    trials.filter((trial) => trial.chosen).map(({ form }) => form);

  it('tries one sample of each kind, and finds both forms right', async () => {
    const trials = await proveProducts(files.graph, files.weights, offered, openSample);
    expect(trials.map(({ form, bits, columns, rows }) => ({ form, bits, columns, rows }))).toEqual([
      { form: 'packed', bits: 8, columns: 576, rows: 1024 },
      { form: 'split', bits: 8, columns: 576, rows: 1024 },
    ]);
    for (const { relativeError } of trials) expect(relativeError).toBeLessThan(1e-6);
  });

  /** Samples whose split form is computed wrongly by a share, or takes so many runs. */
  const spoilt =
    (error: number, runs: number): OpenSampleOn =>
    async (graph, made) => {
      const sample = await openSample(graph, made);
      if (made.size === 1) return sample;
      return {
        ...sample,
        run: async (activations) => {
          for (let run = 1; run < runs; run += 1) await sample.run(activations);
          return (await sample.run(activations)).map((value) => (1 + error) * value);
        },
      };
    };

  it('keeps the exported form where the other is wrong by more than rounding', async () => {
    const trials = await proveProducts(files.graph, files.weights, offered, spoilt(1e-3, 1));
    expect(trials.find(({ form }) => form === 'split')?.relativeError).toBeGreaterThan(5e-4);
    expect(chosen(trials)).toEqual(['packed']);
  });

  it('leaves products alone whose weights are not all there', () => {
    const model = parseModel(files.graph);
    const [all, some] = [
      files.weights,
      new Map([...files.weights].map(([file, bytes]) => [file, bytes.subarray(0, bytes.length >> 1)])),
    ].map((weights) => packedProducts(model, weights).length);
    expect(all).toBe(211);
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(all!);
  });

  it('keeps it where the other is slower', async () => {
    expect(chosen(await proveProducts(files.graph, files.weights, offered, spoilt(0, 200)))).toEqual(['packed']);
  });
});

describe('the embedded model with its head as two products', () => {
  let [split, packed]: Decoder[] = [];
  beforeAll(async () => {
    [split, packed] = [
      await openNodeDecoder(MODEL, { hooked: true, products: 'split' }),
      await openNodeDecoder(MODEL, { hooked: true, products: 'packed' }),
    ];
  });
  afterAll(async () => {
    await split?.dispose();
    await packed?.dispose();
  });

  it('draws the same words with the same seed, from logits that agree to 1e-6 of the largest', async () => {
    const written = async (decoder: Decoder): Promise<{ ids: number[]; logits: Float32Array }> => {
      const rng = createRng(7);
      let pass = await decoder.run([504, 9280, 6830, 260, 8600, 284], null);
      const first = pass.logits;
      const ids: number[] = [];
      while (ids.length < 30) {
        ids.push(chooseToken(pass.logits, { temperature: 0.8, topK: 0, topP: 0.95 }, () => rng.uniform()));
        const { cache } = pass;
        pass = await decoder.run(ids.slice(-1), cache);
        cache.dispose();
      }
      pass.cache.dispose();
      return { ids, logits: first };
    };
    const [a, b] = [await written(split!), await written(packed!)];
    expect(a.ids).toEqual(b.ids);
    const largest = Math.max(...b.logits.map(Math.abs));
    expect(Math.max(...a.logits.map((value, at) => Math.abs(value - (b.logits[at] ?? NaN)))) / largest).toBeLessThan(
      1e-6,
    );
  });
});

describe('unpacked weights in a browser', () => {
  const float = async (): Promise<{
    graph: Uint8Array;
    weights: ReadonlyMap<string, Uint8Array>;
    trials: ProductTrial[];
  }> => {
    const { graph, weights } = await familyFiles(read, 'llama', 'q4');
    const hooked = hookDecoder(graph).graph;
    const kinds = packedProducts(parseModel(hooked), weights).map(({ bits, columns, blockSize }) => ({
      bits,
      columns,
      blockSize,
    }));
    return {
      graph: hooked,
      weights,
      trials: kinds.map((kind) => ({
        ...kind,
        form: 'float',
        rows: 1,
        milliseconds: 1,
        relativeError: 0,
        chosen: true,
      })),
    };
  };
  const open = ({ graph, weightFiles, files }: FormedFiles): Promise<InferenceSession> =>
    openSession(graph, new Map(weightFiles.map((name) => [name, whole(files.get(name))])));
  /** onnxruntime-node takes arrays only. */
  const whole = (file: Uint8Array | undefined): Uint8Array =>
    file === undefined || file.byteLength === file.length
      ? (file ?? new Uint8Array(0))
      : new Uint8Array(file.byteLength);

  it('take a share of the memory that the device says it has, at most half of the heap', () => {
    expect(roomForUnpacked(2)).toBe(2 ** 29);
    expect(roomForUnpacked(4)).toBe(2 ** 30);
    expect(roomForUnpacked(32)).toBe(2 ** 31);
  });

  it('stay packed where they have no room, and say so', async () => {
    const { graph, weights, trials } = await float();
    const { session, formed } = await openFormed(graph, weights, trials, open, { room: 1000, again: null });
    expect(formed.report).toMatchObject({
      madeBytes: 0,
      reason: expect.stringMatching(
        /^Unpacked weights would take \d+ MB and have room for 0 MB, so they stay packed/,
      ) as unknown,
    });
    expect(formed.graph).toBe(graph);
    await session.release();
  });

  it('count against the room while they are open, and no longer', async () => {
    const { graph, weights, trials } = await float();
    const before = roomForUnpacked(4);
    const { session, formed } = await openFormed(graph, weights, trials, open, { room: before, again: null });
    expect(roomForUnpacked(4)).toBe(before - formed.report.madeBytes);
    formed.release();
    expect(roomForUnpacked(4)).toBe(before);
    await session.release();
  });

  it('leave nothing of the model’s files in memory but what the runtime has', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const opened = async (): Promise<{ file: WeakRef<ArrayBuffer>; session: InferenceSession; release(): void }> => {
      const { graph, weights, trials } = await float();
      // The weights of this small model lie in its graph.
      const { buffer } = new Uint8Array(graph);
      const { session, formed } = await openFormed(new Uint8Array(buffer), weights, trials, apart, {
        room: 2 ** 30,
        again: null,
      });
      return { file: new WeakRef(buffer), session, release: formed.release };
    };
    // onnxruntime-node holds on to the arrays that it is given, so it is given others.
    const apart = ({ graph, files, ...rest }: FormedFiles): Promise<InferenceSession> =>
      open({
        ...rest,
        graph: new Uint8Array(graph),
        files: new Map([...files].map(([name, bytes]) => [name, new Uint8Array(whole(bytes))])),
      });
    const { file, session, release } = await opened();
    // A WeakRef holds what it was made for until the task is over.
    await new Promise((resolve) => setTimeout(resolve));
    collect();
    expect(file.deref()).toBeUndefined();
    release();
    await session.release();
  });

  it('that fail half way leave packed ones, with the runtime’s own sentence, and give their room back', async () => {
    const { graph, weights, trials } = await float();
    const before = roomForUnpacked(4);
    // The file of made weights is cut off, so onnxruntime itself refuses to open them.
    const cut = ({ files, ...rest }: FormedFiles): Promise<InferenceSession> =>
      open({
        ...rest,
        files: new Map(
          [...files].map(([name, bytes]) => [name, bytes.byteLength === bytes.length ? bytes : new Uint8Array(64)]),
        ),
      });
    const { session, formed } = await openFormed(graph, weights, trials, cut, { room: before, again: null });
    expect(formed.files).toBe(weights);
    expect(formed.report.madeBytes).toBe(0);
    expect(formed.report.reason).toMatch(
      /^Unpacked weights \(\d+ MB\) could not be opened, so they stay packed, which writes more slowly: .+/,
    );
    expect(roomForUnpacked(4)).toBe(before);
    await session.release();
  });
});
