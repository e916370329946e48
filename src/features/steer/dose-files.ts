/** The files that a dose–response can be saved as. What makes them is fetched when one is asked for. */
import type { DoseReport } from '../../steering/dose-types.ts';
import { doseTable } from '../../formats/probe/dose-table.ts';
import { serialiseDose } from '../../formats/probe/dose.ts';
import type { FileKind } from '../../state/storage/file-kind.ts';
import { pictureKinds } from '../../state/storage/picture-kinds.ts';

/** Most wanted first. */
export const DOSE_FILES: readonly FileKind<DoseReport>[] = [
  {
    ending: 'dose.json',
    says: 'every number, as the command writes it',
    type: 'application/json',
    make: async (report) => serialiseDose(report),
  },
  ...pictureKinds<DoseReport>({
    stem: 'dose',
    what: 'the figure',
    svg: async (report, theme) => (await import('../../formats/figures/dose-figure.ts')).doseFigure(report, theme),
    plotly: async (report, theme) =>
      (await import('../../formats/figures/dose-figure.ts')).doseFigureJson(report, theme),
  }),
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
