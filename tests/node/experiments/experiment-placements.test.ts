/** Experiment C from the spec to the verdict, on models in which what is outside of the text is sturdier, or not, and its refusals. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { significant } from '../../../src/base/round.ts';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import { placements } from '../../../src/experiments/placements/index.ts';
import { editCost, logOdds } from '../../../src/experiments/placements/odds.ts';
import { conditionsOf, contextsOf } from '../../../src/experiments/placements/plan.ts';
import type { Kind } from '../../../src/experiments/placements/spec.ts';
import { makeReport } from '../../../src/experiments/report.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';
import { parseSpec } from '../../../src/experiments/spec.ts';
import {
  type Inside,
  INSIDE,
  type Left,
  plantedPlacements,
  type PlantedWorld,
} from '../../fixtures/experiments/planted-placements.ts';
import { parsed, type SpecJson, specJson } from '../../fixtures/experiments/placements-spec.ts';

const SPEC = { ...parsed(), draws: 300 };

interface Ran {
  readonly findings: Findings;
  readonly units: UnitResult[];
  readonly prepared: JsonObject;
}

async function ran(world: PlantedWorld, size: RunSize = 'full'): Promise<Ran> {
  const subject = plantedPlacements(SPEC, world);
  const prepared = await placements.prepare(SPEC, size, subject, {});
  const units: UnitResult[] = [];
  for (const plan of placements.units(SPEC, size))
    units.push({ id: plan.id, data: await placements.run(SPEC, plan, prepared, subject, {}) });
  return { findings: placements.analyse(SPEC, size, prepared, units), units, prepared };
}

type Lefts = Readonly<Record<Inside, Left>>;

/** Seven placements by the order of their outside-textiness, with what is left of each. */
const lefts = (of: (at: number) => Pick<Left, 'attack' | 'exception'>): Lefts =>
  Object.fromEntries(INSIDE.map((placement, at) => [placement, { spread: 0.8 - 0.1 * at, ...of(at) }])) as Lefts;

const RISES = lefts((at) => ({ attack: 0.1 + 0.1 * at, exception: 0.05 + 0.1 * at }));
const FALLS = lefts((at) => ({ attack: 0.7 - 0.1 * at, exception: 0.65 - 0.1 * at }));
/** As much left here as there, in no order. */
const MIXED = lefts((at) => ({
  attack: [0.5, 0.2, 0.7, 0.3, 0.6, 0.4, 0.5][at] ?? 0,
  exception: [0.3, 0.6, 0.2, 0.5, 0.7, 0.4, 0.3][at] ?? 0,
}));
/** One text keeps all under attack and gives way where it should. */
const PERSONA_HAS_BOTH: Lefts = { ...MIXED, persona: { spread: 0.6, attack: 1.05, exception: 0.3 } };

const world = (left: Readonly<Record<Kind, Lefts>>, more: Partial<PlantedWorld> = {}): PlantedWorld => ({
  left,
  text: 3,
  mention: 1,
  gain: 4,
  taken: 0.5,
  noise: 0.01,
  ...more,
});

const both = (left: Lefts): Readonly<Record<Kind, Lefts>> => ({ sentence: left, words: left });
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);
const contrast = ({ findings }: Ran, id: string) =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);

describe('verdicts', () => {
  let confirmed: Ran;
  beforeAll(async () => {
    confirmed = await ran(world(both(RISES)));
  });

  test('a model in which more is left the further outside a placement is, is CONFIRM', () => {
    expect(confirmed.findings.because).toMatch(/^In both families more is left under attack, and more in exceptions/);
    expect(confirmed.findings.verdict).toBe('CONFIRM');
    expect(contrast(confirmed, 'sentence.attack').p).toBeCloseTo(1 / 5040, 6);
    expect(contrast(confirmed, 'insults.exception').pHolm).toBeCloseTo(4 / 5040, 6);
  });

  test('what was planted comes back: shares, strength, what a mention adds, and costs', () => {
    for (const family of ['sentence', 'insults'])
      for (const placement of INSIDE) {
        const { attack, exception } = RISES[placement];
        expect(measure(confirmed, `${family}.${placement}.attack`).value).toBeCloseTo(attack, 1);
        expect(measure(confirmed, `${family}.${placement}.exception`).value).toBeCloseTo(exception, 1);
      }
    expect(measure(confirmed, 'sentence.instruction.reached').value).toBeCloseTo(3, 1);
    expect(measure(confirmed, 'sentence.middle.reached').value).toBeCloseTo(1, 1);
    expect(measure(confirmed, 'insults.late.reached').value).toBeCloseTo(0.5, 1);
    expect(measure(confirmed, 'sentence.gated.reached').value).toBeCloseTo(0.5, 2);
    expect(measure(confirmed, 'sentence.told').value).toBeCloseTo(2, 1);
    // A persona costs 0.4 nats at 3 nats, so at most a third of it at 1 nat; steering 0.2 at its own strength.
    expect(measure(confirmed, 'sentence.persona.tasks').value).toBeCloseTo(0.4 / 3, 2);
    expect(measure(confirmed, 'sentence.early.neutral').value).toBeCloseTo(0.2, 5);
  });

  test('fixed scores keep all of it everywhere, by construction', () => {
    for (const share of ['attack', 'exception', 'outside'])
      expect(measure(confirmed, `sentence.fixed.${share}`).value).toBe(1);
  });

  test('a placement that holds under attack and gives way in exceptions, in both families, is DENY', async () => {
    const { findings } = await ran(world(both(PERSONA_HAS_BOTH)));
    expect(findings.verdict).toBe('DENY');
    expect(findings.because).toMatch(/^In both families persona keeps as much under attack/);
  });

  test('the same where a mere mention adds as much as the text is no DENY', async () => {
    const { findings } = await ran(world(both(PERSONA_HAS_BOTH), { mention: 3.2 }));
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.because).toMatch(/^No trend holds in both families/);
  });

  test('the other way round in both families is DENY', async () => {
    const { findings } = await ran(world(both(FALLS)));
    expect(findings.verdict).toBe('DENY');
    expect(findings.because).toContain('less is left under attack and less is left in exceptions');
  });

  test('one family of two is PARTIAL, and what contradicts is said', async () => {
    const { findings } = await ran(world({ sentence: RISES, words: FALLS }));
    expect(findings.verdict).toBe('PARTIAL');
    expect(findings.because).toMatch(
      /^Both trends hold in one family only \(Say one fixed sentence\)\. The families contradict each other on/,
    );
  });

  test('one trend of two is PARTIAL', async () => {
    const attackOnly = lefts((at) => ({ attack: 0.1 + 0.1 * at, exception: MIXED[INSIDE[at] ?? 'early'].exception }));
    const { findings } = await ran(world(both(attackOnly)));
    expect(findings.verdict).toBe('PARTIAL');
    expect(findings.because).toMatch(/^In both families more is left under attack the further outside/);
  });

  test('all trends with texts that are no more than a mention is PARTIAL', async () => {
    const { findings } = await ran(world(both(RISES), { mention: 3.2 }));
    expect(findings.verdict).toBe('PARTIAL');
    expect(findings.because).toContain('they are no rules to this model');
  });

  test('a model in which no order is to be seen is INCONCLUSIVE with its gates passed', async () => {
    const { findings } = await ran(world(both(MIXED)));
    expect(findings.gates.every(({ passed }) => passed)).toBe(true);
    expect(findings.verdict).toBe('INCONCLUSIVE');
  });

  test('attacks that do nothing are INCONCLUSIVE by a gate', async () => {
    const all = lefts(() => ({ attack: 1, exception: 1 }));
    const { findings } = await ran(world(both(all), { taken: 0 }));
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.because).toMatch(/^A gate fails: Say one fixed sentence: the attacks lower/);
  });

  test('placements that do not come to the shared strength are named, and too few of them are INCONCLUSIVE', async () => {
    const { findings } = await ran(world(both(RISES), { text: 0.3, mention: 0 }));
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.because).toMatch(/^A gate fails: Say one fixed sentence: enough placements/);
    expect(findings.because).toContain('instruction (0.30 nats)');
    const unsteered = await ran(world(both(RISES), { gain: 0.01 }));
    expect(unsteered.findings.because).toContain('early steering (no strength found)');
    expect(unsteered.findings.verdict).toBe('INCONCLUSIVE');
  });

  test('a report of it can be written and read back, and a quick run has no verdict', async () => {
    const loaded = parseSpec(JSON.stringify(specJson()), 'b'.repeat(64), { placements });
    const { findings, units, prepared } = await ran(world(both(RISES)), 'quick');
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.limits[0]).toContain('A quick run: 3 topics of each family');
    const head = {
      experiment: 'C',
      design: 'placements',
      specSha256: 'b'.repeat(64),
      size: 'quick',
      model: plantedPlacements(SPEC, world(both(RISES))).model,
      backend: 'node',
    } as const;
    const written = serialiseReport(makeReport(loaded, { head, prepared, units }, 'c'.repeat(64)));
    expect(serialiseReport(parseReport(written))).toBe(written);
  });
});

describe('the plan and the measure', () => {
  test('an item is the same string in every condition, and sentences are read word by word behind it', () => {
    for (const family of SPEC.families)
      for (const topic of family.topics)
        for (const condition of conditionsOf(family)) {
          const contexts = contextsOf(family, topic, condition, 'instruction');
          const words = topic.said?.split(' ') ?? [''];
          expect(contexts).toHaveLength(words.length * topic.items.length);
          contexts.forEach((context, i) => {
            expect(context).toContain(topic.items[Math.floor(i / words.length)]);
            expect(context).not.toMatch(/[{}]/);
          });
          if (topic.said !== null) expect(contexts[2]?.endsWith(` ${words.slice(0, 2).join(' ')}`)).toBe(true);
        }
  });

  test('no context of the outcomes is one that outside-textiness, the gate or the directions are made of', () => {
    for (const { attacks, exceptions, elsewhere, opens, closes, topics } of SPEC.families) {
      const outcomes = [...attacks, ...exceptions].map(({ text }) => text);
      for (const { text } of elsewhere) expect(outcomes).not.toContain(text);
      for (const text of [...opens, ...closes])
        for (const { items } of topics) for (const item of items) expect(text).not.toContain(item);
    }
  });

  test('log odds and costs are those of 0.9, 0.01 and 0.3, worked out by hand', () => {
    // log 9, -log 99, and log(1 - p + p e^b).
    expect(logOdds(-0.105360515657826)).toBeCloseTo(Math.log(9), 9);
    expect(logOdds(-4.605170185988091)).toBeCloseTo(-Math.log(99), 9);
    expect(editCost(Math.log(0.3), 1)).toBeCloseTo(Math.log(0.7 + 0.3 * Math.E), 12);
    expect(editCost(Math.log(0.3), -1)).toBeCloseTo(Math.log(0.7 + 0.3 / Math.E), 12);
  });

  test('keeps full below 140,000 tokens and quick below 60,000, a unit a topic', () => {
    const tokens = (size: RunSize) =>
      placements.units(SPEC, size).reduce((sum, { cost }) => sum + cost.read, placements.preparation(SPEC, size).read);
    expect(tokens('full')).toBeLessThan(140_000);
    expect(tokens('quick')).toBeLessThan(60_000);
    expect(placements.units(SPEC, 'full')).toHaveLength(16);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [says: string, alter: (json: SpecJson) => void, message: string])[] = [
    [
      'a frame without its item',
      (json) => (json.families[0]!.attacks[1] = { id: 'other', text: 'Nothing here.' }),
      'spec.families[0].attacks[1].text must hold {item} once',
    ],
    [
      'an instruction without the sentence',
      (json) => (json.families[0]!.texts['instruction'] = 'Say it.'),
      'spec.families[0].texts.instruction must hold {said}',
    ],
    [
      'a context that stands in an attack and elsewhere',
      (json) => (json.families[1]!.elsewhere[0] = { id: 'x', text: json.families[1]!.attacks[1]!.text }),
      'spec.families[1].elsewhere[0].text is the same as spec.families[1].attacks[1].text',
    ],
    [
      'a sentence with its full stop',
      (json) => (json.families[0]!.topics[0]!.said = 'The cat sat.'),
      'spec.families[0].topics[0].said must be two words or more',
    ],
    [
      'a word of both classes',
      (json) => (json.families[1]!.broken[0] = json.families[1]!.kept[0]!),
      'is the same as spec.families[1].kept[0]',
    ],
    [
      'fewer closes than opens',
      (json) => json.families[0]!.closes.pop(),
      'spec.families[0].closes must be as many as opens, 6, got 5',
    ],
    [
      'a topic twice',
      (json) => (json.families[0]!.topics[1]!.id = 'cat'),
      'spec.families[0].topics has the id "cat" twice',
    ],
    ['families of one id', (json) => (json.families[1]!.id = 'sentence'), 'spec.families[1].id is "sentence"'],
    ['a threshold left out', (json) => delete json.thresholds['margin'], 'spec.thresholds.margin is missing'],
    [
      'a misspelt name',
      (json) => (json['besideeach'] = 2),
      'spec.besideeach is not known; the nearest name that is known there is besideEach',
    ],
  ];

  test.each(cases)('%s', (_, alter, message) => {
    const json = specJson();
    alter(json);
    expect(() => parsed(json)).toThrow(message);
  });

  test('units with a number too few or a condition left out, by path', async () => {
    const { units, prepared } = await ran(world(both(RISES)));
    const refusal = (alter: (data: Record<string, Record<string, unknown>>) => void): string => {
      const altered = structuredClone(units) as unknown as {
        id: string;
        data: Record<string, Record<string, unknown>>;
      }[];
      alter(altered.find(({ id }) => id === 'insults.cashier')!.data);
      try {
        placements.analyse(SPEC, 'full', prepared, altered as unknown as UnitResult[]);
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing was refused';
    };
    expect(refusal((data) => delete data['gate']!['attack.liar'])).toContain(
      'insults.cashier.gate.attack.liar is missing',
    );
    expect(refusal((data) => (data['odds']!['none'] as Record<string, number[]>)['clean']!.pop())).toContain(
      'insults.cashier.odds.none.clean must have 2 items',
    );
    expect(() => placements.analyse(SPEC, 'full', prepared, units.slice(1))).toThrow('is missing. Run the experiment');
  });
});

interface FamilyNumbers {
  readonly placements: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly trends: Readonly<Record<string, { readonly rho: number; readonly p: number }>>;
  readonly told: number;
}

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const PYTHON = JSON.parse(read('tests/fixtures/reference/placements/placements.fixture.json')) as Record<
  string,
  FamilyNumbers
>;
const SHIPPED = parseReport(read('experiments/C/results/smollm2-135m-instruct-q4/report.json'));

test('shares, outside-textiness, exact trends and what texts add beyond a mention are those of Python', () => {
  // A report has six significant digits.
  const measured = new Map(SHIPPED.measures.map(({ id, estimate }) => [id, estimate.value]));
  for (const [family, { placements, trends, told }] of Object.entries(PYTHON)) {
    for (const [placement, numbers] of Object.entries(placements))
      for (const [name, value] of Object.entries(numbers))
        expect(measured.get(`${family}.${placement}.${name}`), `${family} ${placement} ${name}`).toBe(
          significant(value),
        );
    expect([...measured.keys()].filter((id) => id.startsWith(family) && id.endsWith('.outside'))).toHaveLength(
      Object.keys(placements).length,
    );
    for (const [name, { rho, p }] of Object.entries(trends)) {
      const found = SHIPPED.contrasts.find(({ id }) => id === `${family}.${name}`);
      expect(found?.estimate.value).toBe(significant(rho));
      expect(found?.p).toBe(significant(p));
    }
    expect(measured.get(`${family}.told`)).toBe(significant(told));
  }
});
