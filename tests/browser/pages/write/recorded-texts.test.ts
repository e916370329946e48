/** Recorded texts that do not come: the reader learns why, and may try again. */
import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import recorded from '../../../../src/content/examples/write.json?raw';
import { parseExamples } from '../../../../src/formats/runs/examples-json.ts';
import FetchingTexts from '../../../../src/panels/FetchingTexts.svelte';
import { RecordedTexts } from '../../../../src/state/runs/recorded-texts.svelte.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';

it('says what went wrong, and tries again when asked', async () => {
  let calls = 0;
  const texts = new RecordedTexts('write', () => {
    calls += 1;
    return calls < 3 ? Promise.reject(new Error(`no answer ${calls}`)) : Promise.resolve(parseExamples(recorded));
  });
  await render(FetchingTexts, { props: { texts, what: 'answers' } });
  await expect.element(page.getByText('Fetching the recorded answers…')).toBeVisible();
  await texts.fetch();
  await expect.element(page.getByText(/could not be fetched: .*no answer 1/)).toBeVisible();
  expect(document.querySelector('[aria-busy]')).toBeNull();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByText(/no answer 2/)).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => texts.shown?.texts.length).toBe(parseExamples(recorded).texts.length);
  expect(texts.failed).toBeNull();
  await texts.fetch();
  expect(calls).toBe(3);
});
