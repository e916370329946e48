/**
 * `record --examples`: the texts that Write and Steer show before any model is loaded.
 *
 * What is recorded was fixed before any result was seen: the first prompt of Steer, and the two kind chats of Write, each
 * at the page's own first settings and seed. Each text was made once, and what came is what ships. A text that reads the
 * wrong way ships too.
 */
import { join } from 'node:path';
import { STARTERS, STEER_STARTERS, type Starter } from '../content/prompts.ts';
import { AppError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { SteeredWriting } from '../engine/steering/steered-writing.ts';
import { createSteeringRunner } from '../engine/steering/engine-steering-runner.ts';
import { openNodeEngine, type NodeEngine } from '../engine/node/node-engine.ts';
import { createScorer } from '../engine/scorer.ts';
import { TextRun } from '../engine/text-run.ts';
import { assertProbeFits } from '../formats/probe/probe.ts';
import { serialiseExamples } from '../formats/runs/examples-json.ts';
import { POLES } from '../probe/heads.ts';
import type { Probe } from '../probe/probe-types.ts';
import type { ExampleSteering, Examples, ExampleText } from '../reading/examples.ts';
import { FIRST_SAMPLING } from '../reading/first-sampling.ts';
import { USUAL } from '../reading/refinement.ts';
import { tracePoints } from '../reading/trace.ts';
import { makeSteering } from '../steering/make-steering.ts';
import { DEFAULT_MODE, strengthDef } from '../steering/modes.ts';
import { defaultStream } from '../steering/steering-defaults.ts';
import type { Intervention } from '../steering/steering.ts';
import { writeOutput } from './files.ts';
import { GrownReading } from './grown-reading.ts';
import { showProgress } from './progress.ts';
import { readInside } from './reading-options.ts';
import { neutralTexts } from './shipped.ts';

/** The chats of Write by their titles: a kind character, and the same one provoked. */
const CHATS = ['Told to be kind', 'Kind, then provoked'];

/** Records the texts of both places into `steer.json` and `write.json` of the folder `out`; their paths. */
export async function recordExamples(
  model: string,
  { probe, sha256 }: { readonly probe: Probe; readonly sha256: string },
  out: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const engine = await openNodeEngine(model, { editing: true });
  try {
    assertProbeFits(probe, engine.model);
    const ground = await createSteeringRunner({ ...engine, neutral: await neutralTexts() }).ground(signal);
    const layer = defaultStream(engine.model.layerCount);
    const strength = strengthDef(DEFAULT_MODE).first;
    const scene = needed(STEER_STARTERS[0]);
    const sides: readonly (ExampleSteering | null)[] = [
      ...POLES.slice(0, 1).map((pole) => ({ pole, strength, layer })),
      null,
      ...POLES.slice(1).map((pole) => ({ pole, strength, layer })),
    ];
    const jobs = [
      ...sides.map((steering) => ({ file: 'steer', starter: scene, steering })),
      ...CHATS.map((title) => ({
        file: 'write',
        starter: needed(STARTERS.find((starter) => starter.title === title)),
        steering: null,
      })),
    ];
    const texts: { file: string; text: ExampleText }[] = [];
    for (const { file, starter, steering } of jobs) {
      const intervention: Intervention =
        steering === null
          ? []
          : makeSteering(
              { title: probe.title, vectors: probe.steering },
              { mode: DEFAULT_MODE, pole: steering.pole, from: layer, to: layer, strength, where: 'generated' },
              ground,
              engine.model,
            );
      texts.push({ file, text: await written(engine, probe, starter, steering, intervention, signal) });
      showProgress('recording', texts.length, jobs.length);
    }
    const examples: Omit<Examples, 'texts'> = {
      axis: probe.axis,
      sampling: FIRST_SAMPLING,
      provenance: {
        model: engine.model.id,
        weightsSha256: engine.model.weightsSha256,
        probe: probe.id,
        probeSha256: sha256,
        backend: 'onnxruntime-node cpu',
        version: VERSION,
      },
    };
    const paths: string[] = [];
    for (const file of new Set(jobs.map((job) => job.file))) {
      const path = join(out, `${file}.json`);
      await writeOutput(
        path,
        serialiseExamples({
          ...examples,
          texts: texts.filter((each) => each.file === file).map(({ text }) => text),
        }),
      );
      paths.push(path);
    }
    return paths;
  } finally {
    await engine.dispose();
  }
}

/** Writes from a prompt, and reads the whole text with readings inside its sentences, unsteered. */
async function written(
  engine: NodeEngine,
  probe: Probe,
  starter: Starter,
  steering: ExampleSteering | null,
  intervention: Intervention,
  signal: AbortSignal,
): Promise<ExampleText> {
  const prompt = promptOf(engine, starter);
  const scorer = createScorer(probe);
  const during = new GrownReading();
  await new SteeredWriting({ ...engine, scorer }, intervention).write(
    { text: prompt, where: 'generated', sampling: FIRST_SAMPLING, readouts: false },
    during,
    signal,
  );
  const back = new GrownReading();
  const run = new TextRun({ ...engine, scorer });
  await run.read(during.pieces.map(({ text }) => text).join(''), { readouts: true }, back, signal);
  await readInside(run, USUAL, (readout) => back.readout(readout), signal);
  run.dispose();
  const pieces = back.pieces.map(({ text }) => text);
  let length = 0;
  const given = pieces.filter((piece) => (length += piece.length) <= prompt.length).length;
  return {
    title: starter.title,
    pieces,
    given,
    trace: tracePoints(back.readouts, pieces.length, null, probe.defaultLayer),
    steering,
  };
}

function promptOf({ tokenizer }: NodeEngine, { form, text, character, message }: Starter): string {
  if (form === 'text') return text;
  const user = { role: 'user', content: message } as const;
  return tokenizer.chat(character === '' ? [user] : [{ role: 'system', content: character }, user]);
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new AppError('internal', 'A prompt that is to be recorded is not there.');
  return value;
}
