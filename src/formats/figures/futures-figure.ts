/** One picture of many futures that can stand alone: the fan, what it comes to, and everything that made it. SVG, pure. */
import { figureFile } from '../../charts/figure-file.ts';
import { fanFigure } from '../../charts/fan.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import type { Theme } from '../../charts/colour.ts';
import { type Part, svgText } from '../../charts/svg.ts';
import { fanEnd } from '../../reading/futures/fan.ts';
import { fanHeadline, fanSure } from '../../reading/futures/fan-words.ts';
import { textOf } from '../../reading/futures/futures.ts';
import { steeringWords } from '../../steering/steering-words.ts';
import { shownText } from '../../text/visible-text.ts';
import { fitWords } from '../../text/wrap-words.ts';
import type { FuturesRecord } from '../runs/futures-json.ts';
import { captionLines, chartWithKey, FIGURE_WIDTH, pictureFile } from './picture.ts';

/** Width of the plot; to its right stands the key. */
const PLOT = 660;

/** The figure as a whole SVG file. */
export function futuresFigure(record: FuturesRecord, theme: Theme): string {
  const colours = FIGURE_COLOURS[theme];
  const [title, said] = [headlineOf(record), caption(record)];
  const parts: readonly Part[] = [
    {
      markup: [svgText(0, 22, fitWords(title, 80), { 'font-size': 22, 'font-weight': 600, fill: colours.ink })],
      height: 36,
    },
    ...captionLines(`After: “…${shownText(lastWords(record))}”`, theme),
    { markup: [], height: 10 },
    chartWithKey(figureOf(record, theme, PLOT), PLOT, theme),
    ...said.flatMap((text) => captionLines(text, theme)),
  ];
  return pictureFile(parts, { theme, title, desc: shownText(said.join(' ')) });
}

/** The figure alone as Plotly's JSON, which plotly.js and Python's plotly open. */
export function futuresFigureJson(record: FuturesRecord, theme: Theme): string {
  return figureFile(figureOf(record, theme, FIGURE_WIDTH), `${headlineOf(record)} ${caption(record).join(' ')}`);
}

function figureOf({ futures, plan, probe }: FuturesRecord, theme: Theme, width: number): ReturnType<typeof fanFigure> {
  const { every, sampling } = plan;
  return fanFigure({ futures, every, maxTokens: sampling.maxTokens, axis: probe.axis, chosen: null, theme, width });
}

function headlineOf({ futures, probe }: FuturesRecord): string {
  const end = fanEnd(futures);
  return end === null ? 'Futures without a reading' : shownText(fanHeadline(end, probe.axis));
}

function lastWords({ given }: FuturesRecord): string {
  return given
    .map(({ text }) => text)
    .join('')
    .trim()
    .slice(-110);
}

/** What is drawn, in which unit, of how much, against which null, and what made it. */
function caption(record: FuturesRecord): readonly string[] {
  const { futures, plan, probe, model, steering, version, title } = record;
  const { sampling, every, count } = plan;
  const end = fanEnd(futures);
  const tokens = futures.lines.reduce((sum, line) => sum + line.pieces.length, 0);
  const stopped = futures.lines.filter(({ ended }) => ended === null).length;
  return [
    `Reading of ${probe.axis.positive} (up) against ${probe.axis.negative} (down) every ${every} tokens, from the end of the text on, in standard deviations over the training turns; 0 is ${probe.axis.neutral}.`,
    ...(end === null ? [] : fanSure(end, probe.axis)),
    `${title}: temperature ${sampling.temperature}, top-p ${sampling.topP}${sampling.topK > 0 ? `, top-k ${sampling.topK}` : ''}, ${count} futures of at most ${sampling.maxTokens} tokens, ${tokens} tokens in all${stopped > 0 ? `; ${stopped} were stopped` : ''}. ${steering === null ? 'Nothing was steered.' : `The writing was steered: ${steeringWords(steering, steering.probeSha256 === probe.sha256 ? probe.axis : null)}; readings are of the model without steering.`}`,
    `Probe ${probe.title} (${probe.id}, SHA-256 ${probe.sha256.slice(0, 12)}…); model ${model.id} (weights ${model.weightsSha256.slice(0, 12)}…); Flipside ${version}. First future: “${shownText(
      textOf(futures.lines[0] ?? { seed: 0, pieces: [], readings: [], ended: null }),
    )
      .trim()
      .slice(0, 160)}…”`,
  ];
}
