/** What belongs to one place goes on when the reader leaves it, and is alive when they come back. */
import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { button, engines, freshPages, load, open } from '../support/train-page.ts';

freshPages();
const go = (place: string) =>
  page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place, exact: true }).click();

it('another axis can be chosen after the place was left and come back to', async () => {
  await open();
  await go('Read');
  await expect.element(page.getByRole('radio', { name: 'kind – cruel' })).not.toBeInTheDocument();
  await go('Train');
  await page.getByText('terse – wordy', { exact: true }).click();
  await expect.element(page.getByRole('radio', { name: 'terse – wordy' })).toBeChecked();
  await expect.element(page.getByText(/^terse-wordy/).first()).toBeVisible();
});

it('a training that was begun goes on in another place, and its probe is there on return', async () => {
  await open({ pace: 20 });
  await load();
  await button('Train').click();
  await go('Read');
  await expect.poll(() => engines[0]!.plans.length).toBe(1);
  await expect.element(page.getByRole('status').filter({ hasText: /is trained and judged/ })).toBeInTheDocument();
  await go('Train');
  await expect.element(button('Keep')).toBeVisible();
});
