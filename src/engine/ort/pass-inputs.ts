/** What a pass is fed but keys, values and what is added to its stream: tokens, and how they hang together. */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { ATTENTION_BIAS_INPUT, SLOT_POSITIONS_INPUT, WINDOW_BIAS_INPUT } from '../../graph/branching.ts';
import { POSITION_IDS_INPUT } from '../../graph/decoder-shape.ts';
import { LOGIT_ROWS_INPUT, type HookedDecoder } from '../../graph/decoder-hooks.ts';
import { ATTENTION_MASK_INPUT, LAST_SLOT_INPUT, TOTAL_LENGTH_INPUT } from '../../graph/lengths.ts';
import { WRITTEN_FROM_INPUT, WRITTEN_TO_INPUT } from '../../graph/written-slots.ts';
import { attentionLayout, withinWindow } from '../attention-layout.ts';
import type { PassOptions } from '../decoder.ts';

/** What a graph is and takes, as its inputs depend on it. */
export type PassGraph = Pick<HookedDecoder, 'streams' | 'branching' | 'windows' | 'activations'>;

/** Makes the inputs of a pass of `ids` after `before` tokens. */
export type PassInputs = (
  ids: readonly number[],
  before: number,
  logitRows: readonly number[],
  branches: PassOptions['branches'],
) => Record<string, Tensor>;

/** The inputs of one graph; `names` are those that its session takes. */
export function passInputs(
  TensorClass: TensorConstructor,
  names: readonly string[],
  { streams: streamNames, branching, windows: [window], activations }: PassGraph,
): PassInputs {
  const wanted = new Set(names);
  const ones = growing(() => 1n);
  const inOneLine = growing(BigInt);
  const int64 = (values: readonly number[], dims: readonly number[]): Tensor =>
    new TensorClass('int64', BigInt64Array.from(values, BigInt), dims);
  const int32 = (value: number, dims: readonly number[]): Tensor =>
    new TensorClass('int32', Int32Array.of(value), dims);

  return (ids, before, logitRows, branches) => {
    const tokens = ids.length;
    const total = before + tokens;
    const feeds: Record<string, Tensor> = { input_ids: int64(ids, [1, tokens]) };
    // A graph takes lengths or a mask, and some take both: the mask is for more than lengths then.
    if (wanted.has(TOTAL_LENGTH_INPUT)) {
      feeds[LAST_SLOT_INPUT] = int32(total - 1, [1]);
      feeds[TOTAL_LENGTH_INPUT] = int32(total, []);
    }
    if (wanted.has(ATTENTION_MASK_INPUT))
      feeds[ATTENTION_MASK_INPUT] = new TensorClass('int64', ones(total), [1, total]);
    if (wanted.has(WRITTEN_FROM_INPUT)) {
      feeds[WRITTEN_FROM_INPUT] = int64([before], [1]);
      feeds[WRITTEN_TO_INPUT] = int64([total], [1]);
    }
    if (streamNames.length > 0) feeds[LOGIT_ROWS_INPUT] = int64(logitRows, [logitRows.length]);
    const layout = branches ? attentionLayout(before, branches.parents, branches.pastParents, activations) : null;
    if (wanted.has(POSITION_IDS_INPUT))
      feeds[POSITION_IDS_INPUT] = layout
        ? int64(layout.positions.slice(before), [1, tokens])
        : new TensorClass('int64', inOneLine(total).slice(before), [1, tokens]);
    if (!branching) return feeds;
    const bias = layout?.bias ?? new Float32Array(tokens * total);
    const dims = [1, 1, tokens, total];
    if (wanted.has(SLOT_POSITIONS_INPUT))
      feeds[SLOT_POSITIONS_INPUT] = layout
        ? int64(layout.positions, [total])
        : new TensorClass('int64', inOneLine(total), [total]);
    if (wanted.has(ATTENTION_BIAS_INPUT)) feeds[ATTENTION_BIAS_INPUT] = new TensorClass('float32', bias, dims);
    if (window !== undefined && wanted.has(WINDOW_BIAS_INPUT))
      feeds[WINDOW_BIAS_INPUT] = new TensorClass(
        'float32',
        withinWindow(bias, layout?.positions ?? null, total, window, activations),
        dims,
      );
    return feeds;
  };
}

/** Vectors that begin alike, as views of one that grows: to make one anew for every token would cost more than all other inputs. */
function growing(valueAt: (index: number) => bigint): (length: number) => BigInt64Array {
  let all = new BigInt64Array(0);
  return (length) => {
    if (length > all.length)
      all = BigInt64Array.from({ length: Math.max(length, 2 * all.length) }, (_, index) => valueAt(index));
    return all.subarray(0, length);
  };
}
