/** The words of the Steer place: what each choice of a push does, in one line each. */
import { MATCH_TARGETS } from '../../steering/steering-defaults.ts';
import type { Axis } from '../../probe/probe-types.ts';
import type { DoseProgress } from '../../steering/dose-types.ts';
import type { SteeringSettings } from '../../steering/steering.ts';
import { MODE_NAMES, SCALED_MODES, type ScaledMode, type SteeringMode } from '../../steering/modes.ts';
import { plainNumber } from '../../content/numbers.ts';
import type { Choice } from '../../content/training.ts';

/** What a strength is set on. */
type Strength = Pick<SteeringSettings, 'strength' | 'pole' | 'from' | 'to'>;

/** What the page says of each steering mode: its name, what it does, and what a strength means. */
const MODE_CHOICES = {
  add: {
    label: 'Add',
    says: 'The same vector along the direction is added at every pushed word: the plainest push.',
    strength: addedWords,
  },
  cap: {
    label: 'Cap',
    says: 'The stream may lie as far to the pole as it likes, but is held where it would fall behind a bound. Words that are beyond it already are left alone.',
    strength: cappedWords,
  },
  ablate: {
    label: 'Take out',
    says: 'What lies along the direction is taken away altogether, of both poles: what does the model write without it?',
    strength: () => 'No strength: all of it is taken away.',
  },
} satisfies Record<
  SteeringMode,
  {
    readonly label: string;
    readonly says: string;
    readonly strength: (settings: Strength, axis: Axis) => string;
  }
>;

const choiceOf = <Mode extends SteeringMode>(mode: Mode): Choice<Mode> => {
  const { label, says } = MODE_CHOICES[mode];
  return { value: mode, label, says };
};

/** The steering modes to choose from. */
export const MODE_OPTIONS: readonly Choice<SteeringMode>[] = MODE_NAMES.map(choiceOf);

/** Those that have a strength. */
export const SCALED_MODE_OPTIONS: readonly Choice<ScaledMode>[] = SCALED_MODES.map(choiceOf);

/** Which tokens are pushed. */
export const STEERING_PLACES: readonly Choice<'generated' | 'all' | 'from'>[] = [
  {
    value: 'generated',
    label: 'Its own words',
    says: 'From the last token of the prompt on, which chooses the first word. The prompt itself is read as it is.',
  },
  { value: 'all', label: 'All tokens', says: 'The prompt too, so the push also colours what the model has read.' },
  {
    value: 'from',
    label: 'From a token on',
    says: 'Counted from 0, the start of the prompt. Words before it are drawn with the seed, those after it with the next seed.',
  },
];

/** Above so many lengths of the stream a vector that is added at one layer does this. */
const ADD_BANDS: readonly (readonly [from: number, says: string])[] = [
  [0.6, 'text is likely to break here'],
  [0.35, 'strong: sentences begin to break'],
  [0.15, 'felt: about where 0.25 to 2 nats lie in the middle layers of this model'],
  [0.05, 'weak: a word here and there'],
];

/** What a strength means, in words. */
export function strengthWords(settings: Strength & Pick<SteeringSettings, 'mode'>, axis: Axis): string {
  return MODE_CHOICES[settings.mode].strength(settings, axis);
}

function shareWords(strength: number): string {
  return `${plainNumber(Math.abs(strength) * 100, 0)} % of the stream’s typical length`;
}

function cappedWords({ strength, pole }: Strength, axis: Axis): string {
  if (strength === 0) return 'Held at the mean of neutral text.';
  return `Held ${shareWords(strength)} from the mean of neutral text, ${strength > 0 ? `towards ${axis[pole]}` : `on the far side of ${axis[pole]}: a loose hold`}.`;
}

function addedWords({ strength, from, to }: Strength): string {
  const share = shareWords(strength);
  if (from !== to)
    return `A vector as long as ${share} at each of ${to - from + 1} layers: together more than at one. Match a KL to know how much.`;
  const band =
    ADD_BANDS.find(([from]) => strength >= from)?.[1] ?? (strength === 0 ? 'the model by itself' : 'next to nothing');
  return `A vector as long as ${share}: ${band}.`;
}

/** What beside a slider says when it is heard. */
export const STRENGTH_TITLE =
  'While the model writes, a new strength takes effect on the next word that is begun; up to three are under way.';

/** The two traces of a text that was written under a push. */
export const TRACES = {
  back: {
    label: 'Read back without the push',
    says: 'The model as it is has read the whole text again. What shows here came from the words, not from the push.',
  },
  during: {
    label: 'During the push',
    says: 'Moved by the push itself from the pushed layer on, so no evidence of anything the words did. It stands here to be compared.',
  },
} as const;

/** Why no read-back stands beside a text. */
export const NOT_READ_BACK = 'Not read back yet: this trace was moved by the push itself, so it is no evidence.';

/** How a pushed text ended, where that needs words. */
export const STEERING_ENDED = {
  repetition: {
    title: 'Its words went round and round',
    says: 'A push that is too strong makes a small model repeat itself, so it was stopped. What was written stays, and its read-back says little. Take a smaller strength, or match one to 0.5 nats or less.',
  },
} as const;

/** What the place is, for anyone who opens it. */
export const STEER_LEAD =
  'A probe that reads a direction has shown that something lies there, not that the model uses it. Push the stream along that direction and see what is written; then measure what a push does, beside pushes along directions that mean nothing.';

/** How the numbers of a push came about. */
export const STEERING_EXPLAIN: readonly string[] = [
  'The push uses the probe’s steering direction: the difference of the means over the words of its turns, not the direction that reads. In this model the two are not the same.',
  'Strength is in typical lengths of the stream: the root mean square over tokens of neutral stories, at the pushed layer. Layer 18 is what leaves the eighteenth step of the model.',
  `A strength says little across layers and directions. Matching finds the one at which the next-word distribution moves by a chosen Kullback–Leibler divergence: ${MATCH_TARGETS.join(', ')} nats, 95th percentile over 468 tokens of 12 neutral stories, within 3 %. It does not depend on which tokens are pushed, so it is remembered for the probe, layers, mode and pole. A strength that stands in a dose–response is taken from there; it was matched with both poles pooled, so that of one pole may lie a little off.`,
  'Every text is read back by the model without the push, and that trace comes first. If the push only moved the numbers and not the words, nothing is left of it there.',
  'A text is stopped where its words go round: a circle of up to 12 tokens that fills the last 4 rounds, or fewer than 16 different tokens among the last 40. Repeated words are the share of words that stood in the text before. A refusal is found by how an answer begins, and is a state of its own: neither the one pole nor the other.',
];

/** Why a dose–response says nothing of the model that is loaded, and what to do. */
export function doseElsewhere(measured: string, loaded: string): string {
  return `This was measured on ${measured}; ${loaded} is loaded. How far a push moves it, and which strength has which KL there, is not known from this: no strength is taken from it. Measure it here, or match a KL.`;
}

/** How a dose–response was measured. */
export const DOSE_EXPLAIN: readonly string[] = [
  'The model is made to choose between two ways of going on from the same scene, equally long and alike but for the pole. The log-odds are the log-probability of all words of the one less that of the other, in nats. The effect is half the difference between the log-odds under a push and under its opposite, mean over the choices.',
  'All directions are compared at strengths that change the next word alike: the KL of the pushed from the unpushed next-word distribution, 95th percentile over tokens of neutral stories, both pushes pooled. Without that a longer arrow would win.',
  'Placebos: the same direction made after the poles of every topic were swapped by chance (ten, harder to beat than noise, because they come from the same texts), three directions drawn evenly from all that there are, and one that means something else. p is (1 + placebos that do at least as much) over (1 + placebos), so 13 placebos allow no less than 1/14.',
  'Wording matters as much as meaning here. For kind–cruel the same scenes ship with endings in free words too (kind-cruel-free, under “What is measured”): what a push does there and not to endings that share their words is a matter of words.',
  'Intervals are 95 %, 2,000 resamples of the choices; of shares Wilson’s. They do not count that another probe, other stories or another model might give something else.',
];

/** What happens while a dose–response is measured. */
export const DOSE_STAGE: Readonly<Record<DoseProgress['stage'], string>> = {
  ground: 'Reading neutral stories and the choices, unpushed',
  direction: 'Pushing along the direction, at every KL, and on the control',
  placebos: 'Pushing along placebos',
};
