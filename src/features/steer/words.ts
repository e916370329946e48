/** The words of the Steer place. Facts about the model and the probe are filled in from what is in use. */
import { MATCH_TARGETS } from '../../steering/steering-defaults.ts';
import type { Axis } from '../../probe/probe-types.ts';
import type { DoseProgress } from '../../steering/dose-types.ts';
import type { DoseVerdict } from '../../steering/dose-words.ts';
import type { SteeringSettings } from '../../steering/steering.ts';
import { MODE_NAMES, SCALED_MODES, type ScaledMode, type SteeringMode } from '../../steering/modes.ts';
import { plainNumber, plural, signedShort } from '../../content/numbers.ts';
import type { Choice } from '../../content/training.ts';
import type { ByPole } from '../../probe/heads.ts';

/** What a strength is set on. */
type Strength = Pick<SteeringSettings, 'strength' | 'pole' | 'from' | 'to'>;

/** What the page says of each steering mode: its name, what it does, and what a strength means. */
const MODE_CHOICES = {
  add: { label: 'Add', says: 'Adds the same vector at every steered word.', strength: addedWords },
  cap: { label: 'Limit', says: 'Keeps the inner state from falling behind a bound.', strength: cappedWords },
  ablate: {
    label: 'Remove',
    says: 'Removes everything along the direction, of both poles.',
    strength: () => 'No strength: all of it is removed.',
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

/** Which tokens are steered. */
export const STEERING_PLACES: readonly Choice<'generated' | 'all' | 'from'>[] = [
  {
    value: 'generated',
    label: 'New words',
    says: 'From the last token of the prompt on, which chooses the first word.',
  },
  { value: 'all', label: 'Everything', says: 'The prompt too.' },
  { value: 'from', label: 'From token…', says: 'Counted from 0. Words from there on are drawn with the next seed.' },
];

/** Above so many lengths of the stream a vector that is added at one layer did this where it was measured: on the embedded model. */
const ADD_BANDS: readonly (readonly [from: number, says: string])[] = [
  [0.6, 'text is likely to break'],
  [0.35, 'strong, sentences begin to break'],
  [0.15, 'noticeable'],
  [0.05, 'weak, a word here and there'],
];

/** What a strength means, in words. */
export function strengthWords(settings: Strength & Pick<SteeringSettings, 'mode'>, axis: Axis): string {
  return MODE_CHOICES[settings.mode].strength(settings, axis);
}

const share = (strength: number): string => `${plainNumber(Math.abs(strength) * 100, 0)} %`;

function cappedWords({ strength, pole }: Strength, axis: Axis): string {
  if (strength === 0) return 'Held at the mean of neutral text.';
  return `Held ${share(strength)} from the mean of neutral text, ${strength > 0 ? `towards ${axis[pole]}` : `on the far side of ${axis[pole]}: a loose hold`}.`;
}

function addedWords({ strength, from, to }: Strength): string {
  if (from !== to) return `${share(strength)} at each of ${to - from + 1} layers: together more than at one.`;
  if (strength === 0) return `${share(strength)}: the model by itself.`;
  const band = ADD_BANDS.find(([from]) => strength >= from)?.[1] ?? 'next to nothing';
  return `${share(strength)}: ${band} in SmolLM2-135M; other models differ.`;
}

/** What beside a slider says when it is heard. */
export const STRENGTH_TITLE =
  'While the model writes, a new strength takes effect on the next word that is begun; up to three are under way.';

/** The readings of a steered text, and of what the model writes by itself. */
export const TRACES = {
  back: {
    label: 'Read without steering',
    says: 'The model has read the text again, unsteered. Only the words can show here.',
  },
  during: { label: 'During steering', says: 'Moved by the steering itself, so no evidence.' },
  unsteered: { label: 'Not steered', says: 'Same prompt, same seed, no steering.' },
} as const;

/** Why a text has no readings to believe yet. */
export const NOT_READ_BACK = 'Not read without steering yet.';

/** How a steered text ended, where that needs words. */
export const STEERING_ENDED = {
  repetition: {
    title: 'Its words went in circles',
    says: 'Too strong a steering makes a small model repeat itself, so it was stopped. Take a smaller strength.',
  },
} as const;

/** Over the place: the question, and what to do. */
export const STEER_TITLE = 'Does the model use what we read?';

/** Below the question. */
export function steerLead({ positive, negative }: ByPole<string>): string {
  return `Steer it towards ${positive} or ${negative}, and see what it writes.`;
}

/** What is seen in texts side by side: whether the words go where they were steered, then the mean reading of each. */
export function textsSentence(
  texts: readonly { readonly towards: string | null; readonly side: -1 | 0 | 1; readonly reading: number }[],
  { positive }: ByPole<string>,
): string {
  const known = texts.filter(({ reading }) => Number.isFinite(reading));
  const none = known.find(({ towards }) => towards === null);
  const steered = known.filter(({ towards }) => towards !== null);
  if (none === undefined || steered.length === 0) return '';
  const means = known.map(({ towards, reading }) => `${signedShort(reading)} ${towards ?? 'not steered'}`).join(', ');
  const follows = steered.every(({ side, reading }) => side * (reading - none.reading) > 0);
  const verdict = steered.every(({ side }) => side !== 0)
    ? `The words ${follows ? 'follow the steering' : 'do not follow the steering here'}. `
    : '';
  return `${verdict}Mean reading: ${means} (0 is neutral, + is ${positive}).`;
}

/** What was set, in a line. */
export function settingsLine(set: {
  readonly strength: number | null;
  readonly from: number;
  readonly to: number;
  readonly seed: number;
  readonly tokens: number;
}): string {
  const { strength, from, to, seed, tokens } = set;
  return [
    ...(strength === null ? [] : [`strength ${Number(strength.toFixed(3))}`]),
    from === to ? `layer ${from}` : `layers ${from} to ${to}`,
    `seed ${seed}`,
    plural(tokens, 'token'),
  ].join(' · ');
}

/** How sure the texts are. */
export const TEXTS_SURE: readonly string[] = [
  'One prompt and one seed are an example, not evidence. The figure below has many choices and its chance range.',
  'The model reads each text again without steering, at the same neutral words. So only the words can move these readings.',
];

/** What the recorded texts are. */
export function recordedWords(model: string, probe: string): string {
  return `Recorded with ${model} and the probe ${probe}: this prompt, these settings and this seed were fixed first, and each text was made once.`;
}

/** What is under way, of the steps of one steering. */
export const STEPS = {
  steered: '1 of 3: writing, steered',
  reading: '2 of 3: reading it without steering',
  unsteered: '3 of 3: writing, not steered',
} as const;

/** What one press does. */
export const RUN_LINE =
  'Writes it steered, reads it again without steering, then writes it unsteered with the same seed.';

/** How the numbers of a steering came about; `layer` is the one that is set. */
export function steeringExplain(layer: number): readonly string[] {
  return [
    'The steering vector is the difference of the means over the words of the probe’s turns. The direction that reads is another one.',
    `Strength is a share of the typical length of the residual stream over neutral stories at that layer. Layer ${layer} is what leaves step ${layer} of the model.`,
    `A strength says little across layers and directions. “Match” finds the one that changes the next word by a chosen KL divergence: ${MATCH_TARGETS.join(', ')} nats, 95th percentile over the tokens of 12 neutral stories, within 3 %. What was matched once is remembered.`,
    'A strength from the figure below was matched with both poles pooled, so that of one pole may lie a little off.',
    'Writing stops where words go in circles: up to 12 tokens that fill the last 4 rounds, or fewer than 16 different tokens among the last 40. A refusal is found by how an answer begins, and counts for neither pole.',
  ];
}

/** Over the figure: what the numbers mean, then how sure. */
export function doseSentence(verdict: DoseVerdict, { positive, negative }: ByPole<string>): string {
  const { found, luck, placebos, beaten } = verdict;
  if (found === 'none')
    return `Steering changes the words, hardly the choices. ${luck ? 'The effect is no larger than for choices of another kind.' : 'The effect could be zero.'}`;
  const says =
    found === 'right'
      ? `Steering towards ${positive} makes ${positive} choices likelier.`
      : `Steering moves the choices the wrong way: towards ${negative}.`;
  const against =
    placebos === 0
      ? 'Nothing was compared with it.'
      : beaten === 0
        ? `None of ${placebos} directions that mean nothing does as much.`
        : `But ${beaten} of ${placebos} directions that mean nothing do as much.`;
  return `${says} ${against}${luck ? ' Choices of another kind move as far.' : ''}`;
}

/** Why a dose–response says nothing of the model that is loaded, and what to do. */
export function doseElsewhere(measured: string, loaded: string): string {
  return `This was measured on ${measured}; ${loaded} is loaded, and may do otherwise. Measure it here, or match a KL.`;
}

/** How a dose–response was measured. */
export const DOSE_EXPLAIN: readonly string[] = [
  'The model chooses between two ways of going on from the same scene, equally long and alike but for the pole. The log-odds are the log-probability of one less that of the other, in nats. The effect is half of what lies between steering and its opposite, mean over the choices.',
  'All directions are compared at strengths that change the next word alike: the KL divergence from the unsteered model, 95th percentile over tokens of neutral stories, both ways pooled. Else a longer vector would win.',
  'Placebos are ten directions made after the poles of topics were swapped by chance, three random ones, and one that means something else. p is (1 + those that do as much) over (1 + all).',
  'Wording matters too. Where a second set of choices ships, its endings are in free words: compare both.',
  'Intervals are 95 %, from 2,000 resamples of the choices. Another probe, other stories or another model may give something else.',
];

/** What happens while a dose–response is measured. */
export const DOSE_STAGE: Readonly<Record<DoseProgress['stage'], string>> = {
  ground: 'Reading neutral stories and the choices, unsteered',
  direction: 'Steering along the direction, at every KL, and on the control',
  placebos: 'Steering along placebos',
};
