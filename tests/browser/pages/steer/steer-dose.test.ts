import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { parseDose, serialiseDose } from '../../../../src/formats/probe/dose.ts';
import { sampleDose } from '../../../fixtures/samples/dose-sample.ts';
import { load, match, open, saved, unfold } from '../support/steer-page.ts';
import { SAMPLE_CARD } from '../support/sample.ts';
import { fakeParts } from '../support/parts.ts';
import { sampleBundle, sampleOffer } from '../support/sample-bundle.ts';
import { sha256Hex } from '../../../../src/state/storage/sha256.ts';
import { button, engines, freshPages, violations } from '../support/whole-page.ts';
import type { DoseArgs } from '../../../../src/worker/protocol.ts';

freshPages();
const figure = () => page.getByRole('application', { name: /^Dose–response of/ });
const all = () => page.getByRole('application', { name: /^All series of/ });
const sure = () => unfold('How sure is this? All series and files');
const measuring = () => unfold('Measure it on this machine');
const FILES = ['json', 'svg', 'plotly.json', 'md', 'csv'].map((ending) => `kind-cruel.dose.${ending}`);
const measured = () => page.getByText(/^Measured in this browser\./);

describe('the recorded dose–response', () => {
  it('stands there before any model, as a figure with its null, in sentences and as a table', async () => {
    await open();
    await expect.element(figure()).toBeVisible();
    await expect
      .element(
        page.getByText(
          'Steering towards kind makes kind choices likelier. None of 13 directions that mean nothing does as much.',
        ),
      )
      .toBeVisible();
    // The effect and the control alone, with their names at the end of each line; all else is one press away.
    const drawn = (shape: string, of = figure()): number =>
      of.element().querySelectorAll(`.scatterlayer .point[d^="${shape}"]`).length;
    await expect
      .poll(() => ['M4,0A', 'M2.8,0A', 'M3,3L', 'M5.01,0L', 'M3.8,3.8H'].map((shape) => drawn(shape)), {
        timeout: 20_000,
      })
      .toEqual([4, 0, 0, 0, 4]);
    for (const name of ['kind over', 'luck', 'chance'])
      await expect
        .poll(() => figure().element().querySelector('.annotation-text, .infolayer')?.closest('svg')?.textContent)
        .toContain(name);
    await sure();
    await expect
      .element(
        page
          .getByText(
            /^At a KL of 1 nat steering moves the choices between kind and cruel by 6\.25 nats \[5\.13, 7\.38\], n = 48 choices\. The largest of 13 placebos/,
          )
          .first(),
      )
      .toBeVisible();
    await expect.element(page.getByText('At 1 nat: none of 13 placebos do as much; p = 0.071.')).toBeVisible();
    await expect.element(page.getByText(/^Recorded by the command on (?!.*that is loaded)/)).toBeVisible();
    // The direction's four levels, ten flipped, three isotropic and one unrelated placebo, and the control.
    await expect
      .poll(() => ['M4,0A', 'M2.8,0A', 'M3,3L', 'M5.01,0L', 'M3.8,3.8H'].map((shape) => drawn(shape, all())), {
        timeout: 20_000,
      })
      .toEqual([4, 10, 3, 1, 4]);
    await page.getByText('Show the numbers as a table').click();
    expect(page.getByRole('region', { name: 'Table dose' }).element().querySelectorAll('tbody tr')).toHaveLength(
      4 + 14 + 4,
    );
    expect(engines).toEqual([]);
  });

  it('puts the points where the axis has their numbers', async () => {
    await open();
    await expect.element(figure()).toBeVisible();
    const points = (): Element[] => [...figure().element().querySelectorAll('.scatterlayer .point[d^="M4,0A"]')];
    await expect.poll(() => points().length, { timeout: 20_000 }).toBe(4);
    const middle = (of: Element): number => {
      const { top, bottom } = of.getBoundingClientRect();
      return (top + bottom) / 2;
    };
    const ticks = [...figure().element().querySelectorAll('.ytick text')].map((text) => ({
      value: Number(text.textContent.replace('−', '-')),
      y: middle(text),
    }));
    const [first, last] = [ticks[0]!, ticks.at(-1)!];
    const at = (value: number): number =>
      first.y + ((value - first.value) / (last.value - first.value)) * (last.y - first.y);
    for (const [index, level] of sampleDose.direction.levels.entries())
      expect(Math.abs(middle(points()[index]!) - at(level.effect.value))).toBeLessThan(1.5);
  });

  it('gives its strengths to the slider at once, without a model, where it is of this very probe', async () => {
    const { json, tensors } = sampleBundle();
    const sha256 = await sha256Hex([new TextEncoder().encode(json), new Uint8Array(tensors)]);
    const own = {
      ...sampleDose,
      probe: { ...sampleDose.probe, sha256 },
      model: { ...sampleDose.model, weightsSha256: SAMPLE_CARD.model.weightsSha256 },
    };
    const first = await open({}, { doses: { 'kind-cruel': () => Promise.resolve(serialiseDose(own)) } });
    await match('0.5').click();
    await expect.element(match('0.5')).toHaveAttribute('aria-pressed', 'true');
    await expect.element(page.getByRole('spinbutton', { name: /^Strength/ })).toHaveValue(0.25);
    await match('1').click();
    await expect.element(page.getByRole('spinbutton', { name: /^Strength/ })).toHaveValue(0.354);
    // At another layer it says nothing.
    await page.getByRole('group', { name: 'Layers' }).getByRole('spinbutton', { name: 'first' }).fill('12');
    await userEvent.keyboard('{Tab}');
    await match('1').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/model must be loaded first/);
    await first.unmount();
  });

  it('of other files than the probe has gives it no strength', async () => {
    await open();
    await match('1').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/model must be loaded first/);
  });

  it('is missed honestly where a probe has none', async () => {
    await open();
    await page.getByLabelText('Direction', { exact: true }).selectOptions('Honest–deceptive');
    await expect.element(page.getByText(/^Nothing was measured of Honest–deceptive yet/)).toBeVisible();
    await expect.element(figure()).not.toBeInTheDocument();
    await expect.element(page.getByText('Texts are read with Kind–cruel, the probe in use.')).toBeVisible();
  });

  it('that is broken is said, and it can be measured all the same', async () => {
    await open({}, { doses: { 'kind-cruel': () => Promise.resolve('{"format":"flipside-dose","version":1}') } });
    await expect.element(page.getByRole('alert')).toHaveTextContent(/This dose–response cannot be shown/);
    await expect.element(page.getByText(/^Nothing was measured of Kind–cruel yet/)).toBeVisible();
  });

  it('is saved as what the command writes, as a figure, a card and a table', async () => {
    await open();
    await sure();
    await page.getByText('Save it', { exact: true }).click();
    // One after the other: each file's maker is fetched when it is pressed, and may come later than the next one's.
    for (const [index, name] of FILES.entries()) {
      await button(name).click();
      await expect.poll(() => saved.map((one) => one.name)).toEqual(FILES.slice(0, index + 1));
    }
    expect(parseDose(saved[0]!.content)).toEqual(sampleDose);
    expect(saved[1]!.content).toMatch(/^<\?xml.*<svg/s);
    expect(JSON.parse(saved[2]!.content)).toHaveProperty('layout.meta.caption');
    expect(saved[3]!.content).toContain('## What it does not show');
    expect(saved[4]!.content.trim().split('\n')).toHaveLength(1 + 4 + 14 + 4);
  });
});

describe('measuring it here', () => {
  it('takes the choices of the axis with luck beside them, and is shown in the same figure and kept', async () => {
    const first = await open({}, { storage: localStorage });
    await load();
    await measuring();
    await button('Measure it here').click();
    await sure();
    await expect.element(measured()).toBeVisible();
    const args = engines[0]!.interventions.at(-1) as DoseArgs;
    expect(args).toMatchObject({
      targets: [0.25, 0.5, 1, 2],
      placeboTargets: [1],
      settings: { mode: 'add', from: 18, to: 18, where: 'generated' },
      choices: { name: 'kind-cruel' },
      control: { name: 'luck' },
      stories: { name: 'neutral-stories' },
    });
    expect(args.choices.rows.trim().split('\n')).toHaveLength(60);
    expect(args.unrelated).not.toBeNull();
    await expect
      .element(page.getByText(/moves? the choices between kind and cruel by 5\.60 nats/).first())
      .toBeVisible();
    await page.getByText('Recorded', { exact: true }).click();
    await expect.element(page.getByText(/by 6\.25 nats/).first()).toBeVisible();
    await first.unmount();
    await open({}, { storage: localStorage });
    await sure();
    await expect.element(measured()).toBeVisible();
    await expect.element(page.getByText(/by 5\.60 nats/).first()).toBeVisible();
  });

  it('loads the model first in the same press where it is not there', async () => {
    await open({}, { doses: {} });
    await measuring();
    await button('Load the model and measure it (104 MB)').click();
    await sure();
    await expect.element(measured()).toBeVisible();
    expect(engines[0]!.calls).toEqual(['load', 'useProbe', 'measureDose 0.25 0.5 1 2']);
  });

  it('says how far it is, how long it still takes, and leaves what there was when it is stopped', async () => {
    await open({ pace: 120 });
    await load();
    await measuring();
    await button('Measure it here').click();
    await expect.element(page.getByText(/^Steering along placebos: poles flipped/)).toBeVisible();
    await expect.element(page.getByText(/^\d+ of 15 directions$/)).toBeVisible();
    await expect.element(page.getByText(/a few seconds left/)).toBeVisible();
    await button('Stop measuring').click();
    await expect.element(button('Measure it here')).toBeEnabled();
    await sure();
    await expect.element(page.getByText(/^Recorded by the command on .*, the model that is loaded\./)).toBeVisible();
  });

  it('is estimated by the time of one strength', async () => {
    await open({}, { doses: {} });
    await load();
    await measuring();
    await expect
      .element(page.getByText(/How long is not known yet, and without a graphics card it may be hours/))
      .toBeVisible();
    await button('Time one strength').click();
    await expect.element(page.getByText(/Takes .* here, by what was measured before/)).toBeVisible();
    await expect.element(page.getByRole('spinbutton', { name: /^Strength/ })).toHaveValue(0.25);
  });

  it('measures what is chosen', async () => {
    await open({}, { doses: {} });
    await load();
    await measuring();
    await page.getByText('What is measured', { exact: true }).click();
    await page.getByLabelText('Choices').selectOptions('kind-cruel-free');
    const own = page.getByRole('group', { name: 'KLs of the direction, nats' });
    await own.getByRole('checkbox', { name: '2', exact: true }).click();
    await page
      .getByRole('group', { name: 'KLs of the placebos, nats' })
      .getByRole('checkbox', { name: '0.5', exact: true })
      .click();
    await page.getByRole('checkbox', { name: /the same strengths on good and bad luck/ }).click();
    await page.getByText('Limit', { exact: true }).last().click();
    await button('Measure it here').click();
    await sure();
    await expect.element(measured()).toBeVisible();
    expect(engines[0]!.interventions.at(-1)).toMatchObject({
      targets: [0.25, 0.5, 1],
      placeboTargets: [0.5, 1],
      settings: { mode: 'cap' },
      choices: { name: 'kind-cruel-free' },
      control: null,
    });
  });

  it('without placebos says that nothing is known of other directions', async () => {
    await open({}, { doses: {}, storage: localStorage });
    await load();
    await measuring();
    await page.getByText('What is measured', { exact: true }).click();
    await page
      .getByRole('group', { name: 'KLs of the placebos, nats' })
      .getByRole('checkbox', { name: '1', exact: true })
      .click();
    await button('Measure it here').click();
    await sure();
    await expect.element(measured()).toBeVisible();
    await expect
      .element(
        page
          .getByText(/No placebo was measured, so nothing says that another direction would not do the same\./)
          .first(),
      )
      .toBeVisible();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it('of an axis for which no choices ship says so instead of taking others', async () => {
    const own = sampleOffer(
      'brave-timid',
      'Brave–timid',
      { positive: 'brave', negative: 'timid', neutral: 'neutral' },
      4,
    );
    await open({}, { doses: {}, shipped: [...fakeParts().shipped!, own] });
    await load();
    await page.getByLabelText('Direction', { exact: true }).selectOptions('Brave–timid');
    await measuring();
    await expect.element(page.getByText(/^No choices between brave and timid come with the page\./)).toBeVisible();
    await expect.element(button('Measure it here')).toBeDisabled();
  });

  it('of an axis that is not moral takes no control by itself', async () => {
    await open();
    await page.getByLabelText('Direction', { exact: true }).selectOptions('Formal–casual');
    await load();
    await measuring();
    await button('Measure it here').click();
    await sure();
    await expect.element(measured()).toBeVisible();
    expect(engines[0]!.interventions.at(-1)).toMatchObject({ choices: { name: 'formal-casual' }, control: null });
  });
});

it('has no accessibility violations with everything open, wide and across 320 pixels', async () => {
  await open();
  await sure();
  await measuring();
  for (const summary of ['Show the numbers as a table', 'Save it', 'What is measured'])
    await page.getByText(summary, { exact: true }).click();
  expect(await violations()).toEqual([]);
  await page.viewport(320, 740);
  await expect.poll(() => document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  expect(await violations()).toEqual([]);
  await userEvent.keyboard('{Tab}');
});
