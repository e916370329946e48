/** The Steer place as a test drives it: opened over an engine without a model, with a recorded dose–response of the first probe. */
import { expect } from 'vitest';
import { page } from 'vitest/browser';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import type { FakeOptions } from './fake-engine.ts';
import { button, load as loadModel, openAt } from './whole-page.ts';

/** Files that the page saved, in order. */
export const saved: { name: string; content: string }[] = [];

/** Opens the place and waits until the direction's layers are known. */
export async function open(options: FakeOptions = {}, more: Partial<AppParts> = {}) {
  saved.length = 0;
  const save: AppParts['save'] = (name, content) =>
    void saved.push({ name, content: typeof content === 'string' ? content : '' });
  const screen = await openAt('#/steer', options, { save, ...more });
  await unfold('More settings');
  await expect.element(page.getByText('1 to 30; one layer')).toBeVisible();
  return screen;
}

/** Opens what is folded under these words, unless it is open. */
export async function unfold(summary: string): Promise<void> {
  const words = page.getByText(summary, { exact: true });
  await expect.element(words).toBeVisible();
  if (words.element().closest('details')?.open === false) await words.click();
}
/** Opens the prompt, which is one line at first. */
export const prompt = () => button('Change').click();

/** Loads the model, in another place: here one press would steer too. */
export const load = async () => {
  await loadModel();
  await expect.element(button('Steer and write')).toBeEnabled();
  await unfold('More settings');
};
/** Opens, loads, steers, and waits for the text and the unsteered one beside it. */
export const write = async (options: FakeOptions = {}, more: Partial<AppParts> = {}) => {
  const screen = await open(options, more);
  await load();
  await button('Steer and write').click();
  await expect.element(compare()).toBeVisible();
  return screen;
};
export const compare = () => button('Compare word by word');
export const strength = () => page.getByRole('slider', { name: /^Strength/ });
export const strengthNumber = () => page.getByRole('spinbutton', { name: /^Strength/ });
export const match = (kl: string) =>
  page.getByRole('group', { name: 'Match a KL' }).getByRole('button', { name: kl, exact: true });
export const trace = (name: string) => page.getByRole('radio', { name, exact: true });
/** Chooses a pole by its word. */
export const towards = (pole: string) =>
  page.getByRole('group', { name: 'Towards' }).getByText(pole, { exact: true }).click();
/** Opens the strip and the charts of the text. */
export const closer = () => unfold('Every token and chart');
/** A text of those side by side, by its heading. */
export const column = (heading: string) =>
  page.getByRole('group', { name: 'The texts, steered and not' }).getByRole('heading', { name: heading, exact: true });
/** Chooses a trace as a reader does, by its words: the radio button itself is out of sight. */
export const pick = (name: string) =>
  page.getByRole('group', { name: 'Which trace' }).getByText(name, { exact: true }).click();
