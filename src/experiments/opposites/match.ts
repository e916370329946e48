/**
 * Which unrelated act stands beside each act of an opposite. An act that is likely anyway gains in other bits than an unlikely one, so the
 * two must be equally likely in neutral contexts; and any act of a bad pole might gain where badness is shown, so the
 * unrelated act comes from the same side of moral or not and, where there is one, from a pole of the same valence.
 */
import type { ActPool, Extent, ItemActs } from './contexts.ts';
import type { OppositesSpec } from './spec.ts';
import type { OppositesAxis } from './strings.ts';

/** Which list of an axis an act stands in. */
export type ActList = 'acts' | 'oppositeActs';

/** How likely an act is in neutral contexts. */
export interface ActPrior {
  /** -log2 p, mean over the matching contexts. */
  readonly bits: number;
  readonly tokens: number;
}

/** By axis id, then one entry an item. */
export type Priors = Readonly<Record<string, Readonly<Record<ActList, readonly ActPrior[]>>>>;

/** What fits: `full` in bits, tokens and sign of valence; `tokens` in bits and tokens; `bits` in bits alone; `none` at most the closest. */
export type Fit = 'full' | 'tokens' | 'bits' | 'none';

/** The unrelated act of one item. */
export interface Match {
  readonly axis: string;
  readonly list: ActList;
  readonly item: number;
  /** Its bits and tokens minus those of the opposite's act. */
  readonly bits: number;
  readonly tokens: number;
  readonly fit: Fit;
}

const FITS: readonly Fit[] = ['full', 'tokens', 'bits', 'none'];

/** How often one act may stand in: so that no single act decides several axes. */
const MOST_USES = 2;

/**
 * A match from the pool for each of the first `items` acts of every axis' opposite, by axis id, in the order of the axes: of the best fit
 * that there is, the closest in bits. Throws `RangeError` where an axis has nothing unrelated on its side at all, which
 * {@link hasUnrelated} tells beforehand.
 */
export function matchActs(
  spec: OppositesSpec,
  { axes, items, pool: from }: Pick<Extent, 'axes' | 'items' | 'pool'>,
  priors: Priors,
): Record<string, Match[]> {
  const uses = new Map<string, number>();
  const found: Record<string, Match[]> = {};
  for (const { axis } of axes) {
    const own = new Set<string>();
    const pool = candidates(spec, from, axis);
    found[axis.id] = Array.from({ length: items }, (_, item) => {
      const target = priors[axis.id]?.oppositeActs[item] ?? { bits: NaN, tokens: NaN };
      const free = pool.filter(({ key }) => !own.has(key) && (uses.get(key) ?? 0) < MOST_USES);
      // Where everything has been used, using one again is better than no comparison.
      const best = closest(spec, axis, target, free.length > 0 ? free : pool, priors);
      if (best === undefined) throw new RangeError(`no unrelated act for ${axis.id}`);
      own.add(best.key);
      uses.set(best.key, (uses.get(best.key) ?? 0) + 1);
      return best.match;
    });
  }
  return found;
}

/** Whether anything can stand in for an unrelated act of `axis`. */
export function hasUnrelated(
  spec: Pick<OppositesSpec, 'related'>,
  axes: readonly OppositesAxis[],
  axis: OppositesAxis,
): boolean {
  return axes.some((other) => isUnrelated(spec, axis, other));
}

/**
 * The axis whose opposite stands in for the opposite of `axis` where directions are compared: the first after it in the spec, round and
 * round, that is unrelated, gives none of these matches, and whose opposite has the same sign of valence; where there is none, one of
 * the other sign, and one that gives a match only where nothing else is left. Undefined where nothing is unrelated.
 */
export function unrelatedAxisOf(
  spec: OppositesSpec,
  axis: OppositesAxis,
  matches: readonly Match[],
): OppositesAxis | undefined {
  const at = spec.axes.findIndex(({ id }) => id === axis.id);
  const others = [...spec.axes.slice(at + 1), ...spec.axes.slice(0, at)].filter((other) =>
    isUnrelated(spec, axis, other),
  );
  const free = others.filter(({ id }) => !matches.some((match) => match.axis === id));
  const even = (some: readonly OppositesAxis[]): OppositesAxis | undefined =>
    some.find((other) => Math.sign(other.oppositeValence) === Math.sign(axis.oppositeValence));
  return even(free) ?? free[0] ?? even(others) ?? others[0];
}

/** The acts of every item of an axis, as they are asked for. */
export function actsOf(spec: OppositesSpec, axis: OppositesAxis, matches: readonly Match[]): ItemActs[] {
  const byId = new Map(spec.axes.map((other) => [other.id, other]));
  return matches.map(({ axis: id, list, item }, i) => ({
    opposite: axis.oppositeActs[i] ?? '',
    unrelated: byId.get(id)?.[list][item] ?? '',
    own: axis.acts[i] ?? '',
  }));
}

interface Candidate {
  readonly key: string;
  readonly axis: OppositesAxis;
  readonly list: ActList;
  readonly item: number;
}

function isUnrelated({ related }: Pick<OppositesSpec, 'related'>, axis: OppositesAxis, other: OppositesAxis): boolean {
  return (
    other.id !== axis.id &&
    other.moral === axis.moral &&
    !related.some((group) => group.includes(axis.id) && group.includes(other.id))
  );
}

function candidates(spec: OppositesSpec, { axes, items }: ActPool, axis: OppositesAxis): Candidate[] {
  const lists: readonly ActList[] = ['acts', 'oppositeActs'];
  return axes
    .filter(({ axis: other }) => isUnrelated(spec, axis, other))
    .flatMap(({ axis: other }) =>
      lists.flatMap((list) =>
        Array.from({ length: items }, (_, item) => ({ key: `${other.id} ${list} ${item}`, axis: other, list, item })),
      ),
    );
}

function closest(
  { thresholds }: OppositesSpec,
  axis: OppositesAxis,
  target: ActPrior,
  pool: readonly Candidate[],
  priors: Priors,
): { readonly key: string; readonly match: Match } | undefined {
  const judged = pool.map((candidate) => {
    const prior = priors[candidate.axis.id]?.[candidate.list][candidate.item] ?? { bits: NaN, tokens: NaN };
    const bits = prior.bits - target.bits;
    const tokens = prior.tokens - target.tokens;
    const valence = candidate.list === 'acts' ? candidate.axis.valence : candidate.axis.oppositeValence;
    const near = Math.abs(bits) <= thresholds.matchBits;
    const even = near && Math.abs(tokens) <= thresholds.matchTokens;
    const fit: Fit =
      even && Math.sign(valence) === Math.sign(axis.oppositeValence)
        ? 'full'
        : even
          ? 'tokens'
          : near
            ? 'bits'
            : 'none';
    return {
      key: candidate.key,
      match: { axis: candidate.axis.id, list: candidate.list, item: candidate.item, bits, tokens, fit },
    };
  });
  const worse = (a: Match, b: Match): number =>
    FITS.indexOf(a.fit) - FITS.indexOf(b.fit) || Math.abs(a.bits) - Math.abs(b.bits);
  return judged.sort((a, b) => worse(a.match, b.match))[0];
}
