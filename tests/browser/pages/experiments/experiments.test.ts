import { describe, expect, it } from 'vitest';
import { type Locator, page, userEvent } from 'vitest/browser';
import { MEANS } from '../../../../src/experiments/report/found-words.ts';
import { ALL_NUMBERS, BY_MODEL, CLAIMS, INDEX_WORDS, NO_RUN } from '../../../../src/features/experiments/words.ts';
import { AppError } from '../../../../src/base/errors.ts';
import type { FileContent } from '../../../../src/state/storage/save-file.ts';
import { driftOf, ShippedEvidence, worstDrift } from '../../../../src/state/probes/shipped-evidence.svelte.ts';
import type { DesignName } from '../../../../src/experiments/experiment-types.ts';
import { parseReport, serialiseReport } from '../../../../src/experiments/report/experiment-report.ts';
import { sampleExperiment } from '../../../fixtures/experiments/experiment-sample.ts';
import { SHIPPED_EXPERIMENTS } from '../../../../src/state/probes/shipped-experiments.ts';
import { SAMPLE_EXPERIMENTS } from '../support/parts.ts';
import { sampleOffer } from '../support/sample-bundle.ts';
import { engines, freshPages, openAt, violations } from '../support/whole-page.ts';

freshPages();

const AXIS = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };
const failing = {
  ...sampleOffer('loyal-treacherous', 'Loyal–treacherous', AXIS, 4),
  report: () => Promise.reject(new AppError('probe-invalid', 'It is offline.')),
};

/** Opens a claim with everything behind its verdict. */
const open = async (more: Parameters<typeof openAt>[2] = {}, id = 'A') => {
  const screen = await openAt(`#/experiments/${id}`, {}, more);
  await expect.element(article().getByRole('heading', { level: 2 })).toBeVisible();
  await expect.poll(() => document.querySelector('article [aria-busy="true"]')).toBeNull();
  await article()
    .getByText(new RegExp(`^(${ALL_NUMBERS.run}|${ALL_NUMBERS.noRun})$`))
    .click();
  return screen;
};
const article = (): Locator => page.getByRole('article');
const first = article;
/** Opens what is folded under a summary. */
const unfold = async (within: Locator, summary: string | RegExp): Promise<void> => {
  await within.getByText(summary).click();
};

describe('the evidence', () => {
  it('comes from the reports, sorted into moral and not moral, and names what it could not have', async () => {
    const evidence = new ShippedEvidence(() => [
      sampleOffer('kind-cruel', 'Kind–cruel', AXIS, 1),
      sampleOffer('formal-casual', 'Formal–casual', AXIS, 2),
      failing,
      sampleOffer('terse-wordy', 'Terse–wordy', AXIS, 3, false),
    ]);
    expect(evidence.rows).toBeNull();
    await evidence.open();
    expect(evidence.moral.map((row) => row.title)).toEqual(['Kind–cruel']);
    expect(evidence.other.map((row) => row.title)).toEqual(['Formal–casual']);
    expect(evidence.missing).toEqual([
      { title: 'Loyal–treacherous', why: 'It is offline.' },
      { title: 'Terse–wordy', why: 'It has no report.' },
    ]);
  });

  it('gives the drift its interval over stories, and finds the largest', async () => {
    const report = (await sampleOffer('kind-cruel', 'Kind–cruel', AXIS, 1).report())!;
    const [first] = driftOf(report);
    expect(first!.high! - first!.value).toBeCloseTo((1.96 * 0.5) / 6, 10);
    expect(worstDrift(report)).toMatchObject({ sentences: 0, n: 36 });
    expect(worstDrift(report)!.value).toBeCloseTo(0.1);
  });
});

describe('the index', () => {
  const row = (id: string): Locator => page.getByRole('listitem').filter({ has: page.getByText(id, { exact: true }) });

  it('says in a line each what was found, before a model is loaded, and leads to each claim', async () => {
    await openAt('#/experiments', {}, { experiments: SHIPPED_EXPERIMENTS });
    for (const { id, title } of CLAIMS) {
      await expect.element(page.getByRole('link', { name: `${id} ${title}` })).toBeVisible();
      await expect
        .element(row(id).getByText(/^(✓ Confirmed|✗ Denied|◐ Partly|\? No answer)\. \w/))
        .toHaveTextContent(/\w+\.$/);
    }
    await expect.element(row('B').getByText(MEANS.midpoint.CONFIRM)).toBeVisible();
    expect(engines.flatMap(({ calls }) => calls)).not.toContain('load');
    await page.getByRole('link', { name: /Why does a character/ }).click();
    await expect.element(article().getByRole('heading', { level: 2 })).toHaveTextContent('D Why does a character');
    await expect.element(page.getByRole('application')).toBeVisible();
    expect(page.getByRole('application').elements()).toHaveLength(1);
    await page.getByRole('link', { name: INDEX_WORDS.next('E') }).click();
    await expect.element(article().getByRole('heading', { level: 2 })).toHaveTextContent('E Does a text');
    await expect.element(article().getByText(/commas alone lose, of sentiment 0\.10 \[0\.08, 0\.12\]/)).toBeVisible();
    await expect.poll(() => page.getByRole('application').elements().length).toBe(1);
    await page.getByRole('link', { name: INDEX_WORDS.next('A') }).click();
    await expect.element(article().getByRole('heading', { level: 2 })).toHaveTextContent('A Does a model expect');
    await page.getByRole('link', { name: INDEX_WORDS.back }).click();
    await expect.element(page.getByRole('heading', { name: INDEX_WORDS.title })).toBeVisible();
  });

  it('says of a claim without a run that there is none, and opens on any address that names no claim', async () => {
    await openAt('#/experiments/nothing');
    await expect.element(row('B').getByText(INDEX_WORDS.none)).toBeVisible();
    await expect.element(row('A').getByText(/^✓ Confirmed\./)).toBeVisible();
  });

  it('keeps earlier designs of B and D within reach', async () => {
    await openAt('#/experiments/D', {}, { experiments: SHIPPED_EXPERIMENTS });
    await expect.element(article().getByText(MEANS['two-poles'].CONFIRM)).toBeVisible();
    await article()
      .getByText(/, earlier design$/)
      .click();
    await expect.element(article().getByText(MEANS.opposites.CONFIRM)).toBeVisible();
    await expect.element(article().getByText(/^An earlier design of this experiment/)).toBeVisible();
  });
});

describe('by model', () => {
  it('draws the runs of one spec side by side, a model each, and says which were quick', async () => {
    await openAt('#/experiments/D', {}, { experiments: SHIPPED_EXPERIMENTS });
    await article().getByText(BY_MODEL.summary, { exact: true }).click();
    await expect.element(article().getByText(/^Waluigi gain by model, \d models on the same axes\./)).toBeVisible();
    await article().getByText('Show the numbers as a table').click();
    await expect
      .element(
        article()
          .getByRole('row', { name: /SmolLM2-135M-Instruct\.Q4_1 \(quick\).*0\.49/ })
          .first(),
      )
      .toBeVisible();
  });
});

describe('the place', () => {
  it.each(CLAIMS)('has claim $id with how it is tested', async (claim) => {
    await open({}, claim.id);
    await unfold(article(), 'How it is tested, and the rule as written');
    await expect.element(article().getByText(claim.test, { exact: true })).toBeVisible();
    if (claim.id !== 'A') await expect.element(article().getByText(claim.claimed, { exact: true })).toBeVisible();
  });

  it('says where no run ships that there is no verdict, and shows the rule of the spec', async () => {
    await open({}, 'B');
    await expect.element(article().getByText(NO_RUN)).toBeVisible();
    await unfold(article(), 'How it is tested, and the rule as written');
    await expect.element(article().getByText('The rule of the second experiment.')).toBeVisible();
    expect(article().element().querySelector('.verdict')).toBeNull();
  });

  it.each([
    { id: 'D', table: /Moral axes cosine/, row: [/−0\.21/, /−0\.39 to −0\.03/, /48/] },
    { id: 'B', table: /Moral axes sd/, row: [/0\.90.*too few.*5/] },
  ])('shows the numbers of the reports beside $id with interval and n', async ({ id, table, row }) => {
    await open({}, id);
    await unfold(article(), 'What the shipped probes say beside it');
    const found = article()
      .getByRole('table', { name: table })
      .getByRole('row', { name: /Kind–cruel/ });
    for (const says of row) await expect.element(found).toHaveTextContent(says);
  });

  it.each(['C', 'E'])('says of %s, on which no probe bears, that none does', async (id) => {
    await open({}, id);
    await unfold(article(), 'What the shipped probes say beside it');
    await expect.element(article().getByText(/no number that would bear on this claim/)).toBeVisible();
  });

  it('leads to a probe’s card in Train, and names a probe without a report', async () => {
    await open();
    await unfold(article(), 'What the shipped probes say beside it');
    await expect.element(page.getByText('Formal–casual: It has no report.')).toBeVisible();
    await page.getByRole('link', { name: 'Honest–deceptive' }).click();
    await expect.element(page.getByRole('heading', { name: 'Can we trust Honest–deceptive?' })).toBeVisible();
    await expect.element(page.getByLabelText('Probe', { exact: true })).toHaveValue('shipped:honest-deceptive');
  });
});

describe('the card of a run that ships', () => {
  it('says the verdict in words with a glyph, why, and which run it is of, before anything is opened', async () => {
    await open();
    await expect.element(first().getByText('✓ Confirmed')).toBeVisible();
    await expect.element(first().getByText(sampleExperiment.because).first()).toBeVisible();
    await expect
      .element(first().getByText('Full run, 24 units, smollm2-135m-instruct-q4 on node; recorded by the command'))
      .toBeVisible();
    await expect.element(first().getByText(sampleExperiment.figure.caption)).toBeVisible();
    expect(first().element().textContent).not.toContain('no verdict of record');
  });

  it('of a quick run says that it is a look, and shows the gate that failed', async () => {
    await open();
    await first().getByText('sample-360m').click();
    await expect.element(first().getByText('? No answer, a quick look')).toBeVisible();
    await expect.element(first().getByText(/no verdict of record/)).toBeVisible();
    await unfold(first(), 'Gates: 1 of 2 passed');
    await expect.element(first().getByText('✗ failed')).toBeVisible();
    await expect
      .element(first().getByText('0.61 AUROC, 95 % interval 0.41 to 0.81, n = 6; asked for: at least 0.7'))
      .toBeVisible();
  });

  it('has every contrast with interval, p, Holm, null, ROPE and what could be detected, and the measures beside', async () => {
    await open();
    await unfold(first(), 'Planned contrasts: 3');
    await expect.element(first().getByText('0.66 ratio, 95 % interval 0.54 to 0.78, n = 24')).toBeVisible();
    await expect
      .element(
        first().getByText(
          /p = 0\.0005, Holm 0\.001\. Null: author labels flipped by scene, 2 000 times\. ROPE 0\.45 to 0\.55: across its edge: cannot be told\. Detectable: 0\.57\./,
        ),
      )
      .toBeVisible();
    await expect.element(first().getByText(/^Null: none: an interval only/)).toBeVisible();
    await unfold(first(), 'Other measures: 2');
    await expect
      .element(first().getByText(/0\.75 share, 95 % interval none \(too few scenes for an interval\), n = 4/))
      .toBeVisible();
  });

  it('has the rule as written, what would change the verdict, and its limits', async () => {
    await open();
    await unfold(first(), 'How it is tested, and the rule as written');
    const { confirm, deny, partial, inconclusive } = sampleExperiment.experiment.rule;
    for (const says of [confirm, deny, partial, inconclusive])
      await expect.element(first().getByText(says)).toBeVisible();
    await unfold(first(), /^What would change/);
    for (const says of [...sampleExperiment.wouldChange, ...sampleExperiment.limits])
      await expect.element(first().getByText(says)).toBeVisible();
  });

  it('gives the files and the command to make it again', async () => {
    const saved: Record<string, FileContent> = {};
    await open({ save: (name, content) => void (saved[name] = content) });
    await unfold(first(), 'Make it again');
    await expect.element(first().getByRole('link', { name: 'A-spec.json' })).toHaveAttribute('download', 'A-spec.json');
    await expect.element(first().getByRole('link', { name: 'A-units.jsonl' })).toBeVisible();
    await expect.element(first().getByText(/^npm run -s flipside -- experiment/)).toBeVisible();
    for (const name of ['A-report.json', 'A-figure.svg', 'A-figure.plotly.json', 'A-CARD.md'])
      await first().getByRole('button', { name }).click();
    await expect
      .poll(() => Object.keys(saved).sort())
      .toEqual(['A-CARD.md', 'A-figure.plotly.json', 'A-figure.svg', 'A-report.json']);
    expect(JSON.parse(saved['A-figure.plotly.json'] as string)).toMatchObject({ layout: { xaxis2: { anchor: 'y2' } } });
    expect(parseReport(saved['A-report.json'] as string)).toEqual(sampleExperiment);
    expect(saved['A-figure.svg']).toMatch(/^<\?xml/);
    expect(saved['A-CARD.md']).toContain('# A. Authors, not simulacra');
  });

  it('of an earlier design says so, and offers the spec of that design', async () => {
    const [a] = SAMPLE_EXPERIMENTS;
    const report = (design: DesignName): Promise<string> =>
      Promise.resolve(
        serialiseReport({ ...sampleExperiment, experiment: { ...sampleExperiment.experiment, id: 'B', design } }),
      );
    await open(
      {
        experiments: [
          {
            ...a!,
            id: 'B',
            earlier: { url: 'data:application/json,earlier', text: () => Promise.resolve('{}') },
            runs: [
              { model: 'in-use', report: () => report('midpoint'), unitsUrl: null },
              { model: 'before', report: () => report('flip-back'), unitsUrl: null },
            ],
          },
        ],
      },
      'B',
    );
    const panel = article();
    const note = panel.getByText(/^An earlier design of this experiment: stories that turn, by a reading\./);
    await expect.element(panel.getByText('✓ Confirmed')).toBeVisible();
    expect(note.elements()).toHaveLength(0);
    await panel.getByText('before', { exact: true }).click();
    await expect.element(note).toBeVisible();
    await unfold(panel, 'Make it again');
    await expect
      .element(panel.getByRole('link', { name: 'B-spec.json' }))
      .toHaveAttribute('href', 'data:application/json,earlier');
  });

  it('that is broken says so by path and leaves the other claims', async () => {
    const [a] = SAMPLE_EXPERIMENTS;
    await open({
      experiments: [
        {
          ...a!,
          runs: [
            {
              model: 'broken',
              report: () => Promise.resolve('{"format":"flipside-experiment-report","version":1}'),
              unitsUrl: null,
            },
          ],
        },
      ],
    });
    await expect.element(page.getByText(/report\.experiment is missing/)).toBeVisible();
    await expect.element(first().getByText(NO_RUN)).toBeVisible();
  });
});

describe('the figure', () => {
  const plot = () => first().getByRole('application', { name: /Persistence and leakage/ });
  const focus = () => (plot().element() as HTMLElement).focus();

  /** What is said below the plot; its label at the point holds the same words, where it is drawn by then. */
  const said = (words: string | RegExp) => first().getByRole('paragraph').filter({ hasText: words });

  it('is walked with the arrow keys, and says each point in words', async () => {
    await open();
    await expect.element(plot()).toBeVisible();
    focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(said('all scenes, author stays: 0.66, interval 0.54 to 0.78')).toBeVisible();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(said('all scenes, character leaks: 0.14, interval 0.05 to 0.22')).toBeVisible();
    await userEvent.keyboard('{ArrowDown}');
    await expect.element(said(/^single scenes, character leaks: /)).toBeVisible();
    await userEvent.keyboard('{ArrowDown}{End}');
    await expect.element(said('shuffled excerpts, author after shuffling: 0.31, interval 0.12 to 0.52')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(said(/^shuffled excerpts, author/)).not.toBeInTheDocument();
  });

  /** The drawn point of a shape, once Plotly has come. */
  const point = async (shape: string): Promise<SVGPathElement> => {
    const found = (): SVGPathElement | null => plot().element().querySelector(`.scatterlayer .point[d^="${shape}"]`);
    await expect.poll(found, { timeout: 20_000 }).not.toBeNull();
    return found()!;
  };
  const DIAMOND = 'M5.01,0';
  /** Of a point, from the corner of its plot. */
  const placeOf = (of: Element): { x: number; y: number } => {
    const [box, around] = [of.getBoundingClientRect(), plot().element().getBoundingClientRect()];
    return { x: (box.left + box.right) / 2 - around.left, y: (box.top + box.bottom) / 2 - around.top };
  };

  it('says the point under the pointer, beside it and below', async () => {
    await open();
    await userEvent.hover(plot(), { position: placeOf(await point(DIAMOND)) });
    await expect.element(said('shuffled excerpts, author after shuffling: 0.31, interval 0.12 to 0.52')).toBeVisible();
    await expect
      .poll(() => plot().element().querySelector('.hovertext')?.textContent)
      .toMatch(/^shuffled excerpts,\s?author after/);
  });

  it('shows the part of an axis that is dragged over, and all again by a button', async () => {
    await open();
    await point(DIAMOND);
    const numbers = () => [...plot().element().querySelectorAll('.ytick text')].map(({ textContent }) => textContent);
    const all = numbers();
    expect(all).toContain('0.2');
    // Plotly lays a cover over the page while a button is down, which a driver takes for an obstacle: the events by hand.
    const box = plot().element().getBoundingClientRect();
    const fire = (target: Element, type: string, x: number, y: number): boolean =>
      target.dispatchEvent(
        new MouseEvent(type, { bubbles: true, clientX: box.left + x, clientY: box.top + y, buttons: 1 }),
      );
    fire(plot().element().querySelector('.nsewdrag')!, 'mousedown', 120, 120);
    const cover = document.querySelector('.dragcover')!;
    fire(cover, 'mousemove', 180, 160);
    fire(cover, 'mousemove', 240, 200);
    fire(cover, 'mouseup', 240, 200);
    const button = first().getByRole('button', { name: 'Show all' });
    await expect.element(button).toBeVisible();
    // Numbers between the old ones.
    await expect.poll(() => numbers().filter((number) => !all.includes(number)).length).toBeGreaterThan(0);
    await button.click();
    await expect.element(button).not.toBeInTheDocument();
    await expect.poll(numbers).toEqual(all);
  });

  it('hides a series by its key, and passes over it', async () => {
    await open();
    await point(DIAMOND);
    const discs = () => plot().element().querySelectorAll('.scatterlayer .point[d^="M4,0A"]').length;
    expect(discs()).toBe(2);
    const key = first().getByRole('button', { name: 'all scenes' });
    await key.click();
    await expect.element(key).toHaveAttribute('aria-pressed', 'false');
    await expect.poll(discs).toBe(0);
    focus();
    await userEvent.keyboard('{ArrowRight}');
    // Said below the plot, and beside the point where there is room.
    await expect
      .element(
        first()
          .getByText(/^single scenes, author stays: /)
          .first(),
      )
      .toBeVisible();
    await key.click();
    await expect.poll(discs).toBe(2);
  });

  it('has a table of every point, which can be saved', async () => {
    const saved: Record<string, FileContent> = {};
    await open({ save: (name, content) => void (saved[name] = content) });
    await unfold(first(), 'Show the numbers as a table');
    expect(first().getByRole('table').getByRole('row').elements()).toHaveLength(1 + 31 * 3 + 2 + 24 + 1);
    await first().getByRole('button', { name: 'Save A-figure.csv' }).click();
    await expect
      .poll(() => saved['A-figure.csv'])
      .toContain('"Persistence and leakage, by scene",all scenes,author stays,0.66,0.54,0.78,');
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  it('on a screen and on a phone, folded and unfolded, without scrolling sideways', async () => {
    localStorage.setItem('flipside.theme', theme);
    const screen = await openAt('#/experiments', {}, { storage: localStorage });
    await expect.element(page.getByText('✓ Confirmed.')).toBeVisible();
    expect(await violations()).toEqual([]);
    await screen.unmount();
    await open({ storage: localStorage });
    await expect.element(first().getByText('✓ Confirmed')).toBeVisible();
    expect(await violations()).toEqual([]);
    for (const details of document.querySelectorAll('article details')) (details as HTMLDetailsElement).open = true;
    await expect.element(first().getByRole('link', { name: 'A-spec.json' })).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.viewport(320, 740);
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
  }, 120_000);
});
