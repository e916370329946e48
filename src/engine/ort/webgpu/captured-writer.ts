/**
 * Writes on the GPU by itself: one token's pass is captured once and replayed, the next token is chosen where its logits
 * are, and several tokens are under way at a time. The processor only says how long the text is and reads what comes back.
 *
 * The graph is one of its own, because a graph that takes branches cannot be captured (onnxruntime 1.30 checks the bias
 * against a length that it does not know then). Keys and values are shared with the decoder that reads: they lie in the same buffers.
 */
import type { Tensor } from 'onnxruntime-common';
import { AppError } from '../../../base/errors.ts';
import type { Cache, Projection, WriteEnd, Writer, WriteRequest, WriteStep, WrittenToken } from '../../decoder.ts';
import { assertFinite, assertProductsFinite } from '../../pass-checks.ts';
import { splitProducts } from '../../stream-products.ts';
import { createCapturedPass, type CapturedPassParts } from './captured-pass.ts';
import { learnRule, type DispatchRule, type SeenDispatch } from './direct-dispatch.ts';
import { readMapped } from './gpu-fetch.ts';
import { bufferOf } from './gpu-tensor.ts';
import type { Projector } from './projector.ts';
import { createSampler } from './sampler.ts';
import type { StaticCaches } from './static-cache.ts';

/** Tokens under way at most: enough to hide a round trip, few enough to stop soon. */
const IN_FLIGHT = 3;

/** Lengths at which the dispatch rule is looked for: every stretch from 16 to 512 counts them differently. */
const LOOKED_AT = [65, 129, 193, 257];

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** What {@link createCapturedWriter} needs; the writer owns the session. */
export interface CapturedWriterParts extends CapturedPassParts {
  readonly caches: StaticCaches;
  /** Null where no directions are ever given. */
  readonly projector: Projector | null;
  readonly explain: (thrown: unknown) => Promise<AppError>;
}

/** A writer whose dispatches can be made direct. */
export interface CapturedWriter extends Writer {
  /** Looks at what captured passes dispatch; null where no rule fits. Writes behind the end of `past`, which stays valid. */
  learnRule(past: Cache): Promise<DispatchRule | null>;
  /** From now on dispatches by this rule, or as captured where it is null. */
  useRule(rule: DispatchRule | null): void;
  dispose(): Promise<void>;
}

/** Makes a writer. Throws `gpu-memory-refused`, and then leaves nothing on the device. */
export async function createCapturedWriter(parts: CapturedWriterParts): Promise<CapturedWriter> {
  const { session, sizes, caches, memory } = parts;
  const { streams: streamNames, activations } = parts.graph;
  const { device } = memory;
  const streamBytes = sizes.hidden * FLOAT_BYTES;
  const logitBytes = sizes.vocabulary * FLOAT_BYTES;
  const { pass, pastLogits, logitStaging, staging, sampler, dispose } = await makeBuffers(
    parts,
    streamBytes * streamNames.length,
    logitBytes,
  );
  const { token, streams, logits } = pass;
  let rule: DispatchRule | null = null;

  /** Copies all streams of the token; how many bytes. */
  function bringStreams(encoder: GPUCommandEncoder, slot: GPUBuffer): number {
    for (const [index, stream] of streams.entries())
      encoder.copyBufferToBuffer(stream, 0, slot, index * streamBytes, streamBytes);
    return streamNames.length * streamBytes;
  }

  /** Copies the products of the token's streams, and its embedding; how many bytes. */
  function bringProducts(encoder: GPUCommandEncoder, slot: GPUBuffer, projection: Projection): number {
    if (parts.projector === null) throw new AppError('internal', 'This engine takes no directions.');
    const products = parts.projector.encode(encoder, projection, streams, 1, 1);
    const bytes = products.size * FLOAT_BYTES;
    encoder.copyBufferToBuffer(bufferOf(products), 0, slot, 0, bytes);
    const [embedding] = streams;
    if (embedding) encoder.copyBufferToBuffer(embedding, 0, slot, bytes, streamBytes);
    return bytes + streamBytes;
  }

  /** Starts reading the token that has been chosen, and the choice of the next; `token` comes once the GPU is done. */
  async function launch(
    tensors: readonly Tensor[],
    position: number,
    count: number,
    projection: Projection | null,
  ): Promise<{ readonly token: Promise<WrittenToken> }> {
    const slot = staging[count % IN_FLIGHT];
    const kept = pastLogits[count % (IN_FLIGHT + 1)];
    if (!slot || !kept) throw new AppError('internal', 'A writer has fewer slots than tokens under way.');
    await pass.replay(tensors, position, rule);
    const encoder = device.createCommandEncoder({ label: 'flipside written token' });
    const bytes = projection === null ? bringStreams(encoder, slot) : bringProducts(encoder, slot, projection);
    encoder.copyBufferToBuffer(token, 0, slot, bytes, 8);
    encoder.copyBufferToBuffer(logits, 0, kept, 0, logitBytes);
    sampler.encode(encoder);
    device.queue.submit([encoder.finish()]);
    const read = async (): Promise<WrittenToken> => {
      const values = await readMapped(slot, bytes + 8);
      const id = new Uint32Array(values.buffer)[bytes / FLOAT_BYTES] ?? 0;
      if (projection === null) {
        const residuals = values.subarray(0, streamNames.length * sizes.hidden);
        assertFinite(residuals, position, 1, sizes.hidden, activations);
        return { id, residuals, products: null };
      }
      const { products } = splitProducts(values, projection.count, streamNames.length, 1, sizes.hidden);
      assertProductsFinite(products, position, 1, activations);
      return { id, residuals: new Float32Array(0), products };
    };
    const told = read();
    told.catch(() => undefined); // heard of at its turn, if it is wanted
    return { token: told };
  }

  /** Reads ahead until the room of the text is full, nothing more is wanted, or the listener has had enough. */
  async function stretch(
    past: Cache,
    projection: Projection | null,
    wanted: number,
    done: number,
    onToken: (token: WrittenToken) => WriteStep,
  ): Promise<{ readonly told: number; readonly ended: boolean }> {
    const { tensors, room } = await caches.lend(past, 1);
    const most = Math.min(wanted, room - past.length);
    const flight: Promise<WrittenToken>[] = [];
    let launched = 0;
    let told = 0;
    try {
      for (;;) {
        while (flight.length < IN_FLIGHT && launched < most) {
          flight.push((await launch(tensors, past.length + launched, done + launched, projection)).token);
          launched += 1;
        }
        const next = await flight.shift();
        if (next === undefined) return { told, ended: told === wanted };
        const step = onToken(next);
        if (step !== 'drop') told += 1;
        if (step !== 'go-on') return { told, ended: true };
      }
    } finally {
      // What was read ahead is not wanted any more, whatever came of it; the slots must be free before they are used again.
      await Promise.allSettled(flight);
    }
  }

  /** Logits after the token that was told last. */
  async function fetchLogits(told: number): Promise<Float32Array> {
    const kept = pastLogits[(told - 1) % (IN_FLIGHT + 1)];
    if (!kept) throw new AppError('internal', 'A writer has told no token and yet has logits.');
    const encoder = device.createCommandEncoder({ label: 'flipside last logits' });
    encoder.copyBufferToBuffer(kept, 0, logitStaging, 0, logitBytes);
    device.queue.submit([encoder.finish()]);
    return readMapped(logitStaging, logitBytes);
  }

  async function write(request: WriteRequest, onToken: (token: WrittenToken) => WriteStep): Promise<WriteEnd> {
    const { past, uniforms } = request;
    let cache: Cache = past;
    let told = 0;
    device.queue.writeBuffer(logits, 0, new Float32Array(request.logits));
    if (request.projection) await parts.projector?.reserve(request.projection, 1);
    // One number more than tokens: the choice after the last one is thrown away.
    await sampler.begin(request.choice, Float32Array.of(...uniforms, 0));
    const encoder = device.createCommandEncoder({ label: 'flipside first choice' });
    sampler.encode(encoder);
    device.queue.submit([encoder.finish()]);
    const most = Math.min(uniforms.length, sizes.contextTokens - past.length);
    try {
      for (let ended = most === 0; !ended;) {
        const part = await stretch(cache, request.projection, most - told, told, onToken);
        ended = part.ended;
        told += part.told;
        const longer = caches.extended(cache, part.told);
        if (cache !== past) cache.dispose();
        cache = longer;
      }
      if (told > 0) return { cache, logits: await fetchLogits(told) };
      return { cache: cache === past ? caches.cut(past, past.length) : cache, logits: request.logits.slice() };
    } catch (thrown) {
      if (cache !== past) cache.dispose();
      throw thrown;
    }
  }

  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw thrown instanceof AppError ? thrown : await parts.explain(thrown);
    }
  };

  return {
    write: (request, onToken) => explained(() => write(request, onToken)),
    learnRule: (past) =>
      explained(async () => {
        const { tensors, room } = await caches.lend(past, Math.max(...LOOKED_AT) - past.length);
        const seen: SeenDispatch[] = [];
        for (const tokens of LOOKED_AT)
          if (tokens > past.length && tokens <= room) seen.push(...(await pass.lookAt(tensors, tokens)));
        return learnRule(seen);
      }),
    useRule: (next) => {
      rule = next;
    },
    async dispose() {
      dispose();
      await session.release();
    },
  };
}

/** Everything that a writer has on the device, or nothing. */
async function makeBuffers(parts: CapturedWriterParts, streamBytes: number, logitBytes: number) {
  const { memory, sizes } = parts;
  const undo: (() => void)[] = [];
  const dispose = (): void => undo.forEach((free) => free());
  const kept = <T>(made: T, free: (made: T) => void): T => {
    undo.push(() => free(made));
    return made;
  };
  const destroy = (buffers: readonly GPUBuffer[]): void => buffers.forEach((buffer) => buffer.destroy());
  try {
    const pass = kept(await createCapturedPass(parts), (made) => made.dispose());
    /** Logits after each token that is under way, and after the one before them: whichever is the last to stay. */
    const pastLogits = kept(
      await memory.allocate(
        'writing',
        Array.from({ length: IN_FLIGHT + 1 }, () => logitBytes),
        GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      ),
      destroy,
    );
    const [logitStaging, ...staging] = kept(
      await memory.allocate(
        'read-back',
        [logitBytes, ...Array.from({ length: IN_FLIGHT }, () => streamBytes + 16)] as const,
        GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      ),
      destroy,
    );
    const sampler = kept(await createSampler(memory, sizes.vocabulary, pass.logits, pass.token), (made) =>
      made.dispose(),
    );
    return { pass, pastLogits, logitStaging, staging, sampler, dispose };
  } catch (thrown) {
    dispose();
    throw thrown;
  }
}
