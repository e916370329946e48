/** What a figure is made of: panels, series, points. */

/** A point of a figure. */
export interface FigurePoint {
  /** A number, or the name of a category of the panel. */
  readonly x: number | string;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  /** What it is, for the pointer and the table. */
  readonly label?: string;
}

/** How a series is drawn. `series.ts` has what each kind looks like. */
export const SERIES_KINDS = ['line', 'dots', 'intervals'] as const;
export type SeriesKind = (typeof SERIES_KINDS)[number];

/**
 * Looks of a series, by what it stands for: the poles of an axis have hues that nothing else has.
 * `looks.ts` has the colour, stroke and mark of each.
 */
export const FIGURE_TONES = [
  'positive',
  'negative',
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'null',
] as const;
export type FigureTone = (typeof FIGURE_TONES)[number];

/** One line or cloud of a figure. `null` is drawn grey and thin: what no effect looks like. */
export interface FigureSeries {
  readonly name: string;
  readonly as: SeriesKind;
  readonly tone: FigureTone;
  readonly points: readonly FigurePoint[];
}

/** One coordinate system. */
export interface FigurePanel {
  readonly title: string;
  readonly x: { readonly label: string; readonly categories?: readonly string[]; readonly log?: boolean };
  readonly y: {
    readonly label: string;
    readonly range?: readonly [low: number, high: number];
    /** Places with their words, where round numbers would say less: ranks on a scale of powers of ten. */
    readonly ticks?: readonly { readonly at: number; readonly says: string }[];
  };
  readonly series: readonly FigureSeries[];
  /** A band that holds what chance gives, or a region of practical equivalence. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly says: string }[];
  /**
   * Lines across the plot, such as a threshold of the rule: `x` runs along the x axis at a value of y, `y` runs along
   * the y axis at a value of x.
   */
  readonly lines?: readonly { readonly at: number; readonly across: 'x' | 'y'; readonly says: string }[];
}

/** The figure of an experiment; the panels stand side by side where there is room. */
export interface ExperimentFigure {
  /** What is seen, in a sentence or two: also the text for screen readers. */
  readonly caption: string;
  readonly panels: readonly FigurePanel[];
}
