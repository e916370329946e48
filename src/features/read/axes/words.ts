/** Words of several axes. */
export const AXES_WORDS = {
  title: 'More axes',
  summary: 'Read this text with more probes at once',
  lead: 'One pass reads the text with every probe chosen here. Each axis has its own chance range, the grey band.',
  choose: 'Read with',
  noModel: 'Load the model above, then one press reads the text shown with all of them.',
  noText: 'There is no text yet. Read one above.',
  stale: 'This is the text that was read before. Press again for the one shown now.',
  along:
    'Along: tokens. Up: the first pole. Down: the second. Unit: standard deviations over the training turns; 0 is neutral text.',
  sure: 'How sure is this?',
  pairs: 'Which axes move together',
  marks: 'A mark is a pair: ▲ together, ▼ opposite ways, filled where the interval leaves out 0.',
} as const;
