/** The file of an experiment's report gives back what was written, and refuses everything else by its path. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { commandNotes, EMBEDDED_MODEL, experimentCommand } from '../../../src/experiments/experiment-files.ts';
import type { ExperimentReport } from '../../../src/experiments/experiment-types.ts';
import { createRng } from '../../../src/base/rng.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';
import { quickExperiment, sampleExperiment } from '../../fixtures/experiments/experiment-sample.ts';
import { mutations } from '../../fixtures/mutate/mutate.ts';
import { alteredJson, refusal } from '../../fixtures/refusal.ts';

const source = serialiseReport(sampleExperiment);
/** The file with one value changed, `path` being its keys; an undefined value removes it. */
const altered = (path: readonly (string | number)[], value: unknown): string => alteredJson(source, path, value);

describe('the command that makes a run again', () => {
  const of = (change: { id?: string; model?: string }) =>
    experimentCommand({
      experiment: { ...sampleExperiment.experiment, id: change.id ?? 'A' },
      model: { ...sampleExperiment.model, id: change.model ?? EMBEDDED_MODEL },
    });

  it('names folder and spec where every checkout has them, and says what to put in elsewhere', () => {
    expect(existsSync(`public/models/${EMBEDDED_MODEL}`)).toBe(true);
    expect(of({})).toBe(`npm run -s flipside -- experiment A --model public/models/${EMBEDDED_MODEL} --out A-results`);
    expect(of({ id: 'my-own' })).toBe(
      `npm run -s flipside -- experiment YOUR_SPEC.json --model public/models/${EMBEDDED_MODEL} --out my-own-results`,
    );
    expect(of({ model: 'disk-qwen' })).toBe('npm run -s flipside -- experiment A --model MODEL_FOLDER --out A-results');
    expect(commandNotes(of({}), sampleExperiment)).toEqual([]);
    expect(commandNotes(of({ id: 'x', model: 'y' }), { model: { ...sampleExperiment.model, id: 'y' } })).toEqual([
      'YOUR_SPEC.json: the file of the spec, wherever it lies.',
      'MODEL_FOLDER: a folder with the files of y.',
    ]);
  });

  it('never takes a spec of one’s own for the shipped one whose id it has', () => {
    expect(experimentCommand(sampleExperiment, false)).toContain(' experiment YOUR_SPEC.json ');
  });
});

describe('the report of an experiment', () => {
  it.each([
    ['full', sampleExperiment],
    ['quick', quickExperiment],
  ] as const)('of a %s run gives back what was written, and writes the same text again', (_, report) => {
    const written = serialiseReport(report);
    expect(parseReport(written)).toEqual(report);
    expect(serialiseReport(parseReport(written))).toBe(written);
    expect(JSON.parse(written)).toMatchObject({ format: 'flipside-experiment-report', version: 1 });
  });

  it('is the same text whatever the order of the keys, rounds to six digits, and keeps nothing that it does not know', () => {
    const shuffled = Object.fromEntries(
      Object.entries({ ...sampleExperiment, secret: 'x' }).reverse(),
    ) as unknown as ExperimentReport;
    expect(serialiseReport(shuffled)).toBe(source);
    const [gate] = sampleExperiment.gates;
    expect(parseReport(serialiseReport({ ...sampleExperiment, gates: [{ ...gate!, at: 2 / 3 }] })).gates[0]!.at).toBe(
      0.666667,
    );
  });

  it.each([
    [['format'], 'flipside-report', 'report.format must be "flipside-experiment-report"'],
    [['version'], 2, 'report.version is 2, written by a newer Flipside'],
    [['verdict'], 'MAYBE', 'report.verdict must be one of CONFIRM, DENY, PARTIAL, INCONCLUSIVE, got "MAYBE"'],
    [['because'], '', 'report.because is empty'],
    [['experiment', 'design'], 'astrology', 'report.experiment.design must be one of authors'],
    [['experiment', 'size'], 'half', 'report.experiment.size must be one of full, quick'],
    [['experiment', 'rule', 'deny'], undefined, 'report.experiment.rule.deny is missing'],
    [['experiment', 'specSha256'], 'AB', 'report.experiment.specSha256 must be a SHA-256'],
    [['gates', 1, 'id'], 'byline', 'report.gates[1].id is "byline", as that of another one before it'],
    [['gates', 0, 'passed'], 'yes', 'report.gates[0].passed must be true or false'],
    [['gates', 0, 'side'], 'beside', 'report.gates[0].side must be one of above, below'],
    [['gates', 0, 'measured', 'n'], 0, 'report.gates[0].measured.n must be a whole number from 1'],
    [['gates', 0, 'measured', 'low'], null, 'report.gates[0].measured must have both ends'],
    [['contrasts', 0, 'p'], 1.5, 'report.contrasts[0].p must lie between 0 and 1'],
    [['contrasts', 0, 'p'], null, 'report.contrasts[0] must have both p and pHolm or neither'],
    [['contrasts', 0, 'pHolm'], 0.0001, 'report.contrasts[0].pHolm is 0.0001, below p, 0.0005'],
    [['contrasts', 0, 'rope'], [1, -1], 'report.contrasts[0].rope runs from 1 to -1'],
    [['contrasts', 0, 'rope'], null, 'report.contrasts[0].reading is "open" without a rope'],
    [['contrasts', 0, 'reading'], 'beside', 'report.contrasts[0].reading must be one of within'],
    [['contrasts', 0, 'detectable'], '0.5', 'report.contrasts[0].detectable must be a finite number'],
    [['measures', 0, 'unit'], 'a\u202eb', 'report.measures[0].unit holds the invisible character U+202E'],
    [['wouldChange', 1], 7, 'report.wouldChange[1] must be a string'],
    [['limits'], 'none', 'report.limits must be a list'],
    [['figure', 'panels'], 'none', 'report.figure.panels must be a list'],
    [
      ['figure', 'panels', 0, 'series', 0, 'tone'],
      'loud',
      'report.figure.panels[0].series[0].tone must be one of positive',
    ],
    [
      ['figure', 'panels', 0, 'series', 0, 'points', 3, 'x'],
      'three',
      'report.figure.panels[0].series[0].points[3].x must be a finite number',
    ],
    [
      ['figure', 'panels', 0, 'series', 0, 'points', 3, 'high'],
      undefined,
      'report.figure.panels[0].series[0].points[3] must have both ends',
    ],
    [['figure', 'panels', 0, 'x', 'log'], true, 'report.figure.panels[0].series[0].points[0].x must lie above 0'],
    [
      ['figure', 'panels', 1, 'x', 'log'],
      true,
      'report.figure.panels[1].x has categories, which no logarithm can order',
    ],
    [
      ['figure', 'panels', 1, 'series', 0, 'points', 0, 'x'],
      'nowhere',
      'report.figure.panels[1].series[0].points[0].x must be one of author stays',
    ],
    [
      ['figure', 'panels', 1, 'x', 'categories'],
      ['one', 'one'],
      'report.figure.panels[1].x.categories names one twice',
    ],
    [['figure', 'panels', 1, 'y', 'range'], [1, 1], 'report.figure.panels[1].y.range must rise'],
    [['figure', 'panels', 1, 'lines', 0, 'across'], 'z', 'report.figure.panels[1].lines[0].across must be one of x, y'],
    [['model', 'hidden'], 0, 'report.model.hidden must be a whole number from 1'],
    [['units'], -1, 'report.units must be a whole number from 0'],
    [['unitsSha256'], 'ef', 'report.unitsSha256 must be a SHA-256'],
  ] as [(string | number)[], unknown, string][])('with a wrong %j is refused by its path', (path, value, message) => {
    const record = refusal(() => parseReport(altered(path, value)));
    expect(record.code).toBe('unit-invalid');
    expect(record.message).toContain(message);
  });

  it.each(['', '{', '[]', 'null', '7'])('that is %j is refused', (text) => {
    expect(refusal(() => parseReport(text)).code).toBe('unit-invalid');
  });

  it('damaged anyhow is refused by our own error, or is a report that can be written again', () => {
    let refused = 0;
    for (const damaged of mutations(source, 1500, createRng(23))) {
      try {
        const written = serialiseReport(parseReport(damaged));
        expect(serialiseReport(parseReport(written))).toBe(written);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).code).toBe('unit-invalid');
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('is not written where it could not be read again', () => {
    const record = refusal(() =>
      serialiseReport({
        ...sampleExperiment,
        measures: [{ id: 'x', says: 'x', unit: 'x', estimate: { value: NaN, low: null, high: null, n: 1 } }],
      }),
    );
    expect(record.code).toBe('internal');
    expect(record.message).toContain('report.measures[0].estimate.value must be a finite number');
  });
});
