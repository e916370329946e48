/** The words of the Train place: what each choice means, in one line each. */
import type { FitMethod } from '../probe/probe-types.ts';
import type { Effect } from '../probe/report-types.ts';
import type { TrainingProgress } from '../probe/training-plan.ts';

/** A choice with its name and its one line. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly says: string;
}

/** What happens in each stage: for the progress bar, and in one word for the header. */
export const TRAINING_STAGE: Readonly<
  Record<TrainingProgress['stage'], { readonly long: string; readonly short: string; readonly unit: string }>
> = {
  reading: { long: 'The model reads the texts', short: 'Reading', unit: 'texts' },
  fitting: { long: 'Fitting a direction at every layer', short: 'Fitting', unit: 'layers' },
  judging: { long: 'Judging: every topic left out, shuffled labels, controls', short: 'Judging', unit: 'steps' },
  tokens: {
    long: 'Reading neutral stories word by word, for the zero of single tokens',
    short: 'Stories',
    unit: 'stories',
  },
  readout: { long: 'Reading inside sentences too, and fitting what is read there', short: 'Readout', unit: 'steps' },
};

/** Ways to fit. */
export const METHODS: readonly Choice<FitMethod['kind']>[] = [
  {
    value: 'ridge',
    label: 'Ridge regression',
    says: 'Least squares with a penalty on long directions. Fast, steady with few topics.',
  },
  {
    value: 'logistic',
    label: 'Logistic regression',
    says: 'Fits the odds of the poles; turns near the border count most.',
  },
  {
    value: 'lda',
    label: 'Linear discriminant analysis',
    says: 'Difference of the means, corrected for how the readings spread.',
  },
  {
    value: 'difference-of-means',
    label: 'Difference of means',
    says: 'From the mean of one pole to the mean of the other. Nothing is tuned.',
  },
];

/** What the direction is asked to ignore. */
export const TARGETS: readonly Choice<FitMethod['target']>[] = [
  {
    value: 'hardened',
    label: 'Hardened',
    says: 'Neutral text reads zero, and so do luck that nobody caused and moods, with ten times the weight.',
  },
  {
    value: 'zeroed',
    label: 'Zeroed',
    says: 'Neutral turns, settings and neutral stories are pulled to zero as well as the poles apart.',
  },
  {
    value: 'poles',
    label: 'Poles only',
    says: 'The two poles alone. Sharpest in training, most easily moved by something else.',
  },
];

/** How much is read, as two presets; whatever else is chosen below is neither. */
export const AMOUNTS: readonly Choice<'all' | 'first-try'>[] = [
  {
    value: 'all',
    label: 'A full judgement',
    says: 'All stories, controls and other axes, 1,000 shuffles: what may be claimed.',
  },
  {
    value: 'first-try',
    label: 'A first try',
    says: 'Zeroed, four stories, no controls, no other axes, 200 shuffles: minutes even without a graphics processor.',
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

/** Plain answers beside the judged result. */
export const TRAIN_EXPLAIN = {
  curves: [
    'Every topic is left out in turn: it is scored by a direction that saw nothing of it. AUROC is the share of pairs of turns, one from each pole, in which the positive one scores higher: 0.5 is chance, 1 is perfect. The grey area is the 95 % interval over topics, 2,000 resamples; it does not count that the fits share their rows, and is somewhat too narrow. The nested number above the chart has the wider, jackknifed interval: quote that one.',
    'The dashed line is what the same procedure reaches with labels shuffled within topics, at its 95th percentile, layer by layer; the sentence above the chart compares the best of all layers. Random directions of the same spread lie within the hatched band. The dotted line is the best of what does without the model: the words of the turns counted, their embeddings fitted as the probe is, or their number. A probe that does not clear it may be reading no more than that.',
  ],
  compared: [
    'AUROC by layer as in each probe’s own judgement: every topic left out in turn. Probes with other topics are not compared on the same texts, and a difference between two curves has no interval here.',
    'The cosine compares the two directions as they are stored, layer by layer: 1 is the same direction, −1 the opposite one. Directions drawn at random in 576 dimensions stay within about ±0.08; directions found in the same model’s states can share more than that by their origin alone, so a small cosine says little.',
  ],
  controls: [
    'Controls are texts made to tell the axis from something else: luck, negation, outcomes, the words themselves. Each dot is a mean effect with its 95 % interval over items. The mark at the right says whether it lies where a probe that reads the axis alone would put it.',
  ],
  taps: 'Taps are neutral sentences put after each text. The probe is trained on the mean over them; the rest of the set’s taps test whether the wording mattered.',
} as const;
