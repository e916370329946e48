/**
 * What a short run of small graphs found out about a device, what follows for a model of some size, and which engine is to run it.
 * Nothing of the model need be there for that but its sizes.
 */
import type { GpuCause } from './gpu-cause.ts';

/** Tokens of a trial's longer pass. */
export const TRIAL_PASS_TOKENS = 16;

/** Bits that a weight of a trial's graphs takes: 4, and a scale and an offset for each 32 of them. */
const TRIAL_BITS = 5;

/** Weights of so many bits and more are multiplied as floats: there is nothing to unpack. */
const FLOAT_BITS = 16;

/** What a pass costs, in milliseconds: so much in any case, so much a layer, and so much a million weights. */
export interface PassCost {
  readonly fixedMs: number;
  readonly layerMs: number;
  readonly weightsMs: number;
}

/** The costs of a pass of one token, and of one of {@link TRIAL_PASS_TOKENS}. */
export interface EngineCosts {
  readonly token: PassCost;
  readonly pass: PassCost;
}

/** What an engine did with the small graphs. */
export type EngineTrial =
  | {
      readonly right: true;
      /** Largest relative error against the known right numbers. */
      readonly relativeError: number;
      readonly costs: EngineCosts;
      /** The same where weights stay packed, on the processor; null where that makes no difference. */
      readonly packed: EngineCosts | null;
      /** Whether the trial was ended because it was too slow: the costs are then no more than a lower bound. */
      readonly atLeast: boolean;
    }
  | { readonly right: false; readonly cause: TrialFault; readonly detail: string };

/** Why a trial on a graphics card found it not to be used. */
export type TrialFault = Extract<GpuCause, 'wrong-numbers' | 'device-lost' | 'no-room' | 'session-failed'>;

/** Both engines of a device, as far as they were tried. */
export interface DeviceTrial {
  /** Null where the card is so fast that nothing was to be gained. */
  readonly processor: EngineTrial | null;
  /** Null where there is no graphics card to try, or it cannot take the model. */
  readonly card: EngineTrial | null;
}

/** What of a model decides how fast it runs. */
export interface ModelSize {
  readonly layers: number;
  /** Weights, as numbers. */
  readonly weights: number;
  /** Bits that a weight takes where it is multiplied, with its share of scales: {@link TRIAL_BITS} in blocks of 4 bits, 32 as a float. */
  readonly bits: number;
  /** Whether the processor has room for them unpacked. */
  readonly unpacked: boolean;
}

/** What is expected of a model on an engine, in milliseconds. */
export interface Expected {
  /** A token that is written, one pass each. */
  readonly tokenMs: number;
  /** A pass of {@link TRIAL_PASS_TOKENS} tokens that are read. */
  readonly passMs: number;
}

/** Which engine is to run a model, why, and what is expected of either. */
export interface EnginePlan {
  readonly engine: 'webgpu' | 'wasm';
  /** Why not on the graphics card; null on it. */
  readonly cause: GpuCause | null;
  /** The facts behind the cause. */
  readonly detail: string;
  /** Whether the card computes in software; null without one. */
  readonly software: boolean | null;
  /** Null where an engine computed wrongly, or was not tried. */
  readonly processor: Expected | null;
  readonly card: (Expected & { readonly atLeast: boolean }) | null;
}

/** Milliseconds of a pass by the graph that took them: two layers, eight of the same, and two with many weights. */
export interface TrialTimes {
  readonly shallow: number;
  readonly deep: number;
  readonly wide: number;
}

/** Layers and millions of weights of the three graphs. */
export type TrialShapes = Readonly<Record<keyof TrialTimes, { readonly layers: number; readonly millions: number }>>;

/** Costs that explain the times of three graphs. None is below zero: where noise says so, it is zero. */
export function passCost({ shallow, deep, wide }: TrialTimes, shapes: TrialShapes): PassCost {
  const layerMs = Math.max(0, (deep - shallow) / (shapes.deep.layers - shapes.shallow.layers));
  const weightsMs = Math.max(0, (wide - shallow) / (shapes.wide.millions - shapes.shallow.millions));
  return { fixedMs: Math.max(0, shallow - shapes.shallow.layers * layerMs), layerMs, weightsMs };
}

/** What a model takes at these costs. */
export function expectedOf(
  { token, pass }: EngineCosts,
  { layers, weights }: Pick<ModelSize, 'layers' | 'weights'>,
): Expected {
  const of = ({ fixedMs, layerMs, weightsMs }: PassCost): number =>
    fixedMs + layers * layerMs + (weights / 1e6) * weightsMs;
  return { tokenMs: of(token), passMs: of(pass) };
}

/**
 * What a model takes on a graphics card. A pass of one token waits for the memory that its weights come from, so that weights cost by their
 * bits there; a longer pass computes, and costs what the trial's did.
 */
export function expectedOnCard({ token, pass }: EngineCosts, size: ModelSize): Expected {
  const weightsMs = (token.weightsMs * size.bits) / TRIAL_BITS;
  return expectedOf({ token: { ...token, weightsMs }, pass }, size);
}

/** A usual piece of work: 256 tokens read and 64 written. */
const WORK = { passes: 256 / TRIAL_PASS_TOKENS, tokens: 64 };

/** A card is left for the processor only where that is so many times as fast: less lies within what a short run can tell. */
const CLEARLY = 1.25;

/** A card that writes a token in less is taken as it is: no processor in a browser is clearly faster. */
export const FAST_MS = 25;

/** Whether a card is clearly slower than the processor. */
export function slower(card: Expected, processor: Expected): boolean {
  return timeOf(card) > CLEARLY * timeOf(processor);
}

/** Which engine runs a model of this size, where there is a card that may take it. */
export function planEngine({ processor, card }: DeviceTrial, size: ModelSize, software: boolean | null): EnginePlan {
  const onProcessor = processor === null ? null : expectedOnProcessor(processor, size);
  const plan = { detail: '', software, processor: onProcessor };
  if (card === null) return { ...plan, engine: 'wasm', cause: 'no-adapter', card: null };
  if (!card.right) return { ...plan, engine: 'wasm', cause: card.cause, detail: card.detail, card: null };
  const onCard = { ...expectedOnCard(card.costs, size), atLeast: card.atLeast };
  return onProcessor !== null && slower(onCard, onProcessor)
    ? { ...plan, engine: 'wasm', cause: 'slower', card: onCard }
    : { ...plan, engine: 'webgpu', cause: null, card: onCard };
}

/** What a model takes on the processor, by packed weights or unpacked ones, as opening it would choose; floats are never packed. */
export function expectedOnProcessor(trial: EngineTrial, size: ModelSize): Expected | null {
  if (!trial.right) return null;
  const unpacked = expectedOf(trial.costs, size);
  if (trial.packed === null || size.bits >= FLOAT_BITS) return unpacked;
  const packed = expectedOf(trial.packed, size);
  return size.unpacked && unpacked.tokenMs < packed.tokenMs ? unpacked : packed;
}

const timeOf = ({ tokenMs, passMs }: Expected): number => WORK.passes * passMs + WORK.tokens * tokenMs;

/** A trial as it was kept; null where it is none, or found an engine wrong: that is looked at anew. */
export function parseDeviceTrial(raw: unknown): DeviceTrial | null {
  const { processor, card } = (raw ?? {}) as Partial<Record<keyof DeviceTrial, unknown>>;
  const [onProcessor, onCard] = [parseTrial(processor), parseTrial(card)];
  return onProcessor === undefined || onCard === undefined ? null : { processor: onProcessor, card: onCard };
}

/** Undefined where it cannot be used. */
function parseTrial(raw: unknown): EngineTrial | null | undefined {
  if (raw === null) return null;
  const { right, relativeError, costs, packed, atLeast } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const [chosen, other] = [parseCosts(costs), packed === null ? null : parseCosts(packed)];
  if (right !== true || typeof relativeError !== 'number' || typeof atLeast !== 'boolean') return undefined;
  if (chosen === undefined || other === undefined) return undefined;
  return { right, relativeError, costs: chosen, packed: other, atLeast };
}

function parseCosts(raw: unknown): EngineCosts | undefined {
  const { token, pass } = (raw ?? {}) as Partial<Record<keyof EngineCosts, unknown>>;
  const [one, many] = [parseCost(token), parseCost(pass)];
  return one === undefined || many === undefined ? undefined : { token: one, pass: many };
}

function parseCost(raw: unknown): PassCost | undefined {
  const { fixedMs, layerMs, weightsMs } = (raw ?? {}) as Partial<Record<keyof PassCost, unknown>>;
  const time = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
  return time(fixedMs) && time(layerMs) && time(weightsMs) ? { fixedMs, layerMs, weightsMs } : undefined;
}
