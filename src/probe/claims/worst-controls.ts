/** Of everything that should move a probe, or leave it alone, what comes out worst. */
import { wantedOf } from './claim-beyond.ts';
import { HIGH, NEAR, type Verdict, verdict } from './verdict.ts';
import type { Effect, Report } from '../report-types.ts';

/** The worst effect of one control, or what another axis does. */
export interface WorstControl extends Effect {
  /** The control's set, or the other axis. */
  readonly name: string;
  readonly found: Verdict;
  /** Whether the probe should stay where it is. */
  readonly near: boolean;
  /** What n counts. */
  readonly counted: 'items' | 'topics';
}

const WORST_FIRST: Readonly<Record<Verdict, number>> = { 'not as wanted': 0, open: 1, 'as wanted': 2 };

/**
 * At most `most`, the worst first: what is not as wanted, then what cannot be told, then the rest; among those, the one
 * whose interval reaches furthest from what is wanted, in halves of it. One row a control, another axis being one too.
 */
export function worstControls({ axis, controls, transfer }: Report, most: number): WorstControl[] {
  const effects = controls.map(({ name, effects: own }) =>
    own.map((effect) => ({ ...effect, name, wanted: wantedOf(axis, name, effect), counted: 'items' as const })),
  );
  const axes = transfer
    .filter(({ kind }) => kind === 'axis')
    .map(({ name, auroc }) => [
      { name, label: 'AUROC', estimate: auroc, unit: 'AUROC', wanted: 'near 0.5', counted: 'topics' } as const,
    ]);
  return [...effects, ...axes]
    .flatMap((group) => sorted(group.map(judged)).slice(0, 1))
    .sort(byWorst)
    .slice(0, most);
}

function judged(effect: Omit<WorstControl, 'found' | 'near'>): WorstControl {
  return {
    ...effect,
    found: verdict(effect.estimate, effect.wanted, effect.unit),
    near: effect.wanted === 'near zero' || effect.wanted === 'near 0.5',
  };
}

const sorted = (effects: readonly WorstControl[]): WorstControl[] => [...effects].sort(byWorst);

function byWorst(a: WorstControl, b: WorstControl): number {
  return WORST_FIRST[a.found] - WORST_FIRST[b.found] || short(b) - short(a);
}

/** How far the worse end of an interval lies outside of what is wanted, in halves of the interval; 0 where there is none. */
function short({ estimate: { low, high }, wanted, unit }: WorstControl): number {
  if (low === null || high === null) return 0;
  const half = Math.max((high - low) / 2, Number.EPSILON);
  const apart = (value: number): number => (Math.max(value - low, high - value) - NEAR[unit]) / half;
  switch (wanted) {
    case 'above zero':
      return -low / half;
    case 'below zero':
      return high / half;
    case 'near zero':
      return apart(0);
    case 'near 0.5':
      return apart(0.5);
    case 'above 0.5':
      return (0.5 - low) / half;
    case 'near 1':
      return (HIGH - low) / half;
  }
}
