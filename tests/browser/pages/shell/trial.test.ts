/** What a short run found, as the page says it, and the engine that a reader asks for in its place. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { CAPABILITY } from '../../../../src/content/capability.ts';
import { planSentence, TRIAL_WORDS } from '../../../../src/content/trial.ts';
import type { GpuCause } from '../../../../src/models/gpu-cause.ts';
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

/** The offer once the recording is there, which the offer speaks of. */
const offered = async (): Promise<void> => {
  await expect.element(button('How fast here?')).toBeVisible();
  await expect.element(page.getByText(/^This is a recording\./)).toBeVisible();
};

/** Ends a load, so that none outlives its page. */
const cancel = async (): Promise<void> => {
  await button('Cancel').click();
  await expect.element(button(/^Load the model/)).toBeVisible();
};

describe('what a short run found', () => {
  it('is said under the bar while the model comes', async () => {
    await openAt('', { plan: PLAN, pace: 200 });
    await button(/^Load the model/).click();
    await expect.element(page.getByText(SENTENCE, { exact: true })).toBeVisible();
    await expect.element(button('Cancel')).toBeVisible();
    expect(await violations()).toEqual([]);
    await cancel();
  });

  it('is said in the offer, before the model is loaded, and moves nothing there', async () => {
    await openAt('', { plan: PLAN, pace: 200 });
    await offered();
    expect(engines).toEqual([]);
    const height = (): number => document.querySelector('section[aria-label="Model"]')!.getBoundingClientRect().height;
    const before = height();
    await button('How fast here?').click();
    await expect.element(page.getByText(TRIAL_WORDS.trying, { exact: true })).toBeVisible();
    expect(height()).toBe(before);
    await expect
      .element(page.getByRole('region', { name: 'Model' }).getByText(SENTENCE, { exact: true }))
      .toBeVisible();
    expect(height()).toBe(before);
    expect(engines.map(({ calls, disposed }) => [calls, disposed])).toEqual([[['planModel site'], true]]);
    expect(await violations()).toEqual([]);
    // Steer has no room for the question, and says what was found.
    location.hash = '#/steer';
    await expect
      .element(page.getByRole('region', { name: 'Model. To steer your own text' }).getByText(SENTENCE, { exact: true }))
      .toBeVisible();
  });

  it.for([360, 768, 1440])('has room in the offer whatever it is, in a window of %i px', async (width) => {
    await page.viewport(width, 900);
    await openAt('', { plan: PLAN });
    await offered();
    const panel = document.querySelector('section[aria-label="Model"]')!;
    const before = panel.getBoundingClientRect().height;
    await button('How fast here?').click();
    await expect
      .element(page.getByRole('region', { name: 'Model' }).getByText(SENTENCE, { exact: true }))
      .toBeVisible();
    const line = [...panel.querySelectorAll('span')].find(({ textContent }) => textContent === SENTENCE)!;
    for (const software of [true, false])
      for (const cause of Object.keys(CAPABILITY) as GpuCause[]) {
        line.textContent = planSentence({ ...PLAN, cause, software });
        expect(panel.getBoundingClientRect().height, line.textContent).toBe(before);
      }
  });

  it('is not asked for where a reader named an engine', async () => {
    localStorage.setItem('flipside.engine', 'wasm');
    await openAt('', { plan: PLAN }, { storage: localStorage });
    await expect.element(button(/^Load the model/)).toBeVisible();
    expect(button('How fast here?').elements()).toEqual([]);
  });

  it('is not waited for by a load that comes in between', async () => {
    await openAt('', { plan: PLAN, pace: 200 });
    await button('How fast here?').click();
    await expect.poll(() => engines.map(({ calls }) => calls[0])).toEqual(['planModel site']);
    await button(/^Load the model/).click();
    await expect
      .poll(() => engines.map(({ calls, disposed }) => [calls[0], disposed]))
      .toEqual([
        ['planModel site', true],
        ['load', false],
      ]);
    await cancel();
  });

  it('that fails is reported, and can be asked for again', async () => {
    await openAt('', {});
    await button('How fast here?').click();
    await expect.element(page.getByText(/The graph of the model did not arrive\./).first()).toBeVisible();
    await expect.element(button('How fast here?')).toBeVisible();
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
