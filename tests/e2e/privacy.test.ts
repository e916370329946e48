/** "Nothing leaves this tab", held to: every place and story of the built page, and every address that was asked for. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { Site } from './site.ts';

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await Site.open([]);
  page = await site.page();
});
afterAll(() => site.close());

/** Requests that left for anywhere but the page's own address; `data:` and `blob:` leave for nowhere. */
const elsewhere = (): string[] => site.requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(site.address));

test('the page opens, every story is shown, every place is visited and the help is read: all of it from one address', async () => {
  await page.locator('.strip [data-token="20"]').waitFor();
  for (const story of await page.getByRole('group', { name: 'Recorded stories' }).getByRole('radio').all()) {
    const title = await story.evaluate((radio) => radio.closest('label')!.textContent.trim());
    await page.getByText(title, { exact: true }).last().click();
    const show = page.getByRole('button', { name: 'Show the story' });
    const shown = page.getByRole('heading', { name: title, exact: true });
    await show.or(shown).first().waitFor();
    if (await show.isVisible()) await show.click();
    await shown.waitFor();
  }
  for (const [place, sign] of [['Write', 'Let the model write'], ['Look inside', 'Look inside'], ['Steer', 'Dose and response'], ['Train', 'Train a probe'], ['Experiments', 'The probes behind these numbers'], ['Library', 'Runs']] as const) {
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place, exact: true }).click();
    await page.getByRole('heading', { name: sign }).first().waitFor();
  }
  await page.getByRole('button', { name: 'Help', exact: true }).click();
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForLoadState('networkidle');
  expect(site.requests.filter((url) => url.includes('/recordings/')).length).toBeGreaterThanOrEqual(8);
  expect(elsewhere()).toEqual([]);
  expect(site.faults).toEqual([]);
});

test('the page’s own policy refuses a request to any other address', async () => {
  const refused = await page.evaluate(async () => {
    const violation = new Promise<string>((resolve) => document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }));
    const answer = await fetch('https://elsewhere.invalid/').then(() => 'answered', () => 'refused');
    return [answer, await violation];
  });
  expect(refused).toEqual(['refused', 'connect-src']);
});

test('the page’s own policy runs no script that stands in the page, and none from another address', async () => {
  const tried = await page.evaluate(async () => {
    const refused: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => refused.push(`${effectiveDirective} ${blockedURI}`));
    const inline = document.createElement('script');
    inline.textContent = 'globalThis.ranInline = true';
    const image = document.createElement('img');
    image.setAttribute('onerror', 'globalThis.ranHandler = true');
    image.src = 'data:,';
    const foreign = document.createElement('script');
    foreign.src = 'https://elsewhere.invalid/x.js';
    document.body.append(inline, image, foreign);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { refused, ran: ['ranInline', 'ranHandler'].filter((name) => name in globalThis) };
  });
  expect(tried.ran).toEqual([]);
  expect(tried.refused).toContain('script-src-elem inline');
  expect(tried.refused).toContain('script-src-attr inline');
  expect(tried.refused).toContain('script-src-elem https://elsewhere.invalid/x.js');
});
