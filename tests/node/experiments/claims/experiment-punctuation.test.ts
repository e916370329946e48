/** Experiment E from the spec to the verdict, on models that sum up at punctuation or do not, and its refusals. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JsonObject, UnitResult } from '../../../../src/experiments/design.ts';
import type { Findings, RunSize } from '../../../../src/experiments/experiment-types.ts';
import { punctuation } from '../../../../src/experiments/punctuation/index.ts';
import { groupsOf } from '../../../../src/experiments/punctuation/passes.ts';
import { contextOf, placesOf } from '../../../../src/experiments/punctuation/places.ts';
import { SIDES } from '../../../../src/experiments/punctuation/spec.ts';
import { makeReport } from '../../../../src/experiments/report.ts';
import { parseReport, serialiseReport } from '../../../../src/experiments/report/experiment-report.ts';
import { parseSpec } from '../../../../src/experiments/spec.ts';
import { plantedPunctuation, type PlantedWorld } from '../../../fixtures/experiments/planted-punctuation.ts';
import { parsed, type SpecJson, specJson } from '../../../fixtures/experiments/punctuation-spec.ts';

const SPEC = { ...parsed(), draws: 400, permutations: 5000 };

interface Ran {
  readonly findings: Findings;
  readonly units: UnitResult[];
  readonly prepared: JsonObject;
}

async function ran(planted: PlantedWorld, size: RunSize = 'full'): Promise<Ran> {
  const subject = plantedPunctuation(SPEC, planted);
  const prepared = await punctuation.prepare(SPEC, size, subject, {});
  const units: UnitResult[] = [];
  for (const plan of punctuation.units(SPEC, size))
    units.push({ id: plan.id, data: await punctuation.run(SPEC, plan, prepared, subject, {}) });
  return { findings: punctuation.analyse(SPEC, size, prepared, units), units, prepared };
}

/** Every token carries as much. */
const EVEN: PlantedWorld = { told: 3, mark: 0.02, behind: 0.02, other: 0.02, anyway: 0, noise: 0.02 };
const GATHERS: PlantedWorld = { ...EVEN, mark: 0.08, behind: 0.01, other: 0.01 };

const contrast = ({ findings }: Ran, id: string) =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);

describe('verdicts', () => {
  test('a model that sums up at its marks is CONFIRM, and what was planted comes out', async () => {
    const run = await ran(GATHERS);
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.gates.every(({ passed }) => passed)).toBe(true);
    expect(run.findings.gates[0]?.measured.value).toBeCloseTo(3, 1);
    // Five marks of 0.08 each, of 0.4 and what some twenty other tokens of 0.01 lose.
    expect(measure(run, 'sentiment.lost-marks').value).toBeGreaterThan(0.55);
    expect(measure(run, 'sentiment.lost-others').value).toBeLessThan(0.15);
    expect(contrast(run, 'sentiment.marks').pHolm).toBeLessThan(0.05);
  });

  test('a model in which every token carries as much is DENY', async () => {
    const run = await ran(EVEN);
    expect(run.findings.verdict).toBe('DENY');
    for (const axis of ['sentiment', 'character']) expect(contrast(run, `${axis}.marks`).reading).toBe('within');
    expect(measure(run, 'sentiment.lost-marks').value).toBeCloseTo(measure(run, 'sentiment.tokens').value, 1);
  });

  test('a model whose marks carry less is DENY', async () => {
    const run = await ran({ ...EVEN, mark: 0 });
    expect(run.findings.verdict).toBe('DENY');
    expect(contrast(run, 'sentiment.marks').reading).toBe('below');
  });

  test('a model that carries as much right behind the marks is PARTIAL: it may be the place', async () => {
    const run = await ran({ ...GATHERS, behind: 0.08 });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(run.findings.because).toContain('more is lost there, but a control loses as much');
  });

  test('a model that any steering at a mark disturbs is no CONFIRM', async () => {
    const run = await ran({ ...EVEN, mark: 0.02, anyway: 0.05 });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(contrast(run, 'sentiment.marks').reading).toBe('above');
    expect(contrast(run, 'sentiment.random').estimate.value).toBeCloseTo(0, 1);
  });

  test('a model that does not tell the versions apart is INCONCLUSIVE by its gate', async () => {
    const run = await ran({ ...GATHERS, told: 0 });
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.because).toContain('sentiment: the model says of a text which version it was; asked for');
  });

  test('a model that tells them apart along no such direction is INCONCLUSIVE by its gate', async () => {
    const run = await ran({ ...EVEN, mark: 0, behind: 0, other: 0 });
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.gates.map(({ passed }) => passed)).toEqual([true, false, true, false]);
  });

  test('a model too noisy to tell is INCONCLUSIVE with its gates passed', async () => {
    const run = await ran({ ...EVEN, mark: 0.035, noise: 0.3 });
    expect(run.findings.gates.every(({ passed }) => passed)).toBe(true);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
  });

  test('a report of it can be written and read back', async () => {
    const loaded = parseSpec(JSON.stringify(specJson()), 'b'.repeat(64), { punctuation });
    const { units, prepared } = await ran(GATHERS, 'quick');
    expect(units).toHaveLength(4);
    const head = {
      experiment: 'E',
      design: 'punctuation',
      specSha256: 'b'.repeat(64),
      size: 'quick',
      model: plantedPunctuation(SPEC, GATHERS).model,
      backend: 'node',
    } as const;
    const written = serialiseReport(makeReport(loaded, { head, prepared, units }, 'c'.repeat(64)));
    expect(serialiseReport(parseReport(written))).toBe(written);
  });
});

describe('the plan', () => {
  const { encode } = plantedPunctuation(SPEC, EVEN);

  test('fits each group’s directions on the topics of all other groups', () => {
    for (const { axis, topics, fit } of groupsOf(SPEC, 'full')) {
      expect(topics).toHaveLength(4);
      expect(new Set([...topics, ...fit]).size).toBe(axis.topics.length);
    }
    expect(new Set(groupsOf(SPEC, 'full').flatMap(({ topics }) => topics)).size).toBe(48);
  });

  test('takes out at every mark, at its neighbours, and at as many other tokens, none of them a mark', () => {
    for (const axis of SPEC.axes)
      for (const topic of axis.topics)
        for (const side of SIDES) {
          const words = contextOf(topic, side).match(/[A-Za-z]+|[,.]/g) ?? [];
          const places = placesOf(SPEC, axis, topic, side, encode);
          expect(places.marks.map((at) => words[at]).join('')).toBe(',,.,.');
          expect(places.commas.map((at) => words[at]).join('')).toBe(',,,');
          expect(places.behind).toEqual(places.marks.map((at) => at + 1));
          expect(places.before).toEqual(places.marks.map((at) => at - 1));
          expect(words.slice(places.all.length).join(' ')).toBe(topic.ask);
          expect(places.others).toHaveLength(SPEC.others);
          for (const drawn of places.others) {
            expect(new Set(drawn).size).toBe(places.marks.length);
            for (const at of drawn) {
              expect(places.marks).not.toContain(at);
              expect(at > 0 && at < places.all.length).toBe(true);
            }
          }
          expect(placesOf(SPEC, axis, topic, side, encode)).toEqual(places);
        }
    const [one, other] = SPEC.axes[0]!.topics;
    expect(placesOf(SPEC, SPEC.axes[0]!, one!, 'light', encode).others).not.toEqual(
      placesOf(SPEC, SPEC.axes[0]!, other!, 'light', encode).others,
    );
  });

  test('refuses a tokenizer that joins a mark to its word, by path', () => {
    const joined = (text: string): number[] => text.split(' ').map((word) => word.length);
    expect(() => placesOf(SPEC, SPEC.axes[0]!, SPEC.axes[0]!.topics[0]!, 'light', joined)).toThrow(
      'sentiment.room.light: the "," at character 28 is no token of its own for this model',
    );
  });

  test('keeps full below 150,000 tokens and quick below 50,000', () => {
    const tokens = (size: RunSize) => punctuation.units(SPEC, size).reduce((sum, { cost }) => sum + cost.read, 0);
    expect(tokens('full')).toBeLessThan(150_000);
    expect(tokens('quick')).toBeLessThan(50_000);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [says: string, alter: (json: SpecJson) => void, message: string])[] = [
    [
      'a mark more in one version',
      (json) => (json.axes[0]!.topics[0]!.dark = 'It was cold, wet, and dim. It stank, it leaked, and it shook.'),
      'spec.axes[0].topics[0] has "," 3 times in its light version and 4 times in its dark one',
    ],
    [
      'a mark of another kind',
      (json) =>
        (json.axes[0]!.topics[2]!.light = 'It was fun; we laughed, we sang, and we slept. All went home, and slept.'),
      'spec.axes[0].topics[2].light must hold letters, spaces, commas and full stops alone',
    ],
    [
      'too few marks',
      (json) => {
        json.axes[1]!.topics[0]!.light = 'She gave him bread, and smiled.';
        json.axes[1]!.topics[0]!.dark = 'She took his bread, and sneered.';
      },
      'spec.axes[1].topics[0].light has 2 commas and full stops; 3 are needed',
    ],
    [
      'an answer in a text',
      (json) => (json.axes[1]!.topics[3]!.dark = 'He was cruel, he hit, and he bit. He ran, and hid.'),
      'spec.axes[1].topics[3].dark holds "cruel", which names the answer "cruel"',
    ],
    [
      'a text twice',
      (json) => (json.axes[0]!.topics[4]!.light = json.axes[0]!.topics[3]!.light),
      'spec.axes[0].topics[4].light is the same as spec.axes[0].topics[3].light',
    ],
    [
      'topics that do not part into groups',
      (json) => json.axes[0]!.topics.pop(),
      'spec.axes[0].topics has 23 topics, which do not part into 6 groups of one size',
    ],
    [
      'a topic twice',
      (json) => (json.axes[1]!.topics[1]!.id = json.axes[1]!.topics[0]!.id),
      'spec.axes[1].topics has the id "marta" twice',
    ],
    [
      'an opening with a mark',
      (json) => (json.axes[0]!.topics[0]!.ask = 'In short, it was'),
      'spec.axes[0].topics[0].ask must begin a sentence, in letters and spaces alone',
    ],
    [
      'an answer of two words',
      (json) => (json.axes[0]!.words[0]!.light = 'very good'),
      'spec.axes[0].words[0].light must be one word in small letters',
    ],
    [
      'versions of unequal length',
      (json) =>
        json.axes[0]!.topics.forEach((topic) => (topic.dark = `Once more and without any haste at all ${topic.dark}`)),
      'spec.axes[0].topics: the light versions have',
    ],
    ['more quick groups than there are', (json) => (json.quick.groups = 7), 'spec.quick.groups must be'],
    ['a threshold left out', (json) => delete json.thresholds['carried'], 'spec.thresholds.carried is missing'],
    [
      'a misspelt name',
      (json) => (json['other'] = 4),
      'spec.other is not known; the nearest name that is known there is others',
    ],
  ];

  test.each(cases)('%s', (_, alter, message) => {
    const json = specJson();
    alter(json);
    expect(() => parsed(json)).toThrow(message);
  });

  test('units of another topic, of too few passes, and a unit that is missing, by path', async () => {
    const { units, prepared } = await ran(GATHERS);
    interface Data {
      topics: { id: string; light: { odds: number[][] } }[];
    }
    const refusal = (alter: (data: Data) => void): string => {
      const altered = structuredClone(units) as unknown as { id: string; data: Data }[];
      alter(altered[0]!.data);
      try {
        punctuation.analyse(SPEC, 'full', prepared, altered as unknown as UnitResult[]);
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing was refused';
    };
    expect(refusal(({ topics }) => (topics[1]!.id = 'marta'))).toContain(
      'character.01.topics[1].id is "marta", and the spec asks for "omar" there',
    );
    expect(refusal(({ topics }) => topics[0]!.light.odds.pop())).toContain(
      'character.01.topics[0].light.odds must have 22 items',
    );
    expect(refusal(({ topics }) => topics[0]!.light.odds[3]!.pop())).toContain(
      'character.01.topics[0].light.odds[3] must have 4 items',
    );
    expect(() => punctuation.analyse(SPEC, 'full', prepared, units.slice(1))).toThrow(
      'The unit character.01 is missing',
    );
    await expect(
      punctuation.run(
        SPEC,
        { id: 'sentiment.09', cost: { read: 0, written: 0 } },
        prepared,
        plantedPunctuation(SPEC, EVEN),
        {},
      ),
    ).rejects.toThrow('Unit "sentiment.09" is no group of this spec');
  });
});

test('shares and their intervals in the committed run are those of Python', () => {
  const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
  const { gates, contrasts, measures } = parseReport(
    read('experiments/E/results/smollm2-135m-instruct-q4/report.json'),
  );
  const python = JSON.parse(read('tests/fixtures/reference/punctuation/punctuation.fixture.json')) as Record<
    string,
    Record<string, { value: number; low: number; high: number }>
  >;
  const found = new Map([
    ...gates.map(({ id, measured }) => [id, measured] as const),
    ...[...contrasts, ...measures].map(({ id, estimate }) => [id, estimate] as const),
  ]);
  for (const [axis, numbers] of Object.entries(python))
    for (const [name, { value, low, high }] of Object.entries(numbers)) {
      const own = found.get(`${axis}.${name}`) ?? expect.unreachable(`${axis}.${name}`);
      // A report has six significant digits.
      expect(own.value, `${axis} ${name}`).toBeCloseTo(value, 5);
      const width = high - low;
      expect(Math.abs((own.low ?? NaN) - low)).toBeLessThan(0.12 * width);
      expect(Math.abs((own.high ?? NaN) - high)).toBeLessThan(0.12 * width);
    }
});
