/** A probe without its vectors: what `probe.json` alone holds, and all that a page or a card shows of it. */
import type { ByPole } from './heads.ts';
import type { LexicalModel, NullModel, PoleHead, Probe } from './probe-types.ts';

/** Everything of a {@link PoleHead} but the tensors. */
export interface PoleCard extends Omit<PoleHead, 'directions' | 'lexical'> {
  readonly lexical: Omit<LexicalModel, 'weights'>;
}

/** Everything of a {@link Probe} but the tensors. */
export interface ProbeHead extends Omit<Probe, 'directions' | 'steering' | 'placebos' | 'lexical' | 'nullModel' | 'poles'> {
  readonly lexical: Omit<LexicalModel, 'weights'>;
  readonly poles: ByPole<PoleCard> | null;
  readonly nullModel: Omit<NullModel, 'factor' | 'featureScale' | 'center' | 'drift'>;
}
