/**
 * One picture of a dose–response that can stand alone: what steering does, beside what placebos do, with everything that
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
import { fitWords } from '../../text/wrap-words.ts';
import { doseResponseFigure } from '../../charts/dose.ts';
import { figureFile } from '../../charts/figure-file.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { captionLines, chartWithKey, FIGURE_WIDTH, pictureFile } from './picture.ts';
import { type Part, svgText } from '../../charts/svg.ts';

/** Width of the plot; to its right stands the legend. */
const PLOT = 620;

/** The figure as a whole SVG file. */
export function doseFigure(report: DoseReport, theme: Theme): string {
  const colours = FIGURE_COLOURS[theme];
  const title = `${shownText(report.probe.title)}: what steering does to choices, at ${layerWords(report)}`;
  const parts: readonly Part[] = [
    {
      markup: [svgText(0, 22, fitWords(title, 80), { 'font-size': 22, 'font-weight': 600, fill: colours.ink })],
      height: 46,
    },
    chartWithKey(doseResponseFigure(report, { theme, width: PLOT }), PLOT, theme),
    ...caption(report).flatMap((text) => captionLines(text, theme)),
  ];
  return pictureFile(parts, { theme, title, desc: shownText(description(report)) });
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
    `Log-odds of going on ${shownText(axis.positive)} rather than ${shownText(axis.negative)} from the same context, mean over ${choices.pairs} choices (${shownText(choices.name)}), unsteered ${plain(choices.unpushed.value).replace('-', '−')}${control ? `; ${shownText(control.choices.name)}: the same of choices of another kind` : ''}.`,
    `Intervals: 95 %, ${DOSE_DRAWS.toLocaleString('en-GB')} resamples of the choices. ${null_.length > 0 ? null_.join(' ') : placebos.length > 0 ? 'No placebo to rank the direction by.' : 'No placebos were measured: there is no null.'}`,
    `Steering: ${modeDef(mode).description}, at ${layerWords(layers)}, ${whereWords(where)}. ${carriedSentence(layers)
      .map((sentence) => `${sentence} `)
      .join(
        '',
      )}KL(unsteered ‖ steered) of the next token, 95th percentile over ${neutral.tokens} tokens of ${neutral.texts} neutral texts, both ways pooled; strengths match it within 3 %.`,
    `Probe ${shownText(probe.title)} (${probe.id}, SHA-256 ${probe.sha256.slice(0, 12)}…); choices ${choices.sha256.slice(0, 12)}…; model ${shownText(model.id)} (weights ${model.weightsSha256.slice(0, 12)}…); seed ${seed}; Flipside ${shownText(version)}.`,
  ];
}
