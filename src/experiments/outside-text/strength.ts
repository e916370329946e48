/** Finding how strong a placement must be for a given effect. No model. */

/** A strength and what it did. */
export interface Found {
  readonly strength: number;
  readonly reached: number;
}

/** Strengths that steering is first tried at, and how often the interval around the target is divided after that. */
const FIRST_TRIES = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6] as const;
const DIVISIONS = 4;
/** Close enough to stop, as a share of the target. */
const CLOSE = 0.05;

/**
 * The tried strength whose effect lies closest to `target`: doubled until the target is passed, then by straight lines between the
 * tries on both sides. `effectAt` gives null where steering breaks the numbers; nothing stronger is tried then.
 */
export async function searchStrength(
  effectAt: (strength: number) => Promise<number | null>,
  target: number,
): Promise<Found | null> {
  const tries: Found[] = [];
  for (const strength of FIRST_TRIES) {
    const reached = await effectAt(strength);
    if (reached === null) break;
    tries.push({ strength, reached });
    if (reached >= target) break;
  }
  for (let step = 0; step < DIVISIONS; step += 1) {
    const above = tries.filter(({ reached }) => reached >= target).sort((a, b) => a.strength - b.strength)[0];
    const below = tries
      .filter(({ reached, strength }) => reached < target && strength < (above?.strength ?? 0))
      .sort((a, b) => b.strength - a.strength)[0] ?? { strength: 0, reached: 0 };
    if (above === undefined || tries.some(({ reached }) => Math.abs(reached / target - 1) <= CLOSE)) break;
    const share = Math.min(0.9, Math.max(0.1, (target - below.reached) / (above.reached - below.reached)));
    const strength = below.strength + (above.strength - below.strength) * share;
    const reached = await effectAt(strength);
    if (reached === null) break;
    tries.push({ strength, reached });
  }
  return closest(tries, target);
}

/** The one of `tries` whose effect lies closest to `target`; null of none. */
export function closest(tries: readonly Found[], target: number): Found | null {
  return tries.reduce<Found | null>(
    (best, one) => (best === null || Math.abs(one.reached - target) < Math.abs(best.reached - target) ? one : best),
    null,
  );
}

/** Halvings of an interval: enough for all digits that are kept. */
const HALVINGS = 60;

/** Where `effectAt`, which grows with the strength, reaches `target` between 0 and `most`; what `most` does where it is not reached. */
export function bisect(effectAt: (strength: number) => number, target: number, most: number): Found {
  let low = 0;
  let high = most;
  if (!(effectAt(most) >= target)) return { strength: most, reached: effectAt(most) };
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    if (effectAt(middle) >= target) high = middle;
    else low = middle;
  }
  return { strength: high, reached: effectAt(high) };
}
