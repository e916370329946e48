/** What a model takes, found by fetching its graph and its config alone. */
import { AppError } from '../../core/errors.ts';
import { fileOfRole, type OfferedFile } from '../../core/model-offer.ts';
import type { ChosenOffer, ModelNeeds, WeighedModel } from '../../core/model-source.ts';
import { cacheBytesPerToken, describeDecoder } from '../../onnx/decoder-shape.ts';
import { probeGpu } from '../capability/probe-gpu.ts';
import { parseModelConfig } from '../model-config.ts';
import { bytesOf, checkPicked } from './check-model.ts';
import { loadFile } from './load-file.ts';
import type { ManifestFile } from './manifest.ts';
import { baseOf, needWhole } from './offer-manifest.ts';

/** Graphs with their weights in them are not fetched to be looked at. */
const LARGEST_GRAPH_BYTES = 32 << 20;

/** The same against this machine's graphics card, where the page may use one. */
export async function weighHere({ chosen, hosts }: { readonly chosen: ChosenOffer; readonly hosts: readonly string[] }, signal: AbortSignal): Promise<WeighedModel> {
  const needs = await weighOffer(chosen, hosts, signal);
  const gpu = await probeGpu();
  return { needs, limits: gpu.ok ? { maxBufferSize: gpu.limits.maxBufferSize, maxStorageBufferBindingSize: gpu.limits.maxStorageBufferBindingSize, half: gpu.features.includes('shader-f16') } : null };
}

/** Fetches graph and config (from memory or network, nothing is kept), checks them and reads what the model takes. Throws what loading does and the graph's own errors. */
export async function weighOffer({ listing, offer }: ChosenOffer, hosts: readonly string[], signal: AbortSignal): Promise<ModelNeeds> {
  needWhole(offer);
  const bring = async (file: OfferedFile): Promise<Uint8Array> => {
    const { from } = listing;
    if (from.kind === 'local') return bytesOf(file, from.files, signal);
    const { path, bytes, role, sha256, gitBlob } = file;
    const listed: ManifestFile = { path, bytes, role, sha256, ...(sha256 === null && gitBlob !== null && { gitBlob }) };
    return loadFile({ file: listed, place: { kind: 'url', url: baseOf(listing) + path, hosts }, keeping: { vault: null, reason: null }, onProgress: () => undefined, signal });
  };
  if (listing.from.kind === 'local') await checkPicked({ offer }, listing.from.files, signal);
  const [graph, config] = [fileOfRole(offer, 'graph'), fileOfRole(offer, 'config')];
  if (graph === null || config === null) throw new AppError('internal', 'An offer without a graph or a config was let through.');
  const { contextTokens } = parseModelConfig(new TextDecoder().decode(await bring(config)));
  const weights = offer.files.filter(({ role }) => role === 'weights');
  const weightBytes = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  if (graph.bytes > LARGEST_GRAPH_BYTES) return { layerCount: 0, contextTokens, weightBytes: weightBytes + graph.bytes, cacheBytesPerToken: null, largestWeightBytes: null, half: false, gpuOnly: null, missing: [] };
  const shape = describeDecoder(await bring(graph));
  const names = new Set(weights.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)));
  return {
    layerCount: shape.layerCount,
    contextTokens,
    weightBytes: Math.max(weightBytes, shape.weightBytes),
    cacheBytesPerToken: cacheBytesPerToken(shape),
    largestWeightBytes: shape.largestWeightBytes,
    half: shape.half,
    gpuOnly: shape.gpuOnly,
    missing: shape.weightFiles.filter((name) => !names.has(name)).map((name) => `${name} is not there, and the graph takes weights from it`),
  };
}
