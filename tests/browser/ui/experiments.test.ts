import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { CLAIMS } from '../../../src/content/experiments.ts';
import { AppError } from '../../../src/core/errors.ts';
import { driftOf, ShippedEvidence, worstDrift } from '../../../src/state/shipped-evidence.svelte.ts';
import { sampleOffer } from './sample-bundle.ts';
import { freshPages, openAt, violations } from './whole-page.ts';

freshPages();

const AXIS = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };
const failing = { ...sampleOffer('loyal-treacherous', 'Loyal–treacherous', AXIS, 4), report: () => Promise.reject(new AppError('probe-invalid', 'It is offline.')) };

const open = async () => {
  const screen = await openAt('#/experiments');
  await expect.element(page.getByRole('heading', { name: 'The probes behind these numbers' })).toBeVisible();
  return screen;
};

describe('the evidence', () => {
  it('comes from the reports, sorted into moral and not moral, and names what it could not have', async () => {
    const evidence = new ShippedEvidence(() => [sampleOffer('kind-cruel', 'Kind–cruel', AXIS, 1), sampleOffer('formal-casual', 'Formal–casual', AXIS, 2), failing, sampleOffer('terse-wordy', 'Terse–wordy', AXIS, 3, false)]);
    expect(evidence.rows).toBeNull();
    await evidence.open();
    expect(evidence.moral.map((row) => row.title)).toEqual(['Kind–cruel']);
    expect(evidence.other.map((row) => row.title)).toEqual(['Formal–casual']);
    expect(evidence.missing).toEqual([{ title: 'Loyal–treacherous', why: 'It is offline.' }, { title: 'Terse–wordy', why: 'It has no report.' }]);
  });

  it('gives the drift its interval over stories, and finds the largest', async () => {
    const report = (await sampleOffer('kind-cruel', 'Kind–cruel', AXIS, 1).report())!;
    const [first] = driftOf(report);
    expect(first!.high! - first!.value).toBeCloseTo((1.96 * 0.5) / 6, 10);
    expect(worstDrift(report)).toMatchObject({ sentences: 0, n: 36 });
    expect(worstDrift(report)!.value).toBeCloseTo(0.1);
  });
});

describe('the place', () => {
  it('has every claim with its test, what confirms, what denies and what settles nothing', async () => {
    await open();
    for (const claim of CLAIMS) {
      const article = page.getByRole('article', { name: claim.title });
      for (const words of [claim.claimed, claim.test, claim.confirm, claim.deny, claim.open]) await expect.element(article.getByText(words, { exact: true })).toBeVisible();
    }
  });

  it('shows the numbers of the reports with interval and n', async () => {
    await open();
    const cosine = page.getByRole('article', { name: 'Tropes or opposites?' }).getByRole('table', { name: /Moral axes cosine/ });
    const row = cosine.getByRole('row', { name: /Kind–cruel/ });
    await expect.element(row).toHaveTextContent('−0.21');
    await expect.element(row).toHaveTextContent('−0.39 to −0.03');
    await expect.element(row).toHaveTextContent('48');
    const flips = page.getByRole('article', { name: 'The flip side can flip back' }).getByRole('table', { name: /Moral axes sd/ });
    await expect.element(flips.getByRole('row', { name: /Kind–cruel/ })).toHaveTextContent(/0\.90.*too few.*5/);
  });

  it('prints no verdict, says why, and has nothing about the third claim', async () => {
    await open();
    await expect.element(page.getByText(/No verdict is printed here\. The experiments themselves have not run/)).toBeVisible();
    await expect.element(page.getByRole('article', { name: /outside of the text/ }).getByText(/^Nothing yet\./)).toBeVisible();
    expect(document.querySelector('main')!.textContent).not.toMatch(/CONFIRM|DENY|INCONCLUSIVE|✓|✗/);
  });

  it('leads to a probe’s card in Train', async () => {
    await open();
    await page.getByRole('link', { name: 'Honest–deceptive' }).click();
    await expect.element(page.getByText(/^Tells honest from deceptive/)).toBeVisible();
    await expect.element(page.getByLabelText('Probe', { exact: true })).toHaveValue('shipped:honest-deceptive');
  });

  it('names a probe without a report', async () => {
    await open();
    await expect.element(page.getByText('Formal–casual: It has no report.')).toBeVisible();
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('on a screen and on a phone, without scrolling sideways', async () => {
    localStorage.setItem('flipside.theme', theme);
    await openAt('#/experiments', {}, { storage: localStorage });
    await expect.element(page.getByRole('heading', { name: 'The probes behind these numbers' })).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.viewport(360, 740);
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  });
});
