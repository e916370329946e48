/** The lens on the processor, the same for onnxruntime-node and WASM: logits come as they are and are reduced here. */
import type { InferenceSession, TensorConstructor } from 'onnxruntime-common';
import { emptyRows, reduceLogits } from '../../lens/lens-rows.ts';
import { LENS_LOGITS_OUTPUT, LENS_STREAM_INPUT } from '../../graph/lens-graph.ts';
import type { DecoderSizes } from '../decoder.ts';
import { assertRowsFinite, blocksOf, rowsAtOnceFor, rowsOf, type LensHead } from '../lens/lens-head.ts';
import { assertSizes } from '../pass-checks.ts';

/** Rows at a time: the head's weights are unpacked anew for each block, which takes as long as some 300 rows do. */
const ROWS = 128;

/** What {@link createCpuLens} needs. */
export interface CpuLensParts {
  /** Of the graph that `lensGraph` cuts; the lens owns it. */
  readonly session: InferenceSession;
  readonly Tensor: TensorConstructor;
  readonly sizes: DecoderSizes;
  /** Waited for before each block: where a block is one task, so that the computation can be stopped. */
  readonly pause: () => Promise<void>;
}

/** Wraps a session of the lens. */
export function createCpuLens({ session, Tensor: TensorClass, sizes, pause }: CpuLensParts): LensHead {
  const { hidden, vocabulary } = sizes;
  const rowsAtOnce = rowsAtOnceFor(vocabulary, ROWS);

  /** Tells the logits of each block, which are gone afterwards. */
  async function run(streams: Float32Array, tell: (logits: Float32Array, firstRow: number) => void): Promise<void> {
    for (const { first, rows, block } of blocksOf(streams, hidden, rowsAtOnce)) {
      await pause();
      const outputs = await session.run({ [LENS_STREAM_INPUT]: new TensorClass('float32', block, [1, rows, hidden]) });
      const logits = outputs[LENS_LOGITS_OUTPUT];
      assertSizes([logits?.dims.at(-1)], 0, sizes);
      if (logits) tell(logits.data as Float32Array, first);
      logits?.dispose();
    }
  }

  return {
    hidden,
    vocabulary,
    rowsAtOnce,
    async read(streams, ask) {
      const rows = emptyRows(rowsOf(streams, hidden), ask);
      await run(streams, (logits, first) => reduceLogits(logits, vocabulary, ask, rows, first));
      assertRowsFinite(rows);
      return rows;
    },
    async logits(streams) {
      const out = new Float32Array(rowsOf(streams, hidden) * vocabulary);
      await run(streams, (logits, first) => out.set(logits, first * vocabulary));
      return out;
    },
    dispose: () => session.release(),
  };
}
