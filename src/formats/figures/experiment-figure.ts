/** The figure of an experiment as a picture that can stand alone, and as a file for other programs. Pure. */
import type { Theme } from '../../charts/colour.ts';
import type { ExperimentFigure } from '../../charts/figure.ts';
import { shownText } from '../../text/visible-text.ts';
import { wrapWords } from '../../text/wrap-words.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { figureFile } from '../../charts/figure-file.ts';
import { keyPart } from '../../charts/key.ts';
import { SANS } from '../../charts/looks.ts';
import { panelFigure } from '../../charts/panel.ts';
import { renderSvg } from '../../charts/render-svg.ts';
import { sideBySide } from '../../charts/side-by-side.ts';
import { type Markup, type Part, svgFile, svgText, tag } from '../../charts/svg.ts';

const MARGIN = 28;
const GAP = 36;
/** Width of a panel that stands alone, and of one beside others. */
const ALONE = 640;
const BESIDE = 460;
/** Panels in a row. */
const PER_ROW = 2;
/** Width of a character of the caption, in every common font. */
const CHARACTER = 6.7;

/** The figure as a whole SVG file, on paper of its own. */
export function experimentFigureSvg({ panels, caption }: ExperimentFigure, theme: Theme): string {
  const colours = FIGURE_COLOURS[theme];
  const panelWidth = panels.length < 2 ? ALONE : BESIDE;
  const columns = Math.max(1, Math.min(PER_ROW, panels.length));
  const inner = columns * panelWidth + (columns - 1) * GAP;
  const parts = panels.map((panel): Part => {
    const figure = panelFigure(panel, { theme, width: panelWidth });
    const [plot, key] = [renderSvg(figure), keyPart(figure, panelWidth, theme)];
    return {
      markup: [...plot.markup, tag('g', { transform: `translate(0 ${plot.height + 6})` }, key.markup)],
      height: plot.height + 6 + key.height,
    };
  });
  const placed: Markup[] = [];
  let top = MARGIN;
  for (let at = 0; at < parts.length; at += PER_ROW) {
    const row = parts.slice(at, at + PER_ROW);
    row.forEach(({ markup }, column) =>
      placed.push(tag('g', { transform: `translate(${MARGIN + column * (panelWidth + GAP)} ${top})` }, markup)),
    );
    top += Math.max(...row.map(({ height }) => height)) + 20;
  }
  for (const line of wrapWords(shownText(caption), Math.floor(inner / CHARACTER))) {
    placed.push(svgText(MARGIN, top + 10, line, { 'font-size': 12, fill: colours.muted }));
    top += 18;
  }
  return svgFile(
    {
      width: inner + 2 * MARGIN,
      height: top + MARGIN - 8,
      paper: colours.paper,
      font: SANS,
      title: panels.map(({ title }) => shownText(title)).join('; '),
      desc: shownText(caption),
    },
    placed,
  );
}

/** The figure as Plotly's JSON, which plotly.js and Python's plotly open; its caption is in `layout.meta`. */
export function experimentFigureJson({ panels, caption }: ExperimentFigure, theme: Theme): string {
  const figures = panels.map((panel) => panelFigure(panel, { theme, width: panels.length < 2 ? ALONE : BESIDE }));
  return figureFile(sideBySide(figures, { theme, perRow: PER_ROW, gap: GAP }), caption);
}
