/**
 * The embedded model on WebGPU in real Chromium, on the software adapter, against float32 PyTorch: the stream of every layer, the
 * logits and the words that follow. Short, because a pass of it takes this adapter seconds.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { argmax } from '../../../src/reading/sampling.ts';
import { parseModelConfig } from '../../../src/engine/model/model-config.ts';
import { LOGITS_LIMIT, RESIDUAL_LIMIT } from '../../../src/engine/numbers/numbers-check.ts';
import { shippedReference } from '../../../src/engine/numbers/numbers-reference.ts';
import type { OpenedDecoder } from '../../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import { worstError } from '../../fixtures/stream-error.ts';

const MINUTE = 60_000;
/** Words that are written behind the text. */
const FEW = 2;

const answer = async (path: string): Promise<Response> => {
  const found = await fetch(`/models/smollm2-135m-instruct-q4/${path}`);
  if (!found.ok) throw new Error(`${path}: ${found.status}`);
  return found;
};
const bytes = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await answer(path)).arrayBuffer());

let opened: OpenedDecoder;
beforeAll(async () => {
  const weights = new Map<string, Uint8Array>();
  for (const name of ['model_q4.onnx_data', 'model_q4.onnx_data_1', 'model_q4.onnx_data_2'])
    weights.set(name, await bytes(`onnx/${name}`));
  opened = await openWebDecoder(
    {
      graph: await bytes('onnx/model_q4.onnx'),
      weights,
      config: parseModelConfig(await (await answer('config.json')).text()),
    },
    'webgpu',
    { hooked: true },
  );
}, 5 * MINUTE);
afterAll(() => opened?.decoder.dispose());

test(
  'reads and writes what PyTorch does: residuals of all layers, logits and the first greedy tokens',
  async () => {
    const { decoder } = opened;
    const { hidden, layerCount } = decoder.sizes;
    const [truth] = shippedReference(
      await (await answer('reference.json')).text(),
      await bytes('reference.safetensors'),
      decoder.sizes,
    );
    const { ids, residual, logits, greedy } = truth!;
    // This adapter is wrong from 32 tokens a pass on.
    expect(ids.length).toBeLessThan(32);
    expect(residual).toHaveLength((layerCount + 1) * ids.length * hidden);
    let pass = await decoder.run(ids, null);
    expect(worstError(pass.residuals, residual, ids.length, hidden)).toBeLessThan(RESIDUAL_LIMIT);
    expect(Math.max(...pass.logits.map((logit, at) => Math.abs(logit - logits[at]!)))).toBeLessThan(LOGITS_LIMIT);
    const written: number[] = [];
    while (written.length < FEW) {
      written.push(argmax(pass.logits));
      const next = await decoder.run(written.slice(-1), pass.cache);
      pass.cache.dispose();
      pass = next;
    }
    written.push(argmax(pass.logits));
    pass.cache.dispose();
    expect(written).toEqual(greedy.slice(0, FEW + 1));
  },
  10 * MINUTE,
);
