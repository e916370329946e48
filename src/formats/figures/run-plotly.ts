/** The charts of a run as Plotly's JSON, which plotly.js and Python's plotly open: the trajectory, and the map of all layers. Pure. */
import { scaleHex, type Theme } from '../../charts/colour.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { figureFile } from '../../charts/figure-file.ts';
import { commonLayout } from '../../charts/looks.ts';
import type { Figure, HeatmapTrace } from '../../charts/plotly-figure.ts';
import { headName } from '../../probe/heads.ts';
import { drawnThing } from '../../reading/grain.ts';
import { shownText } from '../../text/visible-text.ts';
import { type FigureChoice, figureData, type FigureData } from '../runs/figure-data.ts';
import type { Recording } from '../runs/recording.ts';
import { trajectoryOf } from './figure-charts.ts';
import { FIGURE_WIDTH } from './picture.ts';

type Choice = FigureChoice & { readonly theme: Theme };

/** Stops of the colours. */
const STOPS = 16;
/** Height of the map in CSS pixels. */
const MAP_HEIGHT = 420;

/** The trajectory that the page shows. */
export function trajectoryJson(recording: Recording, choice: Choice): string {
  const data = figureData(recording, choice);
  return figureFile(trajectoryOf(data, FIGURE_WIDTH, choice.theme), caption(recording, data, choice, 'along the text'));
}

/** Every layer along the text, each on its own scale from −1 to 1: cells `[layers, tokens]`. */
export function layerMapJson(recording: Recording, choice: Choice): string {
  const data = figureData(recording, choice);
  return figureFile(layerMapFigure(recording, data, choice.theme), caption(recording, data, choice, 'at every layer'));
}

function layerMapFigure({ layers, tokens }: Recording, data: FigureData, theme: Theme): Figure<HeatmapTrace> {
  const { muted } = FIGURE_COLOURS[theme];
  const rows = Array.from({ length: layers }, (_, layer) => layer);
  const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const axis = (count: number, step: number) => {
    const ticks = Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
    return {
      range: [-0.5, count - 0.5] as const,
      tickvals: ticks,
      ticktext: ticks.map(String),
      tickfont: { color: muted },
    };
  };
  return {
    data: [
      {
        type: 'heatmap',
        x: tokens.map((_, token) => token),
        y: rows,
        z: rows.map((layer) => tokens.map((_, token) => known(data.at(token, layer)))),
        zmin: -1,
        zmax: 1,
        colorscale: Array.from({ length: STOPS + 1 }, (_, stop) => [
          stop / STOPS,
          scaleHex((2 * stop) / STOPS - 1, theme, data.head),
        ]),
        showscale: false,
        hoverinfo: 'skip',
      },
    ],
    layout: {
      ...commonLayout(theme),
      width: FIGURE_WIDTH,
      height: MAP_HEIGHT,
      margin: { l: 48, r: 12, t: 12, b: 44, pad: 0 },
      xaxis: { ...axis(tokens.length, Math.max(1, 10 * Math.ceil(tokens.length / 100))), title: { text: 'token' } },
      yaxis: axis(layers, 5),
    },
  };
}

/** What is drawn, of which text, and what made it. */
function caption(
  { axis, title, provenance, tokens }: Recording,
  { head, grain, trace }: FigureData,
  { layer, window }: Choice,
  where: string,
): string {
  const thing = trace === null ? `${drawnThing(grain, window)} at layer ${layer}` : 'the reading';
  return shownText(
    `${title}: ${headName(head, axis)}, ${thing}, ${where}, ${tokens.length} tokens; model ${provenance.model}.`,
  );
}
