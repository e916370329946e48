/** web-llm in the built page, under the page's own policy: a file of its own that comes only when a chat model is loaded. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOFTWARE_GPU_FLAGS } from '../../scripts/chromium.mjs';
import { chatModelServer } from '../fixtures/servers/chat-model-server.ts';
import type { LoggedRequest } from '../fixtures/servers/model-server.ts';
import { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.open(SOFTWARE_GPU_FLAGS, { plugins: [chatModelServer()] });
});
afterAll(async () => site.close());

/** A folder that has everything but the weights; its library computes nothing. */
const FOLDER = 'fixture-chat/page/files/';
const FILES = ['mlc-chat-config.json', 'lib.wasm', 'tokenizer.json', 'tensor-cache.json'];

async function addModel(page: Page, name: string, folder: string): Promise<void> {
  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await page.getByRole('button', { name: 'Train a probe of your own' }).click();
  await page.getByText('Draft rows with a chat model').click();
  await page.getByText('Which chat models there are').click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Folder of the weights').fill(`./${folder}`);
  await page.getByLabel('Library (.wasm)').fill(`./${folder}lib.wasm`);
  await page.getByRole('button', { name: 'Add this model' }).click();
  await page.waitForLoadState('networkidle');
}

test('the built page fetches web-llm when a chat model is loaded and not before, from its own address, and says which file of the model is missing', async () => {
  const page = await site.page();
  await addModel(page, 'None', 'models/none/');
  const before = [...site.requests];
  site.forgetRequests();
  await page.getByRole('button', { name: 'Load the chat model' }).click();
  await page
    .getByRole('alert')
    .getByText(/None lacks .*\/models\/none\/mlc-chat-config\.json \(status 404\)/)
    .waitFor();
  const asked = site.requests.map((address) => address.replace(site.address, ''));
  // Asked for by the page, and by the service worker, to keep it now that it was used; which may keep small parts of the page meanwhile.
  const scripts = [...new Set(asked.filter((path) => path.endsWith('.js')))];
  const contents = await Promise.all(scripts.map(async (path) => (await fetch(site.address + path)).text()));
  // Under load another large script of the page may be kept in the same moment: web-llm's own is the one that holds its words.
  const large = scripts.filter(
    (_, index) => contents[index]!.length > 1_000_000 && contents[index]!.includes('MLCEngine'),
  );
  expect(large).toHaveLength(1);
  expect(before).not.toContain(site.address + large[0]!);
  // Asked for by web-llm, and once more to learn why it failed.
  expect(asked.filter((path) => path.startsWith('models/'))).toEqual([
    'models/none/mlc-chat-config.json',
    'models/none/mlc-chat-config.json',
  ]);
  expect(site.faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  await page.close();
});

test('under the page’s own policy web-llm starts a library, takes the graphics card, reads the tokeniser and the list of weights, and stops at the first shard', async () => {
  await fetch(`${site.address}fixture-chat/page/has/${encodeURIComponent(FILES.join(','))}`);
  const page = await site.page();
  await addModel(page, 'Hollow', FOLDER);
  await page.getByLabel('Chat model', { exact: true }).selectOption('Hollow');
  site.forgetRequests();
  await page.getByRole('button', { name: 'Load the chat model' }).click();
  await page
    .getByRole('alert')
    .getByText(/Hollow lacks .*\/files\/params_shard_0\.bin \(status 404\)/)
    .waitFor();
  const log = (await (await fetch(`${site.address}fixture-chat/page/log/`)).json()) as LoggedRequest[];
  expect(log.slice(0, 5).map(({ file, status }) => [file, status])).toEqual([
    ...FILES.map((file) => [file, 200]),
    ['params_shard_0.bin', 404],
  ]);
  expect(
    site.requests.filter(
      (address) => !address.startsWith(site.address) && !address.startsWith('data:') && !address.startsWith('blob:'),
    ),
  ).toEqual([]);
  expect(site.faults.filter((fault) => !fault.includes('404'))).toEqual([]);
});
