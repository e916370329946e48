/** The real web-llm, as the page loads it: on demand, with a folder of this server that lacks the weights. */
import { expect, it } from 'vitest';
import type { ChatModelRecord } from '../../src/core/second-engine/model-list.ts';
import { connectWebLlm } from '../../src/second-engine/connect.ts';
import type { LoggedRequest } from '../fixtures/model-server.ts';

const folder = '/fixture/web-llm/files/';
const record: ChatModelRecord = { id: 'local', model: folder, library: `${folder}lib.wasm`, overrides: { context_window_size: 1024 } };
const loaded = (): string[] => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /@mlc-ai\/web-llm|mlc-ai_web-llm/.test(name));

it('comes only when a model is loaded, asks for the model’s settings in the local folder, and its failure names the file that is missing', async () => {
  await fetch('/fixture/web-llm/behave/good');
  expect(loaded()).toEqual([]);
  const { signal } = new AbortController();
  await expect(connectWebLlm(record, () => undefined, signal)).rejects.toMatchObject({
    name: 'AppError',
    code: 'second-engine-unavailable',
    message: `local lacks ${location.origin}${folder}mlc-chat-config.json (status 404). Put it there, or correct the address in the list of chat models.`,
  });
  expect(loaded().length).toBeGreaterThan(0);
  const log = (await (await fetch('/fixture/web-llm/log')).json()) as LoggedRequest[];
  // First web-llm itself, then we, to learn why it failed.
  expect(log.map(({ file, status }) => [file, status])).toEqual([['mlc-chat-config.json', 404], ['mlc-chat-config.json', 404]]);
});

it('can be stopped before it has come', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(connectWebLlm(record, () => undefined, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
});
