/** The models that the page names: each of a family that is read, under an open licence, of a size that a tab holds. */
import { expect, test } from 'vitest';
import { ggufPlan } from '../../../src/graph/build/gguf-plan.ts';
import { hfPlan } from '../../../src/graph/build/hf-plan.ts';
import { HUB_MODELS } from '../../../src/models/hub-models.ts';

/** Weights of each as transformers counts them (`num_parameters()` of the model that its config.json describes). */
const PARAMETERS: Readonly<Record<string, number>> = {
  'HuggingFaceTB/SmolLM2-135M-Instruct': 134_515_008,
  'HuggingFaceTB/SmolLM2-360M-Instruct-GGUF': 361_821_120,
  'Qwen/Qwen3-0.6B-GGUF': 596_049_920,
  'Qwen/Qwen2.5-0.5B-Instruct-GGUF': 494_032_768,
};
/** Bytes of one weight, by variant: two, and of 32 weights 34. */
const WEIGHT_BYTES: Readonly<Record<string, number>> = { safetensors: 2, Q8_0: 34 / 32 };
const TAB_BYTES = 2 ** 32;

test.each(HUB_MODELS)('$repo is of a family that is read', ({ family, dtype }) => {
  const read =
    dtype === 'safetensors'
      ? () => hfPlan('config.json', { model_type: family }, [])
      : () => ggufPlan('a.gguf', new Map([['general.architecture', family]]), [], () => new Uint8Array());
  // What is missed is a size, and not the family.
  expect(read).toThrow(/num_hidden_layers|block_count/);
});

test.each(HUB_MODELS)('$repo is as large as its weights are in these numbers', ({ repo, dtype, bytes }) => {
  const weights = PARAMETERS[repo]! * WEIGHT_BYTES[dtype]!;
  expect(bytes).toBeGreaterThan(weights);
  // Vocabulary, settings, and of Qwen 2.5 a head that is written out besides the embedding.
  expect(bytes).toBeLessThan(weights * 1.3);
});

test.each(HUB_MODELS)('$repo may be passed on, and fits a tab', ({ licence, repo, dtype }) => {
  expect(['Apache-2.0', 'MIT']).toContain(licence);
  // Weights of 16 bits are floats of 32 in memory.
  expect(PARAMETERS[repo]! * (dtype === 'safetensors' ? 4 : 34 / 32)).toBeLessThan(TAB_BYTES / 2);
});

test('they are listed smallest first, each once', () => {
  expect(HUB_MODELS.map(({ bytes }) => bytes)).toEqual(HUB_MODELS.map(({ bytes }) => bytes).sort((a, b) => a - b));
  expect(new Set(HUB_MODELS.map(({ repo }) => repo)).size).toBe(HUB_MODELS.length);
});
