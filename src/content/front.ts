/** The words of the first view: what this page is, what was found, and the story that forks. */

/** The two stories that are one up to the night on which they part, and what happens then. */
export const FORK = {
  /** The pill of both together. */
  title: 'One story, two endings',
  a: { id: 'betrayal', heading: 'Then she betrays him', end: 'she has him dragged away' },
  b: { id: 'mercy', heading: 'Then she does not', end: 'she lets him go' },
  /** In place of the note that stories with more cruelty have before them. */
  note: 'One ending is unkind: a guest is robbed and turned out.',
} as const;

/** The headline over every text in Read. */
export const FRONT = {
  headline: 'Watch a model’s picture of a character flip',
  button: 'Try your own text',
  /** The same on a phone, before the story, which is two screens long there. */
  early: 'Read your own text',
} as const;

/** What is said of the name that people come for. What was found is held against the verdicts of the shipped experiments by a test. */
export const WALUIGI = {
  name: 'Waluigi effect',
  claim: 'a model’s character is said to flip to its opposite and stay.',
  found: [
    { experiment: 'D', verdict: 'CONFIRM', says: 'Found here: the opposite gets likelier.' },
    { experiment: 'B', verdict: 'CONFIRM', says: 'Kind acts bring it partly back.' },
  ],
} as const;
