/**
 * A decoder on onnxruntime, the same code for onnxruntime-node, WASM and WebGPU: builds the inputs of a pass and fetches
 * residuals and logits through a {@link Fetch}. Keys and values are a {@link CacheKeeper}'s.
 */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../base/errors.ts';
import type { HookedDecoder } from '../../graph/decoder-hooks.ts';
import type { Cache, Decoder, DecoderSizes, Pass, PassOptions, Projection, StartedPass } from '../decoder.ts';
import { assertFinite, assertLogitsFinite, assertProductsFinite, assertSizes } from '../pass-checks.ts';
import { splitProducts } from '../stream-products.ts';
import type { CacheKeeper } from './cache-keeper.ts';
import type { EditFeeds } from './edit-feeds.ts';
import type { Fetch, ProjectParts, TensorPart } from './fetch.ts';
import { passInputs } from './pass-inputs.ts';
import type { SteeringFeeds } from './steering-feeds.ts';

/** What {@link createOrtDecoder} needs. */
export interface OrtDecoderParts {
  readonly session: InferenceSession;
  readonly Tensor: TensorConstructor;
  readonly sizes: DecoderSizes;
  /** What the graph takes and gives; an untouched one has no streams, and gives logits only. */
  readonly graph: Pick<HookedDecoder, 'streams' | 'logits' | 'branching' | 'windows' | 'activations'>;
  /** Null where the graph takes no vectors. */
  readonly steering: SteeringFeeds | null;
  /** Null where the graph cannot be edited. */
  readonly editing: EditFeeds | null;
  readonly caches: CacheKeeper;
  readonly fetch: Fetch;
  /** Whether a pass may have no row of logits; where it may not, one is computed and thrown away. */
  readonly rowless: boolean;
  /** Whether a pass may be started before the numbers of the one before are there. */
  readonly overlaps: boolean;
  /** Null where streams come back whole in any case. */
  readonly project: ProjectParts | null;
  /** Turns what a failed run threw into the error that the reader sees, e.g. a lost device. */
  readonly explain: (thrown: unknown) => Promise<AppError>;
}

/** Wraps a session of a hooked (or untouched) decoder graph. The decoder owns the session. */
export function createOrtDecoder(parts: OrtDecoderParts): Decoder {
  const { session, sizes, caches, steering, editing } = parts;
  const { streams: streamNames, branching, activations } = parts.graph;
  const inputs = passInputs(parts.Tensor, session.inputNames, parts.graph);

  async function start(
    ids: readonly number[],
    past: Cache | null,
    { branches, projection, logitRows, residuals: wantsResiduals = true }: PassOptions = {},
  ): Promise<StartedPass> {
    if (branches !== undefined && !branching) throw new AppError('internal', 'This graph takes no branches.');
    if (branches !== undefined && branches.parents.length !== ids.length)
      throw new AppError('internal', `${ids.length} tokens came with ${branches.parents.length} parents.`);
    const before = past?.length ?? 0;
    const kept = branches?.kept ?? ids.length;
    const rows = logitRows ?? [(kept > 0 ? kept : ids.length) - 1];
    const computed = rows.length > 0 || parts.rowless ? rows : [0];
    const streams = wantsResiduals ? streamNames : [];
    const readOut = [...streams, parts.graph.logits];
    const pass = await caches.begin(past, ids.length);
    let outputs: Record<string, Tensor> = {};
    try {
      const feeds = {
        ...inputs(ids, before, computed, branches),
        ...steering?.feeds,
        ...editing?.feeds(ids.length),
        ...pass.feeds,
      };
      outputs = (await session.run(feeds, {
        ...pass.fetches,
        ...Object.fromEntries(readOut.map((name) => [name, null])),
      })) as Record<string, Tensor>;
      const wanted = readOut.map((name) => outputs[name] ?? missing(name));
      assertSizes(
        wanted.map((tensor) => tensor.dims.at(-1)),
        streams.length,
        sizes,
      );
      const { values, split } = await fetchOutputs(wanted, ids.length, kept, projection ?? null);
      const reading = async (): Promise<Omit<Pass, 'cache'>> => {
        try {
          const all = split(await values);
          const read = rows.length === 0 ? { ...all, logits: all.logits.subarray(0, 0) } : all;
          assertFinite(read.residuals, before + ids.length - read.tokens, read.tokens, sizes.hidden, activations);
          if (read.products) assertProductsFinite(read.products, before, kept, activations);
          if (!wantsResiduals) assertLogitsFinite(read.logits, rows, sizes.vocabulary, activations);
          return { ...read, tokens: ids.length };
        } catch (thrown) {
          throw thrown instanceof AppError ? thrown : await parts.explain(thrown);
        }
      };
      return { cache: pass.keep(outputs, kept), reading: reading() };
    } catch (thrown) {
      pass.abandon(outputs);
      throw thrown instanceof AppError ? thrown : await parts.explain(thrown);
    } finally {
      for (const name of readOut) outputs[name]?.dispose();
    }
  }

  async function run(...pass: Parameters<typeof start>): Promise<Pass> {
    const { cache, reading } = await start(...pass);
    try {
      return { ...(await reading), cache };
    } catch (thrown) {
      cache.dispose();
      throw thrown;
    }
  }

  /**
   * Brings residuals of all tokens, or products of those that stay and residuals of the others; and the logits. Of what
   * `split` gives `tokens` is how many have residuals.
   */
  async function fetchOutputs(
    wanted: readonly Tensor[],
    tokens: number,
    kept: number,
    projection: Projection | null,
  ): Promise<{
    readonly values: Promise<Float32Array>;
    split(values: Float32Array): Pick<Pass, 'residuals' | 'products' | 'logits' | 'tokens'>;
  }> {
    const streams = wanted.slice(0, -1);
    const projected =
      projection && parts.project && kept > 0 ? await parts.project.run(projection, streams, tokens, kept) : null;
    const from = projected ? kept : 0;
    const [embedding] = streams;
    const whole = (tensor: Tensor): TensorPart => ({ tensor, from: 0, count: tensor.size });
    const { values } = await parts.fetch([
      ...(projected && embedding ? [whole(projected), { tensor: embedding, from: 0, count: kept * sizes.hidden }] : []),
      ...streams.map((tensor) => ({ tensor, from: from * sizes.hidden, count: (tokens - from) * sizes.hidden })),
      ...wanted.slice(-1).map(whole),
    ]);
    return {
      values,
      split(all) {
        const { products, end } =
          projected && projection
            ? splitProducts(all, projection.count, streams.length, kept, sizes.hidden)
            : { products: null, end: 0 };
        const logitsAt = end + streams.length * (tokens - from) * sizes.hidden;
        // The graph as it was exported gives logits of every token; the last is the one that it is asked for.
        return {
          products,
          residuals: all.subarray(end, logitsAt),
          tokens: tokens - from,
          logits: tailOf(all, streamNames.length > 0 ? logitsAt : all.length - sizes.vocabulary),
        };
      },
    };
  }

  return {
    sizes,
    branching,
    steering: steering !== null,
    editing: editing !== null,
    activations,
    writer: null,
    run,
    start: parts.overlaps ? start : null,
    project: (directions) => parts.project?.load(directions) ?? Promise.resolve(null),
    cut: (cache, length) => caches.cut(cache, length),
    steer(vectors) {
      if (steering === null) throw new AppError('internal', 'This graph cannot be steered.');
      steering.set(vectors);
    },
    edit(edits) {
      if (editing === null) throw new AppError('internal', 'The stream of this graph cannot be edited.');
      editing.set(edits);
    },
    dispose: async () => {
      caches.dispose();
      await session.release();
    },
  };
}

/** The end of an array: a view where it is most of it, else a copy, so that a few logits do not hold the streams of a long pass. */
function tailOf(all: Float32Array, from: number): Float32Array {
  return 2 * from <= all.length ? all.subarray(from) : all.slice(from);
}

function missing(name: string): never {
  throw new AppError('internal', `The session gave no output "${name}".`);
}
