/**
 * One way in for every Flipside file: runs, probes and prompt sets, told apart by what they hold. What does not belong
 * here is named for what it is.
 */
import { AppError } from '../../base/errors.ts';
import { type FileKind, KIND_WORDS, recogniseFile } from '../../formats/runs/recognise.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import { parseRun } from '../../worker/client/parse-files.ts';
import { bytesOf } from '../storage/bytes-of.ts';
import type { History } from '../runs/history.svelte.ts';
import type { Library, PickedFile } from '../probes/library.svelte.ts';
import type { SetIntake } from './set-intake.svelte.ts';

/** Where a kind of file goes. */
export type Destination = 'runs' | 'probes' | 'sets';

/** What an import brought in. */
export interface Imported {
  readonly runs: readonly { readonly id: string; readonly title: string }[];
  /** Key of the probe that was kept, or null. */
  readonly probe: string | null;
  /** Whether files went to the import of sets, which shows its own result. */
  readonly sets: boolean;
}

const DESTINATION: Partial<Record<FileKind, Destination>> = {
  'run-json': 'runs',
  'run-csv': 'runs',
  probe: 'probes',
  tensors: 'probes',
  report: 'probes',
  'set-header': 'sets',
  'set-rows': 'sets',
};

const EXPERIMENTS = 'It is opened in Experiments, under “Your own experiment”.';

interface Sorted {
  readonly file: PickedFile;
  readonly bytes: Uint8Array;
  readonly kind: FileKind;
}

/** Where an import puts what it takes in. */
export interface ImportParts {
  readonly history: History;
  readonly library: Library;
  readonly intake: SetIntake;
}

/**
 * Takes in files of any kind. Throws `import-unknown` for what belongs nowhere here, and what is wrong with the first
 * file of ours that cannot be read; what came before it stays imported.
 */
export async function importFiles(parts: ImportParts, files: readonly PickedFile[]): Promise<Imported> {
  const sorted = await sort(files);
  const of = (destination: Destination): Sorted[] => sorted.filter(({ kind }) => DESTINATION[kind] === destination);
  const foreign = sorted.filter(({ kind }) => DESTINATION[kind] === undefined);
  if (foreign.length > 0) throw unknown(foreign);
  const [probeFiles, setFiles] = [of('probes'), of('sets')];
  needWholeProbe(probeFiles);
  const runs: { id: string; title: string }[] = [];
  for (const run of of('runs')) {
    const recording = await recordingIn(run);
    const id = await parts.history.add(recording);
    // A run comes as .json and as .csv, and is one run.
    if (!runs.some((run) => run.id === id)) runs.push({ id, title: recording.title });
  }
  const probe = probeFiles.length === 0 ? null : await parts.library.import(probeFiles.map(named));
  if (setFiles.length > 0) await parts.intake.take(setFiles.map(({ file }) => file));
  return { runs, probe, sets: setFiles.length > 0 };
}

/** Throws `import-unknown` where files are all of another kind than wanted, and says where they belong. */
export async function expectKind(files: readonly PickedFile[], wanted: Destination): Promise<void> {
  const sorted = await sort(files);
  const strangers = sorted.filter(
    ({ kind }) => DESTINATION[kind] !== wanted && kind !== 'unknown' && kind !== 'other-table' && kind !== 'other-json',
  );
  if (strangers.length > 0) throw unknown(strangers);
}

async function sort(files: readonly PickedFile[]): Promise<readonly Sorted[]> {
  return Promise.all(
    files.map(async (file) => {
      const bytes = await bytesOf(file);
      return { file, bytes, kind: recogniseFile(bytes) };
    }),
  );
}

/** The recording in a file; what is wrong with it comes with the file's name. */
async function recordingIn({ file, bytes, kind }: Sorted): Promise<Recording> {
  try {
    return await parseRun(kind === 'run-json' ? kind : 'run-csv', { name: file.name, bytes });
  } catch (error) {
    const { message } = AppError.from(error);
    throw new AppError(
      'recording-invalid',
      message.startsWith(file.name) ? message : `${file.name}: ${message}`,
      { file: file.name },
      error,
    );
  }
}

/** The library knows a probe's files by their names; renamed ones are recognised too. */
function named({ file, kind }: Sorted): PickedFile {
  const name = kind === 'tensors' ? 'directions.safetensors' : kind === 'report' ? 'report.json' : 'probe.json';
  return { name, text: () => file.text(), arrayBuffer: () => file.arrayBuffer() };
}

function needWholeProbe(files: readonly Sorted[]): void {
  if (files.length === 0) return;
  const has = (kind: FileKind): boolean => files.some((file) => file.kind === kind);
  if (has('probe') && has('tensors')) return;
  const missing = [has('probe') ? null : 'probe.json', has('tensors') ? null : 'directions.safetensors']
    .filter((name) => name !== null)
    .join(' and ');
  const given = files.map(({ file, kind }) => `${file.name} is ${KIND_WORDS[kind]}`).join('; ');
  throw new AppError('import-unknown', `${given}. A probe is its files together: pick ${missing} with it.`, {
    missing,
  });
}

function unknown(files: readonly Sorted[]): AppError {
  const said = files.map(({ file, kind }) => `${file.name} is ${KIND_WORDS[kind]}`).join('; ');
  const advice: Partial<Record<FileKind, string>> = {
    'control-vector':
      'Flipside writes such files and does not read them: bring in probe.json with directions.safetensors.',
    picture: 'A run is opened from its .run.json or .run.csv file.',
    archive: 'Unpack it, or export the table as CSV (UTF-8).',
    shelf: 'Its probes lie in folders beside it: pick or drop the whole folder.',
    'story-index': 'Bring in a story’s own file instead.',
    'other-table':
      'A table of a run begins with kind, index, name, text, number; one of a prompt set has the columns topic, pole, context and text.',
    'experiment-spec': EXPERIMENTS,
    'experiment-units': EXPERIMENTS,
    'experiment-unit':
      'A verdict needs all parts: join the folders by flipside merge, and open its units.jsonl in Experiments, under “Your own experiment”.',
    'experiment-report':
      'A verdict is made anew from what was measured: open the units.jsonl beside it in Experiments, under “Your own experiment”.',
    speed: 'It is opened where speed is measured: Help, Diagnostics, “Measure the speed here”.',
    'run-json': 'Runs are brought in under Library.',
    'run-csv': 'Runs are brought in under Library.',
    probe: 'Probes are brought in under Library.',
    tensors: 'Probes are brought in under Library.',
    report: 'Probes are brought in under Library.',
    'set-header': 'Prompt sets are brought in under Library or in Train.',
    'set-rows': 'Prompt sets are brought in under Library or in Train.',
  };
  const [first] = files;
  return new AppError(
    'import-unknown',
    `${said}. ${(first === undefined ? undefined : advice[first.kind]) ?? 'Flipside takes runs (.run.json, .run.csv), probes (probe.json with directions.safetensors) and prompt sets (.jsonl or .csv, with their .set.json).'}`,
    { files: files.length },
  );
}
