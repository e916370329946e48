/** A text beside others, as `ReadColumns.svelte` shows it. */
import type { TracePoint } from '../reading/trace.ts';

/** A text beside others. */
export interface ReadColumn {
  readonly key: string;
  readonly heading: string;
  /** Which side its heading belongs to. */
  readonly tone: 'up' | 'down' | null;
  /** What it answers, in small letters above it. */
  readonly before?: string;
  /** What each token adds to the text. */
  readonly pieces: readonly string[];
  /** Without a point the text has no colour. */
  readonly trace: readonly TracePoint[];
  /** The first token that is shown: what comes before was given. */
  readonly from: number;
  /** Tokens that are underlined: those that were steered; left out where there is nothing to tell apart. */
  readonly acted?: ReadonlySet<number>;
  /** What is said below it. */
  readonly note: string;
}
