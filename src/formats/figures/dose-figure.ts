/**
 * One picture of a dose–response that can stand alone: what a push does, beside what placebos do, with everything that
 * made it. SVG, pure.
 */
import type { Theme } from '../../charts/colour.ts';
import { DOSE_DRAWS, type DoseReport, type DoseSeries } from '../../steering/dose-types.ts';
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
import { visibleToken } from '../../text/visible-text.ts';
import { fitWords, wrapWords } from '../../text/wrap-words.ts';
import { DOSE_LINES, DOSE_MARKS, doseChart, type DoseInk } from './dose-chart.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { FIGURE_WIDTH } from './run-figure.ts';
import { characters, type Markup, type Part, svgText, tag } from '../../charts/svg.ts';

const MARGIN = 32;
/** Width of the plot; to its right stands the legend. */
const PLOT = 620;
const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
/** Characters that fit a line of the caption and of the legend in every common font. */
const LINE_CHARACTERS = 132;
const LEGEND_CHARACTERS = 38;

/** The figure as a whole SVG file. */
export function doseFigure(report: DoseReport, theme: Theme): string {
  const ink: DoseInk = { theme, colours: FIGURE_COLOURS[theme] };
  const { colours } = ink;
  const shown = (text: string): string => visibleToken(text).replaceAll('␣', ' ');
  const title = `${shown(report.probe.title)}: what a push does to choices, at ${layerWords(report)}`;
  const chart = doseChart(report, PLOT, shown, ink);
  const parts: readonly Part[] = [
    {
      markup: [svgText(0, 22, fitWords(title, 80), { 'font-size': 22, 'font-weight': 600, fill: colours.ink })],
      height: 46,
    },
    { markup: [...chart.markup, ...legend(report, shown, ink)], height: chart.height + 8 },
    ...caption(report, shown)
      .flatMap((text) => wrapWords(text, LINE_CHARACTERS))
      .map((text): Part => ({ markup: [svgText(0, 14, text, { 'font-size': 12, fill: colours.muted })], height: 18 })),
  ];
  let top = MARGIN;
  const placed = parts.map(({ markup, height }) => {
    const group = tag('g', { transform: `translate(${MARGIN} ${top})` }, markup);
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
      tag('desc', {}, [characters(shown(description(report)))]),
      tag('rect', { width: FIGURE_WIDTH, height, fill: colours.paper }),
      ...placed,
    ],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

/** What the picture shows, for who cannot see it. */
function description(report: DoseReport): string {
  const levels = report.direction.levels.map(
    ({ target, effect: { value, low, high } }) =>
      `${plain(value)}${low === null || high === null ? '' : ` [${plain(low)}, ${plain(high)}]`} at ${nats(target)}`,
  );
  return `${doseFindings(report).headline} Effect in nats by KL in nats: ${levels.join('; ')}.`;
}

type Row = readonly [mark: keyof typeof DOSE_MARKS, text: string];

function legend(
  { axis, choices, control, direction, placebos }: DoseReport,
  shown: (text: string) => string,
  ink: DoseInk,
): Markup[] {
  const { colours } = ink;
  const of = (kind: DoseSeries['kind']): readonly DoseSeries[] => placebos.filter((one) => one.kind === kind);
  const rows: Row[] = [
    [
      'direction',
      `${shown(direction.title)}: half of what lies between both pushes, with 95 % interval (${choices.pairs} choices)`,
    ],
    ['towards', `pushed towards ${shown(axis.positive)}: change from unpushed`],
    ['away', `pushed towards ${shown(axis.negative)}: change from unpushed`],
    ...(control
      ? [
          [
            'control',
            `the same strength on ${shown(control.choices.name)}, with 95 % interval (${control.choices.pairs} choices)`,
          ] as const,
        ]
      : []),
    ...(of('flipped').length > 0
      ? [
          [
            'flipped',
            `placebos, poles flipped by chance (n = ${of('flipped').length}); grey: from least to most`,
          ] as const,
        ]
      : []),
    ...(of('isotropic').length > 0
      ? [['isotropic', `placebos, isotropic (n = ${of('isotropic').length})`] as const]
      : []),
    ...of('unrelated').map(({ title }) => ['unrelated', `unrelated axis: ${shown(title)}`] as const),
  ];
  const left = PLOT + 16;
  let top = 10;
  return rows.flatMap(([mark, text]) => {
    const lines = wrapWords(text, LEGEND_CHARACTERS);
    const at = top;
    top += 16 * lines.length + 10;
    const line =
      mark === 'direction' || mark === 'towards' || mark === 'away' || mark === 'control'
        ? [tag('path', { d: `M${left} ${at}h26`, ...DOSE_LINES[mark](ink) })]
        : [];
    const grey =
      mark === 'flipped'
        ? [tag('rect', { x: left + 4, y: at - 9, width: 18, height: 18, rx: 3, fill: colours.band })]
        : [];
    return [
      ...grey,
      ...line,
      DOSE_MARKS[mark](left + 13, at, ink),
      ...lines.map((words, index) =>
        svgText(left + 36, at + 4 + 16 * index, words, { 'font-size': 12, fill: colours.ink }),
      ),
    ];
  });
}

/** What is drawn, in which unit, of how much, against which null, and what made it. */
function caption(
  { axis, choices, control, neutral, mode, where, probe, model, ranks, placebos, seed, version, ...layers }: DoseReport,
  shown: (text: string) => string,
): string[] {
  const null_ = ranks.map(
    (rank) =>
      `At a KL of ${klWords(rank.target)}, ${rank.atLeast === 0 ? 'none' : rank.atLeast} of ${rank.placebos} placebos (flipped and isotropic) ${rank.atLeast < 2 ? 'moves' : 'move'} the choices as much as the direction does, either way; the largest (${shown(rank.largestTitle)}) by ${plain(rank.largest)}: ${rankWords(rank)}.`,
  );
  return [
    `Log-odds of going on ${shown(axis.positive)} rather than ${shown(axis.negative)} from the same context, mean over ${choices.pairs} choices (${shown(choices.name)}), unpushed ${plain(choices.unpushed.value).replace('-', '−')}${control ? `; ${shown(control.choices.name)}: the same of choices of another kind` : ''}.`,
    `Intervals: 95 %, ${DOSE_DRAWS.toLocaleString('en-GB')} resamples of the choices. ${null_.length > 0 ? null_.join(' ') : placebos.length > 0 ? 'No placebo to rank the direction by.' : 'No placebos were measured: there is no null.'}`,
    `The push: ${modeDef(mode).description}, at ${layerWords(layers)}, ${whereWords(where)}. ${carriedSentence(layers)
      .map((sentence) => `${sentence} `)
      .join(
        '',
      )}KL(unpushed ‖ pushed) of the next token, 95th percentile over ${neutral.tokens} tokens of ${neutral.texts} neutral texts, both pushes pooled; strengths match it within 3 %.`,
    `Probe ${shown(probe.title)} (${probe.id}, SHA-256 ${probe.sha256.slice(0, 12)}…); choices ${choices.sha256.slice(0, 12)}…; model ${shown(model.id)} (weights ${model.weightsSha256.slice(0, 12)}…); seed ${seed}; Flipside ${shown(version)}.`,
  ];
}
