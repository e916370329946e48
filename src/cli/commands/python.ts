/** `python`: a reading, or words under steering, as a Python program that reads the same text and asserts the same number. */
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { createSubject } from '../../engine/engine-subject.ts';
import { isGguf, isSafetensorsFolder } from '../../engine/node/checkpoint.ts';
import { openNodeDecoder } from '../../engine/node/node-decoder.ts';
import { type NodeEngine, openNodeEngine } from '../../engine/node/node-engine.ts';
import { createScorer } from '../../engine/scorer.ts';
import { TextRun } from '../../engine/text-run.ts';
import { readingOf } from '../../formats/python/from-probe.ts';
import {
  fourDigits,
  type PythonProgram,
  pythonProgram,
  type PythonWeights,
} from '../../formats/python/python-program.ts';
import { assertProbeFits } from '../../formats/probe/probe.ts';
import { POLES } from '../../probe/heads.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { makeSteering } from '../../steering/make-steering.ts';
import { MAX_STRENGTH, MODE_NAMES } from '../../steering/modes.ts';
import { firstSteered } from '../../steering/steering.ts';
import { Options, type Command } from '../command.ts';
import { readProbe, readProse, writeOutput } from '../files.ts';
import { GrownReading } from '../grown-reading.ts';
import { STEERING_OPTIONS, steeringFrom } from '../steering-options.ts';
import { neutralTexts } from '../shipped.ts';

const KNOWN = [
  'probe',
  'text',
  'file',
  'token',
  'after',
  'continuation',
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
    'python --model PATH --probe DIR (--text TEXT | --file FILE) [--after N | --token N] [--layer N] [--continuation TEXT --strength X [--pole positive|negative] [--mode …]] [--weights NAME [--tolerance X]] [--out FILE.py]',
  summary:
    'A Python program of at most 25 lines for transformers that reads the same text with the same directions in float32 and asserts the same number to four digits: the reading after token N (the last, unless said otherwise), the score of one token, or with --continuation the log-probability of words under steering. GGUF files and safetensors folders are opened as they are. For an ONNX graph --weights names the checkpoint that it was exported from, and --tolerance by how much its number may differ.',
  async run(args, signal) {
    const options = new Options('python', args, {
      ...Object.fromEntries(KNOWN.map((name) => [name, { type: 'string' } as const])),
      model: { type: 'string' },
      ...STEERING_OPTIONS,
    });
    const path = options.model();
    const text = await textFrom(options);
    const weights = weightsFrom(options, path);
    const { probe } = await readProbe(options.needed('probe'));
    const engine = await openNodeEngine(path);
    try {
      assertProbeFits(probe, engine.model);
      const toleranceOf = (expected: number): number =>
        options.text('tolerance') === undefined
          ? fourDigits(expected)
          : options.number('tolerance', 0, { min: 0, max: 1e6 });
      const program =
        options.text('continuation') === undefined
          ? await reading({ options, engine, probe, text, weights, toleranceOf, signal })
          : await steering({ options, engine, probe, text, weights, toleranceOf, signal, path });
      const source = pythonProgram(program);
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
    await run.read(text, { taps: true }, grown, signal);
    const last = grown.pieces.length - 1;
    const at = (name: 'token' | 'after'): number => options.number(name, last, { min: 1, max: last, whole: true });
    const ofToken = options.text('token') !== undefined;
    if (ofToken && options.text('after') !== undefined) options.refuse('--token and --after contradict each other');
    const token = at(ofToken ? 'token' : 'after');
    const layer =
      options.text('layer') === undefined
        ? null
        : options.number('layer', 0, { min: 0, max: engine.model.layerCount, whole: true });
    const place = { text, token, id: grown.pieces[token]?.id ?? -1, layer, weights };
    if (ofToken) {
      const scores = grown.scores();
      const expected = scores[token * (engine.model.layerCount + 1) + (layer ?? probe.defaultLayer)] ?? Number.NaN;
      return readingOf(probe, { ...place, stand: null, own: false, expected, tolerance: toleranceOf(expected) });
    }
    const found = (): GrownReading['taps'][number] | undefined =>
      grown.taps.find(({ afterToken }) => afterToken === token);
    if (found() === undefined) await run.refine('token', grown, () => undefined, signal);
    const tap =
      found() ??
      options.refuse(
        `there is no reading after token ${token}, which is white space, ends inside a character, or has no room behind it: name another with --after`,
      );
    const own = tap.stand === 'sentence' && probe.trace !== null && engine.decoder.branching;
    const shown = layer === null ? tap.shown?.score : undefined;
    const expected = shown ?? tap.score[layer ?? probe.defaultLayer] ?? Number.NaN;
    return readingOf(probe, { ...place, stand: tap.stand, own, expected, tolerance: toleranceOf(expected) }, (each) =>
      engine.tokenizer.encode(each),
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
  path,
}: Parts & { readonly path: string }): Promise<PythonProgram> {
  const plan = steeringFrom(options, engine.model, MODE_NAMES);
  if (plan.where === 'all') options.refuse('--where must be generated or the position of a token');
  const asked = options.text('pole') ?? 'positive';
  const pole =
    POLES.find((known) => known === asked) ?? options.refuse(`--pole must be positive or negative, got "${asked}"`);
  const strength = options.number('strength', 0.2, { min: 0, max: MAX_STRENGTH });
  const words = options.needed('continuation').trim();
  const editor = await openNodeDecoder(path, { tapped: true, editing: true });
  try {
    const subject = createSubject({ ...engine, neutral: await neutralTexts(), editor: async () => editor });
    const direction = { title: probe.title, vectors: probe.steering };
    const steps = makeSteering(direction, { ...plan, pole, strength }, await subject.ground(signal), engine.model);
    const [[found] = []] = await subject.likelihoods(
      [{ context: text, continuations: [words] }],
      { push: steps, where: plan.where },
      signal,
    );
    const expected = found?.logP ?? Number.NaN;
    return {
      kind: 'steering',
      title: `log-probability of "${words}", steered along "${probe.title}" at a strength of ${strength} towards ${probe.axis[pole]}`,
      weights,
      text,
      continuation: { text: ` ${words}`, ids: engine.tokenizer.encode(` ${words}`) },
      from: firstSteered(plan.where, engine.tokenizer.start(text).length),
      steps,
      expected,
      tolerance: toleranceOf(expected),
    };
  } finally {
    await editor.dispose();
  }
}

async function textFrom(options: Options): Promise<string> {
  const [text, file] = [options.text('text'), options.text('file')];
  if ((text === undefined) === (file === undefined))
    throw new AppError('usage', 'python: give either --text or --file.');
  return text ?? readProse(file ?? '');
}

/** The checkpoint that the program opens. Throws `usage` where transformers cannot read what Flipside reads. */
function weightsFrom(options: Options, path: string): PythonWeights {
  const named = options.text('weights');
  if (named !== undefined) {
    if (options.text('tolerance') === undefined)
      options.refuse(
        '--weights names other weights than Flipside reads, so their number differs: say with --tolerance by how much it may. Run the program once with a large one to see the difference',
      );
    return isGguf(named) && existsSync(named)
      ? { model: dirname(resolve(named)), gguf: basename(named) }
      : { model: named, gguf: null };
  }
  if (isGguf(path)) return { model: dirname(resolve(path)), gguf: basename(path) };
  if (isSafetensorsFolder(path)) return { model: resolve(path), gguf: null };
  return options.refuse(
    `transformers cannot open ${path}, which is an ONNX graph: name with --weights the checkpoint that it was exported from, and with --tolerance by how much its number may differ`,
  );
}
