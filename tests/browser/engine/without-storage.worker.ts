/** The engine worker of the page in a browser that has no private file storage. */
import './take-storage.ts';
import '../../../src/worker/host/engine.worker.ts';
