/** The files that a run can be saved as. What makes them is fetched when one is asked for. */
import { AppError } from '../../base/errors.ts';
import type { Theme } from '../../charts/colour.ts';
import type { Grain } from '../../reading/grain.ts';
import type { Head } from '../../probe/heads.ts';
import { serialiseRecording } from '../../formats/runs/recording-json.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import type { FileContent } from '../storage/save-file.ts';

/** Where one looks, for what shows one layer only. */
export interface RunView {
  readonly head: Head;
  readonly layer: number;
  /** Whether readings are shown at that layer alone. */
  readonly single: boolean;
  readonly grain: Grain;
  readonly window: number;
  readonly theme: Theme;
}

/** A file that can be made. */
export interface RunFileKind {
  readonly key: 'json' | 'csv' | 'svg' | 'png' | 'plotly' | 'layers';
  readonly label: string;
  readonly says: string;
  readonly ending: string;
  readonly type: string;
  make(recording: Recording, view: RunView): Promise<FileContent>;
}

const figure = async (recording: Recording, view: RunView): Promise<string> =>
  (await import('../../formats/figures/run-figure.ts')).runFigure(recording, view);

/** Most wanted first. */
export const RUN_FILES: readonly RunFileKind[] = [
  {
    key: 'json',
    label: 'Run, JSON',
    says: 'everything; opens here again',
    ending: 'run.json',
    type: 'application/json',
    make: async (recording) => serialiseRecording(recording),
  },
  {
    key: 'csv',
    label: 'Table, CSV',
    says: 'everything as one table; opens here again',
    ending: 'run.csv',
    type: 'text/csv',
    make: async (recording) => (await import('../../formats/runs/run-csv.ts')).runCsv(recording),
  },
  {
    key: 'svg',
    label: 'Figure, SVG',
    says: 'text, trajectory and layers, with the scale',
    ending: 'svg',
    type: 'image/svg+xml',
    make: figure,
  },
  {
    key: 'png',
    label: 'Figure, PNG',
    says: 'the same as a picture',
    ending: 'png',
    type: 'image/png',
    make: async (recording, view) => (await import('./svg-picture.ts')).pngOf(await figure(recording, view)),
  },
  {
    key: 'plotly',
    label: 'Trajectory, Plotly JSON',
    says: 'for plotly.js or Python’s plotly',
    ending: 'trajectory.plotly.json',
    type: 'application/json',
    make: async (recording, view) =>
      (await import('../../formats/figures/run-plotly.ts')).trajectoryJson(recording, view),
  },
  {
    key: 'layers',
    label: 'Layer map, Plotly JSON',
    says: 'every layer along the text',
    ending: 'layers.plotly.json',
    type: 'application/json',
    make: async (recording, view) =>
      (await import('../../formats/figures/run-plotly.ts')).layerMapJson(recording, view),
  },
];

/** A file name from a title: letters and digits of every script, and hyphens. */
export function fileName(title: string, ending: string): string {
  const plain = title
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `flipside-${plain === '' ? 'run' : plain}.${ending}`;
}

/** The table of a run for the clipboard. */
export async function tableOf(recording: Recording, view: Omit<RunView, 'theme'>): Promise<string> {
  return (await import('../../formats/runs/run-table.ts')).runTable(recording, view);
}

/** What to say where the browser lets the page copy nothing. */
export function noClipboard(): AppError {
  return new AppError('usage', 'The browser does not let this page copy. Save the table as CSV instead.');
}
