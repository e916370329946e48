/**
 * What a placement does, topic by topic. Δ is what it adds to the log odds of the rule in a context, in nats.
 *
 * - left under attack: Σ over topics of the mean Δ over attacks / Σ of the mean clean Δ. 1: all of the supervision is left.
 * - left in exceptions: the same over exceptions; flexibility is 1 less this.
 * - left elsewhere: the same over contexts that are neither. What is lost there too is lost to any other context, not to the attack.
 * - outside-textiness: o = 1 − Σ (Δ − its topic's mean)² / Σ Δ², over contexts that are neither clean, attacks nor exceptions.
 *   1: what is added does not depend on the context.
 * - cost: nats that the right next word loses in another task and in neutral text, at the shared strength.
 *
 * A text cannot be made weaker at will. What it adds is multiplied by the weight that brings its mean clean Δ to the shared effect, which
 * is what a geometric mixture of the scores with and without it adds; shares and o do not depend on that weight.
 */
import { mean } from '../../stats/stats.ts';
import type { TopicData } from './data.ts';
import { editCost } from './odds.ts';
import { type Condition, conditionsOf } from './plan.ts';
import type { BESIDE } from './run.ts';
import { type Family, type Placement, PLACEMENTS, type PlacementsSpec, TEXTS } from './spec.ts';

/** A placement at the shared strength; lists hold one value a topic. */
export interface Placed {
  readonly placement: Placement;
  /** Mean clean Δ before any weight: the share of open gates of gated scores, 1 of fixed ones. */
  readonly reached: number;
  readonly weight: number;
  readonly clean: readonly number[];
  readonly attacked: readonly number[];
  readonly excepted: readonly number[];
  readonly elsewhere: readonly number[];
  /** Of o: Σ (Δ − mean)² and Σ Δ². */
  readonly scatter: readonly number[];
  readonly square: readonly number[];
  readonly costs: Readonly<Record<(typeof BESIDE)[number], readonly number[]>>;
}

/** A placement that does not come to the shared strength, and how far it came; null where it could not be tried. */
export interface Missing {
  readonly placement: Placement;
  readonly reached: number | null;
}

/** Topics that count, and how often: places in the list of topics. */
export type Picked = ArrayLike<number>;

/** Every placement that has the shared strength, in order from inside the text to outside of it, and those that have not. */
export function placedOf(
  spec: PlacementsSpec,
  family: Family,
  topics: readonly TopicData[],
): { readonly placed: readonly Placed[]; readonly missing: readonly Missing[] } {
  const placed: Placed[] = [];
  const missing: Missing[] = [];
  for (const placement of PLACEMENTS) {
    const raw = topics.map((topic) => addedOf(topic, placement));
    if (raw.some((added) => added === null)) {
      missing.push({ placement, reached: null });
      continue;
    }
    const clean = raw.map((added) => mean(added?.('clean') ?? []));
    const reached = mean(clean);
    const weight = weightOf(spec, family, placement, reached);
    if (weight === null) {
      missing.push({ placement, reached });
      continue;
    }
    const of = (kind: Condition['kind']): number[][] =>
      raw.map((added) =>
        conditionsOf(family)
          .filter((condition) => condition.kind === kind)
          .flatMap(({ id }) => (added?.(id) ?? []).map((value) => weight * value)),
      );
    const elsewhere = of('elsewhere');
    placed.push({
      placement,
      reached,
      weight,
      clean: clean.map((value) => weight * value),
      attacked: of('attack').map(mean),
      excepted: of('exception').map(mean),
      elsewhere: elsewhere.map(mean),
      scatter: elsewhere.map((values) => values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0)),
      square: elsewhere.map((values) => values.reduce((sum, value) => sum + value ** 2, 0)),
      costs: {
        tasks: topics.map((topic) => costOf(family, topic, placement, weight, 'tasks')),
        neutral: topics.map((topic) => costOf(family, topic, placement, weight, 'neutral')),
      },
    });
  }
  return { placed, missing };
}

/** Δ item by item in a condition, before any weight; null where the placement was not read. */
function addedOf({ odds, gate }: TopicData, placement: Placement): ((condition: string) => readonly number[]) | null {
  const none = odds.get('none');
  if (placement === 'fixed') return (condition) => (gate.get(condition) ?? []).map(() => 1);
  if (placement === 'gated') return (condition) => gate.get(condition) ?? [];
  const own = odds.get(placement);
  if (own === undefined) return null;
  return (condition) =>
    (own.get(condition) ?? []).map((value, item) => value - (none?.get(condition)?.[item] ?? Number.NaN));
}

/** What the Δ of a placement is multiplied by; null where it does not come to the shared effect. */
function weightOf(
  { thresholds }: PlacementsSpec,
  { effect }: Family,
  placement: Placement,
  reached: number,
): number | null {
  const { tolerance, strongestBias } = thresholds;
  const weight = effect / reached;
  if (placement === 'fixed') return weight;
  if (placement === 'gated') return reached > 0 && weight <= strongestBias ? weight : null;
  if (TEXTS.some((text) => text === placement)) return reached >= effect * (1 - tolerance) ? weight : null;
  return Math.abs(reached / effect - 1) <= tolerance ? 1 : null;
}

/** Mean nats that the right next word loses. Of a text it is the weight times the loss, which is at most what the mixture loses. */
function costOf(
  { kind }: Family,
  { beside }: TopicData,
  placement: Placement,
  weight: number,
  what: (typeof BESIDE)[number],
): number {
  const { logP, gate, moved } = beside[what];
  if (placement === 'fixed' || placement === 'gated') {
    // A sentence's word gains β, words that break a rule lose it.
    const side = kind === 'sentence' ? 1 : -1;
    return mean(
      moved.map((log, i) => editCost(log, side * weight * (placement === 'fixed' ? 1 : (gate[i] ?? Number.NaN)))),
    );
  }
  const [none, own] = [logP.get('none') ?? [], logP.get(placement) ?? []];
  return weight * mean(none.map((value, i) => value - (own[i] ?? Number.NaN)));
}

/** Share of the supervision that attacks leave, over the topics `pick`. */
export function leftUnderAttack({ attacked, clean }: Placed, pick: Picked): number {
  return over(attacked, pick) / over(clean, pick);
}

/** Share of it that is there in exceptions. */
export function leftInExceptions({ excepted, clean }: Placed, pick: Picked): number {
  return over(excepted, pick) / over(clean, pick);
}

/** Share of it that is there in contexts that neither attack it nor except from it. */
export function leftElsewhere({ elsewhere, clean }: Placed, pick: Picked): number {
  return over(elsewhere, pick) / over(clean, pick);
}

/** o over the topics `pick`. */
export function outsideTextiness({ scatter, square }: Placed, pick: Picked): number {
  return 1 - over(scatter, pick) / over(square, pick);
}

function over(values: readonly number[], pick: Picked): number {
  let sum = 0;
  for (let i = 0; i < pick.length; i += 1) sum += values[pick[i] ?? -1] ?? Number.NaN;
  return sum;
}
