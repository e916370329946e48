/** A figure as a file: Plotly's own JSON, which plotly.js draws and Python's `plotly.io.read_json` opens. */
import { significantAll } from '../base/round.ts';
import type { Figure, Trace } from './plotly-figure.ts';
import { plotlyText } from './text.ts';

/** The text of the file; `caption` says what is seen. Numbers have six significant digits. */
export function figureFile({ data, layout }: Figure<Trace>, caption: string): string {
  const legend = { ...layout.legend };
  return `${JSON.stringify(
    significantAll({
      data,
      layout: { ...layout, showlegend: true, legend, meta: { ...layout.meta, caption: plotlyText(caption) } },
    }),
  )}\n`;
}
