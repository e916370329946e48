/**
 * Mean streams over the spans of cells. A span is a segment and is read by its own tokens, not by a control text: narration is the same
 * words in every cell, so that it is its own control text, in the place where it is told, and costs no tokens of its own.
 */
import type { Subject } from '../subject.ts';
import { type CellText, spanIndices } from './cells.ts';
import type { Span } from './spec.ts';

/** Mean stream `[layers, hidden]` over the tokens of each span. */
export type SpanMeans = Readonly<Record<Span, Float32Array>>;

/** The spans of cells by the cells' ids; all in one call, so that what begins alike is read once. */
export async function readSpans(
  subject: Subject,
  cells: readonly CellText[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, SpanMeans>> {
  const readings = await subject.read(
    cells.map((cell) => ({ text: cell.segments, readoutTexts: [], readoutAfter: spanIndices(cell) })),
    signal,
  );
  return new Map(
    cells.map((cell, at) => {
      const [before = EMPTY, quote = EMPTY, after = EMPTY] = (readings[at]?.readouts ?? []).map(({ own }) => own);
      return [cell.id, { before, quote, after }];
    }),
  );
}

const EMPTY = new Float32Array(0);
