/** Tells what the probe finds in a worker. */
import { probeGpu } from '../../../src/engine/capability/probe-gpu.ts';

void probeGpu().then((probe) => {
  postMessage(probe.ok ? { ok: true, adapter: probe.adapter } : probe);
});
