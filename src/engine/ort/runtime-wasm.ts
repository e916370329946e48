/**
 * onnxruntime-web on the CPU. A build of its own, because the one with WebGPU lacks the CPU kernel of
 * GatherBlockQuantized (onnxruntime-web 1.30.0), which the embedding needs.
 */
import * as ort from 'onnxruntime-web/wasm';
import glueUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

/** Beyond this a pass of a small model gains nothing: its products are short. */
const MOST_THREADS = 4;

ort.env.wasm.wasmPaths = { mjs: new URL(glueUrl, import.meta.url).href, wasm: new URL(wasmUrl, import.meta.url).href };
ort.env.logLevel = 'error';
ort.env.wasm.numThreads = threadsFor(navigator.hardwareConcurrency, globalThis.crossOriginIsolated);

/**
 * Threads of a pass: shared memory needs an isolated page. Half of the processors, so that the page itself always has
 * one: passes on all of them wait for each other.
 */
function threadsFor(processors: number, isolated: boolean): number {
  return isolated ? Math.min(MOST_THREADS, Math.ceil(processors / 2)) : 1;
}

export { ort };
