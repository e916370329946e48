/**
 * The longest common subsequence of two lists by Myers' difference algorithm in linear space (E. W. Myers, "An O(ND)
 * difference algorithm and its variations", Algorithmica 1, 1986, section 4b): from both ends at once to the middle of
 * a shortest edit, then each half by itself. Time grows with length times number of differences, memory with length.
 */

/** A stretch that both lists have: `length` items from `a` on in the one, from `b` on in the other. */
export interface SharedRun {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/** What {@link matchTokens} found. */
export interface Matches {
  /** In the order of both lists, never touching one another in both. */
  readonly runs: readonly SharedRun[];
  /** False where the search was given up: what lies between some runs was not searched, and more may be shared. */
  readonly complete: boolean;
}

/** Steps before the search is given up: two texts of 2,000 tokens without anything in common take 8 million, about 0.2 s. */
const MOST_STEPS = 20_000_000;

/** The middle of a shortest edit: what is shared there, possibly of length 0. */
interface Snake {
  readonly fromA: number;
  readonly fromB: number;
  readonly toA: number;
  readonly toB: number;
}

/**
 * Finds a longest common subsequence of `a` and `b`. The common beginning and end are always part of it, and equal input
 * gives equal output. `mostSteps` bounds the time; what is left unsearched then counts as different.
 */
export function matchTokens(a: readonly string[], b: readonly string[], mostSteps = MOST_STEPS): Matches {
  const [left, right] = numbered(a, b);
  const runs: SharedRun[] = [];
  const room = 2 * Math.ceil((a.length + b.length) / 2) + 3;
  const budget = { steps: mostSteps, forward: new Int32Array(room), backward: new Int32Array(room) };
  const complete = search(left, right, { fromA: 0, toA: a.length, fromB: 0, toB: b.length }, runs, budget);
  return { runs, complete };
}

interface Budget {
  steps: number;
  readonly forward: Int32Array;
  readonly backward: Int32Array;
}

/** Adds the runs of one rectangle in order; false when the budget ended before. */
function search(a: Int32Array, b: Int32Array, box: Snake, runs: SharedRun[], budget: Budget): boolean {
  let { fromA, fromB, toA, toB } = box;
  const start = fromA;
  while (fromA < toA && fromB < toB && a[fromA] === b[fromB]) {
    fromA += 1;
    fromB += 1;
  }
  push(runs, start, box.fromB, fromA - start);
  let tail = 0;
  while (fromA < toA && fromB < toB && a[toA - 1] === b[toB - 1]) {
    toA -= 1;
    toB -= 1;
    tail += 1;
  }
  let complete = true;
  if (fromA < toA && fromB < toB) {
    const middle = middleSnake(a, b, { fromA, fromB, toA, toB }, budget);
    if (middle === null) complete = false;
    else {
      // With neither a beginning nor an end in common there are at least two edits, so both halves are smaller.
      const before = search(a, b, { fromA, fromB, toA: middle.fromA, toB: middle.fromB }, runs, budget);
      push(runs, middle.fromA, middle.fromB, middle.toA - middle.fromA);
      const after = search(a, b, { fromA: middle.toA, fromB: middle.toB, toA, toB }, runs, budget);
      complete = before && after;
    }
  }
  push(runs, toA, toB, tail);
  return complete;
}

/** The middle snake of a rectangle without a common beginning or end; null when the budget ends. */
function middleSnake(a: Int32Array, b: Int32Array, box: Snake, budget: Budget): Snake | null {
  const { fromA, fromB, toA, toB } = box;
  const { forward, backward } = budget;
  const n = toA - fromA;
  const m = toB - fromB;
  const delta = n - m;
  const odd = delta % 2 !== 0;
  const half = Math.ceil((n + m) / 2);
  const zero = half + 1;
  forward.fill(0, 0, 2 * half + 3);
  backward.fill(0, 0, 2 * half + 3);
  for (let d = 0; d <= half; d += 1) {
    // Diagonals outside the rectangle lead nowhere.
    const lowest = -(d - 2 * Math.max(0, d - m));
    const highest = d - 2 * Math.max(0, d - n);
    budget.steps -= 2 * (d + 1);
    if (budget.steps < 0) return null;
    for (let k = lowest; k <= highest; k += 2) {
      const startX = reach(forward, zero + k, k === -d, k === d);
      let x = startX;
      while (x < n && x - k < m && a[fromA + x] === b[fromB + x - k]) x += 1;
      forward[zero + k] = x;
      const other = delta - k;
      if (odd && Math.abs(other) <= d - 1 && x + (backward[zero + other] ?? 0) >= n) {
        return { fromA: fromA + startX, fromB: fromB + startX - k, toA: fromA + x, toB: fromB + x - k };
      }
    }
    for (let k = lowest; k <= highest; k += 2) {
      const startX = reach(backward, zero + k, k === -d, k === d);
      let x = startX;
      while (x < n && x - k < m && a[toA - 1 - x] === b[toB - 1 - x + k]) x += 1;
      backward[zero + k] = x;
      const other = delta - k;
      if (!odd && Math.abs(other) <= d && x + (forward[zero + other] ?? 0) >= n) {
        return { fromA: toA - x, fromB: toB - x + k, toA: toA - startX, toB: toB - startX + k };
      }
    }
  }
  throw new RangeError('two lists have no shortest edit'); // cannot be: n + m edits always do
}

/** The furthest point on the diagonal at `at`, before what is shared there: one edit on from the better of its neighbours. */
function reach(v: Int32Array, at: number, lowest: boolean, highest: boolean): number {
  const above = v[at + 1] ?? 0;
  const beside = v[at - 1] ?? 0;
  return lowest || (!highest && beside < above) ? above : beside + 1;
}

/** Adds a run, joined to the one before where they touch in both lists. */
function push(runs: SharedRun[], a: number, b: number, length: number): void {
  if (length === 0) return;
  const last = runs.at(-1);
  if (last !== undefined && last.a + last.length === a && last.b + last.length === b)
    runs[runs.length - 1] = { ...last, length: last.length + length };
  else runs.push({ a, b, length });
}

/** Both lists with equal texts as equal numbers: comparing numbers is what most of the time goes into. */
function numbered(a: readonly string[], b: readonly string[]): [Int32Array, Int32Array] {
  const ids = new Map<string, number>();
  const idOf = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    ids.set(text, ids.size);
    return ids.size - 1;
  };
  return [Int32Array.from(a, idOf), Int32Array.from(b, idOf)];
}
