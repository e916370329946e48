/** The built page on paper: what can only be pressed is left out, and the words of links that carry a sentence stay. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { CLAIMS } from '../../src/features/experiments/words.ts';
import { Site } from './site.ts';

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await Site.open([]);
  page = await site.page();
});
afterAll(() => site.close());

test('keeps the questions of the experiments, whose cards are links, and leaves out the way to other places', async () => {
  await page.goto(`${site.address}#/experiments`);
  const own = page.getByRole('link', { name: 'Run an experiment of your own' });
  await own.waitFor();
  await page.emulateMedia({ media: 'print' });
  for (const { title } of CLAIMS) expect(await page.getByText(title, { exact: true }).isVisible()).toBe(true);
  expect(await own.isVisible()).toBe(false);
  expect(await page.getByRole('navigation', { name: 'Places' }).isVisible()).toBe(false);
  await page.emulateMedia({ media: null });
});

test('keeps the last word of a sentence that is a link', async () => {
  await page.goto(`${site.address}#/library`);
  const sentence = page.getByText(/^None yet\. Import one/);
  await sentence.waitFor();
  await page.emulateMedia({ media: 'print' });
  expect(await sentence.innerText()).toBe('None yet. Import one, or change a shipped one in Train.');
  await page.emulateMedia({ media: null });
});
