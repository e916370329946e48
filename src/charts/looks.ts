/** How a figure and its series look. Every tone has a colour, a stroke and a mark, so that no two differ by colour alone. */
import { GREY_LINE, INK, LINE, type Theme } from './colour.ts';
import type { FigureTone } from './figure.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Layout, MarkLook, MarkSymbol, Stroke } from './plotly-figure.ts';

/** The page's own face, for programs that know no page. */
export const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

interface Tone extends Readonly<Record<Theme, string>> {
  readonly dash: string;
  readonly symbol: MarkSymbol;
  /** Width of a mark, in CSS pixels. */
  readonly size: number;
  /** Width of its lines. */
  readonly stroke: number;
  /** A mark is filled with its colour, is a ring around the paper, or has no inside. */
  readonly fill: 'full' | 'ring' | 'none';
}

/** Each at least 4.5:1 against the paper of its theme. */
const TONES = {
  positive: { ...ofPole('positive'), dash: 'solid', symbol: 'triangle-up', size: 9.6, stroke: 1.8, fill: 'full' },
  negative: { ...ofPole('negative'), dash: '7px,3px', symbol: 'triangle-down', size: 9.6, stroke: 1.8, fill: 'full' },
  first: { ...INK, dash: 'solid', symbol: 'circle', size: 8, stroke: 2, fill: 'full' },
  second: {
    light: '#875400',
    dark: '#f0b84e',
    dash: '7px,3px',
    symbol: 'square',
    size: 7.6,
    stroke: 1.8,
    fill: 'full',
  },
  third: {
    light: '#3d56c5',
    dark: '#9fb1ff',
    dash: '2px,3px',
    symbol: 'diamond',
    size: 7.7,
    stroke: 1.8,
    fill: 'full',
  },
  fourth: {
    light: '#006b75',
    dark: '#4fc9d6',
    dash: '9px,3px,2px,3px',
    symbol: 'circle',
    size: 8,
    stroke: 1.8,
    fill: 'ring',
  },
  fifth: {
    light: '#b0203a',
    dark: '#ff8f98',
    dash: '12px,3px',
    symbol: 'square',
    size: 7.6,
    stroke: 1.8,
    fill: 'ring',
  },
  sixth: {
    light: '#6a5d00',
    dark: '#d3c552',
    dash: '5px,2px,2px,2px',
    symbol: 'diamond',
    size: 7.7,
    stroke: 1.8,
    fill: 'ring',
  },
  null: { ...GREY_LINE, dash: 'solid', symbol: 'x-thin', size: 5.2, stroke: 1, fill: 'none' },
} as const satisfies Record<FigureTone, Tone>;

/** The colour of a tone. */
export function toneColour(tone: FigureTone, theme: Theme): string {
  return TONES[tone][theme];
}

/** The line of a tone. */
export function toneLine(tone: FigureTone, theme: Theme): Stroke {
  const { [theme]: color, stroke: width, dash } = TONES[tone];
  return { color, width, dash };
}

/** The mark of a tone. */
export function toneMark(tone: FigureTone, theme: Theme): MarkLook {
  const { [theme]: color, symbol, size, fill } = TONES[tone];
  const { paper } = FIGURE_COLOURS[theme];
  if (fill === 'full') return { symbol, size, color, line: { color: paper, width: 0.8 } };
  return fill === 'ring'
    ? { symbol, size, color: paper, line: { color, width: 1.6 } }
    : { symbol, size, color, line: { color, width: 1.1 } };
}

/** A colour of six digits with an opacity, as `rgba(…)`. */
export function seeThrough(hex: string, opacity: number): string {
  const at = (from: number): number => parseInt(hex.slice(from, from + 2), 16);
  return `rgba(${at(1)},${at(3)},${at(5)},${opacity})`;
}

/** What every figure has: no ground of its own, the page's face, and a label under the pointer. */
export function commonLayout(
  theme: Theme,
): Required<Pick<Layout, 'paper_bgcolor' | 'plot_bgcolor' | 'font' | 'hovermode' | 'hoverlabel'>> {
  const { ink, paper, muted } = FIGURE_COLOURS[theme];
  return {
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    font: { family: SANS, size: 12, color: ink },
    hovermode: 'closest',
    hoverlabel: { bgcolor: paper, bordercolor: muted, font: { family: SANS, size: 12, color: ink }, align: 'left' },
  };
}

function ofPole(pole: 'positive' | 'negative'): Readonly<Record<Theme, string>> {
  return { light: LINE.light[pole], dark: LINE.dark[pole] };
}
