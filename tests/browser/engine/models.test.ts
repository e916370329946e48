/**
 * Models from elsewhere in the real worker, in real Chromium: from a hub on another port
 * (tests/fixtures/servers/hub-server.ts), and from files.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import type { LoadProgress } from '../../../src/models/engine-report.ts';
import { AppError } from '../../../src/base/errors.ts';
import type { ModelOffer } from '../../../src/models/model-offer.ts';
import type { ModelListing, ModelSource } from '../../../src/models/model-source.ts';
import type { EngineClient } from '../../../src/worker/client/engine-client.ts';
import { connectEngine } from '../../../src/worker/client/connect-engine.ts';
import type { HubRequest } from '../../fixtures/servers/hub-server.ts';

const never = new AbortController().signal;
let host: string;
let run: string;
let client: EngineClient;
let progress: LoadProgress[];

const json = async <T>(path: string): Promise<T> => (await (await fetch(path)).json()) as T;
const behave = (list: string): Promise<unknown> => json(`/hub/${run}/behave/${list}`);
const asked = (): Promise<readonly HubRequest[]> => json(`/hub/${run}/log`);
const list = (hosts = [host]): Promise<ModelListing> =>
  client.listHub({ host, repo: `${run}/toy`, hosts }, { signal: never });
const variant = ({ offers }: ModelListing, dtype: string): ModelOffer => offers.find((offer) => offer.dtype === dtype)!;
const load = (model: ModelSource, hosts = [host]) =>
  client.load({ model, hosts, backend: 'wasm' }, { on: { progress: (step) => progress.push(step) }, signal: never });
const fromHub = async (dtype = 'q4'): Promise<ModelSource> => {
  const listing = await list();
  return { kind: 'offer', chosen: { listing, offer: variant(listing, dtype) } };
};
const failure = async (call: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await call.then(
    () => new Error('It went through.'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw error;
};
const filesOfRun = async (): Promise<Map<string, File>> => {
  const files = await json<[string, string][]>(`/hub/${run}/files`);
  return new Map(
    files.map(([path, base64]) => [
      path,
      new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], path.split('/').at(-1)!),
    ]),
  );
};
const setQuota = async (quotaSize?: number): Promise<void> => {
  const session = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
  await session.send('Storage.overrideQuotaForOrigin', {
    origin: location.origin,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });
};
/** Another visit: a worker that knows nothing. */
const again = (): void => {
  client.dispose();
  client = connectEngine();
};

// One worker for all of them, as a reader opens one model after another; every test has a host of its own and an empty storage.
beforeAll(() => {
  client = connectEngine();
});
beforeEach(async () => {
  host = await json('/hub/address');
  run = crypto.randomUUID();
  progress = [];
  await client.deleteStored({ key: null });
});
afterEach(() => setQuota());
afterAll(() => client.dispose());

describe('a model on a hub', { timeout: 60_000 }, () => {
  test('is listed, weighed by graph and config alone, loaded by way of the redirect, and computes', async () => {
    const listing = await list();
    expect(listing).toMatchObject({ title: 'toy', licence: 'mit', gated: false });
    expect(listing.offers.map(({ dtype, missing }) => [dtype, missing])).toEqual([
      ['q4', []],
      ['fp16', []],
    ]);
    const offer = variant(listing, 'q4');
    const { needs } = await client.weighModel({ chosen: { listing, offer }, hosts: [host] }, { signal: never });
    expect(needs).toMatchObject({
      layerCount: 3,
      contextTokens: 1024,
      cacheBytesPerToken: 768,
      largestWeightBytes: 32_768,
      missing: [],
    });
    expect((await asked()).map(({ path }) => path).sort()).toEqual(['config.json', 'onnx/model_q4.onnx']);
    await behave('good');

    const status = await load({ kind: 'offer', chosen: { listing, offer } });
    expect(status).toMatchObject({
      title: 'toy (q4)',
      model: { id: 'toy-q4', layerCount: 3, hidden: 64 },
      contextTokens: 1024,
      bytesFrom: 'network',
      kept: { yes: true, reason: null },
    });
    expect((await asked()).map(({ path }) => path).sort()).toEqual([
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'onnx/model_q4.onnx',
      'onnx/model_q4.onnx_data',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const lens = await client.lens({ text: 'kind', top: 1, words: [] }, { signal: never });
    expect(lens.tokens.map(({ text }) => text).join('')).toBe('kind');
    expect(lens.layers).toHaveLength(4);
    // The template lies in a file of its own.
    expect(await client.renderChat({ messages: [{ role: 'user', content: 'Hello.' }] })).toBe(
      '[user] Hello.\n[assistant]',
    );
  });

  test('says that no probe reads it, and is checked against the graph as it was exported, since it came without a reference', async () => {
    await load(await fromHub());
    expect(await failure(client.read({ text: 'kind', readouts: false }, { signal: never }))).toMatchObject({
      code: 'probe-model-mismatch',
    });
    const shares: number[] = [];
    const report = await client.checkNumbers(
      { given: null },
      { on: { progress: ({ done, total }) => shares.push(done / total) }, signal: never },
    );
    expect(report).toMatchObject({ passed: true, against: 'none', rows: [], untouchedLimit: 5e-3 });
    for (const error of [report.untouchedLogitsError, report.placeError, report.branchError])
      expect(error).toBeLessThan(1e-3);
    expect(report.compared[0]).toMatch(/^No reference lies with this model/);
    expect(shares.at(-1)).toBe(1);
  });

  test('is kept beside another variant, loaded again without a request, and deleted alone', async () => {
    const first = await load(await fromHub('q4'));
    const second = await load(await fromHub('fp16'));
    expect(second.model.weightsSha256).not.toBe(first.model.weightsSha256);
    const kept = await client.listStored({});
    expect(kept.map(({ title }) => title).sort()).toEqual(['toy (fp16)', 'toy (q4)']);
    for (const { from, files, changed, licence } of kept) {
      expect({ from, licence }).toEqual({
        from: { kind: 'hub', address: `${host}/${run}/toy/resolve/${'c0ffee'.repeat(6)}c0ff/` },
        licence: 'mit',
      });
      expect(files.every(({ bytes, keptBytes }) => bytes === keptBytes)).toBe(true);
      expect(Math.abs((changed ?? 0) - Date.now())).toBeLessThan(120_000);
    }
    await behave('good');
    again();
    const back = await load({ kind: 'kept', key: first.key }, []);
    expect(back).toMatchObject({ model: first.model, bytesFrom: 'storage', kept: { yes: true } });
    expect(await asked()).toEqual([]);
    await client.deleteStored({ key: first.key });
    expect((await client.listStored({})).map(({ title }) => title)).toEqual(['toy (fp16)']);
    again();
    expect(await load({ kind: 'kept', key: second.key }, [])).toMatchObject({ bytesFrom: 'storage' });
    expect(await failure(load({ kind: 'kept', key: first.key }))).toMatchObject({
      code: 'model-fetch-failed',
      message: expect.stringContaining('no longer keeps') as string,
    });
  });

  test('goes on by Range where the connection broke', async () => {
    await behave('break-100000');
    const status = await load(await fromHub());
    expect(status.kept.yes).toBe(true);
    const requests = (await asked()).filter(({ path }) => path.endsWith('.onnx_data'));
    expect(requests.map((request) => request.status)).toEqual([200, 206]);
    expect(Number(/^bytes=(\d+)-$/.exec(requests[1]!.range ?? '')?.[1])).toBeGreaterThan(0);
  });

  test.each([
    ['model_q4.onnx_data', 'expectedSha256'],
    ['tokenizer.json', 'expectedGitBlob'],
  ])('with a wrong %s is refused by its hash', async (file, detail) => {
    const source = await fromHub();
    await behave(`flip-${file}`);
    const error = await failure(load(source));
    expect(error.code).toBe('model-file-altered');
    expect(error.message).toContain(file);
    expect(error.details).toHaveProperty(detail);
    // What arrived right is kept, what did not is not.
    await behave('good');
    expect((await load(source)).kept.yes).toBe(true);
  });

  test('behind consent is said to be so, in the list and by its files', async () => {
    await behave('gated');
    const listing = await list();
    expect(listing.gated).toBe(true);
    expect(
      await failure(
        client.weighModel({ chosen: { listing, offer: variant(listing, 'q4') }, hosts: [host] }, { signal: never }),
      ),
    ).toMatchObject({ code: 'model-gated', details: { status: 401 } });
    expect(await failure(load({ kind: 'offer', chosen: { listing, offer: variant(listing, 'q4') } }))).toMatchObject({
      code: 'model-gated',
    });
  });

  test.each([
    ['private', 'model-fetch-failed', 401],
    ['unknown', 'model-fetch-failed', 404],
  ])('that is %s cannot be listed', async (behaviour, code, status) => {
    await behave(behaviour);
    expect(await failure(list())).toMatchObject({ code, details: { status } });
  });

  test('that is a web page is no list', async () => {
    await behave('page');
    expect(await failure(list())).toMatchObject({ code: 'model-list-invalid', details: { field: 'reply' } });
  });

  test('whose tokenizer is broken is found by its small files, before its graph is fetched or anything is kept', async () => {
    await behave('hollow-tokenizer.json');
    const model = await fromHub();
    for (const attempt of [() => client.checkModel({ model, hosts: [host] }, { signal: never }), () => load(model)]) {
      expect(await failure(attempt())).toMatchObject({
        code: 'model-text-invalid',
        message: expect.stringContaining('tokenizer.json') as string,
      });
      expect((await asked()).filter(({ path }) => path.startsWith('onnx/'))).toEqual([]);
      expect(await client.listStored({})).toEqual([]);
    }
    await behave('good');
    const whole = await fromHub();
    await client.checkModel({ model: whole, hosts: [host] }, { signal: never });
    expect((await asked()).map(({ path }) => path).sort()).toEqual([
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    // What was read for that is not fetched again.
    await load(whole);
    expect((await asked()).map(({ path }) => path).sort()).toEqual([
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'onnx/model_q4.onnx',
      'onnx/model_q4.onnx_data',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
  });

  test('that lost a file names it', async () => {
    const source = await fromHub();
    await behave('missing-tokenizer_config.json');
    const error = await failure(load(source));
    expect(error).toMatchObject({
      code: 'model-fetch-failed',
      details: { file: 'tokenizer_config.json', status: 404 },
    });
    expect(error.message).toContain(new URL(host).host);
  });

  test('is not asked for where the build names no host, nor read where a redirect leads elsewhere', async () => {
    expect(await failure(list([]))).toMatchObject({ code: 'model-host-off' });
    const source = await fromHub();
    await behave('good');
    expect(await failure(load(source, []))).toMatchObject({ code: 'model-host-off' });
    expect(await failure(load(source, ['https://huggingface.co']))).toMatchObject({ code: 'model-host-off' });
    expect(await asked()).toEqual([]);
    await behave('away');
    expect(await failure(load(source))).toMatchObject({
      code: 'model-host-off',
      details: { host: expect.stringContaining('127.0.0.1') as string },
    });
  });

  test.each(['toy', '../x', 'a/b/c', 'a/..', 'a b/c', ''])(
    'is not asked for by a name that is none (%j)',
    async (repo) => {
      expect(await failure(client.listHub({ host, repo, hosts: [host] }, { signal: never }))).toMatchObject({
        code: 'usage',
      });
    },
  );

  test('without room for it is loaded all the same, and it says so', async () => {
    const source = await fromHub();
    await setQuota(50_000);
    expect((await load(source)).kept).toEqual({
      yes: false,
      reason: expect.stringContaining('has no room left') as string,
    });
    expect((await client.lens({ text: 'kind', top: 1, words: [] }, { signal: never })).tokens).toHaveLength(4);
  });
});

describe('a model from files', { timeout: 60_000 }, () => {
  const picked = async (files?: Map<string, File>): Promise<ModelListing> =>
    client.listPicked({ name: 'my toy', files: files ?? (await filesOfRun()) }, { signal: never });

  test('is the same model as on the hub, is hashed first, needs no host, and is kept', async () => {
    const listing = await picked();
    expect(listing).toMatchObject({ title: 'my toy', licence: 'mit' });
    const status = await load({ kind: 'offer', chosen: { listing, offer: variant(listing, 'q4') } }, []);
    expect(status).toMatchObject({ title: 'my toy (q4)', bytesFrom: 'disk', kept: { yes: true, reason: null } });
    const offer = variant(listing, 'q4');
    const hashed = progress.filter((step) => step.phase === 'hashing');
    expect(hashed.at(-1)).toEqual({ phase: 'hashing', loadedBytes: offer.bytes, totalBytes: offer.bytes });
    expect(await asked()).toEqual([]);

    again();
    expect(await load({ kind: 'kept', key: status.key }, [])).toMatchObject({
      model: status.model,
      bytesFrom: 'storage',
    });
    // The hub's copy has the same bytes, so it has the same identity, and nothing but its small files is fetched.
    await behave('good');
    const hub = await load(await fromHub());
    expect(hub.model.weightsSha256).toBe(status.model.weightsSha256);
    expect((await asked()).filter(({ path }) => path.startsWith('onnx/'))).toEqual([]);
  });

  test('in one heap is found as well', async () => {
    const files = new Map(
      [...(await filesOfRun())]
        .filter(([path]) => !path.includes('fp16'))
        .map(([path, file]) => [path.split('/').at(-1)!, file]),
    );
    const listing = await picked(files);
    expect((await load({ kind: 'offer', chosen: { listing, offer: listing.offers[0]! } }, [])).model.id).toBe(
      'my-toy-q4',
    );
  });

  test('without a part is not begun, and the part is named', async () => {
    const files = await filesOfRun();
    files.delete('tokenizer.json');
    const listing = await picked(files);
    expect(listing.offers[0]!.missing).toEqual(['tokenizer.json is not there']);
    expect(await failure(load({ kind: 'offer', chosen: { listing, offer: listing.offers[0]! } }))).toMatchObject({
      code: 'model-variant-missing',
      message: expect.stringContaining('tokenizer.json is not there') as string,
    });
    expect(await client.listStored({})).toEqual([]);
  });

  test('of which a weight file was forgotten is told by its graph', async () => {
    const files = await filesOfRun();
    files.delete('onnx/model_q4.onnx_data');
    const listing = await picked(files);
    const { needs } = await client.weighModel(
      { chosen: { listing, offer: variant(listing, 'q4') }, hosts: [] },
      { signal: never },
    );
    expect(needs.missing).toEqual(['model_q4.onnx_data is not there, and the graph takes weights from it']);
    expect(await failure(load({ kind: 'offer', chosen: { listing, offer: variant(listing, 'q4') } }))).toMatchObject({
      code: 'model-session-failed',
      message: expect.stringContaining('model_q4.onnx_data') as string,
    });
  });

  test.each([
    ['tokenizer.json', '{}'],
    ['tokenizer.json', '{"model":'],
    ['tokenizer_config.json', 'nothing'],
    ['config.json', '{"hidden_size": "64"}'],
    ['generation_config.json', '<html>'],
  ])('of which %s is %s is refused by that name before another is given up for it', async (name, content) => {
    const listing = await picked((await filesOfRun()).set(name, new File([content], name)));
    const chosen = { listing, offer: variant(listing, 'q4') };
    for (const attempt of [
      () => client.weighModel({ chosen, hosts: [] }, { signal: never }),
      () => client.checkModel({ model: { kind: 'offer', chosen }, hosts: [] }, { signal: never }),
      () => load({ kind: 'offer', chosen }),
    ]) {
      expect(await failure(attempt())).toMatchObject({
        code: 'model-text-invalid',
        message: expect.stringContaining(name) as string,
      });
    }
    expect(await client.listStored({})).toEqual([]);
  });

  test('that was opened and would not start is kept with the reason, until it starts', async () => {
    const files = await filesOfRun();
    const whole = files.get('onnx/model_q4.onnx_data')!;
    files.set('onnx/model_q4.onnx_data', new File([await whole.slice(0, 1000).arrayBuffer()], whole.name));
    const listing = await picked(files);
    const error = await failure(load({ kind: 'offer', chosen: { listing, offer: variant(listing, 'q4') } }, []));
    expect(error.code).toBe('model-session-failed');
    const [kept] = await client.listStored({});
    expect(kept).toMatchObject({ title: 'my toy (q4)', unopened: expect.stringContaining('onnxruntime') as string });
    again();
    await client.deleteStored({ key: kept!.key });
    const good = await picked(await filesOfRun());
    await load({ kind: 'offer', chosen: { listing: good, offer: variant(good, 'q4') } }, []);
    expect(await client.listStored({})).toMatchObject([{ title: 'my toy (q4)', unopened: null }]);
  });

  test('that is not kept whole is not begun again without its files', async () => {
    const listing = await picked();
    await setQuota(200_000);
    const { key } = await load({ kind: 'offer', chosen: { listing, offer: variant(listing, 'q4') } }, []);
    await setQuota();
    expect(
      await failure(client.checkModel({ model: { kind: 'kept', key }, hosts: [] }, { signal: never })),
    ).toMatchObject({
      code: 'model-fetch-failed',
      message: expect.stringContaining('Pick the model\u2019s folder again'.replace('\u2019', "'")) as string,
    });
  });

  test('whose graph was given another name takes the weights that it names, as the command does', async () => {
    const files = await filesOfRun();
    const original = await load(
      { kind: 'offer', chosen: await picked(files).then((listing) => ({ listing, offer: variant(listing, 'q4') })) },
      [],
    );
    files.set('onnx/model_q8.onnx', files.get('onnx/model_q4.onnx')!);
    for (const gone of ['onnx/model_q4.onnx', 'onnx/model_fp16.onnx', 'onnx/model_fp16.onnx_data']) files.delete(gone);
    const listing = await picked(files);
    const { needs, offer } = await client.weighModel(
      { chosen: { listing, offer: variant(listing, 'q8') }, hosts: [] },
      { signal: never },
    );
    expect(needs.missing).toEqual([]);
    expect(offer.files.map(({ path }) => path)).toContain('onnx/model_q4.onnx_data');
    expect((await load({ kind: 'offer', chosen: { listing, offer } }, [])).model.weightsSha256).toBe(
      original.model.weightsSha256,
    );
  });

  test('that is no model at all is refused', async () => {
    expect(await failure(picked(new Map([['holiday.jpg', new File(['x'], 'holiday.jpg')]])))).toMatchObject({
      code: 'model-variant-missing',
    });
  });
});
