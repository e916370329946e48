/** Curves over layers as a panel: gaps stay gaps, and places on the upright axis may have words. */
import { describe, expect, it } from 'vitest';
import { layerPanel } from '../../../src/charts/layers/layer-panel.ts';
import { panelFigure } from '../../../src/charts/panel.ts';

const ABOUT = { title: 'Rank by layer', up: 'rank, 1 on top' };
const TICKS = [0, -1, -2, -3].map((at) => ({ at, says: `1e${-at}` }));

describe('curves over layers', () => {
  it('leave out layers without a number, and keep an interval only where both ends are there', () => {
    const panel = layerPanel(
      {
        curves: [{ name: 'a', values: [0.5, Number.NaN, 0.7], low: [0.4, 0, null], high: [0.6, 1, 0.8] }],
        range: [0, 1],
      },
      ABOUT,
    );
    expect(panel.series[0]!.points).toEqual([
      { x: 0, y: 0.5, low: 0.4, high: 0.6 },
      { x: 2, y: 0.7 },
    ]);
  });

  it('name places on the upright axis in words, those within its range alone', () => {
    const panel = layerPanel({ curves: [{ name: 'a', values: [-2, -1] }], range: [-2, 0], ticks: TICKS }, ABOUT);
    const { yaxis, height } = panelFigure(panel, { theme: 'light', width: 400, height: 120 }).layout;
    expect([yaxis.tickvals, yaxis.ticktext]).toEqual([
      [0, -1, -2],
      ['1e0', '1e1', '1e2'],
    ]);
    const taller = panelFigure(panel, { theme: 'light', width: 400, height: 220 }).layout;
    expect(taller.height - height).toBe(100);
  });
});
