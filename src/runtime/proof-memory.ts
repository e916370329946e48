/**
 * Remembers which pass size was proved on which adapter, so that the second visit need not prove it again (a minute on a
 * software adapter). Kept in the Cache API; where that is missing or refuses, the proof is simply made anew.
 */
import type { ChunkTrial, PassProof } from './chunk-proof.ts';

/** What identifies an adapter and what runs on it, as far as a page can see; a proof holds for equal values only. */
export interface ProofKey {
  readonly adapter: { readonly vendor: string; readonly architecture: string; readonly description: string };
  readonly browser: string;
  readonly runtimeVersion: string;
  readonly weightsSha256: string;
  readonly flipsideVersion: string;
}

const CACHE = 'flipside-pass-proofs';

/** The proof for this key, or null when there is none that can be used. */
export async function recallProof(key: ProofKey): Promise<PassProof | null> {
  try {
    const response = await (await caches.open(CACHE)).match(addressOf(key));
    return response ? parseProof(await response.json()) : null;
  } catch {
    return null; // no Cache API (insecure page, private window) or a damaged entry: prove anew
  }
}

/** Keeps a proof; failing to is no loss. */
export async function keepProof(key: ProofKey, proof: PassProof): Promise<void> {
  try {
    await (await caches.open(CACHE)).put(addressOf(key), new Response(JSON.stringify(proof)));
  } catch {
    // The next visit proves anew, which costs time and nothing else.
  }
}

/** Cache keys are addresses; this one is never fetched. */
function addressOf(key: ProofKey): string {
  const { adapter, browser, runtimeVersion, weightsSha256, flipsideVersion } = key;
  return new URL(`/pass-proof/${encodeURIComponent(JSON.stringify([adapter.vendor, adapter.architecture, adapter.description, browser, runtimeVersion, weightsSha256, flipsideVersion]))}`, location.origin).href;
}

function parseProof(raw: unknown): PassProof | null {
  const { chunkTokens, trials, branchError } = (raw ?? {}) as Partial<Record<keyof PassProof, unknown>>;
  if (typeof chunkTokens !== 'number' || !Number.isInteger(chunkTokens) || chunkTokens < 1 || !Array.isArray(trials) || (typeof branchError !== 'number' && branchError !== null)) return null;
  const parsed = trials.flatMap((trial): ChunkTrial[] => {
    const { tokens, relativeError, accepted } = (trial ?? {}) as Partial<Record<keyof ChunkTrial, unknown>>;
    // JSON writes an infinite error, of numbers that were not finite, as null.
    if (typeof tokens !== 'number' || (typeof relativeError !== 'number' && relativeError !== null) || typeof accepted !== 'boolean') return [];
    return [{ tokens, relativeError: relativeError ?? Infinity, accepted }];
  });
  const proved = parsed.length === trials.length && parsed.some((trial) => trial.accepted && trial.tokens === chunkTokens);
  return proved ? { chunkTokens, trials: parsed, branchError: branchError ?? Infinity } : null;
}
