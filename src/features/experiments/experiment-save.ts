/** The files that an experiment's report can be saved as. What makes them is fetched when one is asked for. */
import { EXPERIMENT_FILES } from '../../experiments/experiment-files.ts';
import type { ExperimentReport } from '../../experiments/experiment-types.ts';
import { serialiseReport } from '../../experiments/report/experiment-report.ts';
import type { FileKind } from '../../state/storage/file-kind.ts';
import { pictureKinds } from '../../state/storage/picture-kinds.ts';

/** Most wanted first. */
export const EXPERIMENT_SAVES: readonly FileKind<ExperimentReport>[] = [
  {
    ending: EXPERIMENT_FILES.report,
    says: 'every number, as the command writes it',
    type: 'application/json',
    make: async (report) => serialiseReport(report),
  },
  ...pictureKinds<ExperimentReport>({
    stem: 'figure',
    what: 'the figure',
    svg: async (report, theme) =>
      (await import('../../formats/figures/experiment-figure.ts')).experimentFigureSvg(report.figure, theme),
    plotly: async (report, theme) =>
      (await import('../../formats/figures/experiment-figure.ts')).experimentFigureJson(report.figure, theme),
  }),
  {
    ending: EXPERIMENT_FILES.card,
    says: 'verdict, gates, contrasts and rule in words',
    type: 'text/markdown',
    make: async (report) => (await import('../../experiments/report/experiment-card.ts')).experimentCard(report),
  },
];
