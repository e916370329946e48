/** The first view: one story with two endings, what is seen said first, one button, everything else behind Details. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { FORK, FRONT } from '../../../../src/content/front.ts';
import { readOffer } from '../../../../src/state/probes/read-offer.ts';
import { wordsInView } from '../support/in-view.ts';
import { withDetails } from '../support/parts.ts';
import { shippedText } from '../support/shipped-text.ts';
import { button, engines, freshPages, openAt, stripText, violations } from '../support/whole-page.ts';

freshPages();

const open = async (more: Parameters<typeof openAt>[2] = {}, hash = '') => {
  const screen = await openAt(hash, {}, { fetchText: shippedText, storage: null, ...more });
  await expect.element(page.getByRole('heading', { name: FORK.title })).toBeInTheDocument();
  return screen;
};
/** A probe that ships, with its report. */
const shippedProbe = (id: string, title: string) => {
  const get = (name: string) => fetch(`/probes/${id}/${name}`);
  return readOffer({
    key: `shipped:${id}`,
    title,
    origin: 'shipped',
    json: async () => (await get('probe.json')).text(),
    tensors: async () => (await get('directions.safetensors')).arrayBuffer(),
    reportJson: async () => (await get('report.json')).text(),
  });
};
const colours = (element: Element): string => getComputedStyle(element).backgroundColor;
const inView = (element: Element): boolean =>
  element.getBoundingClientRect().top >= 0 && element.getBoundingClientRect().bottom <= innerHeight;
describe('the first view', () => {
  it('shows one story that forks, under a headline, with the name that people come for and one main button', async () => {
    await page.viewport(1440, 900);
    await open();
    await expect.element(page.getByRole('heading', { name: FRONT.headline })).toBeVisible();
    await expect.element(page.getByText('Waluigi effect')).toBeVisible();
    for (const heading of [FORK.a.heading, FORK.b.heading])
      await expect.element(page.getByRole('heading', { name: heading })).toBeVisible();
    await expect.element(page.getByText(/^The reading reaches \+\d\.\d \(kind\) after “/)).toBeVisible();
    expect([...document.querySelectorAll('main button.primary')].map((element) => element.textContent.trim())).toEqual([
      FRONT.button,
    ]);
    expect(inView(button(FRONT.button).element())).toBe(true);
    expect(inView(page.getByRole('img', { name: /two|both endings/ }).element())).toBe(true);
    expect(wordsInView().length).toBeLessThanOrEqual(150);
    expect(engines).toHaveLength(0);
  });

  it('is green before the fork and parts in colour after it, without a note in the way', async () => {
    await open();
    const [shared, betrayal, mercy] = [...document.querySelectorAll('.fork p[translate="no"]')];
    // By what is coloured, in characters: single words go the other way, for a reading follows every few of them.
    const share = (part: Element, side: 'up' | 'down'): number => {
      const length = (selector: string): number =>
        [...part.querySelectorAll(selector)].reduce((sum, { textContent }) => sum + (textContent?.length ?? 0), 0);
      return length(`.${side}`) / length('.up, .down');
    };
    expect(share(shared!, 'up')).toBeGreaterThan(2 / 3);
    expect(share(betrayal!, 'down')).toBeGreaterThan(2 / 3);
    expect(share(mercy!, 'up')).toBeGreaterThan(2 / 3);
    expect(colours(betrayal!.querySelector('.down')!)).not.toBe(colours(mercy!.querySelector('.up')!));
    expect(button('Show the story').elements()).toHaveLength(0);
    await expect.element(page.getByText(FORK.note)).toBeVisible();
  });

  it('leads to an own text on the first screen of a phone; on a wide one the main button alone does', async () => {
    await page.viewport(360, 740);
    await open();
    await expect.element(button(FRONT.early)).toBeVisible();
    expect(inView(button(FRONT.early).element())).toBe(true);
    await button(FRONT.early).click();
    await expect.element(page.getByRole('textbox', { name: 'Your own text' })).toHaveFocus();
    await page.viewport(1280, 900);
    await open();
    await expect.element(button(FRONT.button)).toBeVisible();
    await expect.element(button(FRONT.early)).not.toBeInTheDocument();
  });

  it('has coloured words in view on a phone of 360 px, and nothing that scrolls sideways', async () => {
    await page.viewport(360, 740);
    await open();
    const coloured = [...document.querySelectorAll('.fork p[translate="no"] > span.up')].filter((span) =>
      [...span.getClientRects()].some(({ bottom }) => bottom <= innerHeight),
    );
    expect(coloured.length).toBeGreaterThanOrEqual(2);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  });

  it('says what a view is worth by the probe that read the text, and only of a layer that was measured', async () => {
    const probes = [shippedProbe('kind-cruel', 'Kind–cruel'), shippedProbe('formal-casual', 'Formal–casual')];
    await open({ storage: withDetails(), shipped: probes });
    const worth = page.getByText(/ranks \w+ above \w+ (?:words|tokens) with AUROC/);
    await expect.element(worth).toHaveTextContent(/^The reading ranks kind above cruel words with AUROC 0\.\d\d \[/);
    const said = worth.element().textContent;
    await page.getByLabelText('Read with the probe').selectOptions('Formal–casual');
    await expect.element(page.getByLabelText('Read with the probe')).toHaveDisplayValue('Formal–casual');
    await expect.element(worth).toHaveTextContent(said!);
    const layer = page.getByRole('slider', { name: 'Layer', exact: true });
    await layer.fill('17');
    await expect.element(layer).toHaveValue('17');
    await expect.poll(() => worth.elements()).toEqual([]);
    await layer.fill('16');
    await expect.element(worth).toHaveTextContent(said!);
  });

  it('keeps the instruments behind Details, which is remembered', async () => {
    const storage = withDetails();
    storage.removeItem('flipside.details');
    const screen = await open({ storage });
    expect(page.getByRole('slider').elements()).toHaveLength(0);
    expect(page.getByText('Colour by').elements()).toHaveLength(0);
    await button('Details').click();
    await expect.element(page.getByRole('slider', { name: /Layer map/ })).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'How far to believe this probe' })).toBeVisible();
    await screen.unmount();
    await open({ storage });
    await expect.element(page.getByRole('slider', { name: /Layer map/ })).toBeVisible();
  });

  it('takes the reader to a text of their own, and to another story', async () => {
    await open();
    await button(FRONT.button).click();
    await expect.poll(() => document.activeElement?.matches('[data-own-text]')).toBe(true);
    expect(scrollY).toBe(0);
    await page.getByText('Recorded stories', { exact: true }).click();
    await page.getByText('New bakery', { exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'New bakery' })).toBeVisible();
    expect(stripText()).toMatch(/^Tilda ran the bakery/);
    expect(document.querySelector('.fork')).toBeNull();
    await page.getByText(FORK.title, { exact: true }).click();
    await expect.poll(() => document.querySelector('.fork')).not.toBeNull();
  });

  it('has every number in a table, and is walked to by the skip link', async () => {
    await open();
    await page.getByText('The numbers as a table').click();
    await expect.poll(() => document.querySelectorAll('.fork table tbody tr').length).toBe(3 + 6 + 4 + 4);
    (page.getByRole('link', { name: 'Skip to the text' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => document.activeElement?.closest('.fork .words')).not.toBeNull();
  });

  it('opens on a story without a note where the one with two endings cannot be had', async () => {
    await openAt(
      '',
      {},
      {
        fetchText: (url) =>
          url.endsWith('fork.json') ? Promise.resolve('{"format":"flipside-fork","version":9}') : shippedText(url),
        storage: null,
      },
    );
    await expect.element(page.getByRole('heading', { name: 'New bakery' })).toBeVisible();
    expect(page.getByRole('alert').elements()).toHaveLength(0);
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('on the first view, wide and on a phone', async () => {
    localStorage.removeItem('flipside.details');
    localStorage.setItem('flipside.theme', theme);
    await open({ storage: localStorage });
    expect(await violations()).toEqual([]);
    await page.viewport(360, 740);
    expect(await violations()).toEqual([]);
  });
});
