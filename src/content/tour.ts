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
    about: 'What colours and charts say.',
    steps: [
      {
        place: 'read',
        target: 'stories',
        title: 'A story, already read',
        text: 'The model read these stories beforehand. Pick another at any time.',
      },
      {
        place: 'read',
        target: 'strip',
        title: 'The text in colour',
        text: 'Each stretch has the colour of the reading after it: green for one pole, purple for the other. The thin bar says the same without colour.',
      },
      {
        place: 'read',
        target: 'charts',
        title: 'The reading along the text',
        text: 'The same readings as a line. Grey is the chance range. What counts is how they change.',
      },
      {
        place: 'read',
        target: 'layer',
        details: true,
        title: 'One layer at a time',
        text: 'The model works layer by layer. The slider picks one; the map below shows all.',
      },
      {
        place: 'read',
        target: 'evidence',
        details: true,
        title: 'How far to believe it',
        text: 'Every probe is judged on topics that it never saw. A score is no verdict.',
      },
    ],
  },
  {
    id: 'intervening',
    title: 'Intervening',
    about: 'Write, steer, and train a probe of your own.',
    steps: [
      {
        place: 'write',
        target: 'prompt',
        title: 'Let it write',
        text: 'Give the model a character and a message, and see how its answer reads.',
      },
      {
        place: 'write',
        target: 'sampling',
        title: 'The same words again, or others',
        text: 'The same seed gives the same text; another seed gives another.',
      },
      {
        place: 'steer',
        target: 'steering',
        title: 'Steer it',
        text: 'Does the model use what we read? Choose a pole and a strength, and see what it writes.',
      },
      {
        place: 'steer',
        target: 'dose',
        title: 'What steering changes',
        text: 'How far its choices move, the stronger you steer, beside directions that mean nothing.',
      },
      {
        place: 'read',
        target: 'probe',
        details: true,
        title: 'Another question',
        text: 'Each probe asks one question. Choose another, and read your text again.',
      },
      {
        place: 'train',
        target: 'train',
        title: 'A question of your own',
        text: 'Find a probe from your own example pairs. It is judged at once.',
      },
      {
        place: 'experiments',
        target: 'claims',
        title: 'What it is all for',
        text: 'Claims about characters in language models, each tested by a rule fixed in advance.',
      },
    ],
  },
];
