/** A probe of another variant of the model, on the page: measured with its own sets, its cosine beside every score, or refused. */
import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import type { DtypeAgreement } from '../../../../src/probe/dtype-agreement.ts';
import { AGREEMENT, eightBit, MeasuringEngine } from '../support/measuring-engine.ts';
import { fakeParts } from '../support/parts.ts';
import { SAMPLE_CARD } from '../support/sample.ts';
import { sampleOffer } from '../support/sample-bundle.ts';
import { button, freshPages, load } from '../support/whole-page.ts';

freshPages();

async function choose(agreement: DtypeAgreement) {
  const engine = new MeasuringEngine(agreement);
  const first = sampleOffer('kind-cruel', 'Kind–cruel', SAMPLE_CARD.axis, 1);
  await render(App, { props: { parts: fakeParts(() => engine, { shipped: [first, eightBit()] }) } });
  await page.getByText('Your own text', { exact: true }).first().click();
  await load();
  await page.getByLabelText('Probe').first().selectOptions('Eight-bit');
  return engine;
}

test('is measured on the sets that it was fitted on, and every score stands beside its cosine, by layer with n and null', async () => {
  const engine = await choose(AGREEMENT);
  await expect.poll(() => engine.used.map(({ sets }) => sets.map(({ name }) => name))).toEqual([[], ['kind-cruel-24']]);
  await page.getByRole('textbox', { name: 'Your own text' }).fill('She fed the dog. Then she kicked it.');
  await expect.element(button('Read')).toBeEnabled();
  await button('Read').click();
  await expect
    .element(
      page.getByText(
        'The probe was made on q8; this is q4. Their directions agree with cosine 0.920 at layer 16 (n = 24 of its 72 topics; labels shuffled: 0.41, 95 % of 200).',
      ),
    )
    .toBeVisible();
  (document.querySelector('.strip [data-token="3"]') as HTMLElement).click();
  await expect
    .element(page.getByText('made on q8, cosine 0.920 on q4 at layer 16, n = 24 topics').first())
    .toBeVisible();
});

test('that does not hold is refused with what was measured, and the probe before it stays', async () => {
  const engine = await choose({ ...AGREEMENT, cosine: AGREEMENT.cosine.map(() => 0.7) });
  await expect.poll(() => engine.used).toHaveLength(2);
  await expect.element(page.getByRole('alert')).toHaveTextContent(/probe-model-mismatch/);
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent(
      'Probe "eight-bit" was made on the variant q8. On this one, q4, the directions agree with a cosine of 0.700 only',
    );
  await expect.element(page.getByRole('combobox', { name: 'Read with the probe' })).toHaveDisplayValue('Kind–cruel');
});
