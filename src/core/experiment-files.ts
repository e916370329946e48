/** Names of the files of an experiment, and the command that makes it again. */
import type { ExperimentReport } from './experiment-types.ts';

/** In `experiments/ID/results/MODEL/`. */
export const EXPERIMENT_FILES = { report: 'report.json', units: 'units.jsonl', light: 'figure.svg', dark: 'figure-dark.svg', card: 'CARD.md' } as const;

/** Beside `results`. */
export const SPEC_FILE = 'spec.json';

/** Whether an id is that of an experiment that ships: a capital, and a digit where a claim has more than one, such as `A2`. */
export function isShippedId(id: string): boolean {
  return /^[A-Z][2-9]?$/.test(id);
}

/** The command line that repeats a run: an experiment that ships by its letter, another by its spec. */
export function experimentCommand({ experiment: { id, size }, model }: Pick<ExperimentReport, 'experiment' | 'model'>): string {
  return `npm run -s flipside -- experiment ${isShippedId(id) ? id : `${id}.json`} --model public/models/${model.id} --out ${id}-results${size === 'quick' ? ' --quick' : ''}`;
}
