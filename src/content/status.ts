/** The one line that always says what model and graphics card are doing, and the sentences that are announced. */
import type { LoadProgress, WritingMode } from '../models/engine-report.ts';
import { fileSize, plainNumber, plural } from './numbers.ts';

/** Name and size of the embedded model, known before anything is fetched. */
export const EMBEDDED_MODEL = { name: 'SmolLM2-135M', downloadBytes: 104_363_000 } as const;

/** Where bytes came from, in words. */
export const BYTE_SOURCE = {
  network: 'over the network',
  disk: 'from your files',
  storage: 'kept from your last visit',
  mixed: 'partly kept from your last visit',
} as const;

/** How tokens are written, in words. */
export const WRITING_MODE: Readonly<Record<WritingMode, string>> = {
  direct: 'ahead, captured and dispatched directly',
  captured: 'ahead, captured',
  stepwise: 'token by token',
};

/** Sentences for events; one an event, never one a token. */
export const SAY = {
  loading: (): string => 'Loading the model.',
  hashing: (): string => 'Reading the files.',
  share: (quarter: number): string => `${quarter * 25} percent of the model has arrived.`,
  trying: (): string => 'Trying small graphs on this device.',
  starting: (): string => 'Starting the model.',
  warming: (): string => 'Checking how many tokens this machine gets right in one pass.',
  measuring: (): string => 'Measuring the probe on these weights.',
  ready: (backend: string): string => `The model is ready on ${backend}.`,
  reading: (): string => 'Reading the text.',
  read: (tokens: number, readings: number): string =>
    `Read ${plural(tokens, 'token')} and ${plural(readings, 'reading')}.`,
  refined: (readings: number): string => `Read inside the sentences: ${plural(readings, 'reading')} in all.`,
  writing: (): string => 'Writing.',
  wrote: (tokens: number, ended: keyof typeof ENDED): string => `Wrote ${plural(tokens, 'token')}: ${ENDED[ended]}.`,
  stopped: (): string => 'Stopped.',
  silent: (): string => `${SILENT.title}. ${SILENT.end} stops it all the same.`,
  story: (title: string): string => `Showing the recorded reading of ${title}.`,
  noted: (title: string): string => `${title} contains cruelty. Show it, or pick another story.`,
  stays: (title: string): string => `${title} stays on show.`,
  copied: (here: boolean): string =>
    here ? 'A copy of this text is in the box.' : 'A copy of this text is in the box of the place Read.',
  deleted: (title: string): string => `${title} deleted. Undo brings it back.`,
  back: (what: string): string => `${what} is back.`,
  renamed: (title: string): string => `Renamed to ${title}.`,
  run: (title: string): string => `Showing the kept run ${title}.`,
  linkShown: (): string => 'The link is open, with its scores.',
  linkSetUp: (): string => 'The link’s text is in the box, ready to be read.',
  linkCopied: (): string => 'The link is on the clipboard.',
  tableCopied: (): string => 'The table is on the clipboard.',
  embedCopied: (): string => 'The frame is on the clipboard, as HTML.',
  embedTitle: (): string => 'A reading by Flipside',
  undone: (step: string): string => `Undone: ${step}.`,
  redone: (step: string): string => `Made again: ${step}.`,
  patching: (): string => 'Patching.',
  patched: (cells: number): string => `Patched at ${plural(cells, 'place')}.`,
  agreeing: (): string => 'Measuring how far the probe holds on this variant of the model.',
  comparing: (): string => 'Comparing the next words.',
  writingSteered: (): string => 'Writing while steered.',
  matching: (): string => 'Finding the strength.',
  matched: (strengths: readonly number[]): string =>
    `Found: ${strengths.map((strength) => plainNumber(strength, 3)).join(', ')}.`,
  dosing: (): string => 'Measuring the steering.',
  dosed: (title: string): string => `The dose–response of ${title} is measured.`,
  timing: (): string => 'Timing the model.',
  timed: (): string => 'It is known how long the experiment takes here.',
  experimenting: (): string => 'Running the experiment.',
  experimented: (title: string, verdict: string): string => `${title} has run: ${verdict}.`,
  looking: (): string => 'Looking through every layer.',
  looked: (tokens: number, layers: number): string =>
    `Looked at ${plural(tokens, 'token')} through ${plural(layers, 'layer')}.`,
  lookedAlong: (layer: number): string => `The words of the direction at layer ${layer} are there.`,
  training: (): string => 'Training.',
  trained: (title: string): string => `The probe ${title} is trained and judged.`,
  judging: (set: string): string => `Judging on ${set}.`,
  judged: (set: string): string => `Judged on ${set}.`,
  masking: (set: string): string => `Reading ${set} with words masked.`,
  masked: (set: string): string => `Read ${set} with words masked.`,
  using: (title: string): string => `Reading with the probe ${title}.`,
  checked: (passed: boolean): string => (passed ? 'The numbers check passed.' : 'The numbers check failed.'),
} as const;

/** What is said of a model that was asked to stop and goes on. */
export const SILENT = {
  title: 'The model does not answer',
  words:
    'It was asked to stop a while ago. One pass on a slow graphics card ends by itself; if nothing happens, end it. What you wrote, what was read and what is kept stay, and one press starts the model again.',
  end: 'End it',
} as const;

/** What each phase without bytes is announced by. */
const PHASES = {
  trial: SAY.trying,
  hashing: SAY.hashing,
  session: SAY.starting,
  'warm-up': SAY.warming,
  probe: SAY.measuring,
} as const satisfies Record<Exclude<LoadProgress['phase'], 'bytes'>, () => string>;

/** What a step of a load is worth saying, or null: quarters of the bytes, and each phase once. */
export function progressSentence(before: LoadProgress | null, now: LoadProgress): string | null {
  if (now.phase !== 'bytes') {
    if (now.phase === before?.phase) return null;
    return PHASES[now.phase]();
  }
  const quarter = (at: LoadProgress | null): number =>
    at?.phase === 'bytes' && at.totalBytes > 0 ? Math.floor((4 * at.loadedBytes) / at.totalBytes) : 0;
  return quarter(now) > quarter(before) ? SAY.share(quarter(now)) : null;
}

/** Why a run ended, in words. */
export const ENDED = {
  text: 'read to the end',
  length: 'as many tokens as asked',
  'end-token': 'the model ended its text',
  context: 'the context is full',
  repetition: 'its words went round and round, so it was stopped',
} as const;

/** The promise that the page makes about data, by the hosts that this build may fetch models from. */
export function privacy(modelHosts: readonly string[]): string {
  return modelHosts.length === 0
    ? 'Nothing leaves this tab: no account, no server, no analytics.'
    : 'Nothing that you write or read leaves this tab: no account, no analytics.';
}

/** What is said when a newer build of the page is there. */
export const NEWER = 'A newer version of this page is here. Nothing changes until you load the page again.';

/** What the page says once, in one quiet line, about the texts that it shows and that the model writes. */
export const DARK_NOTE = {
  sentence: 'In it, people are hurt, robbed or mocked. Nothing is told in bloody detail.',
  sentences: 'In them, people are hurt, robbed or mocked. Nothing is told in bloody detail.',
  mark: 'contains cruelty',
} as const;

/** What follows the promise at the foot of every place. */
export function footer(modelHosts: readonly string[]): string {
  const asks =
    modelHosts.length === 0
      ? 'The page asks no other address for anything'
      : `Once you allow it, the page asks ${modelHosts.join(' and ')} for models that you look for under Models, and no other address for anything`;
  return `${asks}; what you type, train and keep stays in this browser.`;
}

/** What a load button says before anything is fetched; `then` is what happens once the model is there, e.g. `read this text`. */
export function loadLabel(bytes: number, then: string | null = null): string {
  return `${then === null ? 'Load the model' : `Load and ${then}`} (${fileSize(bytes)})`;
}
