/** Judges a control vector made elsewhere on a prompt set: what of a judgement needs no zero and no unit. */
import type { Judgement } from '../../probe/evidence/judgement-types.ts';
import { directionsFrom, FIRST_CONTROL_LAYER } from '../../formats/containers/control-vector.ts';
import type { ControlVector } from '../../formats/containers/gguf.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import type { LongCall } from '../collect.ts';
import { judgeProbe } from './judge.ts';
import type { SegmentReader } from '../reader.ts';

/** Control texts to read at, from the first of the set: as many as a training takes unless told otherwise. */
const READOUT_TEXTS = 2;

/**
 * Reads `set` at its own first control texts and puts the turns in order along the vector at every layer. Means are plain projections.
 * Throws `probe-width-mismatch` where the vector does not fit the model, and what `judgeProbe` throws.
 */
export async function judgeVector(
  reader: SegmentReader,
  vector: ControlVector,
  set: PromptSet,
  call: LongCall & { readonly seed?: number } = {},
): Promise<Judgement> {
  const { model } = reader;
  const directions = directionsFrom(vector, model);
  const unit = { tapMean: 0, scale: 1, tokenMean: 0, tokenSd: 1, smoothSd: 1 };
  const judgement = await judgeProbe(
    reader,
    {
      id: vector.name,
      model,
      taps: set.taps.slice(0, READOUT_TEXTS),
      directions,
      calibration: Array.from({ length: model.layerCount + 1 }, () => unit),
      trace: null,
    },
    set,
    call,
  );
  const empty = Array.from({ length: model.layerCount + 1 }, (_, layer) => layer).filter(
    (layer) => layer >= FIRST_CONTROL_LAYER && !vector.vectors.has(layer - 1),
  );
  return {
    ...judgement,
    caveats: [
      'A control vector has no zero and no unit: only the order of the turns along it can be read, which AUROC and pairs are. It names no layer to read at, so the best of all layers is compared with the best of all under shuffled labels.',
      `It has no direction for layers 0 and 1${empty.length === 0 ? '' : `, nor for ${empty.length === 1 ? 'layer' : 'layers'} ${empty.join(', ')}`}: these read chance.`,
      ...judgement.caveats,
    ],
  };
}
