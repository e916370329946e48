/** The card that stands first in Train: three lights in plain sentences, the curve, the worst controls, what to mind. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { lightsOf, type WordsLight } from '../../../../src/probe/claims/lights.ts';
import type { ControlResult, Report } from '../../../../src/probe/report-types.ts';
import { beforeRelying, carryWords, chanceWords, rivalWords, TRAIN } from '../../../../src/features/train/words.ts';
import { readOffer } from '../../../../src/state/probes/read-offer.ts';
import { openAt, engines as asked } from '../support/whole-page.ts';
import { button, freshPages, open, train, violations } from '../support/train-page.ts';
import { sampleReport } from '../../../fixtures/samples/report-sample.ts';

freshPages();

const get = (id: string, name: string) => fetch(`/probes/${id}/${name}`);
const shippedProbe = (id: string, title: string) =>
  readOffer({
    key: `shipped:${id}`,
    title,
    origin: 'shipped',
    json: async () => (await get(id, 'probe.json')).text(),
    tensors: async () => (await get(id, 'directions.safetensors')).arrayBuffer(),
    reportJson: async () => (await get(id, 'report.json')).text(),
  });
const openShipped = async () => {
  await openAt('#/train', {}, { shipped: [shippedProbe('kind-cruel', 'Kind–cruel')] });
  await expect.element(page.getByRole('heading', { name: 'Can we trust Kind–cruel?' })).toBeVisible();
};
const light = (question: string) => page.getByRole('listitem', { name: question });

describe('before any model is there', () => {
  it('shows three lights of the shipped probe, each a plain sentence, its numbers one press away', async () => {
    await openShipped();
    await expect
      .element(light('Better than chance?'))
      .toHaveTextContent(/Yes\. It tells kind from cruel in 132 of 156 topics\.$/);
    await expect
      .element(light('Better than counting words?'))
      .toHaveTextContent(/Not shown\. Counting words may do as well \(0\.75 vs 0\.79\)\.$/);
    await expect
      .element(light('Does it carry over to other texts?'))
      .toHaveTextContent(
        /Promising, not yet sure\. It holds in 9 of 11 kinds of text, least in the set kind-cruel-more\.$/,
      );
    await button(TRAIN.show).click();
    await expect
      .element(light('Better than chance?'))
      .toHaveTextContent(
        /AUROC 0\.79 \[0\.73, 0\.83\], n = 156 topics; chance range: up to 0\.58 in 95 % of 1.000 shuffles, p = 0\.001/,
      );
    const worst = page.getByRole('region', { name: TRAIN.worst });
    expect(worst.getByRole('listitem').elements()).toHaveLength(5);
    await expect
      .element(worst.getByRole('listitem').first())
      .toHaveTextContent(
        /Also moves with formal-casual AUROC 0\.80 \[0\.72, 0\.87\], n = 48 topics; should lie near 0\.5/,
      );
    expect(asked).toHaveLength(0);
  });

  it('says in a few words what silencing the probe loses, with n and random directions, and in full one press away', async () => {
    await openShipped();
    await expect
      .element(
        page.getByText(
          /^Silencing its reading direction loses 0\.18 \[0\.11, 0\.26\], its steering direction 0\.71 \[0\.49, 0\.95\], random ones 0\.07 \(n = 30\)\.$/,
        ),
      )
      .toBeVisible();
    await page.getByText(TRAIN.numbers, { exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'What the model loses without it' })).toBeVisible();
    await expect
      .element(page.getByText(/^Taking out the direction that reads, at every layer \(KL 0\.0908 nats\), loses 0\.18/))
      .toBeVisible();
    await expect
      .element(page.getByText(/have a cosine of 0\.\d\d at layer \d+ .+ published for larger models/))
      .toBeVisible();
  });

  it('stands before the curve, and that before the worst controls', async () => {
    await openShipped();
    const places = [
      light('Better than chance?'),
      page.getByRole('application', {
        name: /^How well each layer reads\. Layer 16: 0\.79, chance reaches 0\.55, without the model 0\.75/,
      }),
      page.getByRole('heading', { name: TRAIN.worst }),
      page.getByRole('heading', { name: TRAIN.rely }),
      page.getByText(TRAIN.numbers, { exact: true }),
    ].map((one) => one.element());
    for (const [at, one] of places.slice(1).entries())
      expect(places[at]!.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING).not.toBe(0);
  });

  it('has few words and controls, and its main button and lights in the first two screens of a phone', async () => {
    await page.viewport(360, 740);
    await openShipped();
    const main = document.querySelector('main')!;
    expect(main.innerText.split(/\s+/u).filter((word) => /\p{L}/u.test(word)).length).toBeLessThanOrEqual(250);
    const controls = [...main.querySelectorAll('button, select, input, summary, a, textarea')].filter(
      (one) => one.checkVisibility() && one.getBoundingClientRect().width > 1,
    );
    expect(controls.length).toBeLessThanOrEqual(12);
    for (const one of [button(TRAIN.own), light('Does it carry over to other texts?'), button('Used for reading')])
      expect(one.element().getBoundingClientRect().bottom).toBeLessThan(2 * 740);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
    expect(await violations()).toEqual([]);
  });

  it('brings the form and its heading into view when it is opened', async () => {
    await openShipped();
    await expect.element(page.getByRole('radio', { name: 'kind – cruel' })).not.toBeInTheDocument();
    await button(TRAIN.own).click();
    await expect.element(page.getByText('kind – cruel', { exact: true })).toBeInViewport();
    expect(document.activeElement).toHaveTextContent(TRAIN.own);
    await button(TRAIN.close).click();
    await expect.element(page.getByRole('radio', { name: 'kind – cruel' })).not.toBeInTheDocument();
  });
});

it('stands at the top of what the reader trained, and comes into view', async () => {
  await open();
  await train();
  await expect.element(light('Better than chance?')).toBeInViewport();
  expect(document.activeElement).toHaveTextContent('Can we trust Kind–cruel?');
  await expect.element(page.getByText('Closing this tab loses it.')).toBeVisible();
});

describe('the words of a light', () => {
  const own = sampleReport.curves[0]!;
  const few: Report = {
    ...sampleReport,
    topics: 16,
    axis: { positive: 'brave', negative: 'timid', neutral: 'neutral' },
    curves: [
      {
        ...own,
        nullAuroc95: 0.78,
        p: 0.005,
        shuffles: 200,
        nested: { ...own.nested, pairs: 15 / 16, auroc: { value: 0.91, low: 0.68, high: 0.98, n: 16 } },
      },
    ],
    controls: [],
    transfer: [],
    drift: [{ beats: 0, mean: 0.4, sd: 0.5, n: 4 }],
  };

  it('say what a first try with 16 topics amounts to, and what to add', () => {
    const { chance, words, carry } = lightsOf(few);
    expect(chance.state).toBe('promising');
    expect(chanceWords(chance, few.axis).says).toBe(
      'It tells brave from timid in 15 of 16 topics, but so few topics could by chance give 0.78. Add 20 topics.',
    );
    expect(rivalWords(words).says).toBe('Counting words does less well (0.63 vs 0.91), but the intervals meet.');
    expect(carryWords(carry).says).toBe('No other texts were read.');
    expect(beforeRelying(few)).toEqual([
      'Use 36 topics or more; this probe has 16.',
      'Read the controls: what else moves it is not known.',
      'Read more neutral stories: its zero rests on 4.',
      'Compare texts of equal length: its zero drifts by 0.40.',
      'Read 1 note of the training, under “All numbers, tables and files”.',
      'Compare readings within one text, not between texts.',
    ]);
  });

  it('say of a weaker rival no more than its interval allows, and what chance leaves open', () => {
    const beside = (state: WordsLight['state'], high: number) => {
      const { words } = lightsOf(few);
      const auroc = { value: 0.6, low: 0.5, high, n: 16 };
      return rivalWords({ ...words, state, rival: { ...words.rival!, short: 'counting words', auroc } }).says;
    };
    expect(beside('promising', 0.7)).toBe('Counting words does less well (0.60 vs 0.91), but the intervals meet.');
    expect(beside('no', 0.7)).toBe('Counting words may do as well (0.60 vs 0.91).');
    for (const state of ['promising', 'no'] as const)
      expect(beside(state, 0.65)).toBe('Counting words does less well (0.60 vs 0.91), but chance is not ruled out.');
  });

  it('say what chance leaves open of a probe that holds in all other texts', () => {
    const held = { kind: 'set', name: 'another', auroc: { value: 0.9, low: 0.8, high: 1, n: 16 }, pairs: 0.9 } as const;
    const { carry } = lightsOf({ ...few, transfer: [held] });
    expect(carry.state).toBe('promising');
    expect(carryWords(carry).says).toBe('It holds in 1 of 1 kind of text, but chance is not ruled out.');
  });

  it('name one thing that moves it, or several', () => {
    const moved = (name: string): ControlResult => ({
      name,
      about: '',
      trained: false,
      effects: [
        { label: 'all', estimate: { value: 1, low: 0.9, high: 1.1, n: 40 }, unit: 'score', wanted: 'near zero' },
      ],
    });
    const said = (...names: string[]) => beforeRelying({ ...few, controls: names.map(moved) });
    expect(said('wealth')).toContain('Rule out wealth.');
    expect(said('wealth', 'rank')).toContain('Rule out wealth and rank.');
  });

  it('have fewer than 20 words a sentence', () => {
    for (const report of [sampleReport, few]) {
      const { chance, words, carry } = lightsOf(report);
      for (const says of [
        chanceWords(chance, report.axis).says,
        rivalWords(words).says,
        carryWords(carry).says,
        ...beforeRelying(report),
        TRAIN.lead,
      ])
        for (const sentence of says.split(/(?<=\.) /u)) expect(sentence.split(' ').length, sentence).toBeLessThan(20);
    }
  });
});
