/** Going from place to place: a new one begins at its top, and Back returns to where one was. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { freshPages, openAt } from '../support/whole-page.ts';

freshPages();

const at = (place: string) =>
  expect
    .poll(
      () =>
        document.querySelector('nav [aria-current]')?.textContent === place &&
        document.querySelector('main:not([aria-busy])') !== null,
      { timeout: 10_000 },
    )
    .toBe(true);
const goTo = async (place: string) => {
  // Not by the driver's hand, which scrolls the page to what it presses.
  (page.getByRole('link', { name: place, exact: true }).element() as HTMLElement).click();
  await at(place);
};
const readView = async () => {
  await openAt('');
  await expect.element(page.getByRole('heading', { name: 'How far to believe this probe' })).toBeVisible();
};

describe.each([
  [1280, 720],
  [360, 740],
])('at %i × %i', (width, height) => {
  it('a new place begins at its top, and Back and Forward return to where one was', async () => {
    await page.viewport(width, height);
    await readView();
    scrollTo({ top: 700 });
    await goTo('Write');
    await expect.poll(() => scrollY).toBe(0);
    scrollTo({ top: 150 });
    await expect.poll(() => scrollY).toBe(150);
    await goTo('Experiments');
    await expect.poll(() => scrollY).toBe(0);
    history.back();
    await at('Write');
    await expect.poll(() => scrollY).toBe(150);
    history.back();
    await expect.poll(() => scrollY).toBe(700);
    history.forward();
    await expect.poll(() => scrollY).toBe(150);
  });
});

it('the same place stays where it is when only its address is written anew', async () => {
  await openAt('#/library/compare');
  await expect.element(page.getByRole('heading', { name: 'Two runs side by side' })).toBeVisible();
  await expect.element(page.getByRole('heading', { name: /^Both runs/ })).toBeVisible();
  scrollTo({ top: 300 });
  await page.getByLabelText('second run').selectOptions('story:dream');
  await expect.poll(() => location.hash).toContain('dream');
  expect(scrollY).toBeGreaterThan(100);
});
