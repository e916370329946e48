/** What a short run found, as the page says it, and the engine that a reader asks for in its place. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { CAPABILITY } from '../../../../src/content/capability.ts';
import type { EnginePlan } from '../../../../src/models/device-trial.ts';
import { button, engines, freshPages, openAt, violations } from '../support/whole-page.ts';

freshPages();

const PLAN: EnginePlan = {
  engine: 'wasm',
  cause: 'slower',
  detail: '',
  software: true,
  processor: { tokenMs: 71, passMs: 240 },
  card: { tokenMs: 1600, passMs: 1700, atLeast: true },
};
const SENTENCE =
  'The software adapter is slower than the processor (at most 0.63 tokens a second); the processor runs: about 14 tokens a second expected.';
const SLOWER = { backend: 'wasm', adapter: null, fallback: { cause: 'slower', detail: SENTENCE }, plan: PLAN } as const;

describe('what a short run found', () => {
  it('is said under the bar while the model comes', async () => {
    await openAt('', { plan: PLAN, pace: 200 });
    await button(/^Load the model/).click();
    await expect.element(page.getByText(SENTENCE, { exact: true })).toBeVisible();
    await expect.element(button('Cancel')).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('stands among the diagnostics afterwards', async () => {
    await openAt('', { status: { plan: PLAN } });
    await button(/^Load the model/).click();
    await expect.element(page.getByText(/31 tokens a pass/).first()).toBeVisible();
    await button('Diagnostics').click();
    await expect.element(page.getByText(SENTENCE, { exact: true })).toBeVisible();
  });

  it('can be overruled: WebGPU is used all the same', async () => {
    await openAt('', { status: SLOWER });
    await button(/^Load the model/).click();
    const notice = page.getByRole('region', { name: CAPABILITY.slower.title });
    await expect.element(notice).toHaveTextContent(SENTENCE);
    await notice.getByRole('button', { name: 'Use WebGPU all the same' }).click();
    await expect.poll(() => engines.map(({ backends }) => backends)).toEqual([['auto'], ['webgpu']]);
  });
});

describe('the engine that a reader chooses under Diagnostics', () => {
  it('is asked for by every load from then on', async () => {
    await openAt('', {});
    await button('Diagnostics').click();
    await page.getByText('The processor', { exact: true }).click();
    await expect.element(page.getByRole('radio', { name: 'The processor', exact: true })).toBeChecked();
    await userEvent.keyboard('{Escape}');
    await button(/^Load the model/).click();
    await expect.poll(() => engines.map(({ backends }) => backends)).toEqual([['wasm']]);
  });
});
