import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import recorded from '../../../../src/content/examples/steer.json?raw';
import { parseExamples } from '../../../../src/formats/runs/examples-json.ts';
import { meanReading } from '../../../../src/reading/examples.ts';
import { BETRAYAL } from '../support/sample.ts';
import {
  closer,
  column,
  compare,
  load,
  match,
  open,
  pick,
  prompt,
  strength,
  strengthNumber,
  towards,
  trace,
  unfold,
  write,
} from '../support/steer-page.ts';
import { button, engines, freshPages, stripText, violations } from '../support/whole-page.ts';

freshPages();
const OWN = ' He slept badly, and in the morning he turned the horse around.';
const PROMPT = 'The guard opened the gate for the travellers. He';
const steered = () =>
  engines[0]!.interventions.at(-1) as {
    settings: { mode: string; pole: string; from: number; to: number; strength: number; where: unknown };
    text: string;
    stories: { name: string; rows: string };
  };

describe('before any model', () => {
  it('three recorded texts stand side by side with their readings, settings and doubts', async () => {
    await open();
    for (const heading of ['Towards kind', 'Not steered', 'Towards cruel'])
      await expect.element(column(heading)).toBeVisible();
    const { texts, axis } = parseExamples(recorded);
    expect(axis).toMatchObject({ positive: 'kind', negative: 'cruel' });
    const means = texts.map(({ trace, given }) => meanReading(trace, given));
    // Chosen before they were written; which way they read is what the sentence must say.
    expect(means[0]! > means[1]! && means[1]! > means[2]!).toBe(true);
    await expect
      .element(page.getByText(/^The words follow the steering\. Mean reading: \+1\.1 towards kind, /))
      .toBeVisible();
    await expect.element(page.getByText('strength 0.25 · layer 18 · seed 1 · 80 tokens').first()).toBeVisible();
    const shown = [...document.querySelectorAll('[aria-label="The texts, steered and not"] p[translate="no"]')];
    for (const [index, { pieces, given }] of texts.entries()) {
      const said = shown[index]!.textContent.replaceAll(/ ?\((?:plus|minus|zero) ?[\d.]*\)/gu, '');
      expect(said.replaceAll(/\s+/gu, ' ')).toBe(pieces.slice(given).join('').trim().replaceAll(/\s+/gu, ' '));
    }
    await unfold('How sure is this?');
    await expect.element(page.getByText(/are an example, not evidence/)).toBeVisible();
    expect(engines).toEqual([]);
  });
});

describe('a text under steering', () => {
  it('is written as it is set, read back without the steering, and its read-back is shown first', async () => {
    await open();
    await load();
    await towards('cruel');
    await button('Steer and write').click();
    await expect.element(compare()).toBeVisible();
    expect(steered()).toMatchObject({
      text: PROMPT,
      settings: { mode: 'add', pole: 'negative', from: 18, to: 18, strength: 0.25, where: 'generated' },
      stories: { name: 'neutral-stories' },
    });
    expect(steered().stories.rows.length).toBeGreaterThan(10_000);
    expect(engines[0]!.calls.slice(-4)).toEqual([
      `writeSteered ${PROMPT.length}`,
      `read ${(PROMPT + OWN).length}`,
      `read ${PROMPT.length}`,
      'generate 80',
    ]);
    await closer();
    await expect.element(trace('Read without steering')).toBeChecked();
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1, read back' })).toBeVisible();
    await expect.element(page.getByText('Only the words can show here.')).toBeVisible();
    expect(stripText()).toBe(PROMPT + OWN);
    // The border between given and written text is where it was written.
    await expect.element(page.getByText('continued here')).toBeVisible();
    await expect.element(page.getByText(/^steered: 14 tokens, 12 words, 17 % repeated words/)).toBeVisible();
  });

  it('has the trace of the steering itself one switch away, labelled as no evidence', async () => {
    await write();
    await closer();
    await expect.element(page.getByText(/read in this tab · Compare with…/)).toBeVisible();
    await pick('During steering');
    await expect.element(page.getByText('Moved by the steering itself, so no evidence.')).toBeVisible();
    await expect
      .element(page.getByText(/read in this tab · steered to kind, layer 18, strength 0.25, own words only/))
      .toBeVisible();
    expect(stripText()).toBe(PROMPT + OWN);
    await pick('Read without steering');
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1, read back' })).toBeVisible();
  });

  it('keeps the closer look open while another text is written', async () => {
    await write();
    await closer();
    await expect.element(trace('Read without steering')).toBeChecked();
    await strengthNumber().fill('0.3');
    await button('Steer and write').click();
    await expect
      .poll(() => engines[0]!.calls.filter((call) => call.startsWith('writeSteered')))
      .toEqual([`writeSteered ${PROMPT.length}`, `writeSteered ${PROMPT.length}`]);
    await expect.element(compare()).toBeVisible();
    await expect.element(trace('Read without steering')).toBeChecked();
  });

  it('feels the slider from the next word on, and the run remembers it', async () => {
    await open({ pace: 150 });
    await load();
    await button('Steer and write').click();
    await closer();
    await expect.poll(() => document.querySelectorAll('.strip [data-token]').length).toBeGreaterThan(12);
    await expect.element(page.getByText('1 of 3: writing, steered…')).toBeVisible();
    expect(strength().element().closest('[title]')?.getAttribute('title')).toContain('up to three are under way');
    (strength().element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.poll(() => engines[0]!.adjusted.map(({ strength: asked }) => asked)).toEqual([0.26, 0.27]);
    expect(engines[0]!.adjusted[0]!.tokens).toBeGreaterThan(11);
    // What was opened stays open while the text is read again and written unsteered.
    await expect.element(compare(), { timeout: 30_000 }).toBeVisible();
    await pick('During steering');
    await expect
      .element(page.getByText(/strength 0.25, changed (2 times, last )?to 0.27 after token \d+/).first())
      .toBeVisible();
  }, 120_000);

  it('is not written unsteered again for another strength', async () => {
    await write({ text: ' and he rode on'.repeat(40) });
    const calls = () => engines[0]!.calls.filter((call) => call.startsWith('generate'));
    expect(calls()).toEqual(['generate 80']);
    await strengthNumber().fill('0.3');
    await userEvent.keyboard('{Tab}');
    await button('Steer and write').click();
    await expect.element(page.getByText(/^strength 0\.3 · layer 18/)).toBeVisible();
    await expect.element(compare()).toBeVisible();
    await expect.element(column('Not steered')).toBeVisible();
    expect(calls()).toEqual(['generate 80']);
  });

  it('is kept twice in the history, steered and read back', async () => {
    await write();
    await page.getByRole('link', { name: 'Library', exact: true }).click();
    await expect.element(button('Show A gate, seed 1, read back')).toBeVisible();
    await expect.element(button('Show A gate, seed 1, steered')).toBeVisible();
    expect(document.body.textContent.match(/steered to kind, layer 18, strength 0\.25, own words only/g)).toHaveLength(
      1,
    );
  });

  it('stays when it is stopped, is not read back then, and can be', async () => {
    await open({ pace: 60, text: ' and he rode on'.repeat(60) });
    await load();
    await button('Steer and write').click();
    await closer();
    await expect.poll(() => document.querySelectorAll('.strip [data-token]').length).toBeGreaterThan(14);
    await button('Stop').last().click();
    await expect.element(button('Read it without steering')).toBeVisible();
    expect(engines[0]!.calls.filter((call) => call.startsWith('read'))).toEqual([]);
    await expect.element(page.getByText(/Not read without steering yet/)).toBeVisible();
    const before = stripText();
    await button('Read it without steering').click();
    await expect.element(trace('Read without steering')).toBeChecked();
    expect(stripText()).toBe(before);
  });

  it('of steering that breaks the model keeps its words and says what to do', async () => {
    await open({ failSteering: 'push-too-strong', failSteeringAfter: 4 });
    await load();
    await button('Steer and write').click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/The steering was too strong.*Take a smaller strength/);
    await closer();
    expect(stripText()).toBe(`${PROMPT} He slept badly,`);
    await expect.element(button('Read it without steering')).toBeVisible();
  });

  it('that goes round and round says so, and is read back all the same', async () => {
    await write({ steeringEnds: 'repetition', text: ' round and round'.repeat(8) });
    await expect.element(page.getByText('Its words went in circles')).toBeVisible();
    await closer();
    await expect.element(page.getByText(/^steered: .*92 % repeated words/)).toBeVisible();
    await expect.element(trace('Read without steering')).toBeChecked();
  });

  it('that refuses is marked as a refusal, apart from every score', async () => {
    await write({ text: ' I’m sorry, but I can’t help with that.' });
    await closer();
    await expect
      .element(page.getByText('begins with a refusal: no score says anything about it').first())
      .toBeVisible();
  });

  it('by the next seed is another text, and both stay within reach', async () => {
    await write();
    await button('Next seed').click();
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 2', exact: true })).toBeVisible();
    await expect.element(compare()).toBeVisible();
    const group = page.getByRole('group', { name: 'Written in this visit' });
    expect(group.element().querySelectorAll('input')).toHaveLength(2);
    await group.getByText(/seed 1/).click();
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1', exact: true })).toBeVisible();
  });

  it('stands beside what the model writes by itself with the same seed, after one press', async () => {
    await write();
    await expect.element(column('Towards kind')).toBeVisible();
    await expect.element(column('Not steered')).toBeVisible();
    await compare().click();
    await expect.element(page.getByRole('heading', { name: 'Two runs side by side' })).toBeVisible();
    expect(location.hash).toMatch(/^#\/library\/compare\?a=run:.+&b=run:.+/);
    expect(engines[0]!.calls.slice(-2)).toEqual([`read ${PROMPT.length}`, 'generate 80']);
    await expect.poll(() => document.querySelectorAll('[data-side="a"] [data-token]').length).toBeGreaterThan(10);
    await expect.poll(() => document.querySelectorAll('[data-side="b"] [data-token]').length).toBeGreaterThan(10);
    await page.getByRole('link', { name: 'Steer', exact: true }).click();
    await closer();
    await expect.element(trace('Not steered')).toBeVisible();
    await expect.element(page.getByText(/^not steered: 14 tokens/)).toBeVisible();
  });

  it('leaves the text of another place on show there, and its own place empty', async () => {
    await open();
    await page.getByRole('link', { name: 'Read', exact: true }).click();
    await expect.poll(stripText).toBe(BETRAYAL);
    await page.getByRole('link', { name: 'Steer', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'What does steering change?' })).toBeVisible();
    expect(document.querySelector('.strip')).toBeNull();
  });
});

describe('a strength', () => {
  it('is matched to a KL by a search, remembered for the probe, layers, mode and pole, and given up when they change', async () => {
    await open({}, { storage: localStorage, doses: {} });
    await load();
    await match('0.5').click();
    await expect.element(match('0.5')).toHaveAttribute('aria-pressed', 'true');
    await expect.element(strengthNumber()).toHaveValue(0.184);
    expect(engines[0]!.calls.filter((call) => call.startsWith('match'))).toEqual(['matchSteering 0.5']);
    await page.getByText('Everything').click();
    await expect.element(match('0.5')).toHaveAttribute('aria-pressed', 'true');
    await towards('cruel');
    await expect.element(match('0.5')).toHaveAttribute('aria-pressed', 'false');
    await towards('kind');
    await strengthNumber().fill('0.9');
    await userEvent.keyboard('{Tab}');
    await match('0.5').click();
    await expect.element(strengthNumber()).toHaveValue(0.184);
    expect(engines[0]!.calls.filter((call) => call.startsWith('match'))).toEqual(['matchSteering 0.5']);
  });

  it('that was matched in an earlier visit needs no model', async () => {
    const first = await open({}, { storage: localStorage, doses: {} });
    await load();
    await match('2').click();
    await expect.element(match('2')).toHaveAttribute('aria-pressed', 'true');
    await first.unmount();
    await open({}, { storage: localStorage, doses: {} });
    await match('2').click();
    await expect.element(strengthNumber()).toHaveValue(0.368);
    await match('1').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/model must be loaded first/);
  });

  it('is written down with the KL that it was matched to', async () => {
    await open();
    await load();
    await match('1').click();
    await expect.element(match('1')).toHaveAttribute('aria-pressed', 'true');
    await button('Steer and write').click();
    await expect.element(compare()).toBeVisible();
    await expect.element(page.getByText(/strength 0\.26 \(KL 1\)/).first()).toBeVisible();
  });

  it('that no search finds is said, and the old one stays', async () => {
    await open({ failSteering: 'push-invalid' }, { doses: {} });
    await load();
    await match('2').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/No strength up to 2 lengths/);
    await expect.element(strengthNumber()).toHaveValue(0.25);
  });

  it('has none where the direction is taken out, and may be negative where it is capped', async () => {
    await open();
    await load();
    await page.getByText('Remove').click();
    await expect.element(strength()).not.toBeInTheDocument();
    await button('Steer and write').click();
    await expect.element(compare()).toBeVisible();
    expect(steered().settings).toMatchObject({ mode: 'ablate', strength: 0 });
    await page.getByText('Limit', { exact: true }).click();
    await expect.element(page.getByText('Held at the mean of neutral text.')).toBeVisible();
    await strengthNumber().fill('-0.4');
    await userEvent.keyboard('{Tab}');
    await expect
      .element(page.getByText('Held 40 % from the mean of neutral text, on the far side of kind: a loose hold.'))
      .toBeVisible();
  });
});

describe('what cannot be steered', () => {
  it.each([
    ['a layer that the model has not', 'first', '31', /Layers 31 to 31 cannot be steered: .* has 1 to 30/],
    ['layers the wrong way round', 'last', '12', /Layers 18 to 12 cannot be steered/],
    ['half a layer', 'first', '2.5', /Layers 2.5 to 2.5 cannot be steered/],
  ])('%s is said beside the field, and nothing is asked of the engine', async (_, field, value, says) => {
    await open();
    await load();
    await page.getByRole('group', { name: 'Layers' }).getByRole('spinbutton', { name: field }).fill(value);
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByText(says)).toBeVisible();
    await expect
      .element(page.getByRole('group', { name: 'Layers' }).getByRole('spinbutton', { name: field }))
      .toHaveAttribute('aria-invalid', 'true');
    await expect.element(button('Steer and write')).toBeDisabled();
    await page.getByRole('group', { name: 'Layers' }).getByRole('spinbutton', { name: field }).fill('');
    await userEvent.keyboard('{Tab}');
    await expect.element(button('Steer and write')).toBeEnabled();
  });

  it('a strength beyond twice the stream, and a place that is none', async () => {
    await open();
    await load();
    await strengthNumber().fill('2.5');
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByText(/A strength of 2.5 is not between 0 and 2/)).toBeVisible();
    await strengthNumber().fill('1.5');
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByText(/A strength of/)).not.toBeInTheDocument();
    await page.getByText('From token…').click();
    await page.getByRole('spinbutton', { name: 'from token' }).fill('-3');
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByText(/Position -3 is no place to steer from/)).toBeVisible();
  });

  it('the direction of another model, in its own words', async () => {
    await open({ failSteering: 'probe-model-mismatch' });
    await load();
    await button('Steer and write').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/The probe belongs to another model/);
    expect(document.querySelector('.strip')).toBeNull();
  });

  it('an empty prompt, beside the prompt', async () => {
    await open();
    await load();
    await prompt();
    await page.getByLabelText('The text to go on with').last().fill('  ');
    await button('Steer and write').click();
    await expect.element(page.getByText(/text-empty/)).toBeVisible();
    expect(engines[0]!.interventions).toEqual([]);
  });
});

describe('by keyboard alone', () => {
  it('the pole is chosen, the text written and its traces switched', async () => {
    await open();
    await load();
    (page.getByRole('radio', { name: 'kind', exact: true }).element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('radio', { name: 'cruel', exact: true })).toBeChecked();
    (button('Change').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByLabelText('The text to go on with').last()).toHaveFocus();
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.element(compare()).toBeVisible();
    expect(steered().settings.pole).toBe('negative');
    await closer();
    (trace('Read without steering').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1, steered' })).toBeVisible();
    await expect.element(trace('During steering')).toHaveFocus();
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('before and after writing, and across 320 pixels', async () => {
    localStorage.setItem('flipside.theme', theme);
    await open({}, { storage: localStorage });
    expect(await violations()).toEqual([]);
    await load();
    await button('Steer and write').click();
    await expect.element(compare()).toBeVisible();
    await page.viewport(320, 740);
    await expect.poll(() => document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
    expect(await violations()).toEqual([]);
  });
});
