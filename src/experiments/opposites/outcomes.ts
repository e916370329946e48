/**
 * From what was measured of an axis to its numbers. The gain of an act Y by a context is W(X→Y) = E(Y | neutral) - E(Y | context),
 * with E = -log2 p in bits; the outcome is ΔW = W(X→opposite) - W(X→unrelated), item by item, then averaged over items and orders.
 */
import { mean } from '../../stats/stats.ts';
import type { AxisData, ContextBits } from './stored-axis.ts';

/** Mean gains in bits an act. */
export interface Gains {
  readonly opposite: number;
  readonly unrelated: number;
  readonly own: number;
}

/** The numbers of one kind of context, `shown8` or `named`. */
export interface KindOutcome {
  readonly gains: Gains;
  /** ΔW in bits an act: gains.opposite - gains.unrelated. */
  readonly specific: number;
  /** The same with every act's gain divided by its tokens. */
  readonly specificPerToken: number;
  /** gains.own - gains.unrelated: whether the context makes X's own acts cheaper at all. */
  readonly ownSpecific: number;
}

/** The outcomes of an axis by kind of context; kinds that were not run are missing. */
export type Outcomes = Readonly<Record<string, KindOutcome>>;

const ACTS = ['opposite', 'unrelated', 'own'] as const;

/** All kinds of an axis. Each order is set against its own neutral context; halves of `opposite` against that of order 0. */
export function outcomesOf({ contexts, tokens }: Pick<AxisData, 'contexts' | 'tokens'>): Outcomes {
  const kinds = [...new Set(contexts.map(({ key }) => kindOf(key)))].filter((kind) => kind !== 'neutral');
  return Object.fromEntries(
    kinds.map((kind) => {
      const gains = contexts
        .filter(({ key }) => kindOf(key) === kind)
        .flatMap((context) => itemGains(context, neutralFor(contexts, context), tokens));
      const total = (pick: (gain: ItemGain) => number): number => mean(gains.map(pick));
      const each = {
        opposite: total((gain) => gain.opposite),
        unrelated: total((gain) => gain.unrelated),
        own: total((gain) => gain.own),
      };
      return [
        kind,
        {
          gains: each,
          specific: each.opposite - each.unrelated,
          specificPerToken: total((gain) => gain.perToken),
          ownSpecific: each.own - each.unrelated,
        },
      ];
    }),
  );
}

/** Mean bits of the opposite's acts in the neutral contexts: the prior that the fit takes account of. */
export function neutralBits({ contexts }: Pick<AxisData, 'contexts'>, act: (typeof ACTS)[number]): number {
  return mean(contexts.filter(({ key }) => kindOf(key) === 'neutral').flatMap((context) => context[act]));
}

interface ItemGain extends Gains {
  readonly perToken: number;
}

function itemGains(context: ContextBits, neutral: ContextBits | undefined, tokens: AxisData['tokens']): ItemGain[] {
  return context.items.map((item, i) => {
    const before = neutral?.items.indexOf(item) ?? -1;
    const [opposite, unrelated, own] = ACTS.map(
      (act) => (neutral?.[act][before] ?? NaN) - (context[act][i] ?? NaN),
    ) as [number, number, number];
    return {
      opposite,
      unrelated,
      own,
      perToken: opposite / (tokens.opposite[item] ?? NaN) - unrelated / (tokens.unrelated[item] ?? NaN),
    };
  });
}

function neutralFor(contexts: readonly ContextBits[], { key }: ContextBits): ContextBits | undefined {
  const order = kindOf(key) === 'opposite' ? '0' : orderOf(key);
  return contexts.find((context) => context.key === `neutral.${order}`);
}

function kindOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.'));
}

function orderOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
