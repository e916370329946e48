/** Three questions of a probe at the boundaries of their rule, and of the probes that ship. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseReport } from '../../../src/formats/probe/report.ts';
import { lightsOf } from '../../../src/probe/claims/lights.ts';
import { worstControls } from '../../../src/probe/claims/worst-controls.ts';
import type { MethodCurve, Report, Transfer } from '../../../src/probe/report-types.ts';
import type { Estimate } from '../../../src/stats/estimate.ts';
import { sampleReport } from '../../fixtures/samples/report-sample.ts';

const own = sampleReport.curves[0]!;
const of = (value: number, low: number | null, high: number | null, n = 40): Estimate => ({ value, low, high, n });
const curve = (auroc: Estimate, changes: Partial<MethodCurve> = {}): Pick<Report, 'curves'> => ({
  curves: [{ ...own, nullAuroc95: 0.6, p: 0.001, ...changes, nested: { ...own.nested, auroc } }],
});
const SURE = curve(of(0.9, 0.85, 0.95));
const lights = (changes: Partial<Report>) => lightsOf({ ...sampleReport, ...changes });
const shipped = (id: string): Report => parseReport(readFileSync(`probes/${id}/report.json`, 'utf8'));

describe('better than chance', () => {
  const E = 1e-9;
  it.each([
    ['its interval begins above what shuffled labels reach', curve(of(0.7, 0.6 + E, 0.8)), 'yes'],
    ['it begins just there', curve(of(0.7, 0.6, 0.8)), 'promising'],
    ['shuffled labels do as well once in twenty', curve(of(0.7, 0.65, 0.8), { p: 0.05 }), 'yes'],
    ['they do so more often', curve(of(0.7, 0.65, 0.8), { p: 0.05 + E }), 'promising'],
    [
      'its interval begins above 0.5 and the estimate above the shuffles',
      curve(of(0.6 + E, 0.5 + E, 0.7)),
      'promising',
    ],
    ['the estimate is no higher than the shuffles', curve(of(0.6, 0.5 + E, 0.7)), 'no'],
    ['its interval holds 0.5', curve(of(0.7, 0.5, 0.9)), 'no'],
    ['it reads the wrong way round', curve(of(0.2, 0.1, 0.3)), 'no'],
    ['there is no interval', curve(of(0.9, null, null, 5)), 'unmeasured'],
  ] as const)('where %s', (_, changes, state) => {
    expect(lights(changes).chance.state).toBe(state);
  });

  it('calls a wide interval of few topics promising, with what chance could give', () => {
    // 16 topics: 0.91 [0.68, 0.98], shuffled labels up to 0.78.
    const { chance } = lights(curve(of(0.91, 0.68, 0.98, 16), { nullAuroc95: 0.78, p: 0.005 }));
    expect(chance).toMatchObject({ state: 'promising', strength: 'weak', chance: 0.78 });
  });
});

describe('better than counting words', () => {
  const beside = (bagOfWords: Estimate | null, changes: Pick<Report, 'curves'> = SURE) =>
    lights({
      ...changes,
      baselines: { ...sampleReport.baselines, bagOfWords, embedding: null, length: of(0.5, 0.45, 0.55) },
    }).words;

  it('takes intervals that are apart, and no less', () => {
    expect(beside(of(0.8, 0.75, 0.849)).state).toBe('yes');
    expect(beside(of(0.8, 0.75, 0.85)).state).toBe('promising');
    expect(beside(of(0.849, 0.75, 0.9)).state).toBe('promising');
    expect(beside(of(0.85, 0.75, 0.9)).state).toBe('no');
    expect(beside(of(0.8, null, null)).state).toBe('unmeasured');
  });

  it('names the strongest of what needs no model, turned round where it separates the other way', () => {
    const { rival, state } = lights({
      ...SURE,
      baselines: {
        ...sampleReport.baselines,
        bagOfWords: of(0.6, 0.5, 0.7),
        embedding: of(0.7, 0.6, 0.75),
        length: of(0.06, 0.03, 0.11),
      },
    }).words;
    expect(rival?.short).toBe('the number of words');
    expect(rival?.auroc.value).toBeCloseTo(0.94, 9);
    expect(state).toBe('no');
  });

  it('is no more than the first answer', () => {
    const low = of(0.3, 0.2, 0.4);
    expect(beside(low, curve(of(0.7, 0.55, 0.85))).state).toBe('promising');
    expect(beside(low, curve(of(0.7, 0.5, 0.9))).state).toBe('no');
    expect(beside(low, curve(of(0.7, null, null))).state).toBe('unmeasured');
  });
});

describe('carrying over', () => {
  const text = (
    value: number,
    low: number | null,
    high: number | null,
    kind: Transfer['kind'] = 'style',
  ): Transfer => ({
    kind,
    name: `${kind} ${value}`,
    auroc: of(value, low, high),
    pairs: 0.8,
  });
  const [good, open, turned] = [text(0.8, 0.501, 0.9), text(0.6, 0.5, 0.7), text(0.4, 0.3, 0.499)];
  const carry = (transfer: readonly Transfer[], changes: Pick<Report, 'curves'> = SURE) =>
    lights({ ...changes, transfer }).carry;

  it.each([
    ['all lie above 0.5', [good, good], 'yes'],
    ['most do and none lies below', [good, good, open], 'promising'],
    ['half do', [good, open], 'no'],
    ['one lies below', [good, good, good, turned], 'no'],
    ['nothing else was read', [], 'unmeasured'],
    ['nothing has an interval', [text(0.9, null, null)], 'unmeasured'],
    ['one has no interval', [good, good, text(0.9, null, null)], 'promising'],
    [
      'only another axis and the same topics were read',
      [text(0.8, 0.7, 0.9, 'axis'), text(0.8, 0.7, 0.9, 'part')],
      'unmeasured',
    ],
  ] as const)('where %s', (_, transfer, state) => {
    expect(carry(transfer).state).toBe(state);
  });

  it('counts, names the worst, and is no more than the first answer', () => {
    expect(carry([good, open, good])).toMatchObject({ read: 3, held: 2, worst: { name: 'style 0.6' } });
    expect(carry([good], curve(of(0.7, 0.55, 0.85))).state).toBe('promising');
  });
});

it('answers for the probes that ship as their reports say', () => {
  const states = (id: string) => {
    const { chance, words, carry } = lightsOf(shipped(id));
    return [chance.state, words.state, carry.state];
  };
  expect(states('kind-cruel')).toEqual(['yes', 'no', 'promising']);
  expect(states('cheerful-gloomy')).toEqual(['yes', 'promising', 'yes']);
  expect(states('honest-deceptive')).toEqual(['no', 'no', 'no']);
});

describe('the worst controls', () => {
  it('are one a control, what fails first, and the furthest of those', () => {
    const rows = worstControls(shipped('kind-cruel'), 5);
    expect(rows.map(({ name, found }) => [name, found])).toEqual([
      ['formal-casual', 'not as wanted'],
      ['luck', 'not as wanted'],
      ['intent-outcome', 'not as wanted'],
      ['negation', 'open'],
      ['loyal-treacherous', 'open'],
    ]);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(5);
  });

  it('want nothing of conduct from an axis that is none', () => {
    // Helped above did not help in 24 of 24: right for kind and cruel, a leak for terse and wordy.
    const [first] = worstControls(shipped('terse-wordy'), 5);
    expect(first).toMatchObject({ name: 'negation', near: true, found: 'not as wanted' });
  });

  it('are none where none was read', () => {
    expect(worstControls({ ...sampleReport, controls: [], transfer: [] }, 5)).toEqual([]);
  });
});
