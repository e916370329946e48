/** Green and purple are the two poles and nothing else; every hue of a series stands out from the paper. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Theme } from '../../../src/charts/colour.ts';
import { LINE } from '../../../src/charts/colour.ts';
import { FIGURE_COLOURS } from '../../../src/charts/figure-colours.ts';
import { FIGURE_TONES, type FigureSeries } from '../../../src/charts/figure.ts';
import { waysCss, waysHex } from '../../../src/charts/grids/two-ways.ts';
import { toneColour } from '../../../src/charts/looks.ts';
import { foundOf } from '../../../src/experiments/report/found.ts';
import { parseReport } from '../../../src/experiments/report/experiment-report.ts';

const REPORTS = readdirSync('experiments', { encoding: 'utf8', recursive: true })
  .filter((path) => path.endsWith('report.json'))
  .map((path) => `experiments/${path}`)
  .sort();
const POLES = /\b(kind|cruel)\b/i;
const isPole = ({ tone }: FigureSeries): boolean => tone === 'positive' || tone === 'negative';

const channels = (hex: string): number[] => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const luminance = (hex: string): number =>
  channels(hex)
    .map((channel) => channel / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index]!, 0);
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};
const distance = (a: string, b: string): number =>
  Math.hypot(...channels(a).map((channel, index) => channel - channels(b)[index]!));

it('finds the reports that ship', () => {
  expect(REPORTS.length).toBeGreaterThanOrEqual(7);
});

it.each(REPORTS)('the figures of %s give the hues of the poles to the poles alone', (path) => {
  const report = parseReport(readFileSync(path, 'utf8'));
  const wrong = [...report.figure.panels, foundOf(report).figure].flatMap(({ title, series }) =>
    series.filter((one) => isPole(one) && !POLES.test(one.name)).map(({ name }) => `${title}: ${name}`),
  );
  expect(wrong).toEqual([]);
});

describe.each(['light', 'dark'] as Theme[])('in %s', (theme) => {
  const { paper, ink } = FIGURE_COLOURS[theme];

  it.each(FIGURE_TONES)('the tone %s has 4.5 to 1 against the paper', (tone) => {
    expect(contrast(toneColour(tone, theme), paper)).toBeGreaterThanOrEqual(4.5);
  });

  it('no other tone comes near the hue of a pole', () => {
    for (const tone of FIGURE_TONES.filter((one) => one !== 'positive' && one !== 'negative'))
      for (const pole of Object.values(LINE[theme]))
        expect(distance(toneColour(tone, theme), pole), `${tone} and ${pole}`).toBeGreaterThan(60);
  });

  it('the ink reads on every step of the scale of two ways, whose ends are no poles and lie apart', () => {
    for (let step = -32; step <= 32; step += 1)
      expect(contrast(waysHex(step / 32, theme), ink)).toBeGreaterThanOrEqual(4.5);
    expect(waysHex(0, theme)).toBe(paper);
    expect(distance(waysHex(1, theme), waysHex(-1, theme))).toBeGreaterThan(60);
    expect(waysHex(7, theme)).toBe(waysHex(1, theme));
    expect(waysCss(-1)).toContain(waysHex(-1, theme));
  });
});
