/** The Steer place as a test drives it: opened over an engine without a model, with a recorded dose–response of the first probe. */
import { expect } from 'vitest';
import { page } from 'vitest/browser';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import type { FakeOptions } from './fake-engine.ts';
import { button, openAt } from './whole-page.ts';

/** Files that the page saved, in order. */
export const saved: { name: string; content: string }[] = [];

/** Opens the place and waits until the direction's layers are known. */
export async function open(options: FakeOptions = {}, more: Partial<AppParts> = {}) {
  saved.length = 0;
  const save: AppParts['save'] = (name, content) =>
    void saved.push({ name, content: typeof content === 'string' ? content : '' });
  const screen = await openAt('#/steer', options, { save, ...more });
  await expect.element(page.getByText('1 to 30; each is')).toBeVisible();
  return screen;
}

/** Loads the model by the button of the first section. */
export const load = async () => {
  await button('Load the model (104 MB)').click();
  await expect.element(button('Push and write')).toBeEnabled();
};
/** Opens, loads, writes, and waits for the read-back. */
export const write = async (options: FakeOptions = {}, more: Partial<AppParts> = {}) => {
  const screen = await open(options, more);
  await load();
  await button('Push and write').click();
  await expect.element(compare()).toBeVisible();
  return screen;
};
export const compare = () => button('Compare with the unpushed text');
export const strength = () => page.getByRole('slider', { name: /^Strength/ });
export const strengthNumber = () => page.getByRole('spinbutton', { name: /^Strength/ });
export const match = (kl: string) =>
  page.getByRole('group', { name: 'Match a KL' }).getByRole('button', { name: kl, exact: true });
export const trace = (name: string) => page.getByRole('radio', { name, exact: true });
/** Chooses a trace as a reader does, by its words: the radio button itself is out of sight. */
export const pick = (name: string) =>
  page.getByRole('group', { name: 'Which trace' }).getByText(name, { exact: true }).click();
