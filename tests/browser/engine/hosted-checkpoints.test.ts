/**
 * Models as they are published, on a host: looked into by the heads of their weights, streamed after consent, and used without storage.
 * The host is a server on another port (tests/fixtures/servers/hub-server.ts) with one model in safetensors and in GGUF.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { AppError } from '../../../src/base/errors.ts';
import type { EngineStatus } from '../../../src/models/engine-report.ts';
import type { ChosenOffer, ModelListing, ModelSource, WeighedModel } from '../../../src/models/model-source.ts';
import { startWorker } from '../../../src/worker/start-worker.ts';
import { connectEngine } from '../../../src/worker/client/connect-engine.ts';
import type { EngineClient } from '../../../src/worker/client/engine-client.ts';
import { createWorkerClient } from '../../../src/worker/client/worker-client.ts';
import type { HubRequest } from '../../fixtures/servers/hub-server.ts';
import { containerFile, heldToPytorch } from './container-truth.ts';
import withoutStorage from './without-storage.worker.ts?worker&url';

const never = new AbortController().signal;
const MIB = 2 ** 20;
let host: string;
let run: string;
let client: EngineClient;

const json = async <T>(path: string): Promise<T> => (await (await fetch(path)).json()) as T;
/** Sets how the host behaves, and empties its log. */
const behave = (...list: string[]): Promise<unknown> =>
  json(`/hub/${run}/behave/${['checkpoints', ...list].join(',')}`);
/** What was asked of it, since. */
const asked = (): Promise<readonly HubRequest[]> => json<HubRequest[]>(`/hub/${run}/log`);
/** What of it was weights. */
const weightsAsked = async (): Promise<readonly HubRequest[]> =>
  (await asked()).filter(({ path }) => /\.(?:gguf|safetensors)$/.test(path));

const list = (): Promise<ModelListing> =>
  client.listHub({ host, repo: `${run}/toy`, hosts: [host] }, { signal: never });
const choose = async (dtype: string): Promise<ChosenOffer> => {
  const listing = await list();
  return { listing, offer: listing.offers.find((offer) => offer.dtype === dtype)! };
};
const weigh = (chosen: ChosenOffer): Promise<WeighedModel> =>
  client.weighModel({ chosen, hosts: [host] }, { signal: never });
const check = (model: ModelSource): Promise<unknown> => client.checkModel({ model, hosts: [host] }, { signal: never });
const load = (model: ModelSource, hosts = [host]): Promise<EngineStatus> =>
  client.load({ model, hosts, backend: 'wasm' }, { signal: never });
const offered = (chosen: ChosenOffer): ModelSource => ({ kind: 'offer', chosen });
/** The same calls in the same order as the page makes them. */
const take = async (chosen: ChosenOffer): Promise<EngineStatus> => {
  await weigh(chosen);
  await check(offered(chosen));
  return load(offered(chosen));
};
const failure = async (call: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await call.then(
    () => new Error('It went through.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw error;
};
const setQuota = async (quotaSize?: number): Promise<void> => {
  const session = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
  await session.send('Storage.overrideQuotaForOrigin', {
    origin: location.origin,
    ...(quotaSize !== undefined && { quotaSize }),
  });
};
const computes = async (key: string): Promise<void> => {
  const report = await heldToPytorch(client, 'llama', key);
  expect(report).toMatchObject({ passed: true, against: 'given' });
  expect(report.rows[0]).toMatchObject({ greedyMatches: 12, greedyTotal: 12 });
  expect(Math.max(...report.rows[0]!.residualError)).toBeLessThan(1e-5);
};
const another = (next: EngineClient): void => {
  client.dispose();
  client = next;
};

// One worker for all of them, but for those that are about another visit or another browser; every test has a host of its own and an
// empty storage.
beforeAll(() => {
  client = connectEngine();
});
beforeEach(async () => {
  host = await json('/hub/address');
  run = crypto.randomUUID();
  await behave();
  await client.deleteStored({ key: null });
});
afterEach(() => setQuota());
afterAll(() => client.dispose());

const KINDS = [
  ['safetensors', 'model.safetensors', 'plain'],
  ['Q4_0', 'toy-Q4_0.gguf', 'q4_0'],
] as const;

describe.each(KINDS)('%s on a host', (dtype, path, key) => {
  test('is looked into by the head of its weights, streamed once, computes what PyTorch does, and is stored', async () => {
    const chosen = await choose(dtype);
    const bytes = chosen.offer.files.find((file) => file.path === path)!.bytes;
    const { about, needs } = await weigh(chosen);
    expect(about).toMatchObject({ family: 'llama', layers: 3, hidden: 64, vocabulary: 256 });
    expect(needs).toMatchObject({ layerCount: 3, contextTokens: 128, missing: [] });
    await check(offered(chosen));
    const head = { path, range: `bytes=0-${Math.min(MIB, bytes) - 1}`, status: 206 };
    expect(await weightsAsked()).toEqual([head, head]);

    const status = await load(offered(chosen));
    // The small files of a folder were brought by the check; a GGUF file has none.
    const bytesFrom = dtype === 'safetensors' ? 'mixed' : 'network';
    expect(status).toMatchObject({ bytesFrom, kept: { yes: true, reason: null } });
    expect((await weightsAsked()).slice(2)).toEqual([{ path, range: null, status: 200 }]);
    await computes(key);

    await behave();
    another(connectEngine());
    expect(await load({ kind: 'kept', key: status.key }, [])).toMatchObject({
      bytesFrom: 'storage',
      model: status.model,
    });
    expect(await weightsAsked()).toEqual([]);
  });

  test('with another byte is refused by its hash, and nothing of that file is stored', async () => {
    const chosen = await choose(dtype);
    await behave(`flip-${path}`);
    const error = await failure(load(offered(chosen)));
    expect(error).toMatchObject({ code: 'model-file-altered', details: { file: path } });
    for (const { files } of await client.listStored({}))
      expect(files.find((file) => file.path === path)!.keptBytes).toBe(0);
  });
});

describe('of a GGUF file on a host', () => {
  const tokenizersAsked = async (): Promise<number> =>
    (await asked()).filter(({ path }) => path === 'tokenizer.json').length;

  test('the tokenizer.json beside it is neither counted nor fetched where it says itself how words are cut', async () => {
    const chosen = await choose('Q4_0');
    const { offer } = await weigh(chosen);
    expect(offer.files).toEqual(chosen.offer.files);
    await take({ ...chosen, offer });
    expect(await tokenizersAsked()).toBe(0);
  });

  test('the tokenizer.json beside it is counted, fetched and stored where it cuts words in a way that is not known', async () => {
    await behave('gpt-7');
    const chosen = await choose('Q4_0');
    const { offer } = await weigh(chosen);
    const [weights, tokenizer] = offer.files;
    expect(tokenizer).toMatchObject({ path: 'tokenizer.json', role: 'tokenizer' });
    expect(offer.bytes).toBe(weights!.bytes + tokenizer!.bytes);
    const status = await take({ ...chosen, offer });
    await computes('q4_0');
    expect(await tokenizersAsked()).toBe(1);
    await behave();
    another(connectEngine());
    expect(await load({ kind: 'kept', key: status.key }, [])).toMatchObject({ bytesFrom: 'storage' });
    await computes('q4_0');
    expect(await tokenizersAsked()).toBe(0);
  });
});

describe('a host is refused by name, and the model before stays, where it', () => {
  const CASES: readonly (readonly [what: string, behaviour: string, code: string, words: RegExp])[] = [
    [
      'ignores ranges',
      'whole',
      'model-fetch-failed',
      /model\.safetensors .* from localhost:\d+: it sends the whole file/,
    ],
    [
      'sends fewer bytes',
      'short',
      'model-fetch-failed',
      /model\.safetensors .* from localhost:\d+: it sent 524288 of 1048576 bytes/,
    ],
    [
      'sends other bytes',
      'shifted',
      'model-fetch-failed',
      /model\.safetensors .* from localhost:\d+: it sent bytes 1-\d+\/\d+, and bytes 0-1048575\/\d+ were asked for/,
    ],
    [
      'asks for consent',
      'gated',
      'model-gated',
      /localhost:\d+ does not give (?:model\.safetensors|config\.json) without an account/,
    ],
    [
      'has lost the file',
      'missing-model.safetensors',
      'model-fetch-failed',
      /model\.safetensors .* from localhost:\d+: it answered 404/,
    ],
    ['leads to another host', 'away', 'model-host-off', /may not fetch from http:\/\/127\.0\.0\.1:\d+/],
  ];

  test(CASES.map(([what]) => what).join(', '), async () => {
    const before = await take(await choose('Q4_0'));
    const chosen = await choose('safetensors');
    for (const [, behaviour, code, words] of CASES) {
      await behave(behaviour);
      for (const attempt of [() => weigh(chosen), () => check(offered(chosen))]) {
        const error = await failure(attempt());
        expect(error.message).toMatch(words);
        expect(error.code).toBe(code);
      }
    }
    const { tokens } = await client.lens({ text: 'kind', top: 1, words: [] }, { signal: never });
    expect(tokens.length).toBeGreaterThan(0);
    expect((await client.listStored({})).map(({ key }) => key)).toEqual([before.key]);
  });
});

describe('a model that cannot be stored works until the tab is closed, and says so:', () => {
  const withoutAny = (): EngineClient =>
    createWorkerClient(startWorker(new URL(withoutStorage, import.meta.url).href, { name: 'flipside-engine' }));

  /** What is left of it after the tab. */
  const isGone = async (key: string): Promise<void> => {
    another(connectEngine());
    const error = await failure(load({ kind: 'kept', key }, []));
    expect(['model-fetch-failed', 'model-host-off']).toContain(error.code);
  };

  test.each(KINDS)('%s from a host, in a browser without storage', async (dtype, _, key) => {
    another(withoutAny());
    const status = await take(await choose(dtype));
    expect(status).toMatchObject({
      bytesFrom: 'network',
      kept: { yes: false, reason: 'This browser offers no private file storage to this page.' },
    });
    await computes(key);
    await isGone(status.key);
  });

  test.each(KINDS)('%s from a host, in a browser without room for it', async (dtype, path, key) => {
    const chosen = await choose(dtype);
    await weigh(chosen);
    await setQuota(50_000);
    await check(offered(chosen));
    const status = await load(offered(chosen));
    expect(status.kept).toEqual({ yes: false, reason: expect.stringContaining('has no room left') as string });
    await computes(key);
    await setQuota();
    await isGone(status.key);
    expect(
      (await client.listStored({})).flatMap(({ files }) => files).find((file) => file.path === path)?.keptBytes ?? 0,
    ).toBe(0);
  });

  test('a file of the reader’s, in a browser without storage', async () => {
    another(withoutAny());
    const files = new Map([['q4_0.gguf', new File([await containerFile('llama/q4_0.gguf')], 'q4_0.gguf')]]);
    const listing = await client.listPicked({ name: '', files }, { signal: never });
    const status = await take({ listing, offer: listing.offers[0]! });
    expect(status).toMatchObject({
      bytesFrom: 'disk',
      kept: { yes: false, reason: 'This browser offers no private file storage to this page.' },
    });
    await computes('q4_0');
    await isGone(status.key);
  });
});
