/** What `flipside/engine` gives: one interface for Node, WASM and WebGPU. Types alone. */
import type { LensReading } from '../../lens/lens.ts';
import type { ByPole, Pole } from '../../probe/heads.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { SamplingOptions, Stand } from '../../reading/reading.ts';
import type { SteeringMode } from '../../steering/modes.ts';

/** The two files of a probe: the text of `probe.json`, and the bytes of `directions.safetensors`. */
export interface ProbeFiles {
  readonly json: string;
  readonly tensors: Uint8Array;
}

/** A probe: its files, or where they lie. In Node a folder; on a page the address of a folder. */
export type ProbePlace = ProbeFiles | string | URL;

/** How a model is opened. */
export interface OpenOptions {
  /** The probe that scores. {@link Engine.use} can set it later. */
  readonly probe?: ProbePlace;
  /**
   * On a page: `auto` takes what a short run finds right and fast, `webgpu` takes WebGPU where it works, however slow. Node always
   * computes on the processor.
   */
  readonly backend?: 'auto' | 'webgpu' | 'wasm';
  /** In a page, called with how many bytes of the model have arrived. Files that the browser stores are not fetched again. */
  readonly onProgress?: (loadedBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** The score of one token. The unit is the standard deviation, at that layer, of the probe's training turns. */
export interface TokenScore {
  readonly kind: 'token';
  /** Place in the text, from 0. The token at 0 has no score: NaN. */
  readonly index: number;
  readonly id: number;
  /** What it adds to the text. Empty where it ends inside a character. */
  readonly text: string;
  /** Whether the model wrote it; false for tokens of the given text. */
  readonly written: boolean;
  /** At the engine's {@link Engine.layer}. */
  readonly score: number;
  /** At every layer `[layers]`, from the embeddings to what leaves the last layer. */
  readonly layers: Float32Array;
  /** The part of it that the words alone predict `[layers]`; NaN where the probe has no such model. */
  readonly words: Float32Array;
}

/** A readout: neutral words put after a token, beside the text. They never enter it. */
export interface ReadoutScore {
  readonly kind: 'readout';
  /** Index of the token after which the neutral words stand. */
  readonly afterToken: number;
  /** Where that is: the end of a sentence, of a clause, or of a word. */
  readonly stand: Stand;
  /** `reading`: over several layers, as the page draws it before it smooths. `layer`: at {@link Engine.layer}, for older probes. */
  readonly scale: 'reading' | 'layer';
  readonly score: number;
  /** 5th and 95th percentile of the same reading by 200 random directions. */
  readonly low: number;
  readonly high: number;
  /** Score and range at every layer `[layers]`. */
  readonly layers: Float32Array;
  readonly lowByLayer: Float32Array;
  readonly highByLayer: Float32Array;
  /** The reading of each pole from neutral `[layers]`; null where the probe has none. */
  readonly poles: ByPole<Float32Array> | null;
}

/** One thing that a reading tells. Tokens come in order; a readout comes after its own token. */
export type Score = TokenScore | ReadoutScore;

/** How a text is read. */
export interface ReadOptions {
  /** Where neutral words are read. `none` reads tokens alone. The default is `sentence`. */
  readonly every?: 'none' | 'sentence' | 'clause' | 'word' | 'token';
  readonly signal?: AbortSignal;
}

/** How a text is continued. The defaults: temperature 0.8, all words, 64 tokens, seed 0. */
export interface WriteOptions extends Partial<SamplingOptions> {
  /** Whether sentence ends are read as well; true by default. */
  readonly readouts?: boolean;
  readonly signal?: AbortSignal;
}

/** How the stream is steered along the probe's steering direction. */
export interface SteerOptions extends WriteOptions {
  /** Towards which pole; positive by default. */
  readonly pole?: Pole;
  /** In typical lengths of the stream at its layer, 0 to 2. */
  readonly strength: number;
  /** First and last stream that is steered, 1 (what leaves the first layer) to the number of layers; one in the middle by default. */
  readonly from?: number;
  readonly to?: number;
  /** `add` by default. */
  readonly mode?: SteeringMode;
  /** Which tokens: those that choose words of the model's own (the default), all, or from a place on. */
  readonly where?: 'generated' | 'all' | number;
}

/** What the lens shows. */
export interface LensOptions {
  /** Likeliest words at every place, 1 to 50; 10 by default. */
  readonly top?: number;
  /** Words to follow; each must be a single token. */
  readonly words?: readonly string[];
  readonly signal?: AbortSignal;
}

/** An open model. Calls wait for the one before. */
export interface Engine {
  readonly model: ModelIdentity;
  /** Where it computes. */
  readonly backend: 'node' | 'wasm' | 'webgpu';
  /** Why it does not run on WebGPU, in a sentence; null where it does, and in Node. */
  readonly fallback: string | null;
  /** The layer that {@link TokenScore.score} is of: the probe's own; null before there is a probe. */
  readonly layer: number | null;
  /** Scores what follows with this probe. Throws `probe-invalid`, `tensor-file-invalid` and `probe-model-mismatch`. */
  use(probe: ProbePlace): Promise<void>;
  /**
   * Reads a text. Leaving the loop stops the reading. Throws `usage` without a probe, `text-empty`, `text-too-long`,
   * `text-malformed` and `cancelled`.
   */
  read(text: string, options?: ReadOptions): AsyncIterable<Score>;
  /** Reads a text and writes on: the tokens of the text come first. The same seed gives the same words. */
  generate(text: string, options?: WriteOptions): AsyncIterable<Score>;
  /** The same under steering. Throws `push-invalid` and `push-too-strong` too. */
  steer(text: string, options: SteerOptions): AsyncIterable<Score>;
  /** A text through the logit lens, at every layer. Throws `usage` for a word that is no single token. */
  lens(text: string, options?: LensOptions): Promise<LensReading>;
  /** Frees model and memory. */
  dispose(): Promise<void>;
}
