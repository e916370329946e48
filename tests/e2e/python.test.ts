/**
 * The programs that the built page copies, on the embedded model: each is the program that the command writes from the same inputs.
 * Where FLIPSIDE_PROGRAMS names a folder they are written there, for `npm run -s check:python -- --page` to run them in PyTorch.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel, readText, Site, waitUntilIdle } from './site.ts';

const MINUTE = 60_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODEL = 'smollm2-135m-instruct-q4';
/** What `flipside weights` copies the model to, as the page names it. */
const COPY = `${MODEL}-float32`;
const FOLDER = process.env['FLIPSIDE_PROGRAMS'] ?? null;
const TEXT = 'Ada kept the lighthouse on the rock. She carried soup to the sick keeper, and then she spat into it.';

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await Site.open([]);
  page = await site.page();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await loadModel(page, 4 * MINUTE);
}, 5 * MINUTE);
afterAll(() => site.close());

const goTo = (place: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place, exact: true }).click();
const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

/** The program that comes onto the clipboard when a button is pressed; kept under its name where a folder is asked for. */
async function copied(name: string, button: string): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await press(button);
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()), { timeout: 2 * MINUTE })
    .toContain('EXPECTED, TOLERANCE = ');
  const source = await page.evaluate(() => navigator.clipboard.readText());
  if (FOLDER !== null) writeFileSync(join(FOLDER, `page-${name}.py`), source);
  return source;
}

const numberOf = (source: string): { readonly expected: number; readonly tolerance: number } => {
  const [, expected, tolerance] = /^EXPECTED, TOLERANCE = (\S+), (\S+)$/m.exec(source) ?? [];
  return { expected: Number(expected), tolerance: Number(tolerance) };
};
/**
 * Two engines do not compute the number to the last bit, nor vectors whose length is measured on neutral text; and the command knows the
 * tokens of the neutral words, where the page leaves them to the program's tokenizer.
 */
const withoutNumbers = (source: string): readonly string[] =>
  source
    .replace(/^EXPECTED, .*$/m, 'EXPECTED')
    .replace(/^(VECTORS|BOUNDS) = .*$/gm, '$1')
    .replace(/^for words in \[.*\]: {2}# after/m, 'for words: # after')
    .split('\n');
const vectorsOf = (source: string): Float32Array => {
  const [, base64 = ''] = /^VECTORS = .*b64decode\("([^"]+)"/m.exec(source) ?? [];
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
};

/** Holds a program of the page to that of the command: line by line, and in its number to four digits. */
async function expectCommand(source: string, ...args: readonly string[]): Promise<string> {
  const { expected, tolerance } = numberOf(source);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['scripts/flipside.mjs', 'python', '--model', `public/models/${MODEL}`, '--probe', 'probes/kind-cruel'],
      ...['--weights', COPY, '--tolerance', String(tolerance), ...args],
    ],
    { cwd: ROOT, maxBuffer: 2 ** 26 },
  );
  const { program } = JSON.parse(stdout) as { readonly program: string };
  const [[head, ...lines], [wantedHead, ...wanted]] = [withoutNumbers(source), withoutNumbers(program)];
  expect(lines).toEqual(wanted);
  // The page adds to the first line where the weights come from.
  expect(head?.startsWith(wantedHead ?? '-')).toBe(true);
  expect(head).toContain(`flipside weights --model FOLDER --out MODEL`);
  expect(Math.abs(expected - numberOf(program).expected)).toBeLessThan(tolerance);
  return program;
}

test(
  'a reading, for transformers and for nnsight, and as a file where the browser does not let the page copy',
  async () => {
    await readText(page, TEXT, 2 * MINUTE);
    const copyBy = async (name: string, item: string): Promise<string> => {
      await page.getByText('Export', { exact: true }).click();
      return copied(name, item);
    };
    const source = await copyBy('reading', 'Copy Python');
    await expectCommand(source, '--text', TEXT);
    await expectCommand(await copyBy('reading-nnsight', 'Copy nnsight'), '--text', TEXT, '--library', 'nnsight');

    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await page.getByText('Export', { exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), press('Copy Python')]);
    expect(download.suggestedFilename()).toBe('flipside-reading.py');
    expect(readFileSync(await download.path(), 'utf8')).toBe(source);
    await page.evaluate(() => delete (navigator.clipboard as Partial<Clipboard>).writeText);
  },
  5 * MINUTE,
);

test(
  'the first words of a steered text',
  async () => {
    await goTo('Steer');
    await page.getByText('More settings', { exact: true }).click();
    await page.getByRole('spinbutton', { name: 'Tokens', exact: true }).fill('8');
    await page.getByRole('spinbutton', { name: 'Strength, as a number' }).fill('0.3');
    await page.keyboard.press('Tab');
    await press('Steer and write');
    await page.getByRole('button', { name: 'Compare word by word' }).waitFor({ timeout: 3 * MINUTE });
    await waitUntilIdle(page, MINUTE);
    await page.getByText('Copy as Python', { exact: true }).click();
    const source = await copied('steering', 'For transformers');
    const [, mode = '', pole = '', strength = ''] = /\((\w+), (\w+), strength ([\d.]+)\)\. Needs/.exec(source) ?? [];
    const [, from = '', list = ''] = /^FROM, LAYERS = (\d+), \[(.+)\]$/m.exec(source) ?? [];
    const [, words = '""'] = /^more = .*\) {2}# (".*")$/m.exec(source) ?? [];
    const [, text = '""'] = /^MODEL, TEXT = "[^"]+", (".*")$/m.exec(source) ?? [];
    const layers = list.split(', ');
    const asked = [
      ...['--text', JSON.parse(text) as string, '--continuation', JSON.parse(words) as string, '--mode', mode],
      ...['--pole', pole, '--strength', strength, '--where', from, '--layers', `${layers[0]}-${layers.at(-1)}`],
    ];
    const program = await expectCommand(source, ...asked);
    const [here, there] = [vectorsOf(source), vectorsOf(program)];
    expect(here).toHaveLength(576 * layers.length);
    expect(Math.max(...here.map((value, i) => Math.abs(value - there[i]!)))).toBeLessThan(
      1e-4 * Math.max(...there.map(Math.abs)),
    );
    await expectCommand(await copied('steering-nnsight', 'For nnsight'), ...asked, '--library', 'nnsight');
  },
  8 * MINUTE,
);

test(
  'the word that a direction moves most',
  async () => {
    await goTo('Look inside');
    await press('Show its words');
    await page.getByText('Copy as Python', { exact: true }).click();
    const source = await copied('direction', 'For transformers');
    const [, kind = '', layer = ''] = /what its (\w+) direction at layer (\d+) adds to/.exec(source) ?? [];
    await expectCommand(source, '--direction', kind, '--layer', layer);
  },
  4 * MINUTE,
);

test(
  'what a probe reads at the end of a short text',
  async () => {
    await goTo('Train');
    await page.getByText('All numbers, tables and files', { exact: true }).click();
    await page.getByText('Copy as Python', { exact: true }).click();
    const source = await copied('probe', 'For transformers');
    const [, text = '""'] = /^MODEL, TEXT = "[^"]+", (".*")$/m.exec(source) ?? [];
    const asked = ['--text', JSON.parse(text) as string];
    await expectCommand(source, ...asked);
    await expectCommand(await copied('probe-nnsight', 'For nnsight'), ...asked, '--library', 'nnsight');
    expect(site.faults).toEqual([]);
  },
  4 * MINUTE,
);
