/** The engine's worker over the toy, whose graphics device can be taken away. */
import './loss-setup.ts';
import '../../../src/worker/host/engine.worker.ts';
