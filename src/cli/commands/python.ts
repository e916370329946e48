/** `python`: a reading, or words under steering, as a Python program that reads the same text and asserts the same number. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { createSubject } from '../../engine/engine-subject.ts';
import { isGguf, isSafetensorsFolder } from '../../engine/node/checkpoint.ts';
import type { ModelOnDisk } from '../../engine/node/disk-model.ts';
import { modelOnDisk } from '../../engine/node/model-on-disk.ts';
import { openNodeDecoder } from '../../engine/node/node-decoder.ts';
import { type NodeEngine, openNodeEngine } from '../../engine/node/node-engine.ts';
import { createScorer } from '../../engine/scorer.ts';
import { TextRun } from '../../engine/text-run.ts';
import { readSteeredWords } from '../../engine/steering/steered-words.ts';
import { directionFrom, readingOf, steeringOf } from '../../formats/python/from-probe.ts';
import {
  fourDigits,
  PYTHON_LIBRARIES,
  type PythonLibrary,
  type PythonProgram,
  type PythonWeights,
} from '../../formats/python/program-types.ts';
import { pythonProgram } from '../../formats/python/python-program.ts';
import { assertProbeFits } from '../../formats/probe/probe.ts';
import { DIRECTION_KINDS, isDirectionKind } from '../../lens/lens.ts';
import { directionOf } from '../../lens/probe-direction.ts';
import { directionThroughLens } from '../../engine/lens/lens-direction.ts';
import type { KeptBits } from '../../models/checkpoint/kept-weights.ts';
import { POLES } from '../../probe/heads.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { MAX_STRENGTH, MODE_NAMES } from '../../steering/modes.ts';
import { Options, type Command } from '../command.ts';
import { readProbe, writeOutput } from '../files.ts';
import { GrownReading } from '../grown-reading.ts';
import { textFrom } from '../reading-options.ts';
import { STEERING_OPTIONS, steeringFrom } from '../steering-options.ts';
import { neutralTexts } from '../shipped.ts';

const KNOWN = [
  'probe',
  'text',
  'file',
  'token',
  'after',
  'continuation',
  'direction',
  'word',
  'library',
  'strength',
  'pole',
  'weights',
  'tolerance',
  'out',
];

/** Writes the program. */
export const python: Command = {
  name: 'python',
  usage:
    'python --model PATH --probe DIR ((--text TEXT | --file FILE) [--after N | --token N] [--layer N] [--continuation TEXT --strength X [--pole positive|negative] [--mode …]] | --direction reading|steering|positive|negative [--layer N] [--word WORD]) [--library transformers|nnsight] [--weights NAME [--tolerance X]] [--out FILE.py]',
  summary:
    'A Python program of at most 25 lines for transformers that reads the same text with the same directions in float32 and asserts the same number to four digits: the reading after token N (the last, unless said otherwise), the score of one token, with --continuation the log-probability of words under steering, or with --direction what a direction adds to the logit of a word (the one that it moves most). --library nnsight reaches the streams by nnsight. GGUF files and safetensors folders are opened as they are; with --bits 8 or 4 the program rounds the weights of safetensors as Flipside does, with the package gguf. For an ONNX graph --weights names the checkpoint that it was exported from, and --tolerance by how much its number may differ.',
  async run(args, signal) {
    const options = new Options('python', args, {
      ...Object.fromEntries(KNOWN.map((name) => [name, { type: 'string' } as const])),
      model: { type: 'string' },
      ...STEERING_OPTIONS,
    });
    const path = options.model();
    const kept = options.bits();
    const library = libraryOf(options);
    const text = options.text('direction') === undefined ? await textFrom(options) : null;
    const weights = weightsFrom(options, path, kept ?? 32);
    const { probe } = await readProbe(options.needed('probe'));
    const engine = await openNodeEngine(path, { ...(kept && { kept }) });
    try {
      assertProbeFits(probe, engine.model);
      const toleranceOf = (expected: number): number =>
        options.text('tolerance') === undefined
          ? fourDigits(expected)
          : options.number('tolerance', 0, { min: 0, max: 1e6 });
      const program =
        text === null
          ? await direction({ options, engine, probe, weights, toleranceOf })
          : options.text('continuation') === undefined
            ? await reading({ options, engine, probe, text, weights, toleranceOf, signal })
            : await steering({
                options,
                engine,
                probe,
                text,
                weights,
                toleranceOf,
                signal,
                model: modelOnDisk(path, kept),
              });
      const source = pythonProgram(program, library);
      const out = options.text('out');
      if (out !== undefined) await writeOutput(out, source);
      const { expected, tolerance } = program;
      return {
        result: {
          model: engine.model,
          probe: probe.id,
          expected,
          tolerance,
          ...(out === undefined ? { program: source } : { out }),
        },
        ok: true,
      };
    } finally {
      await engine.dispose();
    }
  },
};

interface Parts {
  readonly options: Options;
  readonly engine: NodeEngine;
  readonly probe: Probe;
  readonly text: string;
  readonly weights: PythonWeights;
  readonly toleranceOf: (expected: number) => number;
  readonly signal: AbortSignal;
}

/** The score of a token, or the readout after one. */
async function reading({ options, engine, probe, text, weights, toleranceOf, signal }: Parts): Promise<PythonProgram> {
  const run = new TextRun({ ...engine, scorer: createScorer(probe) });
  const grown = new GrownReading();
  try {
    await run.read(text, { readouts: true }, grown, signal);
    const last = grown.pieces.length - 1;
    const at = (name: 'token' | 'after'): number => options.number(name, last, { min: 1, max: last, whole: true });
    const ofToken = options.text('token') !== undefined;
    if (ofToken && options.text('after') !== undefined) options.refuse('--token and --after contradict each other');
    const token = at(ofToken ? 'token' : 'after');
    const layer =
      options.text('layer') === undefined
        ? null
        : options.number('layer', 0, { min: 0, max: engine.model.layerCount, whole: true });
    const place = { text, ids: null, token, id: grown.pieces[token]?.id ?? -1, layer, weights };
    if (ofToken) {
      const scores = grown.scores();
      const expected = scores[token * (engine.model.layerCount + 1) + (layer ?? probe.defaultLayer)] ?? Number.NaN;
      return readingOf(probe, { ...place, stand: null, own: false, expected, tolerance: toleranceOf(expected) });
    }
    const found = (): GrownReading['readouts'][number] | undefined =>
      grown.readouts.find(({ afterToken }) => afterToken === token);
    if (found() === undefined) await run.refine('token', grown, () => undefined, signal);
    const readout =
      found() ??
      options.refuse(
        `there is no reading after token ${token}, which is white space, ends inside a character, or has no room behind it: name another with --after`,
      );
    const own = readout.stand === 'sentence' && probe.trace !== null && engine.decoder.branching;
    const shown = layer === null ? readout.shown?.score : undefined;
    const expected = shown ?? readout.score[layer ?? probe.defaultLayer] ?? Number.NaN;
    return readingOf(
      probe,
      { ...place, stand: readout.stand, own, expected, tolerance: toleranceOf(expected) },
      (each) => engine.tokenizer.encode(each),
    );
  } finally {
    run.dispose();
  }
}

/** How likely words are under steering. */
async function steering({
  options,
  engine,
  probe,
  text,
  weights,
  toleranceOf,
  signal,
  model,
}: Parts & { readonly model: ModelOnDisk }): Promise<PythonProgram> {
  const plan = steeringFrom(options, engine.model, MODE_NAMES);
  if (plan.where === 'all') options.refuse('--where must be generated or the position of a token');
  const asked = options.text('pole') ?? 'positive';
  const pole =
    POLES.find((known) => known === asked) ?? options.refuse(`--pole must be positive or negative, got "${asked}"`);
  const strength = options.number('strength', 0.2, { min: 0, max: MAX_STRENGTH });
  const words = options.needed('continuation').trim();
  const editor = await openNodeDecoder(model, { hooked: true, editing: true });
  try {
    const subject = createSubject({ ...engine, neutral: await neutralTexts(), editor: async () => editor });
    const found = await readSteeredWords(
      subject,
      engine.tokenizer,
      { title: probe.title, vectors: probe.steering },
      { ...plan, pole, strength },
      { text, words },
      signal,
    );
    const program = steeringOf(
      { direction: probe.title, settings: { mode: plan.mode, pole, strength }, text, words, weights },
      found,
    );
    return { ...program, tolerance: toleranceOf(program.expected) };
  } finally {
    await editor.dispose();
  }
}

/** What a direction adds to the logit of one word. */
async function direction({
  options,
  engine,
  probe,
  weights,
  toleranceOf,
}: Omit<Parts, 'text' | 'signal'>): Promise<PythonProgram> {
  const kind = options.text('direction') ?? '';
  if (!isDirectionKind(kind)) return options.refuse(`--direction must be ${DIRECTION_KINDS.join(', ')}, got "${kind}"`);
  const layer = options.number('layer', probe.defaultLayer, { min: 0, max: engine.model.layerCount, whole: true });
  const asked = options.text('word')?.trim();
  const head = await engine.openLens();
  try {
    const vectors = { direction: directionOf(probe, kind), nullModel: null };
    const most = asked === undefined ? 1 : head.vocabulary;
    const [told] = await directionThroughLens(head, engine.tokenizer, vectors, [layer], most);
    const word =
      told?.promoted.find(({ text }) => asked === undefined || text.trim() === asked) ??
      options.refuse(
        told?.length === 0
          ? `the probe has no direction at layer ${layer}: name another with --layer`
          : `"${asked}" is no single token of this model: name another with --word`,
      );
    const program = directionFrom(probe, { kind, layer }, word, weights);
    return { ...program, tolerance: toleranceOf(program.expected) };
  } finally {
    await head.dispose();
  }
}

function libraryOf(options: Options): PythonLibrary {
  const asked = options.text('library') ?? 'transformers';
  return (
    PYTHON_LIBRARIES.find((known) => known === asked) ??
    options.refuse(`--library must be ${PYTHON_LIBRARIES.join(' or ')}, got "${asked}"`)
  );
}

/** The checkpoint that the program opens. Throws `usage` where transformers cannot read what Flipside reads. */
function weightsFrom(options: Options, path: string, bits: KeptBits): PythonWeights {
  const named = options.text('weights');
  if (named !== undefined) {
    if (options.text('tolerance') === undefined)
      options.refuse(
        '--weights names other weights than Flipside reads, so their number differs: say with --tolerance by how much it may. Run the program once with a large one to see the difference',
      );
    return isGguf(named) && existsSync(named)
      ? { model: dirname(resolve(named)), gguf: basename(named), origin: null }
      : { model: named, gguf: null, origin: null };
  }
  if (isGguf(path)) return { model: dirname(resolve(path)), gguf: basename(path), origin: null };
  if (isSafetensorsFolder(path))
    return { model: resolve(path), gguf: null, origin: null, ...(bits !== 32 && { rounded: bits }) };
  return options.refuse(
    `transformers cannot open ${path}, which is an ONNX graph: name with --weights the checkpoint that it was exported from, and with --tolerance by how much its number may differ`,
  );
}
