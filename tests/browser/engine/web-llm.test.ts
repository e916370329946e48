/**
 * The real web-llm, as the page loads it: on demand, with a folder of this server that has the files of a chat model one more at a time,
 * up to its list of weights. The library is one that computes nothing (see web-llm-library.ts), so that is as far as it goes.
 */
import { describe, expect, it } from 'vitest';
import type { ChatModelRecord } from '../../../src/chat/model-list.ts';
import { connectWebLlm } from '../../../src/second-engine/connect.ts';
import type { LoggedRequest } from '../../fixtures/servers/model-server.ts';

const SETTINGS = 'mlc-chat-config.json';
const loaded = (): string[] =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => name)
    .filter((name) => /@mlc-ai\/web-llm|mlc-ai_web-llm/.test(name));
const folderOf = (run: string): string => `/fixture-chat/${run}/files/`;

/** Loads a model of which only these files are there; gives the refusal, what was asked for, and what progress said. */
async function loadWith(
  run: string,
  files: readonly string[],
): Promise<{
  readonly error: unknown;
  readonly asked: readonly (readonly [string, number])[];
  readonly told: readonly string[];
}> {
  await fetch(`/fixture-chat/${run}/has/${encodeURIComponent(files.join(','))}`);
  const record: ChatModelRecord = {
    id: 'local',
    model: folderOf(run),
    library: `${folderOf(run)}lib.wasm`,
    overrides: { context_window_size: 1024 },
  };
  const told: string[] = [];
  const error: unknown = await connectWebLlm(
    record,
    ({ words }) => told.push(words),
    new AbortController().signal,
  ).then(
    () => expect.unreachable('there are no weights'),
    (thrown: unknown) => thrown,
  );
  const log = (await (await fetch(`/fixture-chat/${run}/log/`)).json()) as LoggedRequest[];
  return { error, asked: log.map(({ file, status }) => [file, status] as const), told };
}

const lacks = (run: string, file: string, why: string): object => ({
  name: 'AppError',
  code: 'second-engine-unavailable',
  message: `local lacks ${location.origin}${folderOf(run)}${file} (${why}). Put it there, or correct the address in the list of chat models.`,
});

it('comes only when a model is loaded', async () => {
  expect(loaded()).toEqual([]);
  const { error } = await loadWith('empty', []);
  expect(error).toMatchObject(lacks('empty', SETTINGS, 'status 404'));
  expect(loaded().length).toBeGreaterThan(0);
});

describe('reads the folder in its order, and its failure names the first file that is missing:', () => {
  it.each<{ readonly there: readonly string[]; readonly missing: string }>([
    { there: [], missing: SETTINGS },
    { there: [SETTINGS], missing: 'lib.wasm' },
    { there: [SETTINGS, 'lib.wasm'], missing: 'tokenizer.json' },
    { there: [SETTINGS, 'lib.wasm', 'tokenizer.json'], missing: 'tensor-cache.json' },
    { there: [SETTINGS, 'lib.wasm', 'tokenizer.json', 'tensor-cache.json'], missing: 'params_shard_0.bin' },
  ])('$missing', async ({ there, missing }) => {
    const run = `without-${missing.replace(/\W/g, '-')}`;
    const { error, asked, told } = await loadWith(run, there);
    expect(error).toMatchObject(lacks(run, missing, 'status 404'));
    // web-llm itself asked for what is there, in this order and each once, and then for what is not.
    expect(asked.slice(0, there.length + 1)).toEqual([...there.map((file) => [file, 200]), [missing, 404]]);
    // What web-llm says once it has read the list of weights.
    expect(told.includes('Start to fetch params')).toBe(missing === 'params_shard_0.bin');
  });
});

describe('a library', () => {
  const rest = ['tokenizer.json', 'tensor-cache.json', 'params_shard_0.bin'];
  const sent = [
    [SETTINGS, 200],
    ['lib.wasm', 200],
  ];

  it.each([
    ['page', rest],
    ['page-alone', []],
  ])('that is no WebAssembly is named, whether the rest is there or not (%s)', async (run, others) => {
    const { error, asked } = await loadWith(run, [SETTINGS, 'lib.wasm=<!doctype html>', ...others]);
    expect(error).toMatchObject({
      code: 'second-engine-unavailable',
      message: `local would not start: ${location.origin}${folderOf(run)}lib.wasm is no WebAssembly. Put the library there that was compiled for this model, or correct its address in the list of chat models.`,
    });
    expect(asked.slice(0, 2)).toEqual(sent);
  });

  it('of something else than a model is told with what it lacks', async () => {
    const { error, asked } = await loadWith('other', [SETTINGS, 'lib.wasm=\0asm\x01\0\0\0', ...rest]);
    expect(error).toMatchObject({
      code: 'second-engine-unavailable',
      message: expect.stringMatching(
        /^local would not start: Cannot read properties of undefined.*\. All its files are there; see that its library was compiled for this model and for web-llm 0\.2\.86/s,
      ) as string,
    });
    expect(asked.slice(0, 2)).toEqual(sent);
  });
});

it('can be stopped before it has come', async () => {
  const stop = new AbortController();
  stop.abort();
  const record: ChatModelRecord = {
    id: 'local',
    model: folderOf('stopped'),
    library: `${folderOf('stopped')}lib.wasm`,
    overrides: {},
  };
  await expect(connectWebLlm(record, () => undefined, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
});
