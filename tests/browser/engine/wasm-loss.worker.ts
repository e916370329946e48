/** The engine's worker over the toy on WASM, where every pass fails after a message as it does without its graphics device. */
import './wasm-loss-setup.ts';
import '../../../src/worker/host/engine.worker.ts';
