/**
 * The texts of one axis. Every context has as many sentences as the largest dose: what shows, names or denies X stands last,
 * neutral sentences before it fill it up. So a context differs from the neutral one in what its last sentences say, not in length.
 */
import type { RunSize } from '../experiment-types.ts';
import type { Question } from '../subject.ts';
import { CELLS, cellOf, type OppositesSpec } from './spec.ts';
import type { OppositesAxis } from './strings.ts';

/** An axis that a run uses, and where it stands in the spec. */
export interface UsedAxis {
  readonly axis: OppositesAxis;
  readonly at: number;
  readonly unit: string;
}

/** What a size uses. `quick` is fixed here: some axes a cell, half of the items, the largest dose and the name alone, and no steering. */
export interface Extent {
  readonly axes: readonly UsedAxis[];
  readonly items: number;
  readonly doses: readonly number[];
  /** Contexts of each kind, of different neutral sentences and X's sentences in another order. */
  readonly orders: number;
  readonly negated: boolean;
  readonly opposite: boolean;
  /** Whether the stream is steered. */
  readonly steered: boolean;
  /** Where unrelated acts are taken from: all axes and items, whatever is run of them, or few would fit. */
  readonly pool: ActPool;
}

/** The acts of some axes, of each as many as `items`. */
export interface ActPool {
  readonly axes: readonly UsedAxis[];
  readonly items: number;
}

/** One context and the items whose acts are asked for after it. */
export interface PlannedContext {
  /** `neutral.0`, `shown8.1`, `named.0`, `negated.0`, `opposite.1`: its kind, and its order or half. */
  readonly key: string;
  readonly text: string;
  readonly items: readonly number[];
}

/** The acts of one item, in the order in which they are asked for. */
export interface ItemActs {
  readonly opposite: string;
  readonly unrelated: string;
  readonly own: string;
}

/** How far the neutral sentences move on from one axis to the next, so that no two axes next to each other share them in one order. */
const STEP = 5;

/** What a run of this size uses. */
export function extentOf(spec: OppositesSpec, size: RunSize): Extent {
  const items = spec.triggers.length;
  const all = spec.axes.map((axis, at) => ({ axis, at, unit: `${cellOf(axis)}-${axis.id}` }));
  const largest = spec.doses.at(-1) ?? 1;
  const pool = { axes: all, items };
  if (size === 'full')
    return { ...pool, doses: spec.doses, orders: 2, negated: true, opposite: true, steered: true, pool };
  const most = spec.thresholds.axesPerCellQuick;
  const axes = CELLS.flatMap(({ id }) => all.filter(({ axis }) => cellOf(axis) === id).slice(0, most));
  return {
    axes,
    items: Math.ceil(items / 4) * 2,
    doses: [largest],
    orders: 1,
    negated: false,
    opposite: false,
    steered: false,
    pool,
  };
}

/** The contexts of an axis. The two orders share no neutral sentence and show X in opposite orders. */
export function contextsOf(spec: OppositesSpec, { axis, at }: UsedAxis, extent: Extent): PlannedContext[] {
  const length = spec.doses.at(-1) ?? 1;
  const items = range(extent.items);
  const half = spec.triggers.length / 2;
  return range(extent.orders).flatMap((order): PlannedContext[] => {
    const filler = neutralOf(spec, at, order, length);
    const shows = order % 2 === 0 ? axis.shows : [...axis.shows].reverse();
    const after = (last: readonly string[]): string => [...filler.slice(0, length - last.length), ...last].join(' ');
    const whole = (key: string, last: readonly string[]): PlannedContext => ({
      key: `${key}.${order}`,
      text: after(last),
      items,
    });
    // Doses below the largest need one order: they draw the curve and decide nothing.
    const doses = extent.doses.filter((dose) => order === 0 || dose === length);
    const named = spec.naming.named.replace('{called}', axis.called);
    const negated = spec.naming.negated.replace('{called}', axis.called);
    return [
      whole('neutral', []),
      whole('named', [named]),
      ...(extent.negated ? [whole('negated', [negated])] : []),
      ...doses.map((dose) => whole(`shown${dose}`, shows.slice(0, dose))),
      // What shows the opposite is one half of its own acts, so the other half is asked for: an act must not be read
      // before it is asked for.
      ...(extent.opposite && order === 0
        ? [0, 1].map((h): PlannedContext => ({
            key: `opposite.${h}`,
            text: after(halfOf(axis.oppositeActs, h).map(asSentence)),
            items: items.filter((item) => Math.floor(item / half) !== h),
          }))
        : []),
    ];
  });
}

/** The neutral contexts that acts are matched in, each with a trigger of its own. They share no sentence. */
export function matchingContexts(spec: OppositesSpec): string[] {
  const length = spec.doses.at(-1) ?? 1;
  return [0, 1].map(
    (order) =>
      `${neutralOf(spec, 0, order, length).join(' ')} ${spec.triggers[(order * spec.triggers.length) / 2] ?? ''}`,
  );
}

/** One question an item and context, contexts in their order; continuations: opposite, unrelated, own. */
export function questionsOf(
  spec: OppositesSpec,
  contexts: readonly PlannedContext[],
  acts: readonly ItemActs[],
): Question[] {
  return contexts.flatMap(({ text, items }) =>
    items.map((item) => {
      const { opposite, unrelated, own } = acts[item] ?? { opposite: '', unrelated: '', own: '' };
      return { context: `${text} ${spec.triggers[item] ?? ''}`, continuations: [opposite, unrelated, own] };
    }),
  );
}

/** An act as a sentence of its own. */
export function asSentence(act: string): string {
  return `He ${act}`;
}

/** The first or the second half of one string an item. */
export function halfOf(strings: readonly string[], half: number): readonly string[] {
  const count = strings.length / 2;
  return strings.slice(half * count, (half + 1) * count);
}

/** Neutral sentences of an axis for one of two halves; the halves never share one, whatever the axes. */
export function neutralOf(spec: OppositesSpec, at: number, half: number, count: number): string[] {
  const pool = halfOf(spec.neutral, half);
  return range(count).map((i) => pool[(at * STEP + i) % pool.length] ?? '');
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
