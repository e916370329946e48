/**
 * The lens on the decoder's own device: streams go there in blocks, are read by the final norm and the head, and
 * reduced where the logits are.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../../base/errors.ts';
import { LENS_LOGITS_OUTPUT, LENS_STREAM_INPUT } from '../../../graph/lens-graph.ts';
import type { DecoderSizes } from '../../decoder.ts';
import { assertRowsFinite, blocksOf, rowsAtOnceFor, rowsOf, type LensHead } from '../../lens/lens-head.ts';
import { assertSizes } from '../../pass-checks.ts';
import type { Fetch } from '../fetch.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { tensorOn, type GpuTensorClass } from './gpu-tensor.ts';
import { createLensReducer } from './lens-reducer.ts';

/** Rows at a time: enough to fill a large card, few enough for the buffers of a small one. */
const ROWS = 64;

/** What {@link createGpuLens} needs; all of it on one device. */
export interface GpuLensParts {
  /** Of the graph that `lensGraph` cuts; the lens owns it. */
  readonly session: InferenceSession;
  readonly Tensor: TensorConstructor & GpuTensorClass;
  readonly sizes: DecoderSizes;
  readonly memory: GpuMemory;
  readonly fetch: Fetch;
  readonly explain: (thrown: unknown) => Promise<AppError>;
}

/** A lens whose blocks can be made smaller, to compare. */
export interface GpuLens extends LensHead {
  /** The same lens with blocks of at most so many rows. */
  withRows(rows: number): LensHead;
}

/** Makes a lens. Throws `gpu-memory-refused`, and then leaves nothing on the device but the session. */
export async function createGpuLens({
  session,
  Tensor: TensorClass,
  sizes,
  memory,
  fetch,
  explain,
}: GpuLensParts): Promise<GpuLens> {
  const { device } = memory;
  const { hidden, vocabulary } = sizes;
  const room = rowsAtOnceFor(vocabulary, ROWS);
  const floats = (count: number): number => count * Float32Array.BYTES_PER_ELEMENT;
  const [streamBuffer, logitBuffer] = await memory.allocate(
    'lens',
    [floats(room * hidden), floats(room * vocabulary)],
    GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  );
  const destroy = (): void => [streamBuffer, logitBuffer].forEach((buffer) => buffer.destroy());
  const reducer = await createLensReducer(memory, vocabulary, logitBuffer).catch((thrown: unknown) => {
    destroy();
    throw thrown;
  });
  const logitsOf = (rows: number): Tensor => tensorOn(TensorClass, logitBuffer, 'float32', [1, rows, vocabulary]);

  /** Brings each block's logits into their buffer, one after the other. */
  async function run(
    streams: Float32Array,
    rowsAtOnce: number,
    tell: (firstRow: number, rows: number) => void | Promise<void>,
  ): Promise<void> {
    for (const { first, rows, block } of blocksOf(streams, hidden, rowsAtOnce)) {
      device.queue.writeBuffer(streamBuffer, 0, new Float32Array(block));
      const outputs = await session.run(
        { [LENS_STREAM_INPUT]: tensorOn(TensorClass, streamBuffer, 'float32', [1, rows, hidden]) },
        { [LENS_LOGITS_OUTPUT]: logitsOf(rows) },
      );
      assertSizes([outputs[LENS_LOGITS_OUTPUT]?.dims.at(-1)], 0, sizes);
      await tell(first, rows);
    }
  }

  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw thrown instanceof AppError ? thrown : await explain(thrown);
    }
  };

  const withRows = (rowsAtOnce: number): LensHead => ({
    hidden,
    vocabulary,
    rowsAtOnce: Math.min(rowsAtOnce, room),
    read: (streams, ask) =>
      explained(async () => {
        await reducer.begin(rowsOf(streams, hidden), ask);
        await run(streams, Math.min(rowsAtOnce, room), (first, rows) => reducer.run(first, rows));
        const { buffer, count } = reducer.answers();
        const { values } = await fetch([{ tensor: tensorOn(TensorClass, buffer, 'float32', [count]), from: 0, count }]);
        const answers = reducer.split(await values);
        assertRowsFinite(answers);
        return answers;
      }),
    logits: (streams) =>
      explained(async () => {
        const out = new Float32Array(rowsOf(streams, hidden) * vocabulary);
        await run(streams, Math.min(rowsAtOnce, room), async (first, rows) => {
          const { values } = await fetch([{ tensor: logitsOf(rows), from: 0, count: rows * vocabulary }]);
          out.set(await values, first * vocabulary);
        });
        return out;
      }),
    async dispose() {
      reducer.dispose();
      destroy();
      await session.release();
    },
  });

  return { ...withRows(room), withRows };
}
