/** The Train place as a test drives it: opened over an engine without a model, with what is on it by name. */
import { afterEach, beforeEach, expect } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import { TRAIN } from '../../../../src/features/train/words.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import { FakeEngine } from './fake-engine.ts';
import type { FakeOptions } from './fake-engine.ts';
import { fakeParts } from './parts.ts';
export { violations } from './violations.ts';

/** Engines that the page asked for, and files that it saved, in order. */
export const engines: FakeEngine[] = [];
export const saved: { name: string; content: string | ArrayBuffer | Uint8Array; type: string }[] = [];

/** Opens the place and waits until its sets and the first probe's card are there. */
export async function open(options: FakeOptions = {}, more: Partial<AppParts> = {}) {
  location.hash = '#/train';
  const connect = () => {
    const engine = new FakeEngine(options);
    engines.push(engine);
    return engine;
  };
  const save: AppParts['save'] = (name, content, type) => void saved.push({ name, content, type });
  const screen = await render(App, { props: { parts: fakeParts(connect, { save, ...more }) } });
  await expect.element(page.getByRole('heading', { name: 'Can we trust Kind–cruel?' })).toBeVisible();
  await openForm();
  await expect.element(page.getByRole('radio', { name: 'kind – cruel' })).toBeChecked();
  return screen;
}

/** Opens the form that makes a probe, where it is closed. */
async function openForm(): Promise<void> {
  await expect.element(button(/^(Train a probe of your own|Close the form)$/)).toBeVisible();
  if (button(TRAIN.own).elements().length > 0) await button(TRAIN.own).click();
}
/** Opens what lies behind the card. */
export const openNumbers = () => page.getByText(TRAIN.numbers, { exact: true }).click();

export const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
/** Loads the model by the button that stands last, Train's own. */
export const load = async () => {
  await button(/^Load the model/)
    .last()
    .click();
  await expect.element(button('Train')).toBeEnabled();
};
export const train = async () => {
  await load();
  await button('Train').click();
  await expect.element(button('Keep')).toBeVisible();
};
export const openTable = () => button('Read and change the turns').click();
export const turn = (name: string) => page.getByRole('textbox', { name, exact: true });
export const file = (name: string, content: string | ArrayBuffer): File => new File([content], name);
export const importSet = (...files: File[]) => userEvent.upload(page.getByLabelText('Import a set…'), files);
export const row = (topic: string, pole: string, text: string) => `${topic},${pole},A small room.,${text}\n`;
/** A set of so many topics whose poles its rows name without saying which is which. */
export const csvOf = (topics: number): string =>
  `topic,pole,context,text\n${Array.from({ length: topics }, (_, t) => row(`t${t}`, 'warm', `Ann gave cup ${t} to Ben.`) + row(`t${t}`, 'cold', `Ann kept cup ${t} from Ben.`) + row(`t${t}`, 'plain', `Ann set cup ${t} by Ben.`)).join('')}`;

/** Every test on a page of its own. */
export function freshPages(): void {
  beforeEach(async () => {
    engines.length = 0;
    saved.length = 0;
    localStorage.clear();
    localStorage.setItem('flipside.details', 'open');
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
