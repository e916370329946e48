/**
 * `flipside/engine` on a page: a model by the address of its manifest, in a worker, on WebGPU where it works and on WASM
 * elsewhere. The browser stores the model's files. The interface is that of Node (`engine-node.ts`).
 */
import { AppError } from '../base/errors.ts';
import { parseProbe, PROBE_FILES } from '../formats/probe/probe.ts';
import { STORIES_SET } from '../probe/training-defaults.ts';
import { createWorkerClient } from '../worker/client/worker-client.ts';
import type { Engine, OpenOptions, ProbeFiles, ProbePlace } from './engine/engine-types.ts';
import { makeEngine } from './engine/make-engine.ts';

export { AppError, type ErrorCode } from '../base/errors.ts';
export { traceOf } from './engine/scores.ts';

/** Opens a model by the address of its manifest, relative to the page. Throws model and probe errors, each with a code. */
export async function open(model: string | URL, options: OpenOptions = {}): Promise<Engine> {
  // Written like this, a bundler sees that the worker is an entry of its own.
  const worker = new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' });
  const client = createWorkerClient(worker);
  const stopping = options.signal === undefined ? {} : { signal: options.signal };
  let files: ProbeFiles | null = null;
  const copied = ({ json, tensors }: ProbeFiles) => ({ json, tensors: tensors.slice().buffer as ArrayBuffer });
  try {
    const status = await client.load(
      {
        model: { kind: 'site', manifestUrl: new URL(model, document.baseURI).href },
        hosts: [],
        backend: options.backend ?? 'auto',
      },
      {
        ...stopping,
        on: {
          progress: (now) => {
            if (now.phase === 'bytes') options.onProgress?.(now.loadedBytes, now.totalBytes);
          },
        },
      },
    );
    const engine = makeEngine({
      model: status.model,
      backend: status.backend,
      fallback: status.fallback?.detail ?? null,
      async use(place) {
        const given = await probeFiles(place);
        await client.useProbe({ ...copied(given), sets: [] });
        files = given;
        return parseProbe(given.json, given.tensors).defaultLayer;
      },
      async read(text, readouts, { tokens, readout }, signal) {
        const summary = await client.read({ text, readouts }, { on: { tokens, readout }, signal });
        return summary.tokens + summary.remembered;
      },
      async refine(every, { tokens, readout }, signal) {
        await client.refine({ every }, { on: { tokens, readout }, signal });
      },
      async generate(sampling, readouts, { tokens, readout }, signal) {
        await client.generate({ sampling, readouts }, { on: { tokens, readout }, signal });
      },
      async steer(text, settings, sampling, readouts, { tokens, readout }, signal) {
        if (files === null) throw new AppError('usage', 'There is no probe to steer by. Give open or use one.');
        const stories = await neutralStories();
        await client.writeSteered(
          { text, sampling, readouts, settings, stories, probe: copied(files), also: [], when: null, placebo: null },
          { on: { tokens, readout }, signal },
        );
      },
      findWords: (words) => client.findWords({ words, firstToken: false }),
      lens: (text, top, words, signal) => client.lens({ text, top, words }, { signal }),
      dispose: async () => client.dispose(),
    });
    if (options.probe !== undefined) await engine.use(options.probe);
    return engine;
  } catch (thrown) {
    client.dispose();
    throw thrown;
  }
}

/** The files of a probe by the address of its folder. Throws `usage` where one cannot be fetched. */
async function probeFiles(place: ProbePlace): Promise<ProbeFiles> {
  if (typeof place !== 'string' && !(place instanceof URL)) return place;
  const folder = new URL(place, document.baseURI).href.replace(/\/?$/, '/');
  const fetched = async (name: string): Promise<Response> => {
    const response = await fetch(folder + name);
    if (!response.ok)
      throw new AppError(
        'usage',
        `${folder + name} cannot be fetched: the server answered ${response.status}. Give the address of a folder that holds ${PROBE_FILES.json} and ${PROBE_FILES.tensors}.`,
        { status: response.status },
      );
    return response;
  };
  return {
    json: await (await fetched(PROBE_FILES.json)).text(),
    tensors: new Uint8Array(await (await fetched(PROBE_FILES.tensors)).arrayBuffer()),
  };
}

/** The neutral stories that ship: they give a strength its unit. */
async function neutralStories(): Promise<{ readonly name: string; readonly header: string; readonly rows: string }> {
  // Whole addresses, so that a bundler finds the files.
  const header = new URL('../../probes/sets/neutral-stories/neutral-stories.set.json', import.meta.url);
  const rows = new URL('../../probes/sets/neutral-stories/neutral-stories.jsonl', import.meta.url);
  const text = async (url: URL): Promise<string> => (await fetch(url)).text();
  return { name: STORIES_SET, header: await text(header), rows: await text(rows) };
}
