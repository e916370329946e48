/** Several reports of one spec as one figure: which are drawn together, and which are refused by path. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ExperimentReport } from '../../../../src/experiments/experiment-types.ts';
import { parseReport } from '../../../../src/experiments/report/experiment-report.ts';
import { byModelFigure } from '../../../../src/experiments/two-poles/by-model.ts';

const read = (folder: string): ExperimentReport =>
  parseReport(
    readFileSync(
      new URL(`../../../../experiments/${folder}/results/smollm2-135m-instruct-q4/report.json`, import.meta.url),
      'utf8',
    ),
  );
const own = read('D');
const named = (path: string, change: Partial<ExperimentReport> = {}) => ({ path, report: { ...own, ...change } });
const other = (id: string): Pick<ExperimentReport, 'model'> => ({ model: { ...own.model, id } });

describe('the gain by model', () => {
  it('draws a mark a model and class, with the interval of its report, and says which run is quick', () => {
    const quick = { ...other('second'), experiment: { ...own.experiment, size: 'quick' as const } };
    const { panels } = byModelFigure([named('a.json'), named('b.json', quick)]);
    const [share, bits] = panels;
    expect(share?.x.categories).toEqual(['smollm2-135m-instruct-q4', 'second (quick)']);
    expect(share?.series.map(({ points }) => points.map(({ x, y, low, high }) => [x, y, low, high]))).toEqual(
      (['conduct', 'style'] as const).map((kind) => {
        const { value, low, high } = own.contrasts.find(({ id }) => id === `share-${kind}`)!.estimate;
        return share?.x.categories?.map((model) => [model, value, low, high]);
      }),
    );
    expect(bits?.series).toHaveLength(4);
    expect(bits?.series.every(({ points }) => points.length === 2)).toBe(true);
  });

  it('draws no share where showing a pole gains nothing, and names that model', () => {
    const gates = own.gates.map((gate) => (gate.id === 'shown-style' ? { ...gate, passed: false } : gate));
    const { panels, caption } = byModelFigure([named('a.json'), named('b.json', { ...other('random'), gates })]);
    expect(panels[0]?.series.map(({ points }) => points.length)).toEqual([2, 1]);
    expect(panels[1]?.series.every(({ points }) => points.length === 2)).toBe(true);
    expect(caption).toContain('beyond a marked turn of another axis: random.');
  });

  it('refuses by path what does not belong together', () => {
    const spec = { ...own.experiment, specSha256: '0'.repeat(64) };
    expect(() => byModelFigure([named('a.json'), named('b.json', { ...other('x'), experiment: spec })])).toThrow(
      'b.json: report.experiment.specSha256 is 000000000000…, and that of a.json is',
    );
    expect(() => byModelFigure([named('a.json'), { path: 'old.json', report: read('D/earlier') }])).toThrow(
      'old.json: report.experiment.design is "opposites", and only reports of "two-poles" are drawn by model.',
    );
    expect(() => byModelFigure([named('a.json'), named('b.json')])).toThrow(
      'b.json: report.model.id is "smollm2-135m-instruct-q4" at size "full", as in a.json.',
    );
    expect(() => byModelFigure([named('a.json'), named('b.json', { ...other('x'), contrasts: [] })])).toThrow(
      'b.json: report.contrasts has no "share-conduct".',
    );
  });
});
