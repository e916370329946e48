/**
 * The four claims that the page exists to test, in five experiments, in words that do not change with a run. The rules,
 * gates and verdicts are
 * those of the spec and the report of each experiment.
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

/** In the order of their letters; A has two halves, each with an experiment of its own. */
export const CLAIMS: readonly ClaimWords[] = [
  {
    id: 'A',
    title: 'Authors, not simulacra',
    claimed: 'A language model models the author of a text; the characters in it come and go, weighed by the context.',
    test: '24 scenes cross a kind or cruel author, bound to an invented byline by earlier excerpts, with a kind or cruel character. Taps before, in and after the quotation are the same words in all cells.',
  },
  {
    id: 'A2',
    title: 'The context weighs the characters',
    claimed:
      'Which of its characters goes on is weighed by the context: every sentence about them is evidence and adds to the odds, wherever it stands, as a frame before it or a push of the stream does.',
    test: '16 people do up to 16 kind or cruel things in random orders, with and without a frame or a push of known strength, and the model chooses how it goes on. Evidence that adds up is fitted against the last sentence alone, weights by place, and saturation, and judged on topics left out.',
  },
  {
    id: 'B',
    title: 'The flip side can flip back',
    claimed:
      'A character that has been cruel can flip back to kind. The strong form of the Waluigi effect denies it: once cruel acts were read, kind ones would no longer count.',
    test: '12 stories of kind and cruel acts, 6 cheerful or gloomy, 6 formal or casual. After 4 to 32 acts, half of either side in drawn orders with their mirror images, or in two blocks: where do the log odds of a kind over a cruel ending lie between all cruel and all kind? Acts and endings are given; the model writes nothing.',
  },
  {
    id: 'C',
    title: 'There is an outside of the text for supervised models',
    claimed:
      'The closer supervision sits to the output, outside of what the model reads of itself, the harder it is to talk the model out of it, and the less it bends where it should.',
    test: 'One rule is placed in the prompt, along a direction at early, middle and last layers, and at the word scores themselves; each at the same strength, against five attacks and three fair exceptions.',
  },
  {
    id: 'D',
    title: 'Tropes or opposites?',
    claimed:
      'A character calls up its opposite because stories turn characters. So the opposite gains a larger share on axes of conduct and feeling than on axes of style.',
    test: 'Twelve axes of conduct and feeling, twelve of style, all with plain antonyms. One pole is shown by 1 to 8 turns about other topics. Then, behind one opening, how many bits cheaper do the same pole, its opposite and a neutral turn become? A marked turn of another axis stands beside, so that neither the subject nor any striking act can pass for the opposite.',
  },
];

/** What the place is, in a sentence or two. */
export const EXPERIMENTS_LEAD =
  'Each claim has a rule that was written down before any run. A card says what the rule makes of the numbers, and folds everything that led to it below.';

/** Where nothing was found out yet. */
export const NO_RUN = 'No run of this experiment comes with the page yet, so there is no verdict.';

/** Stages of a run, while it runs. */
export const RUN_STAGE = {
  pace: 'Timing the model',
  prepare: 'Preparing what every unit needs',
  units: 'Running',
} as const;

/** Running an experiment in the page. */
export const RUN_WORDS = {
  unknown:
    'A quick look runs a part that was fixed beforehand, and is no verdict of record. By the command on two processor cores a look took 3 to 6 minutes and all of it 15 to 35, with other work beside; no graphics card has been timed. The page tells the time left on the way.',
  kept: 'Every unit is kept in this browser as it ends: a run that is stopped, or whose page or card goes away, goes on where it was. The preparation is one piece: interrupted, it starts over.',
} as const;

/** Where a report on show is from. */
export const SHOWN_WORDS = { recorded: 'Recorded', measured: 'Measured here', file: 'From a file' } as const;

/** What is kept of runs that have not ended, and how they go on; null where nothing is. */
export function heldWordsOf({ quick, full }: Readonly<Record<RunSize, number>>, loaded: boolean): string | null {
  const parts = [
    ...(quick > 0 ? [`${plural(quick, 'unit')} of a quick look`] : []),
    ...(full > 0 ? [`${plural(full, 'unit')} of a full run`] : []),
  ];
  if (parts.length === 0) return null;
  return `${parts.join(' and ')} ${quick + full === 1 ? 'is' : 'are'} kept here, and no verdict yet. ${loaded ? 'On the model that they ran on, the same button goes on with them.' : 'Load the model that they ran on to go on.'}`;
}

/** An experiment of the reader's own. */
export const OWN_WORDS =
  'A spec is a JSON file: a design, its material, and the rule written before any run. Copy one of those above (under “Make it again”), put your own material in, and open it here. It is checked word by word, stays in this browser until you put it away, and runs like the others. The units of a run (units.jsonl, as the command or a cluster leaves them) are opened here too, of a spec above or of one that you opened: the verdict is made anew, without a model. docs/experiments/spec.md says what belongs where.';

/** What stands over the parts of a card. */
export const CARD_WORDS = {
  measures: 'Numbers that stand beside it and decide nothing.',
  rule: 'As written before any run.',
  evidence:
    'Measured when the probes of the page were judged, for another purpose: it bears on the claim in part, and decides nothing.',
} as const;

/** What the shipped numbers say about each claim, and what they cannot. */
export const EVIDENCE_WORDS = {
  personas: {
    title: 'A character in the system turn',
    says: 'People are described by three habits in a system prompt, kind or cruel. All are asked the same neutral question and given the same neutral answer. The difference is what of the character can still be read in the words of that answer.',
    not: 'It does not tell author from character: that needs the byline.',
  },
  flips: {
    title: 'Stories that turn',
    says: 'Short stories whose protagonist turns, as many to the good as to the bad, dreams and double agents among them. The difference between taps after kind and after cruel sentences is positive only if the reading follows the turn, there and back.',
    not: 'The stories are given, not written by the model: this says that the reading flips back, not that the model does. On other axes than kind–cruel nothing is wanted.',
  },
  flipsRanked: {
    title: 'The same stories, by rank',
    says: 'How often a tap after a kind sentence of a story reads above one after a cruel sentence. 0.5 is chance; the stories were never trained on.',
    not: 'The unit of a score plays no part here.',
  },
  drift: {
    title: 'Does it stay where it is put?',
    says: 'Neutral stories, none of them in the fit, by sentences read. A reading that crept to one side by itself would look like an attractor.',
    not: 'The mean of each length has an interval of ±1.96 sd/√n over stories.',
  },
  cosine: {
    title: 'Do the poles point apart?',
    says: 'Cosine between the two poles, each as its difference from neutral text. −1: opposites on one line. 0: nothing in common. +1: both leave neutral the same way, and the axis is what little is left.',
    not: 'Neutral texts that are plain in other ways as well would push every axis towards +1.',
  },
  salience: {
    title: 'Shared, against what tells them apart',
    says: 'How far both poles lie from neutral together, over half the distance between them. Above 1 they share more than what separates them.',
    not: 'A ratio: read its interval, it is wide where the poles lie close to each other.',
  },
  poles: {
    title: 'Each pole against neutral',
    says: 'AUROC of the probe’s own score for each pole against neutral turns, 0.5 is chance. A true axis through neutral puts both above it.',
    not: 'It is the one direction of the probe; a fit of its own for each pole does better and is on the probe’s card.',
  },
  nothing: 'The shipped probes have no number that would bear on this claim.',
} as const;

/** How the numbers of this place were computed. */
export const EXPERIMENTS_EXPLAIN: readonly string[] = [
  'A verdict is what the written rule makes of the report of a run: the command makes it from the units that lie beside it, and so does this page when it measures. Whoever has the units can make it again without a model.',
  'Intervals are 95 %: bootstrap over scenes, stories, axes or items, never over rows. n is the number of those units. Of the planned contrasts p is corrected by Holm; everything else holds one at a time.',
  'What the shipped probes say beside it is read from the report of each, which stands in full in Train.',
  'Axes were sorted into moral and not moral before they were trained. Cheerful–gloomy is in the second group on purpose: it has good and bad in it, and nobody does anything.',
];
