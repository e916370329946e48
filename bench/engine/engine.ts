/** What the benchmark asks of an engine, ours and theirs alike. Each runs in a worker of its own; see ours.ts and theirs.ts. */

/** The two that are compared. */
export type EngineName = 'ours' | 'theirs';

/**
 * What an engine reads of the model, or does to it, while it writes. `stepwise` reads every layer as `residuals` does, but
 * writes token by token, where an engine has a faster way: to be held against `nothing`, which has none.
 */
export type Reads = 'nothing' | 'stepwise' | 'residuals' | 'probe' | 'steering';

/** An engine that is ready. */
export interface Opened {
  /** From the start to the first pass that may be asked for; files come from the same machine. */
  readonly loadMs: number;
  /** What {@link BenchEngine.generate} can read, in the order in which it is shown. */
  readonly reads: readonly Reads[];
  readonly runtime: string;
  /** Largest number of new tokens a pass; null where passes are as long as the text. */
  readonly passTokens: number | null;
}

/** Tokens written greedily after a prompt. */
export interface Written {
  readonly ids: readonly number[];
  /** From the call with the prompt's text to the choice of the first token. */
  readonly firstTokenMs: number;
  /** Between the choices of each token and the next. */
  readonly gapsMs: readonly number[];
}

/** A set of texts, read. */
export interface SetReading {
  readonly milliseconds: number;
  /** One number a text that any fault in its reading changes; to be compared within an engine only. */
  readonly marks: readonly number[];
}

/** Bytes of GPU buffers that were made and neither destroyed nor collected. */
export interface GpuBytes {
  readonly held: number;
  readonly peak: number;
}

/** An engine. Calls do not overlap. */
export interface BenchEngine {
  /** Loads the model; `base` is the address under which `models/` and `probes/` are served. */
  open(base: string): Promise<Opened>;
  /** Writes so many tokens greedily, fewer where the text ends. */
  generate(prompt: string, tokens: number, reads: Reads): Promise<Written>;
  /** Reads a text up to the choice of the token after it. */
  prefill(text: string): Promise<{ readonly tokens: number; readonly milliseconds: number }>;
  /** Reads each text whole: one by one where `batch` is 1, else so many together as `batch` says and the engine can. */
  readSet(texts: readonly string[], batch: number): Promise<SetReading>;
}

/** An engine in its worker, which counts what lies on the GPU. */
export interface HostedEngine extends BenchEngine {
  gpuBytes(): Promise<GpuBytes>;
}

/** Calls a method of an engine from wherever it is not. */
export type CallEngine = <M extends keyof HostedEngine>(
  engine: EngineName,
  method: M,
  ...args: Parameters<HostedEngine[M]>
) => ReturnType<HostedEngine[M]>;
