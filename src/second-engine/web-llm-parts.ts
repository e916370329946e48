/**
 * What is used of web-llm, as it is in version 0.2.86. Its pipeline is private to its types alone; what stands here was read in
 * `lib/index.js` and holds for this version only, which is why the package is pinned.
 */
import type { ChatCompletion, ChatCompletionRequestNonStreaming } from '@mlc-ai/web-llm';

/** A tensor of its runtime. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  view(shape: readonly number[]): Tensor;
  copyFrom(other: Tensor): Tensor;
  /** Of a tensor on the CPU only. */
  toRawBytes(): Uint8Array;
  dispose(): void;
}

/** A function of a model's compiled library: embeddings, cache and weights in, a list of what it computes out. */
export type ForwardFunction = (embeddings: Tensor, cache: unknown, params: unknown) => { get(index: number): Tensor };

/** A loaded model's pipeline. What is made between `beginScope` and `endScope` is freed at the end, unless it is detached. */
export interface Pipeline {
  readonly tvm: {
    beginScope(): void;
    endScope(): void;
    detachFromCurrentScope<T>(made: T): T;
    empty(shape: readonly number[], dtype: string, device: unknown): Tensor;
    cpu(): unknown;
    makeShapeTuple(shape: readonly number[]): unknown;
  };
  readonly vm: { getFunction(name: string): unknown };
  readonly device: { sync(): Promise<void> };
  readonly tokenizer: { encode(text: string): ArrayLike<number> };
  readonly conversation: { readonly config: { readonly system_prefix_token_ids?: readonly number[] | null } };
  readonly params: unknown;
  /** Absent in models that keep no such cache. */
  readonly kvCache?: unknown;
  readonly rnnState?: unknown;
  /** Tokens that one pass may take. */
  readonly prefillChunkSize: number;
  /** Tokens that a text may have; -1 where a sliding window takes its place. */
  readonly contextWindowSize: number;
  readonly slidingWindowSize: number;
  getTokensEmbeddings(tokens: readonly number[]): Tensor;
  fKVCacheBeginForward(cache: unknown, sequences: unknown, lengths: unknown): void;
  fKVCacheEndForward(cache: unknown): void;
  /** Forgets the conversation and empties the cache. */
  resetChat(): void;
}

/** A loaded engine. */
export interface Engine {
  readonly chat: {
    readonly completions: { create(request: ChatCompletionRequestNonStreaming): Promise<ChatCompletion> };
  };
  readonly loadedModelIdToPipeline: ReadonlyMap<string, Pipeline>;
  interruptGenerate(): Promise<void>;
  unload(): Promise<void>;
}
