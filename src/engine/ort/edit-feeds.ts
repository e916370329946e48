/** What a graph changes after its layers (see src/graph/stream-edits.ts), as feeds of every pass. */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../base/errors.ts';
import { editInputs } from '../../graph/stream-edits.ts';
import type { DecoderSizes, LayerEdit } from '../decoder.ts';

/** The bound that bounds nothing: the largest float32, since Infinity less Infinity would be no number. */
const FAR = 3.4e38;

/** Feeds that can be set. */
export interface EditFeeds {
  /** The feeds of a pass of so many tokens. Throws `internal` where an edit has numbers for another number of tokens. */
  feeds(tokens: number): Readonly<Record<string, Tensor>>;
  /**
   * Sets what is done after each layer; nothing after those that are not named. Throws `internal` for a layer or width
   * that there is not.
   */
  set(edits: ReadonlyMap<number, LayerEdit>): void;
}

/** Feeds that change nothing at first. Tensors are on the CPU, wherever the graph runs: a pass that is edited is not the fast one. */
export function createEditFeeds(TensorClass: TensorConstructor, sizes: DecoderSizes): EditFeeds {
  const { layerCount, hidden } = sizes;
  const floats = (values: Float32Array, dims: readonly number[]): Tensor => new TensorClass('float32', values, dims);
  const nothing = {
    add: floats(new Float32Array(hidden), [1, 1, hidden]),
    direction: floats(new Float32Array(hidden), [1, 1, hidden]),
    low: floats(Float32Array.of(-FAR), [1, 1, 1]),
    high: floats(Float32Array.of(FAR), [1, 1, 1]),
  };
  const bounds = (bound: number | readonly number[]): Tensor => {
    const values = Float32Array.from(typeof bound === 'number' ? [bound] : bound, (value) =>
      Math.max(-FAR, Math.min(FAR, value)),
    );
    return floats(values, [1, values.length, 1]);
  };
  const tensorsOf = ({ add, bound }: LayerEdit): typeof nothing => ({
    add: add === null ? nothing.add : floats(add, [1, add.length / hidden, hidden]),
    ...(bound === null
      ? { direction: nothing.direction, low: nothing.low, high: nothing.high }
      : { direction: floats(bound.direction, [1, 1, hidden]), low: bounds(bound.low), high: bounds(bound.high) }),
  });
  const feedsOf = (layer: number, { add, direction, low, high }: typeof nothing): [string, Tensor][] => {
    const names = editInputs(layer);
    return [
      [names.add, add],
      [names.direction, direction],
      [names.low, low],
      [names.high, high],
    ];
  };
  const off = Array.from({ length: layerCount }, (_, layer) => feedsOf(layer, nothing));
  let feeds = Object.fromEntries(off.flat());
  /** Tokens of the passes that the edits are made for, null for any. */
  let madeFor: number | null = null;
  return {
    feeds(tokens) {
      if (madeFor !== null && madeFor !== tokens)
        throw new AppError('internal', `Edits made for ${madeFor} tokens met a pass of ${tokens}.`);
      return feeds;
    },
    set(edits) {
      const counts = new Set([...edits].flatMap(([layer, edit]) => countsOf(layer, edit, sizes)));
      counts.delete(1);
      if (counts.size > 1)
        throw new AppError('internal', `Edits are made for passes of ${[...counts].join(' and ')} tokens.`);
      [madeFor = null] = counts;
      feeds = Object.fromEntries(
        off.flatMap((untouched, layer) => {
          const edit = edits.get(layer);
          return edit === undefined ? untouched : feedsOf(layer, tensorsOf(edit));
        }),
      );
    },
  };
}

/** For how many tokens an edit has numbers: 1 where they hold for any. Refuses what the model has not. */
function countsOf(layer: number, { add, bound }: LayerEdit, { layerCount, hidden }: DecoderSizes): number[] {
  if (!Number.isInteger(layer) || layer < 0 || layer >= layerCount)
    throw new AppError('internal', `There is no layer ${layer} to edit: the model has ${layerCount}.`, {
      layer,
      layerCount,
    });
  for (const vector of [add, bound?.direction]) {
    if (vector && (vector.length === 0 || vector.length % hidden !== 0))
      throw new AppError('internal', `A vector of ${vector.length} numbers cannot edit a stream of width ${hidden}.`, {
        found: vector.length,
        expected: hidden,
      });
  }
  const given = [bound?.low, bound?.high].flatMap((value) =>
    value === undefined || typeof value === 'number' ? [] : [value.length],
  );
  return [...(add === null ? [] : [add.length / hidden]), ...given];
}
