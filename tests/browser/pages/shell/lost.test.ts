/**
 * The graphics card goes away in the middle of work, and comes back: one press starts again and goes on, and what was
 * done is not done twice.
 */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { AppError } from '../../../../src/base/errors.ts';
import { TINY_SPEC } from '../../../fixtures/toy/tiny-design.ts';
import { ExperimentEngine } from '../support/experiment-engine.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { lastingDatabase } from '../support/parts.ts';
import { ToyEngine } from '../support/toy-engine.ts';
import * as train from '../support/train-page.ts';
import { button, freshPages, load, openAt, stripText } from '../support/whole-page.ts';

freshPages();

const gone = (): AppError =>
  new AppError(
    'gpu-device-lost',
    'The graphics processor went away (the driver was reset). Your text is kept: start the model again, on the CPU if it happens twice.',
  );
const TEXT = 'She fed the dog. Then she kicked it. '.repeat(30).trim();

/** Hands out engines in order. */
function inOrder<E extends FakeEngine>(made: readonly E[]): () => E {
  let next = 0;
  return () => made[next++]!;
}

const startAgain = async (): Promise<void> => {
  const alert = page.getByRole('alert');
  await expect.element(alert).toHaveTextContent(/The graphics card went away/);
  await expect.element(alert).toHaveTextContent('What was under way goes on by itself then.');
  await alert.getByRole('button', { name: 'Start again' }).click();
};

describe('the graphics card goes away', () => {
  it('while a text is read: what was read stays, and one press reads the text to its end', async () => {
    const engines = [new FakeEngine({ pace: 100 }), new FakeEngine()];
    await openAt('', {}, { connect: inOrder(engines) });
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill(TEXT);
    await load();
    await button('Read').click();
    await expect.poll(() => stripText().length).toBeGreaterThan(50);
    engines[0]!.die(gone());
    const read = stripText();
    expect(TEXT.startsWith(read)).toBe(true);
    expect(read.length).toBeLessThan(TEXT.length);
    await startAgain();
    await expect.poll(stripText).toBe(TEXT);
    await expect.element(page.getByLabelText('Your own text').last()).toHaveValue(TEXT);
    expect(engines[1]!.calls).toEqual(['load', 'useProbe', `read ${TEXT.length}`]);
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it('while the model writes: its words stay, and one press reads them and writes on', async () => {
    const engines = [
      new FakeEngine({ pace: 60, text: ' He slept badly, and in the morning he turned the horse around.'.repeat(4) }),
      new FakeEngine(),
    ];
    await openAt('', {}, { connect: inOrder(engines) });
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill('He rode home.');
    await load();
    await button('Read').click();
    await expect.poll(stripText).toBe('He rode home.');
    await button('Continue this text').click();
    await expect.poll(() => stripText().length).toBeGreaterThan(20);
    engines[0]!.die(gone());
    // A token that had come may not have been drawn yet.
    await expect.element(page.getByRole('alert')).toBeVisible();
    const written = stripText();
    await startAgain();
    await expect
      .poll(() => engines[1]!.calls.map((call) => call.split(' ')[0]))
      .toEqual(['load', 'useProbe', 'read', 'generate']);
    await expect.poll(() => stripText().length).toBeGreaterThan(written.length);
    expect(stripText().startsWith(written)).toBe(true);
    // What it had written is read as a text, not written anew.
    expect(engines[1]!.calls[2]).toBe(`read ${written.length}`);
  });

  it('while a probe is trained: one press trains on, and no text is read twice', async () => {
    const engines = [new ToyEngine(), new ToyEngine()];
    await train.open({}, { connect: inOrder(engines) });
    await train.importSet(train.file('mine.csv', train.csvOf(8)));
    await page.getByLabelText('Positive', { exact: true }).selectOptions('warm');
    await page.getByLabelText('Negative', { exact: true }).selectOptions('cold');
    await button('Import').click();
    await expect.element(page.getByText('Imported mine:')).toBeVisible();
    await page.getByText('Method, strength and how much is read').click();
    await page.getByLabelText('Neutral stories to read').selectOptions('4, for a first try');
    await page.getByLabelText('Label shuffles').selectOptions('100');
    await train.load();
    await button('Train').click();
    await expect.poll(() => engines[0]!.passages.length, { timeout: 20_000 }).toBeGreaterThan(100);
    engines[0]!.die(gone());
    const before = [...engines[0]!.passages];
    await startAgain();
    await expect.element(button('Keep'), { timeout: 60_000 }).toBeVisible();
    const after = new Set(engines[1]!.passages);
    expect(after.size).toBeGreaterThan(0);
    expect(before.filter((passage) => after.has(passage))).toEqual([]);
    expect(engines[1]!.plans).toEqual(engines[0]!.plans);
  }, 90_000);

  it('while an experiment runs: one press runs the units that are missing, and none twice', async () => {
    const engines = [new ExperimentEngine(), new ExperimentEngine()];
    const experiments = [{ id: 'A', spec: { url: null, text: () => Promise.resolve(TINY_SPEC) }, runs: [] }];
    const database = lastingDatabase();
    await openAt(
      '#/experiments/A',
      {},
      { connect: inOrder(engines), database: () => Promise.resolve(database), experiments },
    );
    const article = page.getByRole('article', { name: /author’s next person/ });
    await article.getByText('Run it here').click();
    await article.getByRole('button', { name: /^Load the model and time it/ }).click();
    engines[0]!.holdAt = 'w4';
    await article.getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(article.getByText('4 of 7 units')).toBeVisible();
    engines[0]!.die(gone());
    await startAgain();
    await expect.element(article.getByText('✓ Confirmed', { exact: true })).toBeVisible();
    expect([...engines[0]!.ran, ...engines[1]!.ran]).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6']);
  });
});

it('a press on “Load without WebGPU” goes on as well, on the processor', async () => {
  const engines = [
    new FakeEngine({ pace: 100 }),
    new FakeEngine({ status: { backend: 'wasm', adapter: null, fallback: { cause: 'chosen', detail: '' } } }),
  ];
  await openAt('', {}, { connect: inOrder(engines) });
  await page.getByText('Your own text', { exact: true }).first().click();
  await page.getByLabelText('Your own text').last().fill(TEXT);
  await load();
  await button('Read').click();
  await expect.poll(() => stripText().length).toBeGreaterThan(50);
  engines[0]!.die(gone());
  await page.getByRole('alert').getByRole('button', { name: 'Load without WebGPU' }).click();
  await expect.poll(stripText).toBe(TEXT);
});
