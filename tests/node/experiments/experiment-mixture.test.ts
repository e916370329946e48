/** Experiment A2 from the shipped spec to the verdict, on models whose answer is planted. */
import { describe, expect, it } from 'vitest';
import type { Contrast, Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import { mixture } from '../../../src/experiments/mixture/index.ts';
import { netOf } from '../../../src/experiments/mixture/orders.ts';
import type { MixtureSpec } from '../../../src/experiments/mixture/spec.ts';
import { makeReport } from '../../../src/experiments/report.ts';
import { experimentCard } from '../../../src/experiments/report/experiment-card.ts';
import { experimentFigureSvg } from '../../../src/formats/figures/experiment-figure.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';
import { lighter, loaded } from '../../fixtures/experiments/mixture-spec.ts';
import { type Asked, mixtureSubject, PLANTED_MODEL, type World } from '../../fixtures/experiments/mixture-subject.ts';

interface Ran {
  readonly prepared: JsonObject;
  readonly units: readonly UnitResult[];
  readonly findings: Findings;
  readonly asked: Asked;
}

const SPEC = lighter();
const known = new Map<World, Promise<Ran>>();

/** A full run of the shipped spec, once a world. */
function ran(world: World): Promise<Ran> {
  const run = known.get(world) ?? runAll(world);
  known.set(world, run);
  return run;
}

async function runAll(world: World, size: RunSize = 'full', spec: MixtureSpec = SPEC): Promise<Ran> {
  const asked = { likelihoods: 0, reads: 0 };
  const subject = mixtureSubject(spec, world, asked);
  const prepared = await mixture.prepare(spec, size, subject, {});
  const units: UnitResult[] = [];
  for (const unit of mixture.units(spec, size))
    units.push({ id: unit.id, data: await mixture.run(spec, unit, prepared, subject, {}) });
  return { prepared, units, findings: mixture.analyse(spec, size, prepared, units), asked };
}

const GAMMA = 0.5;
const ALPHA = 0.3;
const PLAIN = { frames: { kind: 0.8, cruel: -1.2, neutral: 0 }, gain: 1.4, noise: 1 } as const;
const ADDING: World = {
  ...PLAIN,
  evidence: (signs) => (signs.length === 0 ? 0 : GAMMA * netOf(signs) * signs.length ** -ALPHA),
};
const RECENCY: World = { ...PLAIN, evidence: (signs) => 1.2 * (signs.at(-1) ?? 0) };
const PLACES: World = { ...PLAIN, evidence: (signs) => 0.6 * signs.reduce((sum, sign) => 0.7 * sum + sign, 0) };
const SATURATING: World = { ...PLAIN, evidence: (signs) => 2.4 * Math.tanh(netOf(signs) / 1.5) };
const NOTHING: World = { ...PLAIN, evidence: () => 0 };

const contrast = ({ findings }: Ran, id: string): Contrast =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);
const holds = ({ low, high }: { low: number | null; high: number | null }, value: number): boolean =>
  low !== null && high !== null && low <= value && value <= high;

describe('evidence that adds up', () => {
  it('is CONFIRM, with every gate passed and additivity shown', async () => {
    const run = await ran(ADDING);
    expect(run.findings.because).toContain('Evidence that adds up beats the last sentence alone');
    expect(run.findings.because).toContain('Additivity is shown');
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.gates.map(({ id, passed }) => [id, passed])).toEqual([
      ['competence', true],
      ['orders', true],
    ]);
    for (const id of ['over-recency', 'over-places', 'over-saturating'])
      expect(contrast(run, id).estimate.low).toBeGreaterThan(0);
  });

  it('gives back what was planted: γ, α, frames, the steering and both crossings', async () => {
    const run = await ran(ADDING);
    expect(holds(measure(run, 'gamma'), GAMMA)).toBe(true);
    expect(measure(run, 'shape-adding').value).toBeCloseTo(ALPHA, 1);
    expect(contrast(run, 'frame').estimate.value).toBeCloseTo(2, 0);
    // Steering of KL 0.5 has the length √0.5, nearly all of it along feature 0.
    const steering = 1.4 * Math.sqrt(0.5);
    expect(contrast(run, 'push').estimate.value).toBeCloseTo(steering, 1);
    expect(measure(run, 'push-kl').value).toBeCloseTo(0.5, 1);
    expect(measure(run, 'crossing-frame').value).toBeCloseTo((1.2 / GAMMA) ** (1 / (1 - ALPHA)), 0);
    expect(measure(run, 'crossing-push').value).toBeCloseTo((steering / GAMMA) ** (1 / (1 - ALPHA)), 0);
    expect(Math.abs(measure(run, 'last-extra').value)).toBeLessThan(0.1);
  });

  it('corrects all planned contrasts together', async () => {
    const { contrasts } = (await ran(ADDING)).findings;
    expect(contrasts.map(({ id }) => id)).toEqual([
      'over-recency',
      'over-places',
      'over-saturating',
      'frame',
      'push',
      'frame-evidence',
      'framed-evidence',
      'push-evidence',
      'pushed-evidence',
    ]);
    const smallest = Math.min(...contrasts.map(({ p }) => p ?? 1));
    const first = contrasts.find(({ p }) => p === smallest);
    expect(first?.pHolm).toBeCloseTo(Math.min(1, smallest * contrasts.length), 12);
    for (const { id, rope } of contrasts) expect(rope).toEqual(id.endsWith('-evidence') ? [-0.1, 0.1] : null);
  });

  it('asks once for odds in every unit, and once for control texts in those without frame or steering', async () => {
    const { asked, units } = await ran(ADDING);
    expect(units).toHaveLength(96);
    expect(asked).toEqual({ likelihoods: 96, reads: 16 + 1 });
  });

  it('reads control texts, which stand beside', async () => {
    const run = await ran(ADDING);
    expect(measure(run, 'tap-over-recency').low).toBeGreaterThan(0);
    expect(measure(run, 'tap-shape').value).toBeCloseTo(ALPHA, 1);
    expect(measure(run, 'tap-quality').value).toBeGreaterThan(0.99);
  });
});

describe('other worlds', () => {
  it('the last sentence alone is DENY', async () => {
    const run = await ran(RECENCY);
    expect(run.findings.because).toContain('Evidence that adds up is beaten by the last sentence alone');
    expect(run.findings.verdict).toBe('DENY');
    expect(contrast(run, 'over-recency').estimate.high).toBeLessThan(0);
    expect(measure(run, 'last-extra').value).toBeCloseTo(1.2, 1);
  });

  it('weights by place are PARTIAL, and said to be those', async () => {
    const run = await ran(PLACES);
    expect(run.findings.because).toContain('It is beaten by weights by place');
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(measure(run, 'shape-places').value).toBeCloseTo(0.7, 1);
  });

  it('saturation is PARTIAL, and said to be that', async () => {
    const run = await ran(SATURATING);
    expect(run.findings.because).toContain('It is beaten by saturation');
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(2 ** measure(run, 'shape-saturating').value).toBeGreaterThan(1);
    expect(2 ** measure(run, 'shape-saturating').value).toBeLessThan(2);
  });

  it('no effect of evidence is INCONCLUSIVE by the gate', async () => {
    const run = await ran(NOTHING);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.because).toMatch(
      /^A gate fails: After 16 kind sentences .*; asked for the whole interval above 0, found /,
    );
  });

  it('evidence that counts for more behind the kind frame is PARTIAL, and additivity refuted', async () => {
    const run = await ran({ ...ADDING, factor: { kind: 1.4, cruel: 0.6 } });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(run.findings.because).toMatch(
      /^Evidence that adds up beats the last sentence alone \([^)]*\)\. Additivity is refuted: a sentence counts 0\.\d\d \[.*\] of γ more behind the kind frame than behind the cruel one, halved/,
    );
    expect(contrast(run, 'frame-evidence').reading).toBe('above');
    expect(contrast(run, 'framed-evidence').reading).not.toBe('above');
    // Half of 1.4 − 0.6 of γ; the slope of all conditions together stays near γ, as one is as much above it as the other below.
    expect(contrast(run, 'frame-evidence').estimate.value).toBeCloseTo(0.4, 1);
  });

  it('evidence that counts for less under steering is PARTIAL too', async () => {
    const run = await ran({ ...ADDING, factor: { plus: 0.6, minus: 0.6 } });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(contrast(run, 'pushed-evidence').reading).toBe('below');
    expect(contrast(run, 'push-evidence').reading).toBe('within');
  });

  it.each([
    ['that no steering moves', { quiet: true }],
    ['whose numbers steering breaks', { broken: true }],
  ])('a model %s leaves steering out, and says so', async (_, more) => {
    const run = await ran({ ...ADDING, ...more });
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.contrasts.map(({ id }) => id)).toEqual([
      'over-recency',
      'over-places',
      'over-saturating',
      'frame',
      'frame-evidence',
      'framed-evidence',
    ]);
    expect(run.findings.limits.join(' ')).toContain('steering × evidence was not measured');
    expect(run.findings.figure.panels).toHaveLength(3);
  });

  it('a model that says the same to everything is INCONCLUSIVE and still gives a report that can be written', async () => {
    const spec = SPEC;
    const run = await ran({ evidence: () => 0, frames: { kind: 0, cruel: 0, neutral: 0 }, gain: 0, noise: 0 });
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    const report = makeReport(
      { ...loaded(), spec },
      { head: HEAD, prepared: run.prepared, units: run.units },
      'c'.repeat(64),
    );
    expect(parseReport(serialiseReport(report)).verdict).toBe('INCONCLUSIVE');
  });
});

const HEAD = {
  experiment: 'A2',
  design: 'mixture',
  specSha256: 'a'.repeat(64),
  size: 'full',
  model: PLANTED_MODEL,
  backend: 'node',
} as const;

describe('a report', () => {
  it('comes out the same from kept files, in any order of the units, and can be read again and drawn', async () => {
    const { prepared, units, findings } = await ran(ADDING);
    const again = JSON.parse(JSON.stringify({ prepared, units })) as Pick<Ran, 'prepared' | 'units'>;
    expect(JSON.stringify(mixture.analyse(SPEC, 'full', again.prepared, [...again.units].reverse()))).toBe(
      JSON.stringify(findings),
    );
    const report = makeReport({ ...loaded(), spec: SPEC }, { head: HEAD, prepared, units }, 'c'.repeat(64));
    const text = serialiseReport(report);
    expect(serialiseReport(parseReport(text))).toBe(text);
    expect(experimentCard(report)).toContain('N*: kind sentences');
    expect(experimentFigureSvg(report.figure, 'light')).toContain('By balance and number, no frame');
  });

  it('is not made without a unit, nor of numbers that do not fit', async () => {
    const { prepared, units } = await ran(ADDING);
    const analyse = (some: readonly UnitResult[]): Findings => mixture.analyse(SPEC, 'full', prepared, some);
    expect(() => analyse(units.filter(({ id }) => id !== 'ferry.cruel'))).toThrow(/Unit ferry\.cruel is missing/);
    const changed = (id: string, change: (data: Record<string, unknown>) => unknown): UnitResult[] =>
      units.map((unit) => (unit.id === id ? { id, data: change({ ...unit.data }) as JsonObject } : unit));
    expect(() => analyse(changed('ferry.cruel', (data) => ({ ...data, start: [1, 2, 3] })))).toThrow(
      /units\.ferry\.cruel\.start must have 4 items, got 3/,
    );
    expect(() =>
      analyse(changed('ferry.none', (data) => ({ ...data, odds: (data['odds'] as unknown[]).slice(1) }))),
    ).toThrow(/units\.ferry\.none\.odds must have 10 items, got 9/);
    expect(() => analyse(changed('ferry.kind', (data) => ({ ...data, odds: [] })))).toThrow(
      /units\.ferry\.kind\.odds must have 4 items, got 0/,
    );
  });

  it('draws fitted lines through the points, and the crossing where the line of the cruel frame is back', async () => {
    const run = await ran(ADDING);
    const panel = run.findings.figure.panels.find(({ title }) => title === 'Frames') ?? expect.unreachable('no panel');
    const series = (name: string) => panel.series.find((one) => one.name === name)?.points ?? expect.unreachable(name);
    const [found, fit] = [series('cruel frame'), series('cruel frame, fit')];
    expect(fit.map(({ x }) => x)).toEqual([-16, -8, -4, -2, 0, 2, 4, 8, 16]);
    found.forEach(({ y }, at) => expect(Math.abs(y - (fit[at]?.y ?? NaN))).toBeLessThan(0.6));
    const [start, star] = [
      panel.lines?.find(({ across }) => across === 'x')?.at ?? NaN,
      panel.lines?.find(({ across }) => across === 'y')?.at ?? NaN,
    ];
    const gamma = measure(run, 'gamma').value;
    const alpha = measure(run, 'shape-adding').value;
    expect((fit[4]?.y ?? NaN) + gamma * star ** (1 - alpha)).toBeCloseTo(start, 6);
  });
});

describe('a quick run', () => {
  it('reads six topics and a part of the orders, and says that it is a look', async () => {
    const run = await runAll(ADDING, 'quick');
    expect(run.units).toHaveLength(36);
    expect(run.units.every(({ id }) => id.endsWith('.quick'))).toBe(true);
    expect(run.findings.gates.every(({ passed }) => passed)).toBe(true);
    expect(run.findings.limits[0]).toContain('A quick run: 6 topics');
    expect(run.findings.verdict).not.toBe('DENY');
  });
});
