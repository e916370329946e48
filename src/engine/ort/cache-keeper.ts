/** Where keys and values lie between passes: the part of a decoder in which providers differ. */
import type { Tensor } from 'onnxruntime-common';
import type { Cache } from '../decoder.ts';

/** A pass that is about to run. */
export interface KeptPass {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Where each present tensor goes; null lets the runtime choose. */
  readonly fetches: Readonly<Record<string, Tensor | null>>;
  /** The cache with the first `kept` new tokens, once the pass has run; owned by the caller. */
  keep(outputs: Readonly<Record<string, Tensor>>, kept: number): Cache;
  /** Frees what the pass has made, if it has failed. */
  abandon(outputs: Readonly<Record<string, Tensor>>): void;
}

/** Keeps the caches of one decoder. */
export interface CacheKeeper {
  /** Makes room for `tokens` after `past`. Throws `internal` for a cache of another keeper, `gpu-memory-refused` where there is no room. */
  begin(past: Cache | null, tokens: number): Promise<KeptPass>;
  /** A cache with the first `length` tokens of another. */
  cut(cache: Cache, length: number): Cache;
  /** Frees everything. */
  dispose(): void;
}
