/** `generate`: the model writes on, with the reading of its own words where a probe is given. */
import { createScorer, noScorer } from '../../engine/scorer.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import { TextRun } from '../../engine/text-run.ts';
import type { ReadoutReading } from '../../reading/reading.ts';
import { agreementPart, carriedProbe, FITTED_ON, FITTED_ON_USAGE } from '../carried-probe.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readProbe } from '../files.ts';
import { GrownReading, toJson } from '../grown-reading.ts';
import { showProgress } from '../progress.ts';
import { EVERY, EVERY_SUMMARY, EVERY_USAGE, everyFrom, readInside, shownReadings } from '../reading-options.ts';
import { SAMPLING_OPTIONS, SAMPLING_USAGE, samplingFrom } from '../sampling-options.ts';

/** Continues a prompt. */
export const generate: Command = {
  name: 'generate',
  usage: `generate --model DIR --prompt TEXT ${SAMPLING_USAGE} [--chat] [--probe DIR ${EVERY_USAGE} ${FITTED_ON_USAGE}]`,
  summary: `Continues a prompt; the same seed gives the same words. --probe adds the scores of every token, and readings at neutral words after each sentence. ${EVERY_SUMMARY} A probe of another variant of this model is measured first, as by read.`,
  async run(args, signal) {
    const options = new Options('generate', args, {
      model: { type: 'string' },
      prompt: { type: 'string' },
      ...SAMPLING_OPTIONS,
      chat: { type: 'boolean' },
      probe: { type: 'string' },
      ...EVERY,
      ...FITTED_ON,
    });
    const prompt = options.needed('prompt');
    const sampling = samplingFrom(options);
    const probeDir = options.text('probe');
    const every = everyFrom(options, 'sentence');
    if (probeDir === undefined && options.text('every') !== undefined)
      options.refuse('--every says where the probe reads, but there is no --probe');
    const read = probeDir === undefined ? null : await readProbe(probeDir);
    const engine = await openModel(options);
    try {
      const carried = read && (await carriedProbe(createSegmentReader(engine), read.probe, options, signal));
      const text = options.flag('chat') ? engine.tokenizer.chat([{ role: 'user', content: prompt }]) : prompt;
      const run = new TextRun({ ...engine, scorer: carried ? createScorer(carried.probe) : noScorer });
      const given = new GrownReading();
      await run.read(text, { readouts: read !== null }, given, signal);
      const grown = new GrownReading();
      const started = given.pieces.length;
      const summary = await run.generate(
        sampling,
        { readouts: read !== null },
        {
          tokens: (batch) => {
            grown.tokens(batch);
            showProgress('writing', batch.start - started + 1, sampling.maxTokens);
          },
          readout: (readout) => grown.readout(readout),
        },
        signal,
      );
      const inside = (readout: ReadoutReading): void => (readout.afterToken < started ? given : grown).readout(readout);
      const left = read === null ? null : await readInside(run, every, inside, signal);
      run.dispose();
      const written = grown.pieces.map((piece) => piece.text).join('');
      const scores =
        read && carried
          ? {
              probe: { id: read.probe.id, sha256: read.sha256 },
              ...agreementPart(carried.agreement),
              ...shownReadings(
                [...given.readouts, ...grown.readouts],
                started + grown.pieces.length,
                read.probe.defaultLayer,
                left,
              ),
              given: toJson(given),
              written: toJson(grown),
            }
          : {};
      return {
        result: {
          model: engine.model,
          prompt: text,
          text: written,
          ids: grown.pieces.map((piece) => piece.id),
          sampling,
          ...summary,
          ...scores,
        },
        ok: true,
      };
    } finally {
      await engine.dispose();
    }
  },
};
