/** What a decoder is opened from on disk: a graph, its weights by the names that it calls their files by, and the model's sizes. */
import type { ModelConfig } from '../model/model-config.ts';

/** A model on disk. Each part is read when it is asked for. */
export interface ModelOnDisk {
  /** What errors call it. */
  readonly path: string;
  readonly graph: () => Promise<Uint8Array>;
  /** A file of weights; those of other names than the wanted need not be in it. */
  readonly weights: (file: string, wanted: ReadonlySet<string>) => Promise<Uint8Array>;
  readonly config: () => Promise<ModelConfig>;
}
