/**
 * The seam between the page and a second engine: a chat model that writes, answers and, where its library lets it, gives
 * its last hidden states. The page knows this and no package.
 */
import type { ChatMessage } from '../text/chat.ts';
import type { ChatModelRecord } from './model-list.ts';

/** One question to a chat model. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Tokens that it may write at most. */
  readonly maxTokens: number;
  /** 0 takes the likeliest token every time. */
  readonly temperature: number;
  readonly seed: number;
  /** A JSON schema, as text, that the answer is held to while it is written. */
  readonly schema?: string;
  /** How many of the likeliest first tokens to give, 1 to 5; left out, none. */
  readonly firstTokens?: number;
}

/** A token that could have come first, with the natural logarithm of its probability. */
export interface FirstToken {
  readonly token: string;
  readonly logprob: number;
}

/** An answer. */
export interface ChatReply {
  readonly text: string;
  /** Whether it came to its own end; otherwise `maxTokens` cut it off. */
  readonly complete: boolean;
  /** The likeliest first tokens, where they were asked for; the likeliest first. */
  readonly first: readonly FirstToken[];
}

/** What a chat model shows of its inside: the state after its last norm and the embeddings, or which functions its library lacks for it. */
export type Inside = { readonly kind: 'last-layer' } | { readonly kind: 'closed'; readonly lacks: readonly string[] };

/** States of a text's tokens, each `[count, hidden]`, owned by the caller. */
export interface TokenStates {
  readonly count: number;
  readonly hidden: number;
  /** What goes into the first layer. */
  readonly embeddings: Float32Array;
  /** What comes out of the last layer, after the final norm. */
  readonly last: Float32Array;
}

/** A chat model that is loaded. One call at a time: each waits for its answer. */
export interface ChatModel {
  readonly id: string;
  /** SHA-256 of its list of weights (which names every file with a checksum), as hex: changes when any weight does. */
  readonly weightsSha256: string;
  readonly inside: Inside;
  /** Answers. Throws `cancelled` once the signal is aborted, and `second-engine-unavailable` where the engine failed. */
  ask(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply>;
  /**
   * The tokens of a text as the model reads it at the beginning (with what its form puts before everything), or further
   * on (`start` false).
   */
  tokens(text: string, start: boolean): readonly number[];
  /**
   * Reads tokens from the beginning. Throws `second-engine-unavailable` where {@link inside} is closed, `text-too-long`
   * beyond the model's context.
   */
  states(tokens: readonly number[]): Promise<TokenStates>;
  /** Frees everything on the graphics card; the model is of no use after that. */
  unload(): Promise<void>;
}

/** How far a load is: a share from 0 to 1 and the engine's own words for it. */
export interface ChatLoadProgress {
  readonly share: number;
  readonly words: string;
}

/**
 * Loads a chat model. Throws `second-engine-unavailable` (names the file that is missing or what the browser lacks) and
 * `cancelled`.
 */
export type ConnectChatModel = (
  record: ChatModelRecord,
  onProgress: (progress: ChatLoadProgress) => void,
  signal: AbortSignal,
) => Promise<ChatModel>;
