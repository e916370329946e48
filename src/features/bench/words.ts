/** The words of the view that measures speed. */

/** Why the memory of the page is not known, in words that end a sentence. */
export const PAGE_MEMORY_LACKS = {
  absent: 'this browser does not tell it',
  'not-isolated': 'the page is not cross-origin isolated, which its host decides (docs/hosting.md)',
  late: 'the browser did not answer within 10 seconds',
} as const satisfies Record<string, string>;

/** The name of one. */
export type PageMemoryLack = keyof typeof PAGE_MEMORY_LACKS;

export const BENCH_WORDS = {
  title: 'How fast is the model here?',
  lead: 'Times the model in use on this device: reading, writing, readings, steering, 24 futures and memory. It takes at most two minutes. Nothing is sent: the record is yours to save, copy or compare.',
  run: 'Measure the speed',
  front: 'Keep this tab in front. Browsers slow tabs in the background; such rounds are left out.',
  hidden: 'The tab was in the background. What was timed meanwhile is left out.',
  open: 'Open records…',
  save: 'Save the record',
  copy: 'Copy the record',
  copied: 'Copied',
  purpose: 'To measure it',
  beside: 'Records side by side',
  ratios: 'What costs how much more',
  lacks: 'Not measured here',
  nothing:
    'No round was finished in the time, so there is nothing to show. Other work on this machine may be in the way.',
  explain: [
    'A first round warms up and does not count. The other rounds do each thing in turn, up to 15 times or until 100 seconds are over. A number is the median of the rounds, with quartiles in brackets; n counts rounds.',
    'Times are by the clock, from the call until its numbers are there. A ratio is taken within each round, so that what slows a whole round cancels out. Believe ratios before times.',
    'The text that is read and the beginning that is continued are fixed. Words that would end a text do not end it, so that rounds are alike. On slow devices both are shorter, and the record says so.',
    'A time is left out where the tab was in the background or the power supply changed. Browsers do not tell of a battery saver; some tell whether the device runs on battery.',
  ],
} as const;
