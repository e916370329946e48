/**
 * What a training reads and how it fits unless somebody says otherwise: one answer for the page and for the command, so that
 * the same set gives the same report by either.
 */
import { DEFAULT_PENALTY } from './fit/fit.ts';
import type { Axis, FitMethod } from './probe-types.ts';
import { headerFacts } from './sets/set-header.ts';
import type { SetSource, TracePlan, TrainingPlan } from './training-plan.ts';

/** Neutral stories that pin zero as a text grows. */
export const STORIES_SET = 'neutral-stories';
/** Luck that nobody caused, and moods: pulled to zero by the hardened target. */
export const ZERO_SETS: readonly string[] = ['luck', 'cheerful-gloomy'];
/** Controls, which never enter a fit. */
export const CONTROL_SETS: readonly string[] = ['negation', 'intent-outcome', 'personas', 'flips'];
/** What a finished probe of another axis is read on: of the five kind–cruel sets the first and the one in other styles. */
export const OTHER_SETS: readonly string[] = [
  'kind-cruel-24',
  'kind-cruel-voices',
  'honest-deceptive',
  'loyal-treacherous',
  'formal-casual',
  'cheerful-gloomy',
  'terse-wordy',
];

/** The readout of a probe: its neutral text, and what must not move it (docs/decisions/0022). */
export const TRACE_DEFAULTS: TracePlan = { texts: ['It was an act of'], freeOf: ['luck', 'formal-casual'], told: [] };

/** The choices of a training. */
export interface TrainingOptions {
  readonly kind: FitMethod['kind'];
  readonly target: FitMethod['target'];
  readonly penalty: number;
  readonly readouts: number;
  /** Neutral stories to read, from the first; null: all. */
  readonly stories: number | null;
  readonly shuffles: number;
  /**
   * Whether more texts are read to judge it: luck and moods, the other control texts, the control sets. Held-out topics
   * are judged in any case.
   */
  readonly controls: boolean;
  /** Whether the finished probe is also read on sets of other axes. */
  readonly others: boolean;
  readonly seed: number;
}

/** What is chosen unless somebody says otherwise. */
export const TRAINING_DEFAULTS: TrainingOptions = {
  kind: 'ridge',
  target: 'hardened',
  penalty: DEFAULT_PENALTY.ridge,
  readouts: 2,
  stories: null,
  shuffles: 1000,
  controls: true,
  others: true,
  seed: 1,
};

/** What makes a training small enough to try whether a set is worth more: minutes without a graphics processor. */
export const FIRST_TRY = {
  target: 'zeroed',
  stories: 4,
  shuffles: 200,
  controls: false,
  others: false,
} as const satisfies Partial<TrainingOptions>;

/** Whether the options are what `preset` names, whatever else stands in them. */
export function isPreset(options: TrainingOptions, preset: Partial<TrainingOptions>): boolean {
  return Object.entries(preset).every(([key, value]) => options[key as keyof TrainingOptions] === value);
}

/** The texts that a training may read: the sets to train on, and everything that could be read beside them. */
export interface TrainingTexts {
  readonly sets: readonly SetSource[];
  readonly stories: SetSource;
  readonly zeros: readonly SetSource[];
  readonly controls: readonly SetSource[];
  readonly others: readonly SetSource[];
}

/**
 * The plan of a training on `texts` as `options` has it. Zeros and other axes that turn out to be the axis itself are left
 * out, and what is pulled to zero is not read as another axis as well. `given` replaces what the plan would be called.
 */
export function planTraining(
  texts: TrainingTexts,
  options: TrainingOptions,
  given: Partial<Pick<TrainingPlan, 'id' | 'title' | 'about' | 'defaultLayer'>> = {},
): TrainingPlan {
  const { sets, stories } = texts;
  const [first] = sets.map((set) => headerFacts(set.header));
  const method = methodOf(options);
  const foreign = (set: SetSource): boolean => !sets.some((own) => sharesAxis(own, set));
  // Luck and moods are read where they are pulled to zero, and where it is measured how far they move the probe.
  const zeros = method.target === 'hardened' || options.controls ? texts.zeros.filter(foreign) : [];
  return {
    id: slug(first?.axis ?? null),
    title: titleOf(first?.axis ?? null),
    about: aboutOf(sets),
    defaultLayer: null,
    ...given,
    sets,
    stories,
    storyCount: options.stories,
    zeros,
    controls: options.controls ? texts.controls : [],
    others: options.others
      ? texts.others.filter((set) => foreign(set) && !zeros.some((zero) => zero.name === set.name))
      : [],
    readoutCount: Math.max(1, Math.min(options.readouts, first?.taps.length ?? 1)),
    trace: TRACE_DEFAULTS,
    otherReadouts: options.controls,
    method,
    seed: options.seed,
    shuffles: options.shuffles,
  };
}

/** How the fit is done. Differences of means have no targets to pull to zero, whatever stands chosen for the other methods. */
export function methodOf({ kind, target, penalty }: Pick<TrainingOptions, 'kind' | 'target' | 'penalty'>): FitMethod {
  return kind === 'difference-of-means' ? { kind, target: 'poles', penalty: 0 } : { kind, target, penalty };
}

/** Whether two sets name the same two poles, whichever way round. */
export function sharesAxis(a: SetSource, b: SetSource): boolean {
  const [own, other] = [a, b].map((set) => polesOf(headerFacts(set.header).axis));
  return own !== undefined && own !== '' && own === other;
}

function polesOf(axis: Axis | null): string {
  return axis === null
    ? ''
    : [axis.positive, axis.negative]
        .map((pole) => pole.trim().toLowerCase())
        .sort()
        .join('\n');
}

function titleOf(axis: Axis | null): string {
  const { positive, negative } = axis ?? { positive: '', negative: '' };
  return `${positive.slice(0, 1).toUpperCase()}${positive.slice(1)}–${negative}`.slice(0, 200);
}

/** Names the sets and says what they say of themselves, as far as the file of a probe has room for it. */
function aboutOf(sets: readonly SetSource[]): string {
  const names = `Trained on ${sets.map((set) => set.name).join(', ')}.`;
  const whole = [names, ...sets.map((set) => headerFacts(set.header).about)].join(' ').trim();
  return whole.length <= 8000 ? whole : names.slice(0, 8000);
}

function slug(axis: Axis | null): string {
  const name = axis === null ? '' : `${axis.positive}-${axis.negative}`;
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return plain === '' ? 'probe' : plain;
}
