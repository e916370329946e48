/** What the page says of a report in plain words, and the one figure that it draws, held against the reports that ship. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foundOf } from '../../../src/experiments/report/found.ts';
import { CHECKS, MEANS } from '../../../src/experiments/report/found-words.ts';
import { parseReport } from '../../../src/experiments/report/experiment-report.ts';
import type { ExperimentReport } from '../../../src/experiments/experiment-types.ts';

const shipped = (folder: string): ExperimentReport =>
  parseReport(
    readFileSync(
      new URL(`../../../experiments/${folder}/results/smollm2-135m-instruct-q4/report.json`, import.meta.url),
      'utf8',
    ),
  );
const ALL = ['A', 'A/earlier', 'A2', 'A2/earlier', 'B', 'B/earlier', 'C', 'C/earlier', 'D', 'D/earlier', 'E'];
const words = (text: string): number => text.split(/\s+/u).filter((word) => /\p{L}/u.test(word)).length;

describe('what was found', () => {
  it.each(ALL)('%s: in sentences under 20 words, with a figure of the numbers of the report', (folder) => {
    const report = shipped(folder);
    const { means, sure, figure } = foundOf(report);
    for (const sentence of means.split(/(?<=[.:])\s/u)) expect(words(sentence)).toBeLessThan(20);
    expect(sure).toMatch(/\d.*n = \d+/);
    expect(figure.title).not.toBe('');
    const points = figure.series.flatMap((series) => series.points);
    expect(points.length).toBeGreaterThan(0);
    // Each point stands in the report: in a panel of its figure, or as a check.
    const known = new Set([
      ...report.figure.panels.flatMap(({ series }) => series.flatMap((one) => one.points.map(({ y }) => y))),
      ...report.gates.map(({ measured }) => measured.value),
    ]);
    for (const { y } of points) expect(known.has(y)).toBe(true);
    for (const { points: some } of figure.series)
      for (const { x } of some) if (figure.x.categories) expect(figure.x.categories).toContain(x);
  });

  it('names the check that failed where there is no answer, with what was needed', () => {
    const a = foundOf(shipped('A/earlier'));
    expect(a.means).toBe(CHECKS['author-instrument']!.failed);
    expect(a.sure).toBe('0.64 found, at least 0.7 needed (AUROC, n = 12).');
    expect(a.figure.lines?.map(({ at }) => at)).toEqual([0.7, 0.5]);
    expect(a.figure.x.categories).toEqual(['tell authors apart', 'tell characters apart', 'read the byline']);
    expect(foundOf(shipped('C/earlier')).figure).toMatchObject({
      title: 'What had to work first: Sums come out true',
      x: { categories: ['attacks work', 'exceptions work'] },
    });
  });

  it('has as many decimals as tell what was found from what was needed', () => {
    expect(foundOf(shipped('B/earlier')).sure).toBe('0.647 found, at least 0.65 needed (AUROC, n = 44).');
  });

  it('has the unit of a number that is no share', () => {
    expect(foundOf(shipped('A2')).sure).toBe(
      'Better than the last sentence alone by 24.67 [18.00, 30.09] nats a topic; n = 16. In brackets: 95 % intervals.',
    );
    expect(foundOf(shipped('D/earlier')).sure).toMatch(
      /^Gain of the opposite 3\.14 \[2\.49, 3\.76\] bits an act; n = 48\./,
    );
  });

  it('says how sure a verdict is by the contrasts that its rule reads', () => {
    expect(foundOf(shipped('D')).sure).toBe(
      'Share on conduct 0.76 [0.68, 0.85], on style 0.49 [0.34, 0.63], difference 0.27 [0.10, 0.45] (p = 0.007); n = 12, 12, 24. In brackets: 95 % intervals.',
    );
    expect(foundOf(shipped('B')).sure).toMatch(
      /^Way from all dark \(0\) to all light \(1\) 0\.47 \[0\.44, 0\.50\]; n = 12\./,
    );
  });

  it('has the meaning of another verdict where a report comes to another', () => {
    const report = shipped('B');
    expect(foundOf(report).means).toBe(MEANS.midpoint.CONFIRM);
    expect(foundOf({ ...report, verdict: 'DENY' }).means).toBe(MEANS.midpoint.DENY);
    expect(foundOf({ ...report, verdict: 'INCONCLUSIVE' }).means).toBe('The numbers allow both answers.');
  });

  it('falls back to the words of the report for checks and figures that no design here has', () => {
    const report = shipped('A/earlier');
    const [gate] = report.gates;
    const other = {
      ...report,
      gates: [{ ...gate!, id: 'new', says: 'A new check of something long enough to be cut.' }],
    };
    expect(foundOf(other).means).toBe('A check fails: A new check of something long enough to be cut.');
    expect(foundOf(other).figure.x.categories).toEqual(['A new check of something lo…']);
    const bare = { ...report, verdict: 'CONFIRM' as const, contrasts: [], measures: [], because: 'So it is.' };
    expect(foundOf(bare)).toMatchObject({ sure: 'So it is.', figure: report.figure.panels[0] });
  });
});
