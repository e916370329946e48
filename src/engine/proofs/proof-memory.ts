/**
 * Remembers what was proved on which adapter, so that the second visit need not prove it again (a minute on a
 * software adapter). Kept in the Cache API; where that is missing or refuses, the proof is simply made anew.
 */
import type { ChunkTrial, PassProof } from './chunk-proof.ts';
import type { WriterTrial, WritingMode } from '../../models/engine-report.ts';
import { PRODUCT_FORMS, type ProductTrial } from '../../models/product-forms.ts';
import { parseDeviceTrial, type DeviceTrial } from '../../models/device-trial.ts';
import type { DispatchRule } from '../ort/webgpu/direct-dispatch.ts';
import type { WriterProof } from './writer-proof.ts';

/** What identifies an adapter and what runs on it, as far as a page can see; a proof holds for equal values only. */
export interface ProofKey {
  readonly adapter: { readonly vendor: string; readonly architecture: string; readonly description: string };
  readonly browser: string;
  readonly runtimeVersion: string;
  readonly weightsSha256: string;
  readonly flipsideVersion: string;
}

const CACHE = 'flipside-proofs';

const MODES: readonly WritingMode[] = ['direct', 'captured', 'stepwise'];

/** A kind of proof that can be remembered. */
interface Kind<T> {
  readonly name: string;
  readonly parse: (raw: unknown) => T | null;
}

/** How many tokens a pass takes. */
export const PASS_PROOF: Kind<PassProof> = { name: 'pass-proof', parse: parsePassProof };

/** How tokens are written. */
export const WRITER_PROOF: Kind<WriterProof> = { name: 'writer-proof', parse: parseWriterProof };

/** How packed products are computed on the processor. */
export const PRODUCT_PROOF: Kind<readonly ProductTrial[]> = { name: 'product-proof', parse: parseProductTrials };

/** What the small graphs took on an adapter and on the processor beside it. */
export const DEVICE_TRIAL: Kind<DeviceTrial> = { name: 'device-trial', parse: parseDeviceTrial };

/** The proof for this key, or null when there is none that can be used. */
export async function recallProof<T>(kind: Kind<T>, key: ProofKey): Promise<T | null> {
  try {
    const response = await (await caches.open(CACHE)).match(addressOf(kind.name, key));
    return response ? kind.parse(await response.json()) : null;
  } catch {
    return null; // no Cache API (insecure page, private window) or a damaged entry: prove anew
  }
}

/** Keeps a proof; failing to is no loss. */
export async function keepProof<T>(kind: Kind<T>, key: ProofKey, proof: T): Promise<void> {
  try {
    await (await caches.open(CACHE)).put(addressOf(kind.name, key), new Response(JSON.stringify(proof)));
  } catch {
    // The next visit proves anew, which costs time and nothing else.
  }
}

/** Cache keys are addresses; this one is never fetched. */
function addressOf(name: string, key: ProofKey): string {
  const { adapter, browser, runtimeVersion, weightsSha256, flipsideVersion } = key;
  return new URL(
    `/${name}/${encodeURIComponent(JSON.stringify([adapter.vendor, adapter.architecture, adapter.description, browser, runtimeVersion, weightsSha256, flipsideVersion]))}`,
    location.origin,
  ).href;
}

function parsePassProof(raw: unknown): PassProof | null {
  const { chunkTokens, trials, branchError } = (raw ?? {}) as Partial<Record<keyof PassProof, unknown>>;
  if (
    typeof chunkTokens !== 'number' ||
    !Number.isInteger(chunkTokens) ||
    chunkTokens < 1 ||
    !Array.isArray(trials) ||
    (typeof branchError !== 'number' && branchError !== null)
  )
    return null;
  const parsed = trials.flatMap((trial): ChunkTrial[] => {
    const { tokens, relativeError, accepted } = (trial ?? {}) as Partial<Record<keyof ChunkTrial, unknown>>;
    // JSON writes an infinite error, of numbers that were not finite, as null.
    if (
      typeof tokens !== 'number' ||
      (typeof relativeError !== 'number' && relativeError !== null) ||
      typeof accepted !== 'boolean'
    )
      return [];
    return [{ tokens, relativeError: relativeError ?? Infinity, accepted }];
  });
  const proved =
    parsed.length === trials.length && parsed.some((trial) => trial.accepted && trial.tokens === chunkTokens);
  return proved ? { chunkTokens, trials: parsed, branchError: branchError ?? Infinity } : null;
}

function parseProductTrials(raw: unknown): readonly ProductTrial[] | null {
  if (!Array.isArray(raw)) return null;
  const trials = raw.flatMap((trial): ProductTrial[] => {
    const { form, bits, columns, blockSize, rows, milliseconds, relativeError, chosen } = (trial ?? {}) as Partial<
      Record<keyof ProductTrial, unknown>
    >;
    const known = PRODUCT_FORMS.find((name) => name === form);
    const counts = [columns, blockSize, rows].every(
      (value) => typeof value === 'number' && Number.isInteger(value) && value > 0,
    );
    if (
      known === undefined ||
      !counts ||
      (bits !== 4 && bits !== 8) ||
      typeof milliseconds !== 'number' ||
      typeof chosen !== 'boolean'
    )
      return [];
    if (typeof relativeError !== 'number' && relativeError !== null) return [];
    return [
      {
        form: known,
        bits,
        columns: Number(columns),
        blockSize: Number(blockSize),
        rows: Number(rows),
        milliseconds,
        relativeError: relativeError ?? Infinity,
        chosen,
      },
    ];
  });
  return trials.length === raw.length ? trials : null;
}

function parseWriterProof(raw: unknown): WriterProof | null {
  const { mode, trials, rule, reason } = (raw ?? {}) as Partial<Record<keyof WriterProof, unknown>>;
  const known = MODES.find((name) => name === mode);
  if (known === undefined || !Array.isArray(trials) || (typeof reason !== 'string' && reason !== null)) return null;
  const parsed = trials.flatMap((trial): WriterTrial[] => {
    const { msPerToken, relativeError, sameTokens, accepted, ...rest } = (trial ?? {}) as Partial<
      Record<keyof WriterTrial, unknown>
    >;
    const tried = MODES.find((name) => name === rest.mode);
    if (
      tried === undefined ||
      typeof msPerToken !== 'number' ||
      (typeof relativeError !== 'number' && relativeError !== null) ||
      typeof sameTokens !== 'boolean' ||
      typeof accepted !== 'boolean'
    )
      return [];
    return [{ mode: tried, msPerToken, relativeError: relativeError ?? Infinity, sameTokens, accepted }];
  });
  const proved = parsed.length === trials.length && parsed.some((trial) => trial.accepted && trial.mode === known);
  const learned = parseRule(rule);
  return proved && (known === 'direct') === (learned !== null)
    ? { mode: known, trials: parsed, rule: learned, reason }
    : null;
}

function parseRule(raw: unknown): DispatchRule | null {
  const { tokens, y, z } = (raw ?? {}) as Partial<Record<keyof DispatchRule, unknown>>;
  const counts = [tokens, y, z].filter(
    (value): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536,
  );
  const [stretch, rows, planes] = counts;
  return counts.length === 3 && stretch !== undefined && rows !== undefined && planes !== undefined
    ? { tokens: stretch, y: rows, z: planes }
    : null;
}
