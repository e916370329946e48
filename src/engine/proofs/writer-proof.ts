/**
 * Finds the fastest right way of writing on this adapter: captured with direct dispatches, captured as the runtime does it,
 * or token by token. Captured passes and direct dispatches rest on what the runtime happens to do, so nothing is
 * taken on trust: the same text must be written by each, with the same residual stream, greedily and drawn.
 */
import { throwIfStopped } from '../../base/abort.ts';
import type { WriterStatus, WriterTrial, WritingMode } from '../../models/engine-report.ts';
import { AppError } from '../../base/errors.ts';
import type { TokenChoice } from '../../reading/reading.ts';
import { createRng } from '../../base/rng.ts';
import { chooseToken } from '../../reading/sampling.ts';
import { toleranceOf } from './chunk-proof.ts';
import type { Cache, Decoder, Writer } from '../decoder.ts';
import type { CapturedWriter } from '../ort/webgpu/captured-writer.ts';
import type { DispatchRule } from '../ort/webgpu/direct-dispatch.ts';
import { worstLayerError } from './worst-layer.ts';

/** What a proof finds; `rule` is null unless dispatches are made direct. */
export interface WriterProof extends WriterStatus {
  readonly rule: DispatchRule | null;
}

/** Tokens of the text that is written on: what follows crosses 64, where kernels that work in stretches change their counts. */
const PREFIX = 60;

/** What is written, each both ways. */
const PARTS: readonly { readonly choice: TokenChoice; readonly tokens: number }[] = [
  { choice: { temperature: 0, topK: 0, topP: 1 }, tokens: 10 },
  { choice: { temperature: 0.9, topK: 40, topP: 0.95 }, tokens: 6 },
];

/** The first tokens of a part compile and capture; they do not count as time. */
const WARM_UP = 3;

/** Tokens that a proof tells of. */
export const WRITER_PROOF_TOKENS = 3 * PARTS.reduce((sum, part) => sum + part.tokens, 0);

interface Written {
  readonly ids: readonly number[];
  readonly residuals: readonly Float32Array[];
  readonly msPerToken: number;
}

/** Where a text has been read to. */
interface Place {
  readonly cache: Cache;
  readonly logits: Float32Array;
}

/**
 * Tries the ways of writing and leaves `open`'s writer as the proof says; where that is `stepwise` it has been disposed of. `ids` are at
 * least {@link PREFIX} tokens of ordinary text. Throws `gpu-device-lost` and `cancelled`; whatever else fails is a reason to step down.
 */
export async function proveWriter(
  decoder: Decoder,
  open: () => Promise<CapturedWriter>,
  ids: readonly number[],
  chunkTokens: number,
  onToken: () => void,
  signal: AbortSignal,
): Promise<WriterProof> {
  const place = await readPrefix(decoder, ids.slice(0, PREFIX), chunkTokens, signal);
  const step = (): void => {
    onToken();
    throwIfStopped(signal);
  };
  try {
    const truth: Written[] = [];
    for (const part of PARTS) truth.push(await stepwise(decoder, place, part, step));
    const trials: WriterTrial[] = [
      { mode: 'stepwise', msPerToken: msOf(truth), relativeError: 0, sameTokens: true, accepted: true },
    ];
    let writer: CapturedWriter;
    try {
      writer = await open();
    } catch (thrown) {
      return { mode: 'stepwise', trials, rule: null, reason: reasonOf(thrown) };
    }
    const { rule, reason } = await tryCaptured(writer, place, truth, trials, decoder, step);
    const [best] = trials.filter(({ accepted }) => accepted).sort((a, b) => a.msPerToken - b.msPerToken);
    const mode = best?.mode ?? 'stepwise';
    if (mode === 'stepwise') await writer.dispose();
    else writer.useRule(mode === 'direct' ? rule : null);
    return {
      mode,
      trials,
      rule: mode === 'direct' ? rule : null,
      reason: mode === 'direct' ? null : (reason ?? 'It is the fastest here.'),
    };
  } finally {
    place.cache.dispose();
  }
}

/** Tries direct dispatches, then captured ones; adds what it finds to `trials`. */
async function tryCaptured(
  writer: CapturedWriter,
  place: Place,
  truth: readonly Written[],
  trials: WriterTrial[],
  decoder: Decoder,
  step: () => void,
): Promise<{ readonly rule: DispatchRule | null; readonly reason: string | null }> {
  let rule: DispatchRule | null = null;
  let reason: string | null = null;
  try {
    rule = await writer.learnRule(place.cache);
    if (rule === null) reason = 'No rule fits the workgroup counts of the captured pass.';
  } catch (thrown) {
    reason = reasonOf(thrown);
  }
  for (const mode of rule === null ? (['captured'] as const) : (['direct', 'captured'] as const)) {
    writer.useRule(mode === 'direct' ? rule : null);
    try {
      const found: Written[] = [];
      for (const part of PARTS) found.push(await written(writer, place, part, step));
      trials.push(compare(mode, found, truth, decoder));
    } catch (thrown) {
      reason = reasonOf(thrown);
      trials.push({ mode, msPerToken: 0, relativeError: Infinity, sameTokens: false, accepted: false });
    }
  }
  return {
    rule,
    reason: reason ?? (trials.every(({ accepted }) => accepted) ? null : 'A faster way gave other numbers.'),
  };
}

function compare(
  mode: WritingMode,
  found: readonly Written[],
  truth: readonly Written[],
  { sizes: { hidden }, activations }: Decoder,
): WriterTrial {
  const sameTokens = found.every(({ ids }, part) => ids.join() === truth[part]?.ids.join());
  const errors = found.flatMap(({ residuals }, part) =>
    residuals.map((stream, token) =>
      truth[part]?.ids[token] === found[part]?.ids[token]
        ? worstLayerError(stream, truth[part]?.residuals[token], hidden)
        : Infinity,
    ),
  );
  const worst = Math.max(...errors);
  return {
    mode,
    msPerToken: msOf(found),
    relativeError: worst,
    sameTokens,
    accepted: sameTokens && worst <= toleranceOf(activations),
  };
}

/** A lost device and a stop are nobody's reason to step down. */
function reasonOf(thrown: unknown): string {
  const error = AppError.from(thrown);
  if (error.code === 'gpu-device-lost' || error.code === 'cancelled') throw error;
  return error.message;
}

async function readPrefix(
  decoder: Decoder,
  ids: readonly number[],
  chunkTokens: number,
  signal: AbortSignal,
): Promise<Place> {
  let place: Place | null = null;
  for (let at = 0; at < ids.length; at += chunkTokens) {
    const { cache, logits }: Place = await decoder.run(ids.slice(at, at + chunkTokens), place?.cache ?? null);
    place?.cache.dispose();
    place = { cache, logits };
    if (signal.aborted) cache.dispose();
    throwIfStopped(signal);
  }
  if (place === null) throw new AppError('internal', 'A proof of writing needs a text.');
  return place;
}

async function stepwise(
  decoder: Decoder,
  place: Place,
  { choice, tokens }: (typeof PARTS)[number],
  step: () => void,
): Promise<Written> {
  const uniforms = uniformsFor(tokens);
  const [ids, residuals, times]: [number[], Float32Array[], number[]] = [[], [], []];
  let { logits } = place;
  let cache = place.cache;
  try {
    for (let count = 0; count < tokens; count += 1) {
      const id = chooseToken(logits, choice, () => uniforms[count] ?? 0);
      const pass = await decoder.run([id], cache);
      if (cache !== place.cache) cache.dispose();
      ({ cache, logits } = pass);
      ids.push(id);
      residuals.push(pass.residuals);
      times.push(performance.now());
      step();
    }
  } finally {
    if (cache !== place.cache) cache.dispose();
  }
  return { ids, residuals, msPerToken: perToken(times) };
}

async function written(
  writer: Writer,
  place: Place,
  { choice, tokens }: (typeof PARTS)[number],
  step: () => void,
): Promise<Written> {
  const [ids, residuals, times]: [number[], Float32Array[], number[]] = [[], [], []];
  const { cache } = await writer.write(
    { past: place.cache, logits: place.logits, choice, uniforms: uniformsFor(tokens), projection: null },
    (token) => {
      ids.push(token.id);
      residuals.push(token.residuals);
      times.push(performance.now());
      step();
      return 'go-on';
    },
  );
  cache.dispose();
  return { ids, residuals, msPerToken: perToken(times) };
}

const uniformsFor = (tokens: number): Float32Array => {
  const rng = createRng(1);
  return Float32Array.from({ length: tokens }, () => rng.uniform());
};

/** Mean time between tokens once everything is compiled. */
const perToken = (times: readonly number[]): number =>
  ((times.at(-1) ?? 0) - (times[WARM_UP - 1] ?? 0)) / Math.max(1, times.length - WARM_UP);

const msOf = (parts: readonly Written[]): number =>
  parts.reduce((sum, part) => sum + part.msPerToken, 0) / parts.length;
