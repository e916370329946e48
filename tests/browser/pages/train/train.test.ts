/** The Train place, over an engine without a model: everything that a reader can do there but judging a set. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { parsePromptSet } from '../../../../src/formats/sets/prompt-set.ts';
import { sampleBundle } from '../support/sample-bundle.ts';
import {
  button,
  csvOf,
  engines,
  file,
  freshPages,
  importSet,
  load,
  open,
  openNumbers,
  openTable,
  row,
  saved,
  train,
  turn,
  violations,
} from '../support/train-page.ts';

freshPages();

describe('the places', () => {
  it('are links that say where one is, and the address and the title follow', async () => {
    await open();
    await expect
      .element(page.getByRole('link', { name: 'Train', exact: true }))
      .toHaveAttribute('aria-current', 'page');
    expect(document.title).toBe('Train · Flipside');
    await page.getByRole('link', { name: 'Read', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
    await expect.element(page.getByRole('link', { name: 'Read', exact: true })).toHaveAttribute('aria-current', 'page');
    expect(location.hash).toBe('#/read');
  });
});

describe('before any model is there', () => {
  it('shows how a shipped probe was judged, with its tables as CSV', async () => {
    await open();
    expect(engines).toHaveLength(0);
    await openNumbers();
    await expect
      .element(page.getByRole('application', { name: /^Held-out AUROC by layer\. 4 ways to fit\. Layer 16: 0\.82/ }))
      .toBeVisible();
    await expect.element(page.getByRole('row', { name: /did not harm − harmed.*cannot be told/ })).toBeVisible();
    await expect.element(page.getByRole('row', { name: /good − bad luck.*not as wanted/ })).toBeVisible();
    await expect
      .element(page.getByRole('application', { name: /without the model: Word embeddings alone.*0\.61/ }))
      .toBeVisible();
    await expect
      .element(page.getByRole('row', { name: /^Word embeddings alone \(layer 0\), fitted as the probe is/ }))
      .toBeVisible();
    // 0.48 as measured: turned round, it is what fewer words give.
    await expect
      .element(page.getByRole('row', { name: /^Number of words alone \(fewer for kind\).*0\.52 0\.42 to 0\.62/ }))
      .toBeVisible();
    await expect
      .element(
        page.getByRole('row', {
          name: /^helped above did not help ?21 of 24.*0\.88.*should lie above 0\.5: as wanted/,
        }),
      )
      .toBeVisible();
    await expect
      .element(
        page.getByRole('row', { name: /^dialogue ?style left out.*layer 18 and penalty 0\.3 chosen without it/ }),
      )
      .toBeVisible();
    await expect.element(page.getByRole('row', { name: /chat form never trained on/ })).toBeVisible();
    await page.getByText('Every number as tables, and as CSV').click();
    await expect.element(page.getByRole('region', { name: 'Table curves' })).toBeVisible();
    await button('Save curves.csv').click();
    await expect.poll(() => saved.map((one) => one.name)).toEqual(['kind-cruel.curves.csv']);
    expect((saved[0]!.content as string).split('\n')).toHaveLength(4 * 31 + 2);
  });

  it('says that a probe came without a report, and shows its own evidence', async () => {
    await open();
    await page.getByLabelText('Probe', { exact: true }).selectOptions('Formal–casual');
    await expect
      .element(page.getByText(/Not judged in full\.\s+It came without a report[\s\S]*AUROC 0\.\d\d \[/))
      .toBeVisible();
    await openNumbers();
    await expect
      .element(page.getByRole('application', { name: /^Held-out AUROC by layer\. One way to fit/ }))
      .toBeVisible();
  });

  it('shows what the texts give away', async () => {
    await open();
    await page.getByText('Checks of this set').click();
    await expect.element(page.getByText(/shuffled labels lie between/)).toBeVisible();
    await expect.element(page.getByRole('row', { name: /^mean words/ })).toBeVisible();
  });
});

describe('the turns', () => {
  it('become a copy of the reader’s when one is changed, which outlives the page and can be taken back', async () => {
    const first = await open({}, { storage: localStorage });
    await openTable();
    await turn('kind turn of bakery').fill('She wrapped him a loaf and walked him home.');
    await expect.element(page.getByText('your copy', { exact: true })).toBeVisible();
    await first.unmount();
    await open({}, { storage: localStorage });
    await openTable();
    await expect.element(turn('kind turn of bakery')).toHaveValue('She wrapped him a loaf and walked him home.');
    await button('Back to the shipped set kind-cruel-24-copy').click();
    await expect
      .element(turn('kind turn of bakery'))
      .toHaveValue(
        'When a boy came in without a coin, she wrapped him a warm loaf and walked him home through the rain.',
      );
    await button('Bring it back').click();
    await expect.element(turn('kind turn of bakery')).toHaveValue('She wrapped him a loaf and walked him home.');
  });

  it('of a topic can be deleted, brought back, and added to; a name is refused twice', async () => {
    await open();
    await openTable();
    await expect.element(page.getByText('topics 1 to 20 of 24')).toBeVisible();
    await button('Delete topic bakery').click();
    await expect.element(page.getByText('topics 1 to 20 of 23')).toBeVisible();
    await button('Undo').click();
    await expect.element(page.getByText('topics 1 to 20 of 24')).toBeVisible();
    await button('Add a topic').click();
    await expect.element(page.getByText('topics 21 to 25 of 25')).toBeVisible();
    await expect.element(page.getByText(/line 73\..* is empty/).first()).toBeVisible();
    const name = page.getByRole('textbox', { name: 'Name of topic topic 25' });
    await name.fill('bakery');
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByText(/Another topic is called “bakery”/)).toBeVisible();
    await expect.element(name).toHaveValue('topic 25');
  });

  it('are saved as the command reads them, and as a table that comes back as it was', async () => {
    await open();
    await openTable();
    await turn('kind turn of bakery').fill('-1 said, "go", and she wrapped him\na loaf.');
    await page.getByText('Save this set').click();
    for (const [index, ending] of ['set.json', 'jsonl', 'csv'].entries()) {
      await button(`kind-cruel-24-copy.${ending}`).click();
      await expect.poll(() => saved).toHaveLength(index + 1);
    }
    const [header, rows, table] = saved.map((one) => one.content as string);
    await importSet(file('mine.set.json', header!), file('mine.csv', table!));
    await expect.element(page.getByText(/Imported kind-cruel-24-copy: 24 topics, 72 turns/)).toBeVisible();
    await train();
    const lines = (text: string): unknown[] =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown);
    const back = lines(engines[0]!.plans[0]!.sets[0]!.rows) as Record<string, unknown>[];
    const given = lines(rows!) as Record<string, unknown>[];
    expect(back.map(({ topic, pole, context, text }) => ({ topic, pole, context, text }))).toEqual(
      given.map(({ topic, pole, context, text }) => ({ topic, pole, context, text })),
    );
    expect(
      parsePromptSet(
        { headerName: 'h', rowsName: 'r', header: header!, rows: rows!, sha256: '' },
        { requireNeutral: true },
      ).name,
    ).toBe('kind-cruel-24-copy');
  });

  it('take part in the checks as they are typed', async () => {
    await open();
    await openTable();
    await turn('kind turn of bakery').fill(
      'She was kind to him, and she went on and on and on about it, for as long as the rain fell and a good while after that too.',
    );
    await expect.element(page.getByRole('list', { name: 'What these texts give away' })).toHaveTextContent(/kind/);
  });
});

describe('a set of one’s own', () => {
  it('is refused with every line and field that is wrong', async () => {
    await open();
    await importSet(
      file(
        'mine.csv',
        `topic,pole,context,text\n${row('a', 'warm', '')}${row('a', 'cold', 'Ann kept it.')}${row('', 'plain', 'Ann sat.')}`,
      ),
    );
    const table = page.getByRole('region', { name: 'What is wrong with the set' });
    await expect.element(table.getByRole('row', { name: /^2 text/ })).toBeVisible();
    await expect.element(table.getByRole('row', { name: /^4 topic/ })).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('is asked which pole is which, and then lies on the table', async () => {
    await open();
    await importSet(file('mine.csv', csvOf(6)));
    await page.getByLabelText('Positive', { exact: true }).selectOptions('warm');
    await expect.element(button('Import')).toBeDisabled();
    await page.getByLabelText('Negative', { exact: true }).selectOptions('cold');
    await button('Import').click();
    await expect.element(page.getByText(/Imported mine: 6 topics, 18 turns\./)).toBeVisible();
    await expect.element(page.getByRole('radio', { name: /warm – cold/ })).toBeChecked();
    await load();
    await button('Train').click();
    await expect.element(button('Keep')).toBeVisible();
    expect(engines[0]!.plans[0]).toMatchObject({ id: 'warm-cold', sets: [{ name: 'mine' }] });
  });
});

describe('a training', () => {
  it('hands the engine what was chosen', async () => {
    await open();
    await page.getByRole('radio', { name: /^Zeroed/ }).click();
    await page.getByRole('checkbox', { name: /kind-cruel-deeds/ }).click();
    await page.getByText('Method, strength and how much is read').click();
    await page.getByLabelText('Method', { exact: true }).selectOptions('Linear discriminant analysis');
    await page.getByLabelText('Neutral stories to read').selectOptions('12');
    await train();
    const [plan] = engines[0]!.plans;
    expect(plan).toMatchObject({
      id: 'kind-cruel',
      storyCount: 12,
      readoutCount: 2,
      method: { kind: 'lda', target: 'zeroed', penalty: 0.85 },
      otherReadouts: true,
      shuffles: 1000,
    });
    expect(plan!.others.map((set) => set.name)).toEqual([
      'honest-deceptive',
      'loyal-treacherous',
      'formal-casual',
      'terse-wordy',
    ]);
    expect(plan!.zeros.map((set) => set.name)).toEqual(['luck', 'cheerful-gloomy']);
    expect(plan!.sets.map((set) => set.name)).not.toContain('kind-cruel-deeds');
    expect(plan!.stories.name).toBe('neutral-stories');
    expect(plan!.controls.length).toBeGreaterThan(0);
  });

  it('reads less without the controls, and says so before', async () => {
    await open();
    const texts = async (): Promise<number> =>
      Number(/about ([\d\u202f]+) texts/.exec(document.body.textContent)?.[1]?.replaceAll('\u202f', ''));
    await expect.poll(texts).toBeGreaterThan(1500);
    const before = await texts();
    await page.getByText('Method, strength and how much is read').click();
    await expect.element(page.getByRole('checkbox', { name: 'Read the controls' })).toBeChecked();
    await page.getByRole('checkbox', { name: 'Read the controls' }).click();
    await expect.poll(texts).toBeLessThan(before);
    await train();
    expect(engines[0]!.plans[0]).toMatchObject({
      controls: [],
      otherReadouts: false,
      zeros: [{ name: 'luck' }, { name: 'cheerful-gloomy' }],
    });
  });

  it('is made small enough for a first try by one choice, and whole again by another', async () => {
    await open();
    const full = page.getByRole('radio', { name: /^A full judgement/ });
    await expect.element(full).toBeChecked();
    await page.getByRole('radio', { name: /^A first try/ }).click();
    await expect.element(page.getByRole('radio', { name: /^Zeroed/ })).toBeChecked();
    await train();
    expect(engines[0]!.plans[0]).toMatchObject({
      storyCount: 4,
      shuffles: 200,
      zeros: [],
      controls: [],
      others: [],
      otherReadouts: false,
      method: { target: 'zeroed' },
    });
    await full.click();
    await expect.element(page.getByRole('radio', { name: /^Hardened/ })).toBeChecked();
    await page.getByText('Method, strength and how much is read').click();
    await page.getByLabelText('Label shuffles').selectOptions('500');
    await expect.element(full).not.toBeChecked();
    await expect.element(page.getByRole('radio', { name: /^A first try/ })).not.toBeChecked();
  });

  it('by differences of means pulls nothing to zero, whatever was chosen for another method', async () => {
    await open();
    await expect.element(page.getByRole('radio', { name: /^Hardened/ })).toBeChecked();
    await page.getByText('Method, strength and how much is read').click();
    await page.getByLabelText('Method', { exact: true }).selectOptions('Difference of means');
    await expect.element(page.getByRole('radio', { name: /^Poles only/ })).toBeChecked();
    await expect.element(page.getByRole('radio', { name: /^Poles only/ })).toBeDisabled();
    await page.getByRole('checkbox', { name: 'Read the controls' }).click();
    await train();
    expect(engines[0]!.plans[0]).toMatchObject({
      method: { kind: 'difference-of-means', target: 'poles', penalty: 0 },
      zeros: [],
    });
    await page.getByLabelText('Method', { exact: true }).selectOptions('Logistic regression');
    await expect.element(page.getByRole('radio', { name: /^Hardened/ })).toBeChecked();
    await expect.element(page.getByLabelText('Penalty λ')).toHaveValue(0.3);
  });

  it('pulls luck and moods to zero when it is hardened, but never the axis itself', async () => {
    await open();
    await page.getByText('cheerful – gloomy').click();
    await expect.element(page.getByRole('radio', { name: 'cheerful – gloomy' })).toBeChecked();
    await train();
    expect(engines[0]!.plans[0]!.zeros.map((set) => set.name)).toEqual(['luck']);
  });

  it('says how far it is without moving anything, stops, and can be begun again', async () => {
    await open({ pace: 60 });
    await load();
    const top = () =>
      button(/^(Train|Stop)$/)
        .last()
        .element()
        .getBoundingClientRect().top;
    const below = () => page.getByRole('heading', { name: 'Stored probes' }).element().getBoundingClientRect().top;
    await button('Train').click();
    const bar = page.getByRole('progressbar', { name: 'Training' });
    await expect.element(bar).toHaveAttribute('aria-valuetext', expect.stringMatching(/texts.*a second/));
    await expect.element(bar).toHaveAttribute('aria-valuetext', expect.stringMatching(/left in all \(estimate\)/));
    const [first, under] = [top(), below()];
    await expect.element(bar).toHaveAttribute('aria-valuetext', expect.stringMatching(/layers/));
    expect([top(), below()]).toEqual([first, under]);
    expect(await violations()).toEqual([]);
    await button('Stop').last().click();
    await expect.element(button('Train')).toBeEnabled();
    expect(below()).toBe(under);
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
    await expect.element(page.getByRole('status').first()).toHaveTextContent('Stopped.');
    await button('Train').click();
    await expect.element(button('Keep')).toBeVisible();
  });

  it('that fails says why', async () => {
    await open({ failTrain: 'set-row-invalid' });
    await load();
    await button('Train').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/line 3/);
    await expect.element(button('Train')).toBeEnabled();
  });

  it('measures how long the next one takes', async () => {
    await open({}, { storage: localStorage });
    await expect
      .element(page.getByText(/^Reads about [\d\u202f]+ texts\. Time left appears after the first few\.$/))
      .toBeVisible();
    await train();
    await expect
      .element(page.getByText(/^Reads about [\d\u202f]+ texts\. About .+, at the pace of last time\.$/))
      .toBeVisible();
  });
});

describe('a trained probe', () => {
  it('is judged, kept, renamed, exported, deleted and brought back', async () => {
    await open();
    await train();
    await expect.element(page.getByText('Closing this tab loses it.')).toBeVisible();
    await button('Keep').click();
    await expect.element(button('Rename Kind–cruel')).toBeVisible();
    await button('Rename Kind–cruel').click();
    await page.getByRole('textbox', { name: 'New name of Kind–cruel' }).fill('My probe');
    await userEvent.keyboard('{Enter}');
    await button('Show My probe').click();
    await openNumbers();
    await page.getByText('Save its files').click();
    const files = ['probe.json', 'directions.safetensors', 'report.json', 'CARD.md', 'kind-cruel.steering.gguf'];
    for (const [index, name] of files.entries()) {
      await button(name).click();
      await expect.poll(() => saved.map((one) => one.name)).toEqual(files.slice(0, index + 1));
    }
    expect(saved[0]!.content).toBe(sampleBundle().json);
    expect(saved[3]!.content).toMatch(/^# kind–cruel/i);
    expect(new TextDecoder().decode((saved[4]!.content as Uint8Array).slice(0, 4))).toBe('GGUF');
    await button('Delete My probe').click();
    await expect.element(button('Rename My probe')).not.toBeInTheDocument();
    await page
      .getByText(/^Deleted My probe/)
      .getByRole('button', { name: 'Undo' })
      .click();
    await expect.element(button('Rename My probe')).toBeVisible();
  });

  it('is used for reading, and own text on show can be read again with another', async () => {
    await open();
    await train();
    await button('Use for reading').click();
    await expect.element(button('Used for reading')).toBeDisabled();
    expect(engines[0]!.calls.filter((call) => call === 'useProbe')).toHaveLength(2);
    await button('Keep').click();
    await page.getByRole('link', { name: 'Read', exact: true }).click();
    const chooser = page.getByLabelText('Read with the probe');
    await expect
      .poll(() => [...chooser.element().querySelectorAll('optgroup')].map((group) => group.label))
      .toEqual(['Shipped', 'Kept by you']);
    await expect.element(page.getByText(/The recorded stories show the kind–cruel probe/)).toBeVisible();
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill('She gave him her coat.');
    await button('Read').click();
    await expect.element(page.getByRole('heading', { name: 'Your text' })).toBeVisible();
    await expect.element(chooser).toBeEnabled();
    await chooser.selectOptions('Honest–deceptive');
    await button('Read it again with Honest–deceptive').click();
    await expect.poll(() => engines[0]!.calls.filter((call) => call.startsWith('read'))).toHaveLength(2);
    await expect.element(page.getByText('honest', { exact: true }).first()).toBeVisible();
  });

  it.each([[['Keep', 'Keep', 'Use for reading']], [['Use for reading', 'Keep', 'Keep']]])(
    'is kept once and read with, however quickly %j are pressed',
    async (order) => {
      await open();
      await train();
      for (const press of order.map((name) => button(name).element() as HTMLButtonElement)) press.click();
      await expect.element(button(/^Rename Kind–cruel/)).toBeVisible();
      await expect.element(button('Used for reading')).toBeDisabled();
      await expect.element(button('Keep')).not.toBeInTheDocument();
      expect(button(/^Rename Kind–cruel/).elements()).toHaveLength(1);
      await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
    },
  );

  it('is taken in from its files, and refused when one is missing', async () => {
    await open();
    const { json, tensors, reportJson } = sampleBundle();
    const pick = page.getByLabelText('Import a probe…');
    await userEvent.upload(pick, [file('probe.json', json)]);
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/two files, probe\.json and directions\.safetensors/);
    await userEvent.upload(pick, [
      file('probe.json', json),
      file('directions.safetensors', tensors),
      file('report.json', reportJson),
    ]);
    await expect.element(button(/^Rename kind–cruel/)).toBeVisible();
  });
});

describe('a comparison', () => {
  it('puts probes side by side with the cosine of their directions', async () => {
    await open();
    await page.getByText('Compare probes', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Kind–cruel' }).click();
    await page.getByRole('checkbox', { name: 'Honest–deceptive' }).click();
    const table = page.getByRole('region', { name: 'Probes side by side' });
    await expect
      .element(table.getByRole('row', { name: /AUROC, layer chosen without the topic 0\.81 \[0\.73, 0\.89\] 0\.81/ }))
      .toBeVisible();
    await expect.element(table.getByRole('row', { name: /luck: good − bad luck/ })).toBeVisible();
    await page.getByText('The curves as tables and files').click();
    const curves = page.getByRole('region', { name: 'Table compared.auroc-by-layer' });
    await expect.element(curves.getByRole('columnheader', { name: 'Honest–deceptive: high95' })).toBeVisible();
    expect(curves.getByRole('row').elements()).toHaveLength(1 + 31);
    await button('Save compared.cosine-by-layer.csv').click();
    await expect.poll(() => saved.map((one) => one.name)).toEqual(['compared.cosine-by-layer.csv']);
    await expect
      .element(
        page.getByRole('application', {
          name: /^Cosine between directions by layer\. Kind–cruel and Honest–deceptive: 0\.\d\d at layer 15/,
        }),
      )
      .toBeVisible();
    expect(await violations()).toEqual([]);
  });
});

describe('the keyboard alone', () => {
  it('chooses, opens the table, loads, trains and keeps', async () => {
    await open();
    (page.getByRole('radio', { name: 'kind – cruel' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('radio', { name: 'honest – deceptive' })).toBeChecked();
    const reach = async (name: RegExp) => {
      for (let step = 0; step < 60; step += 1) {
        await userEvent.keyboard('{Tab}');
        const { activeElement } = document;
        if (name.test(`${activeElement?.getAttribute('aria-label') ?? ''}${activeElement?.textContent ?? ''}`)) return;
      }
      throw new Error(`no tab stop like ${String(name)}`);
    };
    await reach(/^Read and change/);
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Close the table')).toHaveAttribute('aria-expanded', 'true');
    await userEvent.keyboard('{Enter}');
    await reach(/^Load the model/);
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Train')).toBeEnabled();
    (page.getByRole('radio', { name: /^Hardened/ }).element() as HTMLElement).focus();
    await reach(/^Train$/);
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Keep')).toBeVisible();
    await reach(/^Keep$/);
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Rename Honest–deceptive')).toBeVisible();
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it.each([1280, 360])('at %i pixels, with everything open', async (width) => {
    await page.viewport(width, 800);
    localStorage.setItem('flipside.theme', theme);
    await open({}, { storage: localStorage });
    await openTable();
    await openNumbers();
    await button('Show the numbers').click();
    await page.getByText('Compare probes', { exact: true }).click();
    for (const summary of [
      'Checks of this set',
      'Method, strength and how much is read',
      'Save its files',
      'Every number as tables, and as CSV',
      'What a set looks like',
      'Judge a probe on this set',
    ])
      await page.getByText(summary).click();
    await page.getByRole('checkbox', { name: 'Kind–cruel' }).click();
    await page.getByRole('checkbox', { name: 'Honest–deceptive' }).click();
    await page.getByText('The curves as tables and files').click();
    await train();
    await button('Keep').click();
    await button('Rename Kind–cruel').click();
    await button('Judge').click();
    await page.getByText('Every number as tables, and as CSV files').click();
    await expect.element(page.getByRole('region', { name: 'Table judged-by-layer' })).toBeVisible();
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  });
});
