/** One model, three containers, one stream: random models as GGUF, safetensors and ONNX, against PyTorch. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { argmax } from '../../../../src/reading/sampling.ts';
import { parseSafetensors } from '../../../../src/formats/containers/safetensors.ts';
import type { Decoder } from '../../../../src/engine/decoder.ts';
import { otherDtype } from '../../../../src/models/model-dtype.ts';
import { openNodeDecoder } from '../../../../src/engine/node/node-decoder.ts';
import { openNodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { checkNumbers } from '../../../../src/engine/numbers/numbers-check.ts';
import { worstError } from '../../../fixtures/stream-error.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/containers/', import.meta.url));

/** `containers.json` (make_containers.py). */
interface Facts {
  readonly tokens: readonly number[];
  readonly texts: Readonly<Record<string, readonly number[]>>;
  readonly models: Readonly<Record<string, { readonly greedy: Readonly<Record<string, readonly number[]>> }>>;
}

const facts = JSON.parse(readFileSync(join(FOLDER, 'containers.json'), 'utf8')) as Facts;
const { tokens: IDS } = facts;

/** Each model in each of its containers, and the reference that it has: by name, path and reference. */
const CONTAINERS: readonly (readonly [name: string, path: string, reference: string])[] = [
  ['llama', 'f16.gguf', 'plain'],
  ['llama', 'q8_0.gguf', 'q8_0'],
  ['llama', 'q4_0.gguf', 'q4_0'],
  ['llama', 'q5_0.gguf', 'q5_0'],
  ['llama31', 'f32.gguf', 'plain'],
  ['smollm2', 'bf16.gguf', 'plain'],
  ['smollm2', 'q4_1.gguf', 'q4_1'],
  ['smollm2', 'q5_1.gguf', 'q5_1'],
  ['smollm3', 'f16.gguf', 'plain'],
  ['qwen2', 'f16.gguf', 'plain'],
  ['qwen3', 'f16.gguf', 'plain'],
  ['gemma3', 'f16.gguf', 'plain'],
  ['gemma2', 'f16.gguf', 'plain'],
  ['gemma2', 'q8_0.gguf', 'q8_0'],
  ['olmo2', 'f16.gguf', 'plain'],
  ['olmo2', 'q8_0.gguf', 'q8_0'],
  ['granite', 'f16.gguf', 'plain'],
  ['granite', 'q8_0.gguf', 'q8_0'],
  ['phi3', 'f16.gguf', 'plain'],
  ['phi3', 'q8_0.gguf', 'q8_0'],
  ['k_quants', 'k_quants.gguf', 'k_quants'],
  ...[
    'llama',
    'llama31',
    'smollm2',
    'smollm3',
    'mistral',
    'qwen2',
    'qwen3',
    'gemma2',
    'gemma3',
    'olmo2',
    'granite',
    'phi3',
  ].map((name) => [name, '.', 'plain'] as const),
];

/** Largest ‖difference‖ / ‖reference‖ of a token's stream at any layer, and of the logits: what float32 leaves. */
const LIMIT = 1e-5;

describe.each(CONTAINERS)('%s %s', (name, path, key) => {
  const where = join(FOLDER, name, path);
  let decoder: Decoder;
  let truth: ReturnType<typeof parseSafetensors>;
  beforeAll(async () => {
    truth = parseSafetensors(readFileSync(join(FOLDER, name, 'reference.safetensors')), 'reference.safetensors');
    decoder = await openNodeDecoder(where);
  });
  afterAll(() => decoder.dispose());
  const tensor = (part: string): Float32Array => truth.get(`${key}.${part}`)?.data ?? new Float32Array(0);

  test('the stream of every layer and the logits are those of PyTorch', async () => {
    const { residuals, logits, cache } = await decoder.run(IDS, null);
    cache.dispose();
    const streams = tensor('streams');
    expect(residuals).toHaveLength(streams.length);
    expect(worstError(residuals, streams, IDS.length, decoder.sizes.hidden)).toBeLessThan(LIMIT);
    expect(worstError(logits, tensor('logits'), 1, logits.length)).toBeLessThan(LIMIT);
  });

  test('after a cache the greedy tokens are those of PyTorch', async () => {
    const wanted = facts.models[name]?.greedy[key] ?? [];
    let pass = await decoder.run(IDS, null);
    const greedy: number[] = [];
    while (greedy.length < wanted.length) {
      greedy.push(argmax(pass.logits));
      const next = await decoder.run(greedy.slice(-1), pass.cache);
      pass.cache.dispose();
      pass = next;
    }
    pass.cache.dispose();
    expect(wanted).toHaveLength(12);
    expect(greedy).toEqual(wanted);
  });
});

test('an ONNX export, a GGUF file and a safetensors folder of the same weights give the same stream', async () => {
  const onnx = fileURLToPath(new URL('../../../fixtures/families/llama/fp32.onnx', import.meta.url));
  const [exported, gguf, safetensors] = await Promise.all(
    [onnx, join(FOLDER, 'llama/f16.gguf'), join(FOLDER, 'llama')].map(async (path) => {
      const decoder = await openNodeDecoder(path);
      const { residuals, cache } = await decoder.run(IDS, null);
      cache.dispose();
      await decoder.dispose();
      return residuals;
    }),
  );
  for (const other of [gguf, safetensors])
    expect(worstError(other ?? new Float32Array(0), exported ?? new Float32Array(0), IDS.length, 64)).toBeLessThan(
      LIMIT,
    );
});

describe.each([
  'llama/q4_0.gguf',
  'smollm2/q4_1.gguf',
  'gemma3/f16.gguf',
  'smollm3',
  'gemma2/q8_0.gguf',
  'olmo2',
  'olmo2/q8_0.gguf',
  'granite',
  'phi3/q8_0.gguf',
  'k_quants/k_quants.gguf',
])('%s', (path) => {
  test('is checked as an export is: streams are where they must be, branches read alone, and the lens reads as the model', async () => {
    const engine = await openNodeEngine(join(FOLDER, path));
    const report = await checkNumbers({
      decoder: engine.decoder,
      chunkTokens: engine.chunkTokens,
      ...(await engine.numbers()),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    expect(report).toMatchObject({ passed: true });
    for (const error of [report.untouchedLogitsError, report.placeError, report.branchError])
      expect(error).toBeLessThan(1e-4);
    const { residuals, logits, cache, tokens } = await engine.decoder.run(IDS, null);
    cache.dispose();
    const lens = await engine.openLens();
    const { hidden } = engine.decoder.sizes;
    const last = residuals.subarray(residuals.length - hidden);
    expect(tokens).toBe(IDS.length);
    expect(worstError(await lens.logits(last), logits, 1, logits.length)).toBeLessThan(LIMIT);
    await lens.dispose();
    await engine.dispose();
  });
});

test('the tokenizer in a GGUF file gives the tokens that the one in the folder gives, those of its makers', async () => {
  for (const path of ['qwen3/f16.gguf', 'qwen3']) {
    const { tokenizer, endTokens, dispose } = await openNodeEngine(join(FOLDER, path));
    for (const [text, ids] of Object.entries(facts.texts)) {
      expect(tokenizer.start(text)).toEqual(ids);
      const piece = tokenizer.pieces();
      expect(ids.map((id) => piece(id).text).join('')).toBe(text);
    }
    expect(endTokens).toEqual([1]);
    await dispose();
  }
});

describe('a LoRA adapter', () => {
  const BASE = join(FOLDER, 'mistral');
  const ADAPTER = join(FOLDER, 'mistral-adapter');
  const root = mkdtempSync(join(tmpdir(), 'flipside-adapter-'));
  afterAll(() => rmSync(root, { recursive: true }));
  /** A copy of the adapter with another config, or with the adapter's tensors cut to those that `kept` lets through. */
  const altered = (name: string, config: object): string => {
    const folder = join(root, name);
    cpSync(ADAPTER, folder, { recursive: true });
    const own = JSON.parse(readFileSync(join(ADAPTER, 'adapter_config.json'), 'utf8')) as object;
    writeFileSync(
      join(folder, 'adapter_config.json'),
      JSON.stringify({ ...own, base_model_name_or_path: BASE, ...config }),
    );
    return folder;
  };

  test('merged into its base gives the streams, logits and greedy tokens of PyTorch', async () => {
    const truth = parseSafetensors(readFileSync(join(ADAPTER, 'reference.safetensors')), 'reference.safetensors');
    const tensor = (part: string): Float32Array => truth.get(`plain.${part}`)?.data ?? new Float32Array(0);
    const engine = await openNodeEngine(ADAPTER);
    expect(engine.model).toMatchObject({ id: 'mistral', container: 'safetensors', adapter: 'mistral-adapter' });
    let pass = await engine.decoder.run(IDS, null);
    expect(worstError(pass.residuals, tensor('streams'), IDS.length, engine.decoder.sizes.hidden)).toBeLessThan(LIMIT);
    expect(worstError(pass.logits, tensor('logits'), 1, pass.logits.length)).toBeLessThan(LIMIT);
    const greedy: number[] = [];
    while (greedy.length < 12) {
      greedy.push(argmax(pass.logits));
      const next = await engine.decoder.run(greedy.slice(-1), pass.cache);
      pass.cache.dispose();
      pass = next;
    }
    pass.cache.dispose();
    expect(greedy).toEqual([...tensor('greedy')]);
    await engine.dispose();
  });

  test('is a variant of its base: a probe of the base is measured first', async () => {
    const [base, adapted] = [await openNodeEngine(BASE), await openNodeEngine(ADAPTER)];
    expect(adapted.model.weightsSha256).not.toBe(base.model.weightsSha256);
    expect(otherDtype(base.model, adapted.model)).toEqual({
      from: 'fp32 in safetensors',
      to: 'fp32 in safetensors with an adapter',
    });
    await base.dispose();
    await adapted.dispose();
  });

  test.each([
    [
      'another base',
      { base_model_name_or_path: join(FOLDER, 'llama') },
      /is an adapter of another base, by its own words/,
    ],
    [
      'a base that is not there',
      { base_model_name_or_path: 'someone/else' },
      /adapter of "someone\/else", and that model lies neither at/,
    ],
    ['DoRA', { use_dora: true }, /has the setting use_dora = true, which is not read/],
    ['another rank', { r: 8 }, /lora_A\.weight is \[4, 32\], and here it must be \[8, 32\]/],
    ['another kind', { peft_type: 'IA3' }, /is of the kind "IA3"; LORA is read/],
  ])('with %s is refused by name before any weight is read', async (name, config, words) => {
    const error: unknown = await openNodeEngine(altered(name, config)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(words) as string });
  });
});

describe('a GGUF file whose way of cutting words is not known', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flipside-own-words-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'm.gguf');
  const bytes = readFileSync(join(FOLDER, 'llama/q8_0.gguf'));
  bytes.write('gpt-7', bytes.indexOf('gpt-2'));
  writeFileSync(path, bytes);

  test('cuts texts as Python does with the tokenizer.json beside it, and is refused without', async () => {
    const error: unknown = await openNodeEngine(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: expect.stringMatching(/"gpt-7".+Put the model's tokenizer\.json/) as string,
    });
    cpSync(join(FOLDER, 'llama/tokenizer.json'), join(folder, 'tokenizer.json'));
    const engine = await openNodeEngine(path);
    for (const [text, ids] of Object.entries(facts.texts)) expect(engine.tokenizer.start(text)).toEqual(ids);
    await engine.decoder.dispose();
  });

  test('is refused by the name of the tokenizer.json that is damaged', async () => {
    writeFileSync(join(folder, 'tokenizer.json'), '{"model": 1');
    const error: unknown = await openNodeEngine(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(/tokenizer\.json: it is not valid JSON/) as string });
  });
});
