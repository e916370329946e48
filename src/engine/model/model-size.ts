/** How much a model computes, by its graph, by the heads of its files, or by their bytes alone: what a short run reckons with. */
import type { ModelSize } from '../../models/device-trial.ts';
import { dtypeOfGraph } from '../../models/model-dtype.ts';
import type { ModelToRun } from '../../models/model-to-run.ts';
import { describeDecoder, type DecoderShape } from '../../graph/decoder-shape.ts';
import type { WeightNumbers } from '../../graph/weight-numbers.ts';
import { needsOf } from '../capability/probe-gpu.ts';
import type { OpenedCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { roomForUnpacked } from '../ort/web-products.ts';
import type { OfferedFile } from '../../models/model-offer.ts';

/** Bits of a weight with its share of scales and zero points: blocks of 32, as exporters make them. */
const BITS: Readonly<Record<WeightNumbers, number>> = { q4: 5, q4f16: 4.5, q8: 9, fp16: 16, fp32: 32 };

/** Layers of a model that does not say how many it has: about what small language models have. */
const USUAL_LAYERS = 28;

/** What a checkpoint takes, by its heads: the graph that is built of it says in how many bits its weights are multiplied. */
export function checkpointToRun({ graph, about }: Pick<OpenedCheckpoint, 'graph' | 'about'>): ModelToRun {
  return toRun(describeDecoder(graph), about.parameters);
}

/** The same of a graph, whose weights are counted by their bytes. */
export function graphToRun(shape: DecoderShape): ModelToRun {
  return toRun(shape, (8 * shape.weightBytes) / BITS[shape.numbers]);
}

function toRun(shape: DecoderShape, weights: number): ModelToRun {
  return { size: sized(shape.layerCount, weights, BITS[shape.numbers]), needs: needsOf(shape) };
}

/** By the bytes of the files that hold weights, in the numbers that the graph's name says; `layers` is 0 where nothing says it. */
export function filesToRun(files: readonly Pick<OfferedFile, 'path' | 'role' | 'bytes'>[], layers: number): ModelToRun {
  const heavy = files.filter(({ role }) => ['graph', 'weights', 'checkpoint'].includes(role));
  const bits = BITS[numbersNamed(heavy)];
  const bytes = heavy.reduce((sum, file) => sum + file.bytes, 0);
  return { size: sized(layers || USUAL_LAYERS, (8 * bytes) / bits, bits), needs: {} };
}

/** Checkpoints that cannot be looked into are mostly of 16 bits, other graphs of 4. */
function numbersNamed(files: readonly Pick<OfferedFile, 'path' | 'role'>[]): WeightNumbers {
  if (files.some(({ role }) => role === 'checkpoint')) return 'fp16';
  const named = dtypeOfGraph(files.find(({ role }) => role === 'graph')?.path ?? '') ?? '';
  if (named === 'int8' || named === 'uint8') return 'q8';
  return Object.hasOwn(BITS, named) ? (named as WeightNumbers) : 'q4';
}

const sized = (layers: number, weights: number, bits: number): ModelSize => ({
  layers,
  weights,
  bits,
  unpacked: 4 * weights <= roomForUnpacked(),
});
