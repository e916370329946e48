/** A picture that can stand alone: parts below each other on paper of one width, with margins. SVG, pure. */
import type { Theme } from '../../charts/colour.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { keyPart } from '../../charts/key.ts';
import { SANS } from '../../charts/looks.ts';
import type { Figure, Trace } from '../../charts/plotly-figure.ts';
import { renderSvg } from '../../charts/render-svg.ts';
import { type Part, stacked, type SvgFile, svgFile, svgText, tag } from '../../charts/svg.ts';
import { shownText } from '../../text/visible-text.ts';
import { wrapWords } from '../../text/wrap-words.ts';

/** Width of a picture in CSS pixels, and of what stands between its margins. */
export const FIGURE_WIDTH = 960;
const MARGIN = 32;
export const INSIDE_WIDTH = FIGURE_WIDTH - 2 * MARGIN;

/** Characters that fit a line of the caption in every common font. */
const LINE_CHARACTERS = 132;
/** Between a plot and its key. */
const KEY_GAP = 16;

/** Small lines of text, as many as it takes. */
export function captionLines(text: string, theme: Theme): readonly Part[] {
  return wrapWords(shownText(text), LINE_CHARACTERS).map((line) => ({
    markup: [svgText(0, 14, line, { 'font-size': 12, fill: FIGURE_COLOURS[theme].muted })],
    height: 18,
  }));
}

/** A plot of so many pixels' width, its key to the right. */
export function chartWithKey(figure: Figure<Trace>, plotWidth: number, theme: Theme): Part {
  const [chart, key] = [renderSvg(figure), keyPart(figure, INSIDE_WIDTH - plotWidth - KEY_GAP, theme)];
  return {
    markup: [...chart.markup, tag('g', { transform: `translate(${plotWidth + KEY_GAP} 24)` }, key.markup)],
    height: Math.max(chart.height, key.height + 24) + 8,
  };
}

/** The picture as a whole SVG file, as wide as others where nothing else is said. */
export function pictureFile(
  parts: readonly Part[],
  {
    theme,
    width = FIGURE_WIDTH,
    ...words
  }: Pick<SvgFile, 'title' | 'desc' | 'defs'> & { readonly theme: Theme; readonly width?: number },
): string {
  const placed = stacked(parts, MARGIN, MARGIN);
  return svgFile(
    {
      width,
      height: placed.bottom + MARGIN - 8,
      paper: FIGURE_COLOURS[theme].paper,
      font: SANS,
      ...words,
    },
    placed.markup,
  );
}
