/** The remembered pass size, in the real Cache API. */
import { beforeEach, expect, test } from 'vitest';
import { keepProof, PASS_PROOF, recallProof, type ProofKey } from '../../../src/engine/proofs/proof-memory.ts';

const key: ProofKey = {
  adapter: { vendor: 'google', architecture: 'swiftshader', description: '' },
  browser: 'Chromium 156',
  runtimeVersion: '1.30.0',
  weightsSha256: 'f06b',
  flipsideVersion: '0.1.0',
};
const proof = {
  chunkTokens: 31,
  trials: [
    { tokens: 33, relativeError: 0.85, accepted: false },
    { tokens: 31, relativeError: 0, accepted: true },
  ],
  branchError: 2e-6,
};

beforeEach(async () => {
  await caches.delete('flipside-proofs');
});

test('a trial whose numbers were not finite is remembered as that', async () => {
  const trials = [{ tokens: 33, relativeError: Infinity, accepted: false }, proof.trials[1]!];
  await keepProof(PASS_PROOF, key, { chunkTokens: 31, trials, branchError: Infinity });
  expect(await recallProof(PASS_PROOF, key)).toEqual({ chunkTokens: 31, trials, branchError: Infinity });
});

test('a proof is remembered for the same adapter, browser, runtime and graph', async () => {
  expect(await recallProof(PASS_PROOF, key)).toBeNull();
  await keepProof(PASS_PROOF, key, proof);
  expect(await recallProof(PASS_PROOF, key)).toEqual(proof);
});

test.each<[string, Partial<ProofKey>]>([
  ['browser', { browser: 'Chromium 157' }],
  ['runtime', { runtimeVersion: '1.31.0' }],
  ['model', { weightsSha256: 'f06c' }],
  ['version', { flipsideVersion: '0.2.0' }],
  ['adapter', { adapter: { vendor: 'google', architecture: 'swiftshader', description: 'other' } }],
])('another %s is proved anew', async (_, change) => {
  await keepProof(PASS_PROOF, key, proof);
  expect(await recallProof(PASS_PROOF, { ...key, ...change })).toBeNull();
});

test.each([
  ['no JSON', '{'],
  ['no proof', '{"chunkTokens":128}'],
  ['nothing about branches', JSON.stringify({ chunkTokens: proof.chunkTokens, trials: proof.trials })],
  ['a size that no trial accepted', JSON.stringify({ ...proof, chunkTokens: 33 })],
])('a damaged entry (%s) is not believed', async (_, body) => {
  await keepProof(PASS_PROOF, key, proof);
  const cache = await caches.open('flipside-proofs');
  const [request] = await cache.keys();
  await cache.put(request!, new Response(body));
  expect(await recallProof(PASS_PROOF, key)).toBeNull();
});
