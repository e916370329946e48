/** Names of what an experiment leaves in its folder, and the command that makes it again. */
import type { ExperimentReport } from './experiment-types.ts';

/** In `experiments/ID/results/MODEL/`. */
export const EXPERIMENT_FILES = { report: 'report.json', units: 'units.jsonl', light: 'figure.svg', dark: 'figure-dark.svg', card: 'CARD.md' } as const;

/** Beside `results`. */
export const SPEC_FILE = 'spec.json';

/** Folder of an experiment that ships, e.g. `experiments/A`. */
export function experimentFolder(id: string): string {
  return `experiments/${id}`;
}

/** The command line that repeats a run. */
export function experimentCommand({ experiment: { id, size }, model }: Pick<ExperimentReport, 'experiment' | 'model'>): string {
  return `npm run -s flipside -- experiment --spec ${experimentFolder(id)}/${SPEC_FILE} --model public/models/${model.id}${size === 'quick' ? ' --quick' : ''}`;
}
