/** The whole page as the tests of its places drive it: opened at an address, over an engine without a model. */
import { afterEach, beforeEach, expect } from 'vitest';
import { type Locator, page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import { FakeEngine, type FakeOptions } from './fake-engine.ts';
import { fakeParts } from './parts.ts';
export { violations } from './violations.ts';

/** Engines that the page asked for, in order. */
export const engines: FakeEngine[] = [];

/** Opens the page at an address, e.g. `#/write`, and waits until the first story is on show where a text is shown. */
export async function openAt(hash: string, options: FakeOptions = {}, more: Partial<AppParts> = {}) {
  location.hash = hash;
  const connect = () => {
    const engine = new FakeEngine(options);
    engines.push(engine);
    return engine;
  };
  return render(App, { props: { parts: fakeParts(connect, more) } });
}

export const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

/** Loads the model by a button that does no more: of the place, or else of the stories in Read. */
export const load = async () => {
  await expect.element(button(/^Load /).first()).toBeVisible();
  if (button(/^Load the model/).elements().length > 0) await press(button(/^Load the model/));
  else {
    const back = location.hash;
    const own = document.querySelector('[data-own-text]') !== null;
    location.hash = '#/read';
    await page.getByText('Recorded stories', { exact: true }).first().click();
    await press(button(/^Load the model/));
    if (own) await page.getByText('Your own text', { exact: true }).first().click();
    location.hash = back;
  }
  await expect.element(page.getByText(/a pass/).first()).toBeVisible();
};
const press = (what: Locator) => what.first().click();

/** Text of the strip as a reader would copy it. */
export const stripText = (): string =>
  [...document.querySelectorAll('.strip [data-token]')].map((token) => token.textContent).join('');

/** Every test on a page of its own. */
export function freshPages(): void {
  beforeEach(async () => {
    engines.length = 0;
    localStorage.clear();
    localStorage.setItem('flipside.details', 'open');
    location.hash = '';
    document.title = 'Flipside';
    document.documentElement.lang = 'en';
    delete document.documentElement.dataset['theme'];
    await page.viewport(1280, 900);
  });
  afterEach(async () => {
    location.hash = '';
    await page.viewport(1280, 900);
  });
}
