/** Words of the Library. */
import { plural } from '../../content/numbers.ts';

/** The head of the place. */
export const LIBRARY_WORDS = {
  title: 'Library',
  lead: 'What ships with the page, and what you read, trained and brought here.',
  compare: 'Compare two runs',
  models: 'Models',
  import: 'Import files…',
  drop: 'runs, probes or prompt sets; or drop them anywhere here',
  folder: 'Open a folder…',
  emptyFolder: (name: string): string =>
    `${name === '' ? 'The folder' : `The folder ${name}`} holds no files. Pick the folder of a probe, or a shelf of probes with its index.json.`,
  shelf: 'A shelf of probes',
} as const;

/** What comes with the page. */
export const SHIPS_WORDS = {
  title: 'Ships with the page',
  probes: (count: number): string => plural(count, 'probe'),
  probesMore: 'How far to believe each',
  runs: (count: number): string => `${plural(count, 'recorded reading')}`,
  runsMore: 'Show them',
  sets: (count: number): string => plural(count, 'prompt set'),
  setsMore: 'Train on them',
  looking: 'Looking…',
} as const;

/** Runs of the reader's. */
export const RUNS_WORDS = {
  title: 'Your runs',
  none: 'None yet. What you read or write is stored here, in this browser.',
  room: (runs: string, most: string, size: string, mostSize: string): string =>
    `${runs} of at most ${most}, ${size} of ${mostSize}. Beyond that the oldest go.`,
  refused: (why: string): string => `This browser stores nothing for this page (${why}). Save the runs that you want.`,
  find: 'Find in titles, texts, probes and steering',
} as const;

/** Prompt sets of the reader's. */
export const SETS_WORDS = {
  title: 'Your prompt sets',
  none: 'None yet. Import one, or change a shipped one in',
} as const;

/** What this browser stores. */
export const STORAGE_WORDS = {
  title: 'Storage',
  nothing: 'Storage: nothing yet',
  amount: (size: string): string => `Storage: ${size}`,
  where: 'On this machine only. Nothing is ever sent.',
  each: 'one by one, above',
  files: 'Model files, one by one',
  models: 'are deleted one by one in',
  lasts: 'The browser keeps it until you delete it.',
  mayGo: 'The browser may clear it when the disk runs full.',
  ask: 'Ask the browser to keep it',
  refused: 'The browser did not agree. Many agree once a page is visited often or bookmarked.',
  granted: 'The browser agreed.',
} as const;
