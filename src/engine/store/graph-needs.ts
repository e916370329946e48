/** What a graph takes, once it has been read. */
import { cacheBytesPerToken, type DecoderShape } from '../../graph/decoder-shape.ts';
import type { ModelOffer } from '../../models/model-offer.ts';
import type { ModelNeeds } from '../../models/model-source.ts';

/** What a graph takes. */
export function needsOf(shape: DecoderShape, offer: ModelOffer, contextTokens: number): ModelNeeds {
  return {
    layerCount: shape.layerCount,
    contextTokens,
    weightBytes: Math.max(weightBytesOf(offer), shape.weightBytes),
    cacheBytesPerToken: cacheBytesPerToken(shape),
    largestWeightBytes: shape.largestWeightBytes,
    half: shape.half,
    estimated: false,
    gpuOnly: shape.gpuOnly,
    ...(shape.cpuOnly !== undefined && { cpuOnly: shape.cpuOnly }),
    missing: offer.missing,
  };
}

/** Bytes of the files that hold nothing but weights. */
export const weightBytesOf = ({ files }: ModelOffer): number =>
  files.reduce((sum, { role, bytes }) => (role === 'weights' ? sum + bytes : sum), 0);
