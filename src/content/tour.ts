/** The tour: two chapters of a few steps, each about one thing that can be seen on the page. */

/** A step: where it is, what it points at (an element with `data-tour`), and what it says. */
export interface TourStep {
  readonly place: 'read' | 'write' | 'steer' | 'train' | 'experiments';
  readonly target: string;
  readonly title: string;
  readonly text: string;
  /** Whether it points at something that stands behind Details. */
  readonly details?: true;
}

/** A chapter. */
export interface TourChapter {
  readonly id: 'reading' | 'intervening';
  readonly title: string;
  readonly about: string;
  readonly steps: readonly TourStep[];
}

/** Both chapters, in order. */
export const TOUR: readonly TourChapter[] = [
  {
    id: 'reading',
    title: 'Reading',
    about: 'What the colours and the charts say, and what they do not.',
    steps: [
      {
        place: 'read',
        target: 'stories',
        title: 'A story, already read',
        text: 'Each of these was read by the model beforehand, so it shows before anything is loaded. Pick another at any time.',
      },
      {
        place: 'read',
        target: 'strip',
        title: 'The text in colour',
        text: 'After each stretch the model reads the same neutral words, off to the side, and the stretch takes the colour of that reading: green for one pole, purple for the other. Only the text before can change it. The thin bar above or below the words says the same without colour.',
      },
      {
        place: 'read',
        target: 'charts',
        title: 'The reading along the text',
        text: 'The same readings as a line, over the grey range of random directions. One reading alone proves nothing; how they change is what counts.',
      },
      {
        place: 'read',
        target: 'layer',
        details: true,
        title: 'One layer at a time',
        text: 'The model works in 30 steps. The slider shows the reading at one of them, and the map below shows all at once: look for where a colour begins.',
      },
      {
        place: 'read',
        target: 'evidence',
        details: true,
        title: 'How far to believe it',
        text: 'Every probe is judged on topics that it never saw, against shuffled labels and random directions. A score is a score, not a verdict.',
      },
    ],
  },
  {
    id: 'intervening',
    title: 'Intervening',
    about: 'Let the model write, push it, read with another probe, train one of your own.',
    steps: [
      {
        place: 'write',
        target: 'prompt',
        title: 'Let it write',
        text: 'Give the model a character and a message, or a text to go on with. These starting points ask the Waluigi question: told to be kind, how far is the flip side?',
      },
      {
        place: 'write',
        target: 'sampling',
        title: 'The same words again, or others',
        text: 'The seed decides which of the likely words are drawn. The same seed gives the same text; another seed another, and the earlier one stays within reach.',
      },
      {
        place: 'steer',
        target: 'push',
        title: 'Push it',
        text: 'A reading shows that something lies there; a push shows whether the model acts on it. Choose a pole and a strength. What it writes then is read back without the push: only what is left there came from the words.',
      },
      {
        place: 'steer',
        target: 'dose',
        title: 'What a push does',
        text: 'How far the model’s choices move, the stronger it is pushed, beside pushes along directions that mean nothing. Without those, any push would look like proof.',
      },
      {
        place: 'read',
        target: 'probe',
        details: true,
        title: 'Another question',
        text: 'A probe asks one question of the model’s state. Choose another here; the page then offers to read your text again with it.',
      },
      {
        place: 'train',
        target: 'train',
        title: 'A question of your own',
        text: 'A probe is found from pairs of short texts. Read and change them, bring your own, and train: it is judged at once, by everything that could fool it.',
      },
      {
        place: 'experiments',
        target: 'claims',
        title: 'What it is all for',
        text: 'Four claims about characters in language models: what the rule of each, written before any run, makes of the numbers, and all that led to it.',
      },
    ],
  },
];
