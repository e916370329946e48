/** The interventions of experiment D: on models whose directions do something planted, and the parts against cases worked by hand. */
import { describe, expect, test } from 'vitest';
import type { Contrast, Findings } from '../../../src/experiments/experiment-types.ts';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import { extentOf, halfOf, neutralOf } from '../../../src/experiments/opposites/contexts.ts';
import { opposites } from '../../../src/experiments/opposites/index.ts';
import { axisDataFromJson, preparedFromJson } from '../../../src/experiments/opposites/stored-axis.ts';
import { unrelatedAxisOf, type Match } from '../../../src/experiments/opposites/match.ts';
import { steeringDirections, INTERVENTIONS } from '../../../src/experiments/opposites/steering-directions.ts';
import { steeringAccountOf } from '../../../src/experiments/opposites/steering-findings.ts';
import { steeringOutcomesOf } from '../../../src/experiments/opposites/steering-outcomes.ts';
import { comparedPassage, judgedItems } from '../../../src/experiments/opposites/interventions.ts';
import { passagesOf } from '../../../src/experiments/opposites/geometry.ts';
import { CELLS } from '../../../src/experiments/opposites/spec.ts';
import type { PassageReading } from '../../../src/training/reader.ts';
import { lighter } from '../../fixtures/experiments/opposites-spec.ts';
import { type Planted, plantedSubject } from '../../fixtures/experiments/planted-opposites.ts';

const SPEC = lighter(200, 1000);

interface Ran {
  prepared: JsonObject;
  units: UnitResult[];
  findings: Findings;
}

const known = new Map<string, Promise<Ran>>();

/** A full run on a planted model, each model once. */
function ran(planted: Planted): Promise<Ran> {
  const key = JSON.stringify(planted);
  const run = known.get(key) ?? runAll(planted);
  known.set(key, run);
  return run;
}

async function runAll(planted: Planted): Promise<Ran> {
  const subject = plantedSubject(SPEC, planted);
  const prepared = await opposites.prepare(SPEC, 'full', subject, {});
  const units: UnitResult[] = [];
  for (const plan of opposites.units(SPEC, 'full'))
    units.push({ id: plan.id, data: await opposites.run(SPEC, plan, prepared, subject, {}) });
  return { prepared, units, findings: opposites.analyse(SPEC, 'full', prepared, units) };
}

const gain = Object.fromEntries(CELLS.map(({ id }) => [id, 1])) as Planted['opposite'];
const BASE: Planted = { opposite: gain, own: 3, spread: 0.05, shared: 1, apart: 2 };
const LINE: Planted = { ...BASE, opposes: 'line', causal: 2 };
const OWN: Planted = { ...BASE, opposes: 'own', causal: 2 };

const contrast = ({ findings }: Ran, id: string) =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);

describe('planted models', () => {
  test('where X and its opposite lie on one line, away from X does what towards the opposite does', async () => {
    const run = await ran(LINE);
    expect(run.findings.because).toContain(
      'the two lie on the same line. It does so more than the direction of an unrelated opposite does.',
    );
    for (const id of ['push-opposite-random', 'push-away-random', 'push-opposite-unrelated', 'push-away-unrelated']) {
      expect(contrast(run, id).reading, id).toBe('above');
      // Every flip but none makes a mean of such numbers smaller.
      expect(contrast(run, id).p, id).toBeCloseTo(1 / 1001, 12);
      expect(contrast(run, id).pHolm, id).toBeCloseTo(4 / 1001, 12);
    }
    // Away from X the acts of X lose, and towards the opposite too.
    expect(measure(run, 'push-away-own').high).toBeLessThan(0);
    expect(measure(run, 'push-opposite-own').high).toBeLessThan(0);
    expect(Math.abs(measure(run, 'push-random').value)).toBeLessThan(0.35);
  });

  test('where the opposite has a direction of its own, only that brings it up', async () => {
    const run = await ran(OWN);
    expect(run.findings.because).toContain(
      'the opposite has a direction of its own. It does so more than the direction of an unrelated opposite does.',
    );
    expect(contrast(run, 'push-opposite-random').reading).toBe('above');
    expect(contrast(run, 'push-away-random').reading).not.toBe('above');
    // Away from X is not idle: the acts of X lose by it.
    expect(measure(run, 'push-away-own').high).toBeLessThan(0);
  });

  test('where interventions do nothing, neither brings it up, and the verdict is what it is without them', async () => {
    const run = await ran(BASE);
    expect(run.findings.because).toContain(
      'Neither away from X nor towards the opposite does so beyond a random direction.',
    );
    for (const id of INTERVENTIONS) expect(measure(run, `push-${id}`).value).toBeCloseTo(0, 4);
    for (const other of [LINE, OWN]) expect((await ran(other)).findings.verdict).toBe(run.findings.verdict);
    const decided = (one: Ran) =>
      one.findings.contrasts.filter(({ id }) => !id.startsWith('push-')).map(({ id, p, pHolm }) => [id, p, pHolm]);
    expect(decided(await ran(LINE))).toEqual(decided(run));
  });

  test('every intervention has the KL that was asked for, with strengths of its own, and efficiency is by the KL that it has', async () => {
    const { prepared, units, findings } = await ran(LINE);
    const shape = preparedFromJson(prepared);
    const data = units.map(({ id, data: json }) => axisDataFromJson(json, id, shape));
    const away = data.map(
      ({ pushes: interventions }) => interventions.find(({ id }) => id === 'away') ?? expect.unreachable('no steering'),
    );
    for (const { pushes: interventions } of data) {
      expect(interventions.map(({ id }) => id)).toEqual([...INTERVENTIONS]);
      for (const { reached, strength } of interventions) {
        expect(Math.abs((reached ?? NaN) - 1)).toBeLessThanOrEqual(0.1);
        // The planted KL is 8 s² and up to eight times that along one feature.
        expect(8 * (strength ?? NaN) ** 2).toBeLessThanOrEqual(1.1 + 1e-6);
        expect(64 * (strength ?? NaN) ** 2).toBeGreaterThanOrEqual(0.9 - 1e-6);
      }
    }
    const changes = data.map((one) => steeringOutcomesOf(one).find(({ id }) => id === 'away')?.change ?? NaN);
    const efficiency = changes.reduce((sum, change, i) => sum + change / (away[i]?.reached ?? NaN), 0) / changes.length;
    expect(findings.measures.find(({ id }) => id === 'push-away-efficiency')?.estimate.value).toBeCloseTo(
      efficiency,
      6,
    );
    expect(findings.limits.join(' ')).toContain(
      'was reached away from X on 48 of 48 axes, towards the opposite on 48 of 48 axes',
    );
  });

  test('directions that never come to the KL are said to, and nothing is said of them', async () => {
    const run = await ran({ ...LINE, mostKl: 0.4 });
    for (const id of INTERVENTIONS) expect(measure(run, `push-${id}-reached`)).toMatchObject({ value: 0, n: 48 });
    expect(run.findings.contrasts.filter(({ id }) => id.startsWith('push-'))).toEqual([]);
    expect(run.findings.limits.join(' ')).toContain('was reached away from X on 0 of 48 axes');
    expect(run.findings.because).toContain('Too few axes reached that KL to say more.');
    const first = axisDataFromJson(run.units[0]?.data ?? {}, 'unit', preparedFromJson(run.prepared)).pushes[0];
    expect(first).toMatchObject({ strength: null, reached: 0.4, opposite: [] });
    expect(run.findings.figure.panels).toHaveLength(3);
  });

  test('interventions of a unit that were altered are refused by their path', async () => {
    const { prepared, units } = await ran(LINE);
    const shape = preparedFromJson(prepared);
    const altered = (alter: (interventions: Record<string, unknown>[]) => void) => () => {
      const data = JSON.parse(JSON.stringify(units[0]?.data)) as JsonObject & { pushes: Record<string, unknown>[] };
      alter(data.pushes);
      axisDataFromJson(data, 'unit', shape);
    };
    expect(altered(() => undefined)).not.toThrow();
    expect(altered((interventions) => interventions.pop())).toThrow('unit.pushes must have 4 items, got 3');
    expect(altered((interventions) => interventions.reverse())).toThrow('unit.pushes[0].id must be');
    expect(altered((interventions) => Object.assign(interventions[1] ?? {}, { reached: null }))).toThrow(
      'unit.pushes[1].reached must be',
    );
    expect(altered((interventions) => Object.assign(interventions[2] ?? {}, { strength: null }))).toThrow(
      'unit.pushes[2].opposite must have 0 items, got 4',
    );
    expect(altered((interventions) => Object.assign(interventions[3] ?? {}, { own: [1, 2, 3] }))).toThrow(
      'unit.pushes[3].own must have 4 items, got 3',
    );
  });

  test('a unit gives the same to the bit alone and last', async () => {
    const { prepared, units } = await ran(LINE);
    const plan = opposites.units(SPEC, 'full').at(-1) ?? expect.unreachable('no units');
    const alone = await opposites.run(SPEC, plan, prepared, plantedSubject(SPEC, LINE), {});
    expect(JSON.stringify(alone)).toBe(JSON.stringify(units.at(-1)?.data));
  });
});

describe('what is steered and judged', () => {
  const { axes } = extentOf(SPEC, 'full');

  test('no sentence that made a direction is asked for or stands in the context', () => {
    expect(judgedItems(SPEC)).toEqual([4, 5, 6, 7]);
    for (const used of axes) {
      const made = passagesOf(SPEC, used)
        .slice(0, 3)
        .flatMap(({ text }) => text as readonly string[]);
      const judged = judgedItems(SPEC).flatMap((item) => [
        used.axis.acts[item] ?? '',
        used.axis.oppositeActs[item] ?? '',
      ]);
      expect(made.filter((text) => judged.includes(text.replace(/^He /, '')))).toEqual([]);
      expect(made.filter((text) => neutralOf(SPEC, used.at, 1, 8).includes(text))).toEqual([]);
      expect(comparedPassage(SPEC, used.axis).text).toEqual(
        halfOf(used.axis.oppositeActs, 0).map((act) => `He ${act}`),
      );
    }
  });

  const match = (axis: string): Match => ({ axis, list: 'acts', item: 0, bits: 0, tokens: 0, fit: 'full' });
  const axisOf = (id: string) => SPEC.axes.find((axis) => axis.id === id) ?? expect.unreachable(id);

  test('the unrelated opposite is of the same side, not related, of the same sign, and gives no unrelated act', () => {
    for (const { axis } of axes) {
      const found = unrelatedAxisOf(SPEC, axis, []) ?? expect.unreachable('none');
      expect(found.moral).toBe(axis.moral);
      expect(SPEC.related.some((group) => group.includes(axis.id) && group.includes(found.id))).toBe(false);
      expect(Math.sign(found.oppositeValence)).toBe(Math.sign(axis.oppositeValence));
      expect(unrelatedAxisOf(SPEC, axis, [match(found.id)])?.id).not.toBe(found.id);
    }
  });

  test('the other sign is taken before an axis that gives an act, and that before nothing', () => {
    // humble's opposite is bad like honest's; poacher's is good.
    const spec = { ...SPEC, related: [], axes: [axisOf('honest'), axisOf('humble'), axisOf('poacher')] };
    const found = (...used: string[]) => unrelatedAxisOf(spec, axisOf('honest'), used.map(match))?.id;
    expect(found()).toBe('humble');
    expect(found('humble')).toBe('poacher');
    expect(found('humble', 'poacher')).toBe('humble');
    expect(unrelatedAxisOf({ ...spec, axes: [axisOf('honest')] }, axisOf('honest'), [])).toBeUndefined();
  });

  test('directions leave from neutral in the stream’s own units, from the first half', () => {
    // Two layers of which the second counts; two features; two control texts that are averaged.
    const reading = (...rows: (readonly [number, number])[]): PassageReading => ({
      readouts: rows.map(([x, y]) => ({
        tokensBefore: 1,
        own: new Float32Array(0),
        means: [Float32Array.from([99, 99, x - 1, y]), Float32Array.from([99, 99, x + 1, y])],
      })),
    });
    const other = reading([7, 7], [9, 9]);
    const found = steeringDirections(
      [
        reading([4, 1], [6, 1]),
        reading([1, 5], [1, 7]),
        reading([1, 1], [1, 3]),
        reading([50, 50]),
        reading([60, 60]),
        reading([70, 70]),
      ],
      reading([2, 2], [4, 2]),
      1,
      2,
      3,
    );
    // Neutral is (1, 2), X (5, 1), the opposite (1, 6), the unrelated one (3, 2).
    expect([...found.away]).toEqual([-4, 1]);
    expect([...found.opposite]).toEqual([0, 4]);
    expect([...found.unrelated]).toEqual([2, 0]);
    expect(found.random).toHaveLength(2);
    expect([...steeringDirections([other, other, other], other, 1, 2, 3).random].some((value) => value !== 0)).toBe(
      true,
    );
  });

  test('random directions are made of what varies within sides, and differ by seed', () => {
    const flat = (x: number): PassageReading => ({
      readouts: [1, 2, 3].map((i) => ({
        tokensBefore: 1,
        own: new Float32Array(0),
        means: [Float32Array.from([x, i * x])],
      })),
    });
    const draw = (seed: number) => steeringDirections([flat(1), flat(2), flat(5)], flat(9), 0, 2, seed).random;
    // The first feature tells the sides apart and varies within none of them.
    expect(draw(1)[0]).toBe(0);
    expect(Math.abs(draw(1)[1] ?? 0)).toBeGreaterThan(0);
    const seeds = Array.from({ length: 20 }, (_, seed) => Math.sign(draw(seed)[1] ?? 0));
    expect(new Set(seeds)).toEqual(new Set([1, -1]));
  });
});

describe('outcomes of interventions', () => {
  test('are gains over the unrelated act, each against its own item unsteered', () => {
    const tokens = { opposite: [5, 5, 5, 5], unrelated: [5, 5, 5, 5], own: [5, 5, 5, 5] };
    const contexts = [
      { key: 'neutral.0', items: [0, 1, 2, 3], opposite: [9, 9, 9, 9], unrelated: [9, 9, 9, 9], own: [9, 9, 9, 9] },
      {
        key: 'neutral.1',
        items: [0, 1, 2, 3],
        opposite: [90, 90, 30, 40],
        unrelated: [90, 90, 20, 25],
        own: [90, 90, 10, 10],
      },
    ];
    const [steered, broken] = steeringOutcomesOf({
      tokens,
      contexts,
      pushes: [
        { id: 'away', strength: 0.3, reached: 0.98, opposite: [28, 39], unrelated: [21, 25], own: [13, 11] },
        { id: 'opposite', strength: null, reached: 0.4, opposite: [], unrelated: [], own: [] },
      ],
    });
    // Opposite: 2 and 1; unrelated: -1 and 0; own: -3 and -1. So (3 + 1) / 2 and (-2 - 1) / 2.
    expect(steered).toEqual({ id: 'away', kl: 0.98, change: 2, own: -1.5 });
    expect(broken).toMatchObject({ id: 'opposite', kl: null, change: NaN });
  });

  const found = (what: string, reading: Contrast['reading'], pHolm: number, n = 48): Contrast => ({
    id: `push-${what}-random`,
    says: 'x',
    unit: 'bits',
    estimate: { value: 0, low: 0, high: 0, n },
    p: pHolm,
    pHolm,
    null: 'x',
    rope: [-0.1, 0.1],
    reading,
    detectable: null,
  });
  test.each([
    ['line', found('away', 'above', 0.01), found('opposite', 'above', 0.01)],
    ['line', found('away', 'above', 0.01), found('opposite', 'open', 0.5)],
    ['own', found('away', 'open', 0.01), found('opposite', 'above', 0.01)],
    ['own', found('away', 'above', 0.06), found('opposite', 'above', 0.01)],
    ['neither', found('away', 'below', 0.01), found('opposite', 'open', 0.01)],
    ['unknown', found('away', 'above', 0.01, 43), found('opposite', 'above', 0.01)],
    ['line', found('away', 'above', 0.01, 44), found('opposite', 'above', 0.01)],
  ] as const)('%s', (account, away, opposite) => {
    expect(steeringAccountOf([away, opposite], 48, SPEC.thresholds)).toBe(account);
  });
});
