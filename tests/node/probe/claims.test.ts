import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claims } from '../../../src/probe/claims/claims.ts';
import type { ControlResult, MethodCurve, Report, Transfer } from '../../../src/probe/report-types.ts';
import type { Estimate } from '../../../src/stats/estimate.ts';
import { wilsonInterval } from '../../../src/stats/wilson.ts';
import { estimate, sampleHead, sampleReport } from '../../fixtures/samples/report-sample.ts';

const own = sampleReport.curves[0]!;
const read = (changes: Partial<Report> = {}, head = sampleHead) => claims({ ...sampleReport, ...changes }, head);
const withOwn = (changes: Partial<MethodCurve>) => ({ curves: [{ ...own, ...changes }] });
const nested = (auroc: Estimate) => withOwn({ nested: { ...own.nested, auroc } });
const has = (sentences: readonly string[], ...parts: string[]): boolean =>
  sentences.some((sentence) => parts.every((part) => sentence.includes(part)));
const control = (name: string, wanted: 'above zero' | 'near zero', value: Estimate): ControlResult => ({
  name,
  about: 'A.',
  trained: false,
  effects: [{ label: 'plus - minus', estimate: value, unit: 'score', wanted }],
});

describe('what may be claimed of a probe', () => {
  it('begins with its number, interval, n and null, and with what speaks against it', () => {
    expect(read().headline).toBe(
      'Tells kind from cruel in topics that it was not fitted to: AUROC 0.80 [0.74, 0.86], n = 108 topics (shuffled labels: 0.58, 1000 shuffles). ' +
        'But it also moves with luck (good-luck against bad-luck), intent-outcome (outcome: good - bad), honest-deceptive; it is not shown to carry over to "kind-cruel-24". ' +
        'To be said beside it: The set kind-cruel-24 was seen before the others were written.',
    );
  });

  it('has an interval or the lack of one, and an n, beside every AUROC and every effect', () => {
    const { may, mayNot, headline } = read();
    for (const sentence of [...may, ...mayNot, headline]) {
      for (const [number] of sentence.matchAll(/(AUROC|cosine|difference) [+-]?\d\.\d\d[^;:.]*/g))
        expect(sentence.slice(sentence.indexOf(number)), sentence).toMatch(
          /^\w+ [+-]?\d\.\d\d (\[[+-]?\d\.\d\d, [+-]?\d\.\d\d\], n = \d+ \w+|\(no interval)/,
        );
      expect(sentence, sentence).not.toMatch(/NaN|undefined|null/);
    }
    expect(may.length).toBeGreaterThan(8);
    for (const sentence of mayNot) expect(sentence).toMatch(/^That /);
  });

  it.each([
    [
      'above chance but not above shuffled labels',
      estimate(0.6, 0.08, 108),
      'Not shown to tell kind from cruel (its interval lies above 0.5, but begins below what shuffled labels reach)',
      'begins below what shuffled labels reach',
    ],
    [
      'no better than chance',
      estimate(0.55, 0.1, 108),
      'Not shown to tell kind from cruel (its interval allows chance): AUROC',
      'its interval allows chance',
    ],
    [
      'below chance, but no further than shuffled labels reach',
      estimate(0.45, 0.04, 108),
      'Not shown to tell kind from cruel (its interval lies below 0.5, but no further',
      'no further than shuffled labels reach',
    ],
    [
      'the wrong way round',
      estimate(0.3, 0.1, 108),
      'Reads kind from cruel the wrong way round',
      'the wrong way round',
    ],
    [
      'without an interval',
      { value: 0.9, low: null, high: null, n: 5, note: 'too few topics for an interval' },
      'Too few topics to say whether',
      'too few topics',
    ],
  ])('is less where the nested AUROC is %s', (_, auroc, headline, reason) => {
    const found = read(nested(auroc));
    expect(found.headline).toContain(headline);
    expect(has(found.mayNot, 'That it tells kind from cruel turns in topics', reason)).toBe(true);
    expect(has(found.may, 'Readings at later')).toBe(false);
  });

  it('is less where shuffled labels do as well too often, whatever the interval', () => {
    expect(read(withOwn({ p: 0.2 })).headline).toContain(
      'Not shown to tell kind from cruel (its interval lies above 0.5, but shuffled labels do as well too often)',
    );
  });

  it('claims nothing of the same fits elsewhere where they are not shown to read', () => {
    const read1 = (changes: Partial<Report>) =>
      read({
        transfer: [{ kind: 'tap', name: 'It rained.', auroc: estimate(0.8, 0.05, 108), pairs: 0.9 }],
        ...changes,
      });
    for (const part of [
      'Within a topic, the kind turn',
      '"It rained."',
      'reads above a neutral one',
      'more than a count of words',
      'better than any odd one',
    ]) {
      expect(has(read1({}).may, part), part).toBe(true);
      expect(has(read1(withOwn({ p: 0.2 })).may, part), part).toBe(false);
    }
    expect(
      read1(withOwn({ p: 0.2 })).mayNot.filter((sentence) => sentence.includes('not shown to tell the poles apart'))
        .length,
    ).toBeGreaterThanOrEqual(5);
  });

  it('is smaller for few topics', () => {
    const few = read(nested(estimate(0.8, 0.0625, 24)));
    expect(few.headline).toContain('24 topics are few');
    expect(has(few.may, 'In this small sample readings')).toBe(true);
    expect(has(few.mayNot, 'That these numbers are settled: they rest on 24 topics')).toBe(true);
    expect(has(read().mayNot, 'settled')).toBe(false);
  });

  it('says whether words alone would do', () => {
    expect(has(read().may, 'more than a count of words', 'AUROC 0.63 [0.56, 0.69]')).toBe(true);
    const overlapping = read({ baselines: { ...sampleReport.baselines, bagOfWords: estimate(0.7, 0.06, 108) } });
    expect(has(overlapping.mayNot, 'That it takes a model', 'the two intervals are not apart')).toBe(true);
    expect(overlapping.headline).toContain('counting words may do as well (AUROC 0.70 [0.64, 0.76], n = 108 topics)');
    const none = read({ baselines: { ...sampleReport.baselines, bagOfWords: null } });
    expect(has(none.mayNot, 'counting words had nothing to learn from')).toBe(true);
  });

  it('says whether the embeddings of the words would do, fitted in the same way', () => {
    const { baselines } = sampleReport;
    expect(has(read().may, 'more than the embeddings of its words', 'AUROC 0.60 [0.55, 0.65]')).toBe(true);
    const near = read({ baselines: { ...baselines, embedding: estimate(0.72, 0.06, 108) } });
    expect(has(near.mayNot, 'That it takes a model', 'word embeddings', 'AUROC 0.72 [0.66, 0.78]', 'not apart')).toBe(
      true,
    );
    expect(near.headline).toContain('word embeddings may do as well (AUROC 0.72 [0.66, 0.78], n = 108 topics)');
    const before = read({ baselines: { ...baselines, embedding: null } });
    expect(has(before.mayNot, 'That it takes a model', 'was not measured')).toBe(true);
    expect(before.headline).toContain('what word embeddings give by the same fit was not measured');
  });

  it('reads length in whichever direction separates better, and counts it against the probe', () => {
    const terse = read({
      axis: { positive: 'terse', negative: 'wordy', neutral: 'neutral' },
      baselines: { ...sampleReport.baselines, length: { value: 0.06, low: 0.03, high: 0.11, n: 48 } },
    });
    expect(
      has(
        terse.mayNot,
        'That it takes a model to read this: the number of words alone (fewer for terse) gives AUROC 0.94 [0.89, 0.97], n = 48 topics',
        'not apart',
      ),
    ).toBe(true);
    expect(terse.headline).toContain('the number of words may do as well (AUROC 0.94 [0.89, 0.97], n = 48 topics)');
    const longer = read({ baselines: { ...sampleReport.baselines, length: estimate(0.75, 0.05, 108) } });
    expect(has(longer.mayNot, 'the number of words alone (fewer for cruel) gives AUROC 0.75')).toBe(true);
  });

  it('says whether length alone tells the poles apart, and names no length where it does not', () => {
    expect(has([...read().may, ...read().mayNot], 'length')).toBe(false);
    expect(
      has(
        read({ baselines: { ...sampleReport.baselines, length: estimate(0.65, 0.05, 108) } }).mayNot,
        'That length plays no part',
        'which is not chance; the probe has AUROC 0.80',
      ),
    ).toBe(true);
    expect(
      has(
        read({ baselines: { ...sampleReport.baselines, length: estimate(0.35, 0.05, 108) } }).mayNot,
        'That length plays no part',
        'AUROC 0.65 [0.60, 0.70]',
      ),
    ).toBe(true);
  });

  it('sets the direction against odd ones at the same layer', () => {
    expect(has(read().may, 'better than any odd one')).toBe(true);
    expect(
      has(
        read({ baselines: { ...sampleReport.baselines, randomHigh: [0.5, 0.7, 0.7] } }).mayNot,
        'better than any odd one',
        '0.40 and 0.70',
      ),
    ).toBe(true);
  });

  it('never takes a score for a probability, a trace for a cause, or a text for a character', () => {
    for (const part of [
      'That a score is a probability',
      'That the model uses this direction',
      'That the model, or a text, is kind or cruel',
      'That levels of different texts',
    ])
      expect(has(read().mayNot, part), part).toBe(true);
  });

  it('says whether the poles are opposites, the same, or not to be measured', () => {
    const { poles } = sampleReport;
    expect(
      has(read().mayNot, 'That kind and cruel are opposites: both leave neutral the same way', '+0.88 [+0.63, +1.13]'),
    ).toBe(true);
    expect(
      has(
        read({ poles: { ...poles, cosine: estimate(-0.5, 0.25, 108) } }).may,
        'in opposing directions',
        '-0.50 [-0.75, -0.25]',
      ),
    ).toBe(true);
    expect(
      has(
        read({ poles: { ...poles, cosine: estimate(0.1, 0.25, 108) } }).mayNot,
        'or that they are not: the numbers allow both',
      ),
    ).toBe(true);
    expect(
      has(read({ poles: { ...poles, cosine: null, salience: null } }).mayNot, 'at least one of them lies at noise'),
    ).toBe(true);
    expect(
      has(
        read({ poles: { ...poles, positiveAgainstNeutral: estimate(0.52, 0.06, 108) } }).mayNot,
        'That a kind turn reads above a neutral one',
      ),
    ).toBe(true);
  });

  it('takes what does not carry over out of the claims, and other axes as leaks', () => {
    const { may, mayNot } = read();
    expect(has(may, 'style left out of the fit, "dialogue"', 'AUROC 0.75 [0.63, 0.88], n = 24 topics')).toBe(true);
    expect(has(mayNot, '"kind-cruel-24"', 'no interval: too few topics')).toBe(true);
    expect(has(mayNot, 'it also moves with honest-deceptive')).toBe(true);
    expect(
      has(
        read({ transfer: [{ kind: 'axis', name: 'terse-wordy', auroc: estimate(0.5, 0.06, 96), pairs: 0.5 }] }).may,
        'It hardly moves with terse-wordy',
      ),
    ).toBe(true);
    expect(
      has(
        read({ transfer: [{ kind: 'axis', name: 'terse-wordy', auroc: estimate(0.5, 0.2, 12), pairs: 0.5 }] }).mayNot,
        'leaves terse-wordy alone',
        'too wide to say',
      ),
    ).toBe(true);
    expect(
      has(
        read({ transfer: [{ kind: 'style', name: 'letter', auroc: estimate(0.4, 0.05, 24), pairs: 0.5 }] }).mayNot,
        '"letter"',
        'the wrong way round.',
      ),
    ).toBe(true);
  });

  it('says of a style or set left out whether layer and penalty were chosen without it', () => {
    const styled = (chosen: Transfer['chosen']) =>
      read({
        transfer: [
          {
            kind: 'style',
            name: 'letter',
            auroc: estimate(0.7, 0.05, 24),
            pairs: 0.8,
            ...(chosen === undefined ? {} : { chosen }),
          },
        ],
      }).may;
    expect(has(styled({ layer: 2, penalty: 0.3 }), '"letter"', 'layer 2 and penalty 0.3 chosen without it')).toBe(true);
    expect(has(styled(undefined), '"letter"', 'which were chosen with it in view')).toBe(true);
    expect(
      has(
        read({ transfer: [{ kind: 'tap', name: 'It rained.', auroc: estimate(0.7, 0.05, 24), pairs: 0.8 }] }).may,
        'in view',
      ),
    ).toBe(false);
  });

  it.each([
    ['form', "in the same turns in the model's chat form"],
    ['part', 'in these topics alone'],
  ] as const)('says whether it carries over to "%s", by the fits of the first claim', (kind, words) => {
    const of = (auroc: Estimate, changes: Partial<Report> = {}) =>
      read({ transfer: [{ kind, name: 'told', auroc, pairs: 0.8 }], ...changes });
    expect(has(of(estimate(0.7, 0.1, 24)).may, words, '"told"', 'AUROC 0.70 [0.60, 0.80], n = 24 topics')).toBe(true);
    const lost = of(estimate(0.55, 0.1, 24));
    expect(has(lost.mayNot, words, 'which allows chance')).toBe(true);
    expect(lost.headline).toContain('not shown to carry over to "told"');
    expect(
      has(of(estimate(0.7, 0.1, 24), withOwn({ p: 0.2 })).mayNot, words, 'not shown to tell the poles apart'),
    ).toBe(true);
  });

  it('keeps conduct and fortune apart', () => {
    const { may, mayNot } = read();
    expect(
      has(mayNot, 'what befalls people', 'AUROC 0.73 [0.67, 0.79], n = 64 items', 'pulled to zero in training'),
    ).toBe(true);
    expect(has(may, 'what was meant', '+0.50 [+0.25, +0.75], n = 24 items')).toBe(true);
    expect(has(mayNot, 'That "intent: kind - cruel" weighs more than "outcome: good - bad"')).toBe(true);
    const clean = read({ controls: [control('luck', 'near zero', estimate(0.1, 0.2, 64))], transfer: [] });
    expect(has(clean.may, 'It hardly moves with luck that nobody caused')).toBe(true);
    expect(has(clean.mayNot, '"intent-outcome" was not read')).toBe(true);
    expect(clean.headline).not.toContain('But');
    expect(has(read({ controls: [] }).mayNot, 'no controls were read')).toBe(true);
  });

  it.each(['negation', 'personas', 'flips', 'mine'])(
    'makes of the control "%s" a claim, an open question or a refusal by its interval alone',
    (name) => {
      const of = (value: Estimate) => read({ controls: [control(name, 'above zero', value)] });
      const label = 'plus - minus ';
      expect(has(of(estimate(0.5, 0.25, 24)).may, `${label}+0.50`)).toBe(true);
      expect(has(of(estimate(0.1, 0.25, 24)).mayNot, `${label}+0.10 [-0.15, +0.35]`, 'allow both')).toBe(true);
      const against = of(estimate(-0.5, 0.25, 24));
      expect(has(against.mayNot, `${label}-0.50 [-0.75, -0.25]`)).toBe(true);
      expect(against.headline).toContain(`it does not do as it should on ${name}`);
    },
  );

  it('counts the items that are the right way round', () => {
    const share = (value: number, low: number, high: number): ControlResult => ({
      name: 'negation',
      about: 'A.',
      trained: false,
      effects: [
        {
          label: 'helped above did not help',
          estimate: { value, low, high, n: 24 },
          unit: 'share',
          wanted: 'above 0.5',
        },
      ],
    });
    expect(
      has(
        read({ controls: [share(23 / 24, 0.8, 0.99)] }).may,
        'It follows negation: helped above did not help in 23 of 24 items (share 0.96 [0.80, 0.99], n = 24 items), wanted above 0.5.',
      ),
    ).toBe(true);
    expect(
      has(read({ controls: [share(0.5, 0.31, 0.69)] }).mayNot, 'in 12 of 24 items', 'the numbers allow both'),
    ).toBe(true);
  });

  it('calls it a leak when an axis of another kind moves with help, harm or luck', () => {
    const axis = { positive: 'formal', negative: 'casual', neutral: 'plain' };
    const moved = read({ axis, controls: [control('negation', 'above zero', estimate(0.5, 0.25, 24))] });
    expect(has(moved.mayNot, 'it also moves with "negation"', '+0.50')).toBe(true);
    expect(has(moved.may, 'negation')).toBe(false);
    expect(has(moved.mayNot, 'befalls')).toBe(false);
    expect(
      has(
        read({ axis, controls: [control('negation', 'above zero', estimate(0.05, 0.2, 24))] }).may,
        'It hardly moves with "negation"',
      ),
    ).toBe(true);
  });

  it('says how far zero can be trusted', () => {
    expect(has(read().may, 'stay near zero', '-0.19 [-0.35, -0.02], n = 36 stories (after 8)')).toBe(true);
    const drifting = read({
      drift: [
        { beats: 0, mean: 0.1, sd: 0.5, n: 36 },
        { beats: 5, mean: 0.75, sd: 0.5, n: 36 },
      ],
    });
    expect(has(drifting.mayNot, 'texts of different length', '+0.75 [+0.59, +0.91]')).toBe(true);
    expect(drifting.headline).toContain('its zero drifts by up to 0.75');
    expect(has(read({ drift: [] }).mayNot, 'no neutral stories were read')).toBe(true);
    const few = read({ drift: [{ beats: 0, mean: 0.05, sd: 0, n: 2 }] });
    expect(has(few.mayNot, 'texts of different length', '2 neutral stories are too few')).toBe(true);
    expect(has(few.may, 'near zero as they grow')).toBe(false);
  });

  it('says how rare a reading is only where enough neutral readings lie beyond the lines', () => {
    expect(has(read().may, '1 % of neutral readings lie below -2.00 and 1 % above +1.50', 'n = 1296')).toBe(true);
    const { alarm } = sampleHead;
    expect(
      has(read({}, { ...sampleHead, alarm: { ...alarm, taps: 300 } }).mayNot, 'as rare as they say', 'about 3 beyond'),
    ).toBe(true);
    const unmeasured = { ...alarm, rate: 0, tokens: 0, taps: 0, tapLow: [], tapHigh: [] };
    expect(has(read({}, { ...sampleHead, alarm: unmeasured }).mayNot, 'no lines were measured')).toBe(true);
  });
});

describe("Wilson's interval", () => {
  const cases = JSON.parse(
    readFileSync(new URL('../../fixtures/reference/wilson.fixture.json', import.meta.url), 'utf8'),
  ) as {
    right: number;
    n: number;
    low: number;
    high: number;
  }[];
  it.each(cases)('of $right in $n is that of scipy', ({ right, n, low, high }) => {
    const found = wilsonInterval(right / n, n);
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });
});
