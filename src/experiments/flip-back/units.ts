/** How a flip-back experiment is cut up, and what each part asks of a model. Tokens are counted as characters / 4. */
import type { RunSize } from '../experiment-types.ts';
import type { Cost, UnitPlan } from '../design.ts';
import { longestOf, type Reach } from '../reach.ts';
import { charactersOf, segmentsOf } from './schedules.ts';
import { AXIS_IDS, axisOf, type AxisId, type FitTopic, type FlipBackSpec, type FreePrompt } from './spec.ts';

/** What a unit is about. */
export type Part =
  | { readonly kind: 'story'; readonly axis: AxisId; readonly story: number }
  | { readonly kind: 'free'; readonly prompt: number; readonly part: number };

/** A part with the plan that a runner sees. */
export interface PlannedPart {
  readonly part: Part;
  readonly plan: UnitPlan;
}

/** Characters of a sentence that a model writes, for the estimate. */
const WRITTEN_SENTENCE = 80;
/** Characters a token, for the estimate. */
const PER_TOKEN = 4;

/** How much of the free half a size holds. */
export function freeSize(
  spec: FlipBackSpec,
  size: RunSize,
): {
  readonly prompts: readonly FreePrompt[];
  readonly parts: number;
  readonly rollouts: number;
  readonly maxTokens: number;
} {
  const { free, quick } = spec;
  if (size === 'quick')
    return {
      prompts: free.prompts.slice(0, quick.prompts),
      parts: 1,
      rollouts: quick.rollouts,
      maxTokens: quick.maxTokens,
    };
  return {
    prompts: free.prompts,
    parts: free.rollouts / free.perUnit,
    rollouts: free.perUnit,
    maxTokens: free.maxTokens,
  };
}

/** The axes of a size: at `quick` the moral one alone. */
export function axesOf(size: RunSize): readonly AxisId[] {
  return size === 'quick' ? ['moral'] : AXIS_IDS;
}

/** Topics whose texts the judge labels too, so that its lines come from the same texts as the probe's. */
export function judgeTopics(spec: FlipBackSpec, size: RunSize): readonly FitTopic[] {
  return axisOf(spec, 'moral').fit.slice(0, size === 'quick' ? spec.quick.judgeTopics : spec.judge.topics);
}

/** All parts of a size, in the order of their ids. */
export function partsOf(spec: FlipBackSpec, size: RunSize): PlannedPart[] {
  const parts: PlannedPart[] = axesOf(size).flatMap((id) => {
    const axis = axisOf(spec, id);
    const stories = id === 'moral' && size === 'quick' ? axis.stories.slice(0, spec.quick.stories) : axis.stories;
    return stories.map((story, i): PlannedPart => ({
      part: { kind: 'story', axis: id, story: i },
      plan: {
        id: `story.${id}.${story.id}`,
        cost: { read: Math.ceil(charactersOf(story, axis.schedules, spec.taps) / PER_TOKEN), written: 0 },
      },
    }));
  });
  const { prompts, parts: halves, rollouts, maxTokens } = freeSize(spec, size);
  prompts.forEach((prompt, i) => {
    for (let part = 0; part < halves; part += 1) {
      parts.push({
        part: { kind: 'free', prompt: i, part },
        plan: { id: `free.${prompt.id}.${part}`, cost: freeCost(spec, prompt, rollouts, maxTokens) },
      });
    }
  });
  return parts.sort((a, b) => (a.plan.id < b.plan.id ? -1 : 1));
}

/** The longest text is a whole story with a control text behind it; rollouts go on from the longest prompt. */
export function reachOf(spec: FlipBackSpec, size: RunSize): Reach {
  const stories = axesOf(size).flatMap((id) => {
    const { stories: all, schedules } = axisOf(spec, id);
    return all.flatMap((story) => schedules.map((schedule) => segmentsOf(story, schedule).join(' ')));
  });
  const { prompts, maxTokens } = freeSize(spec, size);
  const after = longestOf(prompts.map(({ setting, text }) => `${setting} ${text}`));
  return {
    longest: `${longestOf(stories)} ${longestOf(spec.taps)}`,
    written: { after, tokens: maxTokens },
    steers: false,
  };
}

/** The prompt and the setting are read once; every sentence with its control texts, and those that are judged again with the questions. */
function freeCost(spec: FlipBackSpec, prompt: FreePrompt, rollouts: number, maxTokens: number): Cost {
  const sentences = Math.min(spec.free.sentences, Math.ceil((maxTokens * PER_TOKEN) / WRITTEN_SENTENCE));
  const judged = Math.min(rollouts, spec.free.judged) * sentences;
  const characters =
    2 * prompt.setting.length +
    prompt.text.length +
    rollouts * sentences * (WRITTEN_SENTENCE + readoutLength(spec)) +
    judged * (WRITTEN_SENTENCE + prompt.setting.length + questionLength(spec));
  return { read: Math.ceil(characters / PER_TOKEN), written: rollouts * maxTokens };
}

/** What the preparation reads: every fit text with its control texts, and those of the judge's topics with its questions. */
export function preparationCost(spec: FlipBackSpec, size: RunSize): Cost {
  const fitted = axesOf(size).flatMap((id) => axisOf(spec, id).fit);
  const judged = judgeTopics(spec, size);
  const sum = (topics: readonly FitTopic[], of: (topic: FitTopic) => number): number =>
    topics.reduce((total, topic) => total + of(topic), 0);
  const characters =
    sum(fitted, ({ setting, light, dark }) => setting.length + light.length + dark.length + 2 * readoutLength(spec)) +
    sum(
      judged,
      ({ setting, light, dark, neutral }) =>
        setting.length + light.length + dark.length + neutral.length + 3 * questionLength(spec),
    );
  return { read: Math.ceil(characters / PER_TOKEN), written: 0 };
}

function readoutLength({ taps: readoutTexts }: FlipBackSpec): number {
  return readoutTexts.reduce((sum, readoutText) => sum + readoutText.length + 1, 0);
}

function questionLength({ judge }: FlipBackSpec): number {
  return judge.questions.reduce((sum, { text, light, dark }) => sum + text.length + light.length + dark.length + 3, 0);
}
