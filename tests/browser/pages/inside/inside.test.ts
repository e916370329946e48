/** The place Look inside: the lens over the text on show, chosen words, and the probe's directions. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { percentExactly } from '../../../../src/content/lens.ts';
import { visibleToken } from '../../../../src/text/visible-text.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import type { DirectionWords } from '../../../../src/lens/lens.ts';
import { FakeEngine, type FakeOptions } from '../support/fake-engine.ts';
import { madeUpDirection } from '../support/sample-lens.ts';
import { LensEngine } from '../support/lens-engine.ts';
import { LAYERS } from '../support/sample.ts';
import { button, engines, freshPages, load, openAt, violations } from '../support/whole-page.ts';

freshPages();

const open = async (options: FakeOptions = {}, more: Partial<AppParts> = {}) => {
  await openAt('#/inside', options, more);
  await expect.element(page.getByRole('heading', { name: 'Look inside' })).toBeVisible();
  await expect.element(page.getByText(/^Your text/)).toBeVisible();
};
const look = async () => {
  await button('Look through every layer').click();
  await expect.element(page.getByRole('grid')).toBeVisible();
};
const stop = (): HTMLElement => document.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')!;
const place = () => page.getByRole('heading', { level: 3, name: /^After .*, layer/ });

describe('the lens of the text on show', () => {
  it('is asked for by one button, counted while it comes, and said when it is there', async () => {
    await open({ pace: 60 });
    await load();
    await button('Look through every layer').click();
    await expect.element(page.getByRole('progressbar', { name: 'Looking through every layer' })).toBeVisible();
    await expect.element(page.getByText(/Looking… \d+ %/)).toBeVisible();
    await expect.element(page.getByRole('grid')).toBeVisible();
    await expect.element(page.getByRole('status')).toHaveTextContent(/Looked at \d+ tokens through 31 layers\./);
    // The tokens that were read, not their text: written words need not fall into the same.
    expect(engines[0]!.calls).toContain(
      `lens ${document.querySelector('[role="grid"]')!.getAttribute('aria-colcount') === null ? 0 : Number(document.querySelector('[role="grid"]')!.getAttribute('aria-colcount')) - 1} of  kind cruel`,
    );
  });

  it('stops when it is told to, and shows nothing half', async () => {
    await open({ pace: 200 });
    await load();
    await button('Look through every layer').click();
    await button('Stop').last().click();
    await expect.element(button('Look through every layer')).toBeEnabled();
    await expect.element(page.getByRole('status')).toHaveTextContent('Stopped.');
    expect(document.querySelector('[role="grid"]')).toBeNull();
  });

  it('has the numbers of the engine, in the grid, beside it and in the table', async () => {
    const engine = new LensEngine();
    await open({}, { connect: () => engine });
    await load();
    await page.getByRole('textbox', { name: /Words to follow/ }).fill('a, Z');
    await look();
    const lens = engine.lenses[0]!;
    expect(lens.layers).toHaveLength(LAYERS);
    stop().focus();
    await userEvent.keyboard('{Home}');
    const [token, layer] = [3, 20];
    const row = token * LAYERS + layer;
    const cell = document.querySelector<HTMLElement>(`[data-token="${token}"][data-index="${layer}"]`)!;
    expect(cell.textContent).toBe(visibleToken(lens.texts.get(lens.rows.ids[row * lens.top]!)!));
    cell.click();
    await expect.element(place()).toHaveTextContent(/token 3 of \d+, layer 20/);
    const shown = [...document.querySelectorAll('.place tbody tr')].map((line) =>
      [...line.querySelectorAll('th, td')].slice(1, 3).map((part) => part.textContent!.replace(' comes', '')),
    );
    expect(shown).toEqual(
      Array.from({ length: 10 }, (_, at) => [
        visibleToken(lens.texts.get(lens.rows.ids[row * 10 + at]!)!),
        percentExactly(Math.exp(lens.rows.logProbabilities[row * 10 + at]!)),
      ]),
    );
    const rank = lens.rows.ranks[row * 3 + 2]!;
    await expect.element(page.getByText(new RegExp(`rank ${rank} of all words`))).toBeVisible();
    await page.getByText('Table', { exact: true }).click();
    const table = page.getByRole('region', { name: `Table lens-token-${token}` });
    await expect.element(table).toBeVisible();
    const line = [...table.element().querySelectorAll('tbody tr')].find(
      (one) => one.querySelector('td')!.textContent === '20',
    )!;
    expect(Number(line.children[4]!.textContent)).toBe(lens.rows.ranks[row * 3]);
    expect(Number(line.children[8]!.textContent)).toBe(rank);
  }, 120_000);

  it('has one tab stop that walks by token and layer, stays inside, and takes Read along', async () => {
    await open();
    await load();
    await look();
    stop().focus();
    const where = () => [stop().dataset['token'], stop().dataset['index']].map(Number);
    // The last token, where the next word is open, and the last layer.
    const [end, layer] = where();
    expect([end! > 50, layer]).toEqual([true, LAYERS - 1]);
    await userEvent.keyboard('{Home}{ArrowRight}{ArrowRight}{ArrowDown}');
    await expect.poll(where).toEqual([2, layer! - 1]);
    expect(document.activeElement).toBe(stop());
    await userEvent.keyboard('{Home}{ArrowLeft}');
    await expect.poll(where).toEqual([0, layer! - 1]);
    // The upper half is shown: its lowest layer is the end.
    for (let step = 0; step < LAYERS; step += 1) await userEvent.keyboard('{ArrowDown}');
    await expect.poll(where).toEqual([0, Math.floor(LAYERS / 2)]);
    await button('Show all 31 layers').click();
    stop().focus();
    for (let step = 0; step < LAYERS; step += 1) await userEvent.keyboard('{ArrowDown}');
    await expect.poll(where).toEqual([0, 0]);
    await userEvent.keyboard('{End}');
    await expect.poll(() => document.activeElement === stop() && where()[0]! > 50).toBe(true);
    await expect.element(page.getByText('none: the text ends here')).toBeVisible();
    const box = stop().getBoundingClientRect();
    expect(box.right).toBeLessThanOrEqual(innerWidth);
    expect(document.querySelectorAll('[role="gridcell"][tabindex="0"]')).toHaveLength(1);
    await userEvent.keyboard('{PageUp}');
    const [token] = where();
    await page.getByRole('link', { name: 'Read', exact: true }).first().click();
    await expect
      .poll(() => document.querySelector('.strip [tabindex="0"]')?.getAttribute('data-token'))
      .toBe(String(token));
  }, 120_000);

  it('of a long text holds only the columns that can be seen', async () => {
    await open();
    await load();
    await page.getByRole('link', { name: 'Read', exact: true }).first().click();
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByRole('textbox', { name: 'Your own text' }).fill('the rain went on and on '.repeat(200));
    await button('Read').click();
    await expect.element(button('Continue this text')).toBeEnabled();
    await page.getByRole('link', { name: 'Look inside', exact: true }).click();
    await look();
    const grid = document.querySelector('[role="grid"]')!;
    expect(Number(grid.getAttribute('aria-colcount'))).toBeGreaterThan(1000);
    expect(grid.querySelectorAll('[role="gridcell"]').length).toBeLessThan(LAYERS * 40);
    stop().focus();
    await userEvent.keyboard('{End}');
    await expect.poll(() => Number(stop().dataset['token'])).toBeGreaterThan(1000);
    expect(grid.querySelectorAll('[role="gridcell"]').length).toBeLessThan(LAYERS * 40);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(innerWidth);
  }, 120_000);

  it('belongs to its text: another one has not been looked at, and the first is still there on return', async () => {
    await open();
    await load();
    await look();
    await page.getByRole('link', { name: 'Read', exact: true }).first().click();
    await page.getByText('Redemption', { exact: true }).first().click();
    await page.getByRole('link', { name: 'Look inside', exact: true }).click();
    await expect.element(page.getByText(/Your text: Redemption/)).toBeVisible();
    expect(document.querySelector('[role="grid"]')).toBeNull();
    await page.getByRole('link', { name: 'Read', exact: true }).first().click();
    await page.getByRole('button', { name: /Undo/ }).first().click();
    await page.getByRole('link', { name: 'Look inside', exact: true }).click();
    await expect.element(page.getByRole('grid')).toBeVisible();
  }, 120_000);
});

describe('words', () => {
  it('are the poles of the probe at first; those of several tokens are told what they fall into, or followed by their first', async () => {
    await open();
    await load();
    const field = page.getByRole('textbox', { name: /Words to follow/ });
    await expect.element(field).toHaveValue('kind, cruel');
    await field.fill('kind, lighthearted');
    await look();
    await expect
      .element(page.getByText(/“lighthearted” is no single token of this model: it falls into “ ligh” and “thearted”/))
      .toBeVisible();
    await expect.element(page.getByText(/^Followed: “␣kind”\.$/)).toBeVisible();
    await page.getByText(/follow a word of several tokens/).click();
    await expect.element(page.getByText(/The words have changed/)).toBeVisible();
    await userEvent.click(field);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText(/Followed: “␣kind”, “␣ligh” of lighthearted\./)).toBeVisible();
    expect(document.body.textContent).not.toContain('is no single token');
  });

  it('may be none', async () => {
    await open();
    await load();
    await page.getByRole('textbox', { name: /Words to follow/ }).fill(' , ');
    await look();
    // Nothing comes after the last token either; before it, something does.
    await expect.element(page.getByText('No word is followed here.')).toBeVisible();
    stop().focus();
    await userEvent.keyboard('{ArrowLeft}');
    await expect
      .element(page.getByRole('application', { name: /Rank among all words by layer.*the word that comes: rank/ }))
      .toBeVisible();
  });
});

describe('a direction', () => {
  it('shows the words at both ends beside what random directions reach, layer by layer and kind by kind', async () => {
    await open();
    await load();
    await button('Show its words').click();
    await expect.element(page.getByRole('table', { name: 'Likelier by a step towards kind' })).toBeVisible();
    await expect.element(page.getByRole('table', { name: 'Less likely by it, likelier towards cruel' })).toBeVisible();
    await expect
      .element(page.getByText(/^Of 200 random directions, 95 in 100 move no word beyond \+18\.5 or −19\.3\.$/))
      .toBeVisible();
    await page.getByText('cruel from neutral text', { exact: true }).click();
    await expect.element(page.getByText(/Not looked at yet: cruel from neutral text at layer 16/)).toBeVisible();
    await button('Show its words').click();
    await expect
      .element(page.getByRole('table', { name: 'Likelier by a step towards less cruel than neutral text' }))
      .toBeVisible();
    await page.getByText('what it steers by', { exact: true }).click();
    // What was looked at is not asked for again.
    await expect.element(page.getByRole('table', { name: 'Likelier by a step towards kind' })).toBeVisible();
    expect(engines[0]!.calls.filter((call) => call.startsWith('lensDirection'))).toEqual([
      'lensDirection steering 16',
      'lensDirection negative 16',
    ]);
    await page.getByRole('slider', { name: 'Layer' }).fill('0');
    await button('Show its words').click();
    await expect.element(page.getByText(/There is no direction at layer 0/)).toBeVisible();
  });
});

describe('the words of a direction', () => {
  const directionOf = async (up: number, down: number) => {
    class Engine extends FakeEngine {
      override lensDirection(...[{ layer, count }]: Parameters<FakeEngine['lensDirection']>): Promise<DirectionWords> {
        return Promise.resolve({ ...madeUpDirection(layer, count), chance: { count: 200, up, down } });
      }
    }
    await open({}, { connect: () => new Engine() });
    await load();
    await button('Show its words').click();
    await expect.element(page.getByText(/^Of 200 random directions/)).toBeVisible();
  };
  const bars = () => document.querySelectorAll('.lists td.bar i').length;

  it('have bars only beyond chance', async () => {
    // The furthest of fifteen words are 20, 19, 18 … at each end.
    await directionOf(18.5, -19.25);
    expect(bars()).toBe(2 + 1);
    expect(document.querySelectorAll('.lists tbody tr')).toHaveLength(2 + 1);
    await page.getByText('All 15 words at each end').click();
    await expect.poll(() => document.querySelectorAll('.lists tbody tr').length).toBe(2 + 1 + 30);
    expect(bars()).toBe(2 * (2 + 1));
  });

  it('are said to be none where they go no further than those of random directions, without a bar', async () => {
    await directionOf(20, -20);
    await expect.element(page.getByText('This direction spells no words.')).toBeVisible();
    expect(document.querySelectorAll('.lists')).toHaveLength(0);
    await page.getByText('All 15 words at each end').click();
    await expect.element(page.getByRole('table', { name: 'Likelier by a step towards kind' })).toBeVisible();
    expect(bars()).toBe(0);
  });

  it('are none at one end and some at the other', async () => {
    await directionOf(18.5, -20);
    await expect.element(page.getByText('No word beyond chance towards cruel.')).toBeVisible();
    expect(bars()).toBe(2);
  });
});

describe('what is wrong', () => {
  it('is said: no text, and an engine that refuses', async () => {
    await openAt('#/inside', {}, { fetchText: () => Promise.reject(new Error('gone')) });
    await expect.element(page.getByText(/No text is shown yet/)).toBeVisible();
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('before, with a grid, with a table and with a direction, and on a phone', async () => {
    localStorage.setItem('flipside.theme', theme);
    await open({}, { storage: localStorage });
    expect(await violations()).toEqual([]);
    await load();
    await look();
    await button('Show its words').click();
    await expect.element(page.getByRole('table', { name: /^Likelier/ })).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.viewport(320, 740);
    await page.getByText('Table', { exact: true }).click();
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  }, 120_000);
});
