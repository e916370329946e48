/** Experiment A from the spec to the verdict, on models that infer an author or do not, and its refusals. */
import { describe, expect, test } from 'vitest';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import { makeReport } from '../../../src/experiments/report.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';
import { parseSpec } from '../../../src/experiments/spec.ts';
import { turners } from '../../../src/experiments/turners/index.ts';
import { planOf } from '../../../src/experiments/turners/plan.ts';
import { parsed, type SpecJson, specJson } from '../../fixtures/experiments/turners-spec.ts';
import { PLANTED_MODEL } from '../../fixtures/experiments/planted-opposites.ts';
import { plantedTurners, type PlantedReader } from '../../fixtures/experiments/planted-turners.ts';

const SPEC = { ...parsed(), draws: 400, permutations: 5000 };

interface Ran {
  readonly findings: Findings;
  readonly units: UnitResult[];
  readonly prepared: JsonObject;
}

async function ran(planted: PlantedReader, size: RunSize = 'full'): Promise<Ran> {
  const subject = plantedTurners(SPEC, planted);
  const prepared = await turners.prepare(SPEC, size, subject, {});
  const units: UnitResult[] = [];
  for (const plan of turners.units(SPEC, size))
    units.push({ id: plan.id, data: await turners.run(SPEC, plan, prepared, subject, {}) });
  return { findings: turners.analyse(SPEC, size, prepared, units), units, prepared };
}

/** Carries a beginning on, whatever came before. */
const CARRIES: PlantedReader = { sway: 2, byPerson: 0, byParagraph: 0, mood: 1.5, noise: 0.02 };

const contrast = ({ findings }: Ran, id: string) =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);

describe('verdicts', () => {
  test('a model that expects turns where people have turned is CONFIRM, and what was planted comes out', async () => {
    const run = await ran({ ...CARRIES, byPerson: 0.5 });
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(measure(run, 'sway-alone').value).toBeCloseTo(2, 1);
    expect(measure(run, 'sway-steady-own').value).toBeCloseTo(2, 1);
    expect(measure(run, 'sway-turners-own').value).toBeCloseTo(1, 1);
    expect(contrast(run, 'turners').estimate.value).toBeCloseTo(-1, 1);
    expect(contrast(run, 'turners').pHolm).toBeLessThan(0.05);
    const halves = ['light', 'dark'].map((start) => measure(run, `turned-${start}-own`).value);
    expect(halves[0]).toBeCloseTo(-0.5, 1);
    expect(halves[1]).toBeCloseTo(-0.5, 1);
  });

  test('a model that carries a beginning on whatever came before is DENY', async () => {
    const run = await ran(CARRIES);
    expect(run.findings.verdict).toBe('DENY');
    expect(contrast(run, 'turners').reading).toBe('within');
  });

  test('a model that carries on more after turners is DENY', async () => {
    const run = await ran({ ...CARRIES, byPerson: -0.5 });
    expect(run.findings.verdict).toBe('DENY');
    expect(contrast(run, 'turners').reading).toBe('above');
  });

  test('a model that follows how paragraphs go, whoever they are about, is PARTIAL', async () => {
    const run = await ran({ ...CARRIES, byParagraph: 0.5 });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(contrast(run, 'turners').estimate.value).toBeCloseTo(-1, 1);
    expect(contrast(run, 'beyond').estimate.value).toBeCloseTo(0, 1);
  });

  test('a model to which a beginning tells nothing is INCONCLUSIVE by its gate', async () => {
    const run = await ran({ ...CARRIES, sway: 0 });
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.because).toMatch(/^A gate fails: With no story before it, a kind beginning/);
  });

  test('a model too noisy to tell is INCONCLUSIVE with its gate passed', async () => {
    const run = await ran({ ...CARRIES, sway: 4, byPerson: 0.03, noise: 1 });
    expect(run.findings.gates[0]?.passed).toBe(true);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
  });

  test('a report of it can be written and read back', async () => {
    const loaded = parseSpec(JSON.stringify(specJson()), 'b'.repeat(64), { turners });
    const { units, prepared } = await ran(CARRIES, 'quick');
    const head = {
      experiment: 'A',
      design: 'turners',
      specSha256: 'b'.repeat(64),
      size: 'quick',
      model: PLANTED_MODEL,
      backend: 'node',
    } as const;
    const report = makeReport(loaded, { head, prepared, units }, 'c'.repeat(64));
    const written = serialiseReport(report);
    expect(serialiseReport(parseReport(written))).toBe(written);
  });

  test('a quick run has no interval and so no verdict', async () => {
    const { findings } = await ran(CARRIES, 'quick');
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.limits[0]).toContain('A quick run: 4 people');
  });
});

describe('the plan', () => {
  const spec = parsed();
  const actsIn = (text: string): { name: string; act: number; light: boolean }[] => {
    const all = spec.topics.flatMap(({ acts }) => acts);
    return text.split(/(?<=[.!?])\s/).flatMap((sentence) => {
      const [name = ''] = sentence.split(' ', 1);
      const said = sentence.slice(name.length + 1);
      const act = all.findIndex(({ light, dark }) => said === light || said === dark);
      return act < 0 ? [] : [{ name, act, light: all[act]?.light === said }];
    });
  };

  test('reads the same acts, as often in either version, after turners and after steady hands', () => {
    for (const topic of spec.topics) {
      const { contexts } = planOf(spec, topic, 'full');
      const counts = (prefix: string) =>
        contexts
          .filter(({ id }) => id.startsWith(prefix))
          .flatMap(({ text }) => actsIn(text).map(({ act, light }) => `${act} ${light ? 'light' : 'dark'}`))
          .sort();
      for (const names of ['own', 'dealt'])
        for (const stories of spec.stories) {
          const [drawn, mirror] = ['drawn', 'mirror'].map((order) =>
            ['turners', 'steady'].map((hand) => counts(`${hand}.${names}.${stories}.${order}.`)),
          );
          expect(drawn?.[0]?.concat(mirror?.[0] ?? []).sort()).toEqual(drawn?.[1]?.concat(mirror?.[1] ?? []).sort());
        }
    }
  });

  test('shows people who turn, people who stay, and with names dealt anew people of whom each does as much of both', () => {
    const [topic] = spec.topics;
    const { contexts } = planOf(spec, topic!, 'full');
    const people = (id: string): string[] => {
      const text = contexts.find((one) => one.id === id)?.text ?? expect.unreachable(id);
      const told = actsIn(text.split('\n\n').slice(0, -1).join('\n\n'));
      return [...new Set(told.map(({ name }) => name))].map((name) =>
        told
          .filter((one) => one.name === name)
          .map(({ light }) => (light ? 'l' : 'd'))
          .join(''),
      );
    };
    expect(people('turners.own.8.drawn.light')).toEqual(Array.from({ length: 4 }, () => ['lldd', 'ddll']).flat());
    expect(people('steady.own.8.mirror.dark')).toEqual(Array.from({ length: 4 }, () => ['dddd', 'llll']).flat());
    for (const hand of ['turners', 'steady']) {
      const dealt = people(`${hand}.dealt.8.drawn.light`);
      expect(dealt).toHaveLength(8);
      for (const acts of dealt) expect([...acts].sort().join('')).toBe('ddll');
      // The sentences and their order are the same but for the names.
      const text = (names: string) => contexts.find(({ id }) => id === `${hand}.${names}.8.drawn.light`)?.text ?? '';
      const bare = (names: string) => actsIn(text(names)).map(({ act, light }) => [act, light]);
      expect(bare('dealt')).toEqual(bare('own'));
    }
  });

  test('asks about nobody who was shown before, and for no act that was read', () => {
    for (const topic of spec.topics) {
      const { contexts, tests } = planOf(spec, topic, 'full');
      for (const { text } of contexts) {
        const before = text.split('\n\n').slice(0, -1).join(' ');
        expect(before).not.toContain(topic.name);
        for (const { light, dark } of tests) for (const act of [light, dark]) expect(text).not.toContain(act);
        expect(text.endsWith(` ${topic.name}`)).toBe(true);
      }
    }
  });

  test('keeps full below 200,000 tokens and quick below 20,000, a unit a person', () => {
    const tokens = (size: RunSize) => turners.units(spec, size).reduce((sum, { cost }) => sum + cost.read, 0);
    expect(tokens('full')).toBeLessThan(200_000);
    expect(tokens('quick')).toBeLessThan(20_000);
    expect(turners.units(spec, 'full')).toHaveLength(16);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [says: string, alter: (json: SpecJson) => void, message: string])[] = [
    [
      'an act that does not go on behind a name',
      (json) => (json.topics[0]!.acts[2] = { light: 'She sang.', dark: 'spat at the boy.' }),
      'spec.topics[0].acts[2].light must go on behind a name',
    ],
    [
      'an act twice',
      (json) => (json.topics[1]!.acts[3] = { ...json.topics[0]!.acts[2]! }),
      'spec.topics[1].acts[3].light is the same as spec.topics[0].acts[2].light',
    ],
    [
      'a side by its name',
      (json) => (json.topics[0]!.acts[0] = { ...json.topics[0]!.acts[0]!, dark: 'was cruel to the watchman.' }),
      'spec.topics[0].acts[0].dark holds "cruel"',
    ],
    [
      'a setting about somebody else',
      (json) => (json.topics[2]!.setting = 'The school was old.'),
      'spec.topics[2].setting must begin with the name, Clara',
    ],
    ['six stories', (json) => (json.stories = [4, 6]), 'spec.stories[1] must be a multiple of 4'],
    [
      'too few people of a pronoun',
      (json) => (json.topics = json.topics.filter(({ pronoun }, i) => pronoun === 'he' || i > 6)),
      'are "she"; 8 stories of others need 5',
    ],
    [
      'versions of unequal length',
      (json) =>
        json.topics.forEach(({ acts }) =>
          acts.forEach((act) => (act.dark = `once more and without any haste ${act.dark}`)),
        ),
      'spec.topics: the light versions have',
    ],
    ['a person twice', (json) => (json.topics[1]!.id = json.topics[0]!.id), 'spec.topics has the id "bakery" twice'],
    [
      'a quick number of stories that is not read',
      (json) => (json.quick.stories = [12]),
      'spec.quick.stories[0] is 12, which is not among spec.stories',
    ],
    ['a threshold left out', (json) => delete json.thresholds['rope'], 'spec.thresholds.rope is missing'],
    [
      'a misspelt name',
      (json) => (json['storys'] = [4]),
      'spec.storys is not known; the nearest name that is known there is stories',
    ],
  ];

  test.each(cases)('%s', (_, alter, message) => {
    const json = specJson();
    alter(json);
    expect(() => parsed(json)).toThrow(message);
  });

  test('units of another context, and a number too few, by path', async () => {
    const { units, prepared } = await ran(CARRIES);
    const refusal = (alter: (data: { contexts: { id: string; odds: number[] }[] }) => void): string => {
      const altered = structuredClone(units) as unknown as {
        id: string;
        data: { contexts: { id: string; odds: number[] }[] };
      }[];
      alter(altered[0]!.data);
      try {
        turners.analyse(SPEC, 'full', prepared, altered as unknown as UnitResult[]);
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing was refused';
    };
    const id = units[0]!.id;
    expect(refusal(({ contexts }) => (contexts[2]!.id = 'steady.own.4.drawn.light'))).toContain(
      `${id}.contexts[2].id is "steady.own.4.drawn.light", and the spec asks for "turners.own.4.drawn.light" there`,
    );
    expect(refusal(({ contexts }) => contexts[1]!.odds.pop())).toContain(`${id}.contexts[1].odds must have 4 items`);
    expect(() => turners.analyse(SPEC, 'full', prepared, units.slice(1))).toThrow(`The unit ${id} is missing`);
  });
});
