/**
 * onnxruntime-web on the CPU. A build of its own, because the one with WebGPU lacks the CPU kernel of
 * GatherBlockQuantized (onnxruntime-web 1.30.0), which the embedding needs.
 */
import * as ort from 'onnxruntime-web/wasm';
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

ort.env.wasm.wasmPaths = { mjs: new URL(glueUrl, import.meta.url).href, wasm: new URL(wasmUrl, import.meta.url).href };
ort.env.logLevel = 'error';

export { ort };
