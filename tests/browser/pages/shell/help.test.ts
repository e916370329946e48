import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { glossary, TECHNICAL } from '../../../../src/features/help/glossary.ts';
import { CHART_HELP, DARK_HELP, privacyHelp } from '../../../../src/features/help/words.ts';
import { SHORTCUTS } from '../../../../src/features/help/shortcuts.ts';
import { TOUR } from '../../../../src/content/tour.ts';
import { placePanel } from '../../../../src/features/help/place-panel.ts';
import { SAMPLE_CARD } from '../support/sample.ts';
import { button, freshPages, openAt, violations } from '../support/whole-page.ts';

freshPages();

const open = async (more: Parameters<typeof openAt>[2] = {}) => {
  const screen = await openAt('', {}, more);
  await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
  return screen;
};
const help = () => page.getByRole('dialog', { name: 'Help' });
const step = (title: string) => page.getByRole('dialog', { name: title });

describe('the header', () => {
  it.each([320, 640, 768, 1280, 1920])(
    'has its places, the state in words and the help on one screen of %i px',
    async (width) => {
      await page.viewport(width, 800);
      await open();
      for (const name of ['Read', 'Write', 'Look inside', 'Steer', 'Train', 'Experiments', 'Library'])
        await expect.element(page.getByRole('link', { name, exact: true })).toBeVisible();
      await expect.element(page.getByRole('banner').getByText('not loaded')).toBeVisible();
      await expect.element(button('Help')).toBeVisible();
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
      const tops = [...document.querySelectorAll('nav[aria-label="Places"] a')].map(
        (link) => link.getBoundingClientRect().top,
      );
      // Seven places do not fit across a phone.
      expect(new Set(tops).size, 'rows of places').toBe(width < 600 ? 2 : 1);
    },
  );

  it('keeps the state in view on a phone when the page is scrolled', async () => {
    await page.viewport(360, 740);
    await open();
    scrollTo(0, 1200);
    const { top, bottom } = page.getByRole('banner').getByText('not loaded').element().getBoundingClientRect();
    expect(top).toBeGreaterThanOrEqual(0);
    expect(bottom).toBeLessThan(120);
  });

  it('has a first tab stop that skips to the text, and leaves the address alone', async () => {
    await open();
    await userEvent.keyboard('{Tab}');
    expect(document.activeElement).toHaveTextContent('Skip to the text');
    await userEvent.keyboard('{Enter}');
    expect(location.hash).not.toContain('strip');
    // Where arrow keys walk, and not the frame around it.
    expect(document.activeElement?.closest('.strip')).not.toBeNull();
    expect((document.activeElement as HTMLElement).dataset['token']).toBe('0');
  });
});

describe('the help', () => {
  it('opens by its button, closes by Esc, and gives the focus back', async () => {
    await open();
    await button('Help').click();
    await expect.element(help()).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(help()).not.toBeInTheDocument();
    expect(document.activeElement).toBe(button('Help').element());
  });

  it('opens by ? anywhere but where it is typed', async () => {
    await open();
    await page.getByText('Your own text', { exact: true }).first().click();
    const box = page.getByLabelText('Your own text').last();
    await userEvent.click(box);
    await userEvent.keyboard('?');
    await expect.element(box).toHaveValue('?');
    expect(document.querySelector('dialog[open]')).toBeNull();
    document.querySelector<HTMLElement>('[data-token="0"]')!.focus();
    await userEvent.keyboard('?');
    await expect.element(help()).toBeVisible();
  });

  it('does not open by ? for who has switched that off, also next time', async () => {
    const first = await open({ storage: localStorage });
    await button('Help').click();
    await page.getByRole('checkbox', { name: /opens this help/ }).click();
    await button('Close').click();
    await first.unmount();
    await open({ storage: localStorage });
    document.body.focus();
    await userEvent.keyboard('?');
    expect(document.querySelector('dialog[open]')).toBeNull();
  });

  it('has every word and every key, and stands in no other place', async () => {
    await open();
    const all = [...glossary({ model: SAMPLE_CARD.model, axis: SAMPLE_CARD.axis }), ...TECHNICAL];
    expect(glossary({ model: null, axis: null })).toHaveLength(8);
    for (const { meaning } of all) expect(document.querySelector('main')!.textContent).not.toContain(meaning);
    await button('Help').click();
    await help().getByText('Technical words').click();
    for (const { word, meaning } of all) {
      await expect.element(help().getByText(word, { exact: true }).first()).toBeInTheDocument();
      await expect.element(help().getByText(meaning)).toBeInTheDocument();
    }
    for (const { does } of SHORTCUTS) await expect.element(help().getByText(does)).toBeInTheDocument();
  });

  it('says of layers, width and poles what is in use, and nothing where nothing is', () => {
    const said = (facts: Parameters<typeof glossary>[0]): string =>
      glossary(facts)
        .map(({ meaning }) => meaning)
        .join(' ');
    const other = said({
      model: { layerCount: 12, hidden: 768 },
      axis: { positive: 'honest', negative: 'deceptive', neutral: 'plain' },
    });
    for (const fact of [
      'Layer 12',
      '768 numbers',
      'towards honest',
      'towards deceptive',
      'one honest and one deceptive',
    ])
      expect(other).toContain(fact);
    for (const words of [other, said({ model: null, axis: null })]) expect(words).not.toMatch(/576|30|kind|cruel/);
  });

  it('speaks in sentences of fewer than 20 words', () => {
    for (const says of [
      ...glossary({ model: SAMPLE_CARD.model, axis: SAMPLE_CARD.axis }).map(({ meaning }) => meaning),
      ...TECHNICAL.map(({ meaning }) => meaning),
      ...CHART_HELP.map((entry) => entry.says),
      ...TOUR.flatMap(({ about, steps }) => [about, ...steps.map(({ text }) => text)]),
      ...privacyHelp(['https://huggingface.co']),
      DARK_HELP,
    ])
      for (const sentence of says.split(/(?<=[.?:;]) /u)) expect(sentence.split(' ').length, sentence).toBeLessThan(20);
  });

  it('opens at the part that was asked for', async () => {
    await open();
    await button('Diagnostics').click();
    await expect.element(page.getByRole('heading', { name: 'Diagnostics' })).toBeInViewport();
    expect(document.activeElement).toHaveTextContent('Diagnostics');
  });
});

describe('diagnostics', () => {
  it('say what is held on the graphics card and in the page', async () => {
    await open();
    await button(/^Load the model/).click();
    await expect.element(page.getByText(/a pass/).first()).toBeVisible();
    await button('Diagnostics').click();
    const row = (name: string) =>
      [...document.querySelectorAll('dialog dt')].find((term) => term.textContent === name)?.nextElementSibling
        ?.textContent ?? '';
    await expect
      .poll(() => row('GPU memory'))
      .toMatch(/^201 MB \(runtime 176 MB, cache 24 MB\), 214 MB at most so far/);
    expect(row('Page memory')).toMatch(/^\d+(\.\d)? MB, the script heap of the page$/);
  });

  it('say that the browser does not tell what the page holds', async () => {
    Object.defineProperty(performance, 'memory', { configurable: true, value: undefined });
    try {
      await open();
      await button(/^Load the model/).click();
      await expect.element(page.getByText(/a pass/).first()).toBeVisible();
      await button('Diagnostics').click();
      await expect.element(page.getByText('not told by this browser', { exact: true })).toBeVisible();
    } finally {
      Reflect.deleteProperty(performance, 'memory');
    }
  });
});

describe('the tour', () => {
  it('is offered once, in a line that does not come back', async () => {
    const first = await open({ storage: localStorage });
    await button('No, thank you').click();
    await expect.element(button('Take the tour')).not.toBeInTheDocument();
    await first.unmount();
    await open({ storage: localStorage });
    expect(document.body.textContent).not.toContain('Take the tour');
  });

  it.each(TOUR)(
    'points at something on the page at every step of $title, by keyboard alone',
    async (chapter) => {
      await open();
      await button('Help').click();
      await button(new RegExp(`^${chapter.title}`)).click();
      for (const [index, { title, place }] of chapter.steps.entries()) {
        await expect.element(step(title)).toBeVisible();
        expect(location.hash === '' ? 'read' : location.hash.slice(2)).toBe(place);
        // The code of a place may be on its way.
        await expect.poll(() => document.querySelector('.ring'), { timeout: 60_000 }).not.toBeNull();
        expect(document.activeElement).toHaveTextContent(title);
        await userEvent.keyboard('{Tab}{Enter}');
        if (index < chapter.steps.length - 1) await expect.element(step(title)).not.toBeInTheDocument();
      }
      await expect.poll(() => document.querySelector('.ring')).toBeNull();
    },
    120_000,
  );

  it('ends by Esc and gives the focus back', async () => {
    await open();
    await button('Take the tour').click();
    await expect.element(step('A story, already read')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(step('A story, already read')).not.toBeInTheDocument();
    expect(document.activeElement).toBe(button('Help').element());
  });

  it('fits a phone at every step', async () => {
    await page.viewport(360, 640);
    await open();
    await button('Take the tour').click();
    for (const { title } of TOUR[0]!.steps) {
      await expect.element(step(title)).toBeVisible();
      const { left, right, top, bottom } = step(title).element().getBoundingClientRect();
      expect(
        [left >= 0, right <= 360, top >= 0, bottom <= 640],
        `${title}: ${[left, right, top, bottom].join(' ')}`,
      ).toEqual([true, true, true, true]);
      await button(/^(Next|Done)$/).click();
    }
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  });

  it('puts its panel below, above or beside what it is about, and at the foot when nothing fits', () => {
    const panel = { width: 300, height: 200 };
    const view = { width: 1000, height: 800 };
    expect(placePanel({ left: 100, top: 100, width: 50, height: 50 }, panel, view)).toEqual({ left: 100, top: 160 });
    expect(placePanel({ left: 900, top: 700, width: 50, height: 50 }, panel, view)).toEqual({ left: 688, top: 490 });
    expect(placePanel({ left: 20, top: 100, width: 400, height: 650 }, panel, view)).toEqual({ left: 430, top: 100 });
    expect(placePanel({ left: 600, top: 100, width: 390, height: 650 }, panel, view)).toEqual({ left: 290, top: 100 });
    expect(placePanel({ left: 0, top: 0, width: 1000, height: 800 }, panel, view)).toEqual({ left: 350, top: 588 });
    expect(placePanel(null, panel, view)).toEqual({ left: 350, top: 588 });
  });
});

describe('a story that contains cruelty', () => {
  const cruel = () => page.getByRole('radio', { name: 'Steady cruel' });
  const pick = () => page.getByText('Steady cruel', { exact: true }).first().click();

  it('says so first, and shows itself when asked, once and for all of this visit', async () => {
    await open();
    await expect.element(cruel()).toHaveAccessibleDescription('contains cruelty');
    await pick();
    await expect.element(page.getByText('Steady cruel contains cruelty.', { exact: true })).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
    await expect.element(page.getByRole('status')).toHaveTextContent(/Steady cruel contains cruelty/);
    await button('Show the story').click();
    await expect.element(page.getByRole('heading', { name: 'Steady cruel' })).toBeVisible();
    await page.getByText('Betrayal', { exact: true }).first().click();
    await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
    await pick();
    await expect.element(page.getByRole('heading', { name: 'Steady cruel' })).toBeVisible();
  });

  it('can be left where it is', async () => {
    await open();
    await pick();
    await button('Leave it').click();
    await expect.element(page.getByRole('radio', { name: 'Betrayal' })).toBeChecked();
    await expect.element(cruel()).not.toBeChecked();
  });

  it('asks no more after “always”, also next time, until the help takes that back', async () => {
    const first = await open({ storage: localStorage });
    await pick();
    await button('Always show such stories').click();
    await first.unmount();
    const second = await open({ storage: localStorage });
    await pick();
    await expect.element(page.getByRole('heading', { name: 'Steady cruel' })).toBeVisible();
    await button('Help').click();
    await page.getByRole('checkbox', { name: /always show such stories/ }).click();
    await second.unmount();
    await open({ storage: localStorage });
    await pick();
    await expect.element(page.getByText('Steady cruel contains cruelty.', { exact: true })).toBeVisible();
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('with the help open, with the tour open, and with a note before a story', async () => {
    localStorage.setItem('flipside.theme', theme);
    await open({ storage: localStorage });
    await page.getByText('Steady cruel', { exact: true }).first().click();
    await expect.element(button('Show the story')).toBeVisible();
    expect(await violations()).toEqual([]);
    await button('Take the tour').click();
    await expect.element(step('A story, already read')).toBeVisible();
    expect(await violations()).toEqual([]);
    await userEvent.keyboard('{Escape}');
    await button('Help').click();
    await expect.element(help()).toBeVisible();
    expect(await violations()).toEqual([]);
  });
});
