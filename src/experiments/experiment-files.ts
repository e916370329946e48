/** Names of the files of an experiment, and the command that makes it again. */
import { earlierSpecOf } from './design-words.ts';
import type { ExperimentReport } from './experiment-types.ts';

/** In `experiments/ID/results/MODEL/`. */
export const EXPERIMENT_FILES = {
  report: 'report.json',
  units: 'units.jsonl',
  light: 'figure.svg',
  dark: 'figure-dark.svg',
  plotly: 'figure.plotly.json',
  card: 'CARD.md',
} as const;

/** Beside `results`. */
export const SPEC_FILE = 'spec.json';

/** Whether an id is that of an experiment that ships: a capital, and a digit where a claim has more than one, such as `A2`. */
export function isShippedId(id: string): boolean {
  return /^[A-Z][2-9]?$/.test(id);
}

/** The model whose files lie in `public/models` of every checkout. */
export const EMBEDDED_MODEL = 'smollm2-135m-instruct-q4';

/** What stands in a command where only the person who runs it knows what to write. */
const PLACEHOLDERS = { model: 'MODEL_FOLDER', spec: 'YOUR_SPEC.json' } as const;

/**
 * The command line that repeats a run. Where the files of another model lie, and what the file of a spec is called that does not ship,
 * nobody here knows: {@link PLACEHOLDERS} stand for them. `ships`: whether the spec is one of the checkout's.
 */
export function experimentCommand(
  { experiment: { id, size, design }, model }: Pick<ExperimentReport, 'experiment' | 'model'>,
  ships = isShippedId(id),
): string {
  const spec = ships ? (earlierSpecOf({ id, design }) ?? id) : PLACEHOLDERS.spec;
  return `npm run -s flipside -- experiment ${spec} --model ${model.id === EMBEDDED_MODEL ? `public/models/${model.id}` : PLACEHOLDERS.model} --out ${id}-results${size === 'quick' ? ' --quick' : ''}`;
}

/** What the placeholders of a command stand for, a sentence each; none where it has none. */
export function commandNotes(command: string, { model }: Pick<ExperimentReport, 'model'>): readonly string[] {
  return [
    ...(command.includes(PLACEHOLDERS.spec) ? [`${PLACEHOLDERS.spec}: the file of the spec, wherever it lies.`] : []),
    ...(command.includes(PLACEHOLDERS.model) ? [`${PLACEHOLDERS.model}: a folder with the files of ${model.id}.`] : []),
  ];
}
