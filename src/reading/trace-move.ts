/** The course of a trace in a nutshell: the largest move between two of its readings. */
import type { TracePoint } from './trace.ts';

/** From one reading to a later one. */
export interface TraceMove {
  readonly from: TracePoint;
  readonly to: TracePoint;
  /** Score of the later one less that of the earlier. */
  readonly change: number;
}

/**
 * The two readings, in the order of the text, that lie furthest apart; at the ends of sentences where there are two of
 * these, because the state is settled there. Null for fewer than two readings with a number.
 */
export function largestMove(points: readonly TracePoint[]): TraceMove | null {
  const known = points.filter(({ score }) => Number.isFinite(score));
  const ends = known.filter(({ stand }) => stand === 'sentence');
  let lowest: TracePoint | null = null;
  let highest: TracePoint | null = null;
  let move: TraceMove | null = null;
  for (const to of ends.length > 1 ? ends : known) {
    for (const from of [lowest, highest]) {
      if (from !== null && (move === null || Math.abs(to.score - from.score) > Math.abs(move.change)))
        move = { from, to, change: to.score - from.score };
    }
    if (lowest === null || to.score < lowest.score) lowest = to;
    if (highest === null || to.score > highest.score) highest = to;
  }
  return move;
}
