/** The files that an experiment's report can be saved as. What makes them is fetched when one is asked for. */
import type { Theme } from '../../charts/colour.ts';
import { EXPERIMENT_FILES } from '../../experiments/experiment-files.ts';
import type { ExperimentReport } from '../../experiments/experiment-types.ts';
import { serialiseReport } from '../../experiments/report/experiment-report.ts';
import type { FileContent } from '../../state/storage/save-file.ts';

/** A file that can be made. */
export interface ExperimentFileKind {
  readonly name: string;
  readonly says: string;
  readonly type: string;
  make(report: ExperimentReport, theme: Theme): Promise<FileContent>;
}

/** Most wanted first. */
export const EXPERIMENT_SAVES: readonly ExperimentFileKind[] = [
  {
    name: EXPERIMENT_FILES.report,
    says: 'every number, as the command writes it',
    type: 'application/json',
    make: async (report) => serialiseReport(report),
  },
  {
    name: EXPERIMENT_FILES.light,
    says: 'the figure, which stands alone',
    type: 'image/svg+xml',
    make: async (report, theme) =>
      (await import('../../formats/figures/experiment-figure.ts')).experimentFigureSvg(report.figure, theme),
  },
  {
    name: EXPERIMENT_FILES.plotly,
    says: 'the figure for plotly.js or Python’s plotly',
    type: 'application/json',
    make: async (report, theme) =>
      (await import('../../formats/figures/experiment-figure.ts')).experimentFigureJson(report.figure, theme),
  },
  {
    name: EXPERIMENT_FILES.card,
    says: 'verdict, gates, contrasts and rule in words',
    type: 'text/markdown',
    make: async (report) => (await import('../../experiments/report/experiment-card.ts')).experimentCard(report),
  },
];
