/** The figure of what is lost without a probe's directions. Pure. */
import type { ExperimentFigure, FigureSeries } from '../../charts/figure.ts';
import { plain } from '../../probe/claims/claim-words.ts';
import { type AblationReport, ERASED, type LayerCosine } from '../../steering/ablation-types.ts';
import { ERASED_NAMES, PUBLISHED_COSINES } from '../../steering/ablation-words.ts';

/** Cosine and AUROC by layer, with the published values; and the shares that are lost. */
export function ablationFigure(report: AblationReport): ExperimentFigure {
  const { cosines, erased, random, probe } = report;
  const byLayer = (
    name: string,
    tone: FigureSeries['tone'],
    of: Exclude<keyof LayerCosine, 'layer'>,
  ): FigureSeries => ({
    name,
    as: 'line',
    tone,
    points: cosines.map((row) => ({ x: row.layer, y: row[of], label: `layer ${row.layer}: ${plain(row[of])}` })),
  });
  return {
    caption: `${probe.title}. Left: the cosine of the direction that reads with the one that steers, by layer, beside what arXiv 2606.24952 found on larger models (0.12 to 0.20) and the largest of ${random.length} random directions. Middle: how well the direction reads at each layer, every topic left out in turn. Right: the share of what a context tells that is lost where a direction is taken out at every layer, with its 95 % interval over choices, beside random directions.`,
    panels: [
      {
        title: 'Reading against steering',
        x: { label: 'layer' },
        y: { label: 'cosine' },
        series: [
          byLayer('direction that reads, with the one that steers', 'first', 'cosine'),
          byLayer('with a random direction, at most', 'null', 'random'),
        ],
        bands: [{ from: PUBLISHED_COSINES[0], to: PUBLISHED_COSINES[1], says: 'published, larger models' }],
      },
      {
        title: 'How well it reads',
        x: { label: 'layer' },
        y: { label: 'AUROC, topics left out' },
        series: [byLayer('direction that reads', 'first', 'auroc')],
        lines: [{ at: 0.5, across: 'x', says: 'chance' }],
      },
      {
        title: 'What is lost without it',
        x: { label: 'direction taken out', categories: ['reads', 'steers', 'random'] },
        y: { label: 'share of what a context tells' },
        series: [
          {
            name: 'a direction of the probe, 95 % interval',
            as: 'intervals',
            tone: 'first',
            points: ERASED.map((what) => ({
              x: ERASED_NAMES[what],
              y: erased[what].lost.value,
              ...(erased[what].lost.low === null || erased[what].lost.high === null
                ? {}
                : { low: erased[what].lost.low, high: erased[what].lost.high }),
              label: `${ERASED_NAMES[what]}: ${plain(erased[what].lost.value)}`,
            })),
          },
          {
            name: 'a random direction',
            as: 'dots',
            tone: 'null',
            points: random.map(({ title, lost }) => ({ x: 'random', y: lost, label: `${title}: ${plain(lost)}` })),
          },
        ],
        lines: [{ at: 0, across: 'x', says: 'nothing is lost' }],
      },
    ],
  };
}
