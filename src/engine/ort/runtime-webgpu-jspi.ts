/** The same runtime where the browser can suspend WebAssembly by itself: 10 MB less to fetch, and less to do for each call. */
import * as ort from 'onnxruntime-web/jspi';
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';

// The runtime's own files are served beside the page, never from elsewhere.
ort.env.wasm.wasmPaths = { mjs: new URL(glueUrl, import.meta.url).href, wasm: new URL(wasmUrl, import.meta.url).href };
ort.env.logLevel = 'error';

export { ort };
