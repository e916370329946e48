/**
 * Caches for a runtime that copies what goes into a pass and comes out of it, on onnxruntime-node: passes give their own tokens alone, and
 * read and write what passes in place and PyTorch do.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import { argmax } from '../../../src/reading/sampling.ts';
import type { Cache, Decoder, PassOptions } from '../../../src/engine/decoder.ts';
import { openNodeFiles } from '../../../src/engine/node/node-decoder.ts';
import { fetchFromCpu } from '../../../src/engine/ort/fetch.ts';
import { createOrtDecoder } from '../../../src/engine/ort/ort-decoder.ts';
import { COPIED, createStaticCpuCaches } from '../../../src/engine/ort/static-cpu-cache.ts';
import { steeringOnCpu } from '../../../src/engine/ort/steering-feeds.ts';
import { familyFiles, familyReference, HIDDEN, type FamilyFacts } from '../../fixtures/families.ts';
import { worstError } from '../../fixtures/stream-error.ts';

const FOLDER = new URL('../../fixtures/families/', import.meta.url);
const facts = JSON.parse(readFileSync(new URL('families.json', FOLDER), 'utf8')) as FamilyFacts;
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(path, FOLDER)));
const { tokens: IDS } = facts as unknown as { readonly tokens: readonly number[] };

/** Bytes of keys and values that the last pass gave back. */
let givenBytes = 0;

/** A decoder as the page has it on the processor. */
async function copying(family: string, name: string): Promise<Decoder> {
  const { graph: stock, weights, config } = await familyFiles(read, family, name);
  const graph = hookDecoder(stock, { branching: true, lengths: false, writtenSlots: true });
  const session = await InferenceSession.create(graph.graph, {
    externalData: graph.weightFiles.map((path) => ({ path, data: weights.get(path) ?? new Uint8Array(0) })),
    logSeverityLevel: 3,
    extra: { session: { qdq_matmulnbits_accuracy_level: '0' } },
  } as InferenceSession.SessionOptions);
  const run: InferenceSession['run'] = session.run.bind(session);
  const watched = async (...[feeds, fetches]: [InferenceSession.FeedsType, InferenceSession.FetchesType]) => {
    const outputs = await run(feeds, fetches);
    givenBytes = Object.entries(outputs)
      .filter(([output]) => /present|written/.test(output))
      .reduce((sum, [, { data }]) => sum + (data as Float32Array).byteLength, 0);
    return outputs;
  };
  session.run = watched as InferenceSession['run'];
  const sizes = { ...config, layerCount: graph.layerCount };
  return createOrtDecoder({
    session,
    Tensor,
    sizes,
    graph,
    steering: steeringOnCpu(Tensor, sizes, graph.steeringType),
    editing: null,
    caches: createStaticCpuCaches(Tensor, graph, COPIED),
    fetch: fetchFromCpu,
    rowless: true,
    project: null,
    overlaps: false,
    explain: (thrown) => Promise.reject(thrown as Error),
  });
}

test.each([
  ['llama', 'q4', 1e-5],
  ['llama', 'q4f16', 1e-2],
  ['smollm2', 'q4', 1e-5],
  ['gemma3', 'q4', 1e-5],
  ['qwen3', 'q4', 1e-5],
])('%s %s reads as PyTorch does, and writes on beyond the first room of a text', async (family, name, limit) => {
  const truth = await familyReference(read, facts, family, name);
  const decoder = await copying(family, name);
  const inPlace = (
    await openNodeFiles(await familyFiles(read, family, name), { hooked: true, products: 'packed' }, name)
  ).decoder;
  let ours = await decoder.run(IDS, null);
  let theirs = await inPlace.run(IDS, null);
  expect(worstError(ours.residuals, truth.streams, IDS.length, HIDDEN)).toBeLessThan(limit);
  const perToken = givenBytes / IDS.length;
  for (let written = 0; written < 60; written += 1) {
    const id = argmax(theirs.logits);
    expect(argmax(ours.logits)).toBe(id);
    const [before, also] = [ours.cache, theirs.cache];
    ours = await decoder.run([id], before);
    theirs = await inPlace.run([id], also);
    before.dispose();
    also.dispose();
    expect(givenBytes).toBe(perToken);
    expect(worstError(ours.residuals, theirs.residuals, 1, HIDDEN)).toBeLessThan(limit);
  }
  await decoder.dispose();
  await inPlace.dispose();
});

test('branches, cuts and passes that are thrown away leave what in-place caches leave', async () => {
  const files = await familyFiles(read, 'llama', 'q4');
  const inPlace = (await openNodeFiles(files, { hooked: true, products: 'packed' }, 'llama')).decoder;
  const decoder = await copying('llama', 'q4');
  const [a, b, c, d] = [IDS.slice(0, 7), IDS.slice(7, 12), IDS.slice(12, 14), IDS.slice(14)];
  const branches: PassOptions = {
    branches: { parents: [6, 7, 8, 6, 10], kept: 3, pastParents: [-1, 0, 1, 2, 3, 4, 5] },
    logitRows: [0, 4],
  };
  const steps = async (of: Decoder): Promise<Float32Array[]> => {
    const found: Float32Array[] = [];
    const pass = async (ids: readonly number[], past: Cache | null, options?: PassOptions): Promise<Cache> => {
      const { cache, residuals, logits } = await of.run(ids, past, options);
      found.push(residuals, logits);
      return cache;
    };
    const first = await pass(a, null);
    const branched = await pass(b, first, branches);
    expect(branched.length).toBe(10);
    const on = await pass(c, branched);
    const cut = of.cut(on, 8);
    const again = await pass(d, cut);
    const last = await pass(c, again);
    for (const cache of [first, branched, on, cut, again, last]) cache.dispose();
    return found;
  };
  const [ours, theirs] = [await steps(decoder), await steps(inPlace)];
  expect(ours).toHaveLength(theirs.length);
  for (const [at, values] of ours.entries())
    expect(worstError(values, theirs[at]!, 1, values.length)).toBeLessThan(1e-6);
  await decoder.dispose();
  await inPlace.dispose();
});
