/** Experiment A2 from the spec to the verdict, on models in which sentences add up or do not, steered or not, and its refusals. */
import { describe, expect, test } from 'vitest';
import type { JsonObject, UnitResult } from '../../../../src/experiments/design.ts';
import { evidence } from '../../../../src/experiments/evidence/index.ts';
import type { Contrast, Findings, RunSize } from '../../../../src/experiments/experiment-types.ts';
import { netOf } from '../../../../src/experiments/mixture/orders.ts';
import { makeReport } from '../../../../src/experiments/report.ts';
import { parseReport, serialiseReport } from '../../../../src/experiments/report/experiment-report.ts';
import { loadedEvidence, parsed, type SpecJson, specJson } from '../../../fixtures/experiments/evidence-spec.ts';
import { mixtureSubject, PLANTED_MODEL, type World } from '../../../fixtures/experiments/mixture-subject.ts';

const SPEC = { ...parsed(), draws: 200, permutations: 300 };

interface Ran {
  readonly prepared: JsonObject;
  readonly units: readonly UnitResult[];
  readonly findings: Findings;
}

async function ran(world: World, size: RunSize = 'full'): Promise<Ran> {
  const subject = mixtureSubject(SPEC, world);
  const prepared = await evidence.prepare(SPEC, size, subject, {});
  const units: UnitResult[] = [];
  for (const unit of evidence.units(SPEC, size))
    units.push({ id: unit.id, data: await evidence.run(SPEC, unit, prepared, subject, {}) });
  return { prepared, units, findings: evidence.analyse(SPEC, size, prepared, units) };
}

const adding = (alpha: number): World => ({
  frames: { kind: 0.8, cruel: -1.2, neutral: 0 },
  gain: 1.4,
  noise: 1,
  evidence: (signs) => (signs.length === 0 ? 0 : 0.6 * netOf(signs) * signs.length ** -alpha),
});
const ADDING = adding(0.2);
const RECENCY: World = { ...ADDING, evidence: (signs) => 1.2 * (signs.at(-1) ?? 0) };
const LESS = { plus: 0.6, minus: 0.6 };

const contrast = ({ findings }: Ran, id: string): Contrast =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);

describe('verdicts', () => {
  test('sentences that add up are CONFIRM, and steering along nothing changes what they count', async () => {
    const run = await ran(ADDING);
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.because).toContain('Sentences add up: α is 0.');
    expect(contrast(run, 'beyond-random').reading).toBe('within');
    expect(Math.abs(measure(run, 'random-evidence').value)).toBeLessThan(0.05);
    for (const one of [1, 2, 3]) expect(measure(run, `random-kl-${one}`).value).toBeCloseTo(0.5, 1);
    expect(run.findings.figure.panels.at(-1)?.title).toBe('What steering takes from a sentence');
    expect(run.units).toHaveLength(16 * (6 + 3));
  });

  test('sentences whose mean counts are PARTIAL: each counts, and they are not shown to add up', async () => {
    const run = await ran(adding(0.8));
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(run.findings.because).toMatch(/Sentences are not shown to add up: α is 0\.[78]/);
    expect(run.findings.wouldChange[0]).toMatch(/^CONFIRM needs α below 0\.50? by its whole interval; it is 0\.[78]/);
  });

  test('less evidence under steering along the axis alone is PARTIAL, and beyond random directions', async () => {
    const run = await ran({ ...ADDING, factor: LESS, axisOnly: true });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(contrast(run, 'pushed-evidence').reading).toBe('below');
    expect(contrast(run, 'beyond-random').estimate.value).toBeCloseTo(
      contrast(run, 'pushed-evidence').estimate.value,
      1,
    );
    expect(contrast(run, 'beyond-random').reading).toBe('below');
    expect(run.findings.wouldChange.join(' ')).toContain('or that random directions do the same');
  });

  test('less evidence under any steering does not speak against adding up', async () => {
    const run = await ran({ ...ADDING, factor: LESS });
    expect(contrast(run, 'pushed-evidence').reading).toBe('below');
    expect(contrast(run, 'beyond-random').reading).toBe('within');
    expect(measure(run, 'random-evidence').value).toBeLessThan(-0.3);
    expect(run.findings.verdict).toBe('CONFIRM');
  });

  test('the last sentence alone is DENY', async () => {
    expect((await ran(RECENCY)).findings.verdict).toBe('DENY');
  });

  test('evidence that does nothing is INCONCLUSIVE by the gate', async () => {
    const { findings } = await ran({ ...ADDING, evidence: () => 0 });
    expect(findings.verdict).toBe('INCONCLUSIVE');
    expect(findings.because).toMatch(/^A gate fails: After 16 kind sentences/);
  });

  test.each([
    ['that no steering moves', { quiet: true }],
    ['whose numbers steering breaks', { broken: true }],
  ])('a model %s leaves it out, and says so', async (_, more) => {
    const { findings } = await ran({ ...ADDING, ...more });
    expect(findings.contrasts.map(({ id }) => id)).not.toContain('beyond-random');
    expect(findings.because).toContain('Random directions were not measured');
  });
});

describe('a report', () => {
  test('corrects all planned contrasts together, can be written and read back, and needs every unit', async () => {
    const { prepared, units, findings } = await ran({ ...ADDING, factor: LESS, axisOnly: true }, 'quick');
    const smallest = Math.min(...findings.contrasts.map(({ p }) => p ?? 1));
    const first = findings.contrasts.find(({ p }) => p === smallest);
    expect(findings.contrasts).toHaveLength(10);
    expect(first?.pHolm).toBeCloseTo(Math.min(1, smallest * 10), 12);
    const head = {
      experiment: 'A2',
      design: 'evidence',
      specSha256: 'b'.repeat(64),
      size: 'quick',
      model: PLANTED_MODEL,
      backend: 'node',
    } as const;
    const written = serialiseReport(
      makeReport({ ...loadedEvidence(), spec: SPEC }, { head, prepared, units }, 'c'.repeat(64)),
    );
    expect(serialiseReport(parseReport(written))).toBe(written);
    const id = 'bakery.random2.quick';
    expect(() =>
      evidence.analyse(
        SPEC,
        'quick',
        prepared,
        units.filter((unit) => unit.id !== id),
      ),
    ).toThrow(`Unit ${id} is missing`);
    const short = units.map((unit) =>
      unit.id === id ? { id, data: { ...unit.data, odds: (unit.data['odds'] as JsonObject[]).slice(1) } } : unit,
    );
    expect(() => evidence.analyse(SPEC, 'quick', prepared, short)).toThrow(`units.${id}.odds must have`);
    const random = (prepared['random'] as JsonObject[]).slice(1);
    expect(() => evidence.analyse(SPEC, 'quick', { ...prepared, random }, units)).toThrow('prepared.random must have');
  });
});

describe('refusals', () => {
  test.each<readonly [says: string, alter: (json: SpecJson) => void, message: string]>([
    ['no bound of α', (json) => delete json.thresholds['alphaMost'], 'spec.thresholds.alphaMost is missing'],
    [
      'a bound that is none',
      (json) => (json.thresholds['alphaMost'] = 1.5),
      'spec.thresholds.alphaMost must lie between 0 and 1',
    ],
    ['no random direction', (json) => (json.random = 0), 'spec.random must be a whole number from 1 to 16, got 0'],
    ['nothing said of what was seen', (json) => delete json['seenBefore'], 'spec.seenBefore is missing'],
  ])('%s', (_, alter, message) => {
    const json = specJson();
    alter(json);
    expect(() => parsed(json)).toThrow(message);
  });
});
