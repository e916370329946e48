/** What is known of a model before its weights are fetched: its layers, its weights and the bits that they are multiplied in. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ModelToRun } from '../../../../src/models/model-to-run.ts';
import { keptIn } from '../../../../src/models/checkpoint/checkpoint-offers.ts';
import type { KeptBits } from '../../../../src/models/checkpoint/kept-weights.ts';
import type { EngineClient } from '../../../../src/worker/client/engine-client.ts';
import { connectEngine } from '../../../../src/worker/client/connect-engine.ts';
import { containerFile } from '../container-truth.ts';

let client: EngineClient;
beforeEach(() => {
  client = connectEngine();
});
afterEach(() => client.dispose());

/** Picks these files of a folder of tests/fixtures/containers, and looks into what they offer first. */
async function sizeOf(model: string, names: readonly string[], bits: KeptBits = 32): Promise<ModelToRun> {
  const files = new Map(
    await Promise.all(
      names.map(async (name) => [name, new File([await containerFile(`${model}/${name}`)], name)] as const),
    ),
  );
  const listing = await client.listPicked({ name: '', files });
  const [first] = listing.offers;
  const offer = bits === 32 ? first! : keptIn(first!, bits);
  const { toRun } = await client.weighModel({ chosen: { listing, offer }, hosts: [] });
  const worker = new Worker(new URL('./model-size.worker.ts', import.meta.url), { type: 'module' });
  try {
    const found = await new Promise<ModelToRun>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<ModelToRun | { error: { message: string } }>) =>
        'error' in data ? reject(new Error(data.error.message)) : resolve(data),
      );
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.postMessage({ kind: 'offer', chosen: { listing, offer } });
    });
    // What an offer says before it is chosen is what its loading reckons with.
    expect(toRun).toEqual(found);
    return found;
  } finally {
    worker.terminate();
  }
}

/**
 * The toy llama: 3 layers of two products of 64 · 64 and two of 64 · 32 (2 of 4 heads for keys and values), three of 64 · 64 within and
 * two norms of 64; an embedding and a head of 256 · 64; and the last norm.
 */
const WEIGHTS = 3 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 64 + 2 * 64) + 2 * 256 * 64 + 64;
const FOLDER = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

describe('the size of a model before its weights are fetched', () => {
  test.each([
    ['f16.gguf', ['f16.gguf'], 32, 32],
    ['q8_0.gguf', ['q8_0.gguf'], 32, 9],
    ['q4_0.gguf', ['q4_0.gguf'], 32, 5],
    ['safetensors of 16 bits, kept as they are', FOLDER, 32, 32],
    ['safetensors of 16 bits, quantised to 8', FOLDER, 8, 9],
  ] as const)('%s: layers and weights are the true ones', async (_, names, kept, bits) => {
    const { size } = await sizeOf('llama', names, kept);
    expect(size).toMatchObject({ layers: 3, weights: WEIGHTS, bits, unpacked: true });
  });
});
