/** The words of the Train place. What they say of a model or a probe is filled in from the one in use. */
import type { ChanceLight, CarryLight, LightState, WordsLight } from '../../probe/claims/lights.ts';
import type { WorstControl } from '../../probe/claims/worst-controls.ts';
import { DRIFT_LIMIT, wantedOf } from '../../probe/claims/claim-beyond.ts';
import { SETTLED_TOPICS } from '../../probe/claims/claim-reading.ts';
import { pValue } from '../../probe/claims/claim-words.ts';
import { verdict } from '../../probe/claims/verdict.ts';
import type { Axis, FitMethod, ModelIdentity } from '../../probe/probe-types.ts';
import type { Effect, Report, Transfer } from '../../probe/report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { FEWEST_UNITS } from '../../stats/effect.ts';
import { count, plainNumber, plural, signed } from '../../content/numbers.ts';
import type { Choice } from '../../content/training.ts';

/** What stands on the page before anything is pressed. */
export const TRAIN = {
  lead: 'A probe is a direction in the model’s inner state. It is found from pairs of short texts that differ in one thing.',
  own: 'Train a probe of your own',
  close: 'Close the form',
  compare: 'Compare probes',
  numbers: 'All numbers, tables and files',
  worst: 'The five worst controls',
  fewControls: 'Controls, the worst first',
  show: 'Show the numbers',
  hide: 'Hide the numbers',
  rely: 'Before you rely on it',
  curve: 'How well each layer reads',
  shown: 'Shown',
  notShown: 'Not shown',
} as const;

/** Masking the telling words of a set. */
export const MASKING = {
  title: 'Does it rest on a few telling words?',
  what: 'In each topic the words that best tell the poles of the other topics apart are masked, and the model reads the turns again. As many other words, drawn at random five times, are masked for comparison.',
  count: 'Words to mask',
  press: 'Mask and read again',
  result: 'With telling words masked',
  tables: 'By layer and by word, as tables and CSV files',
} as const;

/** The verdict of a light, as it begins its sentence. */
export const LIGHT: Readonly<Record<LightState, { readonly mark: string; readonly says: string }>> = {
  yes: { mark: '●', says: 'Yes.' },
  promising: { mark: '◐', says: 'Promising, not yet sure.' },
  no: { mark: '○', says: 'Not shown.' },
  unmeasured: { mark: '–', says: 'Not measured.' },
};

const two = (value: number): string => plainNumber(value, 2);

/** An AUROC as the page writes it: `0.79 [0.73, 0.83]`. */
function range({ value, low, high }: Estimate): string {
  return low === null || high === null ? two(value) : `${two(value)} [${two(low)}, ${two(high)}]`;
}

/** A light in words: the question, the sentence that answers it, and the numbers behind it. */
export interface LightWords {
  readonly question: string;
  readonly says: string;
  readonly numbers: string;
}

/** Better than chance? */
export function chanceWords(light: ChanceLight, { positive, negative }: Axis): LightWords {
  const { auroc, pairs, chance, strength, shuffles, p } = light;
  const right = `It tells ${positive} from ${negative} in ${count(Math.round(pairs * auroc.n))} of ${plural(auroc.n, 'topic')}`;
  const more = auroc.n < SETTLED_TOPICS ? ` Add ${plural(SETTLED_TOPICS - auroc.n, 'topic')}.` : '';
  const says = {
    yes: `${right}.`,
    promising: `${right}, but ${more === '' ? 'chance could give' : 'so few topics could by chance give'} ${two(chance)}.${more}`,
    no: strength === 'reversed' ? 'It reads them the wrong way round.' : `Chance does as well.${more}`,
    unmeasured: `${plural(auroc.n, 'topic')} are too few.${more}`,
  } as const satisfies Record<LightState, string>;
  return {
    question: 'Better than chance?',
    says: says[light.state],
    numbers: `AUROC ${range(auroc)}, n = ${plural(auroc.n, 'topic')}; chance range: up to ${two(chance)} in 95 % of ${count(shuffles)} shuffles, ${pValue(p, shuffles)}`,
  };
}

/** Why an answer says no more than the first. */
const NOT_ABOVE_CHANCE = 'chance is not ruled out';

const RIVALS: Readonly<Record<string, string>> = {
  'counting words': 'Counting words',
  'word embeddings': 'A sum of word vectors',
  'the number of words': 'The number of words',
};

/** Better than counting words? */
export function rivalWords({ state, auroc, rival }: WordsLight): LightWords {
  const question = 'Better than counting words?';
  if (rival === null) return { question, says: 'Counting had nothing to learn from.', numbers: '' };
  const name = RIVALS[rival.short] ?? rival.label;
  const both = `(${two(rival.auroc.value)} vs ${two(auroc.value)})`;
  const apart = auroc.low !== null && rival.auroc.high !== null && auroc.low > rival.auroc.high;
  const says = {
    yes: `${name} does less well ${both}.`,
    promising: `${name} does less well ${both}, but ${apart ? NOT_ABOVE_CHANCE : 'the intervals meet'}.`,
    no: apart
      ? `${name} does less well ${both}, but ${NOT_ABOVE_CHANCE}.`
      : `${name} ${rival.auroc.value < auroc.value ? 'may do' : 'does'} as well ${both}.`,
    unmeasured: 'Too few topics to compare.',
  } as const satisfies Record<LightState, string>;
  return {
    question,
    says: says[state],
    numbers: `${rival.label}: AUROC ${range(rival.auroc)}; probe: ${range(auroc)}, n = ${plural(auroc.n, 'topic')}; 0.5 is chance`,
  };
}

const KINDS: Readonly<Record<Transfer['kind'], string>> = {
  style: 'the style',
  set: 'the set',
  tap: 'other neutral words',
  form: 'the chat form',
  part: 'the topics',
  axis: 'the axis',
};

/** Does it carry over? */
export function carryWords({ state, read, held, worst }: CarryLight): LightWords {
  const question = 'Does it carry over to other texts?';
  if (worst === null) return { question, says: 'No other texts were read.', numbers: '' };
  const { kind, name, auroc } = worst;
  const least = kind === 'tap' || kind === 'form' ? KINDS[kind] : `${KINDS[kind]} ${name}`;
  const says =
    state === 'unmeasured'
      ? 'Too few topics in each.'
      : `It holds in ${held} of ${plural(read, 'kind')} of text${held < read ? `, least in ${least}` : state === 'yes' ? '' : `, but ${NOT_ABOVE_CHANCE}`}.`;
  return {
    question,
    says,
    numbers: `Least: AUROC ${range(auroc)}, n = ${plural(auroc.n, 'topic')}; 0.5 is chance`,
  };
}

/** A control in a few words: what the probe does there. */
export function controlWords({ name, near, found }: WorstControl): string {
  if (near)
    return {
      'not as wanted': `Also moves with ${name}`,
      open: `May move with ${name}`,
      'as wanted': `Leaves ${name} alone`,
    }[found];
  return { 'not as wanted': `Fails on ${name}`, open: `Not sure on ${name}`, 'as wanted': `Right on ${name}` }[found];
}

/** Its numbers. */
export function controlNumbers({ label, unit, estimate, wanted, counted }: WorstControl): string {
  const write = (value: number): string => (unit === 'score' ? signed(value, 2) : two(value));
  const { value, low, high, n } = estimate;
  const interval = low === null || high === null ? ' (too few for an interval)' : ` [${write(low)}, ${write(high)}]`;
  const measured = unit === 'AUROC' ? (label === 'AUROC' ? label : `${label}, AUROC`) : label;
  return `${measured} ${write(value)}${interval}, n = ${n} ${counted}; ${WANTED[wanted]}`;
}

/** What to do, or to keep in mind, before a probe is relied on. */
export function beforeRelying(report: Report): string[] {
  const { axis, topics, controls, transfer, drift, caveats } = report;
  const near = (wanted: Effect['wanted']): boolean => wanted === 'near zero' || wanted === 'near 0.5';
  const moved = [
    ...controls.flatMap(({ name, effects }) =>
      effects.some((effect) => {
        const wanted = wantedOf(axis, name, effect);
        return near(wanted) && verdict(effect.estimate, wanted, effect.unit) === 'not as wanted';
      })
        ? [name]
        : [],
    ),
    ...transfer
      .filter(({ kind, auroc }) => kind === 'axis' && verdict(auroc, 'near 0.5', 'AUROC') === 'not as wanted')
      .map(({ name }) => name),
  ];
  const worst = Math.max(0, ...drift.map(({ mean }) => Math.abs(mean)));
  const stories = Math.min(Infinity, ...drift.map(({ n }) => n));
  return [
    ...(topics < SETTLED_TOPICS ? [`Use ${SETTLED_TOPICS} topics or more; this probe has ${topics}.`] : []),
    ...(controls.length === 0 ? ['Read the controls: what else moves it is not known.'] : []),
    ...(moved.length > 0 ? [`Rule out ${listed(moved)}.`] : []),
    ...(drift.length === 0 ? ['Read neutral stories: its zero in long texts is not known.'] : []),
    ...(stories < FEWEST_UNITS ? [`Read more neutral stories: its zero rests on ${stories}.`] : []),
    ...(worst > DRIFT_LIMIT ? [`Compare texts of equal length: its zero drifts by ${two(worst)}.`] : []),
    ...(caveats.length > 0
      ? [`Read ${plural(caveats.length, 'note')} of the training, under “${TRAIN.numbers}”.`]
      : []),
    'Compare readings within one text, not between texts.',
  ];
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** How much a training reads, and how long that may take. */
export function costWords(texts: number, time: string | null): string {
  return `Reads about ${count(texts)} texts. ${time === null ? 'Time left appears after the first few.' : `About ${time}, at the pace of last time.`}`;
}

/** Ways to fit. */
export const METHODS: readonly Choice<FitMethod['kind']>[] = [
  {
    value: 'ridge',
    label: 'Ridge regression',
    says: 'Least squares with a penalty. Fast, steady with few topics.',
  },
  {
    value: 'logistic',
    label: 'Logistic regression',
    says: 'Fits the odds; texts near the border count most.',
  },
  {
    value: 'lda',
    label: 'Linear discriminant analysis',
    says: 'Difference of means, corrected for spread.',
  },
  {
    value: 'difference-of-means',
    label: 'Difference of means',
    says: 'From one pole’s mean to the other’s. Nothing is tuned.',
  },
];

/** What the direction is asked to ignore. */
export const TARGETS: readonly Choice<FitMethod['target']>[] = [
  {
    value: 'hardened',
    label: 'Hardened',
    says: 'Neutral text, luck and moods read zero.',
  },
  {
    value: 'zeroed',
    label: 'Zeroed',
    says: 'Neutral text reads zero.',
  },
  {
    value: 'poles',
    label: 'Poles only',
    says: 'Sharpest in training, most easily fooled.',
  },
];

/** How much is read, as two presets; whatever else is chosen below is neither. */
export const AMOUNTS: readonly Choice<'all' | 'first-try'>[] = [
  {
    value: 'all',
    label: 'A full judgement',
    says: 'Everything that could fool it.',
  },
  {
    value: 'first-try',
    label: 'A first try',
    says: 'Minutes: four stories, no controls.',
  },
];

/** The name of a way to fit, e.g. `ridge, hardened`. */
export function methodName({ kind, target }: Pick<FitMethod, 'kind' | 'target'>): string {
  const label = METHODS.find((method) => method.value === kind)?.label ?? kind;
  return kind === 'difference-of-means' ? label : `${label}, ${target}`;
}

/** What a probe that reads the axis alone would show, in words. */
export const WANTED: Readonly<Record<Effect['wanted'], string>> = {
  'above zero': 'should lie above 0',
  'below zero': 'should lie below 0',
  'near zero': 'should lie near 0',
  'near 0.5': 'should lie near 0.5',
  'above 0.5': 'should lie above 0.5',
  'near 1': 'should lie near 1',
};

/** "How is this computed?" beside the layer curve. */
export const CURVES_EXPLAINED: readonly string[] = [
  'Every topic is left out in turn and scored by a direction that saw nothing of it. AUROC is the share of example pairs in which the positive text scores higher: 0.5 is chance, 1 is perfect. The grey area is the 95 % interval over topics, from 2,000 resamples. The fits share rows, so it is somewhat too narrow; the first light’s interval counts that.',
  'The dashed line is what shuffled labels reach, 95th percentile, layer by layer. Random directions lie within the hatched band. The dotted line is the best without the model: words counted, word embeddings fitted as the probe is, or the number of words.',
];

/** "How is this computed?" beside compared probes, of the model whose directions are compared. */
export function comparedExplained({ hidden }: Pick<ModelIdentity, 'hidden'>): readonly string[] {
  return [
    'AUROC by layer comes from each probe’s own judgement. Probes with other topics were judged on other texts; a difference of two curves has no interval here.',
    `The cosine compares two stored directions: 1 is the same, −1 the opposite. Random directions in ${count(hidden)} dimensions stay within about ±${two(1.96 / Math.sqrt(hidden))}. Directions from one model share more than that, so a small cosine says little.`,
  ];
}

/** "How is this computed?" beside the controls. */
export const CONTROLS_EXPLAINED: readonly string[] = [
  'Controls tell the axis from something else: luck, negation, outcomes, the words themselves. A dot is a mean effect with its 95 % interval. The mark says whether it lies where a probe of the axis alone would put it.',
];

/** What neutral sentences are for. */
export const READOUTS_SAY =
  'Neutral sentences put after each text. The rest of the set’s test whether the wording mattered.';
