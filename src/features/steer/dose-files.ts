/** The files that a dose–response can be saved as. What makes them is fetched when one is asked for. */
import type { Theme } from '../../charts/colour.ts';
import type { DoseReport } from '../../steering/dose-types.ts';
import { doseTable } from '../../formats/probe/dose-table.ts';
import { serialiseDose } from '../../formats/probe/dose.ts';
import type { FileContent } from '../../state/storage/save-file.ts';

/** A file that can be made. */
export interface DoseFileKind {
  readonly ending: string;
  readonly says: string;
  readonly type: string;
  make(report: DoseReport, theme: Theme): Promise<FileContent>;
}

/** Most wanted first. */
export const DOSE_FILES: readonly DoseFileKind[] = [
  {
    ending: 'dose.json',
    says: 'every number, as the command writes it',
    type: 'application/json',
    make: async (report) => serialiseDose(report),
  },
  {
    ending: 'dose.svg',
    says: 'the figure, which stands alone',
    type: 'image/svg+xml',
    make: async (report, theme) => (await import('../../formats/figures/dose-figure.ts')).doseFigure(report, theme),
  },
  {
    ending: 'dose.plotly.json',
    says: 'the figure for plotly.js or Python’s plotly',
    type: 'application/json',
    make: async (report, theme) => (await import('../../formats/figures/dose-figure.ts')).doseFigureJson(report, theme),
  },
  {
    ending: 'dose.md',
    says: 'what it shows and does not, with every number',
    type: 'text/markdown',
    make: async (report) => (await import('../../formats/probe/dose-card.ts')).doseCard(report),
  },
  {
    ending: 'dose.csv',
    says: 'every level of every direction',
    type: 'text/csv',
    make: async (report) => (await import('../../formats/probe/report-tables.ts')).tableCsv(doseTable(report)),
  },
];

/** The table of a dose–response, as it is shown and saved. */
export const doseTableOf = doseTable;
