/**
 * One picture of a dose–response that can stand alone: what a push does, beside what placebos do, with everything that
 * made it. SVG, pure.
 */
import type { Theme } from '../../charts/colour.ts';
import { DOSE_DRAWS, type DoseReport } from '../../steering/dose-types.ts';
import {
  carriedSentence,
  doseFindings,
  klWords,
  layerWords,
  nats,
  rankWords,
  whereWords,
} from '../../steering/dose-words.ts';
import { modeDef } from '../../steering/modes.ts';
import { plain } from '../../probe/claims/claim-words.ts';
import { shownText } from '../../text/visible-text.ts';
import { fitWords, wrapWords } from '../../text/wrap-words.ts';
import { doseResponseFigure } from '../../charts/dose.ts';
import { figureFile } from '../../charts/figure-file.ts';
import { keyPart } from '../../charts/key.ts';
import { SANS } from '../../charts/looks.ts';
import { renderSvg } from '../../charts/render-svg.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { FIGURE_WIDTH } from './run-figure.ts';
import { type Part, stacked, svgFile, svgText, tag } from '../../charts/svg.ts';

const MARGIN = 32;
/** Width of the plot; to its right stands the legend. */
const PLOT = 620;
/** Characters that fit a line of the caption in every common font. */
const LINE_CHARACTERS = 132;

/** The figure as a whole SVG file. */
export function doseFigure(report: DoseReport, theme: Theme): string {
  const colours = FIGURE_COLOURS[theme];
  const title = `${shownText(report.probe.title)}: what a push does to choices, at ${layerWords(report)}`;
  const figure = doseResponseFigure(report, { theme, width: PLOT });
  const [chart, key] = [renderSvg(figure), keyPart(figure, FIGURE_WIDTH - 2 * MARGIN - PLOT - 16, theme)];
  const parts: readonly Part[] = [
    {
      markup: [svgText(0, 22, fitWords(title, 80), { 'font-size': 22, 'font-weight': 600, fill: colours.ink })],
      height: 46,
    },
    {
      markup: [...chart.markup, tag('g', { transform: `translate(${PLOT + 16} 24)` }, key.markup)],
      height: Math.max(chart.height, key.height + 24) + 8,
    },
    ...caption(report)
      .flatMap((text) => wrapWords(text, LINE_CHARACTERS))
      .map((text): Part => ({ markup: [svgText(0, 14, text, { 'font-size': 12, fill: colours.muted })], height: 18 })),
  ];
  const placed = stacked(parts, MARGIN, MARGIN);
  return svgFile(
    {
      width: FIGURE_WIDTH,
      height: placed.bottom + MARGIN - 8,
      paper: colours.paper,
      font: SANS,
      title,
      desc: shownText(description(report)),
    },
    placed.markup,
  );
}

/** The figure alone as Plotly's JSON, which plotly.js and Python's plotly open. */
export function doseFigureJson(report: DoseReport, theme: Theme): string {
  return figureFile(doseResponseFigure(report, { theme, width: FIGURE_WIDTH }), description(report));
}

/** What the picture shows, for who cannot see it. */
function description(report: DoseReport): string {
  const levels = report.direction.levels.map(
    ({ target, effect: { value, low, high } }) =>
      `${plain(value)}${low === null || high === null ? '' : ` [${plain(low)}, ${plain(high)}]`} at ${nats(target)}`,
  );
  return `${doseFindings(report).headline} Effect in nats by KL in nats: ${levels.join('; ')}.`;
}

/** What is drawn, in which unit, of how much, against which null, and what made it. */
function caption({
  axis,
  choices,
  control,
  neutral,
  mode,
  where,
  probe,
  model,
  ranks,
  placebos,
  seed,
  version,
  ...layers
}: DoseReport): string[] {
  const null_ = ranks.map(
    (rank) =>
      `At a KL of ${klWords(rank.target)}, ${rank.atLeast === 0 ? 'none' : rank.atLeast} of ${rank.placebos} placebos (flipped and isotropic) ${rank.atLeast < 2 ? 'moves' : 'move'} the choices as much as the direction does, either way; the largest (${shownText(rank.largestTitle)}) by ${plain(rank.largest)}: ${rankWords(rank)}.`,
  );
  return [
    `Log-odds of going on ${shownText(axis.positive)} rather than ${shownText(axis.negative)} from the same context, mean over ${choices.pairs} choices (${shownText(choices.name)}), unpushed ${plain(choices.unpushed.value).replace('-', '−')}${control ? `; ${shownText(control.choices.name)}: the same of choices of another kind` : ''}.`,
    `Intervals: 95 %, ${DOSE_DRAWS.toLocaleString('en-GB')} resamples of the choices. ${null_.length > 0 ? null_.join(' ') : placebos.length > 0 ? 'No placebo to rank the direction by.' : 'No placebos were measured: there is no null.'}`,
    `The push: ${modeDef(mode).description}, at ${layerWords(layers)}, ${whereWords(where)}. ${carriedSentence(layers)
      .map((sentence) => `${sentence} `)
      .join(
        '',
      )}KL(unpushed ‖ pushed) of the next token, 95th percentile over ${neutral.tokens} tokens of ${neutral.texts} neutral texts, both pushes pooled; strengths match it within 3 %.`,
    `Probe ${shownText(probe.title)} (${probe.id}, SHA-256 ${probe.sha256.slice(0, 12)}…); choices ${choices.sha256.slice(0, 12)}…; model ${shownText(model.id)} (weights ${model.weightsSha256.slice(0, 12)}…); seed ${seed}; Flipside ${shownText(version)}.`,
  ];
}
