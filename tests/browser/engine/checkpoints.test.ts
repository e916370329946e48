/**
 * Models as they are published, GGUF files and safetensors folders, picked on the page and opened by its own worker: they compute what
 * PyTorch does, stay in this browser, and are refused by name before the model before them is given up.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { variantName } from '../../../src/models/checkpoint/checkpoint-offers.ts';
import type { EngineStatus } from '../../../src/models/engine-report.ts';
import { otherDtype } from '../../../src/models/model-dtype.ts';
import type { ModelIdentity } from '../../../src/probe/probe-types.ts';
import type { ChosenOffer, WeighedModel } from '../../../src/models/model-source.ts';
import type { EngineClient } from '../../../src/worker/client/engine-client.ts';
import { connectEngine } from '../../../src/worker/client/connect-engine.ts';
import { containerFile, heldToPytorch } from './container-truth.ts';

const never = new AbortController().signal;
let client: EngineClient;
// One worker for all of them, as a reader opens one model after another: a new one costs more than a small model. A test that is
// about another visit starts its own.
beforeAll(async () => {
  client = connectEngine();
  await client.deleteStored({ key: null });
});
afterAll(() => client.dispose());

type Files = Map<string, File>;
const fileOf = (name: string, bytes: BlobPart): File => new File([bytes], name);
const gguf = async (model: string, name: string): Promise<Files> =>
  new Map([[name, fileOf(name, await containerFile(`${model}/${name}`))]]);
const FOLDER = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
const folder = async (model: string): Promise<Files> =>
  new Map(
    await Promise.all(
      FOLDER.map(async (name) => [name, fileOf(name, await containerFile(`${model}/${name}`))] as const),
    ),
  );

/** Picks files and looks into what they offer first. */
async function weigh(files: Files, name = ''): Promise<{ chosen: ChosenOffer; weighed: WeighedModel }> {
  const listing = await client.listPicked({ name, files });
  const weighed = await client.weighModel({ chosen: { listing, offer: listing.offers[0]! }, hosts: [] });
  return { chosen: { listing, offer: weighed.offer }, weighed };
}
async function load(files: Files, backend: 'webgpu' | 'wasm' = 'wasm', name = ''): Promise<EngineStatus> {
  const { chosen } = await weigh(files, name);
  const model = { kind: 'offer', chosen } as const;
  await client.checkModel({ model, hosts: [] }, { signal: never });
  return client.load({ model, hosts: [], backend }, { signal: never });
}

const CONTAINERS = [
  ['llama', 'f16.gguf', 'plain'],
  ['llama', 'q8_0.gguf', 'q8_0'],
  ['llama', 'q4_0.gguf', 'q4_0'],
  ['smollm2', 'q4_1.gguf', 'q4_1'],
  ['k_quants', 'k_quants.gguf', 'k_quants'],
  ['gemma3', 'f16.gguf', 'plain'],
  ['gemma2', 'q8_0.gguf', 'q8_0'],
  ['olmo2', 'f16.gguf', 'plain'],
  ...['llama', 'llama31', 'smollm2', 'smollm3', 'mistral', 'qwen2', 'qwen3', 'gemma2', 'gemma3', 'olmo2'].map(
    (model) => [model, 'folder', 'plain'] as const,
  ),
] as const;

test.each(CONTAINERS)('%s %s computes what PyTorch does, in WebAssembly', async (model, name, key) => {
  const status = await load(name === 'folder' ? await folder(model) : await gguf(model, name));
  expect(status).toMatchObject({ backend: 'wasm', kept: { yes: true } });
  const report = await heldToPytorch(client, model, key);
  expect(report).toMatchObject({ passed: true, against: 'given' });
  const [row] = report.rows;
  expect(row).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
  expect(Math.max(...row!.residualError)).toBeLessThan(1e-5);
  // In units of logits, of which the largest here is between 1 and 10.
  expect(row!.logitsError).toBeLessThan(5e-5);
});

test.each([
  ['llama', 'q4_0.gguf', 'q4_0'],
  ['olmo2', 'f16.gguf', 'plain'],
])('%s %s computes what PyTorch does, on WebGPU', { timeout: 240_000 }, async (model, name, key) => {
  const status = await load(await gguf(model, name), 'webgpu');
  expect(status).toMatchObject({ backend: 'webgpu', fallback: null });
  const report = await heldToPytorch(client, model, key);
  expect(report.rows[0]).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
  expect(Math.max(...report.rows[0]!.residualError)).toBeLessThan(1e-5);
});

test('gemma2 f16.gguf, whose scores are capped, runs on the processor where WebGPU is asked for, and says why', async () => {
  const status = await load(await gguf('gemma2', 'f16.gguf'), 'webgpu');
  expect(status).toMatchObject({ backend: 'wasm', fallback: { cause: 'no-kernel' } });
  expect(status.fallback!.detail).toMatch(/^It runs on the processor: .* caps the scores of attention/);
  const [row] = (await heldToPytorch(client, 'gemma2', 'plain')).rows;
  expect(row).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
  expect(Math.max(...row!.residualError)).toBeLessThan(1e-5);
});

describe('safetensors quantised on the way', () => {
  /** Picks a folder and asks for its weights in so many bits. */
  async function loadIn(kept: 8 | 4, files: Files, backend: 'webgpu' | 'wasm' = 'wasm') {
    const listing = await client.listPicked({ name: 'toy', files });
    const chosen = { listing, offer: { ...listing.offers[0]!, kept } };
    const weighed = await client.weighModel({ chosen, hosts: [] });
    const model = { kind: 'offer', chosen: { listing, offer: weighed.offer } } as const;
    await client.checkModel({ model, hosts: [] }, { signal: never });
    return { weighed, status: await client.load({ model, hosts: [], backend }, { signal: never }) };
  }

  test.each(['llama', 'smollm2', 'gemma3', 'mistral'].flatMap((model) => [8, 4].map((bits) => [model, bits] as const)))(
    '%s in %d bits computes what PyTorch does on the rounded weights, in WebAssembly',
    async (model, bits) => {
      const { weighed, status } = await loadIn(bits as 8 | 4, await folder(model));
      expect(weighed.about!.numbers.filter(({ quantised }) => quantised === true).length).toBeGreaterThan(0);
      expect(status).toMatchObject({ backend: 'wasm', kept: { yes: true }, rounding: { bits } });
      expect(status.title).toContain(` in ${bits} bits)`);
      const [row] = (await heldToPytorch(client, `${model}-quantised`, String(bits))).rows;
      expect(row).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
      expect(Math.max(...row!.residualError)).toBeLessThan(1e-5);
      expect(row!.logitsError).toBeLessThan(5e-5);
    },
  );

  test.each([8, 4] as const)('computes the same in %d bits on WebGPU', { timeout: 240_000 }, async (bits) => {
    const { status } = await loadIn(bits, await folder('llama'), 'webgpu');
    expect(status).toMatchObject({ backend: 'webgpu', fallback: null, rounding: { bits } });
    const [row] = (await heldToPytorch(client, 'llama-quantised', String(bits))).rows;
    expect(row).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
    expect(Math.max(...row!.residualError)).toBeLessThan(1e-5);
  });

  test('is a model of its own beside the same files as they are: by identity, in storage, and opened again', async () => {
    const whole = await load(await folder('llama'), 'wasm', 'toy');
    const { status: four } = await loadIn(4, await folder('llama'));
    expect(four.model.weightsSha256).not.toBe(whole.model.weightsSha256);
    expect(four.key).not.toBe(whole.key);
    expect(whole.rounding).toBeNull();
    expect(otherDtype(whole.model, four.model)).toEqual({ from: 'fp32 in safetensors', to: 'q4 in safetensors' });
    client.dispose();
    client = connectEngine();
    const titles = (await client.listStored({})).map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining([whole.title, four.title]));
    const again = await client.load({ model: { kind: 'kept', key: four.key }, hosts: [], backend: 'wasm' });
    expect(again).toMatchObject({ bytesFrom: 'storage', model: four.model, rounding: four.rounding });
    await client.deleteStored({ key: four.key });
    const left = await client.load({ model: { kind: 'kept', key: whole.key }, hosts: [], backend: 'wasm' });
    expect(left.model).toEqual(whole.model);
  });

  test('takes less memory by what is weighed, and of GGUF is refused by name', async () => {
    const bytes: number[] = [];
    for (const kept of [undefined, 8, 4] as const) {
      const listing = await client.listPicked({ name: '', files: await folder('llama') });
      const offer = { ...listing.offers[0]!, ...(kept && { kept }) };
      bytes.push((await client.weighModel({ chosen: { listing, offer }, hosts: [] })).needs.weightBytes);
    }
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
    expect(bytes[1]! / bytes[0]!).toBeLessThan(0.4);
    const listing = await client.listPicked({ name: '', files: await gguf('llama', 'q4_0.gguf') });
    const chosen = { listing, offer: { ...listing.offers[0]!, kept: 8 as const } };
    const error: unknown = await client.weighModel({ chosen, hosts: [] }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'model-checkpoint-unknown',
      message:
        'q4_0.gguf is GGUF, whose weights stay what they are, and 8 bits were asked for. Keep the weights as they are.',
    });
  });
});

/** A text in a file exchanged for one of the same length. */
const exchanged = (bytes: Uint8Array<ArrayBuffer>, from: string, to: string): Uint8Array<ArrayBuffer> => {
  const text = new TextDecoder('latin1').decode(bytes);
  const at = text.indexOf(from);
  expect(at).toBeGreaterThan(0);
  const out = bytes.slice();
  out.set(new TextEncoder().encode(to), at);
  return out;
};

test('a GGUF file whose way of cutting words is not known opens with the tokenizer.json beside it', async () => {
  const files = new Map([
    ['m.gguf', fileOf('m.gguf', exchanged(await containerFile('llama/q4_0.gguf'), 'gpt-2', 'gpt-7'))],
    ['tokenizer.json', fileOf('tokenizer.json', await containerFile('llama/tokenizer.json'))],
  ]);
  const { weighed } = await weigh(files);
  expect(weighed.offer.files.map(({ path, role }) => [path, role])).toEqual([
    ['m.gguf', 'checkpoint'],
    ['tokenizer.json', 'tokenizer'],
  ]);
  expect(await load(files)).toMatchObject({ backend: 'wasm', kept: { yes: true } });
  const report = await heldToPytorch(client, 'llama', 'q4_0');
  expect(report.rows[0]).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
});

describe('a LoRA adapter', () => {
  const ADAPTER = ['adapter_config.json', 'adapter_model.safetensors'];
  const adapter = async (): Promise<Files> =>
    new Map(
      await Promise.all(
        ADAPTER.map(async (name) => {
          const path = `mistral-adapter/${name}`;
          return [path, fileOf(name, await containerFile(path))] as const;
        }),
      ),
    );
  /** A model's folder with the adapter's, as two that are dropped together lie, or with `under` empty the second in the first. */
  const both = async (model: string, under = `${model}/`): Promise<Files> =>
    new Map([...[...(await folder(model))].map(([name, file]) => [under + name, file] as const), ...(await adapter())]);

  test('is a variant of its base: off it computes what PyTorch does without it, on what PyTorch does with it merged', async () => {
    const listing = await client.listPicked({ name: '', files: await both('mistral') });
    expect(listing.offers.map(variantName)).toEqual(['safetensors', 'safetensors with mistral-adapter']);
    const models: ModelIdentity[] = [];
    for (const [at, reference] of ['mistral', 'mistral-adapter'].entries()) {
      const weighed = await client.weighModel({ chosen: { listing, offer: listing.offers[at]! }, hosts: [] });
      expect(weighed.about?.adapterBase).toBe(at === 0 ? undefined : '../mistral');
      const model = { kind: 'offer', chosen: { listing, offer: weighed.offer } } as const;
      await client.checkModel({ model, hosts: [] }, { signal: never });
      const status = await client.load({ model, hosts: [], backend: 'wasm' }, { signal: never });
      expect(status).toMatchObject({ kept: { yes: true } });
      models.push(status.model);
      const [row] = (await heldToPytorch(client, reference, 'plain')).rows;
      expect(row).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
      expect(Math.max(...row!.residualError)).toBeLessThan(1e-5);
      expect(row!.logitsError).toBeLessThan(5e-5);
    }
    const [base, adapted] = models;
    expect(adapted).toMatchObject({ adapter: 'mistral-adapter' });
    expect(otherDtype(base!, adapted!)).toEqual({
      from: 'fp32 in safetensors',
      to: 'fp32 in safetensors with an adapter',
    });
  });

  test('is stored with its base and opened again without their files', async () => {
    const listing = await client.listPicked({ name: '', files: await both('mistral') });
    const model = { kind: 'offer', chosen: { listing, offer: listing.offers[1]! } } as const;
    const { key, title } = await client.load({ model, hosts: [], backend: 'wasm' }, { signal: never });
    expect(title).toBe('Your model (safetensors with mistral-adapter)');
    client.dispose();
    client = connectEngine();
    await client.checkModel({ model: { kind: 'kept', key }, hosts: [] }, { signal: never });
    const again = await client.load({ model: { kind: 'kept', key }, hosts: [], backend: 'wasm' });
    expect(again).toMatchObject({ bytesFrom: 'storage', model: { adapter: 'mistral-adapter' } });
    expect((await heldToPytorch(client, 'mistral-adapter', 'plain')).rows[0]).toMatchObject({ greedyMatches: 12 });
  });

  test.each([
    [
      'beside a model of another name',
      'llama',
      'llama/',
      /another base, by its own words "\.\.\/mistral", and not of the model in "llama"/,
    ],
    [
      'in the folder of a model of other sizes',
      'llama',
      '',
      /another base, by its own words "\.\.\/mistral": its .* is \[/,
    ],
  ])('%s is refused by name before any weight is read', async (_, model, under, words) => {
    const listing = await client.listPicked({ name: '', files: await both(model, under) });
    const chosen = { listing, offer: listing.offers[1]! };
    expect(variantName(chosen.offer)).toBe('safetensors with mistral-adapter');
    const error: unknown = await client.weighModel({ chosen, hosts: [] }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'model-checkpoint-invalid',
      message: expect.stringMatching(words) as string,
    });
  });

  test('alone says that its base is missing', async () => {
    const { offers } = await client.listPicked({ name: '', files: await adapter() });
    expect(offers.map(({ missing }) => missing)).toEqual([
      ['the model that it changes is not there: take its folder and that of the adapter together'],
    ]);
  });
});

describe('before any weight is read', () => {
  test('a GGUF file says what it is, what becomes of its numbers, and what it takes', async () => {
    const { chosen, weighed } = await weigh(await gguf('k_quants', 'k_quants.gguf'));
    expect(chosen.listing).toMatchObject({ title: 'k_quants', gated: false });
    expect(weighed.about).toMatchObject({ container: 'gguf', family: 'llama', vocabulary: 256 });
    expect(weighed.about!.numbers.map(({ type, bits, offsets }) => [type, bits, offsets])).toEqual(
      expect.arrayContaining([
        ['Q4_K', 4, true],
        ['Q6_K', 8, false],
        ['F32', 32, false],
      ]),
    );
    expect(weighed.needs).toMatchObject({ estimated: false, half: false, missing: [] });
    expect(weighed.needs.weightBytes).toBeGreaterThan(0);
  });

  test('a folder of safetensors too', async () => {
    const { chosen, weighed } = await weigh(await folder('gemma3'), 'gemma3');
    expect(chosen.offer.dtype).toBe(weighed.about!.numbers[0]!.type);
    expect(weighed.about).toMatchObject({ container: 'safetensors', family: 'gemma3_text', licence: null });
  });

  test('a file that Ollama calls by its hash is known by its first bytes', async () => {
    const name = `sha256-${'ab'.repeat(32)}`;
    const { chosen } = await weigh(new Map([[name, fileOf(name, await containerFile('llama/q4_0.gguf'))]]));
    expect(chosen.listing.title).toBe(name);
    expect(chosen.offer.dtype).toBe('Q4_0');
  });
});

test('a model is stored, opened again without its files, and deleted alone', async () => {
  const first = await load(await gguf('llama', 'q8_0.gguf'));
  expect(first.model).toMatchObject({ id: 'q8_0', container: 'gguf', layerCount: 3, hidden: 64 });
  client.dispose();
  client = connectEngine();
  const kept = await client.listStored({});
  const mine = kept.find(({ key }) => key === first.key)!;
  expect(mine.files.every(({ bytes, keptBytes }) => bytes === keptBytes)).toBe(true);
  const again = await client.load({ model: { kind: 'kept', key: mine.key }, hosts: [], backend: 'wasm' });
  expect(again).toMatchObject({ bytesFrom: 'storage', model: { weightsSha256: first.model.weightsSha256 } });
  await client.deleteStored({ key: mine.key });
  expect((await client.listStored({})).map(({ key }) => key)).toEqual(
    kept.map(({ key }) => key).filter((key) => key !== mine.key),
  );
});

describe('is refused by name, and the model before it stays:', () => {
  const cut = (bytes: Uint8Array<ArrayBuffer>, count: number) => bytes.slice(0, count);
  const INDEX = 'model.safetensors.index.json';
  const OTHER_TOKENS = JSON.stringify({ model: { type: 'BPE', vocab: { kindness: 0 }, merges: [] } });
  const CASES: readonly (readonly [what: string, files: () => Promise<Files>, words: RegExp])[] = [
    [
      'a GGUF file that was cut',
      async () => new Map([['m.gguf', fileOf('m.gguf', cut(await containerFile('llama/q4_0.gguf'), 60_000))]]),
      /m\.gguf tensor .*, but the file has 60000: it is cut short/,
    ],
    [
      'safetensors that were cut',
      async () =>
        new Map([
          ...(await folder('llama')),
          ['model.safetensors', fileOf('m', cut(await containerFile('llama/model.safetensors'), 100_000))],
        ]),
      /model\.safetensors holds \d+ bytes of data, but its header describes|data_offsets/,
    ],
    [
      'a family that is not read',
      async () =>
        new Map([['m.gguf', fileOf('m.gguf', exchanged(await containerFile('qwen3/f16.gguf'), 'qwen3', 'mamba'))]]),
      /m\.gguf is of the architecture "mamba", which is not read/,
    ],
    [
      'a way of cutting words that is not known',
      async () =>
        new Map([['m.gguf', fileOf('m.gguf', exchanged(await containerFile('qwen3/f16.gguf'), 'gpt-2', 'gpt-7'))]]),
      /m\.gguf cuts words in the way "gpt-7"/,
    ],
    [
      'such a file with the tokenizer.json of another model beside it',
      async () =>
        new Map([
          ['m.gguf', fileOf('m.gguf', exchanged(await containerFile('qwen3/f16.gguf'), 'gpt-2', 'gpt-7'))],
          ['tokenizer.json', fileOf('t', OTHER_TOKENS)],
        ]),
      /tokenizer\.json: it calls token 0 "kindness", and m\.gguf calls it ".+": they are of two models/,
    ],
    [
      'such a file with a pointer of Git LFS for its tokenizer.json',
      async () =>
        new Map([
          ['m.gguf', fileOf('m.gguf', exchanged(await containerFile('qwen3/f16.gguf'), 'gpt-2', 'gpt-7'))],
          ['tokenizer.json', fileOf('t', 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1739456\n')],
        ]),
      /tokenizer\.json is a pointer of Git LFS that stands for the file of 1739456 bytes/,
    ],
    [
      'a tokenizer of another model',
      async () => {
        const tokenizer = JSON.parse(new TextDecoder().decode(await containerFile('llama/tokenizer.json'))) as {
          model: { vocab: Record<string, number> };
        };
        tokenizer.model.vocab['kindness'] = 555;
        return new Map([...(await folder('llama')), ['tokenizer.json', fileOf('t', JSON.stringify(tokenizer))]]);
      },
      /tokenizer\.json: it has tokens up to number 555, and the model has 256: they are of two models/,
    ],
    [
      'shards that are missing',
      async () => {
        const files = await folder('llama');
        files.delete('model.safetensors');
        files.set('model-00001-of-00002.safetensors', fileOf('m', await containerFile('llama/model.safetensors')));
        files.set(INDEX, fileOf('i', JSON.stringify({ weight_map: { x: 'model-00002-of-00002.safetensors' } })));
        return files;
      },
      /of 2 shards 1 are there/,
    ],
    [
      'a pointer of Git LFS',
      async () =>
        new Map([
          ['m.gguf', fileOf('m.gguf', 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 91739456\n')],
        ]),
      /m\.gguf is a pointer of Git LFS that stands for the file of 91739456 bytes/,
    ],
  ];

  let before: EngineStatus;
  beforeAll(async () => {
    before = await load(await gguf('llama', 'q4_0.gguf'));
  }, 120_000);

  test.each(CASES)('%s', async (_, files, words) => {
    const error: unknown = await load(await files()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toMatch(words);
    const { tokens } = await client.lens({ text: 'kind', top: 1, words: [] }, { signal: never });
    expect(tokens.length).toBeGreaterThan(0);
    expect((await client.listStored({})).some(({ key }) => key === before.key)).toBe(true);
  });
});
