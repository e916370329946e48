/** Keeping and handing on, on the whole page: runs, files, and what does not belong. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { parseRecording, serialiseRecording } from '../../../../src/formats/runs/recording-json.ts';
import { parseRunCsv, runCsv } from '../../../../src/formats/runs/run-csv.ts';
import { parseProbe } from '../../../../src/formats/probe/probe.ts';
import oldHeader from '../../../../probes/sets/kind-cruel-24/kind-cruel-24.set.json?raw';
import oldRows from '../../../../probes/sets/kind-cruel-24/kind-cruel-24.jsonl?raw';
import { sampleRun } from '../../../fixtures/samples/sample-run.ts';
import { exported, freshHands, give, goTo, hands, open, readOwn, title } from '../support/keeping-page.ts';
import { lastingDatabase } from '../support/parts.ts';
import { sharedIn } from '../../../../src/state/runs/link-code.ts';
import { sampleBundle } from '../support/sample-bundle.ts';
import { button, engines, load, violations } from '../support/whole-page.ts';

/** What stands out of a page of this width, within the place. */
// What a picture holds is clipped by the picture.
const tooWide = (): string[] =>
  [...document.querySelectorAll('main *')]
    .filter(
      (element) =>
        element.closest('svg *') === null &&
        element.getBoundingClientRect().right > innerWidth &&
        element.closest('.unseen, .frame') === null,
    )
    .map((element) => element.outerHTML.slice(0, 120));

freshHands();

// Whole pages on a loaded machine take their time.
describe('runs', { timeout: 90_000 }, () => {
  it('are kept by themselves and shown again without the model, from where they can be undone', async () => {
    const screen = await open();
    await title('Betrayal');
    await load();
    await readOwn('She fed the dog. Then she kicked it.');
    await goTo('library');
    await expect.element(page.getByText(/1 run of at most 200/)).toBeVisible();
    await screen.unmount();
    await open('#/library');
    await expect.element(page.getByText('She fed the dog.', { exact: false })).toBeVisible();
    await button(/^Rename/).click();
    await userEvent.keyboard('The dog{Enter}');
    await page.getByRole('searchbox').fill('kicked dog');
    await button('Show The dog').click();
    await title('The dog');
    await expect.element(page.getByText(/read on .* with Kind–cruel/)).toBeVisible();
    await button(/^Undo showing The dog/).click();
    await title('Betrayal');
    await userEvent.keyboard('{Control>}{Shift>}z{/Shift}{/Control}');
    await title('The dog');
    await userEvent.keyboard('{Control>}z{/Control}');
    await title('Betrayal');
  });

  it('stay in the page where the browser refuses to store, which is said once', async () => {
    await open('', {
      database: async () => ({
        ...lastingDatabase(),
        write: () => Promise.reject(new DOMException('no room', 'QuotaExceededError')),
      }),
    });
    await title('Betrayal');
    await load();
    await readOwn('She fed the dog.');
    await expect.element(page.getByRole('alert')).toHaveTextContent(/would not store it \(no room\)/);
    await goTo('library');
    await expect.element(page.getByText(/in this tab only/)).toBeVisible();
    await button('Save Your text').click();
    await expect.poll(() => hands.saved.map(({ name }) => name)).toEqual(['flipside-your-text.run.json']);
  });

  it('are not undone while a text is being typed', async () => {
    await open();
    await title('Betrayal');
    await page.getByText('The dream', { exact: true }).first().click();
    await title('The dream');
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().click();
    await userEvent.keyboard('ab{Control>}z{/Control}');
    await title('The dream');
  });
});

describe('what is saved', { timeout: 90_000 }, () => {
  it('as JSON and as CSV is the whole run, and opens again', async () => {
    await open();
    await title('Betrayal');
    await load();
    await readOwn('=She fed the dog. "Then" she, kicked it.');
    await button('Continue this text').click();
    await expect.element(page.getByText('continued here')).toBeVisible();
    await expect.element(button('Continue this text')).toBeEnabled();
    const json = await exported('Run, JSON');
    const csv = await exported('Table, CSV');
    const run = parseRecording(json.content as string);
    expect(serialiseRecording({ ...parseRunCsv(csv.content as string), run: run.run! })).toBe(json.content);
    expect(run.run).toMatchObject({
      probeKey: 'shipped:kind-cruel',
      adapter: expect.stringContaining('swiftshader') as string,
      continuations: [{ fromCharacter: 40, sampling: { seed: 1 } }],
    });
    expect(run.provenance.probeSha256).toMatch(/^[0-9a-f]{64}$/);
    await goTo('library');
    await button(/^Delete Your text/).click();
    await give([new File([csv.content as string], 'anything.csv')]);
    await button('Show Your text').first().click();
    await title('Your text');
    await expect.element(page.getByText('continued here')).toBeVisible();
  });

  it('as a figure is one file that stands alone, as SVG and as PNG', async () => {
    await open();
    await title('Betrayal');
    const svg = (await exported('Figure, SVG')).content as string;
    const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
    expect(parsed.querySelector('parsererror')).toBeNull();
    expect(parsed.documentElement.textContent).toMatch(/standard deviations/);
    expect(svg).not.toMatch(/<script|href|https?:\/\/(?!www\.w3\.org)/);
    // The menu stood over the text and is gone: text that comes under a pointer at rest is not pointed at.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(document.querySelectorAll('[role="tooltip"], [data-mark="preview"]')).toHaveLength(0);
    const png = (await exported('Figure, PNG')).content as Uint8Array<ArrayBuffer>;
    const bitmap = await createImageBitmap(new Blob([png], { type: 'image/png' }));
    expect(bitmap.width).toBe(1920);
  });

  it('to the clipboard is a table with one line a token', async () => {
    await open();
    await title('Betrayal');
    // The pointer rests where the last test left it, which may be on a word: its tip would lie over the menu.
    await page.getByRole('navigation', { name: 'Places' }).hover();
    await page.getByText('Export', { exact: true }).click();
    await button('Copy table').click();
    await expect
      .poll(() => hands.copied.trimEnd().split('\n').length)
      .toBe(document.querySelectorAll('[data-token]').length + 1);
    expect(
      new Set(
        hands.copied
          .trimEnd()
          .split('\n')
          .map((row) => row.split('\t').length),
      ),
    ).toEqual(new Set([8]));
    await page.getByText('Export', { exact: true }).click();
    await button('Copy embed').click();
    await expect
      .poll(() => hands.copied)
      .toMatch(/^<iframe src="http[^"#]*\/embed\.html#\/\w+\?s=\d\.[^"]+" title="A reading by Flipside" /);
    // A recorded story too: a frame has nothing but its link to show.
    const [, code = ''] = /\?s=([^"]+)"/.exec(hands.copied) ?? [];
    const { story, readings } = await sharedIn(code);
    expect(story).toBe('betrayal');
    expect(readings?.points.length).toBeGreaterThan(5);
  });
});

describe('a file that is brought in', () => {
  it('may be a run, a probe or a set, all at one door and dropped anywhere', async () => {
    await open('#/library');
    await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
    const { json, tensors, reportJson } = sampleBundle(
      'mine',
      { positive: 'up', negative: 'down', neutral: 'flat' },
      3,
    );
    const rows = ['a', 'b', 'c', 'd']
      .flatMap((topic) =>
        ['up', 'down', 'neutral'].map((pole) =>
          JSON.stringify({ topic, pole, context: 'Here.', text: `A ${pole} turn of ${topic}.` }),
        ),
      )
      .join('\n');
    const header = JSON.stringify({
      format: 'flipside-prompt-set',
      version: 1,
      name: 'up-down',
      poles: { positive: 'up', negative: 'down', neutral: 'neutral' },
      taps: ['The clock struck.'],
      licence: 'CC0',
      about: 'A test.',
    });
    const list = new DataTransfer();
    for (const file of [
      new File([serialiseRecording(sampleRun())], 'x.json'),
      new File([json], 'p.json'),
      new File([tensors], 'd.bin'),
      new File([reportJson], 'r.json'),
      new File([header], 'up-down.set.json'),
      new File([rows], 'up-down.jsonl'),
    ])
      list.items.add(file);
    document
      .querySelector('main')!
      .dispatchEvent(new DragEvent('drop', { dataTransfer: list, bubbles: true, cancelable: true }));
    await expect.element(page.getByText(/Imported the run/)).toBeVisible();
    await expect.element(page.getByText(/Imported a probe/)).toBeVisible();
    await expect.element(page.getByText(/Imported the set up-down: 4 topics, 12 turns/)).toBeVisible();
    expect(page.getByText('up–down').elements().length).toBeGreaterThan(0);
    const kept = (await hands.database.all<{ id: string; json: string; tensors: ArrayBuffer }>('probes'))[0]!;
    expect(parseProbe(kept.json, new Uint8Array(kept.tensors)).id).toBe('mine');
    await button('Save up-down').click();
    await expect
      .poll(() => hands.saved.map(({ name, content }) => [name, content]))
      .toEqual([
        ['up-down.set.json', header],
        ['up-down.jsonl', `${rows}\n`],
      ]);
  });

  it.each([
    ['a control vector', () => new File(['GGUF\u0003'], 'v.gguf'), /v\.gguf is a control vector for llama\.cpp/],
    [
      'a picture',
      () => new File(['<svg xmlns="x"/>'], 'f.svg'),
      /f\.svg is a picture, which holds no numbers.*\.run\.json/,
    ],
    [
      'a judgement alone',
      () => new File([sampleBundle().reportJson], 'r.json'),
      /r\.json is the judgement of a probe.*pick probe\.json and directions\.safetensors with it/,
    ],
    [
      'the spec of an experiment',
      () => new File(['{"format":"flipside-experiment","version":1}'], 'spec.json'),
      /spec\.json is the spec of an experiment\. It is opened in Experiments/,
    ],
    [
      'units of an experiment',
      () => new File(['{"format":"flipside-units","version":1}\n{"prepared":{}}\n'], 'units.jsonl'),
      /units\.jsonl is the units of an experiment \(units\.jsonl\)\. It is opened in Experiments/,
    ],
    [
      'one unit',
      () => new File(['{"format":"flipside-unit","version":1}'], 'w1.json'),
      /w1\.json is a part of a run of an experiment\. A verdict needs all parts/,
    ],
    [
      'the report of an experiment',
      () => new File(['{\n  "format": "flipside-experiment-report"}'], 'report.json'),
      /report\.json is the report of an experiment\. .* open the units\.jsonl beside it in Experiments/,
    ],
    ['another table', () => new File(['a,b,c\n1,2,3\n'], 't.csv'), /t\.csv is a table that Flipside does not know/],
    [
      'a run cut in half',
      () => new File([serialiseRecording(sampleRun()).slice(0, 900)], 'x.json'),
      /x\.json: .*recording is not JSON/,
    ],
    ['nothing', () => new File([], 'nothing.json'), /nothing\.json is empty/],
  ])('and is %s is named for what it is', async (_, file, message) => {
    await open('#/library');
    await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
    await give([file()]);
    await expect.element(page.getByRole('alert')).toHaveTextContent(message);
    expect(await hands.database.all('runs')).toEqual([]);
  });
});

describe('files that are picked together', () => {
  it('of one run, as JSON and as a table, are one run', async () => {
    await open('#/library');
    await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
    const run = sampleRun();
    await give([
      new File([serialiseRecording(run)], 'a.run.json'),
      new File([runCsv(run)], 'a.run.csv'),
      new File([serialiseRecording(run)], 'again.run.json'),
    ]);
    await expect.element(page.getByText(`Imported the run ${run.title}.`)).toBeVisible();
    expect(button(`Show ${run.title}`).elements()).toHaveLength(2);
    expect(await hands.database.all('runs')).toHaveLength(1);
  });

  it('of two probes are refused with both names, and a judgement of another probe with it', async () => {
    await open('#/library');
    await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
    const axis = { positive: 'up', negative: 'down', neutral: 'flat' };
    const [one, two, again] = [
      sampleBundle('one', axis, 3),
      sampleBundle('two', axis, 4),
      sampleBundle('one', axis, 5),
    ];
    const pick = (json: string, tensors: ArrayBuffer, report?: string): Promise<void> =>
      give([
        new File([json], 'p.json'),
        new File([tensors], 'd.bin'),
        ...(report === undefined ? [] : [new File([report], 'r.json')]),
      ]);
    await pick(one.json, two.tensors);
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/probe\.json is of the probe "one", but directions\.safetensors holds the vectors of "two"/);
    await pick(one.json, again.tensors);
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/belongs to a directions\.safetensors with the hash/);
    await pick(one.json, one.tensors, again.reportJson);
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/The report judges "one" .* Open the report that was made with the probe/);
    expect(await hands.database.all('probes')).toEqual([]);
  });

  it('as a probe that the browser has no room for are refused with the name of an error that has no words', async () => {
    hands.database = { ...lastingDatabase(), write: () => Promise.reject(new DOMException('', 'QuotaExceededError')) };
    await open('#/library');
    await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
    const { json, tensors } = sampleBundle();
    await give([new File([json], 'p.json'), new File([tensors], 'd.bin')]);
    await expect.element(page.getByRole('alert')).toHaveTextContent(/would not store the probe \(QuotaExceededError\)/);
  });

  it('as a set whose header is of version 0 are imported', async () => {
    await open('#/library');
    await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
    await give([new File([oldHeader], 'kind-cruel-24.set.json'), new File([oldRows], 'kind-cruel-24.jsonl')]);
    await expect.element(page.getByText(/Imported the set kind-cruel-24: 24 topics, 72 turns/)).toBeVisible();
  });
});

describe('the Library', () => {
  it('lists what is kept with sizes, and deletes at the second press', async () => {
    localStorage.setItem('flipside.draft', 'words');
    await open('#/library', { storage: localStorage });
    await expect.element(page.getByText('SmolLM2-135M')).toBeVisible();
    await expect.element(page.getByRole('row', { name: /Model files/ })).toHaveTextContent(/1\.0 MB/);
    await button('Delete Model files').click();
    expect(engines.flatMap(({ calls }) => calls)).not.toContain('deleteStored');
    await button(/^Press again to delete/).click();
    await expect.poll(() => engines.flatMap(({ calls }) => calls)).toContain('deleteStored');
    await button('Delete Texts being written').click();
    await button(/^Press again to delete/).click();
    await expect.poll(() => localStorage.getItem('flipside.draft')).toBeNull();
    expect(engines.every(({ disposed }) => disposed)).toBe(true);
  });

  it.each(['light', 'dark'])(
    'has no accessibility violation with runs, found, renamed and deleted, in the %s theme',
    async (theme) => {
      document.documentElement.dataset['theme'] = theme;
      localStorage.setItem('flipside.theme', theme);
      await open('#/library', { storage: localStorage });
      await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
      expect(await violations()).toEqual([]);
      await give([
        new File([serialiseRecording(sampleRun())], 'x.json'),
        new File([serialiseRecording({ ...sampleRun(), title: 'Two', text: 'Another one.' })], 'y.json'),
      ]);
      await expect.element(page.getByText(/2 runs of at most/)).toBeVisible();
      await button(/^Delete Two/).click();
      await button(/^Rename/)
        .first()
        .click();
      await button('Delete Runs').click();
      expect(await violations()).toEqual([]);
    },
  );

  it('and the row beside the text fit 360 pixels', async () => {
    await page.viewport(360, 740);
    await open('#/library');
    await expect.element(page.getByText(/None yet. They stay/)).toBeVisible();
    expect(tooWide()).toEqual([]);
    await goTo('read');
    await title('Betrayal');
    await page.getByText('Export', { exact: true }).click();
    expect(tooWide()).toEqual([]);
    expect(await violations()).toEqual([]);
  });
});
