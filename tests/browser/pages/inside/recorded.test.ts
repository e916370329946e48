/** Look inside before any model: a recorded grid, opened where it is most telling. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { parseLens } from '../../../../src/formats/runs/lens-json.ts';
import { fakeFetch } from '../support/parts.ts';
import { button, engines, freshPages, load, openAt, violations } from '../support/whole-page.ts';

freshPages();

const shipped = async () => (await fetch('/recordings/lens.json')).text();
const fetchText = (url: string) => (url.endsWith('/lens.json') ? shipped() : fakeFetch(url));
const open = async (more: Parameters<typeof openAt>[2] = {}) => {
  await openAt('#/inside', {}, { fetchText, ...more });
  await expect.element(page.getByRole('grid')).toBeVisible();
};
const cell = (token: number, layer: number): HTMLElement =>
  document.querySelector<HTMLElement>(`[data-token="${token}"][data-index="${layer}"]`)!;
const stop = (): HTMLElement => document.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')!;

describe('before any model is there', () => {
  it('opens at the last token and the last layer, on the ranks of the two poles', async () => {
    await open();
    const { lens } = parseLens(await shipped());
    expect(lens.tokens).toHaveLength(8);
    expect([stop().dataset['token'], stop().dataset['index']]).toEqual(['7', '30']);
    await expect
      .element(
        page.getByRole('application', {
          name: /Rank among all words by layer.*“␣kind”: rank 2 at layer 30, “␣cruel”: rank 28 at layer 30/,
        }),
      )
      .toBeVisible();
    await expect.element(page.getByText(/“kind” ends at rank 2 of all words, “cruel” at 28\.$/)).toBeVisible();
    expect(engines).toHaveLength(0);
  });

  it('shows the upper layers first, the last on top, and all of them on request', async () => {
    await open();
    const layers = () =>
      [...document.querySelectorAll('[role="rowheader"]')].map(({ textContent }) => Number(textContent));
    expect(layers()).toEqual(Array.from({ length: 16 }, (_, at) => 30 - at));
    await button('Show all 31 layers').click();
    expect(layers()).toHaveLength(31);
    await button('Show the upper layers').click();
    expect(layers()).toHaveLength(16);
  });

  it('marks where the final word becomes the first choice, in colour and in words', async () => {
    await open();
    const ground = (element: Element): string => getComputedStyle(element).getPropertyValue('--surface').trim();
    // After “was” the word “a” is first from layer 22 on.
    expect(ground(cell(6, 22))).not.toBe(ground(cell(6, 21)));
    expect(ground(cell(6, 30))).toBe(ground(cell(6, 22)));
    expect(cell(6, 22)).toHaveAccessibleName(/settles here/);
    expect(cell(6, 23)).not.toHaveAccessibleName(/settles here/);
    await expect.element(page.getByText(/^After “very” only the last layer chooses “brave”\./)).toBeVisible();
    cell(6, 22).click();
    await expect.element(page.getByText(/^After “was” it settles on “a” at layer 22 of 30\./)).toBeVisible();
    await userEvent.keyboard('{End}');
    expect(stop().dataset['token']).toBe('7');
  });

  it.each(['light', 'dark'])('can be read in every cell, gold ones of the faintest ink too: %s', async (theme) => {
    try {
      await open();
      document.documentElement.dataset['theme'] = theme;
      const context = document.createElement('canvas').getContext('2d')!;
      /** Relative luminance of WCAG 2, of a colour as CSS writes it. */
      const luminance = (color: string): number => {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((byte) => {
          const part = byte / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      };
      // No word of this text is the first choice with less than 10 %; another text has such words.
      const gold = cell(6, 30);
      expect(gold).toHaveClass('sure');
      gold.classList.add('faint');
      gold.style.setProperty('--p', '0.099');
      for (const each of document.querySelectorAll('[role="gridcell"]')) {
        const { color, backgroundColor } = getComputedStyle(each);
        const [less, more] = [luminance(color), luminance(backgroundColor)].sort((a, b) => a - b);
        expect((more! + 0.05) / (less! + 0.05), each.getAttribute('aria-label')!).toBeGreaterThanOrEqual(4.5);
      }
    } finally {
      delete document.documentElement.dataset['theme'];
    }
  });

  it('has few words and controls, and its main button and grid in the first two screens of a phone', async () => {
    await page.viewport(360, 740);
    await open();
    const main = document.querySelector('main')!;
    expect(main.innerText.split(/\s+/u).filter((word) => /\p{L}/u.test(word)).length).toBeLessThanOrEqual(250);
    const controls = [...main.querySelectorAll('button, select, input, summary, a, textarea, [tabindex="0"]')].filter(
      (one) => one.checkVisibility() && one.getBoundingClientRect().width > 1,
    );
    expect(controls.length).toBeLessThanOrEqual(12);
    for (const one of [button(/^Load and look/), page.getByRole('grid')])
      expect(one.element().getBoundingClientRect().bottom).toBeLessThan(2 * 740);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
    expect(await violations()).toEqual([]);
  });

  it('gives way to the text that is shown once that has been looked at', async () => {
    await open();
    await expect.element(page.getByText(/^A recorded example/)).toBeVisible();
    await load();
    await button('Look through every layer').click();
    await expect.element(page.getByText(/^A recorded example/)).not.toBeInTheDocument();
    await expect.element(page.getByRole('grid')).toBeVisible();
  });

  it('does without the example where it is not beside the page', async () => {
    await openAt('#/inside', {}, {});
    await expect.element(button(/^Load and look/)).toBeVisible();
    expect(page.getByRole('alert').elements()).toHaveLength(0);
  });
});

it('looks at once where the model was loaded for it', async () => {
  await open();
  await button(/^Load and look/).click();
  await expect.element(page.getByRole('heading', { name: 'The likeliest next word at every layer' })).toBeVisible();
});
