/** web-llm in the built page, under the page's own policy: a file of its own that comes only when a chat model is loaded. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SOFTWARE_GPU_FLAGS } from '../../scripts/chromium.mjs';
import { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.open(SOFTWARE_GPU_FLAGS);
});
afterAll(async () => site.close());

/** The first file that a model needs; asked for by web-llm, and once more to learn why it failed. */
const SETTINGS = 'models/none/mlc-chat-config.json';

test('the built page fetches web-llm when a chat model is loaded and not before, from its own address, and says which file of the model is missing', async () => {
  const page = await site.page();
  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await page.getByText('Draft rows with a chat model').click();
  await page.getByText('Which chat models there are').click();
  await page.getByLabel('Name', { exact: true }).fill('None');
  await page.getByLabel('Folder of the weights').fill('./models/none/');
  await page.getByLabel('Library (.wasm)').fill('./models/none/lib.wasm');
  await page.getByRole('button', { name: 'Add this model' }).click();
  await page.waitForLoadState('networkidle');
  site.forgetRequests();
  await page.getByRole('button', { name: 'Load the chat model' }).click();
  await page.getByRole('alert').getByText(/None lacks .*\/models\/none\/mlc-chat-config\.json \(status 404\)/).waitFor();
  const asked = site.requests.map((address) => address.replace(site.address, ''));
  // The page asks for it, and the service worker, to keep it now that it was used.
  const scripts = [...new Set(asked.filter((path) => path.endsWith('.js')))];
  expect(scripts).toHaveLength(1);
  const bytes = (await (await fetch(site.address + scripts[0]!)).arrayBuffer()).byteLength;
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(asked.filter((path) => !path.endsWith('.js'))).toEqual([SETTINGS, SETTINGS]);
  expect(site.faults.filter((fault) => !fault.includes('404'))).toEqual([]);
});
