/** onnxruntime-web with its native WebGPU provider, for every browser that has WebGPU. Loaded only where it works. */
import * as ort from 'onnxruntime-web/webgpu';
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';

// The runtime's own files are served beside the page, never from elsewhere.
ort.env.wasm.wasmPaths = { mjs: new URL(glueUrl, import.meta.url).href, wasm: new URL(wasmUrl, import.meta.url).href };
ort.env.logLevel = 'error';

export { ort };
