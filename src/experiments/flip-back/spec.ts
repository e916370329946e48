/** What a flip-back experiment is given: stories in two versions, orders, fit texts, prompts, a judge's questions, and every threshold. */
import type { SpecHead } from '../design.ts';
import type { Schedule, Story } from './schedules.ts';

/** Every threshold that the gates and the rule read. */
export const THRESHOLDS = [
  'aurocFloor',
  'instrumentAuroc',
  'kappa',
  'fewestLeaves',
  'ratioLow',
  'ratioHigh',
  'ratioAttractor',
  'bandShare',
  'bandStories',
  'recoverBeats',
  'asymmetryRope',
  'effectRope',
  'freeDenied',
  'neutralShare',
] as const;
export type Threshold = (typeof THRESHOLDS)[number];

/** A scene for the fit: one setting and what is done there, in three versions. Its setting is none of the stories'. */
export interface FitTopic {
  readonly id: string;
  readonly setting: string;
  readonly light: string;
  readonly dark: string;
  readonly neutral: string;
}

/** The moral axis and the two it is held against. */
export const AXIS_IDS = ['moral', 'formal', 'mood'] as const;
export type AxisId = (typeof AXIS_IDS)[number];

/** An axis with its own instrument and its own stories. */
export interface FlipAxis {
  readonly id: AxisId;
  /** Names of the poles. */
  readonly light: string;
  readonly dark: string;
  readonly schedules: readonly Schedule[];
  readonly fit: readonly FitTopic[];
  readonly stories: readonly Story[];
}

/** Which way a prompt's story has gone so far. */
export const SO_FAR = ['kind', 'cruel', 'open'] as const;
export type SoFar = (typeof SO_FAR)[number];

/** A beginning that the model goes on with. */
export interface FreePrompt {
  readonly id: string;
  readonly so: SoFar;
  readonly setting: string;
  /** Goes on after the setting. */
  readonly text: string;
}

/** How the free half is written and read. */
export interface FreePlan {
  readonly prompts: readonly FreePrompt[];
  /** Rollouts of each prompt, of each unit, and how many of a unit's the judge labels as well. */
  readonly rollouts: number;
  readonly perUnit: number;
  readonly judged: number;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  /** Of a rollout no more sentences than this are read. */
  readonly sentences: number;
}

/** A beginning that is put after a sentence, and the words that may follow. */
export interface JudgeQuestion {
  readonly text: string;
  readonly light: string;
  readonly dark: string;
}

/** What is done at the size `quick`: the first of each list. No axis but the moral one. */
export interface QuickPart {
  readonly stories: number;
  readonly prompts: number;
  readonly rollouts: number;
  readonly maxTokens: number;
  readonly judgeTopics: number;
}

/** A flip-back experiment. */
export interface FlipBackSpec extends SpecHead {
  readonly thresholds: Readonly<Record<Threshold, number>>;
  /** The layer that decides, as a share of depth, and two beside it, in layers. */
  readonly layer: { readonly depth: number; readonly of: number; readonly beside: readonly [number, number] };
  readonly taps: readonly string[];
  readonly randomDirections: number;
  /** Words that no beat may hold. */
  readonly keywords: readonly string[];
  /** In the order of {@link AXIS_IDS}. */
  readonly axes: readonly FlipAxis[];
  readonly free: FreePlan;
  readonly judge: { readonly topics: number; readonly questions: readonly JudgeQuestion[] };
  readonly quick: QuickPart;
}

/** The axis of that name. */
export function axisOf(spec: FlipBackSpec, id: AxisId): FlipAxis {
  const axis = spec.axes.find((candidate) => candidate.id === id);
  if (axis === undefined) throw new RangeError(`there is no axis ${id}`); // cannot be: parsing asks for all three
  return axis;
}

/** The three layers that are kept, of a model with `layerCount` layers: the one that decides in the middle. */
export function keptLayers({ layer }: Pick<FlipBackSpec, 'layer'>, layerCount: number): [number, number, number] {
  const at = Math.round((layer.depth / layer.of) * layerCount);
  const within = (value: number): number => Math.min(layerCount, Math.max(0, value));
  return [within(at + layer.beside[0]), at, within(at + layer.beside[1])];
}
