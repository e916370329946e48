/** The kinds of file that every figure can be saved as: SVG, the same as PNG, and Plotly's JSON. */
import type { Theme } from '../../charts/colour.ts';
import type { FileKind } from './file-kind.ts';

/** What makes the files; fetched when one is asked for. */
export interface PictureMakers<T> {
  /** The end of the names before the ending of the kind, e.g. `dose`. */
  readonly stem: string;
  /** What is drawn, as `the figure`. */
  readonly what: string;
  svg(of: T, theme: Theme): Promise<string>;
  plotly(of: T, theme: Theme): Promise<string>;
}

/** The three kinds, e.g. `dose.svg`, `dose.png` and `dose.plotly.json`. */
export function pictureKinds<T>({ stem, what, svg, plotly }: PictureMakers<T>): readonly FileKind<T>[] {
  return [
    { ending: `${stem}.svg`, says: `${what}, which stands alone`, type: 'image/svg+xml', make: svg },
    {
      ending: `${stem}.png`,
      says: 'the same as a picture',
      type: 'image/png',
      make: async (of, theme) => (await import('../runs/svg-picture.ts')).pngOf(await svg(of, theme)),
    },
    {
      ending: `${stem}.plotly.json`,
      says: `${what} for plotly.js or Python’s plotly`,
      type: 'application/json',
      make: plotly,
    },
  ];
}
