/** Numbers and gates in the sentences of a report. */
import { readFileSync } from 'node:fs';
import { earlierWords } from '../../../src/experiments/design-words.ts';
import { describe, expect, it } from 'vitest';
import type { Gate } from '../../../src/experiments/experiment-types.ts';
import { experimentCard } from '../../../src/experiments/report/experiment-card.ts';
import { parseReport } from '../../../src/experiments/report/experiment-report.ts';
import { briefly, gateAsks, gateWords, trueMinus } from '../../../src/experiments/verdict-words.ts';

const gate = (measured: number, at: number, more: Partial<Gate> = {}): Gate => ({
  id: 'g',
  says: 'The byline can be read.',
  unit: 'AUROC',
  measured: { value: measured, low: null, high: null, n: 24 },
  side: 'above',
  at,
  needs: 'value',
  passed: measured >= at,
  ...more,
});

describe('an estimate in a sentence', () => {
  it.each([
    [{ value: 3.136, low: 2.489, high: 3.759 }, {}, '3.14 [2.49, 3.76]'],
    [{ value: 3.136, low: -0.001, high: 3.759 }, { signed: true }, '+3.14 [0.00, 3.76]'],
    [{ value: -0.44, low: -1.89, high: -0.02 }, { signed: true }, '−0.44 [−1.89, −0.02]'],
    [{ value: -0.001, low: null, high: null }, { signed: true }, '0.00'],
    [{ value: 0.64669, low: null, high: null }, { decimals: 3 }, '0.647'],
  ])('%o is %s', (estimate, how, wanted) => {
    expect(briefly(estimate, how)).toBe(wanted);
  });
});

it('a true minus stands before numbers, and not in names, ranges and words', () => {
  expect(trueMinus('-0.46 [-0.53, -0.40], (-1 and p < -2), s1.early-fixed, layer-14, 2020-11, well-known')).toBe(
    '−0.46 [−0.53, −0.40], (−1 and p < −2), s1.early-fixed, layer-14, 2020-11, well-known',
  );
});

describe('a gate', () => {
  it('asks for a value at least or at most, and for a whole interval on a side', () => {
    expect(gateAsks(gate(1, 12))).toBe('at least 12');
    expect(gateAsks(gate(1, 0.7, { side: 'below' }))).toBe('at most 0.7');
    expect(gateAsks(gate(1, 0, { needs: 'interval' }))).toBe('the whole interval above 0');
  });

  it('that fails by its interval does not contradict itself', () => {
    expect(
      gateWords(
        gate(3.47, 0, {
          needs: 'interval',
          unit: 'bits an act',
          measured: { value: 3.47, low: -0.2, high: 7.1, n: 48 },
        }),
      ),
    ).toBe(
      'The byline can be read; asked for the whole interval above 0, found 3.47 [−0.20, 7.10] (bits an act, n = 48)',
    );
    expect(
      gateWords(
        gate(3.47, 0, {
          needs: 'interval',
          measured: { value: 3.47, low: null, high: null, n: 2, note: 'too few items for an interval' },
        }),
      ),
    ).toContain('found 3.47 without an interval');
  });

  it('is told with as many decimals as tell it from its threshold', () => {
    expect(gateWords(gate(0.646694, 0.65))).toBe(
      'The byline can be read; asked for at least 0.65, found 0.647 (AUROC, n = 24)',
    );
    expect(gateWords(gate(0.54, 0.7))).toContain('found 0.54 (AUROC');
  });
});

describe('what stands beside a report of an earlier design', () => {
  it('is said of the shipped experiment alone, not of one that a reader wrote with that design', () => {
    expect(earlierWords({ id: 'B', design: 'flip-back' })).toMatch(/^An earlier design of this experiment: stories/);
    expect(earlierWords({ id: 'B', design: 'midpoint' })).toBeNull();
    expect(earlierWords({ id: 'my-own', design: 'flip-back' })).toBeNull();
  });

  it('stands on the card of the shipped one alone', () => {
    const file = '../../../experiments/D/earlier/results/smollm2-135m-instruct-q4/report.json';
    const report = parseReport(readFileSync(new URL(file, import.meta.url), 'utf8'));
    const own = { ...report, experiment: { ...report.experiment, id: 'my-own' } };
    expect(experimentCard(report)).toContain('> An earlier design of this experiment');
    expect(experimentCard(own)).not.toContain('An earlier design');
  });
});
