/**
 * The four claims that the page exists to test, in five experiments, and a published finding that is looked for again. The
 * words do not change with a run. Rules, gates and verdicts are those of the spec and the report of each experiment; what a
 * verdict means stands in src/experiments/report/found-words.ts.
 */
import type { RunSize } from '../../experiments/experiment-types.ts';
import { plural } from '../../content/numbers.ts';

/** One claim. */
export interface ClaimWords {
  /** A letter for those that ship, with a digit for a second experiment of one claim. */
  readonly id: string;
  readonly title: string;
  readonly claimed: string;
  /** How it would be tested, in a sentence or two. */
  readonly test: string;
}

/** In the order of their letters; A has two halves, each with an experiment of its own, and E is a replication. */
export const CLAIMS: readonly ClaimWords[] = [
  {
    id: 'A',
    title: 'Does a model expect an author’s next person to turn?',
    claimed:
      'A model follows the author of a text. Where an author’s people have turned, it expects the next one to turn.',
    test: 'Four or eight short stories show people who turn half-way, or people who stay kind or cruel. The acts are the same. Then a new person begins with two acts of one side: which side is the third? With names dealt anew the same sentences stand as a control. 16 people.',
  },
  {
    id: 'A2',
    title: 'Does every sentence about a character count?',
    claimed: 'Every sentence about a character is evidence, and adds to the odds of how the text goes on.',
    test: '16 people do up to 16 kind or cruel things in random orders. Some texts have a frame before them, or are steered, also at random. Then the model chooses how the text goes on. Four accounts are fitted and judged on topics left out: evidence that adds up, the last sentence alone, weights by place, and saturation.',
  },
  {
    id: 'B',
    title: 'Can a cruel character turn kind again?',
    claimed:
      'A cruel character can turn kind again. The strong form of the Waluigi effect denies it: once cruel, kind acts would no longer count.',
    test: '12 stories of kind and cruel acts, 6 of cheerful or gloomy ones, 6 of formal or casual ones. Each has 4 to 32 acts, half of either side, mixed or in two blocks. How likely is a kind ending, between all cruel and all kind? The model writes nothing.',
  },
  {
    id: 'C',
    title: 'Does a rule hold better outside the text?',
    claimed:
      'The closer a rule sits to the output, the harder it is to talk the model out of it, and the less it bends where it should.',
    test: 'Two rules, to say one fixed sentence and never to insult, each at eight places of one strength. Three are text, three steer the stream early, in the middle and late, and two set the word scores. What do three attacks leave of each? Does it give way in three exceptions? What is outside is measured on other texts.',
  },
  {
    id: 'D',
    title: 'Why does a character call up its opposite?',
    claimed:
      'Because stories turn characters. So the opposite gains a larger share on axes of conduct and feeling than on axes of style.',
    test: 'Twelve axes of conduct and feeling, twelve of style, all with plain antonyms. One pole is shown by 1 to 8 turns about other topics. How much cheaper do the same pole, its opposite and a neutral turn become? A turn of another axis stands beside, as a control.',
  },
  {
    id: 'E',
    title: 'Does a text’s tone gather at its punctuation?',
    claimed:
      'A model sums up at commas and full stops what the text before them says. Published for larger models and film reviews.',
    test: 'Texts in two versions: kind or cruel people, good or bad news. A direction that tells the versions apart is taken out at all tokens, at commas and full stops only, at as many other tokens, and at the tokens right behind the marks. How much less does the next word depend on the version? Random directions stand beside. 24 topics an axis.',
  },
];

/** What follows the place's name in the address of experiments of the reader's own. */
export const OWN_PATH = 'own';

/** The address of a claim by its letter, or of {@link OWN_PATH}. */
export const addressOf = (path: string): string => `#/experiments/${path}`;

/** The index of the place. */
export const INDEX_WORDS = {
  title: 'What was found',
  lead: 'Claims about characters in language models, each tested by a rule fixed in advance.',
  own: 'Run an experiment of your own',
  back: '← All claims',
  next: (id: string): string => `Next: ${id} →`,
  nav: 'Claims',
  look: 'A quick look only.',
  earlier: 'By an earlier design.',
  none: 'Not run yet.',
  looking: 'Looking…',
  running: 'Running now.',
} as const;

/** Where nothing was found out yet. */
export const NO_RUN = 'No run of this experiment comes with the page, so there is no verdict.';

/** What everything behind a verdict is called. */
export const ALL_NUMBERS = { run: 'All figures and numbers', noRun: 'How it is tested' } as const;

/** The figure of all models that one spec was run on. */
export const BY_MODEL = {
  summary: 'By model',
  says: 'The same turns, read by other models. A run made here joins them, and so does a file of units of this spec.',
  looking: 'Looking for the runs of other models…',
} as const;

/** Takes a file of units from its card. */
export const PUT_AWAY = 'Put the file away';

/** Where the report shown is from, after the line that says which run it is. */
export const FROM_WORDS = {
  recorded: 'recorded by the command',
  measured: 'measured in this browser',
  file: 'from a file that was opened here',
} as const;

/** Stages of a run, while it runs. */
export const RUN_STAGE = {
  pace: 'Timing the model',
  prepare: 'Preparing what every unit needs',
  units: 'Running',
} as const;

/** Running an experiment in the page. */
export const RUN_WORDS = {
  unknown:
    'A quick look takes 3 to 6 minutes on two processor cores, all of it 15 to 35. The page measures the time left as it runs.',
  kept: 'Each unit is stored as it ends, so a run that was stopped goes on where it was.',
} as const;

/** The same as choices. */
export const SHOWN_WORDS = { recorded: 'Recorded', measured: 'Measured here', file: 'From a file' } as const;

/** What is stored of runs that have not ended, and how they go on; null where nothing is. */
export function heldWordsOf({ quick, full }: Readonly<Record<RunSize, number>>, loaded: boolean): string | null {
  const parts = [
    ...(quick > 0 ? [`${plural(quick, 'unit')} of a quick look`] : []),
    ...(full > 0 ? [`${plural(full, 'unit')} of a full run`] : []),
  ];
  if (parts.length === 0) return null;
  return `${parts.join(' and ')} ${quick + full === 1 ? 'is' : 'are'} stored here, and no verdict yet. ${loaded ? 'On the model that they ran on, the same button goes on with them.' : 'Load the model that they ran on to go on.'}`;
}

/** An experiment of the reader's own. */
export const OWN_WORDS = {
  title: 'Your own experiment',
  lead: 'Open a spec: a JSON file with the material and a rule written before any run. Or open the units of a run.',
  about:
    'Copy a shipped spec (a claim, “All figures and numbers”, “Make it again”) and put your material in. It is checked and stays in this browser. Units (units.jsonl, as the command writes them) give their verdict anew, without a model. docs/experiments/spec.md says what belongs where.',
  how: 'Where to begin',
  notRun: 'Not run in this browser yet.',
} as const;

/** What stands over the parts of everything behind a verdict. */
export const CARD_WORDS = {
  claim: 'The claim',
  because: 'The verdict, by the rule',
  measures: 'Numbers that stand beside it and decide nothing.',
  rule: 'As written before any run.',
  evidence:
    'Measured when the probes were judged, for another purpose. It bears on the claim in part, and decides nothing.',
  nothing: 'Nothing is named.',
} as const;

/** What the probes behind the numbers of the reports are called. */
export const SHIPPED_WORDS = { probes: 'The probes behind these numbers' } as const;

/** What the shipped numbers say about each claim, and what they cannot. */
export const EVIDENCE_WORDS = {
  personas: {
    title: 'A character in the system turn',
    says: 'A system prompt describes kind or cruel people. All give the same neutral answer. The difference is what of the character can still be read there.',
    not: 'It does not tell author from character: that needs the byline.',
  },
  flips: {
    title: 'Stories that turn',
    says: 'Short stories whose protagonist turns, as many to the good as to the bad. The difference between readings after kind and cruel sentences is positive only if the reading follows the turn.',
    not: 'The stories are given, not written by the model: the reading flips back, not the model. On other axes nothing is wanted.',
  },
  flipsRanked: {
    title: 'The same stories, by rank',
    says: 'How often a reading after a kind sentence lies above one after a cruel sentence. 0.5 is chance; no probe was trained on the stories.',
    not: 'The unit of a score plays no part here.',
  },
  drift: {
    title: 'Does it stay where it is put?',
    says: 'Neutral stories, none of them in the fit, by sentences read. A reading that drifts would look like an attractor.',
    not: 'The mean of each length has an interval of ±1.96 sd/√n over stories.',
  },
  cosine: {
    title: 'Do the poles point apart?',
    says: 'Cosine between the two poles, each as its difference from neutral text. −1: opposites. 0: nothing in common. +1: both leave neutral the same way.',
    not: 'Neutral texts that are plain in other ways as well would push every axis towards +1.',
  },
  salience: {
    title: 'Shared, against what tells them apart',
    says: 'How far both poles lie from neutral together, over half the distance between them. Above 1 they share more than separates them.',
    not: 'A ratio: read its interval, it is wide where the poles lie close to each other.',
  },
  poles: {
    title: 'Each pole against neutral',
    says: 'AUROC of the probe’s score for each pole against neutral turns; 0.5 is chance. An axis through neutral puts both above it.',
    not: 'It is the one direction of the probe. A fit for each pole does better, and stands on the probe’s card.',
  },
  nothing: 'The shipped probes have no number that would bear on this claim.',
} as const;

/** How the numbers of this place were computed. */
export const EXPERIMENTS_EXPLAIN: readonly string[] = [
  'A verdict is what the written rule makes of the report of a run. Anyone who has the units can make it again without a model.',
  'Intervals are 95 %: bootstrap over scenes, stories, axes or items, never over rows. n is their number. p of planned contrasts is corrected by Holm.',
  'Axes were sorted into moral and not moral before they were trained. Cheerful–gloomy is not moral on purpose: nobody does anything in it.',
];
