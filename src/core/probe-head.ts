/** A probe without its vectors: what `probe.json` alone holds, and all that a page or a card shows of it. */
import type { LexicalModel, NullModel, Probe } from './probe-types.ts';

/** Everything of a {@link Probe} but the tensors. */
export interface ProbeHead extends Omit<Probe, 'directions' | 'steering' | 'lexical' | 'nullModel'> {
  readonly lexical: Omit<LexicalModel, 'weights'>;
  readonly nullModel: Omit<NullModel, 'factor' | 'featureScale' | 'center' | 'drift'>;
}
