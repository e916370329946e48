/** `futures`: many continuations of one text side by side, each read as it grows, and the share of them that turns. */
import { writeFutures } from '../../engine/futures/write-futures.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import { createScorer } from '../../engine/scorer.ts';
import { givenTokens } from '../../engine/text/whole-text.ts';
import { takesSteering } from '../../engine/steering/steered-writing.ts';
import { futuresCsv, futuresObject } from '../../formats/runs/futures-json.ts';
import { textOf, FUTURE_EVERY, FUTURE_LINES, FUTURE_TOKENS, MOST_FUTURE_LINES } from '../../reading/futures/futures.ts';
import { GrownFutures } from '../../reading/futures/grown-futures.ts';
import { carriedProbe, FITTED_ON, FITTED_ON_USAGE, steeringProbe } from '../carried-probe.ts';
import { type Command, Options } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readProbe, writeOutput } from '../files.ts';
import { showProgress } from '../progress.ts';
import { textFrom } from '../reading-options.ts';
import { parseSteeringSpec, STEERING_SPEC, steeringAlong } from '../steering-spec.ts';
import { SAMPLING_OPTIONS, SAMPLING_USAGE, samplingFrom } from '../sampling-options.ts';

/** Writes futures of a text. */
export const futures: Command = {
  name: 'futures',
  usage: `futures --model DIR --probe DIR (--text TEXT | --file FILE) [--at TOKEN] [--chat] [--lines N] [--every N] [--steer STEERING] ${SAMPLING_USAGE} [--csv FILE] ${FITTED_ON_USAGE}`,
  summary: `Writes ${FUTURE_LINES} continuations of a text side by side (--lines 2 to ${MOST_FUTURE_LINES}), each read every ${FUTURE_EVERY} tokens, and prints how many end beyond the range of random directions, and how many turn, with Wilson's interval. Line 1 has the words that generate gives for the same seed, line 2 those of the next seed. --at goes on after that token of the text, the first is 0. --steer: ${STEERING_SPEC}. Readings are of the model without steering. "figure" draws what is printed.`,
  async run(args, signal) {
    const options = new Options('futures', args, {
      model: { type: 'string' },
      probe: { type: 'string' },
      text: { type: 'string' },
      file: { type: 'string' },
      at: { type: 'string' },
      chat: { type: 'boolean' },
      lines: { type: 'string' },
      every: { type: 'string' },
      steer: { type: 'string' },
      csv: { type: 'string' },
      ...SAMPLING_OPTIONS,
      ...FITTED_ON,
    });
    const source = await textFrom(options);
    // Lines are short unless somebody asks for more: what counts is where many of them go.
    const sampling = samplingFrom(options, FUTURE_TOKENS);
    const plan = {
      count: options.number('lines', FUTURE_LINES, { min: 2, max: MOST_FUTURE_LINES, whole: true }),
      every: options.number('every', FUTURE_EVERY, { min: 1, max: 1024, whole: true }),
      sampling,
    };
    if (sampling.temperature === 0) options.refuse('--temperature must be above 0, or every line has the same words');
    const spec = options.text('steer');
    const settings = spec === undefined ? null : parseSteeringSpec('steer', spec);
    const own = await readProbe(options.needed('probe'));
    const engine = await openModel(options, { editing: settings !== null });
    try {
      const reader = createSegmentReader(engine);
      const carried =
        settings === null
          ? await carriedProbe(reader, own.probe, options, signal)
          : await steeringProbe(reader, own.probe, settings, options, signal);
      const { probe } = carried;
      const steering =
        settings === null ? null : await steeringAlong(settings, { ...carried, sha256: own.sha256 }, engine, signal);
      const text = options.flag('chat') ? engine.tokenizer.chat([{ role: 'user', content: source }]) : source;
      const whole = givenTokens(text, engine.tokenizer, engine.decoder.sizes.vocabulary);
      const at = options.number('at', whole.length - 1, { min: 0, max: whole.length - 1, whole: true });
      const given = whole.slice(0, at + 1);
      const intervention = steering?.intervention ?? [];
      if (!takesSteering(engine.decoder, intervention)) options.refuse('this model takes no such steering');
      const grown = new GrownFutures(plan, ({ lines }) =>
        showProgress(
          'tokens',
          lines.reduce((sum, { pieces }) => sum + pieces.length, 0),
          plan.count * sampling.maxTokens,
        ),
      );
      const { left, milliseconds, readings } = await writeFutures(
        {
          ...engine,
          writer: engine.decoder,
          reader: engine.decoder,
          scorer: createScorer(probe),
          layer: probe.defaultLayer,
        },
        { ...plan, given, intervention, where: settings?.where ?? 'generated' },
        grown,
        signal,
      );
      const piece = engine.tokenizer.pieces();
      const record = {
        title: `${plan.count} futures, seeds from ${sampling.seed}`,
        createdAt: Date.now(),
        model: engine.model,
        probe: { id: probe.id, title: own.probe.title, sha256: own.sha256, axis: probe.axis },
        given: given.map(piece),
        plan,
        steering: steering?.record ?? null,
        futures: grown.futures,
      };
      const table = options.text('csv');
      if (table !== undefined) await writeOutput(table, futuresCsv(record));
      return {
        result: {
          ...futuresObject(record),
          milliseconds: Math.round(milliseconds),
          readings,
          ...(left === null ? {} : { readingsLack: left }),
          texts: grown.futures.lines.map(textOf),
        },
        ok: true,
      };
    } finally {
      await engine.dispose();
    }
  },
};
