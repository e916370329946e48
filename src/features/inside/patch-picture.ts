/** The grid of patches as it is saved: the picture, and every patch as a table. */
import { PATCH_COLUMNS, patchFigure } from '../../charts/grids/patch-figure.ts';
import { nats } from '../../content/divergence.ts';
import type { ChartPicture } from '../../formats/figures/chart-picture.ts';
import { patchCell, patchGap, type PatchReport } from '../../steering/patching.ts';
import { shownText, visibleToken } from '../../text/visible-text.ts';

/** The picture around a column of the grid. */
export function patchPicture(report: PatchReport, column: number): ChartPicture {
  const { a, b, pairs, streams, words, model } = report;
  const [first, second] = words.map((word) => `“${shownText(word).trim()}”`);
  return {
    name: 'patches',
    title: 'What each patch of A into B does',
    caption: `Colour: blue towards ${first}, amber towards ${second}. Numbers: % of the way from B to A, or nats where A and B do not differ; A less B is ${nats(Math.abs(patchGap(report)))} nats. ${Math.min(PATCH_COLUMNS, pairs.length)} of ${pairs.length} tokens. Model ${model.id}.`,
    figure: ({ theme }) => patchFigure(report, { column, theme }),
    header: [
      'layer',
      'token of A',
      'token of B',
      'text of A',
      'text of B',
      'effect, nats',
      'share of the way',
      ...['first', 'second'].map((which) => `${which} placebo, nats`),
    ],
    rows: streams.flatMap((stream, row) =>
      pairs.map((pair, at) => {
        const { effect, share, placebos } = patchCell(report, row, at);
        return [
          stream,
          pair.a,
          pair.b,
          visibleToken(a.tokens[pair.a] ?? ''),
          visibleToken(b.tokens[pair.b] ?? ''),
          effect,
          share,
          placebos[0] ?? null,
          placebos[1] ?? null,
        ];
      }),
    ),
  };
}
