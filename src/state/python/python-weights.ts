/** Where a Python program finds the weights that Flipside read. */
import type { PythonWeights } from '../../formats/python/program-types.ts';
import type { QuantisedBits } from '../../models/checkpoint/kept-weights.ts';
import { dtypeOf } from '../../models/model-dtype.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';

/** What is known of the model; a recording has its id alone. */
type KnownModel = Pick<ModelIdentity, 'id' | 'dtype' | 'container' | 'adapter'>;

/** What a program opens for each kind of file. A page knows no folder, so the program names one beside itself. */
const BY_CONTAINER = {
  gguf: ({ id }) => ({
    model: '.',
    gguf: `${id}.gguf`,
    origin: 'Put the GGUF file beside it, and its name below.',
  }),
  safetensors: ({ id }) => ({
    model: id,
    gguf: null,
    origin: 'MODEL is the folder, or the name on the Hub, of the safetensors that Flipside read.',
  }),
  onnx: ({ id }) => ({
    model: `${id}-float32`,
    gguf: null,
    origin: 'MODEL is a float32 copy of the ONNX weights: flipside weights --model FOLDER --out MODEL.',
  }),
} satisfies Record<NonNullable<ModelIdentity['container']> | 'onnx', (model: KnownModel) => PythonWeights>;

/** Bits by the variant of safetensors that were quantised when they were read. */
const QUANTISED: Readonly<Record<string, QuantisedBits>> = { q8: 8, q4: 4 };

/** The weights of a model, and in a sentence where they come from. */
export function pythonWeights(model: KnownModel): PythonWeights {
  const weights: PythonWeights = BY_CONTAINER[model.container ?? 'onnx'](model);
  const bits = model.container === 'safetensors' ? QUANTISED[dtypeOf(model) ?? ''] : undefined;
  const merged = model.adapter === undefined ? null : `Merge the adapter ${model.adapter} into them first.`;
  const origin = merged === null ? weights.origin : `${weights.origin ?? ''} ${merged}`;
  return { ...weights, origin, ...(bits && { rounded: bits }) };
}
