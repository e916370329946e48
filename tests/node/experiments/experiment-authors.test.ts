/** Experiment A through parse, units, prepare, run and analyse, on worlds in which the answer is known. */
import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import { significantAll } from '../../../src/base/round.ts';
import type { Estimate } from '../../../src/stats/estimate.ts';
import { authors } from '../../../src/experiments/authors/index.ts';
import { clarity, dominance, effectsOf } from '../../../src/experiments/authors/effects.ts';
import { flippedMaximum } from '../../../src/experiments/authors/null-curve.ts';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';
import { measured, parsed, SOURCE } from '../../fixtures/experiments/authors-run.ts';
import { authorsSubject, type World } from '../../fixtures/experiments/authors-subject.ts';

const spec = parsed(SOURCE);

/** Authors are known by name and outlast a character who is gone as soon as he is silent. */
const BOUND: World = {
  bound: 1.2,
  context: 0,
  kept: 0.85,
  character: 4,
  leak: 0.12,
  choice: { author: 0.8, character: 0.1 },
};
/** Authors are known by name, but who spoke last takes over. */
const LAST_SPEAKER: World = {
  bound: 2.4,
  context: 0,
  kept: 0.3,
  character: 3,
  leak: 0.9,
  choice: { author: 0.1, character: 0.8 },
};
/** The context has a valence, and nobody has told it. */
const UNBOUND: World = { ...BOUND, bound: 0, context: 1.2 };
/** Nothing is read at all. */
const NOTHING: World = { bound: 0, context: 0, kept: 0, character: 0, leak: 0, choice: { author: 0, character: 0 } };

interface Run {
  readonly prepared: JsonObject;
  readonly units: UnitResult[];
  readonly findings: Findings;
}
const runOf = async (world: World, size: RunSize, of = spec): Promise<Run> => {
  const run = await measured(of, size, authorsSubject(of, world));
  return { ...run, findings: authors.analyse(of, size, run.prepared, run.units) };
};
/** The same stimuli and rule with fewer draws, for worlds in which no p is looked at closely. */
const lighter = { ...spec, draws: 400, permutations: 1000 };
const estimateOf = (findings: Findings, id: string): Estimate => {
  const found = [...findings.contrasts, ...findings.measures].find((item) => item.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found.estimate;
};
const passing = ({ gates }: Findings): string[] => gates.filter(({ passed }) => passed).map(({ id }) => id);
const contains = ({ low, high }: Estimate, value: number): boolean =>
  low !== null && high !== null && low <= value && value <= high;

describe('a world in which authors are bound and outlast characters', () => {
  let run: Run;
  beforeAll(async () => {
    run = await runOf(BOUND, 'full');
  }, 120_000);

  it('is confirmed, all gates passed and all conditions told', () => {
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(passing(run.findings)).toEqual(['author-instrument', 'character-instrument', 'byline', 'bound']);
    expect(run.findings.because.match(/Holds: /g)).toHaveLength(4);
    expect(run.findings.because).not.toContain('Does not hold');
  });

  it('gives back what was planted: shares that are kept and leaked, and the sizes of choices', () => {
    expect(contains(estimateOf(run.findings, 'persistence'), BOUND.kept)).toBe(true);
    expect(contains(estimateOf(run.findings, 'leakage'), BOUND.leak)).toBe(true);
    // A direction of its own, fitted on larger effects, comes nearer to the planted one and reads no less.
    for (const [own, shared, planted] of [
      ['persistence', 'persistence-shared', BOUND.kept],
      ['leakage', 'leakage-shared', BOUND.leak],
    ] as const) {
      expect(estimateOf(run.findings, own).value).toBeLessThan(estimateOf(run.findings, shared).value * 1.05);
      expect(Math.abs(estimateOf(run.findings, own).value / planted - 1)).toBeLessThan(0.25);
    }
    // 1.2 · 0.85 of the author against 4 · 0.12 of the character, along axes whose lengths differ by chance.
    expect(estimateOf(run.findings, 'dominance').low).toBeGreaterThan(0.3);
    expect(contains(estimateOf(run.findings, 'choice-author'), BOUND.choice.author)).toBe(true);
    expect(contains(estimateOf(run.findings, 'choice-character'), BOUND.choice.character)).toBe(true);
  });

  it('shows nothing of an author under an unseen byline, no byline, scrambled words, or without excerpts', () => {
    for (const id of ['mismatched-after', 'unsigned-after', 'scrambled-after', 'interaction-after']) {
      const contrast = run.findings.contrasts.find((item) => item.id === id);
      expect([id, (contrast?.pHolm ?? 0) > 0.05, Math.abs(contrast?.estimate.value ?? NaN) < 0.15]).toEqual([
        id,
        true,
        true,
      ]);
    }
    expect(contains(estimateOf(run.findings, 'author-after-0'), 0)).toBe(true);
    // Anyone who came last makes no difference either.
    expect(contains(estimateOf(run.findings, 'recency-before'), 0)).toBe(true);
  });

  it('gives each planned contrast a p, corrected over all of them, an interval and what could have been found', () => {
    expect(run.findings.contrasts).toHaveLength(14);
    for (const { id, estimate, p, pHolm, detectable } of run.findings.contrasts) {
      expect([id, estimate.n]).toEqual([id, 24]);
      expect(p).toBeGreaterThan(0);
      expect(pHolm).toBeGreaterThanOrEqual(p ?? NaN);
      expect(detectable).toBeGreaterThan(0);
    }
    const author = run.findings.contrasts.find(({ id }) => id === 'author-after');
    expect(author?.p).toBeCloseTo(1 / 10_001, 12);
    expect(author?.pHolm).toBeCloseTo(14 / 10_001, 12);
    expect(author?.reading).toBe('above');
  });

  it('draws every layer with its interval, and nothing at the embedding, where the words are the same', () => {
    const [byLayer, bySpan] = run.findings.figure.panels;
    const [author] = byLayer?.series ?? [];
    expect(byLayer?.series.map(({ points }) => points.length)).toEqual([4, 4, 4]);
    expect(author?.points[0]).toMatchObject({ x: 0, y: 0, low: 0, high: 0 });
    const band = byLayer?.bands?.[0];
    expect(author?.points.slice(1).every(({ low = 0 }) => low > (band?.to ?? NaN))).toBe(true);
    expect(bySpan?.series.map(({ points }) => points.map(({ x }) => x))).toEqual(
      Array.from({ length: 5 }, () => bySpan?.x.categories),
    );
    // Nobody has spoken before the quote.
    expect(bySpan?.series.find(({ name }) => name === 'character')?.points[0]).toMatchObject({ y: 0, low: 0, high: 0 });
  });

  it('is the same to the last bit from its own JSON and from units that arrive in another order', () => {
    const { prepared, units } = run;
    const findings = authors.analyse(lighter, 'full', prepared, units);
    expect(
      authors.analyse(
        lighter,
        'full',
        JSON.parse(JSON.stringify(prepared)) as JsonObject,
        JSON.parse(JSON.stringify(units)) as UnitResult[],
      ),
    ).toEqual(findings);
    expect(JSON.stringify(authors.analyse(lighter, 'full', prepared, units.toReversed()))).toBe(
      JSON.stringify(findings),
    );
    expect(JSON.parse(JSON.stringify(findings))).toEqual(findings);
  });

  it('makes a report that is written and read again', () => {
    const { units, findings } = run;
    const { id, title, claim, rule } = spec;
    const report = {
      experiment: { id, design: 'authors', title, claim, rule, specSha256: 'ab'.repeat(32), size: 'full' },
      model: authorsSubject(spec, BOUND).model,
      backend: 'node',
      units: units.length,
      unitsSha256: 'cd'.repeat(32),
      ...findings,
    } as const;
    expect(parseReport(serialiseReport(report))).toEqual(significantAll(report));
  });

  it('says which units are missing, and where a unit does not fit', () => {
    const { prepared, units } = run;
    const thrown = (list: readonly UnitResult[]): string => {
      try {
        authors.analyse(spec, 'full', prepared, list);
      } catch (error) {
        if (error instanceof AppError) return `${error.code} ${error.message}`;
      }
      return 'nothing';
    };
    expect(thrown(units.slice(1))).toBe(
      'units-missing 1 of 72 units have not run yet, s01-t1 first. Run them, then analyse.',
    );
    const broken = units.map((unit) =>
      unit.id === 's02-t1'
        ? { ...unit, data: { ...unit.data, odds: { ...(unit.data['odds'] as JsonObject), 'kind-hero-3': 'high' } } }
        : unit,
    );
    expect(thrown(broken)).toBe(
      'unit-invalid units.s02-t1.odds.kind-hero-3 must be a finite number, got string "high". Run this unit again.',
    );
  });
});

describe('other worlds', () => {
  it('in which the state follows the last speaker: denied', async () => {
    const { findings } = await runOf(LAST_SPEAKER, 'full', lighter);
    expect(passing(findings)).toHaveLength(4);
    expect(findings.verdict).toBe('DENY');
    expect(findings.because).toContain('Denies: more is left of the character than of the author');
    expect(findings.because).toContain('Denies: the character dominates');
    expect(contains(estimateOf(findings, 'persistence'), LAST_SPEAKER.kept)).toBe(true);
  });

  it('in which the context has a valence but no author: inconclusive, for want of binding', async () => {
    const { findings } = await runOf(UNBOUND, 'full', lighter);
    // The effect is there, as large without a byline as with one.
    expect(estimateOf(findings, 'author-after').low).toBeGreaterThan(0.5);
    expect(estimateOf(findings, 'unsigned-after').low).toBeGreaterThan(0.5);
    expect(passing(findings)).toEqual(['author-instrument', 'character-instrument']);
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.because).toMatch(
      /^\d of 4 gates fails?, so nothing is concluded: .*the last byline read.*\. .*The last byline read; asked for at least 0\.7, found 0\.\d+ \[/,
    );
    expect(findings.wouldChange).toHaveLength(2);
  });

  it('in which nothing is read: inconclusive, no gate passed', async () => {
    const { findings } = await runOf(NOTHING, 'quick', lighter);
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(passing(findings)).toEqual([]);
    expect(findings.contrasts.filter(({ pHolm }) => (pHolm ?? 0) < 0.05)).toEqual([]);
  });

  it('in which the state keeps the author and the choice follows the character: partial', async () => {
    const { findings } = await runOf({ ...BOUND, choice: { author: 0.1, character: 0.8 } }, 'quick', lighter);
    expect(findings.verdict).toBe('PARTIAL');
    expect(findings.because).toContain('Does not hold: the choice follows the author more than the character');
  });

  it('looked at quickly: the same verdict from 8 scenarios, called a look', async () => {
    const { findings } = await runOf(BOUND, 'quick', lighter);
    expect(findings.verdict).toBe('CONFIRM');
    expect(findings.contrasts.map(({ estimate }) => estimate.n)).toEqual(Array.from({ length: 13 }, () => 8));
    expect(findings.limits[0]).toContain('a look');
  });

  it('looked at quickly without binding: inconclusive as well', async () => {
    const { findings } = await runOf(UNBOUND, 'quick', lighter);
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(passing(findings)).not.toContain('byline');
  });
});

describe('running', () => {
  it('keeps the units of a model of 30 layers below 2.5 MB, and every number short', async () => {
    const subject = authorsSubject(spec, BOUND, { layers: 31, hidden: 8 });
    const prepared = await authors.prepare(spec, 'full', subject, {});
    const [first] = authors.units(spec, 'full');
    if (first === undefined) throw new Error('no units');
    const text = JSON.stringify(await authors.run(spec, first, prepared, subject, {}));
    expect(72 * text.length).toBeLessThan(2_500_000);
    expect(
      (text.match(/[\d.]+(e-\d+)?/g) ?? []).filter((digits) => digits.replace(/^0\.0*|\.|e-\d+$/g, '').length > 4),
    ).toEqual([]);
    // Full curves for the design proper, three layers for what stands beside it.
    const { cells } = JSON.parse(text) as { cells: Record<string, Record<string, Record<string, number[]>>> };
    expect(cells['cruel-hero-1']?.['author']?.['quote']).toHaveLength(31);
    expect(cells['unsigned-kind-hero']?.['author']?.['after']).toHaveLength(3);
    expect(cells['cruel-first-kind']?.['byline']?.['before']).toHaveLength(3);
  });

  it('stops when it is told to, and refuses a unit of another experiment', async () => {
    const subject = authorsSubject(spec, BOUND);
    const prepared = await authors.prepare(spec, 'quick', subject, {});
    const signal = AbortSignal.abort();
    await expect(authors.prepare(spec, 'quick', subject, { signal })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(
      authors.run(spec, { id: 's01-t9', cost: { read: 0, written: 0 } }, prepared, subject, {}),
    ).rejects.toMatchObject({ code: 'unit-invalid', message: expect.stringContaining('s01-t9') as string });
  });

  it('tells how far it is, up to all of it', async () => {
    const subject = authorsSubject(spec, BOUND);
    const shares: number[] = [];
    const prepared = await authors.prepare(spec, 'quick', subject, {});
    const [unit] = authors.units(spec, 'quick');
    if (unit === undefined) throw new Error('no units');
    await authors.run(spec, unit, prepared, subject, { onShare: (share) => shares.push(share) });
    expect(shares).toEqual([0.6, 1]);
  });
});

describe('the arithmetic', () => {
  it('takes effects as half differences', () => {
    // z = 1 + 2a + 3c + 5ac, by hand: kind hero 11, kind villain -5, cruel hero -3, cruel villain 1.
    const values = { 'kind-hero': 11, 'kind-villain': -5, 'cruel-hero': -3, 'cruel-villain': 1 };
    expect(effectsOf((author, character) => [values[`${author}-${character}`]])).toEqual({
      author: [2],
      character: [3],
      interaction: [5],
    });
  });

  it('has dominance 1 where the author alone counts, -1 where the character does, and weighs squares between', () => {
    expect(dominance(-2, 0)).toBe(1);
    expect(dominance(0, 3)).toBe(-1);
    // Squares 4 and 1.
    expect(dominance(2, 1)).toBeCloseTo(0.6, 12);
  });

  it('tells clarity from size: noise about the character makes the author the clearer one', () => {
    // The author 0.1 in every scenario; the character 1 on average, but -1, 1 and 3: η² of 1 and of 3 / 11.
    const author = [
      [-0.1, -0.1, 0.1, 0.1],
      [-0.1, -0.1, 0.1, 0.1],
      [-0.1, -0.1, 0.1, 0.1],
    ] as const;
    const character = [
      [1, -1, 1, -1],
      [-1, 1, -1, 1],
      [-3, 3, -3, 3],
    ] as const;
    expect(clarity(author, character)).toBeCloseTo((1 - 3 / 11) / (1 + 3 / 11), 12);
  });

  it('bounds what signs can do as all signs together do', () => {
    // Every sign of 4 units, by hand: |sum| of 1, 2, 4, 8 takes the odd numbers 1 to 15, each twice in 16.
    // The 95 % point of those sixteenths lies on the greatest, 15, which has 2 of 16.
    expect(flippedMaximum([[1, 2, 4, 8]], 4000, 1)).toBe(15 / 4);
    // The larger curve decides; one curve of zeros has no chance.
    expect(
      flippedMaximum(
        [
          [0, 0],
          [3, 3],
        ],
        1000,
        1,
      ),
    ).toBe(3);
    expect(flippedMaximum([[0, 0]], 10, 1)).toBe(0);
  });
});
