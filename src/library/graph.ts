/** `flipside/graph`: opens, builds and rewrites decoder graphs in ONNX. No dependencies, and nothing is computed. */
export { AppError, type ErrorCode } from '../base/errors.ts';
export { type BuiltDecoder, buildDecoder } from '../graph/build/build-decoder.ts';
export type { DecoderPlan } from '../graph/build/decoder-config.ts';
export { ggufPlan } from '../graph/build/gguf-plan.ts';
export { hfPlan } from '../graph/build/hf-plan.ts';
export { cacheBytesPerToken, type DecoderShape, describeDecoder } from '../graph/decoder-shape.ts';
export {
  hookDecoder as readoutDecoder,
  type HookedDecoder as ReadoutDecoder,
  type HookOptions as ReadoutOptions,
} from '../graph/decoder-hooks.ts';
export { inFloat32 } from '../graph/float32-graph.ts';
export { type GraphNode, type GraphWeight, type ModelGraph, parseModel, writeModel } from '../graph/graph.ts';
export { type LensGraph, lensGraph } from '../graph/lens-graph.ts';
export { steeringInput } from '../graph/steering.ts';
export { editInputs } from '../graph/stream-edits.ts';
