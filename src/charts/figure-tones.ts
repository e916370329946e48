/** How the series of an experiment's figure look: a colour, a stroke and a mark each, so that no two are told apart by colour alone. */
import { INK, LINE, type Theme } from './colour.ts';
import type { FigureSeries } from './figure.ts';

/** Shapes of marks. */
export type FigureMark = 'disc' | 'square' | 'diamond' | 'ring' | 'up' | 'down' | 'cross';

/** The look of one tone. */
export interface FigureTone extends Readonly<Record<Theme, string>> {
  /** SVG `stroke-dasharray`; empty for an unbroken line. */
  readonly dash: string;
  readonly mark: FigureMark;
  /** Half the width of a mark, in CSS pixels. */
  readonly size: number;
  /** Width of its lines. */
  readonly stroke: number;
}

/** Each at least 4.5:1 against the paper of its theme. */
export const FIGURE_TONES: Readonly<Record<FigureSeries['tone'], FigureTone>> = {
  positive: { light: LINE.light.positive, dark: LINE.dark.positive, dash: '', mark: 'up', size: 4.5, stroke: 1.8 },
  negative: { light: LINE.light.negative, dark: LINE.dark.negative, dash: '7 3', mark: 'down', size: 4.5, stroke: 1.8 },
  first: { light: INK.light, dark: INK.dark, dash: '', mark: 'disc', size: 4, stroke: 2 },
  second: { light: '#875400', dark: '#f0b84e', dash: '7 3', mark: 'square', size: 3.8, stroke: 1.8 },
  third: { light: '#3d56c5', dark: '#9fb1ff', dash: '2 3', mark: 'diamond', size: 5, stroke: 1.8 },
  fourth: { light: '#006b75', dark: '#4fc9d6', dash: '9 3 2 3', mark: 'ring', size: 4, stroke: 1.8 },
  null: { light: '#5a5e67', dark: '#a9adb6', dash: '', mark: 'cross', size: 2.6, stroke: 1 },
};

/** Marks that are drawn as an outline and not filled. */
export const OUTLINED: ReadonlySet<FigureMark> = new Set<FigureMark>(['ring', 'cross']);

/** The path of a mark around a point; `s` is half its width. */
export function markPath(mark: FigureMark, x: number, y: number, s: number): string {
  const at = `M${short(x)} ${short(y)}`;
  const [half, whole] = [short(s), short(2 * s)];
  switch (mark) {
    case 'disc':
    case 'ring':
      return `${at}m-${half} 0a${half} ${half} 0 1 0 ${whole} 0a${half} ${half} 0 1 0 -${whole} 0z`;
    case 'square':
      return `${at}m-${half} -${half}h${whole}v${whole}h-${whole}z`;
    case 'diamond':
      return `${at}m0 -${half}l${half} ${half}l-${half} ${half}l-${half} -${half}z`;
    case 'up':
      return `${at}m0 -${half}l${half} ${short(1.7 * s)}h-${whole}z`;
    case 'down':
      return `${at}m0 ${half}l${half} -${short(1.7 * s)}h-${whole}z`;
    case 'cross':
      return `${at}m-${half} -${half}l${whole} ${whole}m0 -${whole}l-${whole} ${whole}`;
  }
}

/** A coordinate without more digits than a screen has. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}
