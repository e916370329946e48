/** The store in real Chromium, in a real worker, against a real HTTP server (tests/fixtures/servers/model-server.ts). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import type { ModelManifest } from '../../../src/engine/store/manifest.ts';
import type { StoreReply, StoreRequest } from './store.worker.ts';

type Loaded = Extract<StoreReply, { is: 'loaded' }>;
type Progress = Extract<StoreReply, { is: 'progress' }>;
interface Logged {
  readonly file: string;
  readonly range: string | null;
  readonly status: number;
}

/** A tab's worth of state: a worker and its progress. */
class Tab {
  readonly progress: Progress[] = [];
  readonly #worker = new Worker(new URL('./store.worker.ts', import.meta.url), { type: 'module' });
  #onProgress: (() => void) | null = null;

  ask(request: StoreRequest): Promise<StoreReply> {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = (event) => {
        reject(new Error(event.message));
      };
      this.#worker.onmessage = ({ data }: MessageEvent<StoreReply>) => {
        if (data.is !== 'progress') resolve(data);
        else {
          this.progress.push(data);
          this.#onProgress?.();
        }
      };
      this.#worker.postMessage(request);
    });
  }

  async load(url: string): Promise<Loaded> {
    const reply = await this.ask({ do: 'load', url, roles: ['graph', 'weights', 'tokenizer'] });
    if (reply.is !== 'loaded') throw new Error(`not loaded: ${JSON.stringify(reply)}`);
    return reply;
  }

  async failure(url: string): Promise<Extract<StoreReply, { is: 'error' }>['error']> {
    const reply = await this.ask({ do: 'load', url, roles: ['graph', 'weights', 'tokenizer'] });
    if (reply.is !== 'error') throw new Error(`loaded, and should not: ${JSON.stringify(reply)}`);
    return reply.error;
  }

  /** Asks for the end of the running load as soon as at least so many bytes are there. */
  abortAfter(bytes: number): void {
    this.#onProgress = () => {
      if ((this.progress.at(-1)?.loadedBytes ?? 0) >= bytes)
        this.#worker.postMessage({ do: 'abort' } satisfies StoreRequest);
    };
  }

  async names(): Promise<readonly string[]> {
    const reply = await this.ask({ do: 'names' });
    return reply.is === 'names' ? reply.names : [];
  }

  close(): void {
    this.#worker.terminate();
  }
}

let tab: Tab;
let run: string;
const urlOf = (): string => new URL(`/fixture/${run}/files/model.manifest.json`, location.href).href;
const behave = async (list: string): Promise<void> => {
  await fetch(`/fixture/${run}/behave/${list}`);
};
const asked = async (): Promise<readonly Logged[]> => {
  const log = (await (await fetch(`/fixture/${run}/log`)).json()) as readonly Logged[];
  return log.filter((entry) => entry.file !== 'model.manifest.json');
};
const manifest = async (): Promise<ModelManifest> => (await (await fetch(urlOf())).json()) as ModelManifest;
const hashesOf = ({ files }: ModelManifest): Record<string, string> =>
  Object.fromEntries(files.map((file) => [file.path, file.sha256 ?? '']));
const weights = async (): Promise<{ readonly sha256: string; readonly bytes: number }> => {
  const { sha256, bytes } = (await manifest()).files.find((file) => file.role === 'weights')!;
  return { sha256: sha256 ?? '', bytes };
};

/** The browser's own quota for this origin; without a number as it comes. */
const setQuota = async (quotaSize?: number): Promise<void> => {
  const session = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
  await session.send('Storage.overrideQuotaForOrigin', {
    origin: location.origin,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });
};

beforeEach(async () => {
  run = crypto.randomUUID();
  tab = new Tab();
  await tab.ask({ do: 'delete' });
});
afterEach(async () => {
  tab.close();
  await setQuota();
});

describe('a model that is loaded for the first time', () => {
  test('comes over the network, is counted in bytes over all files and is kept', async () => {
    const loaded = await tab.load(urlOf());
    const expected = await manifest();
    expect(loaded.hashes).toEqual(hashesOf(expected));
    const totalBytes = expected.files.reduce((sum, file) => sum + file.bytes, 0);
    expect(loaded.result).toMatchObject({
      source: 'network',
      networkBytes: totalBytes,
      totalBytes,
      kept: { yes: true, reason: null },
    });
    expect(tab.progress[0]).toMatchObject({ loadedBytes: 0, totalBytes, source: 'network' });
    expect(tab.progress.at(-1)).toMatchObject({ loadedBytes: totalBytes, totalBytes, source: 'network' });
    const counts = tab.progress.map((entry) => entry.loadedBytes);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  test('brings only the files of the roles that were asked for', async () => {
    const reply = await tab.ask({ do: 'load', url: urlOf(), roles: ['tokenizer'] });
    expect(reply).toMatchObject({ is: 'loaded', result: { totalBytes: (await manifest()).files[2]!.bytes } });
    expect((await asked()).map((entry) => entry.file)).toEqual(['tokenizer.json']);
  });
});

describe('a model that has been loaded before', () => {
  beforeEach(async () => {
    await tab.load(urlOf());
    tab.close();
    tab = new Tab();
    await behave('good');
  });

  test('comes from storage, and no file is asked of the network', async () => {
    const loaded = await tab.load(urlOf());
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect(loaded.result).toMatchObject({ source: 'storage', networkBytes: 0, kept: { yes: true } });
    expect(await asked()).toEqual([]);
  });

  test('comes from storage when the server cannot be reached', async () => {
    const expected = hashesOf(await manifest());
    await behave('dead');
    expect((await tab.load(urlOf())).hashes).toEqual(expected);
    await behave('failing');
    expect((await tab.load(urlOf())).result).toMatchObject({ source: 'storage' });
  });

  test('is fetched again, in part, when a kept file was altered on disk', async () => {
    await tab.ask({ do: 'spoil', sha256: (await weights()).sha256 });
    const loaded = await tab.load(urlOf());
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect(loaded.result).toMatchObject({
      source: 'mixed',
      networkBytes: (await weights()).bytes,
      kept: { yes: true },
    });
    expect(await asked()).toEqual([{ file: 'weights.bin', range: null, status: 200 }]);
    await behave('good');
    expect((await tab.load(urlOf())).result.source).toBe('storage');
  });

  test('is listed with what is kept, and can be deleted', async () => {
    const reply = await tab.ask({ do: 'list' });
    const models = reply.is === 'list' ? reply.models : [];
    expect(models.map((model) => model.id)).toEqual([`fixture-${run}`]);
    expect(models[0]!.files.every((file) => file.keptBytes === file.bytes)).toBe(true);
    await tab.ask({ do: 'delete' });
    expect(await tab.names()).toEqual([]);
    expect((await tab.load(urlOf())).result.source).toBe('network');
  });

  test('leaves nothing behind of files that no manifest names any more', async () => {
    const old = (await weights()).sha256;
    await behave('changed');
    await tab.load(urlOf());
    expect((await weights()).sha256).not.toBe(old);
    const names = await tab.names();
    expect(names).not.toContain(`${old}.bin`);
    expect(names).toContain(`${(await weights()).sha256}.bin`);
  });
});

describe('a load that is interrupted', () => {
  test('takes a broken connection up again where it broke', async () => {
    await behave('break-200000-2');
    const loaded = await tab.load(urlOf());
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    const requests = (await asked()).filter((entry) => entry.file === 'weights.bin');
    expect(requests.map((entry) => entry.status)).toEqual([200, 206, 206]);
  });

  test('says how far it got when the connection keeps breaking, and heals by Range on the next try', async () => {
    await behave('break-100000-3');
    const error = await tab.failure(urlOf());
    expect(error).toMatchObject({
      code: 'model-fetch-failed',
      details: { file: 'weights.bin', expectedBytes: 600_000 },
    });
    expect(error.message).toMatch(/weights\.bin could not be fetched: the connection failed after \d+ of 600000 bytes/);
    const received = Number(error.details['receivedBytes']);
    expect(received).toBeGreaterThan(0);

    await behave('good');
    const loaded = await tab.load(urlOf());
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect(loaded.result.source).toBe('mixed');
    expect((await asked())[0]).toEqual({ file: 'weights.bin', range: `bytes=${String(received)}-`, status: 206 });
  });

  test('starts again when the server ignores the range', async () => {
    await behave('break-100000-3');
    await tab.failure(urlOf());
    await behave('no-range');
    const loaded = await tab.load(urlOf());
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect((await asked())[0]).toMatchObject({ file: 'weights.bin', status: 200 });
  });

  test('stops at once when it is cancelled, and keeps what has arrived', async () => {
    await behave('slow');
    tab.abortAfter(200_000);
    expect(await tab.failure(urlOf())).toMatchObject({ code: 'cancelled' });
    await behave('good');
    const again = new Tab();
    const loaded = await again.load(urlOf());
    again.close();
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect((await asked())[0]).toMatchObject({ file: 'weights.bin', status: 206 });
  });

  test('heals after the tab died in the middle', async () => {
    await behave('slow');
    void tab.load(urlOf());
    await expect.poll(() => tab.progress.at(-1)?.loadedBytes ?? 0).toBeGreaterThan(250_000);
    tab.close();
    await behave('good');
    tab = new Tab();
    const loaded = await tab.load(urlOf());
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect(loaded.result.kept.yes).toBe(true);
  });
});

describe('a file that is not right', () => {
  test('is refused by its hash, with its name, after one more try', async () => {
    await behave('flip');
    const error = await tab.failure(urlOf());
    const { sha256 } = await weights();
    expect(error).toMatchObject({
      code: 'model-file-altered',
      details: { file: 'weights.bin', expectedSha256: sha256 },
    });
    expect(error.details['actualSha256']).toMatch(/^[0-9a-f]{64}$/);
    expect((await asked()).filter((entry) => entry.file === 'weights.bin')).toHaveLength(2);
    expect((await tab.names()).filter((name) => name.startsWith(sha256))).toEqual([]);
    await behave('good');
    expect((await tab.load(urlOf())).result.kept.yes).toBe(true);
  });

  test.each([
    ['short', '599900'],
    ['short,chunked', '599900'],
    ['long', '600100'],
    ['long,chunked', 'more than 600000'],
  ])('is refused by its length (%s)', async (behaviour, actualBytes) => {
    await behave(behaviour);
    expect(await tab.failure(urlOf())).toMatchObject({
      code: 'model-file-altered',
      details: { file: 'weights.bin', expectedBytes: 600_000, actualBytes },
    });
  });

  test('is told from one that is missing', async () => {
    await behave('missing');
    const error = await tab.failure(urlOf());
    expect(error).toMatchObject({
      code: 'model-fetch-failed',
      details: { file: 'weights.bin', status: 404, url: `/fixture/${run}/files/model/weights.bin` },
    });
    expect(error.message).toContain('the server answered 404');
  });

  test('is told from a web page in its place', async () => {
    await behave('page');
    expect((await tab.failure(urlOf())).message).toContain(
      'weights.bin could not be fetched: the server answered with a web page',
    );
  });

  test('does not come out of the HTTP cache a second time', async () => {
    await behave('flip,cached');
    await fetch(new URL(`/fixture/${run}/files/model/weights.bin`, location.href)).then((response) =>
      response.arrayBuffer(),
    );
    await behave('good');
    expect((await tab.load(urlOf())).result.source).toBe('network');
  });
});

describe('a manifest', () => {
  test('that is not one is refused with the field', async () => {
    await behave('bad-manifest');
    expect(await tab.failure(urlOf())).toMatchObject({ code: 'model-manifest-invalid', details: { field: 'format' } });
  });

  test('that is missing is a failed fetch with its address', async () => {
    const error = await tab.failure(new URL(`/fixture/${run}/files/other.json`, location.href).href);
    expect(error).toMatchObject({
      code: 'model-fetch-failed',
      details: { status: 404, url: `/fixture/${run}/files/other.json` },
    });
  });
});

describe('files that cannot be kept', () => {
  test('are loaded all the same while another tab stores them, and it says so', async () => {
    const other = new Tab();
    await other.ask({ do: 'hold', sha256: (await weights()).sha256 });
    const loaded = await tab.load(urlOf());
    other.close();
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect(loaded.result.kept).toEqual({ yes: false, reason: 'Another tab is storing the same files.' });
  });

  test('are loaded all the same when the browser has no room for them, and it says so', async () => {
    await setQuota(100_000);
    const loaded = await tab.load(urlOf());
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect(loaded.result.kept).toEqual({ yes: false, reason: expect.stringContaining('has no room left') as string });
  });

  test('are loaded all the same when the room ends in the middle, and it says so', async () => {
    await behave('big,slow');
    const loading = tab.load(urlOf());
    await expect.poll(() => tab.progress.at(-1)?.loadedBytes ?? 0).toBeGreaterThan(3_900_000);
    await setQuota(100_000);
    await behave('big');
    const loaded = await loading;
    expect(loaded.hashes).toEqual(hashesOf(await manifest()));
    expect(loaded.result.kept).toEqual({ yes: false, reason: expect.stringContaining('has no room left') as string });
    expect((await tab.names()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
