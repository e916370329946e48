/** One picture of a run that can stand alone: text, trajectory and layers, with scale, unit, n and what made it. SVG, pure. */
import { drawnThing } from '../../reading/grain.ts';
import { endLines, scaleHex, type Theme } from '../../charts/colour.ts';
import { endsOf, type Head, headName, opposite } from '../../probe/heads.ts';
import { READING_DOMAIN } from '../../reading/grain.ts';
import { shownText } from '../../text/visible-text.ts';
import { fitWords } from '../../text/wrap-words.ts';
import { figureMap, figureTrajectory } from './figure-charts.ts';
import { FIGURE_COLOURS, type FigureColours } from '../../charts/figure-colours.ts';
import { type FigureChoice, figureData, type FigureData } from '../runs/figure-data.ts';
import { figureStrip, lozenge } from './figure-strip.ts';
import { recordedSteering } from '../runs/recorded-steering.ts';
import type { Recording } from '../runs/recording.ts';
import { type Markup, type Part, svgText, tag } from '../../charts/svg.ts';
import { INSIDE_WIDTH, pictureFile } from './picture.ts';

/** The figure of a recording at a layer, as a whole SVG file. */
export function runFigure(recording: Recording, choice: FigureChoice & { readonly theme: Theme }): string {
  const { theme, layer, window } = choice;
  const { axis, title, tokens, layers, givenTokens } = recording;
  const colours = FIGURE_COLOURS[theme];
  const data = figureData(recording, choice);
  const width = INSIDE_WIDTH;
  const beyond = data.readouts.filter((readout) => !readout.inside).length;
  const counts = `${tokens.length} tokens${givenTokens < tokens.length ? `, ${tokens.length - givenTokens} of them written by the model` : ''}; ${data.readouts.length} readings at sentence ends${data.readouts.length === 0 ? '' : `, ${beyond} beyond 90 % of random directions, about ${(0.1 * data.readouts.length).toFixed(1)} expected by chance`}`;
  const parts: readonly Part[] = [
    {
      markup: [
        svgText(0, 22, fitWords(shownText(title), 80), { 'font-size': 22, 'font-weight': 600, fill: colours.ink }),
      ],
      height: 32,
    },
    line(counts, colours),
    { markup: [], height: 8 },
    figureStrip(data, width, theme, colours),
    legend(data, recording, choice, theme, colours),
    heading(
      data.trace === null
        ? `${headName(data.head, axis)} at layer ${layer}: ${drawnThing(data.grain, window)}. Lozenges: readings; grey: 5th to 95th percentile of random directions`
        : `${headName(data.head, axis)}: the reading along the text. Grey: 5th to 95th percentile of random directions at the same places`,
      colours,
    ),
    figureTrajectory(data, width, theme),
    heading(
      data.trace === null
        ? `All ${layers} layers, each on its own scale of three standard deviations of neutral text`
        : `The reading at all ${layers} layers`,
      colours,
    ),
    figureMap(data, layers, layer, width, theme, colours),
    ...sources(recording).map((text) => line(text, colours)),
  ];
  return pictureFile(parts, {
    theme,
    title: `${shownText(title)}: ${headName(data.head, axis)}, ${counts}`,
    defs: [hatch(colours), gradient(theme, data.head)],
  });
}

function legend(
  { domain, head, trace, grain }: FigureData,
  { axis }: Recording,
  { window }: FigureChoice,
  theme: Theme,
  colours: FigureColours,
): Part {
  const small = { 'font-size': 12, fill: colours.muted };
  const [from, to] = [head === 'negative' || head === 'difference' ? 170 : 240, 490];
  const [lines, ends] = [endLines(theme, head), endsOf(head, axis)];
  const grey = head === 'difference' ? '' : ` Grey is not ${axis[opposite(head)]}.`;
  const scale = [
    svgText(from - 12, 20, ends.negative, {
      'font-size': 13,
      'font-weight': 600,
      'text-anchor': 'end',
      fill: lines.negative,
    }),
    tag('rect', { x: from, y: 9, width: to - from, height: 12, fill: 'url(#scale)', stroke: colours.hairline }),
    svgText(to + 12, 20, ends.positive, { 'font-size': 13, 'font-weight': 600, fill: lines.positive }),
    svgText(from, 36, `−${domain.toFixed(1)}`, small),
    svgText((from + to) / 2, 36, '0', { ...small, 'text-anchor': 'middle' }),
    svgText(to, 36, `+${domain.toFixed(1)}`, { ...small, 'text-anchor': 'end' }),
  ];
  const unit = 'in standard deviations of the readings of the training turns';
  if (trace !== null)
    return {
      markup: [
        ...scale,
        svgText(
          0,
          56,
          `${headName(head, axis)}: each stretch has the colour of the reading that follows it, ${unit}; 0 is ${axis.neutral}.${grey}`,
          small,
        ),
      ],
      height: 78,
    };
  const markup = [
    ...scale,
    svgText(
      0,
      56,
      `${headName(head, axis)}: ${drawnThing(grain, window)}, ${unit}; 0 is ${axis.neutral}. Bars above the words: ${ends.positive}.${grey}`,
      small,
    ),
    lozenge(6, 72, 4.5, colours.muted, colours),
    svgText(16, 76, 'reading beyond 90 % of random directions', small),
    lozenge(6, 91, 4.5, null, colours),
    svgText(
      16,
      95,
      `reading no further out; readings are in the same unit, their colours reach ±${READING_DOMAIN}`,
      small,
    ),
    tag('rect', { x: 520, y: 66, width: 16, height: 12, fill: 'url(#hatch)', stroke: colours.hairline }),
    svgText(544, 76, 'start of text, not a score', small),
    tag('path', { d: 'M530 85h6v6z', fill: colours.ink }),
    svgText(544, 95, 'beyond the scale', small),
  ];
  return { markup, height: 118 };
}

function sources(recording: Recording): readonly string[] {
  const { provenance, run } = recording;
  const { probe, probeSha256, model, weightsSha256, backend, version, startToken, chatDate } = provenance;
  const sampled = (run?.continuations ?? []).map(
    ({ sampling: { temperature, topK, topP, seed } }) =>
      `temperature ${temperature}${topK === 0 ? '' : `, top-k ${topK}`}, top-p ${topP}, seed ${seed}`,
  );
  const steered = recordedSteering(recording);
  return [
    ...(steered === null
      ? []
      : [
          `Not the model by itself: ${shownText(steered)}. Strength in lengths of the stream; KL in nats, 95th percentile on neutral text.`,
        ]),
    `Probe ${shownText(run?.probeTitle ?? probe)} (${shownText(probe)}, SHA-256 ${probeSha256.slice(0, 12)}…). A score is a score, not a verdict on the text.`,
    `Model ${shownText(model)} (weights SHA-256 ${weightsSha256.slice(0, 12)}…) on ${shownText(backend)}; Flipside ${shownText(version)}${run === undefined ? '' : `, ${new Date(run.finishedAt).toISOString().slice(0, 10)}`}.`,
    ...(startToken === undefined && chatDate === undefined
      ? []
      : [
          [
            ...(startToken === undefined ? [] : [`The text begins with the start token ${shownText(startToken)}.`]),
            ...(chatDate === undefined ? [] : [`In chat form the day is ${chatDate}.`]),
          ].join(' '),
        ]),
    ...(sampled.length === 0
      ? []
      : [
          `Written on ${sampled.length === 1 ? 'once' : `${sampled.length} times`}: ${fitWords(sampled.join('; '), 110)}.`,
        ]),
  ];
}

function heading(text: string, colours: FigureColours): Part {
  return { markup: [svgText(0, 22, text, { 'font-size': 13, 'font-weight': 600, fill: colours.ink })], height: 38 };
}

function line(text: string, colours: FigureColours): Part {
  return { markup: [svgText(0, 14, fitWords(text, 150), { 'font-size': 12, fill: colours.muted })], height: 18 };
}

function hatch(colours: FigureColours): Markup {
  return tag(
    'pattern',
    { id: 'hatch', width: 5, height: 5, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    [tag('path', { d: 'M0 0V5', stroke: colours.muted, 'stroke-width': 1 })],
  );
}

function gradient(theme: Theme, head: Head): Markup {
  const stops = Array.from({ length: 9 }, (_, index) =>
    tag('stop', { offset: index / 8, 'stop-color': scaleHex(index / 4 - 1, theme, head) }),
  );
  return tag('linearGradient', { id: 'scale' }, stops);
}
