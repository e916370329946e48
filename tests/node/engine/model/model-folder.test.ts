/** Models in folders on disk: which variant is taken, where its files are looked for, and what is said where there is none. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Options } from '../../../../src/cli/command.ts';
import type { AppError } from '../../../../src/base/errors.ts';
import { graphOfType, modelPaths } from '../../../../src/engine/node/model-folder.ts';
import { openNodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { expectRefusal, flipside } from '../../../fixtures/command.ts';
import { toyDecoderFiles, TOY, toyTokenizerFiles } from '../../../fixtures/toy/toy-graph.ts';

const root = mkdtempSync(join(tmpdir(), 'flipside-model-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

const folder = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), content);
  }
  return join(root, name);
};
const [tokenizer, settings] = toyTokenizerFiles();
const BESIDE = {
  'config.json': JSON.stringify({
    hidden_size: TOY.hidden,
    vocab_size: TOY.vocabulary,
    max_position_embeddings: TOY.contextTokens,
    eos_token_id: 95,
  }),
  'tokenizer.json': tokenizer,
  'tokenizer_config.json': settings,
};
const toy = (seed: number, name: string): { graph: Uint8Array; weights: Uint8Array } => {
  const { graph, weights } = toyDecoderFiles({ seed, weightFile: name });
  return { graph, weights: weights.get(name)! };
};
const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

describe('a folder', () => {
  const two = folder('two', {
    ...BESIDE,
    'onnx/model_q4.onnx': 'a',
    'onnx/model_q4.onnx_data': 'a'.repeat(100),
    'onnx/model_q4f16.onnx': 'b',
  });

  test('of two variants gives q4, the named one, or says which there are', () => {
    expect(modelPaths(two)).toMatchObject({ graph: join(two, 'onnx/model_q4.onnx'), id: 'two-q4' });
    expect(graphOfType(two, 'q4f16')).toBe(join(two, 'onnx/model_q4f16.onnx'));
    expect(modelPaths(graphOfType(two, 'q4f16'))).toMatchObject({ id: 'two-q4f16' });
    expect(() => graphOfType(two, 'q8')).toThrow(
      expect.objectContaining<Partial<AppError>>({
        code: 'model-variant-missing',
        message: expect.stringContaining('there are q4f16, q4') as string,
      }),
    );
  });

  test('without q4 gives the smallest', () => {
    const dir = folder('no-q4', {
      ...BESIDE,
      'onnx/model.onnx': 'a'.repeat(100),
      'onnx/model_fp16.onnx': 'a'.repeat(50),
    });
    expect(modelPaths(dir)).toMatchObject({ graph: join(dir, 'onnx/model_fp16.onnx'), id: 'no-q4-fp16' });
  });

  test('names a variant alike, whether it is found in the folder, picked by either of its names, or its graph is named', () => {
    const dir = folder('eight', { ...BESIDE, 'onnx/model_quantized.onnx': 'a', 'onnx/model.onnx': 'a'.repeat(50) });
    expect(modelPaths(dir).id).toBe('eight-q8');
    for (const name of ['q8', 'quantized']) expect(graphOfType(dir, name)).toBe(join(dir, 'onnx/model_quantized.onnx'));
    expect(modelPaths(graphOfType(dir, 'q8')).id).toBe('eight-q8');
    expect(modelPaths(graphOfType(dir, 'fp32')).id).toBe('eight-fp32');
  });

  test('of one variant gives it under the folder’s own name, as the embedded model', () => {
    const model = 'public/models/smollm2-135m-instruct-q4';
    expect(modelPaths(model)).toMatchObject({
      graph: join(process.cwd(), model, 'onnx/model_q4.onnx'),
      id: 'smollm2-135m-instruct-q4',
    });
    expect(modelPaths(model).beside('config.json')).toBe(join(process.cwd(), model, 'config.json'));
    const flat = folder('flat', { ...BESIDE, 'model.onnx': 'a', 'model.onnx.data': 'b' });
    expect(modelPaths(flat)).toMatchObject({ graph: join(flat, 'model.onnx'), id: 'flat' });
  });
});

test('--dtype belongs to every command that takes a model', () => {
  const two = join(root, 'two');
  expect(new Options('read', ['--model', two, '--dtype', 'q4f16'], { model: { type: 'string' } }).model()).toBe(
    join(two, 'onnx/model_q4f16.onnx'),
  );
  expect(new Options('read', ['--model', two], { model: { type: 'string' } }).model()).toBe(two);
  expect(() => new Options('check', ['--dtype', 'q4'], { set: { type: 'string' } })).toThrow(
    /Unknown option '--dtype'/,
  );
});

describe('two variants of the toy', () => {
  const [a, b] = [toy(1, 'model_q4.onnx_data'), toy(2, 'model_fp16.onnx_data')];
  const dir = folder('toys', {
    ...BESIDE,
    'generation_config.json': JSON.stringify({ eos_token_id: [95, 7] }),
    'chat_template.jinja': '{% for message in messages %}[{{ message.content }}]{% endfor %}',
    'onnx/model_q4.onnx': a.graph,
    'onnx/model_q4.onnx_data': a.weights,
    'onnx/model_fp16.onnx': b.graph,
    'onnx/model_fp16.onnx_data': b.weights,
  });

  test('are opened by name, each with its own identity, the template and what ends a text', async () => {
    for (const [where, { graph, weights }, id] of [
      [dir, a, 'toys-q4'],
      [graphOfType(dir, 'fp16'), b, 'toys-fp16'],
    ] as const) {
      const engine = await openNodeEngine(where);
      expect(engine.model).toEqual({
        id,
        layerCount: 3,
        hidden: 64,
        weightsSha256: sha256(sha256(graph) + sha256(weights)),
      });
      expect(engine.endTokens).toEqual([95, 7]);
      expect(engine.tokenizer.chat([{ role: 'user', content: 'Hello.' }])).toBe('[Hello.]');
      await engine.dispose();
    }
  });

  test('are read by the command', { timeout: 60_000 }, async () => {
    const { stdout, status } = await flipside(
      'lens',
      '--model',
      dir,
      '--dtype',
      'fp16',
      '--text',
      'kind',
      '--top',
      '1',
    );
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { model: { id: string } }).model.id).toBe('toys-fp16');
    expectRefusal(
      await flipside('lens', '--model', dir, '--dtype', 'q8', '--text', 'kind'),
      /model-variant-missing: .*there are fp16, q4|there are q4, fp16/,
    );
  });
});
