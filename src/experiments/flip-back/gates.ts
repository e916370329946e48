/** What must hold before either half may be read. */
import { clusterAuroc } from '../../stats/effect.ts';
import type { Gate } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { bare, solid } from './estimates.ts';
import type { Free } from './free-half.ts';
import type { Prepared } from './prepare.ts';
import type { FlipBackSpec } from './spec.ts';
import { lineOf, MIDDLE, type Trace } from './traces.ts';

/** Beats at which stories that never switch must be told apart. */
const ASKED_AT = [4, 12] as const;

/** Gates of the forced half: the instrument and the stories. */
export function forcedGates(spec: FlipBackSpec, prepared: Prepared, traces: readonly Trace[]): Gate[] {
  const { thresholds } = spec;
  const instrument = prepared.instruments.moral;
  const layer = prepared.layers[MIDDLE];
  const quality = bare(instrument?.quality[layer] ?? NaN, instrument?.topics ?? 0, 'every topic left out in turn');
  return [
    gate(
      'instrument',
      `The instrument tells kind from cruel fit texts that it was not fitted to, at layer ${layer}.`,
      'AUROC',
      quality,
      thresholds.instrumentAuroc,
      'value',
    ),
    ...ASKED_AT.map((beat) =>
      gate(
        `stories-${beat}`,
        `After ${beat} beats stories that were always kind read above those that were always cruel.`,
        'AUROC',
        aurocAt(spec, traces, beat),
        thresholds.aurocFloor,
        'interval',
      ),
    ),
  ];
}

/** The gate of the formal axis, which only a DENY needs. */
export function controlGate(spec: FlipBackSpec, traces: readonly Trace[]): Gate {
  return gate(
    'control',
    'After 12 beats stories that were always formal read above those that were always casual; a DENY rests on it.',
    'AUROC',
    aurocAt(spec, traces, 12),
    spec.thresholds.aurocFloor,
    'interval',
  );
}

/** Gates of the free half: two labellers that agree, and enough sentences of both poles. */
export function freeGates({ thresholds }: FlipBackSpec, free: Free): Gate[] {
  return [
    gate(
      'kappa',
      'The probe and the judge agree on written sentences beyond chance; the free half rests on it.',
      "Cohen's kappa",
      free.kappa,
      thresholds.kappa,
      'value',
    ),
    gate(
      'both-poles',
      'Sentences of the rarer pole that were followed by another; the free half rests on it.',
      'sentences',
      free.followed,
      thresholds.fewestLeaves,
      'value',
    ),
  ];
}

function gate(id: string, says: string, unit: string, found: Estimate, at: number, needs: Gate['needs']): Gate {
  const measured = solid(found);
  const decides = needs === 'value' ? measured.value : measured.low;
  return { id, says, unit, measured, side: 'above', at, needs, passed: decides !== null && decides >= at };
}

function aurocAt({ draws, seed }: FlipBackSpec, traces: readonly Trace[], beat: number): Estimate {
  const scores = traces.flatMap((trace) => [
    lineOf(trace, 'all-light')[beat] ?? NaN,
    lineOf(trace, 'all-dark')[beat] ?? NaN,
  ]);
  return clusterAuroc(
    scores,
    scores.map((_, i) => (i % 2 === 0 ? 1 : -1)),
    scores.map((_, i) => Math.floor(i / 2)),
    draws,
    seed,
  );
}
