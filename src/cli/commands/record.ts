/** `record`: the readings that the page shows before any model is loaded. */
import { join } from 'node:path';
import { READINGS_LEFT } from '../../content/readings.ts';
import type { ReadingsLeft } from '../../models/engine-report.ts';
import { byPole } from '../../probe/heads.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { USUAL } from '../../reading/refinement.ts';
import { assertProbeFits } from '../../formats/probe/probe.ts';
import { serialiseRecording, serialiseRecordingIndex, type RecordingEntry } from '../../formats/runs/recording-json.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import { parseStory } from '../../formats/runs/story.ts';
import { habitsOf } from '../../probe/probe-types.ts';
import { VERSION } from '../../base/version.ts';
import { createScorer } from '../../engine/scorer.ts';
import { TextRun } from '../../engine/text-run.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { listFolder, readProbe, readText, writeOutput } from '../files.ts';
import { GrownReading } from '../grown-reading.ts';
import { recordExamples } from '../record-examples.ts';
import { showProgress } from '../progress.ts';
import { EVERY, EVERY_USAGE, everyFrom, readInside } from '../reading-options.ts';

/** Reads every story of a folder and writes one recording each, with an index. */
export const record: Command = {
  name: 'record',
  usage: `record --model DIR --probe DIR (--stories DIR ${EVERY_USAGE} | --examples) --out DIR`,
  summary:
    'Reads every story in a folder and writes the recordings that the page shows before a model is loaded, with readings inside sentences unless --every says otherwise. --examples records what Write and Steer show instead: their own prompts, at the page’s first settings.',
  async run(args, signal) {
    const options = new Options('record', args, {
      model: { type: 'string' },
      probe: { type: 'string' },
      stories: { type: 'string' },
      out: { type: 'string' },
      examples: { type: 'boolean' },
      ...EVERY,
    });
    if (options.flag('examples')) {
      const stray = ['stories', 'every', 'bits'].find((name) => options.text(name) !== undefined);
      if (stray !== undefined) options.refuse(`--${stray} is no option of --examples: it goes with --stories`);
      const [out, model] = [options.needed('out'), options.model()];
      const files = await recordExamples(model, await readProbe(options.needed('probe')), out, signal);
      return { result: { out, files }, ok: true };
    }
    const every = everyFrom(options, USUAL);
    const out = options.needed('out');
    const folder = options.needed('stories');
    const { probe, sha256 } = await readProbe(options.needed('probe'));
    const names = (await listFolder(folder)).filter((name) => name.endsWith('.json')).sort();
    const stories = await Promise.all(names.map(async (name) => parseStory(await readText(join(folder, name)), name)));
    stories.sort((a, b) => a.order - b.order);
    const engine = await openModel(options);
    const entries: RecordingEntry[] = [];
    let left: ReadingsLeft | null = null;
    try {
      assertProbeFits(probe, engine.model);
      const scorer = createScorer(probe);
      for (const [index, story] of stories.entries()) {
        showProgress('recording', index + 1, stories.length);
        const run = new TextRun({ ...engine, scorer });
        const reading = new GrownReading();
        const text = story.sentences.map((sentence) => sentence.text).join(' ');
        const { left: leftOut } = await run.read(text, { readouts: true }, reading, signal);
        left = (await readInside(run, every, (readout) => reading.readout(readout), signal)) ?? leftOut ?? left;
        run.dispose();
        const recording = serialiseRecording({
          id: story.id,
          title: story.title,
          text,
          axis: probe.axis,
          defaultLayer: probe.defaultLayer,
          tokens: reading.pieces,
          givenTokens: reading.pieces.length,
          layers: engine.model.layerCount + 1,
          scores: reading.scores(),
          words: reading.words(),
          taps: reading.readouts,
          calibration: probe.calibration,
          explained: probe.lexical.explained,
          alarm: probe.alarm,
          poles: polesOf(probe, reading),
          provenance: {
            model: engine.model.id,
            weightsSha256: engine.model.weightsSha256,
            probe: probe.id,
            probeSha256: sha256,
            backend: 'onnxruntime-node cpu',
            version: VERSION,
            ...habitsOf(engine.model),
          },
        });
        await writeOutput(join(out, `${story.id}.json`), recording);
        entries.push({ id: story.id, title: story.title, blurb: story.blurb, dark: story.dark });
      }
      await writeOutput(join(out, 'index.json'), serialiseRecordingIndex(entries));
      return {
        result: { out, recordings: entries.map((entry) => entry.id), readingsLack: left && READINGS_LEFT[left] },
        ok: true,
      };
    } finally {
      await engine.dispose();
    }
  },
};

/** Each pole from neutral, where the probe has such a reading. */
function polesOf({ poles }: Probe, reading: GrownReading): Recording['poles'] {
  const read = reading.poles();
  if (poles === null || read === null) return null;
  return byPole((pole) => ({
    ...read[pole],
    calibration: poles[pole].calibration,
    explained: poles[pole].lexical.explained,
    alarm: poles[pole].alarm,
  }));
}
