import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/experiments/design.ts';
import { makeReport } from '../../../src/experiments/report.ts';
import { estimateRun, runUnits, type ExperimentProgress, type Shard } from '../../../src/experiments/runner.ts';
import { parseSpec } from '../../../src/experiments/spec.ts';
import {
  assertBelongs,
  assertComplete,
  parseUnit,
  parseUnits,
  serialiseUnit,
  serialiseUnits,
  type UnitsHead,
} from '../../../src/experiments/unit-file.ts';
import { refusal } from '../../fixtures/refusal.ts';
import { memoryStore, TINY_SPEC, tinyDesign, tinySubject } from '../../fixtures/toy/tiny-design.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const loadTiny = (ran?: (id: string) => void, source = TINY_SPEC) =>
  parseSpec(source, sha256(source), { turners: tinyDesign(ran) });
const HEAD: UnitsHead = {
  experiment: 'tiny',
  design: 'turners',
  specSha256: sha256(TINY_SPEC),
  size: 'full',
  model: { id: 'letters', weightsSha256: '0'.repeat(64), layerCount: 1, hidden: 1 },
  backend: 'node',
};

/** Runs what a store lacks; the ids that ran. */
async function run(
  store = memoryStore(),
  more: {
    shard?: Shard;
    size?: 'quick';
    signal?: AbortSignal;
    stopAfter?: string;
    prepareOnly?: boolean;
    onProgress?: (progress: ExperimentProgress) => void;
  } = {},
): Promise<string[]> {
  const clock = { now: 0 };
  const ran: string[] = [];
  const controller = new AbortController();
  const loaded = loadTiny((id) => {
    clock.now += 2000;
    ran.push(id);
    if (id === more.stopAfter) controller.abort();
  });
  await runUnits({
    loaded,
    size: more.size ?? 'full',
    subject: tinySubject(clock),
    store,
    shard: more.shard,
    prepareOnly: more.prepareOnly,
    clock: () => clock.now,
    onProgress: more.onProgress,
    signal: controller.signal,
  }).catch((thrown: unknown) => {
    if (more.stopAfter === undefined) throw thrown;
  });
  return ran;
}

const reportOf = async (stores: readonly ReturnType<typeof memoryStore>[]) => {
  const units = stores.flatMap((store) => store.units());
  const set = { head: HEAD, prepared: (await stores[0]?.prepared()) ?? {}, units };
  return makeReport(loadTiny(), set, sha256(serialiseUnits(set)));
};

/** How many of the tiny design's eight steps, which cost the same, are done: the preparation and seven units. */
const steps = ({ share }: ExperimentProgress): number => Number((8 * (share ?? NaN)).toFixed(9));

describe('running units', () => {
  it('runs every unit once, in order, and nothing that has run', async () => {
    const store = memoryStore();
    expect(await run(store)).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6']);
    expect(await run(store)).toEqual([]);
    expect((await reportOf([store])).measures[0]?.estimate.value).toBeCloseTo((10 + 4 + 7 + 3 + 8 + 3 + 7) / 7, 12);
  });

  it('goes on where it was stopped, and the report is the same to the last bit', async () => {
    const stopped = memoryStore();
    expect(await run(stopped, { stopAfter: 'w2' })).toEqual(['w0', 'w1', 'w2']);
    expect(await run(stopped)).toEqual(['w3', 'w4', 'w5', 'w6']);
    const whole = memoryStore();
    await run(whole);
    expect(JSON.stringify(await reportOf([stopped]))).toBe(JSON.stringify(await reportOf([whole])));
  });

  it('in shards runs every unit in one of them, and joined they give the report of one run', async () => {
    const shards = [1, 2, 3].map((index) => ({ store: memoryStore(), shard: { index, of: 3 } }));
    const ran = [];
    for (const { store, shard } of shards) ran.push(await run(store, { shard }));
    expect(ran).toEqual([
      ['w0', 'w3', 'w6'],
      ['w1', 'w4'],
      ['w2', 'w5'],
    ]);
    const whole = memoryStore();
    await run(whole);
    expect(JSON.stringify(await reportOf(shards.map(({ store }) => store).reverse()))).toBe(
      JSON.stringify(await reportOf([whole])),
    );
  });

  it('prepares only, where that is asked for, and a quick run has its own units', async () => {
    const store = memoryStore();
    expect(await run(store, { prepareOnly: true })).toEqual([]);
    expect(await store.prepared()).toEqual({ offset: 6 });
    expect(await run(memoryStore(), { size: 'quick' })).toEqual(['w0', 'w1']);
  });

  it('says how far it is and how long the rest takes by what it took so far', async () => {
    const heard: ExperimentProgress[] = [];
    await run(memoryStore(), { onProgress: (progress) => heard.push(progress) });
    expect(heard[0]).toMatchObject({ stage: 'pace', done: 0, total: 7, share: null, secondsLeft: null });
    const atUnits = heard.filter(({ stage }) => stage === 'units');
    expect(atUnits.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    // A unit takes 2 s. The preparation took none, which the estimate had as long as a unit: (k units in 2k s) of k + 1 steps.
    expect(atUnits[4]?.secondsLeft).toBeCloseTo((3 * 8) / 5, 9);
    expect(atUnits.at(-1)?.secondsLeft).toBe(0);
    expect(atUnits.map(steps)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(heard.find(({ stage }) => stage === 'prepare')?.share).toBe(0);
  });

  it('counts what was kept as done, and tells how far the preparation is', async () => {
    const store = memoryStore();
    await run(store, { stopAfter: 'w2' });
    const heard: ExperimentProgress[] = [];
    await run(store, { onProgress: (progress) => heard.push(progress) });
    expect(heard.filter(({ stage }) => stage === 'units').map(steps)).toEqual([4, 5, 6, 7, 8]);
    const loaded = loadTiny();
    // The preparation is to cost ten tokens; passes of 4, 4 and 6 are read, and what is estimated too low does not seem to have ended.
    const design = {
      ...loaded.design,
      prepare: async (...args: Parameters<typeof loaded.design.prepare>) => {
        await args[2].read([
          { text: ['abcd'], readoutTexts: [], readoutAfter: [] },
          { text: ['efgh'], readoutTexts: [], readoutAfter: [] },
          { text: ['ijklmn'], readoutTexts: [], readoutAfter: [] },
        ]);
        return loaded.design.prepare(...args);
      },
    };
    const shares: (number | null)[] = [];
    const subject = tinySubject({ now: 0 });
    await runUnits({
      loaded: { ...loaded, design },
      size: 'full',
      subject,
      store: memoryStore(),
      clock: () => 0,
      prepareOnly: true,
      pace: { read: 1, written: 0 },
      onProgress: ({ stage, share }) => stage === 'prepare' && shares.push(share),
    });
    expect(shares).toEqual([0, 0.4, 0.8, 0.99]);
    // Anyone who reads with the same model afterwards is not counted.
    await subject.read([{ text: ['abcd'], readoutTexts: [], readoutAfter: [] }]);
    expect(shares).toHaveLength(4);
  });

  it('estimates from a short reading before anything is kept', async () => {
    const clock = { now: 0 };
    const subject = tinySubject(clock);
    const store = memoryStore();
    const { seconds, pace } = await estimateRun({
      loaded: loadTiny(),
      size: 'full',
      subject,
      store,
      clock: () => clock.now,
    });
    // Twelve passages at a second each; eight steps of ten tokens.
    expect(seconds).toBeCloseTo(80 * pace.read, 9);
    expect(pace.read * 12).toBeGreaterThan(0);
    expect(await store.ids()).toEqual(new Set());
  });
});

describe('what does not belong together', () => {
  const expectUnit = (change: Partial<UnitsHead>) =>
    expect(() => assertBelongs({ ...HEAD, ...change }, HEAD, 'units/w1.json'));

  it('is refused with what differs', () => {
    expectUnit({ specSha256: 'f'.repeat(64) }).toThrow(
      /units\/w1\.json\.specSha256 is f+, and the others have .* The spec was changed/,
    );
    expectUnit({ model: { ...HEAD.model, weightsSha256: '1'.repeat(64) } }).toThrow(
      /model\.weightsSha256.*one name and different weights/,
    );
    expectUnit({ model: { ...HEAD.model, id: 'other' } }).toThrow(/model\.id is other/);
    expectUnit({ size: 'quick' }).toThrow(/size is quick/);
    expectUnit({ backend: 'webgpu' }).toThrow(/backend is webgpu/);
    expectUnit({ experiment: 'A' }).toThrow(/experiment is A/);
    expectUnit({}).not.toThrow();
  });

  it('is refused where units are missing, strange or there twice', () => {
    const plan = loadTiny().design.units(loadTiny().spec, 'full');
    const units = plan.map(({ id }) => ({ id, data: {} }));
    expect(() => assertComplete(plan, units)).not.toThrow();
    expect(() => assertComplete(plan, units.slice(2))).toThrow(/2 of 7 units are missing: w0, w1\. Run the shards/);
    expect(() => assertComplete(plan, [...units, { id: 'w9', data: {} }])).toThrow(/no unit w9/);
    expect(() => assertComplete(plan, [...units, ...units.slice(0, 1)])).toThrow(/twice/);
  });

  it('is refused by the report where the spec is another one', async () => {
    const set = { head: { ...HEAD, specSha256: 'e'.repeat(64) }, prepared: {}, units: [] };
    expect(() => makeReport(loadTiny(), set, '0'.repeat(64))).toThrow(/specSha256 is e+, and the spec's is/);
  });
});

describe('units with numbers that no run gives', () => {
  it.each([1e309, 1e400])('such as %d are refused as the file’s fault, with the place', async (length) => {
    const store = memoryStore();
    await run(store);
    const units = store.units().map((unit, at) => (at === 2 ? { ...unit, data: { ...unit.data, length } } : unit));
    const set = { head: HEAD, prepared: (await store.prepared()) ?? {}, units };
    expect(refusal(() => makeReport(loadTiny(), set, '0'.repeat(64)))).toMatchObject({
      code: 'unit-invalid',
      message: expect.stringContaining('The units cannot be analysed: findings.measures.0.estimate') as string,
    });
  });

  it('of which the analysis makes a list of no possible length are refused too', async () => {
    const store = memoryStore();
    await run(store);
    const loaded = loadTiny();
    const design = { ...loaded.design, analyse: () => new Array<never>(-1) as never };
    expect(
      refusal(() =>
        makeReport({ ...loaded, design }, { head: HEAD, prepared: {}, units: store.units() }, '0'.repeat(64)),
      ),
    ).toMatchObject({ code: 'unit-invalid', message: expect.stringContaining('Invalid array length') as string });
  });
});

describe('unit files', () => {
  const result = { id: 'w1', data: { length: 4, deep: [1, null, { a: 'b' }] } satisfies JsonObject };
  const file = { head: HEAD, part: 'unit', preparedSha256: 'a'.repeat(64), result } as const;

  it('are read as they were written', () => {
    expect(parseUnit(serialiseUnit(file), 'w1.json')).toEqual(file);
    const set = {
      head: HEAD,
      prepared: { offset: 6 },
      units: [
        { id: 'b', data: { x: 1 } },
        { id: 'a', data: { x: 2 } },
      ],
    };
    expect(parseUnits(serialiseUnits(set), 'units.jsonl')).toEqual({ ...set, units: [...set.units].reverse() });
  });

  it('keep the variant of the model, so that a merge writes what one run writes', () => {
    const head = { ...HEAD, model: { ...HEAD.model, dtype: 'q4' } };
    expect(parseUnit(serialiseUnit({ ...file, head }), 'w1.json').head).toEqual(head);
    const text = serialiseUnits({ head, prepared: {}, units: [result] });
    expect(serialiseUnits(parseUnits(text, 'units.jsonl'))).toBe(text);
    expect(() => parseUnit(serialiseUnit({ ...file, head }).replace('"q4"', '"q3"'), 'w1.json')).toThrow(
      /w1\.json\.model\.dtype must be one of fp32/,
    );
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 80), /w1\.json is not JSON/],
    [
      'of another format',
      (text: string) => text.replace('flipside-unit', 'flipside-probe'),
      /w1\.json\.format must be "flipside-unit"/,
    ],
    ['of a newer version', (text: string) => text.replace('"version":1', '"version":9'), /w1\.json\.version is 9/],
    ['with a broken hash', (text: string) => text.replace(HEAD.specSha256, 'zz'), /w1\.json\.specSha256/],
    [
      'of a size there is not',
      (text: string) => text.replace('"size":"full"', '"size":"huge"'),
      /w1\.json\.size must be one of full, quick/,
    ],
    [
      'with a list for data',
      (text: string) => text.replace(/"data":\{.*\}\}/, '"data":[]}'),
      /w1\.json\.data must be an object/,
    ],
  ])('%s are refused by their path', (_, change, pattern) => {
    expect(() => parseUnit(change(serialiseUnit(file)), 'w1.json')).toThrow(pattern);
  });

  it('all in one that are broken are refused by their line', () => {
    const text = serialiseUnits({ head: HEAD, prepared: {}, units: [result] });
    expect(() => parseUnits(text.slice(0, -20), 'units.jsonl')).toThrow(/units\.jsonl line 3 is not JSON/);
    expect(() => parseUnits(text.replace('"unit":"w1"', '"unit":1'), 'units.jsonl')).toThrow(
      /units\.jsonl line 3\.unit must be a string/,
    );
  });
});

describe('a spec', () => {
  const change = (edit: (spec: Record<string, unknown>) => void): string => {
    const spec = JSON.parse(TINY_SPEC) as Record<string, unknown>;
    edit(spec);
    return JSON.stringify(spec);
  };

  it.each<[string, (spec: Record<string, unknown>) => void, RegExp]>([
    ['of another format', (spec) => (spec.format = 'x'), /spec\.format must be "flipside-experiment"/],
    [
      'without a rule for denying',
      (spec) => delete (spec.rule as Record<string, unknown>).deny,
      /spec\.rule\.deny is missing/,
    ],
    [
      'with a threshold that is no number',
      (spec) => (spec.thresholds = { long: '5' }),
      /spec\.thresholds\.long must be a finite number/,
    ],
    [
      'of a design there is not',
      (spec) => (spec.design = 'astrology'),
      /spec\.design must be one of authors, flip-back/,
    ],
    [
      'of a design that this version cannot run',
      (spec) => (spec.design = 'opposites'),
      /spec\.design is "opposites", which this version cannot run/,
    ],
    ['with too few draws', (spec) => (spec.draws = 10), /spec\.draws must be a whole number from 200/],
    ['with an id that is no name', (spec) => (spec.id = '../x'), /spec\.id/],
  ])('%s is refused by its path', (_, edit, pattern) => {
    expect(() => loadTiny(undefined, change(edit))).toThrow(pattern);
  });
});
