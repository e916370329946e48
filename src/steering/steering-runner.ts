/**
 * The seam between measuring a push and whatever runs the model: measuring asks what a push does to neutral text and to
 * choices, and knows no backend.
 */
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { Push, SteeringWhere } from './steering.ts';

/** What the streams of neutral text look like, unpushed. */
export interface NeutralGround {
  /** Tokens behind these numbers; position 0 of a text, the attention sink, is none of them. */
  readonly tokens: number;
  readonly texts: number;
  /** Root mean square length of the stream by layer `[layers]`, 0 the embedding; layers = model.layerCount + 1. */
  readonly lengths: readonly number[];
  /** Mean stream `[layers, hidden]`. */
  readonly mean: Float32Array;
}

/** What a push does to neutral text, token by token; all texts in a row. */
export interface NeutralEffect {
  /** KL(unpushed ‖ pushed) of the next-token distribution at each token, in nats. */
  readonly kl: readonly number[];
  /** −log p of the token that follows, pushed, in nats. */
  readonly surprise: readonly number[];
}

/** A context and two ways of going on, which the model is made to choose between. */
export interface ForcedChoice {
  readonly topic: string;
  readonly context: string;
  readonly positive: string;
  readonly negative: string;
}

/** How likely the two ways of going on are. */
export interface ChoiceOdds {
  /** Σ log p of the continuation's tokens after the context, in nats. */
  readonly positive: number;
  readonly negative: number;
  readonly positiveTokens: number;
  readonly negativeTokens: number;
}

/**
 * A model that can be pushed while it reads. Every call throws `cancelled` once `signal` is aborted, and
 * `push-too-strong` where a push breaks the numbers.
 */
export interface SteeringRunner {
  readonly model: ModelIdentity;
  /** Read once; later calls give the same. */
  ground(signal?: AbortSignal): Promise<NeutralGround>;
  /** All tokens are pushed, but for the attention sink at position 0. `texts`: the first so many of the neutral texts alone. */
  neutral(push: Push, signal?: AbortSignal, texts?: number): Promise<NeutralEffect>;
  /** One answer a choice, in order; `where` says which tokens are pushed, the context being what is given. */
  choices(
    choices: readonly ForcedChoice[],
    push: Push,
    where: SteeringWhere,
    signal?: AbortSignal,
  ): Promise<readonly ChoiceOdds[]>;
}
