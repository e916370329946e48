/**
 * A visit from the press of "Load" on, in the engine's worker: the engine is that of a checkout, put in this one's place by
 * bench/visit/build.ts, so that one program measures two versions.
 */
import { parseProbe } from '../../../src/formats/probe/probe.ts';
import { WebEngine } from '../../../src/engine/web-engine.ts';
import type { VisitCall, VisitSteps } from '../visit.ts';

const never = new AbortController().signal;
const nowhere = { tokens: () => undefined, readout: () => undefined };
const engine = new WebEngine(() => undefined);
let started = 0;
const since = (): number => performance.now() - started;

const steps: VisitSteps = {
  async load({ base }) {
    const file = (name: string): Promise<Response> => fetch(new URL(`probes/kind-cruel/${name}`, base));
    const [json, tensors] = await Promise.all([file('probe.json'), file('directions.safetensors')]);
    const probe = parseProbe(await json.text(), new Uint8Array(await tensors.arrayBuffer()));
    started = performance.now();
    const manifestUrl = new URL('models/smollm2-135m-instruct-q4.manifest.json', base).href;
    const status = await engine.load(
      { model: { kind: 'site', manifestUrl }, hosts: [], backend: 'wasm' },
      // A function for versions before 0.3.
      Object.assign(() => undefined, { progress: () => undefined, plan: () => undefined }),
      never,
    );
    const loadedMs = since();
    engine.useProbe(probe);
    const { products } = status as { readonly products?: { readonly madeBytes: number } | null };
    return { loadedMs, unpackedBytes: products?.madeBytes ?? 0 };
  },
  async read({ text }) {
    let firstScoreMs = 0;
    await engine.read({ text, readouts: true }, { ...nowhere, readout: () => void (firstScoreMs ||= since()) }, never);
    return { firstScoreMs };
  },
  async write({ tokens }) {
    const times: number[] = [];
    const ids: number[] = [];
    const sink = {
      ...nowhere,
      tokens: ({ pieces }: { readonly pieces: readonly { readonly id: number }[] }) => {
        times.push(since());
        ids.push(...pieces.map(({ id }) => id));
      },
    };
    const sampling = { temperature: 0.8, topK: 0, topP: 0.95, seed: 7, maxTokens: tokens };
    await engine.generate({ sampling, readouts: false }, sink, never);
    return { firstWrittenMs: times[0] ?? NaN, gaps: times.slice(1).map((time, at) => time - (times[at] ?? 0)), ids };
  },
  async readShort({ texts, readouts }) {
    // One with another beginning first, so that nothing of these texts is still in memory.
    await engine.read({ text: 'Rain.', readouts: false }, nowhere, never);
    const from = performance.now();
    for (const text of texts) await engine.read({ text, readouts }, nowhere, never);
    return { milliseconds: performance.now() - from };
  },
};

self.onmessage = ({ data: [name, argument] }: MessageEvent<VisitCall>) => {
  (steps[name] as (argument: unknown) => Promise<unknown>)(argument).then(
    (found) => self.postMessage({ found }),
    (thrown: unknown) =>
      self.postMessage({ error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) }),
  );
};
