/** Experiment D from the shipped spec to the verdict, on models whose answer is planted. */
import { describe, expect, test } from 'vitest';
import { extentOf } from '../../../src/experiments/opposites/contexts.ts';
import { opposites } from '../../../src/experiments/opposites/index.ts';
import { preparedFromJson } from '../../../src/experiments/opposites/stored-axis.ts';
import { matchActs } from '../../../src/experiments/opposites/match.ts';
import { CELLS, cellOf, type OppositesSpec } from '../../../src/experiments/opposites/spec.ts';
import type { Subject } from '../../../src/experiments/subject.ts';
import type { Findings, RunSize } from '../../../src/experiments/experiment-types.ts';
import type { JsonObject, UnitResult } from '../../../src/experiments/design.ts';
import { makeReport } from '../../../src/experiments/report.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';
import { lighter, loaded, parsed } from '../../fixtures/experiments/opposites-spec.ts';
import {
  type Asked,
  drawn,
  PLANTED_MODEL,
  type Planted,
  plantedGain,
  plantedSubject,
} from '../../fixtures/experiments/planted-opposites.ts';

interface Ran {
  spec: OppositesSpec;
  prepared: JsonObject;
  units: UnitResult[];
  findings: Findings;
  planted: Planted;
  asked: Asked;
}

const SPEC = lighter();
const known = new Map<string, Promise<Ran>>();

/** The same model, size and spec run once. */
function ran(planted: Planted, size: RunSize = 'full', spec = SPEC): Promise<Ran> {
  if (spec !== SPEC) return runAll(planted, size, spec);
  const key = JSON.stringify([planted, size]);
  const run = known.get(key) ?? runAll(planted, size, spec);
  known.set(key, run);
  return run;
}

async function runAll(
  planted: Planted,
  size: RunSize,
  spec: OppositesSpec,
  change: (subject: Subject) => Subject = (subject) => subject,
): Promise<Ran> {
  const asked = { calls: 0 };
  const subject = change(plantedSubject(spec, planted, asked));
  const prepared = await opposites.prepare(spec, size, subject, {});
  const units: UnitResult[] = [];
  for (const plan of opposites.units(spec, size))
    units.push({ id: plan.id, data: await opposites.run(spec, plan, prepared, subject, {}) });
  return { spec, prepared, units, findings: opposites.analyse(spec, size, prepared, units), planted, asked };
}

/** By cell, in the order moral with and without an antonym, then not moral with and without. */
const cells = (...values: [number, number, number, number]) =>
  Object.fromEntries(CELLS.map(({ id }, i) => [id, values[i]])) as unknown as Planted['opposite'];
const OPPOSITES: Planted = { opposite: cells(1.6, 0.3, 1.6, 0.3), own: 3, spread: 0.05, shared: 1, apart: 2 };
const TROPES: Planted = { opposite: cells(1.6, 1.6, 0.3, 0.3), own: 3, spread: 0.05, shared: 2, apart: 0.2 };

const contrast = ({ findings }: Ran, id: string) =>
  findings.contrasts.find((one) => one.id === id) ?? expect.unreachable(`no contrast ${id}`);
const measure = ({ findings }: Ran, id: string) =>
  findings.measures.find((one) => one.id === id)?.estimate ?? expect.unreachable(`no measure ${id}`);

describe('the size of the work', () => {
  test('full has a unit for each of the 48 axes, quick for the first six of each cell, ordered by id', () => {
    const spec = parsed();
    const full = opposites.units(spec, 'full').map(({ id }) => id);
    const quick = opposites.units(spec, 'quick').map(({ id }) => id);
    expect(full).toHaveLength(48);
    expect(full).toEqual([...full].sort());
    expect(full).toContain('moral-opposable-kind');
    for (const { id } of CELLS) {
      expect(full.filter((unit) => unit.startsWith(`${id}-`))).toHaveLength(12);
      expect(quick.filter((unit) => unit.startsWith(`${id}-`))).toHaveLength(6);
    }
  });

  test('the estimate keeps full under 450,000 tokens, interventions under 150,000 of them, and quick under 70,000', () => {
    const spec = parsed();
    const tokens = (size: RunSize) =>
      opposites.units(spec, size).reduce((sum, { cost }) => sum + cost.read, opposites.preparation(spec, size).read);
    expect(tokens('full')).toBeLessThan(450_000);
    expect(tokens('full')).toBeGreaterThan(100_000);
    expect(tokens('quick')).toBeLessThan(70_000);
    // What matching a KL takes is counted by texts, so without texts it is left out; acts under steering are the rest.
    const matching =
      tokens('full') -
      opposites
        .units({ ...spec, push: { ...spec.push, texts: 0 } }, 'full')
        .reduce((sum, { cost }) => sum + cost.read, opposites.preparation(spec, 'full').read);
    expect(matching).toBe(48 * 4 * 2 * spec.push.texts * 40);
    // Under each steering: eight neutral sentences, four triggers, and after each an act of either pole and an unrelated one,
    // as long as the opposite's. Four interventions, and four characters a token.
    const acts = spec.axes.reduce(
      (sum, { acts: own, oppositeActs }) =>
        sum +
        [...own.slice(4), ...oppositeActs.slice(4), ...oppositeActs.slice(4), ...spec.triggers.slice(4)].join(' ')
          .length +
        spec.neutral.slice(0, 8).join(' ').length,
      0,
    );
    expect(matching + acts).toBeLessThan(150_000);
  });

  test('one call of likelihoods serves a unit of a quick run, five one of a full run, one the preparation', async () => {
    const quick = await ran(OPPOSITES, 'quick');
    expect(quick.asked.calls).toBe(quick.units.length + 1);
    expect(quick.asked.neutral ?? 0).toBe(0);
    const full = await ran(OPPOSITES);
    expect(full.asked.calls).toBe(5 * full.units.length + 1);
    // The estimate counts two readings of neutral text a direction.
    expect((full.asked.neutral ?? 0) / (4 * full.units.length)).toBeLessThanOrEqual(2);
  });

  test('all units of a full run together stay below 1.5 MB at a width of 576', async () => {
    const { units } = await ran(OPPOSITES);
    const vectors = (4 * 24 * 4 * 4) / 3;
    const wide = (4 * 576 * 4 * 4) / 3;
    const bytes = units.reduce((sum, unit) => sum + JSON.stringify(unit).length - vectors + wide, 0);
    expect(bytes).toBeLessThan(1_500_000);
  });
});

describe('verdicts', () => {
  test('an effect of the antonym is CONFIRM with the opposites account, and comes out at its planted size', async () => {
    const run = await ran(OPPOSITES);
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.because).toContain('The opposites account stands');
    expect(run.findings.gates.map(({ id, passed }) => [id, passed])).toEqual([
      ['axes', true],
      ['matched', true],
      ['manipulation', true],
    ]);
    // The synthetic model adds nothing else: the mean is that of the planted gains.
    const gains = run.spec.axes.map((axis) => plantedGain(run.planted, axis));
    expect(contrast(run, 'overall').estimate.value).toBeCloseTo(
      gains.reduce((sum, gain) => sum + gain, 0) / gains.length,
      3,
    );
    for (const { id } of CELLS) {
      const mine = run.spec.axes.filter((axis) => cellOf(axis) === id).map((axis) => plantedGain(run.planted, axis));
      expect(contrast(run, id).estimate.value).toBeCloseTo(mine.reduce((sum, gain) => sum + gain, 0) / mine.length, 3);
    }
    expect(contrast(run, 'antonym').estimate.value).toBeGreaterThan(1.2);
    expect(contrast(run, 'antonym').estimate.value).toBeLessThan(1.4);
    expect(contrast(run, 'antonym').pHolm).toBeLessThan(0.05);
    expect(contrast(run, 'moral').reading).toBe('within');
  });

  test('an effect of being moral is CONFIRM with the tropes account', async () => {
    const run = await ran(TROPES);
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.because).toContain('The tropes account stands');
    expect(contrast(run, 'antonym').reading).toBe('within');
  });

  test('more than both effects together on moral axes with an antonym is both accounts', async () => {
    const run = await ran({ opposite: cells(3, 1, 1, 0.2), own: 4, spread: 0.05 });
    expect(run.findings.verdict).toBe('CONFIRM');
    expect(run.findings.because).toContain('Both accounts stand');
    expect(contrast(run, 'both').estimate.value).toBeGreaterThan(1);
  });

  test('no gain anywhere is DENY', async () => {
    const run = await ran({ opposite: cells(0, 0, 0, 0), own: 3, spread: 0.05 });
    expect(run.findings.verdict).toBe('DENY');
    expect(run.findings.contrasts.slice(4, 8).map(({ reading }) => reading)).toEqual([
      'within',
      'within',
      'within',
      'within',
    ]);
  });

  test('an opposite that becomes dearer everywhere is DENY and said to be dearer', async () => {
    const run = await ran({ opposite: cells(-1, -1, -1, -1), own: 3, spread: 0.2 });
    expect(run.findings.verdict).toBe('DENY');
    expect(run.findings.because).toContain('dearer');
  });

  test('a gain in one cell that the others outweigh is PARTIAL and names the cell', async () => {
    const run = await ran({ opposite: cells(1, -1, -1, -1), own: 3, spread: 0.05 });
    expect(run.findings.verdict).toBe('PARTIAL');
    expect(run.findings.because).toMatch(/in some cells only: moral, with an antonym \+1\.0/);
  });

  test('a spread too wide to tell is INCONCLUSIVE with all gates passed', async () => {
    const run = await ran({ opposite: cells(0.15, 0.1, 0.1, 0.1), own: 3, spread: 1 });
    expect(run.findings.gates.every(({ passed }) => passed)).toBe(true);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
  });

  test('a model on which showing X does nothing for acts of X is INCONCLUSIVE, whatever its opposites do', async () => {
    const run = await ran({ ...OPPOSITES, own: 0 });
    expect(run.findings.gates.find(({ id }) => id === 'manipulation')?.passed).toBe(false);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.because).toContain('A gate fails: Showing X makes acts of X cheaper');
  });

  test('fewer than twelve axes in a cell run, and are INCONCLUSIVE', async () => {
    const fewer = { ...SPEC, axes: SPEC.axes.filter(({ id }) => id !== 'kind') };
    const run = await ran(OPPOSITES, 'full', fewer);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
    expect(run.findings.gates[0]).toMatchObject({ id: 'axes', passed: false, measured: { value: 11 } });
  });

  test('acts that nothing is as likely as are told by the gate', async () => {
    const spec = { ...SPEC, thresholds: { ...SPEC.thresholds, matchBits: 0.001 } };
    const run = await ran(OPPOSITES, 'full', spec);
    expect(run.findings.gates.find(({ id }) => id === 'matched')?.passed).toBe(false);
    expect(run.findings.verdict).toBe('INCONCLUSIVE');
  });
});

describe('measures', () => {
  test('dose, name and denial come out as planted', async () => {
    const run = await ran(OPPOSITES);
    const overall = contrast(run, 'overall').estimate.value;
    expect(measure(run, 'dose-1').value).toBeCloseTo(overall / 8, 3);
    expect(measure(run, 'dose-4').value).toBeCloseTo(overall / 2, 3);
    expect(measure(run, 'dose-8').value).toBeCloseTo(overall, 6);
    expect(measure(run, 'named').value).toBeCloseTo(overall / 2, 3);
    expect(measure(run, 'negated').value).toBeCloseTo(-overall / 2, 3);
    expect(measure(run, 'negated-against-named').value).toBeCloseTo(-overall, 3);
    expect(measure(run, 'gain-own').value).toBeCloseTo(3, 3);
    // Half of the opposite's eight acts are shown: half of the gain for the acts of X, and of 3 bits for the other half of its own.
    expect(measure(run, 'opposite-shown').value).toBeCloseTo(overall / 2, 3);
    expect(measure(run, 'opposite-shown-own').value).toBeCloseTo(1.5, 3);
  });

  test('agreement is high where the model has an antonym and none where every answer is as likely', async () => {
    const run = await ran(OPPOSITES);
    expect(measure(run, 'agreement-with').value).toBeGreaterThan(0.5);
    expect(measure(run, 'agreement-without').value).toBeCloseTo(0, 5);
    expect(measure(run, 'agreement-slope').value).toBeGreaterThan(0.5);
  });

  test('agreement is left out, and its limit says why, where all opposites begin with the same token', async () => {
    // A model that reads letter by letter begins each word with a space.
    const run = await runAll(OPPOSITES, 'quick', SPEC, (subject) => ({
      ...subject,
      encode: (text) => [7, ...subject.encode(text)],
    }));
    expect(preparedFromJson(run.prepared).axes.map(({ agreement }) => agreement)).toEqual(
      opposites.units(SPEC, 'quick').map(() => null),
    );
    expect(run.findings.measures.map(({ id }) => id).filter((id) => id.startsWith('agreement'))).toEqual([]);
    expect(run.findings.limits).toContain(
      'How far the model agrees with itself on what an opposite is was not measured: all opposites of the spec begin with the same token of this model, so it has one answer to choose from.',
    );
  });

  test('opposites on one line through neutral are told from a shared salience, which unrelated axes have too', async () => {
    const line = await ran({ ...OPPOSITES, shared: 0, apart: 2 });
    expect(measure(line, 'antipodality-moral').value).toBeGreaterThan(0.8);
    expect(measure(line, 'antipodality-beyond-moral').low).toBeGreaterThan(0.5);
    expect(measure(line, 'readout-own-moral').value).toBeGreaterThan(0.9);
    expect(measure(line, 'readout-flip-moral').value).toBeLessThan(0.1);
    const shared = await ran({ ...OPPOSITES, shared: 2, apart: 0 });
    expect(measure(shared, 'antipodality-moral').value).toBeLessThan(-0.8);
    expect(Math.abs(measure(shared, 'antipodality-beyond-moral').value)).toBeLessThan(0.15);
    expect(measure(shared, 'readout-flip-moral').value).toBeGreaterThan(0.9);
    expect(measure(shared, 'salience-moral').value).toBeGreaterThan(2);
  });

  test('nothing in the stream reads as nothing: neither antipodal nor the same, by the interval', async () => {
    const run = await ran({ ...OPPOSITES, shared: 0, apart: 0 });
    expect(Math.abs(measure(run, 'readout-flip-moral').value - 0.5)).toBeLessThan(0.12);
    expect(Math.abs(measure(run, 'readout-own-other').value - 0.5)).toBeLessThan(0.12);
  });

  test('a quick run has the measures of what it runs, is called a look, and can pass its gates', async () => {
    const run = await ran(OPPOSITES, 'quick');
    expect(run.units).toHaveLength(24);
    expect(run.findings.measures.map(({ id }) => id)).toContain('named');
    expect(run.findings.measures.map(({ id }) => id)).not.toContain('negated');
    expect(run.findings.limits[0]).toContain('It is a look');
    expect(run.findings.gates.every(({ passed }) => passed)).toBe(true);
  });
});

describe('matching', () => {
  test('an unrelated act is of no related axis, on the same side, as likely as the opposite’s, and used twice at most', async () => {
    const { spec, prepared } = await ran(OPPOSITES);
    const uses = new Map<string, number>();
    for (const { id, matches } of preparedFromJson(prepared).axes) {
      const axis = spec.axes.find((one) => one.id === id) ?? expect.unreachable(id);
      expect(matches).toHaveLength(8);
      matches.forEach((match, item) => {
        const other = spec.axes.find((one) => one.id === match.axis) ?? expect.unreachable(match.axis);
        expect(other.id).not.toBe(id);
        expect(other.moral).toBe(axis.moral);
        expect(spec.related.some((group) => group.includes(id) && group.includes(other.id))).toBe(false);
        // The synthetic model's bits are 30 + 8 u of the string.
        const bits = 8 * (drawn(other[match.list][match.item] ?? '') - drawn(axis.oppositeActs[item] ?? ''));
        expect(match.bits).toBeCloseTo(bits, 3);
        if (match.fit !== 'none') expect(Math.abs(match.bits)).toBeLessThanOrEqual(0.5);
        if (match.fit === 'full' || match.fit === 'tokens') expect(Math.abs(match.tokens)).toBeLessThanOrEqual(1);
        const key = `${match.axis} ${match.list} ${match.item}`;
        uses.set(key, (uses.get(key) ?? 0) + 1);
      });
    }
    expect(Math.max(...uses.values())).toBeLessThanOrEqual(2);
  });

  test('a quick run takes unrelated acts from all axes and items, and finds more that fit than among its own', async () => {
    const { spec, prepared } = await ran(OPPOSITES, 'quick');
    const extent = extentOf(spec, 'quick');
    const used = new Set(extent.axes.map(({ axis }) => axis.id));
    const matches = preparedFromJson(prepared).axes.flatMap((axis) => axis.matches);
    expect(matches).toHaveLength(24 * 4);
    expect(matches.some(({ axis }) => !used.has(axis))).toBe(true);
    expect(matches.some(({ axis, item }) => used.has(axis) && item >= 4)).toBe(true);
    // The synthetic model's priors, matched within the run alone.
    const prior = (act: string) => ({ bits: 30 + 8 * drawn(act), tokens: act.split(' ').length });
    const priors = Object.fromEntries(
      spec.axes.map((axis) => [axis.id, { acts: axis.acts.map(prior), oppositeActs: axis.oppositeActs.map(prior) }]),
    );
    const within = Object.values(
      matchActs(spec, { ...extent, pool: { axes: extent.axes, items: extent.items } }, priors),
    ).flat();
    const full = (some: readonly { readonly fit: string }[]): number => some.filter(({ fit }) => fit === 'full').length;
    expect(full(matches)).toBeGreaterThan(full(within));
  });

  test('preparing twice gives the same, to the bit', async () => {
    const spec = SPEC;
    const twice = await Promise.all(
      [0, 1].map(() => opposites.prepare(spec, 'full', plantedSubject(spec, TROPES), {})),
    );
    expect(JSON.stringify(twice[0])).toBe(JSON.stringify(twice[1]));
  });
});

describe('what is kept', () => {
  test('analysis is the same to the bit after a round trip through JSON and in another order of units', async () => {
    const { spec, prepared, units, findings } = await ran(TROPES);
    const again = JSON.parse(JSON.stringify({ prepared, units })) as { prepared: JsonObject; units: UnitResult[] };
    expect(JSON.stringify(opposites.analyse(spec, 'full', again.prepared, again.units.reverse()))).toBe(
      JSON.stringify(findings),
    );
  });

  test('a unit that is missing and a unit that was altered are refused by name', async () => {
    const { spec, prepared, units } = await ran(TROPES);
    expect(() => opposites.analyse(spec, 'full', prepared, units.slice(1))).toThrow(
      `Unit "${units[0]?.id ?? ''}" has not run`,
    );
    const altered = JSON.parse(JSON.stringify(units)) as {
      id: string;
      data: { contexts: { own: (number | string)[] }[] } & JsonObject;
    }[];
    const first = altered[0]?.data.contexts[2] ?? expect.unreachable('no context');
    first.own[3] = 'many';
    expect(() => opposites.analyse(spec, 'full', prepared, altered)).toThrow(
      'contexts[2].own[3] must be a finite number',
    );
  });

  test('a unit that was not prepared does not run', async () => {
    const spec = SPEC;
    const subject = plantedSubject(spec, TROPES);
    const prepared = await opposites.prepare(spec, 'quick', subject, {});
    const late =
      opposites.units(spec, 'full').find(({ id }) => !opposites.units(spec, 'quick').some((unit) => unit.id === id)) ??
      expect.unreachable('all are quick');
    await expect(opposites.run(spec, late, prepared, subject, {})).rejects.toMatchObject({ code: 'unit-invalid' });
  });

  test('the report can be written and read again', async () => {
    for (const size of ['full', 'quick'] as const) {
      const { prepared, units, findings } = await ran(TROPES, size);
      const head = {
        experiment: 'D',
        design: 'opposites' as const,
        specSha256: 'a'.repeat(64),
        size,
        model: PLANTED_MODEL,
        backend: 'node',
      };
      const report = makeReport({ ...loaded(), spec: SPEC }, { head, prepared, units }, 'b'.repeat(64));
      const again = parseReport(serialiseReport(report));
      expect(again.verdict).toBe(findings.verdict);
      expect(again.measures.map(({ id }) => id)).toEqual(findings.measures.map(({ id }) => id));
      expect(again.figure.panels).toHaveLength(size === 'full' ? 4 : 3);
    }
  });

  test('the figure has a dot an axis, an interval a cell and a line by dose', async () => {
    const {
      findings: { figure },
    } = await ran(TROPES);
    const dots = figure.panels[0]?.series.filter(({ as }) => as === 'dots') ?? [];
    expect(dots.map(({ points }) => points.length)).toEqual([12, 12, 12, 12]);
    expect(dots[0]?.points.every(({ label }) => label !== undefined && label.includes('–'))).toBe(true);
    expect(figure.panels[0]?.series.at(-1)?.points).toHaveLength(4);
    expect(figure.panels[2]?.series[0]?.points.map(({ x }) => x)).toEqual([1, 2, 4, 8]);
    // Four interventions: a dot an axis and steering, an interval steering.
    expect(figure.panels[3]?.series.map(({ points }) => points.length)).toEqual([4 * 48, 4]);
  });
});
