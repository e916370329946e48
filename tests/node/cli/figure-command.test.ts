/** The command that draws the figure of a saved report, for Plotly or as a picture. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Figure } from '../../../src/charts/plotly-figure.ts';
import { figure } from '../../../src/cli/commands/figure.ts';
import { serialiseDose } from '../../../src/formats/probe/dose.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';

const dir = mkdtempSync(join(tmpdir(), 'flipside-figure-'));
afterAll(() => rmSync(dir, { recursive: true }));
const at = (name: string): string => join(dir, name);
const run = (...args: string[]) => figure.run(args, new AbortController().signal);
const REPORT = 'experiments/D/earlier/results/smollm2-135m-instruct-q4';

describe('flipside figure', () => {
  it('draws the figure of a committed report as the picture that lies beside it', async () => {
    for (const [file, dark] of [
      ['figure.svg', []],
      ['figure-dark.svg', ['--dark']],
    ] as const) {
      await run(`${REPORT}/report.json`, '--out', at(file), ...dark);
      const texts = (svg: string): string[] => [...svg.matchAll(/>([^<>]+)</g)].map(([, text]) => text!);
      expect(texts(readFileSync(at(file), 'utf8'))).toEqual(texts(readFileSync(`${REPORT}/${file}`, 'utf8')));
    }
  });

  it('writes it for Plotly, every panel with its points', async () => {
    await run(`${REPORT}/report.json`, '--out', at('d.json'));
    const { data, layout } = JSON.parse(readFileSync(at('d.json'), 'utf8')) as Figure;
    expect(layout).toHaveProperty('yaxis4');
    const steered = data.filter(({ xaxis, hovertext }) => xaxis === 'x4' && hovertext);
    expect(steered.map(({ x }) => x.length)).toEqual([192, 4]);
  });

  it('does the same for a dose–response', async () => {
    writeFileSync(at('dose.json'), serialiseDose(sampleDose));
    await run(at('dose.json'), '--out', at('dose-figure.json'));
    const { data } = JSON.parse(readFileSync(at('dose-figure.json'), 'utf8')) as Figure;
    expect(data.find(({ legendrank }) => legendrank === 1)!.y).toEqual([2.5, 4, 6.25, 8.5]);
    await run(at('dose.json'), '--out', at('dose.svg'));
    expect(readFileSync(at('dose.svg'), 'utf8')).toMatch(/^<\?xml/);
  });

  it('draws several reports of one experiment by model, a mark each', async () => {
    const full = 'experiments/D/results/smollm2-135m-instruct-q4/report.json';
    const quick = 'experiments/D/results/smollm2-135m-instruct-q4_1-quick/report.json';
    await run(full, quick, '--out', at('by-model.json'));
    const { data } = JSON.parse(readFileSync(at('by-model.json'), 'utf8')) as Figure;
    const marks = data.filter(({ xaxis, hovertext }) => (xaxis === undefined || xaxis === 'x') && hovertext);
    expect(marks.map(({ y }) => y.map((value) => Number(Number(value).toFixed(2))))).toEqual([
      [0.76, 0.78],
      [0.49, 0.49],
    ]);
    await expect(run(full, `${REPORT}/report.json`, '--out', at('x.svg'))).rejects.toThrow(
      `${REPORT}/report.json: report.experiment.design is "opposites"`,
    );
    await expect(run(full, at('dose.json'), '--out', at('x.svg'))).rejects.toThrow('dose.json is no report of an exp');
  });

  it('refuses what has no figure, and an ending that says nothing', async () => {
    writeFileSync(at('other.json'), '{"format":"flipside-probe"}');
    await expect(run(at('other.json'), '--out', at('x.svg'))).rejects.toThrow('is no report with a figure');
    await expect(run(at('dose.json'), '--out', at('x.png'))).rejects.toThrow('--out must end in .json or .svg');
    await expect(run('--out', at('x.svg'))).rejects.toThrow('name one report');
  });
});
