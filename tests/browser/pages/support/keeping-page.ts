/** The whole page as the tests of keeping and handing on drive it: what it saves and copies is here to be looked at. */
import { afterEach, beforeEach, expect } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import type { Database } from '../../../../src/state/storage/database.ts';
import type { FileContent } from '../../../../src/state/storage/save-file.ts';
import { FakeEngine } from './fake-engine.ts';
import { fakeParts, lastingDatabase } from './parts.ts';
import { button, engines, freshPages } from './whole-page.ts';

/** What the page of this test has to do with. */
export const hands: {
  /** Files that it saved. */
  saved: { name: string; content: FileContent; type: string }[];
  /** What it put on the clipboard last. */
  copied: string;
  /** Where it keeps things; another one is another browser. */
  database: Database;
} = { saved: [], copied: '', database: lastingDatabase() };

const clipboard = navigator.clipboard.writeText.bind(navigator.clipboard);

/** Opens the page at an address. */
export async function open(hash = '', more: Partial<AppParts> = {}) {
  history.replaceState(null, '', hash === '' ? location.pathname : hash);
  const connect = () => {
    const engine = new FakeEngine({
      kept: [
        {
          key: '5e'.repeat(32),
          id: 'm',
          title: 'SmolLM2-135M',
          licence: 'Apache-2.0',
          from: { kind: 'site' },
          unopened: null,
          changed: null,
          files: [{ path: 'onnx/model.onnx', sha256: 'ab'.repeat(32), bytes: 2e6, keptBytes: 1e6 }],
        },
      ],
    });
    engines.push(engine);
    return engine;
  };
  return render(App, {
    props: {
      parts: fakeParts(connect, {
        database: async () => hands.database,
        save: (name, content, type) => void hands.saved.push({ name, content, type }),
        ...more,
      }),
    },
  });
}

export const title = (name: string | RegExp) =>
  expect.element(page.getByRole('heading', { name, exact: typeof name === 'string' })).toBeVisible();

export const goTo = async (place: string) => {
  location.hash = `#/${place}`;
  await expect
    .element(page.getByRole('link', { name: place[0]!.toUpperCase() + place.slice(1), exact: true }))
    .toHaveAttribute('aria-current', 'page');
};

/** Reads a text of the reader's own; the model must be there. */
export const readOwn = async (text: string) => {
  await page.getByText('Your own text', { exact: true }).first().click();
  await page.getByLabelText('Your own text').last().fill(text);
  await button('Read').click();
  await title('Your text');
  await expect.element(button('Read')).toBeEnabled();
};

/** Saves a file by its name in the menu. */
export const exported = async (label: string) => {
  hands.saved = [];
  await page.getByText('Export', { exact: true }).click();
  await button(label).click();
  await expect.poll(() => hands.saved.length, { timeout: 15_000 }).toBe(1);
  return hands.saved[0]!;
};

/** Brings files in by the one door. */
export const give = async (files: readonly File[]) => {
  await expect.element(page.getByText('Import files…')).toBeInTheDocument();
  const input = document.querySelector<HTMLInputElement>('.import input[type="file"]')!;
  const list = new DataTransfer();
  for (const file of files) list.items.add(file);
  input.files = list.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
};

/** What is in the text box. */
export const box = (): string => document.querySelector('textarea')?.value ?? '';

/** Every test with hands that are empty. */
export function freshHands(): void {
  freshPages();
  beforeEach(() => {
    Object.assign(hands, { saved: [], copied: '', database: lastingDatabase() });
    navigator.clipboard.writeText = (text) => {
      hands.copied = text;
      return Promise.resolve();
    };
  });
  afterEach(() => {
    navigator.clipboard.writeText = clipboard;
    history.replaceState(null, '', location.pathname);
  });
}
