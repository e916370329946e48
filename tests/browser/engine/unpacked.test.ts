/**
 * Weights unpacked to floats in WebAssembly, in real Chromium: as PyTorch computes, opened piece by piece, chosen by a
 * trial, given back.
 */
import { describe, expect, test } from 'vitest';
import type { ProductTrial } from '../../../src/models/product-forms.ts';
import { hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import { parseModel } from '../../../src/graph/graph.ts';
import { packedProducts } from '../../../src/graph/products/packed-product.ts';
import { lazyFile } from '../../../src/engine/ort/lazy-file.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import { openFormed, roomForUnpacked } from '../../../src/engine/ort/web-products.ts';
import facts from '../../fixtures/families/families.json';
import { familyFiles, familyReference, HIDDEN } from '../../fixtures/families.ts';
import { worstError } from '../../fixtures/stream-error.ts';

const urls = import.meta.glob<string>('../../fixtures/families/**/*', {
  query: '?url',
  import: 'default',
  eager: true,
});
const read = async (path: string): Promise<Uint8Array> => {
  const answer = await fetch(urls[`../../fixtures/families/${path}`] ?? path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};

/** Trials that chose floats for every kind of product: those of the small models are too small to be tried. */
function unpacking(files: {
  readonly graph: Uint8Array;
  readonly weights: ReadonlyMap<string, Uint8Array>;
}): ProductTrial[] {
  const kinds = packedProducts(parseModel(hookDecoder(files.graph).graph), files.weights);
  return kinds.map(({ bits, columns, blockSize }) => ({
    bits,
    columns,
    blockSize,
    form: 'float',
    rows: 1,
    milliseconds: 1,
    relativeError: 0,
    chosen: true,
  }));
}

describe.each([
  ['llama', 'q4'],
  ['llama', 'q8'],
  ['smollm2', 'q4'],
  ['gemma3', 'q4'],
])('%s %s with unpacked weights', (family, name) => {
  test('reads, moves under a vector and looks through the lens as PyTorch does', async () => {
    const truth = await familyReference(read, facts, family, name);
    const files = await familyFiles(read, family, name);
    const before = roomForUnpacked();
    const opened = await openWebDecoder(files, 'wasm', { hooked: true, products: unpacking(files) });
    const { decoder, products } = opened;
    expect(products?.reason).toBeNull();
    expect(products?.madeBytes).toBeGreaterThan(0);
    const read1 = await decoder.run(facts.tokens, null);
    expect(worstError(read1.residuals, truth.streams, facts.tokens.length, HIDDEN)).toBeLessThan(1e-5);
    expect(worstError(read1.logits, truth.logits, 1, read1.logits.length)).toBeLessThan(1e-5);
    const lens = await opened.openLens(files, { mostRows: 8 });
    const last = read1.residuals.slice(-HIDDEN);
    expect(worstError(await lens.logits(last), truth.logits, 1, read1.logits.length)).toBeLessThan(1e-5);
    await lens.dispose();
    decoder.steer(new Map([[facts.steeredLayer, truth.vector]]));
    const steered = await decoder.run(facts.tokens, null);
    expect(worstError(steered.logits, truth.steeredLogits, 1, steered.logits.length)).toBeLessThan(1e-5);
    await decoder.dispose();
    expect(roomForUnpacked()).toBe(before);
  });
});

/** Floats for every product, and the files of a model whose weights lie beside the graph. */
async function external() {
  const files = await familyFiles(read, 'smollm2', 'q4');
  return { files, trials: unpacking(files), buffers: [...files.weights.values()].map(({ buffer }) => buffer) };
}

test('weight files that can be had again are gone before the runtime has its weights, and stay where they cannot', async () => {
  const truth = await familyReference(read, facts, 'smollm2', 'q4');
  for (const again of [null, () => familyFiles(read, 'smollm2', 'q4')]) {
    const { files, trials, buffers } = await external();
    const { decoder, products } = await openWebDecoder(files, 'wasm', {
      hooked: true,
      products: trials,
      ...(again && { again }),
    });
    expect(products?.madeBytes).toBeGreaterThan(0);
    expect(buffers.map(({ byteLength }) => byteLength > 0)).toEqual([again === null]);
    const { residuals } = await decoder.run(facts.tokens, null);
    expect(worstError(residuals, truth.streams, facts.tokens.length, HIDDEN)).toBeLessThan(1e-5);
    await decoder.dispose();
  }
});

test('where unpacking fails half way the files are brought again, and the weights stay packed', async () => {
  const { files, trials, buffers } = await external();
  const room = roomForUnpacked();
  const { ort } = await import('../../../src/engine/ort/runtime-wasm.ts');
  let brought = 0;
  let opened = 0;
  const { session, formed } = await openFormed(
    hookDecoder(files.graph).graph,
    files.weights,
    trials,
    async ({ graph, weightFiles, files: data }) => {
      opened += 1;
      // The first time the file of made weights is too short, so the runtime itself refuses it.
      const given = (path: string, bytes: Uint8Array): Uint8Array =>
        opened === 1 && path.startsWith('flipside/') ? lazyFile(64, (from, to) => bytes.subarray(from, to)) : bytes;
      return ort.InferenceSession.create(graph, {
        executionProviders: ['wasm'],
        externalData: weightFiles.map((path) => ({ path, data: given(path, data.get(path) ?? new Uint8Array(0)) })),
        logSeverityLevel: 4,
      });
    },
    { again: async () => ((brought += 1), (await familyFiles(read, 'smollm2', 'q4')).weights) },
  );
  expect([opened, brought, formed.report.madeBytes]).toEqual([2, 1, 0]);
  expect(formed.report.reason).toMatch(/could not be opened, so they stay packed/);
  expect(buffers.map(({ byteLength }) => byteLength)).toEqual([0]);
  expect(roomForUnpacked()).toBe(room);
  await session.release();
});

test('a pass that nobody asks for logits has none, and streams as ever', async () => {
  const files = await familyFiles(read, 'llama', 'q4');
  const { decoder } = await openWebDecoder(files, 'wasm', { hooked: true });
  const [without, with1] = [
    await decoder.run(facts.tokens, null, { logitRows: [] }),
    await decoder.run(facts.tokens, null),
  ];
  expect(without.logits).toHaveLength(0);
  expect([...without.residuals]).toEqual([...with1.residuals]);
  await decoder.dispose();
});

test('onnxruntime asks a weight file for one weight after the other, each once', async () => {
  const { ort } = await import('../../../src/engine/ort/runtime-wasm.ts');
  const files = await familyFiles(read, 'llama', 'fp32');
  const asked: string[] = [];
  const watched = [...files.weights].map(([path, data]) => ({
    path,
    data: lazyFile(data.byteLength, (from, to) => {
      asked.push(`${path} ${from} ${to}`);
      return data.subarray(from, to);
    }),
  }));
  const session = await ort.InferenceSession.create(files.graph, {
    executionProviders: ['wasm'],
    externalData: watched,
    logSeverityLevel: 3,
  });
  await session.release();
  const weights = parseModel(files.graph).weights.filter(({ file }) => file !== null);
  expect([...asked].sort()).toEqual(
    weights.map(({ file, offset, bytes }) => `${file ?? ''} ${offset} ${offset + bytes}`).sort(),
  );
});
