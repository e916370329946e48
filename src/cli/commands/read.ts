/** `read`: scores of a text, token by token and layer by layer. */
import { createScorer } from '../../engine/scorer.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import { TextRun } from '../../engine/text-run.ts';
import { agreementPart, carriedProbe, FITTED_ON, FITTED_ON_USAGE } from '../carried-probe.ts';
import { readWithAll } from '../axes-reading.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readProbe } from '../files.ts';
import { GrownReading, toJson } from '../grown-reading.ts';
import {
  EVERY,
  EVERY_SUMMARY,
  EVERY_USAGE,
  everyFrom,
  readInside,
  shownReadings,
  textFrom,
} from '../reading-options.ts';

/** Reads a text with a probe, or with several in one pass. */
export const read: Command = {
  name: 'read',
  usage: `read --model DIR --probe DIR [--probe DIR …] (--text TEXT | --file FILE) [--chat] [--no-readouts] [--csv FILE] ${EVERY_USAGE} ${FITTED_ON_USAGE}`,
  summary: `Scores of a text per token and layer, what the words alone predict of them, and readings at neutral words after each sentence: \`readings\` as the page shows them, each from its first token on, with the range of random directions; \`taps\` at every layer. ${EVERY_SUMMARY} --chat reads it as a user turn. Several --probe read it in one pass: what is printed has the readings of each axis with its chance range, and which axes move together; --csv writes them as a table, and "figure" draws them. A probe of another variant of this model (q4, fp16, …) is measured first, on the sets that it was fitted on (those that ship, and --fitted-on): its cosine is printed, or it is refused.`,
  async run(args, signal) {
    const options = new Options('read', args, {
      model: { type: 'string' },
      probe: { type: 'string', multiple: true },
      csv: { type: 'string' },
      text: { type: 'string' },
      file: { type: 'string' },
      chat: { type: 'boolean' },
      'no-readouts': { type: 'boolean' },
      // The name until 0.2.0, still taken.
      'no-taps': { type: 'boolean' },
      ...EVERY,
      ...FITTED_ON,
    });
    const every = everyFrom(options, 'sentence');
    const none = (['no-readouts', 'no-taps'] as const).find((name) => options.flag(name));
    if (none !== undefined && options.text('every') !== undefined)
      options.refuse(`--every says where to read neutral words, and --${none} that none are read. Give one of them`);
    const [folder = options.needed('probe'), ...more] = options.texts('probe');
    if (more.length > 0 && none !== undefined)
      options.refuse(`several probes are read at neutral words, and --${none} says that none are. Leave it out`);
    if (more.length === 0 && options.text('csv') !== undefined)
      options.refuse('--csv is the table of several axes. Name a second --probe, or leave it out');
    const given = await textFrom(options);
    if (more.length > 0)
      return { result: await readWithAll(options, { folders: [folder, ...more], given, every }, signal), ok: true };
    const { probe: own, sha256 } = await readProbe(folder);
    const engine = await openModel(options);
    try {
      const { probe, agreement } = await carriedProbe(createSegmentReader(engine), own, options, signal);
      const text = options.flag('chat') ? engine.tokenizer.chat([{ role: 'user', content: given }]) : given;
      const run = new TextRun({ ...engine, scorer: createScorer(probe) });
      const reading = new GrownReading();
      const summary = await run.read(text, { readouts: none === undefined }, reading, signal);
      const left =
        (await readInside(run, every, (readout) => reading.readout(readout), signal)) ?? summary.left ?? null;
      run.dispose();
      const shown = shownReadings(reading.readouts, reading.pieces.length, probe.defaultLayer, left);
      const unit = 'standard deviations of the probe at the control texts of its training turns';
      // What the words explain and the 1 % lines, by layer, so that no score stands alone.
      const {
        lexical: { explained: wordsExplain },
        alarm,
      } = probe;
      return {
        result: {
          model: engine.model,
          probe: { id: probe.id, sha256 },
          ...agreementPart(agreement),
          unit,
          defaultLayer: probe.defaultLayer,
          wordsExplain,
          alarm,
          ...summary,
          ...shown,
          ...toJson(reading),
        },
        ok: true,
      };
    } finally {
      await engine.dispose();
    }
  },
};
