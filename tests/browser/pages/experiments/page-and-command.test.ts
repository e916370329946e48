/** The page and the command on the same readings: the whole of what they give is equal, field by field. */
import { expect, it } from 'vitest';
import { commands, page, userEvent } from 'vitest/browser';
import { cosineByLayer } from '../../../../src/stats/linear/cosine.ts';
import type { Report } from '../../../../src/probe/report-types.ts';
import type { SetSource } from '../../../../src/probe/training-plan.ts';
import { parseProbe } from '../../../../src/formats/probe/probe.ts';
import { parseReport } from '../../../../src/formats/probe/report.ts';
import { reportTables, tableCsv } from '../../../../src/formats/probe/report-tables.ts';
import '../../../fixtures/toy/toy-run.ts';
import { MASKING } from '../../../../src/features/train/words.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { button, file, freshPages, importSet, load, open, row, saved, train } from '../support/train-page.ts';
import { ToyEngine } from '../support/toy-engine.ts';

freshPages();

const TOPICS = 8;
const csvFrom = (first: number): string =>
  `topic,pole,context,text\n${Array.from({ length: TOPICS }, (_, t) => row(`t${first + t}`, 'warm', `There Ann helps number ${first + t}.`) + row(`t${first + t}`, 'cold', `There Ann harms number ${first + t}.`) + row(`t${first + t}`, 'plain', `There Ann passes number ${first + t}.`)).join('')}`;

/** Brings the set in, as anyone who has written one does. */
async function bringSet(name: string, csv: string): Promise<void> {
  await importSet(file(`${name}.csv`, csv));
  await page.getByLabelText('Positive', { exact: true }).selectOptions('warm');
  await page.getByLabelText('Negative', { exact: true }).selectOptions('cold');
  await button('Import').click();
  await expect.element(page.getByText(`Imported ${name}:`)).toBeVisible();
}

const setFiles = (set: SetSource | undefined): Record<string, string> => ({
  [`${set!.name}.set.json`]: latin(set!.header),
  [`${set!.name}.jsonl`]: latin(set!.rows),
});

/** Bytes as text, one character each: what the command's files come as. */
const latin = (content: string | ArrayBuffer | Uint8Array): string => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
};
const withoutHash = (report: Report): Report => ({ ...report, probe: { ...report.probe, sha256: '' } });
/** The vectors differ in their last bits, and so do their hashes. */
const withoutTensorHash = (json: string): string =>
  json.replace(/"tensorsSha256": "[0-9a-f]{64}"/, '"tensorsSha256": ""');
const bufferOf = (bytes: string): ArrayBuffer => Uint8Array.from(bytes, (letter) => letter.charCodeAt(0)).buffer;
const savedBytes = (name: string): string => latin(saved.find((one) => one.name === name)?.content ?? '');
const text = (bytes: string | undefined): string =>
  new TextDecoder().decode(Uint8Array.from(bytes ?? '', (letter) => letter.charCodeAt(0)));

it('a training with nothing chosen is planned alike: hardened, with all controls and other axes, 1,000 shuffles', async () => {
  const engine = new FakeEngine();
  await open({}, { connect: () => engine });
  await bringSet('mine', csvFrom(0));
  await train();
  const [plan] = engine.plans;
  const { printed } = await commands.flipsideOnToy({
    files: setFiles(plan!.sets[0]),
    args: ['plan', '--set', '@/mine.set.json'],
  });
  expect(printed).toEqual(plan);
  expect(plan).toMatchObject({
    method: { kind: 'ridge', target: 'hardened', penalty: 1 },
    shuffles: 1000,
    otherReadouts: true,
    zeros: [{ name: 'luck' }, { name: 'cheerful-gloomy' }],
  });
}, 120_000);

it('a hardened training gives the same report and probe, and both and its vector are judged alike, words masked or not', async () => {
  const engine = new ToyEngine();
  await open({}, { connect: () => engine });
  await bringSet('mine', csvFrom(0));
  await page.getByText('Method, strength and how much is read').click();
  await page.getByLabelText('Neutral stories to read').selectOptions('4, for a first try');
  await page.getByLabelText('Label shuffles').selectOptions('100');
  await load();
  await button('Train').click();
  await expect.element(button('Keep'), { timeout: 240_000 }).toBeVisible();
  await page.getByText('All numbers, tables and files', { exact: true }).click();
  await page.getByText('Save its files').click();
  for (const name of ['probe.json', 'directions.safetensors', 'report.json']) await button(name).click();
  await expect.poll(() => saved.length).toBe(3);
  const { files } = await commands.flipsideOnToy({
    files: setFiles(engine.plans[0]!.sets[0]),
    args: [
      'train',
      '--set',
      '@/mine.set.json',
      '--out',
      '@/warm-cold',
      '--story-count',
      '4',
      '--shuffles',
      '100',
      '--csv',
    ],
  });
  const report = parseReport(text(savedBytes('report.json')));
  expect(withoutHash(parseReport(text(files['warm-cold/report.json'])))).toEqual(withoutHash(report));
  expect(report).toMatchObject({
    topics: TOPICS,
    readings: 2 * TOPICS,
    controls: ['luck', 'cheerful-gloomy', 'negation', 'intent-outcome', 'personas', 'flips'].map((name) => ({ name })),
  });
  expect(report.transfer.filter(({ kind }) => kind === 'axis').map(({ name }) => name)).toEqual([
    'kind-cruel-24',
    'kind-cruel-voices',
    'honest-deceptive',
    'loyal-treacherous',
    'formal-casual',
    'terse-wordy',
  ]);
  expect(withoutTensorHash(text(files['warm-cold/probe.json']))).toBe(
    withoutTensorHash(text(savedBytes('probe.json'))),
  );
  for (const table of reportTables(withoutHash(report)))
    if (table.name !== 'about') expect(text(files[`warm-cold/csv/${table.name}.csv`])).toBe(tableCsv(table));
  // Two engines of JavaScript round a logarithm differently in its last bit: vectors are equal but for that, and files
  // by their hash are not.
  const pairs = [
    [savedBytes('probe.json'), savedBytes('directions.safetensors')],
    [files['warm-cold/probe.json'] ?? '', files['warm-cold/directions.safetensors'] ?? ''],
  ] as const;
  const [here, there] = pairs.map(([json, tensors]) => parseProbe(text(json), new Uint8Array(bufferOf(tensors))));
  for (const name of ['directions', 'steering'] as const)
    expect(
      cosineByLayer(here![name], there![name], 12)
        .slice(1)
        .every((cosine) => cosine > 1 - 1e-9),
      name,
    ).toBe(true);
  // A last bit may fall on the other side of a step of half precision, at most 2^-10 of the number.
  expect(
    there!.placebos!.every((value, i) => Math.abs(value - here!.placebos![i]!) <= 2 ** -10 * Math.abs(value)),
  ).toBe(true);

  // On turns that it never saw, by the page and by the command, and the same for its directions as a control vector.
  await button('warm-cold.directions.gguf').click();
  await bringSet('other', csvFrom(100));
  await page.getByText('Judge a probe on this set').click();
  await page.getByLabelText('Probe to judge').selectOptions('Warm–cold (just trained)');
  const judged = page.getByRole('group', { name: 'Judged on other' });
  const judgeHere = async (name: string): Promise<void> => {
    await button('Judge').click();
    await expect.element(judged).toHaveTextContent(new RegExp(`^${name}`));
  };
  await judgeHere('Warm–cold');
  await judged.getByText('Every number as tables, and as CSV files').click();
  for (const name of ['judged', 'judged-by-layer']) await button(`Save ${name}.csv`).click();
  await judged.getByText(MASKING.title).click();
  await page.getByLabelText(MASKING.count).fill('2');
  await button(MASKING.press).click();
  const masked = page.getByRole('group', { name: MASKING.result });
  await expect.element(masked).toHaveTextContent(/^Masking the telling words takes AUROC from /);
  const said = Array.from(masked.element().querySelectorAll('p'), ({ textContent }) => textContent);
  await userEvent.upload(page.getByLabelText('Import a control vector…'), [
    file('mine.gguf', bufferOf(savedBytes('warm-cold.directions.gguf'))),
  ]);
  await expect
    .element(page.getByText(/A control vector with 1 direction, for toy\. It has no zero and no unit/))
    .toBeVisible();
  await judgeHere('Warm–cold \\(directions, cold to warm\\) on other');
  await expect.element(judged).toHaveTextContent(/AUROC at layer 2, the best of all here/);
  await expect.element(judged).not.toHaveTextContent(/Mean score/);
  await expect.element(judged.getByText(MASKING.title)).not.toBeInTheDocument();
  const [byProbe, byVector] = engine.judgements;
  expect(byProbe!.null).toMatchObject({ shuffles: 1000, ways: 2 ** TOPICS });
  const other = setFiles(engine.sets.at(-1));
  const probe = {
    'probe.json': savedBytes('probe.json'),
    'directions.safetensors': savedBytes('directions.safetensors'),
  };
  const command = await commands.flipsideOnToy({
    files: { ...other, ...probe },
    args: ['judge', '--probe', '@', '--set', '@/other.set.json', '--csv', '@/csv', '--mask-telling', '2'],
  });
  expect(command.printed).toMatchObject({ ...byProbe, said });
  for (const name of ['judged', 'judged-by-layer'])
    expect(text(command.files[`csv/${name}.csv`]), name).toBe(text(savedBytes(`warm-cold.on.other.${name}.csv`)));
  const vector = await commands.flipsideOnToy({
    files: { ...other, 'mine.gguf': savedBytes('warm-cold.directions.gguf') },
    args: ['judge', '--vector', '@/mine.gguf', '--set', '@/other.set.json'],
  });
  expect(vector.printed).toMatchObject({ ...byVector });
  expect(byVector!.auroc[2]).toBe(byProbe!.auroc[2]);
}, 480_000);
