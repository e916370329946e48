/** `bench`: what reading, writing, steering and futures cost on this machine, as a record that the page opens too. */
import { cpus, loadavg } from 'node:os';
import { createRequire } from 'node:module';
import { VERSION } from '../../base/version.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import { createScorer } from '../../engine/scorer.ts';
import { measureSpeed } from '../../engine/speed/measure-speed.ts';
import { parseSpeed, serialiseSpeed } from '../../formats/speed/speed-json.ts';
import { speedCautions, speedRatios, speedRows } from '../../formats/speed/speed-summary.ts';
import type { SpeedRecord, SpeedTime } from '../../models/speed/speed-record.ts';
import { carriedProbe, FITTED_ON, FITTED_ON_USAGE } from '../carried-probe.ts';
import { type Command, Options } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readProbe, writeOutput } from '../files.ts';
import { showProgress } from '../progress.ts';

/** Seconds that it takes at most, and rounds that count. */
const SECONDS = 100;
const ROUNDS = 15;

/** Measures speed. */
export const bench: Command = {
  name: 'bench',
  usage: `bench --model DIR [--probe DIR] [--seconds N] [--rounds N] [--out FILE] ${FITTED_ON_USAGE}`,
  summary: `Measures what reading, writing, readings, steering and 24 futures cost on this machine, in at most ${SECONDS} seconds (--seconds) and ${ROUNDS} rounds (--rounds): medians with quartiles and ratios within rounds. --out writes the record, which the page opens beside its own. Nothing is sent.`,
  async run(args, signal) {
    const options = new Options('bench', args, {
      model: { type: 'string' },
      probe: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      out: { type: 'string' },
      ...FITTED_ON,
    });
    const seconds = options.number('seconds', SECONDS, { min: 1, max: 3600 });
    const mostRounds = options.number('rounds', ROUNDS, { min: 1, max: 1000, whole: true });
    const folder = options.text('probe');
    const own = folder === undefined ? null : (await readProbe(folder)).probe;
    const engine = await openModel(options);
    try {
      const carried = own && (await carriedProbe(createSegmentReader(engine), own, options, signal));
      const createdAt = Date.now();
      const before = loadNow();
      const times: SpeedTime[] = [];
      const found = await measureSpeed(
        { ...engine, scorer: carried && createScorer(carried.probe) },
        { mostMs: 1000 * seconds, mostRounds },
        {
          start: () => undefined,
          time: (time) => times.push(time),
          progress: ({ done, total }) => showProgress('measuring, thousandths of the time', done, total),
        },
        signal,
      );
      const { id, weightsSha256, layerCount, hidden } = engine.model;
      const record: SpeedRecord = {
        ...found,
        createdAt,
        version: VERSION,
        model: { id, weightsSha256, layerCount, hidden },
        runner: `Node ${process.versions.node}`,
        runtime: `onnxruntime ${runtimeVersion()} (node)`,
        backend: 'cpu',
        adapter: null,
        processor: (cpus()[0]?.model ?? '').trim() || null,
        processors: cpus().length,
        threads: null,
        power: 'unknown',
        load: [before, loadNow()],
        writing: 'stepwise',
        trials: [],
        memory: [{ what: 'process', bytes: 1024 * process.resourceUsage().maxRSS }],
        complete: true,
        samples: times.map((time) => ({ ...time, disturbed: null })),
      };
      const file = serialiseSpeed(record);
      const out = options.text('out');
      if (out !== undefined) await writeOutput(out, file);
      // What is printed beside it is of the numbers in the file, which are rounded.
      const written = parseSpeed(file);
      return {
        result: {
          ...(JSON.parse(file) as object),
          tokensPerSecond: speedRows(written),
          ratios: speedRatios(written),
          cautions: speedCautions(written),
        },
        ok: true,
      };
    } finally {
      await engine.dispose();
    }
  },
};

function loadNow(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

function runtimeVersion(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { readonly version: string }).version;
}
