/** The worker of `engine-web.ts`: the same that the page starts. */
import '../worker/host/engine.worker.ts';
