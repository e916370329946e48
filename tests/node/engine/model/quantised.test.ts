/** Weights of safetensors quantised to 8 or 4 bits on the way: against PyTorch on the same rounded weights, and what is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Options } from '../../../../src/cli/command.ts';
import { verify } from '../../../../src/cli/commands/verify.ts';
import { weights } from '../../../../src/cli/commands/weights.ts';
import { roundingSentence } from '../../../../src/content/rounding.ts';
import { openSafetensorsFiles } from '../../../../src/engine/checkpoint/open-checkpoint.ts';
import { checkpointAt, modelOnDisk } from '../../../../src/engine/node/model-on-disk.ts';
import { openNodeDecoder } from '../../../../src/engine/node/node-decoder.ts';
import { openNodeEngine } from '../../../../src/engine/node/node-engine.ts';
import type { QuantisingCost } from '../../../../src/engine/numbers/quantising-cost.ts';
import { parseManifest } from '../../../../src/engine/store/manifest.ts';
import { parseSafetensors, serialiseSafetensors } from '../../../../src/formats/containers/safetensors.ts';
import { quantised } from '../../../../src/graph/build/quantise.ts';
import { KEPT_BITS, type QuantisedBits } from '../../../../src/models/checkpoint/kept-weights.ts';
import { otherDtype } from '../../../../src/models/model-dtype.ts';
import { argmax } from '../../../../src/reading/sampling.ts';
import { refusal, refusalOf } from '../../../fixtures/refusal.ts';
import { worstError } from '../../../fixtures/stream-error.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/containers/', import.meta.url));
const { tokens: IDS } = JSON.parse(readFileSync(join(FOLDER, 'containers.json'), 'utf8')) as {
  readonly tokens: readonly number[];
};
const NAMES = ['llama', 'smollm2', 'qwen2', 'gemma3', 'phi3', 'mistral', 'mistral-adapter'];
const CASES = NAMES.flatMap((name) => ([8, 4] as const).map((bits) => [name, bits] as const));

/** What float32 leaves of a token's stream at any layer, and of the logits. */
const LIMIT = 1e-5;

describe.each(CASES)('%s in %d bits', (name, bits) => {
  const truth = parseSafetensors(readFileSync(join(FOLDER, `${name}-quantised/reference.safetensors`)), 'reference');
  const tensor = (part: string): Float32Array => truth.get(`${bits}.${part}`)?.data ?? new Float32Array(0);

  test('gives the streams, logits and greedy tokens of PyTorch on the weights that the gguf package rounds', async () => {
    const decoder = await openNodeDecoder(modelOnDisk(join(FOLDER, name), bits));
    let pass = await decoder.run(IDS, null);
    expect(pass.residuals).toHaveLength(tensor('streams').length);
    expect(worstError(pass.residuals, tensor('streams'), IDS.length, decoder.sizes.hidden)).toBeLessThan(LIMIT);
    expect(worstError(pass.logits, tensor('logits'), 1, pass.logits.length)).toBeLessThan(LIMIT);
    const greedy: number[] = [];
    while (greedy.length < 12) {
      greedy.push(argmax(pass.logits));
      const next = await decoder.run(greedy.slice(-1), pass.cache);
      pass.cache.dispose();
      pass = next;
    }
    pass.cache.dispose();
    expect(greedy).toEqual([...tensor('greedy')]);
    await decoder.dispose();
  });

  test('says by how much its weights changed, as the gguf package changes them', async () => {
    const { rounding, dispose } = await openNodeEngine(join(FOLDER, name), { kept: bits });
    const [overall = NaN, worst = NaN] = tensor('errors');
    expect(rounding).toMatchObject({ bits });
    expect(rounding?.relativeError).toBeCloseTo(overall, 5);
    // Of Phi-3 each product is a tensor here, and several are one there.
    if (name !== 'phi3') expect(rounding?.worst.relativeError).toBeCloseTo(worst, 5);
    await dispose();
  });
});

test('the weights as they are say nothing of rounding', async () => {
  const { rounding, dispose } = await openNodeEngine(join(FOLDER, 'llama'), { kept: 32 });
  expect(rounding).toBeNull();
  await dispose();
});

describe('identity', () => {
  test('differs by the choice, and is the old one where weights are kept as they are', async () => {
    const models = await Promise.all(
      [undefined, ...KEPT_BITS].map(async (kept) => {
        const { model, dispose } = await openNodeEngine(join(FOLDER, 'llama'), { ...(kept && { kept }) });
        await dispose();
        return model;
      }),
    );
    const [usual, whole, eight, four] = models;
    expect(whole).toEqual(usual);
    expect(new Set(models.map(({ weightsSha256 }) => weightsSha256)).size).toBe(3);
    expect([eight?.dtype, four?.dtype]).toEqual(['q8', 'q4']);
    // A probe of one is measured on the other before it is read with.
    expect(otherDtype(whole!, eight!)).toEqual({ from: 'fp32 in safetensors', to: 'q8 in safetensors' });
    expect(otherDtype(eight!, four!)).toEqual({ from: 'q8 in safetensors', to: 'q4 in safetensors' });
  });

  test('is another than that of the GGUF file whose weights and streams are the same', async () => {
    const [gguf, eight] = await Promise.all([
      openNodeEngine(join(FOLDER, 'llama/q8_0.gguf')),
      openNodeEngine(join(FOLDER, 'llama'), { kept: 8 }),
    ]);
    const passes = await Promise.all([gguf, eight].map(({ decoder }) => decoder.run(IDS, null)));
    expect([...passes[1]!.residuals]).toEqual([...passes[0]!.residuals]);
    expect(otherDtype({ ...gguf.model, id: 'llama.Q8_0' }, eight.model)).toEqual({
      from: 'q8 in GGUF',
      to: 'q8 in safetensors',
    });
    await gguf.dispose();
    await eight.dispose();
  });
});

describe('a choice that cannot be kept is refused by name', () => {
  test.each([
    ['a GGUF file', 'tests/fixtures/containers/llama/q8_0.gguf'],
    ['an ONNX model', 'tests/fixtures/families/llama/fp32.onnx'],
  ])('of %s, whose weights stay what they are', (what, where) => {
    for (const kept of KEPT_BITS)
      expect(refusal(() => checkpointAt(where, kept))).toMatchObject({
        code: 'usage',
        message: expect.stringContaining(`--bits ${kept} says in how many bits`) as string,
      });
    expect(refusal(() => checkpointAt(where, 8)).message).toContain(`is ${what}, whose weights stay what they are`);
  });

  test.each(['5', '08', '8.0', '', '16', '-8'])('--bits %j', (bits) => {
    const options = new Options('read', ['--model', 'm', `--bits=${bits}`], { model: { type: 'string' } });
    expect(refusal(() => options.bits()).message).toContain(`--bits must be one of 32, 8, 4, got "${bits}"`);
  });

  test('16 bits say why', () => {
    const options = new Options('read', ['--model', 'm', '--bits', '16'], { model: { type: 'string' } });
    expect(refusal(() => options.bits()).message).toMatch(
      /got "16": onnxruntime turns weights of 16 bits into 32 when it opens a model/,
    );
  });

  test('by a command that reads other weights', async () => {
    const signal = new AbortController().signal;
    const model = join(FOLDER, 'llama');
    expect((await refusalOf(weights.run(['--model', model, '--bits', '8', '--out', 'o'], signal))).message).toMatch(
      /--bits is for the weights of safetensors/,
    );
  });

  const FILES = [
    { path: 'model.safetensors', bytes: 9, sha256: 'ab'.repeat(32), role: 'checkpoint' },
    { path: 'config.json', bytes: 9, sha256: 'cd'.repeat(32), role: 'config' },
  ];
  const manifest = (kept: unknown, path = 'model.safetensors'): string =>
    JSON.stringify({
      format: 'flipside-model-manifest',
      version: 1,
      id: 'm',
      title: 'M',
      licence: 'mit',
      from: 'local',
      base: 'local/',
      kept,
      files: [{ ...FILES[0], path }, FILES[1]],
    });

  test('in a list of files', () => {
    expect(parseManifest(manifest(8)).kept).toBe(8);
    expect('kept' in parseManifest(manifest(undefined))).toBe(false);
    for (const kept of [32, 16, 5, '8', null, [8]])
      expect(refusal(() => parseManifest(manifest(kept))).message).toContain('kept must be 8, 4 or left out');
    expect(refusal(() => parseManifest(manifest(8, 'model.gguf'))).message).toContain(
      'kept is 8, and only the weights of safetensors are quantised',
    );
  });
});

describe('weights that blocks cannot hold', () => {
  const root = mkdtempSync(join(tmpdir(), 'flipside-quantised-'));
  afterAll(() => rmSync(root, { recursive: true }));

  test('products of columns that are no whole blocks are refused by the name of their tensor before any weight is read', () => {
    const config = JSON.parse(readFileSync(join(FOLDER, 'llama31/config.json'), 'utf8')) as Record<string, unknown>;
    const inner = 40;
    const tensors = [...parseSafetensors(readFileSync(join(FOLDER, 'llama31/model.safetensors')), 'm')].map(
      ([name, { shape }]) => {
        const cut = shape.map((size) => (size === 64 && /mlp/.test(name) ? inner : size));
        const data = new Float32Array(cut.reduce((product, size) => product * size, 1));
        return [name, { dtype: 'F32', shape: cut, data }] as const;
      },
    );
    const bytes = serialiseSafetensors(new Map(tensors));
    const header = Number(new DataView(bytes.buffer).getBigUint64(0, true)) + 8;
    let end = 0;
    const read = (from: number, to: number): Uint8Array => {
      end = Math.max(end, to);
      return bytes.slice(from, Math.min(to, header));
    };
    const open = (kept: QuantisedBits | 32) =>
      openSafetensorsFiles(
        { config: JSON.stringify({ ...config, intermediate_size: inner }), index: null },
        [{ name: 'model.safetensors', path: 'model.safetensors', bytes: bytes.length, read }],
        { kept },
      );
    expect(open(32).about.layers).toBe(2);
    for (const kept of [8, 4] as const)
      expect(refusal(() => open(kept))).toMatchObject({
        code: 'model-checkpoint-unknown',
        message: `model.safetensors model.layers.0.mlp.down_proj.weight has 40 columns, and weights in ${kept} bits lie in blocks of 32. Keep the weights as they are.`,
      });
  });

  test.each([NaN, Infinity, -Infinity])(
    'a weight of %d is refused by its tensor, and not rounded to something',
    async (bad) => {
      const folder = mkdtempSync(join(root, 'bad-'));
      for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
        writeFileSync(join(folder, name), readFileSync(join(FOLDER, 'llama31', name)));
      const tensors = [...parseSafetensors(readFileSync(join(FOLDER, 'llama31/model.safetensors')), 'm')].map(
        ([name, { shape, data }]) => {
          const changed = Float32Array.from(data);
          if (name === 'model.layers.1.mlp.up_proj.weight') changed[70] = bad;
          return [name, { dtype: 'F32', shape, data: changed }] as const;
        },
      );
      writeFileSync(join(folder, 'model.safetensors'), serialiseSafetensors(new Map(tensors)));
      for (const kept of [8, 4] as const)
        expect((await refusalOf(openNodeEngine(folder, { kept }))).message).toMatch(
          new RegExp(`model.layers.1.mlp.up_proj.weight holds a number that weights in ${kept} bits cannot hold`),
        );
    },
  );

  test('scales beyond float16 are refused, zeros stay zeros, and the largest number of a block is exact but for its scale', () => {
    for (const bits of [8, 4] as const) {
      expect(() => quantised(bits, new Float32Array(32).fill(1e9))).toThrow(RangeError);
      const zeros = quantised(bits, new Float32Array(64));
      expect([...new Set(zeros.levels)]).toEqual([bits === 8 ? 128 : 8]);
      expect([zeros.changes, zeros.squares]).toEqual([0, 0]);
      const peak = quantised(
        bits,
        Float32Array.from({ length: 32 }, (_, i) => (i === 3 ? -127 * 8 : 0)),
      );
      expect(peak.changes).toBe(0);
    }
  });
});

test('verify says what quantising cost on the first tokens, beside the same model as it is', async () => {
  const costs: QuantisingCost[] = [];
  for (const bits of ['8', '4']) {
    const { result, ok } = await verify.run(
      ['--model', join(FOLDER, 'llama'), '--bits', bits],
      new AbortController().signal,
    );
    expect(ok).toBe(true);
    const { quantised: found } = result as { readonly quantised: { readonly onFirstTokens: QuantisingCost } };
    costs.push(found.onFirstTokens);
  }
  const [eight, four] = costs;
  expect(eight?.streamError).toHaveLength(4);
  expect(eight?.streamError[0]).toBeCloseTo(0.0054, 3);
  // Embedding and head keep 8 bits in both.
  expect(four?.streamError[0]).toBe(eight?.streamError[0]);
  expect(four!.streamError[3]).toBeGreaterThan(5 * eight!.streamError[3]!);
  expect(eight!.meanKl).toBeGreaterThan(0);
  expect(four!.meanKl).toBeGreaterThan(10 * eight!.meanKl);
  expect(four!.largestKl).toBeGreaterThan(four!.meanKl);
  expect(eight!.sameNext).toBeGreaterThan(four!.sameNext);
  expect(eight!.sameNext).toBeLessThanOrEqual(eight!.tokens);
});

test('the sentence names the bits, the error over all weights, and the tensor that changed most', () => {
  const worst = { tensor: 'model.embed_tokens.weight', relativeError: 0.1109 };
  expect(roundingSentence({ bits: 4, tensors: 211, relativeError: 0.0814, worst })).toBe(
    'Weights are kept in 4 bits, which changed them by 8.1 % (root mean square over 211 tensors; at most 11 %, in model.embed_tokens.weight). By how much next words change, flipside verify --model FOLDER --bits 4 measures on two short texts.',
  );
});
