/** The midpoint test of experiment B from the spec to the verdict, on models whose memory is planted, and its refusals. */
import { describe, expect, test } from 'vitest';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import { midpoint } from '../../../src/experiments/midpoint/index.ts';
import { contextsOf, inStory } from '../../../src/experiments/midpoint/plan.ts';
import { parsed, type SpecJson, specJson } from '../../fixtures/experiments/midpoint-spec.ts';
import { plantedMidpoint, type PlantedMemory } from '../../fixtures/experiments/planted-midpoint.ts';

const SPEC = { ...parsed(), draws: 400, permutations: 5000 };

interface Ran {
  readonly findings: Findings;
  readonly units: UnitResult[];
  readonly prepared: JsonObject;
}

async function ran(planted: PlantedMemory, size: RunSize = 'full'): Promise<Ran> {
  const subject = plantedMidpoint(SPEC, planted);
  const prepared = await midpoint.prepare(SPEC, size, subject, {});
  const units: UnitResult[] = [];
  for (const plan of midpoint.units(SPEC, size))
    units.push({ id: plan.id, data: await midpoint.run(SPEC, plan, prepared, subject, {}) });
  return { findings: midpoint.analyse(SPEC, size, prepared, units), units, prepared };
}

const gap = (value: number) => ({ moral: value, mood: value, style: value });
/** Counts acts: no attractor. */
const COUNTS: PlantedMemory = { gap: gap(3), light: 1, recency: 1, noise: 0.02 };

const contrast = ({ findings }: Ran, id: string) =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);

describe('verdicts', () => {
  test('a model that counts acts is CONFIRM, and every place comes out as planted', async () => {
    const run = await ran(COUNTS);
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.gates.map(({ id, passed }) => [id, passed])).toEqual([
      ['gap-moral', true],
      ['gap-mood', true],
      ['gap-style', true],
    ]);
    for (const id of ['mixed', 'blocks', 'back']) expect(contrast(run, id).estimate.value).toBeCloseTo(0.5, 1);
    expect(contrast(run, 'mixed').reading).toBe('within');
    for (const id of ['moral-mixed-4', 'moral-mixed-32', 'mood-blocks', 'style-back', 'style-away', 'moral-dream'])
      expect(measure(run, id).value, id).toBeCloseTo(0.5, 1);
    expect(measure(run, 'moral-less-style').value).toBeCloseTo(0, 1);
  });

  test('a model on which kind acts count for next to nothing once cruel ones were read is DENY', async () => {
    const run = await ran({ ...COUNTS, light: 0.1 });
    expect(run.findings.verdict).toBe('DENY');
    // 0.1 / 1.1 of the way.
    expect(contrast(run, 'mixed').estimate.value).toBeCloseTo(0.1 / 1.1, 1);
    expect(contrast(run, 'mixed').pHolm).toBeLessThan(0.05);
  });

  test('a model that tilts to the dark without being held there is PARTIAL', async () => {
    const run = await ran({ ...COUNTS, light: 0.5 });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(contrast(run, 'mixed').estimate.value).toBeCloseTo(1 / 3, 1);
  });

  test('a model that hears the last acts most still lies halfway in mirror images, and both turns go far', async () => {
    const run = await ran({ ...COUNTS, recency: 3 });
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(contrast(run, 'blocks').estimate.value).toBeCloseTo(0.5, 1);
    expect(measure(run, 'moral-back').value).toBeCloseTo(0.75, 1);
    expect(measure(run, 'moral-away').value).toBeCloseTo(0.75, 1);
  });

  test('a model that does not tell kind from cruel acts is INCONCLUSIVE by its gate', async () => {
    const run = await ran({ ...COUNTS, gap: { ...gap(3), moral: 0 } });
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.because).toMatch(/^A gate fails: All kind acts make kind endings likelier/);
  });

  test('a model too noisy to tell is INCONCLUSIVE with its gate passed', async () => {
    const run = await ran({ ...COUNTS, light: 0.35, noise: 2.2, gap: gap(4) });
    expect(run.findings.gates[0]?.passed).toBe(true);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
  });

  test('a quick run has no interval and so no verdict', async () => {
    const { findings } = await ran(COUNTS, 'quick');
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.limits[0]).toContain('A quick run: 3 stories an axis');
  });
});

describe('the plan', () => {
  const spec = parsed();

  test('shows as many acts of either side at every length, and its mirror image the other version of each', () => {
    for (const axis of spec.axes)
      for (const story of axis.stories) {
        const contexts = new Map(contextsOf(spec, axis, story, 'full').map(({ id, text }) => [id, text]));
        for (const length of axis.lengths) {
          const sides = ['mixed', 'mirror'].map((id) =>
            (['light', 'dark'] as const).map((side) =>
              axis.acts.flatMap((act, i) =>
                (contexts.get(`${id}.${length}`) ?? '').includes(` ${inStory(act[side], story)}`) ? [i] : [],
              ),
            ),
          );
          for (const [light = [], dark = []] of sides) {
            expect(light).toHaveLength(length / 2);
            expect(dark).toHaveLength(length / 2);
          }
          expect(sides[0]?.[0]).toEqual(sides[1]?.[1]);
          expect(sides[0]?.[1]).toEqual(sides[1]?.[0]);
        }
        expect(contexts.get('dark-light.break')).toBe(`${contexts.get('dark-light.plain') ?? ''} ${spec.events.break}`);
        for (const text of contexts.values()) expect(text).not.toMatch(/[{}]/);
      }
  });

  test('keeps full below 70,000 tokens and quick below 20,000, a unit a story', () => {
    const tokens = (size: RunSize) => midpoint.units(spec, size).reduce((sum, { cost }) => sum + cost.read, 0);
    expect(tokens('full')).toBeLessThan(70_000);
    expect(tokens('quick')).toBeLessThan(20_000);
    expect(midpoint.units(spec, 'full')).toHaveLength(24);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [says: string, alter: (json: SpecJson) => void, message: string])[] = [
    [
      'an act that is not about the person',
      (json) => (json.axes[0]!.acts[2] = { light: 'She sang.', dark: '{He} spat.' }),
      'spec.axes[0].acts[2].light must begin with "{He} "',
    ],
    [
      'an act twice',
      (json) => (json.axes[1]!.acts[3] = json.axes[1]!.acts[2]!),
      'spec.axes[1].acts[3].light is the same as spec.axes[1].acts[2].light',
    ],
    [
      'a pole by its name',
      (json) =>
        (json.axes[0]!.acts[0] = { ...json.axes[0]!.acts[0]!, dark: '{He} was cruel to the porter on the steps.' }),
      'spec.axes[0].acts[0].dark holds "cruel"',
    ],
    ['an odd length', (json) => (json.axes[2]!.lengths = [4, 7, 8]), 'spec.axes[2].lengths[1] must be even'],
    [
      'lengths without that of the blocks',
      (json) => (json.axes[2]!.lengths = [4, 16]),
      'spec.axes[2].lengths must hold blocks, 8',
    ],
    [
      'fewer acts than the longest context',
      (json) => (json.axes[0]!.acts.length = 31),
      'spec.axes[0].acts must have 32 to 128 items, got 31',
    ],
    ['axes in another order', (json) => json.axes.reverse(), 'spec.axes[0].id must be one of moral'],
    [
      'versions of unequal length',
      (json) =>
        json.axes[1]!.acts.forEach((act) =>
          Object.assign(act, { dark: act.dark.replace('{He} ', '{He} once more and without any haste ') }),
        ),
      'spec.axes[1].acts: the light versions have',
    ],
    [
      'an attractor above what is none',
      (json) => (json.thresholds['attractor'] = 0.5),
      'spec.thresholds.attractor must lie below noAttractor',
    ],
    [
      'a story twice',
      (json) => (json.axes[0]!.stories[1] = { ...json.axes[0]!.stories[1]!, id: 'dairy' }),
      'spec.axes[0].stories has the id "dairy" twice',
    ],
    [
      'a quick length that is not read',
      (json) => (json.quick.lengths = [4, 32]),
      'spec.quick.lengths[1] is 32, which is not among the lengths of every axis',
    ],
    ['a threshold left out', (json) => delete json.thresholds['movedBack'], 'spec.thresholds.movedBack is missing'],
    [
      'a misspelt name',
      (json) => (json['evnts'] = {}),
      'spec.evnts is not known; the nearest name that is known there is events',
    ],
  ];

  test.each(cases)('%s', (_, alter, message) => {
    const json = specJson();
    alter(json);
    expect(() => parsed(json)).toThrow(message);
  });

  test('units of another context, and a number too few, by path', async () => {
    const { units, prepared } = await ran(COUNTS);
    const refusal = (alter: (data: { contexts: { id: string; odds: number[] }[] }) => void): string => {
      const altered = structuredClone(units) as unknown as {
        id: string;
        data: { contexts: { id: string; odds: number[] }[] };
      }[];
      alter(altered[0]!.data);
      try {
        midpoint.analyse(SPEC, 'full', prepared, altered as unknown as UnitResult[]);
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing was refused';
    };
    const id = units[0]!.id;
    expect(refusal(({ contexts }) => (contexts[2]!.id = 'light.5'))).toContain(
      `${id}.contexts[2].id is "light.5", and the spec asks for "light.16" there`,
    );
    expect(refusal(({ contexts }) => contexts[1]!.odds.pop())).toContain(`${id}.contexts[1].odds must have 3 items`);
    expect(() => midpoint.analyse(SPEC, 'full', prepared, units.slice(1))).toThrow(`The unit ${id} is missing`);
  });
});
