/**
 * The seam between measuring steering and the engine: measuring asks what steering does to neutral text and to
 * choices, and knows no backend.
 */
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { Intervention, SteeringWhere } from './steering.ts';

/** What the streams of neutral text look like, unsteered. */
export interface NeutralGround {
  /** Tokens behind these numbers; position 0 of a text, the attention sink, is none of them. */
  readonly tokens: number;
  readonly texts: number;
  /** Root mean square length of the stream by layer `[layers]`, 0 the embedding; layers = model.layerCount + 1. */
  readonly lengths: readonly number[];
  /** Mean stream `[layers, hidden]`. */
  readonly mean: Float32Array;
}

/** What steering does to neutral text, token by token; all texts in a row. */
export interface NeutralEffect {
  /** KL(unsteered ‖ steered) of the next-token distribution at each token, in nats. */
  readonly kl: readonly number[];
  /** −log p of the token that follows, steered, in nats. */
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
 * A model that can be steered while it reads. Every call throws `cancelled` once `signal` is aborted, and
 * `push-too-strong` where steering breaks the numbers.
 */
export interface SteeringRunner {
  readonly model: ModelIdentity;
  /** Read once; later calls give the same. */
  ground(signal?: AbortSignal): Promise<NeutralGround>;
  /** All tokens are steered, but for the attention sink at position 0. `texts`: the first so many of the neutral texts alone. */
  neutral(intervention: Intervention, signal?: AbortSignal, texts?: number): Promise<NeutralEffect>;
  /** One answer a choice, in order; `where` says which tokens are steered, the context being what is given. */
  choices(
    choices: readonly ForcedChoice[],
    intervention: Intervention,
    where: SteeringWhere,
    signal?: AbortSignal,
  ): Promise<readonly ChoiceOdds[]>;
}
