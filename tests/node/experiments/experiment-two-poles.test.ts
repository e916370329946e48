/** Experiment D, the two-pole gain, from the shipped spec to the verdict, on models whose answer is planted. */
import { describe, expect, test } from 'vitest';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import { twoPoles } from '../../../src/experiments/two-poles/index.ts';
import { contextsOf } from '../../../src/experiments/two-poles/plan.ts';
import type { TwoPolesSpec } from '../../../src/experiments/two-poles/spec.ts';
import { type PlantedGains, plantedOpposite, plantedTwoPoles } from '../../fixtures/experiments/planted-two-poles.ts';
import { lighter, parsed } from '../../fixtures/experiments/two-poles-spec.ts';

const SPEC = lighter();

interface Ran {
  readonly spec: TwoPolesSpec;
  readonly findings: Findings;
  readonly units: UnitResult[];
  readonly prepared: JsonObject;
  readonly planted: PlantedGains;
}

const known = new Map<string, Promise<Ran>>();
function ran(planted: PlantedGains, size: RunSize = 'full'): Promise<Ran> {
  const key = JSON.stringify([planted, size]);
  const run = known.get(key) ?? runAll(planted, size);
  known.set(key, run);
  return run;
}

async function runAll(planted: PlantedGains, size: RunSize): Promise<Ran> {
  const subject = plantedTwoPoles(SPEC, planted);
  const prepared = await twoPoles.prepare(SPEC, size, subject, {});
  const units: UnitResult[] = [];
  for (const plan of twoPoles.units(SPEC, size))
    units.push({ id: plan.id, data: await twoPoles.run(SPEC, plan, prepared, subject, {}) });
  return { spec: SPEC, findings: twoPoles.analyse(SPEC, size, prepared, units), units, prepared, planted };
}

const both = (value: number) => ({ conduct: value, style: value });
const TROPES: PlantedGains = {
  own: both(5),
  opposite: { conduct: 4.5, style: 1 },
  marked: both(0.5),
  spread: 0.3,
};

const contrast = ({ findings }: Pick<Ran, 'findings'>, id: string) =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Pick<Ran, 'findings'>, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);

describe('the size of the work', () => {
  test('full and quick have a unit an axis, in the order of their ids', () => {
    const spec = parsed();
    const full = twoPoles.units(spec, 'full').map(({ id }) => id);
    expect(full).toHaveLength(24);
    expect(full).toEqual([...full].sort());
    expect(twoPoles.units(spec, 'quick').map(({ id }) => id)).toEqual(full);
  });

  test('the estimate keeps full below 160,000 tokens and quick below 35,000', () => {
    const tokens = (size: RunSize) => twoPoles.units(parsed(), size).reduce((sum, { cost }) => sum + cost.read, 0);
    expect(tokens('full')).toBeLessThan(160_000);
    expect(tokens('full')).toBeGreaterThan(80_000);
    expect(tokens('quick')).toBeLessThan(35_000);
  });
});

describe('verdicts', () => {
  test('a larger share on conduct is CONFIRM with tropes, and every number comes out as planted', async () => {
    const run = await ran(TROPES);
    expect(run.findings.gates.map(({ id, passed }) => [id, passed])).toEqual([
      ['axes', true],
      ['shown-conduct', true],
      ['shown-style', true],
    ]);
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.because).toMatch(/^Tropes: on axes of conduct and feeling the opposite gains \d\d %/);
    for (const kind of ['conduct', 'style'] as const) {
      const axes = run.spec.axes.filter((axis) => axis.kind === kind);
      const mean = axes.reduce((sum, axis) => sum + plantedOpposite(run.planted, axis), 0) / axes.length;
      expect(measure(run, `own-${kind}`).value).toBeCloseTo(5, 3);
      expect(measure(run, `opposite-${kind}`).value).toBeCloseTo(mean, 3);
      expect(measure(run, `marked-${kind}`).value).toBeCloseTo(0.5, 3);
      expect(contrast(run, `share-${kind}`).estimate.value).toBeCloseTo(mean / 5, 3);
      expect(contrast(run, `gain-${kind}`).estimate.value).toBeCloseTo(mean - 0.5, 3);
    }
    expect(contrast(run, 'shares').pHolm).toBeLessThan(0.05);
  });

  test('one share above a half on both classes is DENY with opposites', async () => {
    const run = await ran({ ...TROPES, opposite: both(4), spread: 0.2 });
    expect(run.findings.verdict).toBe('DENY');
    expect(run.findings.because).toMatch(/^Opposites, not tropes/);
  });

  test('no gain beyond a marked turn is DENY with neither', async () => {
    const run = await ran({ ...TROPES, opposite: both(0.5), spread: 0.05 });
    expect(run.findings.verdict).toBe('DENY');
    expect(run.findings.because).toMatch(/^Neither/);
  });

  test('a difference of shares that any marked turn has too is not CONFIRM: the control is in the rule', async () => {
    const run = await ran({
      own: both(5),
      marked: { conduct: 3, style: 0.2 },
      opposite: { conduct: 3.2, style: 0.68 },
      spread: 0.05,
    });
    expect(contrast(run, 'shares').estimate.low).toBeGreaterThan(0.3);
    expect(contrast(run, 'shares').pHolm).toBeLessThan(0.05);
    expect(run.findings.verdict).not.toBe('CONFIRM');
  });

  test('gains in both classes and shares that cannot be told apart are PARTIAL', async () => {
    const run = await ran({ ...TROPES, opposite: { conduct: 2.4, style: 2 }, spread: 1 });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(run.findings.because).toContain('neither tropes nor opposites stands');
  });

  test('gains too uneven to tell are INCONCLUSIVE with all gates passed', async () => {
    const run = await ran({ ...TROPES, opposite: both(0.7), spread: 2 });
    expect(run.findings.gates.every(({ passed }) => passed)).toBe(true);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
  });

  test('a model on which showing X does no more for X than for anything else is INCONCLUSIVE by its gates', async () => {
    const run = await ran({ ...TROPES, own: both(0.5) });
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.because).toMatch(/^A gate fails: Showing X makes X cheaper/);
  });

  test('an axis of a class too few is told by the gate', async () => {
    const spec = { ...SPEC, thresholds: { ...SPEC.thresholds, axesPerClass: 13 } };
    const { prepared, units } = await ran(TROPES);
    const findings = twoPoles.analyse(spec, 'full', prepared, units);
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.gates[0]).toMatchObject({ id: 'axes', passed: false, measured: { value: 12 } });
  });
});

describe('beside the verdict', () => {
  test('the share by dose stays what was planted, and gains grow with the turns', async () => {
    const run = await ran(TROPES);
    const shares = [1, 2, 4, 8].map((dose) => measure(run, `dose-${dose}-conduct`).value);
    for (const share of shares) expect(share).toBeCloseTo(shares[3] ?? NaN, 3);
    const dose = run.findings.figure.panels.find(({ title }) => title === 'By dose');
    const own = dose?.series.find(({ name }) => name === 'the shown pole, style')?.points.map(({ y }) => y) ?? [];
    expect(own.map((gain) => Math.round(gain * 1000) / 1000)).toEqual([0.625, 1.25, 2.5, 5]);
  });

  test('the figure begins with the gain of every axis, each class in its order', async () => {
    const { findings, spec } = await ran(TROPES);
    const [first] = findings.figure.panels;
    expect(first?.title).toBe('Waluigi gain by axis');
    expect(first?.x.categories).toHaveLength(spec.axes.length);
    for (const series of first?.series.slice(0, 2) ?? []) {
      const gains = series.points.map(({ y }) => y);
      expect(gains).toHaveLength(12);
      expect(gains).toEqual([...gains].sort((one, other) => other - one));
    }
  });

  test('a quick run has no doses, says that it is a look, and costs a third at most', async () => {
    const { findings } = await ran(TROPES, 'quick');
    expect(findings.figure.panels.map(({ title }) => title)).toEqual(['Waluigi gain by axis', 'Share by class']);
    expect(findings.limits[0]).toContain('A quick run');
  });
});

interface Data {
  contexts: {
    asked: { topic: string; doses: { dose: number; neutral: number[] }[] }[];
    marked: { pole: string }[];
  }[];
}

describe('units that are not those of the spec', () => {
  test('another topic, dose or pole, and a number too few, are refused by path', async () => {
    const { prepared, units } = await ran(TROPES);
    const refusal = (alter: (data: Data) => void): string => {
      const altered = structuredClone(units) as unknown as { id: string; data: Data }[];
      const [first] = altered;
      if (first !== undefined) alter(first.data);
      try {
        twoPoles.analyse(SPEC, 'full', prepared, altered as unknown as UnitResult[]);
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing was refused';
    };
    const id = units[0]?.id ?? '';
    expect(refusal((data) => (data.contexts[1]!.asked[0]!.topic = 'elsewhere'))).toContain(
      `${id}.contexts[1].asked[0].topic is "elsewhere", and the spec asks for`,
    );
    expect(refusal((data) => (data.contexts[0]!.asked[0]!.doses[1]!.dose = 3))).toContain(
      `${id}.contexts[0].asked[0].doses[1].dose is 3, and the spec asks for 2 there`,
    );
    expect(refusal((data) => (data.contexts[0]!.marked[0]!.pole = 'b'))).toContain(
      `${id}.contexts[0].marked[0].pole is "b", and the spec asks for "a" there`,
    );
    expect(refusal((data) => data.contexts[2]!.asked[1]!.doses[0]!.neutral.pop())).toContain(
      `${id}.contexts[2].asked[1].doses[0].neutral must have 3 items`,
    );
    expect(() => twoPoles.analyse(SPEC, 'full', prepared, units.slice(1))).toThrow(`The unit ${id} is missing`);
  });
});

describe('the plan', () => {
  test('asks every topic once, after turns of other topics, and marked turns of another axis of the same class', () => {
    const spec = parsed();
    for (const axis of spec.axes) {
      const contexts = contextsOf(spec, axis, 'full');
      const asked = contexts.flatMap((context) => context.asked.map(({ topic }) => topic.id));
      expect([...asked].sort()).toEqual(axis.topics.map(({ id }) => id).sort());
      for (const context of contexts) {
        expect(new Set(context.shows).size).toBe(8);
        expect(context.shows.filter((topic) => context.asked.some((one) => one.topic === topic))).toEqual([]);
        expect(context.marked.map(({ pole }) => pole)).toEqual(['a', 'b']);
        const other = spec.axes.find(({ id }) => id === axis.marked);
        expect(other?.kind).toBe(axis.kind);
        for (const { topic } of context.marked) expect(other?.topics).toContain(topic);
      }
    }
  });

  test('takes the first contexts of the full run for a quick one', () => {
    const spec = parsed();
    const [axis] = spec.axes;
    if (axis === undefined) return expect.unreachable('no axes');
    const [full, quick] = [contextsOf(spec, axis, 'full'), contextsOf(spec, axis, 'quick')];
    expect(quick.map(({ shows }) => shows)).toEqual(full.slice(0, quick.length).map(({ shows }) => shows));
  });
});
