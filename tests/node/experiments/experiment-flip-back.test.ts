/** The design flip-back from the shipped spec to the verdict, on models whose answer is known. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import { experimentCard } from '../../../src/experiments/report/experiment-card.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';
import { flipBack } from '../../../src/experiments/flip-back/index.ts';
import { DECAY, flipBackSubject, type Nature } from '../../fixtures/experiments/flip-back-subject.ts';
import { parseJson, shippedJson } from '../../fixtures/experiments/flip-back-spec.ts';

/** Fewer draws than the file asks for: the answers are clear. */
const spec = { ...parseJson(shippedJson()), draws: 400, permutations: 400 };

interface Run {
  readonly prepared: JsonObject;
  readonly units: readonly UnitResult[];
  readonly findings: Findings;
}

async function run(nature: Nature, size: RunSize = 'full'): Promise<Run> {
  const subject = flipBackSubject(spec, nature);
  const prepared = await flipBack.prepare(spec, size, subject, {});
  const units: UnitResult[] = [];
  for (const plan of flipBack.units(spec, size))
    units.push({ id: plan.id, data: await flipBack.run(spec, plan, prepared, subject, {}) });
  return { prepared, units, findings: flipBack.analyse(spec, size, prepared, units) };
}

const contrastOf = ({ findings }: Run, id: string) =>
  findings.contrasts.find((own) => own.id === id) ?? expect.fail(`no contrast ${id}`);
const measureOf = ({ findings }: Run, id: string) =>
  findings.measures.find((own) => own.id === id)?.estimate ?? expect.fail(`no measure ${id}`);
const gateOf = ({ findings }: Run, id: string) =>
  findings.gates.find((own) => own.id === id) ?? expect.fail(`no gate ${id}`);

describe('a model in which kind and cruel acts weigh alike', () => {
  let done: Run;
  beforeAll(async () => {
    done = await run('symmetric');
  }, 240_000);

  test('is confirmed to flip back', () => {
    expect(done.findings.because).toContain('evidence ratio');
    expect(done.findings.verdict).toBe('CONFIRM');
    expect(done.findings.gates.map(({ id, passed }) => [id, passed])).toEqual([
      ['instrument', true],
      ['stories-4', true],
      ['stories-12', true],
      ['control', true],
      ['kappa', true],
      ['both-poles', true],
    ]);
  });

  test('has an evidence ratio of 1 and the decay that was put in', () => {
    const ratio = contrastOf(done, 'evidence-ratio');
    expect(ratio.estimate.value).toBeGreaterThan(0.9);
    expect(ratio.estimate.value).toBeLessThan(1.1);
    expect(ratio.reading).toBe('within');
    expect(ratio.estimate.n).toBe(24);
    expect(Math.abs(measureOf(done, 'decay').value - DECAY)).toBeLessThan(0.05);
    // tau = -1 / log(decay)
    expect(Math.abs(measureOf(done, 'tau-dark-light').value - -1 / Math.log(DECAY))).toBeLessThan(1);
    expect(contrastOf(done, 'escape-asymmetry').reading).toBe('within');
    for (const id of ['formal-ratio', 'mood-ratio'])
      expect(Math.abs(contrastOf(done, id).estimate.value - 1)).toBeLessThan(0.15);
  });

  test('remembers more than the last beat, and is no absorbing state', () => {
    expect(contrastOf(done, 'memory').estimate.low).toBeGreaterThan(0);
    expect(contrastOf(done, 'not-absorbing').estimate.low).toBeGreaterThan(0);
  });

  test('regains after reveal and dream what the filter alone expects of a light beginning, and after a topic break nothing more', () => {
    const expected = measureOf(done, 'light-beginning').value;
    expect(expected).toBeGreaterThan(0);
    for (const id of ['recovery-reveal', 'recovery-dream'])
      expect(Math.abs(contrastOf(done, id).estimate.value - expected)).toBeLessThan(0.05);
    expect(contrastOf(done, 'recovery-rupture').reading).toBe('within');
  });

  test('writes both ways alike, with the inertia of its chain', () => {
    const ratio = contrastOf(done, 'free-ratio').estimate;
    expect(ratio.low).toBeLessThan(0);
    expect(ratio.high).toBeGreaterThan(0);
    expect(contrastOf(done, 'free-inertia').estimate.low).toBeGreaterThan(0);
    // The chain leaves the dark with 0.4 a sentence.
    expect(Math.abs(measureOf(done, 'free-dwell').value - 2.5)).toBeLessThan(0.4);
    expect(measureOf(done, 'free-refused').value).toBe(0);
  });

  test('Holm raises each p or leaves it, over all contrasts that have one', () => {
    const tested = done.findings.contrasts.filter(({ p }) => p !== null);
    expect(tested.length).toBe(12);
    for (const { p, pHolm } of tested) expect(pHolm).toBeGreaterThanOrEqual(p ?? NaN);
  });

  test('random directions are kept as a null', () => {
    expect(measureOf(done, 'beyond-random').n).toBe(100);
  });

  test('layer 0 reads nothing, for the control texts are the same words', () => {
    expect(measureOf(done, 'gap-layer-0').value).toBe(0);
    expect(measureOf(done, 'gap-layer-5').value).toBeGreaterThan(1);
  });

  test('is analysed to the same bits after a round trip through JSON, and from units in another order', () => {
    const findings = JSON.stringify(done.findings);
    const again = JSON.parse(JSON.stringify({ prepared: done.prepared, units: done.units })) as {
      prepared: JsonObject;
      units: UnitResult[];
    };
    expect(JSON.stringify(flipBack.analyse(spec, 'full', again.prepared, again.units))).toBe(findings);
    expect(JSON.stringify(flipBack.analyse(spec, 'full', done.prepared, [...done.units].reverse()))).toBe(findings);
    // Nothing in it is lost in a file.
    expect(JSON.parse(findings)).toEqual(done.findings);
  });

  test('its report can be written and read again', () => {
    const { id, title, claim, rule } = spec;
    const hash = '0'.repeat(64);
    const report = {
      experiment: { id, design: flipBack.name, title, claim, rule, specSha256: hash, size: 'full' as const },
      model: { id: 'none', weightsSha256: hash, layerCount: 10, hidden: 8 },
      backend: 'node',
      units: done.units.length,
      unitsSha256: hash,
      ...done.findings,
    };
    const text = serialiseReport(report);
    expect(serialiseReport(parseReport(text))).toBe(text);
    expect(experimentCard(report)).toContain('CONFIRM');
  });

  test('its units fit a file', () => {
    expect(JSON.stringify(done.units).length).toBeLessThan(2_000_000);
  });

  test('a unit that is missing or damaged is named', () => {
    const without = done.units.filter(({ id }) => id !== 'story.moral.bus');
    expect(() => flipBack.analyse(spec, 'full', done.prepared, without)).toThrow('story.moral.bus');
    const damaged = done.units.map((unit) =>
      unit.id === 'free.rink.0' ? { ...unit, data: { ...unit.data, probe: ['LX'] } } : unit,
    );
    expect(() => flipBack.analyse(spec, 'full', done.prepared, damaged)).toThrow('units.free.rink.0.probe[0]');
  });

  test('the figure has a band for every order, every transition, and both claims', () => {
    const [plain, turned, flow, ratio] = done.findings.figure.panels;
    expect(plain?.series.map(({ points }) => points.length)).toEqual([13, 13, 13, 13]);
    expect(turned?.series.length).toBe(6);
    for (const { points } of [...(plain?.series ?? []), ...(turned?.series ?? [])])
      for (const { low = NaN, y, high = NaN } of points) expect(low <= y && y <= high).toBe(true);
    expect(flow?.x.categories?.length).toBe(9);
    for (const { points } of flow?.series ?? []) expect(points.reduce((sum, { y }) => sum + y, 0)).toBeCloseTo(1, 1);
    expect(ratio?.bands?.map(({ says }) => says)).toEqual(['flips back', 'attractor']);
    expect(ratio?.series.flatMap(({ points }) => points.map(({ x }) => x))).toEqual(ratio?.x.categories);
  });
});

test('an attractor is denied to flip back: kind acts say nothing in a cruel state, only there, and what is written stays cruel', async () => {
  const done = await run('attractor');
  expect(done.findings.because).toContain('formal axis');
  expect(done.findings.verdict).toBe('DENY');
  expect(contrastOf(done, 'evidence-ratio').estimate.high).toBeLessThan(0.25);
  expect(contrastOf(done, 'formal-ratio').estimate.low).toBeGreaterThan(0.8);
  expect(contrastOf(done, 'escape-asymmetry').reading).toBe('above');
  expect(contrastOf(done, 'not-absorbing').estimate.value).toBeLessThan(0);
  expect(contrastOf(done, 'free-ratio').estimate.high).toBeLessThan(Math.log(0.5));
}, 240_000);

test('a model that reads nothing leaves it open, by the gates', async () => {
  const done = await run('blind');
  expect(done.findings.verdict).toBe('INCONCLUSIVE');
  expect(done.findings.because).toContain('may not be read');
  expect(done.findings.because).toMatch(/What was found, and decides nothing: the evidence ratio is /);
  expect(gateOf(done, 'stories-4').passed).toBe(false);
}, 240_000);

test('a model that reads well and writes what nobody can label gives half an answer', async () => {
  const done = await run('incoherent');
  expect(gateOf(done, 'kappa').passed).toBe(false);
  expect(done.findings.because).toContain('the probe and the judge agree on written sentences beyond chance');
  expect(done.findings.verdict).toBe('PARTIAL');
}, 240_000);

test('a quick run reads no control axis and says so; without intervals the free half does not count', async () => {
  const done = await run('symmetric', 'quick');
  expect(done.units.length).toBe(12);
  expect(done.findings.gates.some(({ id }) => id === 'control')).toBe(false);
  expect(done.findings.verdict).toBe('PARTIAL');
  expect(done.findings.limits.some((limit) => limit.includes('quick'))).toBe(true);
}, 240_000);

describe('what it asks of a model', () => {
  test.each([
    ['full', 350_000, 65_000],
    ['quick', 60_000, 2_600],
  ] as const)('%s stays within its budget', (size, read, written) => {
    const costs = [flipBack.preparation(spec, size), ...flipBack.units(spec, size).map(({ cost }) => cost)];
    const total = (of: 'read' | 'written') => costs.reduce((sum, cost) => sum + cost[of], 0);
    expect(total('read')).toBeLessThanOrEqual(read);
    expect(total('written')).toBeLessThanOrEqual(written);
  });

  test('a unit takes no more than a minute at 450 tokens read and 100 written a second', () => {
    for (const { id, cost } of flipBack.units(spec, 'full'))
      expect(cost.read / 450 + cost.written / 100, id).toBeLessThan(60);
  });

  test('units come in the order of their ids, each once', () => {
    const ids = flipBack.units(spec, 'full').map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids.length).toBe(24 + 8 + 8 + 12);
  });
});
