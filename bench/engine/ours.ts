/**
 * Our engine as the benchmark drives it: what the page's worker does, without the page. This is the one file of the
 * benchmark that knows the inside of src/engine; a new way of writing or reading is measured by changing it here.
 */
import { weightsSha256 } from '../../src/engine/store/manifest.ts';
import { parseProbe } from '../../src/formats/probe/probe.ts';
import type { ReadingSink } from '../../src/reading/reading.ts';
import type { Decoder, Pass } from '../../src/engine/decoder.ts';
import { decoderFilesOf, textOf } from '../../src/engine/model/model-files.ts';
import { placeDecoder, type PlacedDecoder } from '../../src/engine/open-decoder.ts';
import type { DecoderFiles } from '../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../src/engine/ort/web-decoder.ts';
import { createScorer, noScorer, type Scorer } from '../../src/engine/scorer.ts';
import { Sequence } from '../../src/engine/sequence.ts';
import { loadModelFiles } from '../../src/engine/store/load.ts';
import { TextRun } from '../../src/engine/text-run.ts';
import { TextTokenizer } from '../../src/engine/text/tokenizer.ts';
import type { BenchEngine, Reads, Written } from './engine.ts';
import { MODEL, PROBE } from './names.ts';
import { packed } from './packed.ts';

/** What is there once the model is. */
interface Ready {
  readonly files: DecoderFiles;
  readonly tokenizer: TextTokenizer;
  readonly placed: PlacedDecoder;
  readonly scorer: Scorer;
}

const never = new AbortController().signal;

/** Added to every number of the stream after every layer: what it does to the text is of no interest here. */
const STEERED_BY = 0.01;

/** The engine, not yet loaded. */
export function createOurs(): BenchEngine {
  let ready: Ready | null = null;
  /** The graph as it was exported: what writing costs where nothing is read. Opened when it is asked for. */
  let untouched: Decoder | null = null;

  const need = (): Ready => {
    if (ready === null) throw new Error('The model is not open yet.');
    return ready;
  };
  const decoderFor = async (reads: Reads): Promise<Decoder> => {
    const { files, placed } = need();
    const decoder =
      reads === 'nothing'
        ? (untouched ??= (await openWebDecoder(files, 'webgpu', { hooked: false })).decoder)
        : placed.decoder;
    // Only a probe may be content with products: to read every layer is to have its stream here.
    const whole = reads === 'probe' ? decoder : { ...decoder, project: () => Promise.resolve(null) };
    return reads === 'stepwise' ? { ...whole, writer: null } : whole;
  };
  const runFor = async (reads: Reads): Promise<TextRun> => {
    const { files, tokenizer, placed, scorer } = need();
    const decoder = await decoderFor(reads);
    const { layerCount, hidden } = decoder.sizes;
    if (decoder.steering)
      decoder.steer(
        reads === 'steering'
          ? new Map(
              Array.from({ length: layerCount }, (_, layer) => [layer, new Float32Array(hidden).fill(STEERED_BY)]),
            )
          : new Map(),
      );
    return new TextRun({
      decoder,
      tokenizer,
      scorer: reads === 'probe' ? scorer : noScorer,
      chunkTokens: placed.chunkTokens,
      endTokens: files.config.endTokens,
    });
  };

  return {
    async open(base) {
      const started = performance.now();
      const loaded = await loadModelFiles(
        { kind: 'site', manifestUrl: new URL(`models/${MODEL}.manifest.json`, base).href },
        { roles: ['graph', 'weights', 'tokenizer', 'tokenizer-config', 'config'] },
      );
      const files = decoderFilesOf(loaded);
      const tokenizer = new TextTokenizer(textOf(loaded, 'tokenizer'), textOf(loaded, 'tokenizer-config'));
      const placed = await placeDecoder({
        files,
        weightsSha256: weightsSha256(loaded.manifest.files),
        tokenizer,
        wanted: 'auto',
        onProgress: () => undefined,
        signal: never,
      });
      const loadMs = performance.now() - started;
      if (placed.backend !== 'webgpu')
        throw new Error(`The engine fell back to the CPU: ${placed.fallback?.detail ?? 'no reason given'}`);
      ready = { files, tokenizer, placed, scorer: await fetchScorer(base) };
      const { writer, steering } = placed.decoder;
      return {
        loadMs,
        reads: [
          'nothing',
          ...(writer === null ? [] : (['stepwise'] as const)),
          'residuals',
          'probe',
          ...(steering ? (['steering'] as const) : []),
        ],
        runtime: `onnxruntime-web ${placed.runtimeVersion}, writing ${placed.writing?.mode ?? 'stepwise'}`,
        passTokens: placed.chunkTokens,
      };
    },
    async generate(prompt, tokens, reads): Promise<Written> {
      const run = await runFor(reads);
      const ids: number[] = [];
      const times: number[] = [];
      const sink: ReadingSink = {
        // A token is told when it has been read: that is when the next one is chosen.
        tokens: ({ pieces }) => {
          ids.push(...pieces.map(({ id }) => id));
          times.push(performance.now());
        },
        readout: () => undefined,
      };
      try {
        const started = performance.now();
        await run.read(prompt, { readouts: false }, sink, never);
        const first = performance.now();
        ids.length = times.length = 0;
        await run.generate(
          { temperature: 0, topK: 0, topP: 1, seed: 0, maxTokens: tokens },
          { readouts: false },
          sink,
          never,
        );
        return {
          ids,
          firstTokenMs: first - started,
          gapsMs: times.slice(0, -1).map((time, index) => time - (times[index - 1] ?? first)),
        };
      } finally {
        run.dispose();
      }
    },
    async prefill(text) {
      const run = await runFor('residuals');
      try {
        const { tokens, milliseconds } = await run.read(
          text,
          { readouts: false },
          { tokens: () => undefined, readout: () => undefined },
          never,
        );
        return { tokens, milliseconds };
      } finally {
        run.dispose();
      }
    },
    async readSet(texts, batch) {
      const { tokenizer, placed } = need();
      const started = performance.now();
      const ids = texts.map((text) => tokenizer.start(text));
      const marks = batch === 1 ? await readOneByOne(placed, ids) : await readTogether(placed, ids, batch);
      return { milliseconds: performance.now() - started, marks };
    },
  };
}

async function fetchScorer(base: string): Promise<Scorer> {
  const file = (name: string): Promise<Response> => fetch(new URL(`probes/${PROBE}/${name}`, base));
  const [json, tensors] = await Promise.all([file('probe.json'), file('directions.safetensors')]);
  return createScorer(parseProbe(await json.text(), new Uint8Array(await tensors.arrayBuffer())));
}

async function readOneByOne(
  { decoder, chunkTokens }: PlacedDecoder,
  texts: readonly (readonly number[])[],
): Promise<number[]> {
  const marks: number[] = [];
  for (const ids of texts) {
    const sequence = new Sequence(decoder, chunkTokens);
    let mark = NaN;
    for await (const pass of sequence.append(ids)) mark = markOf(pass, pass.tokens - 1, decoder.sizes.hidden);
    sequence.dispose();
    marks.push(mark);
  }
  return marks;
}

/** Texts side by side in one pass, each seeing only itself; a text that is longer than a pass is refused. */
async function readTogether(
  placed: PlacedDecoder,
  texts: readonly (readonly number[])[],
  batch: number,
): Promise<number[]> {
  const { decoder, chunkTokens } = placed;
  if (!decoder.branching) return readOneByOne(placed, texts);
  const marks: number[] = [];
  for (const group of packed(texts, chunkTokens, batch)) {
    const ids = group.flat();
    const starts = new Set(group.map((_, index) => group.slice(0, index).reduce((sum, { length }) => sum + length, 0)));
    const pass = await decoder.run(ids, null, {
      branches: { parents: ids.map((_, token) => (starts.has(token) ? -1 : token - 1)), kept: 0 },
    });
    pass.cache.dispose();
    let last = -1;
    for (const { length } of group) marks.push(markOf(pass, (last += length), decoder.sizes.hidden));
  }
  return marks;
}

/** The length of what leaves the last layer at one token of a pass. */
function markOf({ residuals, tokens }: Pick<Pass, 'residuals' | 'tokens'>, token: number, hidden: number): number {
  const from = residuals.length - (tokens - token) * hidden;
  return Math.hypot(...residuals.subarray(from, from + hidden));
}
