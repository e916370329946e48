/**
 * Two readings side by side: which tokens of the one stand where which tokens of the other do. Tokens are compared by
 * their text, so readings of different models or probes can be put side by side as well.
 */
import { matchTokens } from './match-tokens.ts';
import type { SharedRun } from './match-tokens.ts';

/** One place of two readings: the token of each, or null where that one has none. */
export interface Column {
  readonly a: number | null;
  readonly b: number | null;
  /** Whether it is the same token in both. Where it is not and both are there, one stands in the other's place. */
  readonly same: boolean;
}

/** Two readings in columns. */
export interface Alignment {
  readonly columns: readonly Column[];
  /** Columns with the same token in both. */
  readonly shared: number;
  /** The first column whose tokens differ, or that one of them lacks; null where both are the same throughout. */
  readonly parting: number | null;
  /** Whether enough is shared to compare token by token (see {@link FEWEST_SHARED}). */
  readonly alike: boolean;
  /** False where the texts are too long and too different to be searched to the end; more may then be shared. */
  readonly complete: boolean;
}

/**
 * Share of the shorter text that must be shared before the two are compared token by token. Two stories of 220 tokens
 * about different things share 0 to 3 % (see tests/node/text/align.test.ts); a common opening is far above.
 */
const FEWEST_SHARED = 0.1;

/** Aligns two lists of token texts. Equal lists give equal columns, whatever else they hold. */
export function alignTokens(a: readonly string[], b: readonly string[]): Alignment {
  const { runs, complete } = matchTokens(a, b);
  const kept = withoutChance(runs, a.length, b.length);
  const columns = columnsOf(kept, a.length, b.length);
  const shared = kept.reduce((sum, run) => sum + run.length, 0);
  const parting = columns.findIndex((column) => !column.same);
  const shorter = Math.min(a.length, b.length);
  return {
    columns,
    shared,
    parting: parting < 0 ? null : parting,
    alike: shorter > 0 && shared >= FEWEST_SHARED * shorter,
    complete,
  };
}

/**
 * Leaves out what two texts share by chance: any two English texts have a fifth of their tokens ("the", "and", commas)
 * in the same order. A run that is no longer than what differs before it, nor than what differs after it, counts as
 * different (the semantic clean-up of N. Fraser's diff-match-patch, 2006); what differs counts as the longer of its two
 * sides. Done again until nothing changes, since a run left out makes the difference around it longer.
 */
export function withoutChance(runs: readonly SharedRun[], lengthA: number, lengthB: number): SharedRun[] {
  let kept = [...runs];
  for (;;) {
    const gap = (before: SharedRun | undefined, after: SharedRun | undefined): number => {
      const a = (after?.a ?? lengthA) - (before === undefined ? 0 : before.a + before.length);
      const b = (after?.b ?? lengthB) - (before === undefined ? 0 : before.b + before.length);
      return Math.max(a, b);
    };
    const next = kept.filter(
      (run, index) => run.length > Math.min(gap(kept[index - 1], run), gap(run, kept[index + 1])),
    );
    if (next.length === kept.length) return kept;
    kept = next;
  }
}

/** Shared runs as columns; between them the tokens of both stand side by side in order, the longer side's last ones alone. */
export function columnsOf(runs: readonly SharedRun[], lengthA: number, lengthB: number): Column[] {
  const columns: Column[] = [];
  let a = 0;
  let b = 0;
  const gapTo = (endA: number, endB: number): void => {
    for (; a < endA || b < endB; a += 1, b += 1)
      columns.push({ a: a < endA ? a : null, b: b < endB ? b : null, same: false });
    a = endA;
    b = endB;
  };
  for (const run of runs) {
    gapTo(run.a, run.b);
    for (const end = run.a + run.length; a < end; a += 1, b += 1) columns.push({ a, b, same: true });
  }
  gapTo(lengthA, lengthB);
  return columns;
}

/** By token of one side its column: `[length]`. */
export function columnOfTokens(columns: readonly Column[], side: 'a' | 'b', length: number): Int32Array {
  const out = new Int32Array(length);
  columns.forEach((column, index) => {
    const token = column[side];
    if (token !== null) out[token] = index;
  });
  return out;
}
