import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { button, engines, freshPages, openAt, stripText, violations } from './whole-page.ts';
import { sampleDose } from '../../fixtures/dose-sample.ts';
import { serialiseDose } from '../../../src/format/dose.ts';

freshPages();
const doses = { 'kind-cruel': async () => serialiseDose(sampleDose) };

const open = async (options: Parameters<typeof openAt>[1] = {}, more: Parameters<typeof openAt>[2] = {}) => {
  const screen = await openAt('#/steer', options, { doses, ...more });
  await expect.element(page.getByRole('heading', { name: 'Push the model along a direction' })).toBeVisible();
  return screen;
};

describe('look', () => {
  it('shots', async () => {
    await open();
    await expect.element(page.getByRole('heading', { name: 'Dose and response' })).toBeVisible();
    await expect.element(page.getByText('What it shows')).toBeVisible();
    await page.viewport(1280, 2600);
    await page.screenshot({ path: '../../../shots/steer-first.png' });
    await button(/^Load the model/).first().click();
    await expect.element(button('Push and write')).toBeEnabled();
    await button('Push and write').click();
    await expect.element(page.getByText('Compare with the unpushed text')).toBeVisible();
    await page.viewport(1280, 3200);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await page.screenshot({ path: '../../../shots/steer-written.png' });
    document.documentElement.dataset['theme'] = 'dark';
    await new Promise((resolve) => setTimeout(resolve, 300));
    await page.screenshot({ path: '../../../shots/steer-dark.png' });
    delete document.documentElement.dataset['theme'];
    await page.viewport(320, 6000);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await page.screenshot({ path: '../../../shots/steer-narrow.png' });
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
    void [userEvent, engines, stripText, violations];
  }, 60_000);
});
