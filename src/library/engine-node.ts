/**
 * `flipside/engine` in Node: a model folder, a GGUF file or a safetensors folder, on the processor by onnxruntime-node.
 *
 *     import { open } from 'flipside/engine';
 *     const engine = await open('models/smollm2-135m-instruct-q4', { probe: 'probes/kind-cruel' });
 *     for await (const score of engine.read('She fed the stray dog. Then she kicked it.'))
 *       if (score.kind === 'readout') console.log(score.afterToken, score.score, score.low, score.high);
 *     await engine.dispose();
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../base/errors.ts';
import { EngineEditor } from '../engine/steering/engine-editor.ts';
import { findWords } from '../engine/lens/lens-words.ts';
import type { LensHead } from '../engine/lens/lens-head.ts';
import { readLens } from '../engine/lens/lens.ts';
import { openNodeDecoder } from '../engine/node/node-decoder.ts';
import { openNodeEngine } from '../engine/node/node-engine.ts';
import { createScorer, noScorer, type Scorer } from '../engine/scorer.ts';
import { TextRun } from '../engine/text-run.ts';
import { assertProbeFits, parseProbe, PROBE_FILES } from '../formats/probe/probe.ts';
import { parseStorySet } from '../formats/sets/story-set.ts';
import type { Probe } from '../probe/probe-types.ts';
import { STORIES_SET } from '../probe/training-defaults.ts';
import { sha256Of } from '../base/sha256.ts';
import { makeSteering } from '../steering/make-steering.ts';
import type { Engine, OpenOptions, ProbeFiles, ProbePlace } from './engine/engine-types.ts';
import { makeEngine } from './engine/make-engine.ts';

export { AppError, type ErrorCode } from '../base/errors.ts';
export { traceOf } from './engine/scores.ts';
export type {
  Engine,
  LensOptions,
  OpenOptions,
  ProbeFiles,
  ProbePlace,
  ReadOptions,
  ReadoutScore,
  Score,
  SteerOptions,
  TokenScore,
  WriteOptions,
} from './engine/engine-types.ts';

/**
 * Opens a model. In Node `model` is a folder with an ONNX graph or safetensors, an ONNX graph, or a GGUF file. On a page it is
 * the address of a model's manifest, whose files lie beside it. Throws model and probe errors, each with a code.
 */
export async function open(model: string | URL, options: OpenOptions = {}): Promise<Engine> {
  const path = pathOf(model);
  const opened = await openNodeEngine(path);
  const editor = new EngineEditor({
    ...opened,
    open: async () => ({ decoder: await openNodeDecoder(path, { hooked: true, editing: true }), gpu: null }),
  });
  let probe: Probe | null = null;
  let scorer: Scorer = noScorer;
  let run: TextRun | null = null;
  let head: LensHead | null = null;
  const theRun = (): TextRun => (run ??= new TextRun({ ...opened, scorer }));
  const engine = makeEngine({
    model: opened.model,
    backend: 'node',
    fallback: null,
    async use(place) {
      const { json, tensors } = await probeFiles(place);
      const read = parseProbe(json, tensors);
      assertProbeFits(read, opened.model);
      run?.dispose();
      run = null;
      probe = read;
      scorer = createScorer(read);
      return read.defaultLayer;
    },
    async read(text, readouts, sink, signal) {
      const { tokens, remembered } = await theRun().read(text, { readouts }, sink, signal);
      return tokens + remembered;
    },
    async refine(every, sink, signal) {
      await theRun().refine(every, sink, () => undefined, signal);
    },
    async generate(sampling, readouts, sink, signal) {
      await theRun().generate(sampling, { readouts }, sink, signal);
    },
    async steer(text, settings, sampling, readouts, sink, signal) {
      if (probe === null) throw new AppError('usage', 'There is no probe to steer by. Give open or use one.');
      const { title, steering } = probe;
      const ground = await editor.ground(await neutralTexts(), signal);
      const intervention = makeSteering({ title, vectors: steering }, settings, ground, opened.model);
      await editor.write(
        { text, where: settings.where, sampling, readouts },
        { intervention, condition: null },
        scorer,
        {
          tokens: (batch) => sink.tokens(batch),
          readout: (readout) => sink.readout(readout),
          decision: () => undefined,
        },
        signal,
        () => undefined,
      );
    },
    findWords: async (words) => findWords(opened.tokenizer, words, false),
    async lens(text, top, words, signal) {
      head ??= await opened.openLens();
      return readLens({ ...opened, head }, { text, layers: [], top, words }, () => undefined, signal);
    },
    async dispose() {
      run?.dispose();
      await head?.dispose();
      await editor.dispose();
      await opened.dispose();
    },
  });
  try {
    if (options.probe !== undefined) await engine.use(options.probe);
  } catch (thrown) {
    await engine.dispose();
    throw thrown;
  }
  return engine;
}

/** The files of a probe's folder. Throws `usage` where one is missing. */
async function probeFiles(place: ProbePlace): Promise<ProbeFiles> {
  if (typeof place !== 'string' && !(place instanceof URL)) return place;
  const folder = pathOf(place);
  try {
    return {
      json: await readFile(join(folder, PROBE_FILES.json), 'utf8'),
      tensors: await readFile(join(folder, PROBE_FILES.tensors)),
    };
  } catch (thrown) {
    throw new AppError(
      'usage',
      `Cannot read a probe from ${folder}: ${thrown instanceof Error ? thrown.message : String(thrown)}. Name the folder that holds ${PROBE_FILES.json} and ${PROBE_FILES.tensors}.`,
      { folder },
      thrown,
    );
  }
}

/** The neutral stories that ship: they give a strength its unit. */
async function neutralTexts(): Promise<readonly string[]> {
  const at = (ending: string): Promise<string> =>
    readFile(new URL(`../../probes/sets/${STORIES_SET}/${STORIES_SET}.${ending}`, import.meta.url), 'utf8');
  const rows = await at('jsonl');
  const { stories } = parseStorySet({
    headerName: `${STORIES_SET}.set.json`,
    rowsName: `${STORIES_SET}.jsonl`,
    header: await at('set.json'),
    rows,
    sha256: sha256Of(new TextEncoder().encode(rows)),
  });
  return stories.map(({ beats }) => beats.join(' '));
}

const pathOf = (place: string | URL): string => (typeof place === 'string' ? place : fileURLToPath(place));
