/** The figure of an experiment as a picture that can stand alone, drawn as the page draws it. SVG, pure. */
import type { Theme } from '../../charts/colour.ts';
import type { ExperimentFigure, FigurePanel } from '../../charts/figure.ts';
import { layOutPanel, type PanelLayout, type PlacedSeries, whiskerPath } from '../../charts/figure-layout.ts';
import { FIGURE_TONES, markPath, OUTLINED } from '../../charts/figure-tones.ts';
import { referenceWords } from '../../charts/figure-words.ts';
import { visibleToken } from '../../text/visible-text.ts';
import { wrapWords } from '../../text/wrap-words.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import type { Part } from './figure-strip.ts';
import { characters, type Markup, svgText, tag } from '../../charts/svg.ts';

const MARGIN = 28;
const GAP = 36;
/** Width of a panel that stands alone, and of one beside others. */
const ALONE = 640;
const BESIDE = 460;
/** Panels in a row. */
const PER_ROW = 2;
const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
/** Width of a character of the caption and the key, in every common font. */
const CHARACTER = 6.7;
const LINE = 16;

/** The figure as a whole SVG file, on paper of its own. */
export function experimentFigureSvg(figure: ExperimentFigure, { dark }: { readonly dark: boolean }): string {
  const theme: Theme = dark ? 'dark' : 'light';
  const colours = FIGURE_COLOURS[theme];
  const shown = shownFigure(figure);
  const panelWidth = shown.panels.length < 2 ? ALONE : BESIDE;
  const columns = Math.max(1, Math.min(PER_ROW, shown.panels.length));
  const inner = columns * panelWidth + (columns - 1) * GAP;
  const placed: Markup[] = [];
  let top = MARGIN;
  for (let at = 0; at < shown.panels.length; at += PER_ROW) {
    const row = shown.panels.slice(at, at + PER_ROW).map((panel) => panelPart(panel, panelWidth, theme));
    row.forEach(({ markup }, column) =>
      placed.push(tag('g', { transform: `translate(${MARGIN + column * (panelWidth + GAP)} ${top})` }, markup)),
    );
    top += Math.max(...row.map(({ height }) => height)) + 20;
  }
  for (const line of wrapWords(shown.caption, Math.floor(inner / CHARACTER))) {
    placed.push(svgText(MARGIN, top + 10, line, { 'font-size': 12, fill: colours.muted }));
    top += 18;
  }
  const [width, height] = [inner + 2 * MARGIN, top + MARGIN - 8];
  const root = tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}`,
      'font-family': SANS,
      role: 'img',
    },
    [
      tag('title', {}, [characters(shown.panels.map(({ title }) => title).join('; '))]),
      tag('desc', {}, [characters(shown.caption)]),
      tag('rect', { width, height, fill: colours.paper }),
      ...placed,
    ],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

/** The same figure with every character that acts or hides named: a figure may come from a file of anybody's. */
function shownFigure(figure: ExperimentFigure): ExperimentFigure {
  const deeply = (value: unknown): unknown => {
    if (typeof value === 'string') return visibleToken(value).replaceAll('␣', ' ');
    if (Array.isArray(value)) return value.map(deeply);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deeply(item)]));
  };
  return deeply(figure) as ExperimentFigure;
}

function panelPart(panel: FigurePanel, width: number, theme: Theme): Part {
  const layout = layOutPanel(panel, width);
  const key = keyPart(panel, width, theme);
  return {
    markup: [...drawn(layout, theme), tag('g', { transform: `translate(0 ${layout.height + 6})` }, key.markup)],
    height: layout.height + 6 + key.height,
  };
}

function drawn({ texts, rules, bands, series, plot }: PanelLayout, theme: Theme): Markup[] {
  const colours = FIGURE_COLOURS[theme];
  const strokes = {
    grid: { stroke: colours.hairline },
    zero: { stroke: colours.muted },
    axis: { stroke: colours.muted },
    reference: referenceStroke(theme),
  };
  return [
    ...bands.map((band) => tag('rect', { ...band, fill: colours.band, 'fill-opacity': 0.5 })),
    ...rules.map(({ d, as }) => tag('path', { d, fill: 'none', ...strokes[as] })),
    ...texts.map(({ x, y, text, anchor, as, turned }) =>
      tag(
        'text',
        {
          x: 0,
          y: 0,
          transform: `translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})${turned === 0 ? '' : ` rotate(${turned})`}`,
          'text-anchor': anchor,
          'font-size': as === 'title' ? 14 : 12,
          ...(as === 'title' ? { 'font-weight': 600 } : {}),
          fill: as === 'tick' ? colours.muted : colours.ink,
        },
        [characters(text)],
      ),
    ),
    ...(series.every(({ points }) => points.length === 0)
      ? [
          svgText((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2, 'no points', {
            'text-anchor': 'middle',
            'font-size': 12,
            fill: colours.muted,
          }),
        ]
      : []),
    // What no effect looks like lies below what was found.
    ...[...series]
      .sort((a, b) => Number(b.series.tone === 'null') - Number(a.series.tone === 'null'))
      .flatMap((one) => seriesMarkup(one, theme)),
  ];
}

/** Lines of the rule, and any other that runs across. */
function referenceStroke(theme: Theme): Readonly<Record<string, string | number>> {
  return { stroke: FIGURE_COLOURS[theme].ink, 'stroke-width': 1.2, 'stroke-dasharray': '2 4' };
}

function seriesMarkup({ series: { tone }, line, band, points }: PlacedSeries, theme: Theme): Markup[] {
  const { [theme]: colour, dash, stroke } = FIGURE_TONES[tone];
  return [
    ...(band === null ? [] : [tag('path', { d: band, fill: colour, 'fill-opacity': 0.14 })]),
    ...(line === null
      ? []
      : [
          tag('path', {
            d: line,
            fill: 'none',
            stroke: colour,
            'stroke-width': stroke,
            ...(dash === '' ? {} : { 'stroke-dasharray': dash }),
          }),
        ]),
    ...(band !== null
      ? []
      : points.flatMap((point) => {
          const d = whiskerPath(point);
          return d === null ? [] : [tag('path', { d, fill: 'none', stroke: colour, 'stroke-width': 1.4 })];
        })),
    ...points.map(({ x, y }) => markMarkup(tone, x, y, theme)),
  ];
}

function markMarkup(tone: PlacedSeries['series']['tone'], x: number, y: number, theme: Theme): Markup {
  const { [theme]: colour, mark, size } = FIGURE_TONES[tone];
  const d = markPath(mark, x, y, size);
  const { paper } = FIGURE_COLOURS[theme];
  if (mark === 'cross') return tag('path', { d, fill: 'none', stroke: colour, 'stroke-width': 1.1 });
  return OUTLINED.has(mark)
    ? tag('path', { d, fill: paper, stroke: colour, 'stroke-width': 1.6 })
    : tag('path', { d, fill: colour, stroke: paper, 'stroke-width': 0.8 });
}

/** What the marks, lines and bands are. */
function keyPart(panel: FigurePanel, width: number, theme: Theme): Part {
  const colours = FIGURE_COLOURS[theme];
  const words = referenceWords(panel);
  const entries: { readonly sample: (y: number) => Markup[]; readonly text: string }[] = [
    ...panel.series.map(({ name, as, tone }) => ({
      text: name,
      sample: (y: number): Markup[] => {
        const { [theme]: colour, dash, stroke } = FIGURE_TONES[tone];
        const line =
          as === 'line'
            ? [
                tag('path', {
                  d: `M0 ${y}h28`,
                  fill: 'none',
                  stroke: colour,
                  'stroke-width': stroke,
                  ...(dash === '' ? {} : { 'stroke-dasharray': dash }),
                }),
              ]
            : [];
        return [...line, markMarkup(tone, 14, y, theme)];
      },
    })),
    ...words.bands.map((text) => ({
      text,
      sample: (y: number): Markup[] => [
        tag('rect', { x: 2, y: y - 6, width: 24, height: 12, fill: colours.band, 'fill-opacity': 0.5 }),
      ],
    })),
    ...words.lines.map((text) => ({
      text,
      sample: (y: number): Markup[] => [tag('path', { d: `M0 ${y}h28`, fill: 'none', ...referenceStroke(theme) })],
    })),
  ];
  let y = 8;
  const markup = entries.flatMap(({ sample, text }) => {
    const lines = wrapWords(text, Math.floor((width - 36) / CHARACTER));
    const at = y;
    y += LINE * lines.length + 4;
    return [
      ...sample(at),
      ...lines.map((line, index) => svgText(36, at + 4 + LINE * index, line, { 'font-size': 12, fill: colours.ink })),
    ];
  });
  return { markup, height: y };
}
