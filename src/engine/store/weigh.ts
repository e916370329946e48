/** What a model takes, found by fetching its graph and its config alone. */
import { AppError } from '../../base/errors.ts';
import { dtypeFrom } from '../../models/model-dtype.ts';
import { isCheckpoint } from '../../models/checkpoint/checkpoint-offers.ts';
import { withWeights } from '../../models/graph-weights.ts';
import { fileOfRole, type OfferedFile } from '../../models/model-offer.ts';
import type { ChosenOffer, WeighedModel } from '../../models/model-source.ts';
import type { DecoderShape } from '../../graph/decoder-shape.ts';
import { hookDecoder } from '../../graph/decoder-hooks.ts';
import { parseDecoder } from '../../graph/parse-decoder.ts';
import { weightEnds } from '../../graph/weights.ts';
import { probeGpu } from '../capability/probe-gpu.ts';
import { estimateNeeds } from '../model/config-estimate.ts';
import { namingGraph } from '../model/graph-error.ts';
import { parseModelConfig } from '../model/model-config.ts';
import { filesToRun, graphToRun } from '../model/model-size.ts';
import { unreadable } from '../refusals/unreadable.ts';
import { bytesOf, checkPicked } from './check-model.ts';
import { fetchOffered } from './fetch-offered.ts';
import { needWhole } from './offer-manifest.ts';
import { needsOf, weightBytesOf } from './graph-needs.ts';
import { withoutPointers } from './picked-pointers.ts';
import { weighCheckpoint } from './weigh-checkpoint.ts';

/** Graphs with their weights in them are not fetched to be looked at. */
const LARGEST_GRAPH_BYTES = 32 << 20;

/** The same against this machine's graphics card, where the page may use one. */
export async function weighHere(
  { chosen, hosts }: { readonly chosen: ChosenOffer; readonly hosts: readonly string[] },
  signal: AbortSignal,
): Promise<WeighedModel> {
  const weighed = await weighOffer(chosen, hosts, signal);
  const gpu = await probeGpu();
  return {
    ...weighed,
    limits: gpu.ok
      ? {
          maxBufferSize: gpu.limits.maxBufferSize,
          maxStorageBufferBindingSize: gpu.limits.maxStorageBufferBindingSize,
          half: gpu.features.includes('shader-f16'),
        }
      : null,
  };
}

/**
 * Fetches graph and config (from memory or network, nothing is kept), checks them and reads what the model takes, and
 * which files its weights are
 * in; of picked files the tokenizer is read as well. Throws what loading does, and the graph's own errors with its path.
 */
export async function weighOffer(
  { listing, offer }: ChosenOffer,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<Omit<WeighedModel, 'limits'>> {
  needWhole(offer);
  if (isCheckpoint(offer)) return weighCheckpoint({ listing, offer }, hosts, signal);
  const { from } = listing;
  const bring = (file: OfferedFile): Promise<Uint8Array> =>
    from.kind === 'local' ? bytesOf(file, from.files, signal) : fetchOffered(file, listing, hosts, signal);
  if (from.kind === 'local') await checkPicked({ offer }, from.files, signal);
  const [graph, config] = [fileOfRole(offer, 'graph'), fileOfRole(offer, 'config')];
  if (graph === null || config === null)
    throw new AppError('internal', 'An offer without a graph or a config was let through.');
  const text = new TextDecoder().decode(await bring(config));
  const { contextTokens } = parseModelConfig(text);
  if (graph.bytes > LARGEST_GRAPH_BYTES) {
    const estimated = estimateNeeds(text, offer.dtype);
    return {
      offer,
      about: null,
      toRun: filesToRun(offer.files, estimated.layerCount),
      needs: {
        ...estimated,
        contextTokens,
        weightBytes: weightBytesOf(offer) + graph.bytes,
        gpuOnly: null,
        missing: [],
      },
    };
  }
  const { shape, ends } = lookInto(graph.path, await bring(graph), text);
  const named = {
    ...withWeights(offer, ends, listing.beside),
    dtype: dtypeFrom(graph.path, shape.numbers) ?? offer.dtype,
  };
  const whole = from.kind === 'local' ? await withoutPointers(named, from.files) : named;
  return { offer: whole, about: null, needs: needsOf(shape, whole, contextTokens), toRun: graphToRun(shape) };
}

/** What a graph looks like, and by each file that it takes weights from the byte where the last of them ends. */
function lookInto(
  path: string,
  bytes: Uint8Array,
  config: string,
): { readonly shape: DecoderShape; readonly ends: ReadonlyMap<string, number> } {
  try {
    // All that is done to a graph that is loaded: what cannot be read is refused before its weights are fetched.
    return { shape: hookDecoder(bytes), ends: weightEnds(parseDecoder(bytes).weights) };
  } catch (thrown) {
    throw namingGraph(path, unreadable(thrown, config, bytes));
  }
}
