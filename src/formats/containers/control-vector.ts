/**
 * A probe's directions as a control vector for llama.cpp, and an imported control vector as directions.
 *
 * Which layer is which: llama.cpp adds `direction.N` to the output of block N, counted from 0 (common/common.cpp, where N
 * from 1 is stored at (N-1)·width, and llama_adapter_cvec::apply, where block il takes what lies at (il-1)·width);
 * repeng trains `direction.N` on that same output. Our layer l is the stream that enters block l, which is the output of
 * block l-1; the last layer leaves the last block. So `direction.N` is our layer N+1. Layers 0 (the embeddings) and 1
 * (the output of block 0) have no number in the format.
 */
import { AppError } from '../../base/errors.ts';
import type { ModelIdentity, Probe } from '../../probe/probe-types.ts';
import type { ControlVector } from './gguf.ts';

/** The first of our layers that a control vector can hold. */
export const FIRST_CONTROL_LAYER = 2;

/**
 * The control vector of a probe, with its own lengths: `steering` is made for steering (scale 1 is the whole difference of
 * the poles' means at every layer at once), `directions` has length 1 and is made for reading. Positive scales steering to the positive
 * pole. The model's id goes into `controlvector.model_hint`; llama.cpp does not look at it.
 */
export function controlVectorOf(
  probe: Pick<Probe, 'title' | 'axis' | 'model' | 'steering' | 'directions'>,
  which: 'steering' | 'directions',
): ControlVector {
  const { layerCount, hidden, id } = probe.model;
  const rows = probe[which];
  const vectors = new Map<number, Float32Array>();
  for (let layer = FIRST_CONTROL_LAYER; layer <= layerCount; layer += 1)
    vectors.set(layer - 1, rows.slice(layer * hidden, (layer + 1) * hidden));
  return { name: `${probe.title} (${which}, ${probe.axis.negative} to ${probe.axis.positive})`, model: id, vectors };
}

/**
 * The directions of a control vector for a model, in the vector's own lengths: `[layers, hidden]`, layers = model.layerCount + 1;
 * layers that it does not name are zero, as llama.cpp takes them. Throws `probe-width-mismatch` where it has another width or
 * names blocks that the model lacks. Equal width does not prove that it was made for these weights: show its `model` beside it.
 */
export function directionsFrom(vector: ControlVector, model: ModelIdentity): Float32Array {
  const out = new Float32Array((model.layerCount + 1) * model.hidden);
  for (const [direction, values] of vector.vectors) {
    const details = {
      vectorModel: vector.model,
      vectorHidden: values.length,
      direction,
      model: model.id,
      modelHidden: model.hidden,
      modelLayers: model.layerCount,
    };
    const whose = vector.model === '' ? 'The control vector' : `The control vector for "${vector.model}"`;
    const remedy = 'Take one that was made for this model.';
    if (values.length !== model.hidden)
      throw new AppError(
        'probe-width-mismatch',
        `${whose} has ${values.length} numbers a layer, but ${model.id} gives ${model.hidden}. ${remedy}`,
        details,
      );
    if (direction >= model.layerCount)
      throw new AppError(
        'probe-width-mismatch',
        `${whose} has a direction for block ${direction}, but the last block of ${model.id} is ${model.layerCount - 1}. ${remedy}`,
        details,
      );
    out.set(values, (direction + 1) * model.hidden);
  }
  return out;
}
