/** A set from a file to a judged probe in the page, on the real model on the processor, and the same by the command. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCsv } from '../fixtures/parse-csv.ts';
import { parseReport } from '../../src/formats/probe/report.ts';
import type { Report } from '../../src/probe/report-types.ts';
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
  writeFileSync(
    join(folder, 'mine.set.json'),
    JSON.stringify({ ...header, name: 'mine', taps: header.taps.slice(0, 2) }),
  );
  // As the page keeps it, to the last line break: the hash of the rows is in every judgement.
  writeFileSync(
    join(folder, 'mine.jsonl'),
    readFileSync(`${SEED}.jsonl`, 'utf8')
      .split('\n')
      .slice(0, TOPICS * 3)
      .map((line) => `${line}\n`)
      .join(''),
  );
  site = await Site.open([]);
  page = await site.page();
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

test(
  'an imported set is trained on and judged without leaving the page',
  async () => {
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'Train a probe of your own' }).click();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([join(folder, 'mine.set.json'), join(folder, 'mine.jsonl')]);
    await page.getByText(/Imported mine: 6 topics, 18 turns/).waitFor();
    await page.getByRole('radio', { name: /^Zeroed/ }).check();
    await page.getByText('Method, strength and how much is read').click();
    await page.getByRole('combobox', { name: 'Neutral stories to read' }).selectOption({ label: '4, for a first try' });
    await page.getByRole('combobox', { name: 'Label shuffles' }).selectOption('100');
    await page.getByRole('checkbox', { name: 'Read the controls' }).uncheck();
    await page.getByRole('checkbox', { name: 'Read other axes too' }).uncheck();
    await loadModel(page, 2 * MINUTE);
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: 'Keep', exact: true }).waitFor({ timeout: 8 * MINUTE });
    expect(await page.getByRole('alert').count()).toBe(0);
    // What so few topics allow to say is said: no interval.
    expect(await page.locator('main').innerText()).toMatch(/this probe has 6\./);
    await page.getByText('All numbers, tables and files', { exact: true }).click();
    await page.getByText('Save its files').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'report.json', exact: true }).click(),
    ]);
    made = parseReport(readFileSync(await download.path(), 'utf8'));
    expect(made).toMatchObject({ topics: TOPICS, readings: TOPICS * 2, layer: 16 });
  },
  12 * MINUTE,
);

/** Runs the command from the root; what it prints. */
const flipside = (...args: string[]): string =>
  execFileSync(process.execPath, ['scripts/flipside.mjs', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const MODEL = ['--model', 'public/models/smollm2-135m-instruct-q4'];

/**
 * Two builds of the runtime: their readings differ in the sixth digit, which can turn one comparison of two turns in 36, and
 * the choice of a fold between layers that are as good as each other. Everything else must be equal.
 */
function expectNear(own: unknown, other: unknown, path: string): void {
  if (/^\.probe\.sha256$|\.nested\.chosen$/.test(path)) return;
  // Page and command add in another order. Over six topics one pair that changes places moves an AUROC of the readout by
  // 0.005 and the ends of its interval by up to 0.036.
  const most = /^\.readout\..*\.(?:low|high)$/.test(path) ? 0.05 : 0.03;
  if (typeof own === 'number' && typeof other === 'number')
    expect(Math.abs(own - other), `${path}: ${own} and ${other}`).toBeLessThanOrEqual(
      most * Math.max(1, Math.abs(own)),
    );
  else if (typeof own === 'object' && own !== null && typeof other === 'object' && other !== null) {
    expect(Object.keys(own), path).toEqual(Object.keys(other));
    for (const [key, value] of Object.entries(own))
      expectNear(value, (other as Record<string, unknown>)[key], `${path}.${key}`);
  } else expect(own, path).toEqual(other);
}

test(
  'the command gives the same report for the same set, field by field',
  () => {
    flipside(
      'train',
      ...MODEL,
      '--set',
      join(folder, 'mine.set.json'),
      '--out',
      join(folder, 'kind-cruel'),
      '--target',
      'zeroed',
      '--no-controls',
      '--no-others',
      '--story-count',
      '4',
      '--shuffles',
      '100',
    );
    const own = parseReport(readFileSync(join(folder, 'kind-cruel', 'report.json'), 'utf8'));
    expectNear(own, made, '');
    expect(own.baselines.bagOfWords).toEqual(made.baselines.bagOfWords);
  },
  5 * MINUTE,
);

test(
  'a shipped probe is judged on the set alike, by the page and by the command',
  async () => {
    await page.getByText('Judge a probe on this set').click();
    await page.getByRole('combobox', { name: 'Probe to judge' }).selectOption({ label: 'Kind–cruel' });
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    const judged = page.getByRole('group', { name: 'Judged on mine' });
    await judged.waitFor({ timeout: 4 * MINUTE });
    await judged.getByText('Every number as tables, and as CSV files').click();
    flipside(
      'judge',
      ...MODEL,
      '--probe',
      'probes/kind-cruel',
      '--set',
      join(folder, 'mine.set.json'),
      '--csv',
      join(folder, 'judged'),
    );
    for (const name of ['judged', 'judged-by-layer']) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Save ${name}.csv`, exact: true }).click(),
      ]);
      const [own, other] = [join(folder, 'judged', `${name}.csv`), await download.path()].map((path) =>
        parseCsv(readFileSync(path, 'utf8')).records.map(({ cells }) =>
          cells.map((cell) => (cell === '' || Number.isNaN(Number(cell)) ? cell : Number(cell))),
        ),
      );
      expect(own!.length).toBeGreaterThan(8);
      expectNear(own, other, name);
    }
  },
  6 * MINUTE,
);

test(
  'the trained probe reads a text at once, and stays after the page is opened again',
  async () => {
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('button', { name: 'Use for reading' }).click();
    await page.getByRole('button', { name: 'Used for reading' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Stored probes' }).waitFor();
    await page
      .getByRole('region', { name: 'Stored probes' })
      .getByText('Kind–cruel', { exact: true })
      .first()
      .waitFor();
    expect(site.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(site.address))).toEqual([]);
    expect(site.faults).toEqual([]);
  },
  2 * MINUTE,
);
