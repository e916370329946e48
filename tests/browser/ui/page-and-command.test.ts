/** The page and the command on the same readings: the whole of what they give is equal, file by file. */
import { expect, it } from 'vitest';
import { commands, page } from 'vitest/browser';
import type { TrainingPlan } from '../../../src/core/training-plan.ts';
import { parseReport } from '../../../src/format/report.ts';
import { reportTables, tableCsv } from '../../../src/format/report-tables.ts';
import { FakeEngine } from './fake-engine.ts';
import { button, file, freshPages, importSet, load, open, row, saved, train } from './train-page.ts';
import { ToyEngine } from './toy-engine.ts';

freshPages();

const TOPICS = 8;
const mine = `topic,pole,context,text\n${Array.from({ length: TOPICS }, (_, t) => row(`t${t}`, 'warm', `There Ann helps number ${t}.`) + row(`t${t}`, 'cold', `There Ann harms number ${t}.`) + row(`t${t}`, 'plain', `There Ann passes number ${t}.`)).join('')}`;

/** Brings the set in, as whoever has written one does. */
async function bringSet(): Promise<void> {
  await importSet(file('mine.csv', mine));
  await page.getByLabelText('Positive', { exact: true }).selectOptions('warm');
  await page.getByLabelText('Negative', { exact: true }).selectOptions('cold');
  await button('Import').click();
  await expect.element(page.getByText(/^Imported mine/)).toBeVisible();
}

const setFiles = ({ sets: [set] }: TrainingPlan): Record<string, string> => ({ 'mine.set.json': latin(set!.header), 'mine.jsonl': latin(set!.rows) });

/** Bytes as text, one character each: what the command's files come as. */
const latin = (content: string | ArrayBuffer | Uint8Array): string => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
};
const savedText = (name: string): string => latin(saved.find((one) => one.name === name)?.content ?? '');

it('a training with nothing chosen is planned alike: hardened, with all controls and other axes, 1,000 shuffles', async () => {
  const engine = new FakeEngine();
  await open({}, { connect: () => engine });
  await bringSet();
  await train();
  const [plan] = engine.plans;
  const { printed } = await commands.flipsideOnToy({ files: setFiles(plan!), args: ['plan', '--set', '@/mine.set.json'] });
  expect(printed).toEqual(plan);
  expect(plan).toMatchObject({ method: { kind: 'ridge', target: 'hardened', penalty: 1 }, shuffles: 1000, otherTaps: true, zeros: [{ name: 'luck' }, { name: 'cheerful-gloomy' }] });
});

it('a hardened training gives the same files to the byte, and the same tables', async () => {
  const engine = new ToyEngine();
  await open({}, { connect: () => engine });
  await bringSet();
  await page.getByText('Method, strength and how much is read').click();
  await page.getByLabelText('Neutral stories to read').selectOptions('4, for a first try');
  await page.getByLabelText('Label shuffles').selectOptions('100');
  await load();
  await button('Train').click();
  await expect.element(button('Keep'), { timeout: 120_000 }).toBeVisible();
  await page.getByText('Save its files').click();
  for (const name of ['probe.json', 'directions.safetensors', 'report.json', 'CARD.md']) await button(name).click();
  await expect.poll(() => saved.length).toBe(4);
  const { files } = await commands.flipsideOnToy({ files: setFiles(engine.plans[0]!), args: ['train', '--set', '@/mine.set.json', '--out', '@/warm-cold', '--story-count', '4', '--shuffles', '100', '--csv'] });
  const report = parseReport(savedText('report.json'));
  // Field by field first: it says which.
  expect(parseReport(files['warm-cold/report.json']!)).toEqual(report);
  expect(report).toMatchObject({ topics: TOPICS, readings: 2 * TOPICS, controls: ['luck', 'cheerful-gloomy', 'negation', 'intent-outcome', 'personas', 'flips'].map((name) => ({ name })) });
  expect(report.transfer.filter(({ kind }) => kind === 'axis').map(({ name }) => name)).toEqual(['kind-cruel-24', 'kind-cruel-voices', 'honest-deceptive', 'loyal-treacherous', 'formal-casual', 'terse-wordy']);
  for (const name of ['probe.json', 'directions.safetensors', 'report.json', 'CARD.md']) expect(files[`warm-cold/${name}`] === savedText(name), name).toBe(true);
  for (const table of reportTables(report)) expect(files[`warm-cold/csv/${table.name}.csv`] === latin(tableCsv(table)), table.name).toBe(true);
}, 240_000);
