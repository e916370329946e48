/**
 * The seam between experiments and the engine: an experiment asks for readings, likelihoods and rollouts,
 * and knows no backend. Tests put a synthetic model with a known answer behind it.
 *
 * Every call throws `cancelled` once `signal` is aborted, between passes.
 */
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { Intervention, SteeringWhere } from '../steering/steering.ts';
import type { NeutralEffect, NeutralGround } from '../steering/steering-runner.ts';
import type { Passage, PassageReading } from '../training/reader.ts';

/** A context and ways of going on. */
export interface Question {
  readonly context: string;
  /** Each is tokenised by itself with one leading space. */
  readonly continuations: readonly string[];
  /** Tokens of the context, by their place in `encode(context)`, to which steering is kept; left out, all that it names are steered. */
  readonly steered?: readonly number[];
}

/** How likely a continuation is. */
export interface Likelihood {
  /** Σ log p of its tokens after the context, in nats. */
  readonly logP: number;
  readonly tokens: number;
}

/** What is wanted of the last token of a context. */
export interface EndRequest {
  /** Sets of token ids: the log of the probability that the next token is one of them. */
  readonly classes: readonly (readonly number[])[];
  /** Token ids: the log of the probability of each as the next token. */
  readonly tokens: readonly number[];
  /** Whether the streams of the last token are wanted. */
  readonly streams: boolean;
}

/** What there is after the last token of a context, in nats. */
export interface ContextEnd {
  readonly classes: readonly number[];
  readonly tokens: readonly number[];
  /** `[layers, hidden]`, layers = model.layerCount + 1; null where it was not asked for. */
  readonly streams: Float32Array | null;
}

/** What is done to the stream while the model reads. */
export interface PlacedIntervention {
  readonly intervention: Intervention;
  readonly where: SteeringWhere;
}

/** How rollouts are drawn. */
export interface RolloutPlan {
  /** Rollouts of each prompt. */
  readonly count: number;
  /** Tokens of each; shorter where the model ends. */
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  /** Rollout r of prompt p draws from stream p · count + r of it. */
  readonly seed: number;
}

/** A model under test. Contexts and passages that begin alike are read once where they are asked for in one call, in order. */
export interface Subject {
  readonly model: ModelIdentity;
  /**
   * For progress: from now on `onTokens` is called at the end of each pass with how many tokens it read; null ends that.
   */
  hear?(onTokens: ((tokens: number) => void) | null): void;
  /** Token ids of a text, without any special token. */
  encode(text: string): readonly number[];
  /** Mean streams at control texts and over segments; see training/reader.ts. One reading a passage, in order. */
  read(passages: readonly Passage[], signal?: AbortSignal): Promise<readonly PassageReading[]>;
  /**
   * One list a question, in order of its continuations. `generated` steers from the context's last token on. Of a question that
   * names tokens only those are steered, and none of a continuation.
   */
  likelihoods(
    questions: readonly Question[],
    intervention: PlacedIntervention | null,
    signal?: AbortSignal,
  ): Promise<readonly (readonly Likelihood[])[]>;
  /** One answer a context, in order. */
  ends(
    contexts: readonly string[],
    request: EndRequest,
    intervention: PlacedIntervention | null,
    signal?: AbortSignal,
  ): Promise<readonly ContextEnd[]>;
  /** What the streams of neutral text look like: the unit of steering's strength. */
  ground(signal?: AbortSignal): Promise<NeutralGround>;
  /** What steering does to neutral text; `texts`: to the first so many of the neutral texts alone. */
  neutral(intervention: Intervention, signal?: AbortSignal, texts?: number): Promise<NeutralEffect>;
  /** Rollouts `[prompts][count]`: what was written after each prompt, without it. */
  write(prompts: readonly string[], plan: RolloutPlan, signal?: AbortSignal): Promise<readonly (readonly string[])[]>;
}
