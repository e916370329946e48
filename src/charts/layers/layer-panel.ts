/** Curves over the layers of a model as a panel, for the page and for files. Pure. */
import type { FigurePanel, FigurePoint, FigureSeries } from '../figure.ts';

/** One curve; the ends of its intervals where it has them. NaN and null are gaps. */
export interface LayerCurve {
  readonly name: string;
  readonly values: readonly number[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}

/** What is drawn. */
export interface LayerCurvesInput {
  /** The first is the main one. */
  readonly curves: readonly LayerCurve[];
  /** What the same procedure reaches by chance. */
  readonly chance?: Pick<LayerCurve, 'name' | 'values'> | undefined;
  /** An area from low to high. */
  readonly band?:
    { readonly name: string; readonly low: readonly number[]; readonly high: readonly number[] } | undefined;
  /** One level over all layers. */
  readonly rival?: { readonly name: string; readonly value: number } | undefined;
  readonly range: readonly [low: number, high: number];
  /** Places on the upright axis with their words; round numbers where left out. */
  readonly ticks?: FigurePanel['y']['ticks'] | undefined;
  readonly layer?: number | undefined;
}

/** Looks of the curves in their order; no pole. */
const TONES = ['first', 'third', 'fourth', 'fifth', 'sixth'] as const;

/** The panel; `up` names the upright axis with its unit. */
export function layerPanel(
  { curves, chance, band, rival, range, ticks, layer }: LayerCurvesInput,
  { title, up }: { readonly title: string; readonly up: string },
): FigurePanel {
  return {
    title,
    x: { label: 'layer' },
    y: { label: up, range, ...(ticks && { ticks }) },
    series: [
      ...(band === undefined
        ? []
        : [series({ ...band, values: band.low.map((low, at) => (low + (band.high[at] ?? low)) / 2) }, 'null')]),
      ...curves.map((curve, index) => series(curve, TONES[index % TONES.length] ?? 'first')),
      ...(chance === undefined ? [] : [series(chance, 'second')]),
    ],
    lines: [
      ...(rival === undefined ? [] : [{ at: rival.value, across: 'x', says: rival.name } as const]),
      ...(layer === undefined ? [] : [{ at: layer, across: 'y', says: 'the layer looked at' } as const]),
    ],
  };
}

function series({ name, values, low, high }: LayerCurve, tone: FigureSeries['tone']): FigureSeries {
  return {
    name,
    as: 'line',
    tone,
    points: values.flatMap((y, x): FigurePoint[] => {
      const [from, to] = [low?.[x] ?? null, high?.[x] ?? null];
      if (!Number.isFinite(y)) return [];
      return [from === null || to === null ? { x, y } : { x, y, low: from, high: to }];
    }),
  };
}
