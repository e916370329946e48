/**
 * What config.json says of the memory that a model takes, beside what the graph says: exports of the real builder, and
 * the embedded model.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { estimateMemory } from '../../../../src/models/model-memory.ts';
import { cacheBytesPerToken, describeDecoder } from '../../../../src/graph/decoder-shape.ts';
import { estimateNeeds } from '../../../../src/engine/model/config-estimate.ts';
import { exportsOf, type FamilyFacts } from '../../../fixtures/families.ts';

const FAMILIES = 'tests/fixtures/families';
const facts = JSON.parse(await readFile(join(FAMILIES, 'families.json'), 'utf8')) as FamilyFacts;
const text = (path: string): Promise<string> => readFile(path, 'utf8');

describe('the estimate', () => {
  test.each(exportsOf(facts))(
    'of %s %s has the layers, the cache and the 16 bits of its graph, and no smaller a buffer',
    async (family, name) => {
      const dtype = name.split('-')[0]!;
      const estimate = estimateNeeds(await text(join(FAMILIES, family, 'config.json')), dtype);
      const shape = describeDecoder(await readFile(join(FAMILIES, family, `${name}.onnx`)));
      expect(estimate).toMatchObject({
        layerCount: shape.layerCount,
        cacheBytesPerToken: cacheBytesPerToken(shape),
        half: shape.half,
      });
      // Where the embedding is kept in floats it is the largest; one of 4 bits, 8 times smaller than float32, is not seen from outside.
      const ratio = estimate.largestWeightBytes! / shape.largestWeightBytes;
      expect([1, shape.half ? 4 : 8]).toContain(ratio);
    },
  );

  test('of the embedded model is its graph’s own, but for the embedding, which is kept in bytes', async () => {
    const folder = 'public/models/smollm2-135m-instruct-q4';
    const shape = describeDecoder(await readFile(join(folder, 'onnx/model_q4.onnx')));
    expect(shape.largestWeightBytes).toBe(49_152 * 576);
    expect(estimateNeeds(await text(join(folder, 'config.json')), 'q4')).toEqual({
      layerCount: 30,
      cacheBytesPerToken: cacheBytesPerToken(shape),
      largestWeightBytes: 4 * 49_152 * 576,
      half: false,
      estimated: true,
    });
  });

  // Qwen3-0.6B by its published config: 2 · 28 · 8 · 128 numbers a token, and an embedding of 151936 by 1024.
  const qwen = {
    hidden_size: 1024,
    vocab_size: 151_936,
    max_position_embeddings: 40_960,
    num_hidden_layers: 28,
    num_attention_heads: 16,
    num_key_value_heads: 8,
    head_dim: 128,
    intermediate_size: 3072,
  };
  test.each([
    ['fp32', 4, false],
    ['q4', 4, false],
    ['q8', 4, false],
    ['fp16', 2, true],
    ['q4f16', 2, true],
  ] as const)('of %s counts %d bytes a number', (dtype, bytes, half) => {
    expect(estimateNeeds(JSON.stringify(qwen), dtype)).toEqual({
      layerCount: 28,
      cacheBytesPerToken: 57_344 * bytes,
      largestWeightBytes: 155_582_464 * bytes,
      half,
      estimated: true,
    });
  });

  test('takes what a config leaves out from the rest: a head for each query, a width shared among heads', () => {
    expect(
      estimateNeeds(
        JSON.stringify({
          hidden_size: 64,
          vocab_size: 100,
          max_position_embeddings: 128,
          num_hidden_layers: 2,
          num_attention_heads: 4,
        }),
        'fp32',
      ),
    ).toMatchObject({ cacheBytesPerToken: 2 * 2 * 4 * 16 * 4, largestWeightBytes: 64 * 100 * 4 });
    expect(
      estimateNeeds(
        JSON.stringify({
          hidden_size: 64,
          vocab_size: 100,
          max_position_embeddings: 128,
          intermediate_size: 400,
          num_hidden_layers: 2,
          num_attention_heads: 4,
          head_dim: null,
        }),
        'fp32',
      ),
    ).toMatchObject({ largestWeightBytes: 64 * 400 * 4 });
  });

  test.each([
    {},
    { num_hidden_layers: -1 },
    { num_hidden_layers: 2, num_attention_heads: 0.5 },
    { num_hidden_layers: '2' },
    { num_hidden_layers: 1e9, num_attention_heads: 1 },
  ])('does not guess where the config does not say (%j)', (config) => {
    expect(
      estimateNeeds(
        JSON.stringify({ hidden_size: 64, vocab_size: 100, max_position_embeddings: 128, ...config }),
        'q4f16',
      ),
    ).toEqual({
      layerCount: 0,
      cacheBytesPerToken: null,
      largestWeightBytes: 64 * 100 * 2,
      half: true,
      estimated: true,
    });
  });

  test('never says that a model does not fit, only that it fits or is not known to', () => {
    const needs = {
      ...estimateNeeds(JSON.stringify(qwen), 'q4'),
      contextTokens: 40_960,
      weightBytes: 500_000_000,
      gpuOnly: null,
      missing: [],
    };
    const card = (bytes: number, half = true) => ({ maxBufferSize: bytes, maxStorageBufferBindingSize: bytes, half });
    expect(estimateMemory(needs, card(2 ** 31))).toMatchObject({ fits: true, estimated: true });
    expect(estimateMemory(needs, card(2 ** 27))).toMatchObject({ fits: null, estimated: true });
    expect(estimateMemory({ ...needs, half: true }, card(2 ** 31, false))).toMatchObject({
      fits: false,
      lacksHalf: true,
    });
  });
});
