import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { BETRAYAL } from '../support/sample.ts';
import { compare, load, match, open, pick, strength, strengthNumber, trace, write } from '../support/steer-page.ts';
import { button, engines, freshPages, stripText, violations } from '../support/whole-page.ts';

freshPages();
const OWN = ' He slept badly, and in the morning he turned the horse around.';
const PROMPT = 'The guard opened the gate for the travellers. He';
const pushed = () =>
  engines[0]!.pushes.at(-1) as {
    settings: { mode: string; pole: string; from: number; to: number; strength: number; where: unknown };
    text: string;
    stories: { name: string; rows: string };
  };

describe('a text under a push', () => {
  it('is written as it is set, read back without the push, and its read-back is shown first', async () => {
    await open();
    await load();
    await page.getByText('cruel', { exact: true }).click();
    await button('Push and write').click();
    await expect.element(compare()).toBeVisible();
    expect(pushed()).toMatchObject({
      text: PROMPT,
      settings: { mode: 'add', pole: 'negative', from: 18, to: 18, strength: 0.25, where: 'generated' },
      stories: { name: 'neutral-stories' },
    });
    expect(pushed().stories.rows.length).toBeGreaterThan(10_000);
    expect(engines[0]!.calls.slice(-2)).toEqual([`writeSteered ${PROMPT.length}`, `read ${(PROMPT + OWN).length}`]);
    await expect.element(trace('Read back without the push')).toBeChecked();
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1, read back' })).toBeVisible();
    await expect.element(page.getByText('What shows here came from the words, not from the push.')).toBeVisible();
    expect(stripText()).toBe(PROMPT + OWN);
    // The border between given and written text is where it was written.
    await expect.element(page.getByText('continued here')).toBeVisible();
    await expect.element(page.getByText(/^pushed: 14 tokens, 12 words, 17 % repeated words/)).toBeVisible();
  });

  it('has the trace of the push itself one switch away, labelled as no evidence', async () => {
    await write();
    await expect.element(page.getByText(/read in this tab · Compare with…/)).toBeVisible();
    await pick('During the push');
    await expect
      .element(page.getByText('Moved by the push itself from the pushed layer on, so no evidence'))
      .toBeVisible();
    await expect
      .element(page.getByText(/read in this tab · pushed to kind, layer 18, strength 0.25, own words only/))
      .toBeVisible();
    expect(stripText()).toBe(PROMPT + OWN);
    await pick('Read back without the push');
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1, read back' })).toBeVisible();
  });

  it('feels the slider from the next word on, and the run remembers it', async () => {
    await open({ pace: 150 });
    await load();
    await button('Push and write').click();
    await expect.poll(() => document.querySelectorAll('.strip [data-token]').length).toBeGreaterThan(12);
    await expect.element(page.getByText('The read-back follows.')).toBeVisible();
    expect(strength().element().closest('[title]')?.getAttribute('title')).toContain('up to three are under way');
    (strength().element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.poll(() => engines[0]!.adjusted.map(({ strength: asked }) => asked)).toEqual([0.26, 0.27]);
    expect(engines[0]!.adjusted[0]!.tokens).toBeGreaterThan(11);
    await expect.element(compare(), { timeout: 15_000 }).toBeVisible();
    await pick('During the push');
    await expect
      .element(page.getByText(/strength 0.25, changed (2 times, last )?to 0.27 after token \d+/).first())
      .toBeVisible();
  }, 120_000);

  it('is kept twice in the history, pushed and read back', async () => {
    await write();
    await page.getByRole('link', { name: 'Library', exact: true }).click();
    await expect.element(button('Show A gate, seed 1, read back')).toBeVisible();
    await expect.element(button('Show A gate, seed 1, pushed')).toBeVisible();
    expect(document.body.textContent.match(/pushed to kind, layer 18, strength 0\.25, own words only/g)).toHaveLength(
      1,
    );
  });

  it('stays when it is stopped, is not read back then, and can be', async () => {
    await open({ pace: 60, text: ' and he rode on'.repeat(60) });
    await load();
    await button('Push and write').click();
    await expect.poll(() => document.querySelectorAll('.strip [data-token]').length).toBeGreaterThan(14);
    await button('Stop').last().click();
    await expect.element(button('Read it back without the push')).toBeVisible();
    expect(engines[0]!.calls.filter((call) => call.startsWith('read'))).toEqual([]);
    await expect.element(page.getByText('Not read back yet: this trace was moved by the push itself')).toBeVisible();
    const before = stripText();
    await button('Read it back without the push').click();
    await expect.element(trace('Read back without the push')).toBeChecked();
    expect(stripText()).toBe(before);
  });

  it('of a push that breaks the model keeps its words and says what to do', async () => {
    await open({ failSteering: 'push-too-strong', failSteeringAfter: 4 });
    await load();
    await button('Push and write').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/The push was too strong.*Take a smaller strength/);
    expect(stripText()).toBe(`${PROMPT} He slept badly,`);
    await expect.element(button('Read it back without the push')).toBeVisible();
  });

  it('that goes round and round says so, and is read back all the same', async () => {
    await write({ steeringEnds: 'repetition', text: ' round and round'.repeat(8) });
    await expect.element(page.getByText('Its words went round and round')).toBeVisible();
    await expect.element(page.getByText(/92 % repeated words/)).toBeVisible();
    await expect.element(trace('Read back without the push')).toBeChecked();
  });

  it('that refuses is marked as a refusal, apart from every score', async () => {
    await write({ text: ' I’m sorry, but I can’t help with that.' });
    await expect.element(page.getByText('begins with a refusal: no score says anything about it')).toBeVisible();
  });

  it('by the next seed is another text, and both stay within reach', async () => {
    await write();
    await button('Write with the next seed').click();
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 2, read back' })).toBeVisible();
    const group = page.getByRole('group', { name: 'Pushed in this visit' });
    expect(group.element().querySelectorAll('input')).toHaveLength(2);
    await group.getByText(/seed 1/).click();
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1, read back' })).toBeVisible();
  });

  it('stands beside what the model writes by itself with the same seed, after one press', async () => {
    await write();
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await userEvent.keyboard('{Tab}');
    await compare().click();
    await expect.element(page.getByRole('heading', { name: 'Two runs side by side' })).toBeVisible();
    expect(location.hash).toMatch(/^#\/library\/compare\?a=run:.+&b=run:.+/);
    expect(engines[0]!.calls.slice(-2)).toEqual([`read ${PROMPT.length}`, 'generate 80']);
    await expect.poll(() => document.querySelectorAll('[data-side="a"] [data-token]').length).toBeGreaterThan(10);
    await expect.poll(() => document.querySelectorAll('[data-side="b"] [data-token]').length).toBeGreaterThan(10);
    await page.getByRole('link', { name: 'Steer', exact: true }).click();
    await expect.element(trace('The model by itself')).toBeVisible();
    await expect.element(page.getByText(/^by itself: 14 tokens/)).toBeVisible();
    await expect.element(page.getByRole('spinbutton', { name: 'Seed' })).toHaveValue(1);
  });

  it('leaves the text of another place on show there, and its own place empty', async () => {
    await open();
    await page.getByRole('link', { name: 'Read', exact: true }).click();
    await expect.poll(stripText).toBe(BETRAYAL);
    await page.getByRole('link', { name: 'Steer', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'Dose and response' })).toBeVisible();
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
    await page.getByText('All tokens').click();
    await expect.element(match('0.5')).toHaveAttribute('aria-pressed', 'true');
    await page.getByText('cruel', { exact: true }).click();
    await expect.element(match('0.5')).toHaveAttribute('aria-pressed', 'false');
    await page.getByText('kind', { exact: true }).click();
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
    await button('Push and write').click();
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
    await page.getByText('Take out').click();
    await expect.element(strength()).not.toBeInTheDocument();
    await button('Push and write').click();
    await expect.element(compare()).toBeVisible();
    expect(pushed().settings).toMatchObject({ mode: 'ablate', strength: 0 });
    await page.getByText('Cap', { exact: true }).click();
    await expect.element(page.getByText('Held at the mean of neutral text.')).toBeVisible();
    await strengthNumber().fill('-0.4');
    await userEvent.keyboard('{Tab}');
    await expect
      .element(
        page.getByText(
          'Held 40 % of the stream’s typical length from the mean of neutral text, on the far side of kind: a loose hold.',
        ),
      )
      .toBeVisible();
  });
});

describe('what cannot be pushed', () => {
  it.each([
    ['a layer that the model has not', 'first', '31', /Layers 31 to 31 cannot be pushed: .* has 1 to 30/],
    ['layers the wrong way round', 'last', '12', /Layers 18 to 12 cannot be pushed/],
    ['half a layer', 'first', '2.5', /Layers 2.5 to 2.5 cannot be pushed/],
  ])('%s is said beside the field, and nothing is asked of the engine', async (_, field, value, says) => {
    await open();
    await load();
    await page.getByRole('group', { name: 'Layers' }).getByRole('spinbutton', { name: field }).fill(value);
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByText(says)).toBeVisible();
    await expect
      .element(page.getByRole('group', { name: 'Layers' }).getByRole('spinbutton', { name: field }))
      .toHaveAttribute('aria-invalid', 'true');
    await expect.element(button('Push and write')).toBeDisabled();
    await page.getByRole('group', { name: 'Layers' }).getByRole('spinbutton', { name: field }).fill('');
    await userEvent.keyboard('{Tab}');
    await expect.element(button('Push and write')).toBeEnabled();
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
    await page.getByText('From a token on').click();
    await page.getByLabelText('from token').fill('-3');
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByText(/Position -3 is no place to push from/)).toBeVisible();
  });

  it('the direction of another model, in its own words', async () => {
    await open({ failSteering: 'probe-model-mismatch' });
    await load();
    await button('Push and write').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/The probe belongs to another model/);
    expect(document.querySelector('.strip')).toBeNull();
  });

  it('an empty prompt, beside the prompt', async () => {
    await open();
    await load();
    await page.getByLabelText('The text to go on with').last().fill('  ');
    await button('Push and write').click();
    await expect.element(page.getByText(/text-empty/)).toBeVisible();
    expect(engines[0]!.pushes).toEqual([]);
  });
});

describe('by keyboard alone', () => {
  it('the pole is chosen, the text written and its traces switched', async () => {
    await open();
    await load();
    (page.getByRole('radio', { name: 'kind', exact: true }).element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('radio', { name: 'cruel', exact: true })).toBeChecked();
    (page.getByLabelText('The text to go on with').last().element() as HTMLElement).focus();
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.element(compare()).toBeVisible();
    expect(pushed().settings.pole).toBe('negative');
    (trace('Read back without the push').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('heading', { name: 'A gate, seed 1, pushed' })).toBeVisible();
    await expect.element(trace('During the push')).toHaveFocus();
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('before and after writing, and across 320 pixels', async () => {
    localStorage.setItem('flipside.theme', theme);
    await open({}, { storage: localStorage });
    expect(await violations()).toEqual([]);
    await load();
    await button('Push and write').click();
    await expect.element(compare()).toBeVisible();
    await page.viewport(320, 740);
    await expect.poll(() => document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
    expect(await violations()).toEqual([]);
  });
});
