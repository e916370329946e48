/**
 * Patching: the stream of one text at a token and a layer put in the place of another's, and what that does to how the
 * other goes on. Plain data and what is made of it.
 */
import type { ModelIdentity } from '../probe/probe-types.ts';
import { quantile } from '../stats/stats.ts';
import type { TokenPair } from '../reading/token-divergence.ts';

/** What is asked of the tokens of B: those from where the texts differ on, or these by number. */
export type PatchTokens = 'differing' | readonly number[];

/** A grid to be read. */
export interface PatchRequest {
  /** Where the streams come from, and where they go. */
  readonly a: string;
  readonly b: string;
  /** Two ways of going on after the last token, with the space before them if there should be one. */
  readonly words: readonly [string, string];
  /** 1 is what leaves the first layer. */
  readonly streams: readonly number[];
  readonly tokens: PatchTokens;
  /** Texts that have nothing to do with either. */
  readonly placebos: readonly string[];
}

/** One patch: a stream, and the token of A that goes to a token of B. */
export interface PatchPlace {
  readonly stream: number;
  readonly pair: TokenPair;
}

/** One text of the two. */
export interface PatchedText {
  readonly tokens: readonly string[];
  /** log p(first word) − log p(second word) after the last token, in nats. */
  readonly odds: number;
}

/** The results of every patch of a grid. */
export interface PatchReport {
  readonly model: Pick<ModelIdentity, 'id' | 'weightsSha256'>;
  /** Where the streams come from, and where they go. */
  readonly a: PatchedText;
  readonly b: PatchedText;
  /** The two ways of going on, and how many tokens each is. */
  readonly words: readonly [string, string];
  readonly wordTokens: readonly [number, number];
  /** Which token of A goes to which token of B: the grid's columns. */
  readonly pairs: readonly TokenPair[];
  /** The grid's rows; 1 is what leaves the first layer. */
  readonly streams: readonly number[];
  /** Log-odds of B with the patch `[streams, pairs]`, in nats. */
  readonly odds: Float32Array;
  /** The same with the stream of a text that has nothing to do with either, of the length of A's, one for each such text. */
  readonly placebos: readonly Float32Array[];
}

/** One cell of the grid. */
export interface PatchCell extends PatchPlace {
  /** How far the patch moves the log-odds, in nats. */
  readonly effect: number;
  /** The same as a share of the way from B to A; NaN where the two lie closer than {@link LEAST_GAP}. */
  readonly share: number;
  /** What each placebo does there, in nats. */
  readonly placebos: readonly number[];
}

/** Closer than this many nats, A and B do not differ in what is asked, and no share means anything. */
export const LEAST_GAP = 0.1;

/** Placebos of all cells together that are taken for what any replacement does. */
const HIGH = 0.95;

/** A − B: the whole way, in nats. */
export function patchGap({ a, b }: PatchReport): number {
  return a.odds - b.odds;
}

/** The effect in nats at which the colours of the grid end: the whole way, or what moves most where there is none; at least 0.1. */
export function patchDomain(report: PatchReport): number {
  const gap = Math.abs(patchGap(report));
  const most = gap < LEAST_GAP ? Math.max(0, ...Array.from(report.odds, (odds) => Math.abs(odds - report.b.odds))) : 0;
  return Math.max(gap, LEAST_GAP, most);
}

/** The cell in a row and column of the grid. */
export function patchCell(report: PatchReport, row: number, column: number): PatchCell {
  const { b, pairs, streams, odds, placebos } = report;
  const at = row * pairs.length + column;
  const effect = (odds[at] ?? Number.NaN) - b.odds;
  const gap = patchGap(report);
  return {
    stream: streams[row] ?? 0,
    pair: pairs[column] ?? { a: 0, b: 0 },
    effect,
    share: Math.abs(gap) < LEAST_GAP ? Number.NaN : effect / gap,
    placebos: placebos.map((own) => (own[at] ?? Number.NaN) - b.odds),
  };
}

/** What any replacement does: the 95th percentile of what placebos move, in nats, with how many there are; NaN without any. */
export function placeboScale({ b, placebos }: PatchReport): { readonly high: number; readonly n: number } {
  const moves = placebos.flatMap((own) => Array.from(own, (odds) => Math.abs(odds - b.odds)));
  return { high: quantile(moves, HIGH), n: moves.length };
}

/**
 * Row and column of the cell that moves the log-odds furthest towards A, or furthest of all where A and B do not differ; null in an
 * empty grid. The last token is left out where there are others: in high layers the answer itself is there, and is merely copied.
 */
export function strongestPatch(report: PatchReport): { readonly row: number; readonly column: number } | null {
  const { pairs, streams, b } = report;
  const gap = patchGap(report);
  const last = b.tokens.length - 1;
  let best: { readonly row: number; readonly column: number; readonly moved: number } | null = null;
  for (let row = 0; row < streams.length; row += 1) {
    for (const [column, pair] of pairs.entries()) {
      if (pair.b === last && pairs.length > 1) continue;
      const { effect } = patchCell(report, row, column);
      const moved = Math.abs(gap) < LEAST_GAP ? Math.abs(effect) : Math.sign(gap) * effect;
      if (best === null || moved > best.moved) best = { row, column, moved };
    }
  }
  return best && { row: best.row, column: best.column };
}

/** How B goes on with one patch, beside how both go on by themselves. */
export interface PatchedWriting {
  readonly patched: string;
  readonly a: string;
  readonly b: string;
}

/** What a probe reads of B with one patch and without it, token by token at every layer `[tokens, layers]`. */
export interface PatchedScores {
  readonly patched: Float32Array;
  readonly plain: Float32Array;
}
