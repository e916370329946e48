/** The engine's own worker over the toy decoder. */
import '../../../fixtures/toy/toy-decoder-setup.ts';
import '../../../../src/worker/host/engine.worker.ts';
