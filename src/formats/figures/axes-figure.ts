/** One picture of several axes of a text that can stand alone: the small multiples, what moves together, and what made it. SVG, pure. */
import { axesFigure } from '../../charts/axes/axes-figure.ts';
import { togetherFigure } from '../../charts/axes/together-figure.ts';
import type { Theme } from '../../charts/colour.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { figureFile } from '../../charts/figure-file.ts';
import type { Figure } from '../../charts/plotly-figure.ts';
import { renderSvg } from '../../charts/render-svg.ts';
import { type Part, svgText } from '../../charts/svg.ts';
import { axisName, togetherHeadline, togetherSure } from '../../reading/axes/axes-words.ts';
import { axesTogether } from '../../reading/axes/together.ts';
import { shownText } from '../../text/visible-text.ts';
import { wrapWords } from '../../text/wrap-words.ts';
import type { AxesRecord } from '../runs/axes-json.ts';
import { captionLines, FIGURE_WIDTH, INSIDE_WIDTH, pictureFile } from './picture.ts';

/** Characters of the title that fit a line in every common font. */
const TITLE_CHARACTERS = 76;

/** The figure as a whole SVG file. */
export function axesPicture(record: AxesRecord, theme: Theme): string {
  const colours = FIGURE_COLOURS[theme];
  const [title, said] = [headlineOf(record), caption(record)];
  const parts: readonly Part[] = [
    ...wrapWords(title, TITLE_CHARACTERS).map((line) => ({
      markup: [svgText(0, 20, line, { 'font-size': 20, 'font-weight': 600, fill: colours.ink })],
      height: 28,
    })),
    { markup: [], height: 12 },
    renderSvg(figureOf(record, theme, INSIDE_WIDTH)),
    { markup: [], height: 16 },
    renderSvg(
      togetherFigure({ ...record, pairs: axesTogether(record.readings, record.axes), theme, width: INSIDE_WIDTH }),
    ),
    { markup: [], height: 10 },
    ...said.flatMap((text) => captionLines(text, theme)),
  ];
  return pictureFile(parts, { theme, title, desc: shownText(said.join(' ')) });
}

/** The small multiples alone as Plotly's JSON, which plotly.js and Python's plotly open. */
export function axesFigureJson(record: AxesRecord, theme: Theme): string {
  return figureFile(figureOf(record, theme, FIGURE_WIDTH), `${headlineOf(record)} ${caption(record).join(' ')}`);
}

function figureOf({ axes, readings, pieces }: AxesRecord, theme: Theme, width: number): Figure {
  return axesFigure({ axes, readings, pieces, theme, width });
}

function headlineOf({ axes, readings }: AxesRecord): string {
  return shownText(togetherHeadline(axesTogether(readings, axes), axes));
}

/** What is drawn, in which unit, of how much, against which null, and what made it. */
function caption(record: AxesRecord): readonly string[] {
  const { axes, readings, pieces, model, version } = record;
  return [
    `Readings after ${readings.length} places of a text of ${pieces.length} tokens, in standard deviations over the training turns; 0 is neutral text. Grey: random directions, 5th to 95th percentile.`,
    ...togetherSure(axesTogether(readings, axes)),
    `Probes: ${axes.map(({ axis, probe }) => `${axisName(axis)} (${probe.id}, SHA-256 ${probe.sha256.slice(0, 12)}…)`).join('; ')}.`,
    `Model ${model.id} (weights ${model.weightsSha256.slice(0, 12)}…); Flipside ${version}. “${shownText(
      pieces.map(({ text }) => text).join(''),
    )
      .trim()
      .slice(0, 160)}…”`,
  ];
}
