/** Where a model comes from, what is known of it before it is fetched, and whether it fits: plain data between page and worker. */
import type { CheckpointAbout } from './checkpoint/checkpoint-file.ts';
import type { ListedFile, ModelOffer } from './model-offer.ts';
import type { ModelToRun } from './model-to-run.ts';

/** What is needed of a browser's `File`; crosses between threads as a handle, not as bytes. */
export interface FileData {
  readonly size: number;
  slice(start: number, end: number): FileData;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Files that the reader picked, by their path from the folder that was picked. */
export type LocalFiles = ReadonlyMap<string, FileData>;

/** Where a list of files came from. */
export type ListedFrom =
  | {
      readonly kind: 'hub';
      readonly host: string;
      readonly repo: string;
      /** The commit, so that what is shown is what is fetched. */ readonly revision: string;
    }
  | { readonly kind: 'local'; readonly name: string; readonly files: LocalFiles };

/** What a host, or a folder, says about a model. */
export interface ModelListing {
  readonly from: ListedFrom;
  readonly title: string;
  /** As its card says it; null where it says nothing. */
  readonly licence: string | null;
  /** Whether its host asks for an account and consent before it gives the files. */
  readonly gated: boolean;
  readonly offers: readonly ModelOffer[];
  /** Files in the folders of the graphs, which may take weights from any of them. */
  readonly beside: readonly ListedFile[];
}

/** A variant of a listing. */
export interface ChosenOffer {
  readonly listing: ModelListing;
  readonly offer: ModelOffer;
}

/** What to load. */
export type ModelSource =
  /** By the manifest beside the page, its address absolute in the worker. */
  | { readonly kind: 'site'; readonly manifestUrl: string }
  | { readonly kind: 'offer'; readonly chosen: ChosenOffer }
  /** One that was loaded before: by the name of its manifest in this browser's storage. */
  | { readonly kind: 'kept'; readonly key: string };

/** The limits of a graphics card that a model can run into, sizes in bytes. */
export interface BufferLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  /** Whether it computes in 16 bits (`shader-f16`). */
  readonly half: boolean;
}

/** What a model takes, read from its graph and its config alone, or estimated. */
export interface ModelNeeds {
  readonly layerCount: number;
  /** Tokens that it was made for. */
  readonly contextTokens: number;
  readonly weightBytes: number;
  /** Keys and values of one token in all layers; null where neither the graph nor config.json says. */
  readonly cacheBytesPerToken: number | null;
  /** Bytes of the largest weight, which must fit into one buffer, or at most so many where it is {@link estimated}; null as above. */
  readonly largestWeightBytes: number | null;
  /** Whether anything in it is computed in 16 bits; by the variant's name where it is {@link estimated}. */
  readonly half: boolean;
  /**
   * Whether layers, cache and largest weight are estimated from config.json and the variant's name, because the graph
   * holds its weights and is too large to be looked into.
   */
  readonly estimated: boolean;
  /** Why it runs on a graphics card only, as the end of a sentence; null where it runs anywhere, or that is not known. */
  readonly gpuOnly: string | null;
  /** Why it runs on the processor only, likewise; left out where it runs anywhere, or that is not known. */
  readonly cpuOnly?: string;
  /** What the graph asks for and the offer has not, as in `ModelOffer.missing`. */
  readonly missing: readonly string[];
}

/** A model weighed against this machine. */
export interface WeighedModel {
  readonly needs: ModelNeeds;
  /** The variant with the weight files that its graph names, as far as it was read. */
  readonly offer: ModelOffer;
  /** What its checkpoint says of itself; null for a graph. */
  readonly about: CheckpointAbout | null;
  /** What a short run needs to know of it. */
  readonly toRun: ModelToRun;
  /** Null where the page may not use a graphics card: it then runs on the processor. */
  readonly limits: BufferLimits | null;
}
