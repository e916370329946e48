/** The design `outside-text` on models in which the answer is planted, with the spec that ships. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import { outsideText } from '../../../src/experiments/outside-text/index.ts';
import { parsed, shippedJson } from '../../fixtures/experiments/outside-text-spec.ts';
import { outsideTextSubject, TRADE_OFF, type World } from '../../fixtures/experiments/outside-text-subject.ts';

/** The shipped spec with fewer draws: intervals and p of planted effects do not need more. */
const spec = parsed({ ...shippedJson(), draws: 200, permutations: 500 });

interface Ran {
  readonly prepared: JsonObject;
  readonly units: readonly UnitResult[];
  readonly findings: Findings;
}

async function ran(world: World, size: RunSize = 'full'): Promise<Ran> {
  const subject = outsideTextSubject(spec, world);
  const prepared = await outsideText.prepare(spec, size, subject, {});
  const units: UnitResult[] = [];
  for (const unit of outsideText.units(spec, size))
    units.push({ id: unit.id, data: await outsideText.run(spec, unit, prepared, subject, {}) });
  return { prepared, units, findings: outsideText.analyse(spec, size, prepared, units) };
}

const value = ({ measures }: Findings, id: string): number =>
  measures.find((measure) => measure.id === id)?.estimate.value ?? Number.NaN;

describe('a planted trade-off', () => {
  let full: Ran;
  beforeAll(async () => {
    full = await ran(TRADE_OFF);
  }, 120_000);

  it('confirms the claim', () => {
    expect(full.findings.because).toContain('the trends hold');
    expect(full.findings.verdict).toBe('CONFIRM');
    expect(full.findings.gates.filter(({ passed }) => !passed)).toEqual([]);
  });

  it('finds the planted order of outside-textiness, and 1 for what reads nothing', () => {
    const names = ['prompt', 'early', 'middle', 'last', 'gated', 'fixed'];
    const found = names.map((name) => value(full.findings, `s1.outside.${name}`));
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(found.at(-1)).toBeCloseTo(1, 9);
    expect(value(full.findings, 's2.outside.calculator')).toBeCloseTo(1, 9);
    // Δ is 1 in the clean context, and a share in eight others: o = (mean Δ)² / mean Δ².
    const planted = (share: number): number => ((1 + 8 * share) / 9) ** 2 / ((1 + 8 * share ** 2) / 9);
    expect(found[1]).toBeCloseTo(planted(0.3), 2);
    expect(found[3]).toBeCloseTo(planted(0.7), 2);
  });

  it('brings every placement to the clean effect that all share', () => {
    for (const name of ['early', 'middle', 'last', 'gated', 'fixed'])
      expect(value(full.findings, `s1.effect.${name}`)).toBeCloseTo(1, 0);
    expect(value(full.findings, 's1.effect.fixed')).toBeCloseTo(1, 5);
    expect(value(full.findings, 's2.effect.calculator')).toBeCloseTo(1, 5);
  });

  it('cannot see edits of the word scores at any layer, and sees interventions from their layer on', () => {
    const panel = full.findings.figure.panels.find(({ title }) => title.startsWith('Never insult: can it be seen'));
    const line = (name: string): number[] =>
      panel?.series.find((series) => series.name === name)?.points.map(({ y }) => y) ?? [];
    expect(line('word scores')).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(line('middle steering').slice(0, 2)).toEqual([0.5, 0.5]);
    expect(Math.min(...line('middle steering').slice(2))).toBeGreaterThan(0.9);
    expect(line('prompt')[0]).toBe(0.5);
    expect(Math.min(...line('prompt').slice(1))).toBeGreaterThan(0.9);
  });

  it('finds controls that do nothing, or harm', () => {
    expect(value(full.findings, 's1.effect.placebo')).toBeCloseTo(0, 9);
    expect(value(full.findings, 's1.effect.permuted')).toBeCloseTo(0, 9);
    expect(value(full.findings, 's2.effect.wrong-operands')).toBeLessThan(-0.1);
  });

  it('says every sentence about one family, with names for placements and no pair twice', () => {
    const { gates, contrasts, measures } = full.findings;
    const sentences = [...gates, ...contrasts, ...measures].map(({ says }) => says);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const says of sentences) {
      expect(says).toMatch(/^(Never insult|Sums come out true): /);
      expect(says).not.toMatch(/\bs[12]\.|\.(kl|random)|\bE\b/);
    }
    const pairs = contrasts.filter(({ p }) => p === null).map(({ id }) => id.split('.'));
    const unordered = pairs.map(([family, what, pair]) => `${family} ${what} ${pair?.split('-').sort().join('-')}`);
    expect(new Set(unordered).size).toBe(unordered.length);
  });

  it('finds with its power what its own interval allows: both are of one statistic', () => {
    for (const {
      estimate: { low, high },
      detectable,
    } of full.findings.contrasts) {
      if (low === null || high === null || detectable === null || high - low < 1e-6) continue;
      // t(0.975) + t(0.8) with 39 degrees of freedom, where the interval is as wide as a normal one.
      const ratio = detectable / ((high - low) / (2 * 1.96));
      expect(ratio).toBeGreaterThan(2.2);
      expect(ratio).toBeLessThan(3.7);
    }
  });

  it('names every mark of its figure in the key, alike in all panels', () => {
    for (const { title, series } of full.findings.figure.panels.filter(
      ({ title }) => !title.includes('can it be seen'),
    )) {
      const marks = series.filter(({ as }) => as === 'intervals');
      expect(marks.length, title).toBeGreaterThan(3);
      for (const { points } of marks) expect(points).toHaveLength(1);
      expect(new Set(marks.map(({ tone }) => tone)).size).toBe(marks.length);
      expect(marks.map(({ name }) => name)).toContain('prompt');
    }
  });

  it('says how robust the model is without a rule', () => {
    expect(full.findings.limits.filter((says) => says.includes('the robustness of no rule at all is'))).toHaveLength(2);
  });

  it('says the same after a JSON round trip and in another order of units', () => {
    const again = JSON.parse(JSON.stringify({ prepared: full.prepared, units: full.units })) as Pick<
      Ran,
      'prepared' | 'units'
    >;
    expect(JSON.stringify(outsideText.analyse(spec, 'full', again.prepared, [...again.units].reverse()))).toBe(
      JSON.stringify(full.findings),
    );
  });

  it('refuses to analyse without a unit, by its name', () => {
    const without = full.units.filter(({ id }) => id !== 's2.attack.dream');
    expect(() => outsideText.analyse(spec, 'full', full.prepared, without)).toThrow(
      /Unit s2\.attack\.dream is missing/,
    );
  });

  it('is robust over all doses only where it is at the largest', () => {
    expect(value(full.findings, 's1.area.fixed')).toBeGreaterThan(value(full.findings, 's1.area.prompt'));
    // At no demonstrations nothing is lost but the opening, so the area lies above the robustness at eight.
    expect(value(full.findings, 's1.area.prompt')).toBeGreaterThan(value(full.findings, 's1.robustness.prompt'));
  });
});

describe('another planted world', () => {
  it('denies the claim where steering inside the stream is more robust and more flexible than what reads nothing', async () => {
    const { findings } = await ran({ ...TRADE_OFF, early: { attack: 1.6, exception: -0.5 } }, 'quick');
    expect(findings.verdict).toBe('DENY');
    expect(findings.because).toContain('early steering dominates');
  });

  it('is partial where only the two ends differ', async () => {
    const { findings } = await ran(
      {
        ...TRADE_OFF,
        early: { attack: 0.4, exception: 1.6 },
        middle: { attack: 0.5, exception: 1.5 },
        last: { attack: 0.6, exception: 1.4 },
        head: { attack: 0.8, exception: 1.3 },
      },
      'quick',
    );
    expect(findings.verdict).toBe('PARTIAL');
    expect(findings.because).toContain('the trends do not both hold');
    expect(findings.because).toContain('the two ends differ in both');
  });

  it.each([
    ['never insults', { s1: 6 }, 's1.room'],
    ['cannot add', { s2: -6 }, 's2.adds'],
  ])('leaves open what a model shows that %s', async (_, base, gate) => {
    const { findings } = await ran({ ...TRADE_OFF, base }, 'quick');
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.gates.filter(({ passed }) => !passed).map(({ id }) => id)).toContain(gate);
    expect(findings.because).toMatch(/gates? fails?[:.] /);
  });

  it('leaves a placement that cannot be calibrated out of the trend, and says so', async () => {
    const { findings, units } = await ran({ ...TRADE_OFF, gain: { early: 2, middle: 2, last: 0 } }, 'quick');
    expect(findings.because).toContain('not last-layer steering');
    expect(findings.contrasts.find(({ id }) => id === 's1.robustness-rises')?.says).toContain(
      'prompt < early steering < middle steering < gated word scores < fixed word scores',
    );
    expect(findings.verdict).toBe('CONFIRM');
    expect(Object.keys((units.find(({ id }) => id === 's1.clean.quick')?.data['odds'] ?? {}) as object)).toContain(
      'last.kl',
    );
  });

  it('is inconclusive where fewer than four placements are left', async () => {
    const { findings } = await ran({ ...TRADE_OFF, gain: { early: 0, middle: 0, last: 0 } }, 'quick');
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.because).toContain(
      'Never insult: enough placements reach the clean effect that all must share; asked for at least 4, found 3',
    );
  });

  it('goes on without the KL of interventions that move nothing', async () => {
    const { findings } = await ran({ ...TRADE_OFF, quiet: true }, 'quick');
    expect(findings.verdict).toBe('CONFIRM');
    expect(findings.limits.join(' ')).toContain('No strength of that KL was found for early steering (Never insult)');
  });
});

describe('the sizes of a run', () => {
  it('quick reads ten items, two attacks and two exceptions, and is a look', async () => {
    const { findings, units } = await ran(TRADE_OFF, 'quick');
    expect(units.map(({ id }) => id)).toEqual([...units.map(({ id }) => id)].sort());
    expect(units).toHaveLength(12);
    expect(findings.limits[0]).toContain('a look, not a result');
    expect(findings.contrasts[0]?.estimate.n).toBe(10);
  });

  it('stays within its budget of tokens', () => {
    const cost = (size: RunSize): number =>
      outsideText.units(spec, size).reduce((sum, unit) => sum + unit.cost.read, 0);
    expect(cost('full')).toBeLessThan(300_000);
    expect(cost('quick')).toBeLessThan(60_000);
    expect(outsideText.preparation(spec, 'full').read).toBeLessThan(80_000);
    expect(Math.max(...outsideText.units(spec, 'full').map((unit) => unit.cost.read))).toBeLessThan(60 * 450);
  });

  it('refuses a unit that the spec has not', async () => {
    const subject = outsideTextSubject(spec, TRADE_OFF);
    const prepared = await outsideText.prepare(spec, 'quick', subject, {});
    await expect(
      outsideText.run(spec, { id: 's3.clean', cost: { read: 0, written: 0 } }, prepared, subject, {}),
    ).rejects.toThrow(/no unit s3\.clean/);
  });
});
