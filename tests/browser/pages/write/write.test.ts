import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { STARTERS } from '../../../../src/content/prompts.ts';
import { button, engines, freshPages, load, openAt, stripText, violations } from '../support/whole-page.ts';

freshPages();

const open = async (...rest: Parameters<typeof openAt> extends [string, ...infer R] ? R : never) => {
  const screen = await openAt('#/write', ...rest);
  await expect.element(page.getByRole('heading', { name: 'Let the model write' })).toBeVisible();
  return screen;
};
const written = () => page.getByRole('group', { name: 'Written in this visit' });

describe('before any model', () => {
  it('two recorded answers stand there with what was asked and their readings', async () => {
    await open();
    const answers = page.getByRole('group', { name: 'The recorded answers' });
    await expect.element(answers.getByRole('heading', { name: 'Told to be kind' })).toBeVisible();
    await expect.element(answers.getByRole('heading', { name: 'Kind, then provoked' })).toBeVisible();
    await expect
      .element(
        page.getByText(/^On average the answer reads \+1\.6 \(kind\) when told to be kind, −0\.1 \(near neutral\)/),
      )
      .toBeVisible();
    for (const [index, title] of ['Told to be kind', 'Kind, then provoked'].entries())
      expect(answers.element().querySelectorAll('p.small[translate="no"]')[index]!.textContent).toBe(
        `“${STARTERS.find((starter) => starter.title === title)!.message}”`,
      );
    expect(document.querySelector('.strip')).toBeNull();
    expect(engines).toEqual([]);
  });

  it('and give way to what is written', async () => {
    await open();
    await load();
    await button('Write').click();
    await expect.element(page.getByText('continued here')).toBeVisible();
    await expect.element(page.getByRole('group', { name: 'The recorded answers' })).not.toBeInTheDocument();
  });
});

describe('a chat turn', () => {
  it('goes into the model’s own form, and its special tokens can be read in the text', async () => {
    await open();
    await load();
    await button('Write').click();
    await expect.element(page.getByRole('heading', { name: 'Told to be kind, seed 1' })).toBeVisible();
    await expect.element(page.getByText('continued here')).toBeVisible();
    expect(engines[0]!.calls).toContain('renderChat system user');
    expect(stripText()).toMatch(
      /^<\|im_start\|>system\nYou are Mara, a kind nurse\..*<\|im_end\|>\n<\|im_start\|>user\n.*<\|im_start\|>assistant\n/s,
    );
    const marks = [...document.querySelectorAll('.strip [data-glyph]')].map((mark) => mark.getAttribute('data-glyph'));
    expect(marks.filter((mark) => mark === '⟨im_start⟩')).toHaveLength(3);
    expect(marks).toContain('⟨im_end⟩');
  });

  it('without a character leaves the choice to the model', async () => {
    await open();
    await load();
    await page.getByText('Told nothing').click();
    await button('Write').click();
    await expect.poll(() => engines[0]!.calls).toContain('renderChat user');
  });

  it('without a message says so beside it and asks the engine for nothing', async () => {
    await open();
    await load();
    await page.getByLabelText('What it is told').fill(' ');
    await button('Write').click();
    await expect.element(page.getByText(/text-empty/)).toBeVisible();
    expect(engines[0]!.calls.some((call) => /^(read|render)/.test(call))).toBe(false);
    await page.getByLabelText('What it is told').fill('Hello.');
    await expect.element(page.getByText(/text-empty/)).not.toBeInTheDocument();
  });
});

describe('a model without a chat template', () => {
  it('is offered a text to go on with and no chat, and says so', async () => {
    await open({ status: { hasChat: false } });
    await load();
    await expect.element(page.getByText('This model has no chat form: it goes on with a text.')).toBeVisible();
    await expect.element(page.getByText('A chat', { exact: true })).not.toBeInTheDocument();
    await expect.element(page.getByText('Told nothing')).not.toBeInTheDocument();
    await page.getByLabelText('The text to go on with').last().fill('She opened the door and');
    await button('Write').click();
    await expect.element(page.getByText('continued here')).toBeVisible();
    expect(engines[0]!.calls.some((call) => call.startsWith('renderChat'))).toBe(false);
  });
});

describe('a text to go on with', () => {
  it('is read as it stands, by Ctrl+Enter', async () => {
    await open();
    await load();
    await page.getByText('A text to go on with', { exact: true }).click();
    await page.getByLabelText('The text to go on with').last().fill('She opened the door and');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.element(page.getByText('continued here')).toBeVisible();
    await expect.poll(stripText).toMatch(/^She opened the door and He slept badly/);
    expect(engines[0]!.calls.some((call) => call.startsWith('renderChat'))).toBe(false);
  });
});

describe('what was written', () => {
  it('stays within reach when the next seed writes, and comes back unaltered', async () => {
    await open();
    await load();
    await button('Write').click();
    await expect.element(button('Next seed')).toBeEnabled();
    const first = stripText();
    await button('Next seed').click();
    await expect.element(page.getByRole('heading', { name: 'Told to be kind, seed 2' })).toBeVisible();
    await expect.element(button('Write')).toBeEnabled();
    await button('Prompt and settings').click();
    await page.getByText('Length, seed and chance').click();
    await expect.element(page.getByRole('spinbutton', { name: 'Seed' })).toHaveValue(2);
    expect(written().element().querySelectorAll('input')).toHaveLength(2);
    await written().getByText('Told to be kind, seed 1').click();
    await expect.element(page.getByRole('heading', { name: 'Told to be kind, seed 1' })).toBeVisible();
    expect(stripText()).toBe(first);
  }, 120_000);

  it('is shown in Read as well: there is one reading', async () => {
    await open();
    await load();
    await button('Write').click();
    await expect.element(button('Write')).toBeEnabled();
    await page.getByRole('link', { name: 'Read', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'Told to be kind, seed 1' })).toBeVisible();
    await expect.element(button('Continue this text')).toBeEnabled();
  });

  it('shows its speed while it comes and stops at once', async () => {
    await open({ pace: 40, text: ' and he rode on'.repeat(200) });
    await load();
    await page.getByText('Length, seed and chance').click();
    await page.getByRole('spinbutton', { name: 'Tokens', exact: true }).fill('800');
    await userEvent.keyboard('{Tab}');
    await button('Write').click();
    await expect.element(page.getByText(/writing… \d+\.\d tok\/s/)).toBeVisible();
    await button('Stop').last().click();
    await expect.element(button('Write')).toBeEnabled();
    await expect.element(page.getByRole('status')).toHaveTextContent('Stopped.');
  });

  it('moves nothing above it while its words arrive', async () => {
    await open({ pace: 20, text: ' and he rode on'.repeat(200) });
    await load();
    await button('Write').click();
    await expect.element(page.getByText(/writing…/).first()).toBeVisible();
    const top = () => document.querySelector('.strip')!.getBoundingClientRect().top + scrollY;
    const before = top();
    const tokens = document.querySelectorAll('[data-token]').length;
    await expect
      .poll(() => document.querySelectorAll('[data-token]').length, { timeout: 15_000 })
      .toBeGreaterThan(tokens + 6);
    expect(top()).toBe(before);
    await button('Stop').first().click();
    await expect.element(button('Write')).toBeEnabled();
    expect(top()).toBe(before);
  });
});

describe('the prompt', () => {
  it('is kept over a reload, and a starter that replaces it can be undone', async () => {
    const first = await open({}, { storage: localStorage });
    await page.getByLabelText('Who it is told to be').fill('You are a lighthouse.');
    await page.getByText('Told to be cruel').click();
    await expect.element(page.getByLabelText('Who it is told to be')).toHaveValue(STARTERS[1]!.character);
    await button('Bring my prompt back').click();
    await expect.element(page.getByLabelText('Who it is told to be')).toHaveValue('You are a lighthouse.');
    await first.unmount();
    await open({}, { storage: localStorage });
    await expect.element(page.getByLabelText('Who it is told to be')).toHaveValue('You are a lighthouse.');
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('before and after writing, and on a phone', async () => {
    localStorage.setItem('flipside.theme', theme);
    await open({}, { storage: localStorage });
    expect(await violations()).toEqual([]);
    await load();
    await button('Write').click();
    await expect.element(written()).toBeVisible();
    await page.viewport(360, 740);
    await expect.element(button('Write')).toBeEnabled();
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  });
});
