/** Running experiments in the page: kept unit by unit, gone on with after a stop, a reload or a lost card, and one of the reader's own. */
import { describe, expect, it } from 'vitest';
import { type Locator, page } from 'vitest/browser';
import { sha256Hex } from '../../../../src/state/storage/sha256.ts';
import { parseUnits, serialiseUnits } from '../../../../src/experiments/unit-file.ts';
import { browserDatabase, type Database } from '../../../../src/state/storage/database.ts';
import type { FileContent } from '../../../../src/state/storage/save-file.ts';
import { serialiseReport } from '../../../../src/experiments/report/experiment-report.ts';
import { ALL_NUMBERS, OWN_WORDS } from '../../../../src/features/experiments/words.ts';
import { sampleExperiment } from '../../../fixtures/experiments/experiment-sample.ts';
import { TINY_SPEC } from '../../../fixtures/toy/tiny-design.ts';
import { ExperimentEngine } from '../support/experiment-engine.ts';
import { lastingDatabase } from '../support/parts.ts';
import { button, freshPages, openAt, violations } from '../support/whole-page.ts';

freshPages();

const TINY = { id: 'A', spec: { url: null, text: () => Promise.resolve(TINY_SPEC) }, runs: [] };
const first = (): Locator => page.getByRole('article', { name: /author’s next person/ });
const own = (): Locator => page.getByRole('article', { name: 'Are words long?' });

async function open({
  database = lastingDatabase(),
  experiments = [TINY],
  engine = new ExperimentEngine(),
  path = 'A',
  save,
}: {
  database?: Database;
  experiments?: NonNullable<Parameters<typeof openAt>[2]>['experiments'];
  engine?: ExperimentEngine;
  path?: 'A' | 'own';
  save?: (name: string, content: FileContent) => void;
} = {}) {
  const screen = await openAt(
    `#/experiments/${path}`,
    {},
    { connect: () => engine, database: () => Promise.resolve(database), experiments, ...(save && { save }) },
  );
  await expect.element(path === 'A' ? first() : page.getByRole('heading', { name: OWN_WORDS.title })).toBeVisible();
  return { engine, screen };
}
/** Loads the model and opens what runs the first experiment. */
async function ready(): Promise<void> {
  await first().getByText('Run it here').click();
  await first()
    .getByRole('button', { name: /^Load the model and time it/ })
    .click();
  await expect
    .element(first().getByText(/^By a short reading on this machine: a few seconds for a quick look/))
    .toBeVisible();
}

describe('running an experiment in the page', () => {
  it('is timed first, runs a quick look, and shows its verdict as a look', async () => {
    const { engine } = await open();
    await ready();
    expect(engine.ran).toEqual([]);
    await first().getByRole('button', { name: 'Run a quick look here' }).click();
    await expect.element(first().getByText('✓ Confirmed, a quick look')).toBeVisible();
    await expect
      .element(first().getByText('Quick look, 2 units, smollm2-135m-instruct-q4 on webgpu; measured in this browser'))
      .toBeVisible();
    await expect.element(first().getByText(/2 units of the quick look, 0 units of the full run/)).toBeVisible();
    expect(engine.ran).toEqual(['w0', 'w1']);
    expect(await violations()).toEqual([]);
  });

  it('says how far it is, stops at once, and goes on where it was', async () => {
    const { engine } = await open();
    await ready();
    engine.holdAt = 'w3';
    await first().getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(first().getByText('3 of 7 units')).toBeVisible();
    await expect.element(first().getByRole('progressbar', { name: /^Running Does a model expect/ })).toBeVisible();
    expect(await violations()).toEqual([]);
    await first().getByRole('button', { name: 'Stop' }).click();
    await expect.element(first().getByText(/0 units of the quick look, 3 units of the full run/)).toBeVisible();
    engine.holdAt = null;
    await first().getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(first().getByText('✓ Confirmed', { exact: true })).toBeVisible();
    expect(engine.ran).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6']);
  });

  it('goes on after the engine died, and after the page was loaded again', async () => {
    const database = await browserDatabase(`flipside-test-${crypto.randomUUID()}`);
    const { engine, screen } = await open({ database });
    await ready();
    engine.holdAt = 'w4';
    await first().getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(first().getByText('4 of 7 units')).toBeVisible();
    engine.die();
    await expect.element(page.getByText('The engine stopped')).toBeVisible();
    await screen.unmount();
    const again = await open({ database });
    // Before any model is loaded it is told what is kept.
    await expect
      .element(
        first()
          .getByText(
            '4 units of a full run are stored here, and no verdict yet. Load the model that they ran on to go on.',
          )
          .first(),
      )
      .toBeVisible();
    await ready();
    await expect.element(first().getByText(/4 units of the full run/)).toBeVisible();
    await first().getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(first().getByText('✓ Confirmed', { exact: true })).toBeVisible();
    expect(again.engine.ran).toEqual(['w4', 'w5', 'w6']);
  });

  it('keeps the report beside the one that ships, with its units, until it is forgotten', async () => {
    const database = lastingDatabase();
    const saved: Record<string, FileContent> = {};
    const experiments = [
      {
        ...TINY,
        runs: [{ model: 'sample', report: () => Promise.resolve(serialiseReport(sampleExperiment)), unitsUrl: null }],
      },
    ];
    const { screen } = await open({ database, experiments });
    await ready();
    await first().getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(first().getByText(/measured in this browser/)).toBeVisible();
    await first().getByText('Recorded', { exact: true }).click();
    await expect.element(first().getByText(/^Full run, 24 units, .*; recorded by the command$/)).toBeVisible();
    await screen.unmount();

    await open({ database, experiments, save: (name, content) => void (saved[name] = content) });
    // What ships is shown first, without a model.
    await expect.element(first().getByText(/^Full run, 24 units, .*; recorded by the command$/)).toBeVisible();
    await first().getByText('Measured here', { exact: true }).click();
    await first().getByText(ALL_NUMBERS.run).click();
    await expect
      .element(
        first()
          .getByText(/Words have 6 letters\./)
          .first(),
      )
      .toBeVisible();
    await first().getByText('Make it again').click();
    await first().getByRole('button', { name: 'A-units.jsonl' }).click();
    await expect.poll(() => typeof saved['A-units.jsonl']).toBe('string');
    expect(parseUnits(saved['A-units.jsonl'] as string, 'units').units).toHaveLength(7);
    await first().getByText('Run it here').click();
    await loadTimed();
    await first().getByRole('button', { name: 'Forget what was measured here' }).click();
    await expect.element(first().getByText('Measured here', { exact: true })).not.toBeInTheDocument();
    await expect.element(first().getByText(/^Full run, 24 units, .*; recorded by the command$/)).toBeVisible();
  });

  it('says so where the browser stores nothing, and shows the verdict all the same', async () => {
    const refusing: Database = { ...lastingDatabase(), write: () => Promise.reject(new Error('No room.')) };
    await open({ database: refusing });
    await ready();
    await first().getByRole('button', { name: 'Run a quick look here' }).click();
    await expect.element(first().getByText('✓ Confirmed, a quick look')).toBeVisible();
    await expect.element(page.getByText(/will not be here after this tab is closed: No room\./)).toBeVisible();
  });
});

async function loadTimed(): Promise<void> {
  await first()
    .getByRole('button', { name: /^Load the model and time it/ })
    .click();
  await expect.element(first().getByText(/^By a short reading/)).toBeVisible();
}

describe('an experiment of one’s own', () => {
  const bring = async (source: string, name = 'mine.json'): Promise<void> => {
    await page.getByLabelText('Open a spec or units…').upload(new File([source], name, { type: 'application/json' }));
  };

  it('is refused by the path that is wrong, with what to do', async () => {
    await open({ experiments: [], path: 'own' });
    await bring(TINY_SPEC.replace('"draws":200', '"draws":3'));
    await expect.element(page.getByText('This experiment cannot be run')).toBeVisible();
    await expect.element(page.getByText(/spec\.draws must be a whole number from 200/)).toBeVisible();
    await expect.element(page.getByText('spec-invalid')).toBeVisible();
    await bring('{');
    await expect.element(page.getByText(/spec is not JSON/)).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('runs like the others', async () => {
    const { engine } = await open({ experiments: [], path: 'own' });
    await bring(TINY_SPEC);
    await expect
      .element(page.getByText('Opened Are words long?: 2 units for a quick look, 7 units in all.'))
      .toBeVisible();
    await expect.element(own().getByText('Words are long.')).toBeVisible();
    await own().getByText(ALL_NUMBERS.noRun, { exact: true }).click();
    await own().getByText('How it is tested, and the rule as written').click();
    await expect.element(own().getByText('Nobody knows.')).toBeVisible();
    await own().getByText('Run it here').click();
    await own()
      .getByRole('button', { name: /^Load the model and time it/ })
      .click();
    await own().getByRole('button', { name: 'Run a quick look here' }).click();
    await expect.element(own().getByText('✓ Confirmed, a quick look')).toBeVisible();
    expect(engine.ran).toEqual(['w0', 'w1']);
    await button('Put it away Are words long?').click();
    await expect.element(own()).not.toBeInTheDocument();
    // What has run is there when it is opened again.
    await bring(TINY_SPEC);
    await expect.element(own().getByText('✓ Confirmed, a quick look')).toBeVisible();
  });

  it('is there again after the page was loaded again, until it is put away', async () => {
    const database = await browserDatabase(`flipside-test-${crypto.randomUUID()}`);
    const { screen } = await open({ database, experiments: [], path: 'own' });
    await bring(TINY_SPEC);
    await expect.element(own()).toBeVisible();
    await screen.unmount();
    const again = await open({ database, experiments: [], path: 'own' });
    await expect.element(own().getByText('Words are long.')).toBeVisible();
    await button('Put it away Are words long?').click();
    await expect.element(own()).not.toBeInTheDocument();
    await expect.poll(async () => (await database.ids('experiment-parts', '')).length).toBe(0);
    await again.screen.unmount();
    await open({ database, experiments: [], path: 'own' });
    await expect.element(page.getByText(OWN_WORDS.title)).toBeVisible();
    await expect.element(own()).not.toBeInTheDocument();
  });

  it('and one that ships show the units of a run made elsewhere, without a model, as from a file', async () => {
    const { engine } = await open({ experiments: [{ ...TINY, runs: [] }], path: 'own' });
    const units = serialiseUnits({
      head: {
        experiment: 'tiny',
        design: 'turners',
        specSha256: await sha256Of(TINY_SPEC),
        size: 'quick',
        model: { id: 'a-larger-model', weightsSha256: 'c'.repeat(64), layerCount: 2, hidden: 4 },
        backend: 'node',
      },
      prepared: { offset: 6 },
      units: [
        { id: 'w0', data: { length: 16 } },
        { id: 'w1', data: { length: 10 } },
      ],
    });
    await bring(units.replace('"unit":"w1"', '"unit":"w9"'), 'units.jsonl');
    await expect.element(page.getByText(/^1 of 2 units are missing: w1\./)).toBeVisible();
    await bring(units.replace(await sha256Of(TINY_SPEC), 'd'.repeat(64)), 'units.jsonl');
    await expect.element(page.getByText(/^units\.specSha256 is d+, and the spec's is/)).toBeVisible();
    await bring(
      units.replace('"experiment":"tiny"', '"experiment":"strange"').replace(await sha256Of(TINY_SPEC), 'd'.repeat(64)),
      'units.jsonl',
    );
    await expect
      .element(page.getByText(/^units line 1\.experiment is "strange", and no spec of it is here\./))
      .toBeVisible();
    await bring(serialiseReport(sampleExperiment), 'report.json');
    await expect.element(page.getByText(/^It is a report that was made before/)).toBeVisible();
    await bring(units, 'units.jsonl');
    await expect
      .element(
        page.getByText('units.jsonl: 2 units of tiny, Are words long?, read by a-larger-model on node.', {
          exact: false,
        }),
      )
      .toBeVisible();
    await page.getByRole('link', { name: 'its card' }).click();
    await expect.element(first().getByText('✓ Confirmed, a quick look')).toBeVisible();
    await expect
      .element(first().getByText('Quick look, 2 units, a-larger-model on node; from a file that was opened here'))
      .toBeVisible();
    expect(engine.ran).toEqual([]);
    expect(await violations()).toEqual([]);
    await button('Put the file away').click();
    await expect.element(first().getByText('✓ Confirmed, a quick look')).not.toBeInTheDocument();
  });
});

describe('what is kept of experiments', () => {
  it('stands in the Library with its size, and is deleted there', async () => {
    const database = lastingDatabase();
    const { screen } = await open({ database });
    await ready();
    await first().getByRole('button', { name: 'Run a quick look here' }).click();
    await expect.element(first().getByText('✓ Confirmed, a quick look')).toBeVisible();
    await screen.unmount();
    await openAt(
      '#/library',
      {},
      { connect: () => new ExperimentEngine(), database: () => Promise.resolve(database), experiments: [TINY] },
    );
    const row = page.getByRole('row', { name: /^Experiments 2 units, 1 report, 0 specs of your own/ });
    await expect.element(row.getByText(/^\d+ (kB|bytes)$/)).toBeVisible();
    await row.getByRole('button', { name: 'Delete Experiments' }).click();
    await page.getByRole('button', { name: 'Press again to delete Experiments' }).click();
    await expect.element(page.getByRole('row', { name: /^Experiments/ })).not.toBeInTheDocument();
    expect([
      ...(await database.ids('experiment-parts', '')),
      ...(await database.ids('experiment-reports', '')),
    ]).toEqual([]);
  });
});

const sha256Of = async (text: string): Promise<string> => sha256Hex([new TextEncoder().encode(text)]);
