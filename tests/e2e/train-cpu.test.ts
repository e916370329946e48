/** A set from a file to a judged probe in the page, on the real model on the processor, and the same by the command. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseReport } from '../../src/format/report.ts';
import type { Report } from '../../src/core/report-types.ts';
import { loadModel, Site } from './site.ts';

const MINUTE = 60_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SEED = join(ROOT, 'probes/sets/kind-cruel-24/kind-cruel-24');
const TOPICS = 6;

let site: Site;
let page: Page;
let folder: string;
let made: Report;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-train-'));
  const header = JSON.parse(readFileSync(`${SEED}.set.json`, 'utf8')) as { taps: string[] };
  writeFileSync(join(folder, 'mine.set.json'), JSON.stringify({ ...header, name: 'mine', taps: header.taps.slice(0, 2) }));
  writeFileSync(join(folder, 'mine.jsonl'), readFileSync(`${SEED}.jsonl`, 'utf8').split('\n').slice(0, TOPICS * 3).join('\n'));
  site = await Site.open([]);
  page = await site.page();
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

test('an imported set is trained on and judged without leaving the page', async () => {
  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await page.locator('input[type=file]').first().setInputFiles([join(folder, 'mine.set.json'), join(folder, 'mine.jsonl')]);
  await page.getByText(/Imported mine: 6 topics, 18 turns/).waitFor();
  await page.getByRole('radio', { name: /^Zeroed/ }).check();
  await page.getByText('Method, strength and how much is read').click();
  await page.getByRole('combobox', { name: 'Neutral stories to read' }).selectOption({ label: '4, for a first try' });
  await page.getByRole('combobox', { name: 'Label shuffles' }).selectOption('100');
  await page.getByRole('checkbox', { name: 'Read the controls' }).uncheck();
  await loadModel(page, 2 * MINUTE);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('button', { name: 'Keep', exact: true }).waitFor({ timeout: 8 * MINUTE });
  expect(await page.getByRole('alert').count()).toBe(0);
  // What so few topics allow to say is said: no interval.
  expect(await page.locator('main').innerText()).toMatch(/6 topics/);
  await page.getByText('Save its files').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'report.json', exact: true }).click()]);
  made = parseReport(readFileSync(await download.path(), 'utf8'));
  expect(made).toMatchObject({ topics: TOPICS, readings: TOPICS * 2, layer: 16 });
}, 12 * MINUTE);

test('the command prints the same numbers for the same set', () => {
  const args = ['train', '--model', 'public/models/smollm2-135m-instruct-q4', '--set', join(folder, 'mine.set.json'), '--out', join(folder, 'kind-cruel'), '--target', 'zeroed', '--story-count', '4', '--shuffles', '100', '--seed', '1'];
  execFileSync(process.execPath, ['scripts/flipside.mjs', ...args], { cwd: ROOT, stdio: ['ignore', 'ignore', 'ignore'] });
  const own = parseReport(readFileSync(join(folder, 'kind-cruel', 'report.json'), 'utf8'));
  const shape = ({ probe: _, curves, ...rest }: Report): unknown => [Object.keys(rest), curves.map(({ method, shuffles }) => ({ method, shuffles }))];
  expect(shape(own)).toEqual(shape(made));
  expect(own.caveats).toEqual(made.caveats);
  // Two builds of the runtime: their readings differ in the sixth digit, which can turn one comparison in 36.
  const near = (a: number, b: number, what: string): void => expect(Math.abs(a - b), `${what}: ${a} and ${b}`).toBeLessThanOrEqual(0.03);
  own.curves.forEach((curve, index) => {
    const other = made.curves[index]!;
    curve.auroc.forEach((value, layer) => near(value, other.auroc[layer]!, `${curve.method.kind} layer ${layer}`));
    near(curve.nullAuroc95, other.nullAuroc95, `${curve.method.kind} null`);
    near(curve.nested.auroc.value, other.nested.auroc.value, `${curve.method.kind} nested`);
  });
  expect(own.baselines.bagOfWords).toEqual(made.baselines.bagOfWords);
  own.drift.forEach(({ mean }, beats) => near(mean, made.drift[beats]!.mean, `drift after ${beats}`));
}, 5 * MINUTE);

test('the trained probe reads a text at once, and stays after the page is opened again', async () => {
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.getByRole('button', { name: 'Use for reading' }).click();
  await page.getByRole('button', { name: 'Used for reading' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Kept probes' }).waitFor();
  await page.getByText('Kind–cruel').nth(1).waitFor();
  expect(site.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(site.address))).toEqual([]);
  expect(site.faults).toEqual([]);
}, 2 * MINUTE);
