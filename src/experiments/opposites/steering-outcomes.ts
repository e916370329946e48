/**
 * What each steering did to the acts of an axis: the change of log2 p(opposite's act) - log2 p(unrelated act), item by item, then
 * averaged.
 */
import { mean } from '../../stats/stats.ts';
import type { AxisData } from './stored-axis.ts';
import { type SteeringId } from './steering-directions.ts';
import { JUDGED_CONTEXT } from './interventions.ts';

/** The numbers of one steering; NaN where there was no strength. */
export interface SteeringOutcome {
  readonly id: SteeringId;
  /** KL that its strength has, in nats; null where it does not come to the KL that was asked for. */
  readonly kl: number | null;
  /** Bits an act that the opposite gains over the unrelated act. */
  readonly change: number;
  /** The same of acts of X. */
  readonly own: number;
}

/** All interventions of an axis, against the same context and items unsteered. */
export function steeringOutcomesOf({
  contexts,
  tokens,
  pushes: interventions,
}: Pick<AxisData, 'contexts' | 'tokens' | 'pushes'>): SteeringOutcome[] {
  const before = contexts.find(({ key }) => key === JUDGED_CONTEXT);
  const items = tokens.opposite.length;
  return interventions.map(({ id, strength, reached, ...bits }): SteeringOutcome => {
    // The judged items are the last ones of the context.
    const gains = (act: 'opposite' | 'unrelated' | 'own'): number[] =>
      bits[act].map((value, i) => (before?.[act][before.items.indexOf(items - bits[act].length + i)] ?? NaN) - value);
    const [opposite, unrelated, own] = [gains('opposite'), gains('unrelated'), gains('own')];
    const over = (some: readonly number[]): number => mean(some.map((gain, i) => gain - (unrelated[i] ?? NaN)));
    return { id, kl: strength === null ? null : reached, change: over(opposite), own: over(own) };
  });
}
