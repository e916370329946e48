/**
 * A probe of another variant of the model where it does more than read: interventions, the lens and patching. Measured first,
 * its cosine beside their numbers; what was calibrated on the other variant is not taken along.
 */
import { describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { sha256Hex } from '../../../../src/state/storage/sha256.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import type { DoseReport } from '../../../../src/steering/dose-types.ts';
import { serialiseDose } from '../../../../src/formats/probe/dose.ts';
import { sampleDose } from '../../../fixtures/samples/dose-sample.ts';
import { AGREEMENT, eightBit, MeasuringEngine } from '../support/measuring-engine.ts';
import { fakeParts } from '../support/parts.ts';
import { load as loadToSteer, match, pick, closer, compare, strengthNumber, unfold } from '../support/steer-page.ts';
import { button, freshPages, load, openAt } from '../support/whole-page.ts';

freshPages();

const SURE = 'How sure is this? All series and files';

const LINE = (cosine: string, layer: number): string =>
  `The probe was made on q8; this is q4. Their directions agree with cosine ${cosine} at layer ${layer} (n = 24 of its 72 topics; labels shuffled: 0.41, 95 % of 200).`;
const line = (cosine: string, layer: number) => page.getByText(LINE(cosine, layer));

async function open(
  hash: string,
  engine = new MeasuringEngine(),
  more: Partial<AppParts> = {},
): Promise<MeasuringEngine> {
  await openAt(hash, {}, { connect: () => engine, shipped: [...fakeParts().shipped!, eightBit()], ...more });
  return engine;
}
async function steer(engine = new MeasuringEngine(), more: Partial<AppParts> = {}): Promise<MeasuringEngine> {
  await open('#/steer', engine, more);
  await unfold('More settings');
  await expect.element(page.getByText('1 to 30; one layer')).toBeVisible();
  await page.getByLabelText('Direction', { exact: true }).selectOptions('Eight-bit');
  return engine;
}

describe('steering along its direction', () => {
  test('is measured at the first steering, said at the steered layer, and remembered in the words of what was written', async () => {
    const engine = await steer();
    await loadToSteer();
    await expect
      .element(
        page.getByText(
          /^The probe was made on q8; this is q4\. How far it holds here is measured first\. Below\s+0\.9 it does not steer\./,
        ),
      )
      .toBeVisible();
    await button('Steer and write').click();
    await expect.element(compare()).toBeVisible();
    expect(engine.carried.map(({ sets }) => sets.map(({ name }) => name))).toEqual([['kind-cruel-24']]);
    expect(engine.used.map(({ sets }) => sets)).toEqual([[]]);
    await expect.element(line('0.910', 18)).toBeVisible();
    await closer();
    await pick('During steering');
    await expect
      .element(
        page
          .getByText(
            /steered to the positive pole of Eight-bit, layer 18, strength 0\.25, own words only; made on q8, cosine 0\.910 on q4 at layer 18, n = 24 topics/,
          )
          .first(),
      )
      .toBeVisible();
    // What reads was made on these weights, and says nothing of another.
    await expect.element(line('0.920', 16)).not.toBeInTheDocument();
  });

  test('of several layers is said at the one that agrees least, and refused where one does not agree enough', async () => {
    const engine = await steer();
    await loadToSteer();
    const layers = page.getByRole('group', { name: 'Layers' });
    await layers.getByRole('spinbutton', { name: 'last' }).fill('20');
    await button('Steer and write').click();
    await expect.element(line('0.900', 20)).toBeVisible();
    await expect.element(compare()).toBeVisible();
    await layers.getByRole('spinbutton', { name: 'last' }).fill('21');
    await button('Steer and write').click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/agree with a cosine of 0\.895 only .* at layer 21.*Steer other layers/);
    expect(engine.interventions).toHaveLength(1);
  });

  test('that does not hold is refused with what was measured, and nothing is written', async () => {
    const engine = await steer(new MeasuringEngine({ ...AGREEMENT, cosine: AGREEMENT.cosine.map(() => 0.7) }));
    await loadToSteer();
    await button('Steer and write').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('the directions agree with a cosine of 0.700 only');
    await match('1').click();
    await expect.poll(() => engine.carried.length).toBe(2);
    await unfold('Measure it on this machine');
    await expect.element(button('Measure it here')).toBeEnabled();
    await button('Measure it here').click();
    await expect.poll(() => engine.carried.length).toBe(3);
    expect(engine.interventions).toEqual([]);
  });

  test('is measured as a dose–response of the model that is loaded', async () => {
    const engine = await steer();
    await loadToSteer();
    await unfold('Measure it on this machine');
    await button('Measure it here').click();
    await unfold(SURE);
    await expect.element(page.getByText(/^Measured in this browser\./)).toBeVisible();
    expect(engine.carried).toHaveLength(1);
    expect(engine.interventions.at(-1)).toMatchObject({ unrelated: { sets: [] } });
    await expect.element(line('0.910', 18)).toBeVisible();
  });
});

describe('a dose–response of the other variant', () => {
  /** As it would ship with the probe: measured on the 8-bit variant, of these very files. */
  async function recorded(): Promise<Partial<AppParts>> {
    const { json, tensors } = await eightBit().files();
    const sha256 = await sha256Hex([new TextEncoder().encode(json), new Uint8Array(tensors)]);
    const report: DoseReport = {
      ...sampleDose,
      probe: { ...sampleDose.probe, sha256 },
      model: { id: 'smollm2-135m-instruct-q8', weightsSha256: 'd8'.repeat(32) },
    };
    return { doses: { 'eight-bit': () => Promise.resolve(serialiseDose(report)) } };
  }
  const elsewhere = () =>
    page.getByText(
      /^Measured on other weights than those that are loaded\. This was measured on smollm2-135m-instruct-q8; smollm2-135m-instruct-q4 is loaded, and may do otherwise\. Measure it here, or match a KL\./,
    );

  test('is shown as one, and its strengths are searched for anew', async () => {
    const engine = await steer(new MeasuringEngine(), await recorded());
    await unfold(SURE);
    await expect.element(page.getByText(/^Recorded by the command on /)).toBeVisible();
    await expect.element(elsewhere()).not.toBeInTheDocument();
    await loadToSteer();
    await expect.element(elsewhere()).toBeVisible();
    await unfold(SURE);
    await expect.element(page.getByText('Recorded by the command on smollm2-135m-instruct-q8.')).toBeVisible();
    await match('1').click();
    await expect.element(strengthNumber()).toHaveValue(0.26);
    expect(engine.calls).toContain('matchSteering 1');
  });

  test('gives a strength before a model is loaded that is refused on the other, with what to do', async () => {
    const engine = await steer(new MeasuringEngine(), await recorded());
    await match('1').click();
    await expect.element(strengthNumber()).toHaveValue(0.354);
    await loadToSteer();
    await button('Steer and write').click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(
        /matched to a KL of 1 on other weights than those of smollm2-135m-instruct-q4, which is loaded: here another strength has that KL\. Match it again/,
      );
    expect(engine.interventions).toEqual([]);
    await match('1').click();
    await expect.element(strengthNumber()).toHaveValue(0.26);
    await button('Steer and write').click();
    await expect.element(compare()).toBeVisible();
  });
});

describe('looking inside with it', () => {
  async function inside(): Promise<MeasuringEngine> {
    const engine = await open('#/read');
    await page.getByText('Your own text', { exact: true }).first().click();
    await load();
    await page.getByLabelText('Probe').first().selectOptions('Eight-bit');
    await expect.poll(() => engine.used).toHaveLength(2);
    await expect.element(page.getByLabelText('Probe').first()).toHaveDisplayValue('Eight-bit');
    location.hash = '#/inside';
    await expect.element(page.getByRole('heading', { name: 'What the direction says' })).toBeVisible();
    return engine;
  }

  test('the words of its direction stand beside its cosine at that layer', async () => {
    await inside();
    await button('Show its words').click();
    await expect.element(line('0.920', 16)).toBeVisible();
  });

  test('so do the scores of a patched text', async () => {
    await inside();
    await page.getByRole('textbox', { name: /^A / }).fill('ab cd ef');
    await page.getByRole('textbox', { name: /^B / }).fill('ab xd ef');
    await page.getByRole('textbox', { name: 'First way of going on' }).fill('g');
    await page.getByRole('textbox', { name: 'over the second' }).fill('zz');
    await page.getByRole('combobox', { name: /^Layers/ }).selectOptions('every 6');
    await button('Patch').click();
    await expect.element(page.getByRole('grid', { name: /^What each patch does/ })).toBeVisible();
    await expect.element(line('0.920', 16)).not.toBeInTheDocument();
    await button('Read B again with it').click();
    await expect.element(line('0.920', 16)).toBeVisible();
  });
});

test('judged on a set it stands beside its cosine', async () => {
  const engine = await open('#/train');
  await button('Train a probe of your own').click();
  await load();
  await page.getByText('Judge a probe on this set').click();
  await page.getByLabelText('Probe to judge').selectOptions('Eight-bit');
  await button('Judge').click();
  await expect
    .element(page.getByRole('group', { name: 'Judged on kind-cruel-24' }))
    .toHaveTextContent(LINE('0.920', 16));
  expect(engine.carried.map(({ sets }) => sets.map(({ name }) => name))).toEqual([['kind-cruel-24']]);
});
