/**
 * Reads lines of text with steering, as many in one pass as it holds, and tells the logits at the places that are asked for.
 * Lines that begin alike stand in one group: their beginning is read once.
 */
import { throwIfStopped } from '../../base/abort.ts';
import type { Intervention } from '../../steering/steering.ts';
import type { Decoder, Pass } from '../decoder.ts';
import { Forest } from '../forest.ts';
import { pickTokens } from '../pick-tokens.ts';
import { setEdits } from './steering-edits.ts';
import { isSteered, RowReader } from './row-reader.ts';

/** One line of text. */
export interface SteeredLine {
  readonly ids: readonly number[];
  /** The first token that is steered. */
  readonly from: number;
  /** Of the tokens from there on, those that are steered; left out, all. Lines of one group share it. */
  readonly only?: ReadonlySet<number> | undefined;
  /** Tokens whose logits are wanted, ascending. */
  readonly rows: readonly number[];
}

/** Where a wanted row of logits belongs. */
export interface LineRow {
  readonly group: number;
  readonly line: number;
  readonly token: number;
}

/** How much goes into a pass, and who gets its results. */
export interface LineReading {
  /** Tokens of a pass that holds several lines. */
  readonly setTokens: number;
  /** Tokens of a pass over one long line. */
  readonly chunkTokens: number;
  /** Rows of logits of a pass at most; left out, {@link mostRows}. */
  readonly rowsAtOnce?: number;
  /**
   * Called with each wanted row `[vocabulary]`, and with `rowStreams` the streams of its token `[layers, hidden]`, else none;
   * the logits are gone afterwards.
   */
  readonly onRow: (row: LineRow, logits: Float32Array, streams: Float32Array | null) => void;
  /** Whether {@link onRow} gets streams. */
  readonly rowStreams?: boolean;
  /** Called with the streams of each pass, with each token's position in its line; left out, streams stay where they are. */
  readonly onStreams?: (pass: Pick<Pass, 'tokens' | 'residuals'>, positions: readonly number[]) => void;
}

/**
 * Bytes of logits that a pass gives at most. A head in two products has them three times while it computes, and a result is
 * copied: more rows take memory and save no time (docs/decisions/0028). With a vocabulary of 262,144 a row is a megabyte.
 */
const LOGITS_BYTES = 48 << 20;

/** Rows of logits that a pass gives at most. */
export function mostRows({ sizes: { vocabulary } }: Pick<Decoder, 'sizes'>): number {
  return Math.max(1, Math.floor(LOGITS_BYTES / (4 * vocabulary)));
}

/** A group in a pass: its tokens, whether each is steered, where it stands in its line, and who wants its logits. */
interface Laid {
  readonly forest: Forest;
  readonly positions: number[];
  readonly steered: boolean[];
  readonly wanted: Map<number, LineRow[]>;
}

/**
 * Reads groups of lines, each group's `from` and `only` being one. Throws `text-too-long`, `cancelled` and what the decoder
 * throws; a decoder that edits is left without edits.
 */
export async function readSteeredLines(
  decoder: Decoder,
  groups: readonly (readonly SteeredLine[])[],
  intervention: Intervention,
  how: LineReading,
  signal?: AbortSignal,
): Promise<void> {
  const most = Math.min(how.setTokens, decoder.sizes.contextTokens);
  const { rowsAtOnce = mostRows(decoder) } = how;
  try {
    let together: Laid[] = [];
    let size = 0;
    let rows = 0;
    const flush = async (): Promise<void> => {
      if (together.length > 0) await readTogether(decoder, together, intervention, how);
      together = [];
      size = 0;
      rows = 0;
    };
    for (const [group, lines] of groups.entries()) {
      throwIfStopped(signal);
      const laid = layOut(lines, group);
      if (!decoder.branching || laid.forest.ids.length > most || laid.wanted.size > rowsAtOnce) {
        for (const [line, each] of lines.entries())
          await readAlone(decoder, each, { group, line }, intervention, how, signal);
        continue;
      }
      if (size + laid.forest.ids.length > most || rows + laid.wanted.size > rowsAtOnce) await flush();
      together.push(laid);
      rows += laid.wanted.size;
      size += laid.forest.ids.length;
    }
    throwIfStopped(signal);
    await flush();
  } finally {
    if (decoder.editing) decoder.edit(new Map());
  }
}

function layOut(lines: readonly SteeredLine[], group: number): Laid {
  const laid: Laid = { forest: new Forest(), positions: [], steered: [], wanted: new Map() };
  for (const [line, { ids, from, only, rows }] of lines.entries()) {
    const slots = laid.forest.grow(ids);
    for (const [token, slot] of slots.entries()) {
      laid.positions[slot] = token;
      laid.steered[slot] = isSteered(from, only, token);
    }
    for (const token of rows) {
      const slot = slots[token] ?? 0;
      laid.wanted.set(slot, [...(laid.wanted.get(slot) ?? []), { group, line, token }]);
    }
  }
  return laid;
}

async function readTogether(
  decoder: Decoder,
  laid: readonly Laid[],
  intervention: Intervention,
  how: LineReading,
): Promise<void> {
  const ids: number[] = [];
  const parents: number[] = [];
  const wanted: (readonly [slot: number, rows: readonly LineRow[]])[] = [];
  for (const { forest, wanted: own } of laid) {
    const offset = ids.length;
    ids.push(...forest.ids);
    parents.push(...forest.branches.parents.map((parent) => (parent < 0 ? parent : parent + offset)));
    wanted.push(...[...own].map(([slot, rows]) => [slot + offset, rows] as const));
  }
  setEdits(
    decoder,
    intervention,
    laid.flatMap(({ steered }) => steered),
  );
  const pass = await decoder.run(ids, null, {
    branches: { parents, kept: 0 },
    logitRows: wanted.map(([slot]) => slot),
    residuals: how.onStreams !== undefined || how.rowStreams === true,
  });
  pass.cache.dispose();
  how.onStreams?.(
    pass,
    laid.flatMap(({ positions }) => positions),
  );
  const { vocabulary, hidden } = decoder.sizes;
  tellRows(
    pass.logits,
    vocabulary,
    wanted.map(([, rows]) => rows),
    how,
    (index) => pickTokens(pass.residuals, pass.tokens, [wanted[index]?.[0] ?? 0], hidden),
  );
}

/** A line that no pass holds whole, or for a decoder that takes no branches: pass by pass. */
async function readAlone(
  decoder: Decoder,
  { ids, from, only, rows }: SteeredLine,
  where: Omit<LineRow, 'token'>,
  intervention: Intervention,
  how: LineReading,
  signal?: AbortSignal,
): Promise<void> {
  const { onStreams, rowStreams = false, chunkTokens } = how;
  const { vocabulary, hidden } = decoder.sizes;
  const streams = new Map<number, Float32Array>();
  const hear = (pass: Pick<Pass, 'tokens' | 'residuals'>, start: number): void => {
    onStreams?.(
      pass,
      Array.from({ length: pass.tokens }, (_, token) => start + token),
    );
    if (rowStreams)
      for (const token of rows)
        if (token >= start && token < start + pass.tokens)
          streams.set(token, pickTokens(pass.residuals, pass.tokens, [token - start], hidden));
  };
  const onPass = onStreams !== undefined || rowStreams ? hear : undefined;
  const reader = new RowReader({ decoder, ids, intervention, from, only, ...(onPass && { onPass }) }, chunkTokens);
  try {
    const atOnce = Math.min(chunkTokens, how.rowsAtOnce ?? mostRows(decoder));
    for (let at = 0; at < rows.length; at += atOnce) {
      const wanted = rows.slice(at, at + atOnce);
      tellRows(
        await reader.rows(wanted, signal),
        vocabulary,
        wanted.map((token) => [{ ...where, token }]),
        how,
        (index) => streams.get(wanted[index] ?? -1) ?? null,
      );
      streams.clear();
    }
    if (onStreams) await reader.finish(signal);
  } finally {
    reader.dispose();
  }
}

function tellRows(
  logits: Float32Array,
  vocabulary: number,
  rows: readonly (readonly LineRow[])[],
  { onRow, rowStreams = false }: LineReading,
  streamsOf: (index: number) => Float32Array | null,
): void {
  for (const [index, takers] of rows.entries()) {
    const row = logits.subarray(index * vocabulary, (index + 1) * vocabulary);
    const streams = rowStreams && takers.length > 0 ? streamsOf(index) : null;
    for (const taker of takers) onRow(taker, row, streams);
  }
}
