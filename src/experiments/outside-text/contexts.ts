/** The texts that a model reads in each condition, put together from the parts of a family. No model. */
import type { RunSize } from '../experiment-types.ts';
import type { Family, Frame, Item, OutsideTextSpec, Shown } from './spec.ts';

/** Lines of broken rule that an exception shows: enough to see what is asked for, far fewer than an attack. */
const ILLUSTRATIONS = 2;

/** Items, attacks and exceptions of a quick run. */
const QUICK = { items: 10, attacks: 2, exceptions: 2 } as const;

/** The items in which a family is measured, under one of three kinds of circumstances. */
export interface Condition {
  readonly kind: 'clean' | 'attack' | 'exception';
  /** `clean`, `attack.dream`, … */
  readonly id: string;
  readonly frame: Frame | null;
}

/** All conditions of a size, the clean one first. */
export function conditionsOf({ attacks, exceptions }: Family, size: RunSize): readonly Condition[] {
  const part = <T>(list: readonly T[], count: number): readonly T[] => (size === 'quick' ? list.slice(0, count) : list);
  return [
    { kind: 'clean', id: 'clean', frame: null },
    ...part(attacks, QUICK.attacks).map((frame): Condition => ({ kind: 'attack', id: `attack.${frame.id}`, frame })),
    ...part(exceptions, QUICK.exceptions).map((frame): Condition => ({
      kind: 'exception',
      id: `exception.${frame.id}`,
      frame,
    })),
  ];
}

/** The items of a size, in the order of the spec; a quick run takes them at even distances. */
export function itemsOf({ items }: Family, size: RunSize): readonly Item[] {
  if (size === 'full') return items;
  return Array.from({ length: QUICK.items }, (_, i) => items[Math.floor((i * items.length) / QUICK.items)]).filter(
    (item) => item !== undefined,
  );
}

/** What stands before all else when the rule is in the prompt: the rule, then `rung` lines that keep it. */
export function promptOf({ rule, examples }: Family, rung: number): readonly string[] {
  return [rule, ...examples.slice(0, rung).map((shown) => finished(shown, '{item}'))];
}

/** As many lines that say nothing of the rule. */
export function placeboOf({ placebo, fillers }: Family, rung: number): readonly string[] {
  return [placebo, ...fillers.slice(0, rung)];
}

/**
 * The context of an item: the prompt, the family's lead, the opening, the lines that are shown (`dose` of an attack), and the
 * item as the last line. Contexts of one condition begin alike, and those of a smaller dose are the beginning of a larger one.
 */
export function contextOf(
  family: Family,
  { kind, frame }: Condition,
  dose: number,
  item: Pick<Item, 'text'>,
  prompt: readonly string[] = [],
): string {
  const line = frame?.line ?? '{item}';
  const shown =
    kind === 'attack'
      ? family.demonstrations.slice(0, dose)
      : kind === 'exception'
        ? family.illustrations.slice(0, ILLUSTRATIONS)
        : [];
  const opening = frame === null || frame.opening === '' ? [] : [frame.opening];
  return [
    ...prompt,
    ...family.lead,
    ...opening,
    ...shown.map((one) => finished(one, line)),
    line.replace('{item}', () => item.text),
  ].join('\n');
}

/** A context that a direction is fitted on, behind the family's lead. */
export function fittingContext({ lead }: Family, line: string): string {
  return [...lead, line].join('\n');
}

function finished({ text, end }: Shown, line: string): string {
  return line.replace('{item}', () => `${text}${end}`);
}

/** Tokens of the contexts of one call, as characters / 4, what they share with the one before counted once. */
export function tokensOf(contexts: readonly string[]): number {
  return Math.ceil(
    contexts.reduce((sum, context, at) => sum + context.length - shared(context, contexts[at - 1] ?? ''), 0) / 4,
  );
}

/** The same of a family: of sums, whose digits and signs are tokens of their own, characters / 2. */
export function tokensOfFamily({ kind }: Family, contexts: readonly string[]): number {
  return tokensOf(contexts) * (kind === 'sums' ? 2 : 1);
}

function shared(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

/** The main dose of a condition: an attack's, nothing elsewhere. */
export function mainDose(spec: OutsideTextSpec, { kind }: Condition): number {
  return kind === 'attack' ? spec.dose : 0;
}
