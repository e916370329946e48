/** A probe without its vectors: what `probe.json` alone holds, and all that a page or a card shows of it. */
import type { ByPole } from './heads.ts';
import type { LexicalModel, NullModel, PoleHead, Probe } from './probe-types.ts';
import type { TraceDirections, TraceNull, TraceReadout } from './trace-types.ts';

/** Everything of a {@link PoleHead} but the tensors. */
export interface PoleCard extends Omit<PoleHead, 'directions' | 'lexical'> {
  readonly lexical: Omit<LexicalModel, 'weights'>;
}

/** Everything of a {@link Probe} but the tensors. */
export interface ProbeHead extends Omit<
  Probe,
  'directions' | 'steering' | 'placebos' | 'lexical' | 'nullModel' | 'poles' | 'trace'
> {
  readonly lexical: Omit<LexicalModel, 'weights'>;
  readonly poles: ByPole<PoleCard> | null;
  readonly nullModel: Omit<NullModel, 'factor' | 'featureScale' | 'center' | 'drift'>;
  readonly trace: TraceCard | null;
}

/** Everything of a trace head but the tensors. */
export interface TraceHeadCard {
  readonly zero: TraceDirections['zero'];
  readonly scale: number;
  readonly poles: ByPole<Pick<TraceDirections, 'zero'>>;
  readonly nullModel: Pick<TraceNull, 'layers' | 'rank' | 'seed' | 'count'>;
}

/** Everything of a {@link TraceReadout} but the tensors. */
export interface TraceCard extends Omit<TraceReadout, 'ends' | 'inside'> {
  readonly ends: TraceHeadCard;
  readonly inside: TraceHeadCard;
}
