/** One picture of many futures that can stand alone: the fan, what it comes to, and everything that made it. SVG, pure. */
import { figureFile } from '../../charts/figure-file.ts';
import { fanFigure } from '../../charts/fan.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { keyPart } from '../../charts/key.ts';
import { SANS } from '../../charts/looks.ts';
import type { Theme } from '../../charts/colour.ts';
import { renderSvg } from '../../charts/render-svg.ts';
import { characters, type Part, svgText, tag } from '../../charts/svg.ts';
import { fanEnd } from '../../reading/futures/fan.ts';
import { fanHeadline, fanSure } from '../../reading/futures/fan-words.ts';
import { textOf } from '../../reading/futures/futures.ts';
import { steeringWords } from '../../steering/steering-words.ts';
import { visibleToken } from '../../text/visible-text.ts';
import { fitWords, wrapWords } from '../../text/wrap-words.ts';
import type { FuturesRecord } from '../runs/futures-json.ts';
import { FIGURE_WIDTH } from './run-figure.ts';

const MARGIN = 32;
/** Width of the plot; to its right stands the key. */
const PLOT = 660;
/** Characters that fit a line of the caption in every common font. */
const LINE_CHARACTERS = 132;

/** The figure as a whole SVG file. */
export function futuresFigure(record: FuturesRecord, theme: Theme): string {
  const colours = FIGURE_COLOURS[theme];
  const figure = figureOf(record, theme, PLOT);
  const [chart, key] = [renderSvg(figure), keyPart(figure, FIGURE_WIDTH - 2 * MARGIN - PLOT - 16, theme)];
  const title = headlineOf(record);
  const small = (text: string): Part[] =>
    wrapWords(shown(text), LINE_CHARACTERS).map((line) => ({
      markup: [svgText(0, 14, line, { 'font-size': 12, fill: colours.muted })],
      height: 18,
    }));
  const parts: readonly Part[] = [
    {
      markup: [svgText(0, 22, fitWords(title, 80), { 'font-size': 22, 'font-weight': 600, fill: colours.ink })],
      height: 36,
    },
    ...small(`After: “…${shown(lastWords(record))}”`),
    { markup: [], height: 10 },
    {
      markup: [...chart.markup, tag('g', { transform: `translate(${PLOT + 16} 24)` }, key.markup)],
      height: Math.max(chart.height, key.height + 24) + 8,
    },
    ...caption(record).flatMap(small),
  ];
  let top = MARGIN;
  const placed = parts.map(({ markup, height }) => {
    const group = tag(
      'g',
      { transform: `translate(${MARGIN} ${top})` },
      markup.length === 0 ? [characters('')] : markup,
    );
    top += height;
    return group;
  });
  const height = top + MARGIN - 8;
  const root = tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: FIGURE_WIDTH,
      height,
      viewBox: `0 0 ${FIGURE_WIDTH} ${height}`,
      'font-family': SANS,
      role: 'img',
    },
    [
      tag('title', {}, [characters(title)]),
      tag('desc', {}, [characters(shown(caption(record).join(' ')))]),
      tag('rect', { width: FIGURE_WIDTH, height, fill: colours.paper }),
      ...placed,
    ],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
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
  return end === null ? 'Futures without a reading' : shown(fanHeadline(end, probe.axis));
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
    `Probe ${probe.title} (${probe.id}, SHA-256 ${probe.sha256.slice(0, 12)}…); model ${model.id} (weights ${model.weightsSha256.slice(0, 12)}…); Flipside ${version}. First future: “${shown(
      textOf(futures.lines[0] ?? { seed: 0, pieces: [], readings: [], ended: null }),
    )
      .trim()
      .slice(0, 160)}…”`,
  ];
}

function shown(text: string): string {
  return visibleToken(text).replaceAll('␣', ' ');
}
