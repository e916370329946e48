/** What is seen in a trace, in plain words: first what, then how sure. */
import type { ByPole } from '../probe/heads.ts';
import { lastClause } from '../text/last-clause.ts';
import type { TraceMove } from '../reading/trace-move.ts';
import type { TracePoint } from '../reading/trace.ts';
import { plural, signedShort } from './numbers.ts';

/** Moves by less are not worth telling: most readings lie that far from the one before by chance. */
const LEAST_MOVE = 1;

/** A reading that lies nearer to neutral than this is called neutral. */
const NEAR_NEUTRAL = 0.5;

/** Share of readings that random directions put outside their own range from the 5th to the 95th percentile. */
const BY_CHANCE = 0.1;

/** A score with its side, e.g. `+1.7 (kind)`; `ends` name what lies on either side of neutral. */
export function sided(score: number, ends: ByPole<string>): string {
  const side = Math.abs(score) < NEAR_NEUTRAL ? 'near neutral' : score > 0 ? ends.positive : ends.negative;
  return `${signedShort(score)} (${side})`;
}

/**
 * What is seen, e.g. `The reading falls from +1.7 (kind) after “hugged him” to −1.4 (cruel) after “sneered at the
 * baker”.`; `sentenceOf` is the sentence that a reading stands after.
 */
export function moveSentence(
  points: readonly TracePoint[],
  move: TraceMove | null,
  ends: ByPole<string>,
  sentenceOf: (point: TracePoint) => string,
): string {
  const known = points.filter(({ score }) => Number.isFinite(score));
  const [first] = known;
  if (first === undefined) return '';
  if (move === null) return `The reading after this text is ${sided(first.score, ends)}.`;
  if (Math.abs(move.change) < LEAST_MOVE) {
    const scores = known.map(({ score }) => score);
    return `The reading hardly moves: it stays between ${signedShort(Math.min(...scores))} and ${signedShort(Math.max(...scores))}.`;
  }
  const after = (point: TracePoint): string => `${sided(point.score, ends)} after “${lastClause(sentenceOf(point))}”`;
  return `The reading ${move.change < 0 ? 'falls' : 'rises'} from ${after(move.from)} to ${after(move.to)}.`;
}

/** How sure that is, in a sentence; empty where nothing was read. */
export function sureSentence(points: readonly TracePoint[]): string {
  const counted = points.filter(
    ({ stand, score, low, high }) => stand === 'sentence' && [score, low, high].every(Number.isFinite),
  );
  if (counted.length === 0) return '';
  const beyond = counted.filter(({ score, low, high }) => score < low || score > high).length;
  const expected = (counted.length * BY_CHANCE).toFixed(counted.length % 10 === 0 ? 0 : 1);
  return `Each single reading could be chance; how they change is what counts. ${beyond} of ${plural(counted.length, 'reading')} ${counted.length === 1 || beyond === 1 ? 'stands' : 'stand'} out from the grey range of random directions; about ${expected} would by chance.`;
}
