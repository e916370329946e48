/**
 * The pass of one token, captured once for each room of keys and values and replayed: its buffers, and a look at what it
 * dispatches.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { boundTo, cacheNames } from '../../../graph/cache-names.ts';
import { POSITION_IDS_INPUT } from '../../../graph/decoder-shape.ts';
import { LOGIT_ROWS_INPUT, type HookedDecoder } from '../../../graph/decoder-hooks.ts';
import { LAST_SLOT_INPUT, TOTAL_LENGTH_INPUT } from '../../../graph/lengths.ts';
import type { DecoderSizes } from '../../decoder.ts';
import type { DirectDispatch, DispatchRule, SeenDispatch } from './direct-dispatch.ts';
import { readMapped } from './gpu-fetch.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { tensorOn, type GpuTensorClass } from './gpu-tensor.ts';

/** What a captured pass is made of; all of it on one device. */
export interface CapturedPassParts {
  /** A session of the graph without branches, with lengths as inputs, opened for capture. */
  readonly session: InferenceSession;
  readonly Tensor: TensorConstructor & GpuTensorClass;
  readonly sizes: DecoderSizes;
  readonly graph: Pick<HookedDecoder, 'streams' | 'logits' | 'activations'>;
  readonly steering: Readonly<Record<string, Tensor>>;
  readonly memory: GpuMemory;
  readonly dispatch: DirectDispatch;
}

/** A pass that reads the token in one buffer and leaves streams and logits in others. */
export interface CapturedPass {
  /** The token to be read, int64. */
  readonly token: GPUBuffer;
  /** The residual stream after it, `[hidden]` each. */
  readonly streams: readonly GPUBuffer[];
  readonly logits: GPUBuffer;
  /**
   * Reads the token behind `position` others whose keys and values lie in these tensors; dispatches by a rule, or as
   * captured where it is null.
   */
  replay(tensors: readonly Tensor[], position: number, rule: DispatchRule | null): Promise<void>;
  /** The workgroup counts of a pass after which there are `tokens`; it overwrites whatever lies in the last slot. */
  lookAt(tensors: readonly Tensor[], tokens: number): Promise<readonly SeenDispatch[]>;
  dispose(): void;
}

/** Makes the buffers of a captured pass. Throws `gpu-memory-refused`. */
export async function createCapturedPass({
  session,
  Tensor: TensorClass,
  sizes,
  graph: { streams: streamNames, logits: logitsName },
  steering,
  memory,
  dispatch,
}: CapturedPassParts): Promise<CapturedPass> {
  const { device } = memory;
  const names = cacheNames(sizes.layerCount);
  const floats = (count: number): number => count * Float32Array.BYTES_PER_ELEMENT;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const [token, row, lastSlot, total, place, logits, ...streams] = await memory.allocate(
    'writing',
    [8, 8, 4, 4, 8, floats(sizes.vocabulary), ...streamNames.map(() => floats(sizes.hidden))] as const,
    usage,
  );
  const feeds: Record<string, Tensor> = {
    input_ids: tensorOn(TensorClass, token, 'int64', [1, 1]),
    [LOGIT_ROWS_INPUT]: tensorOn(TensorClass, row, 'int64', [1]),
    [LAST_SLOT_INPUT]: tensorOn(TensorClass, lastSlot, 'int32', [1]),
    [TOTAL_LENGTH_INPUT]: tensorOn(TensorClass, total, 'int32', []),
    ...(session.inputNames.includes(POSITION_IDS_INPUT)
      ? { [POSITION_IDS_INPUT]: tensorOn(TensorClass, place, 'int64', [1, 1]) }
      : {}),
    ...steering,
  };
  const fetches: Record<string, Tensor> = {
    ...Object.fromEntries(
      streams.map((buffer, index) => [
        streamNames[index] ?? '',
        tensorOn(TensorClass, buffer, 'float32', [1, 1, sizes.hidden]),
      ]),
    ),
    [logitsName]: tensorOn(TensorClass, logits, 'float32', [1, 1, sizes.vocabulary]),
  };
  /** A pass is captured for each room of keys and values that it is bound to, and replayed for that one. */
  const captures = new WeakMap<readonly Tensor[], string>();
  let captureCount = 0;
  const captureFor = (tensors: readonly Tensor[]): string => {
    const known = captures.get(tensors);
    if (known !== undefined) return known;
    captureCount += 1;
    captures.set(tensors, String(captureCount));
    return String(captureCount);
  };

  async function replay(tensors: readonly Tensor[], position: number, rule: DispatchRule | null): Promise<void> {
    device.queue.writeBuffer(lastSlot, 0, Int32Array.of(position));
    device.queue.writeBuffer(total, 0, Int32Array.of(position + 1));
    device.queue.writeBuffer(place, 0, Int32Array.of(position, 0)); // an int64, low half first
    dispatch.use(rule && { rule, tokens: position + 1 });
    try {
      await session.run(
        { ...feeds, ...boundTo(names, 'past', tensors) },
        { ...fetches, ...boundTo(names, 'present', tensors) },
        { extra: { gpu_graph_id: captureFor(tensors) } },
      );
    } finally {
      dispatch.use(null);
    }
  }

  return {
    token,
    streams,
    logits,
    replay,
    async lookAt(tensors, tokens) {
      dispatch.takeSeen();
      await replay(tensors, tokens - 1, null);
      const sources = dispatch.takeSeen();
      const bytes = 12 * Math.max(1, sources.length);
      const [counts] = await memory.allocate('read-back', [bytes], GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
      const encoder = device.createCommandEncoder({ label: 'flipside dispatch counts' });
      for (const [index, { buffer, offset }] of sources.entries())
        encoder.copyBufferToBuffer(buffer, offset, counts, 12 * index, 12);
      device.queue.submit([encoder.finish()]);
      const words = new Uint32Array((await readMapped(counts, bytes)).buffer);
      counts.destroy();
      return sources.map((_, index) => ({
        tokens,
        counts: [words[3 * index] ?? 0, words[3 * index + 1] ?? 0, words[3 * index + 2] ?? 0],
      }));
    },
    dispose() {
      for (const buffer of [token, row, lastSlot, total, place, logits, ...streams]) buffer.destroy();
    },
  };
}
