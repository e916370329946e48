/** `experiment`: runs one of the shipped experiments, or one's own, and prints its verdict. */
import { join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { isShippedId } from '../../experiments/experiment-files.ts';
import type { RunSize } from '../../experiments/experiment-types.ts';
import { DESIGNS } from '../../experiments/designs.ts';
import { estimateRun, runUnits, type Shard, type UnitStore, unitsOfShard } from '../../experiments/runner.ts';
import { type LoadedSpec, parseSpec } from '../../experiments/spec.ts';
import { assertBelongs, type UnitsHead } from '../../experiments/unit-file.ts';
import type { Decoder } from '../../engine/decoder.ts';
import { createSubject } from '../../engine/engine-subject.ts';
import { assertReach, roomFor } from '../../engine/model/run-memory.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import {
  openExperimentFolder,
  readParts,
  readPrepared,
  RESULT_FILES,
  sha256Of,
  writeResults,
} from '../experiment-folder.ts';
import { readText, writeOutput } from '../files.ts';
import { availableBytes, MEMORY, MEMORY_USAGE, memoryWords } from '../memory-option.ts';
import { showProgress } from '../progress.ts';
import { neutralTexts, SHIPPED_EXPERIMENTS } from '../shipped.ts';

const KNOWN = ['model', 'out', 'shard', 'prepared', ...Object.keys(MEMORY)];
const SWITCHES = ['quick', 'prepare', 'estimate'];

/** Runs an experiment, or the part of it that is asked for. */
export const experiment: Command = {
  name: 'experiment',
  usage:
    'experiment A|A2|B|C|D|E|SPEC.json --model DIR --out DIR [--quick] [--shard I/N] [--prepare] [--prepared FILE] [--estimate] ' +
    MEMORY_USAGE,
  summary:
    'Puts a claim to the test and prints the verdict by its written rule. What has run lies in DIR/units and is never run again. --shard runs every N-th unit from the I-th on, for flipside merge; --prepare only fits what all units need, and --prepared takes it from there; --estimate only says how long it would take here, and how much memory. Context and memory are looked at before anything is read; --memory says how much may be used, where that is not what is free.',
  async run(args, signal) {
    const options = new Options(
      'experiment',
      args,
      {
        ...Object.fromEntries(KNOWN.map((name) => [name, { type: 'string' } as const])),
        ...Object.fromEntries(SWITCHES.map((name) => [name, { type: 'boolean' } as const])),
      },
      { takesWords: true },
    );
    const loaded = await loadSpec(options);
    const size: RunSize = options.flag('quick') ? 'quick' : 'full';
    const shard = shardIn(options);
    const out = options.needed('out');
    const engine = await openModel(options);
    let editor: Decoder | null = null;
    try {
      const head: UnitsHead = {
        experiment: loaded.spec.id,
        design: loaded.design.name,
        specSha256: loaded.sha256,
        size,
        model: engine.model,
        backend: 'node',
      };
      const reach = loaded.design.reach(loaded.spec, size);
      assertReach(reach, { sizes: engine.decoder.sizes, start: (text) => engine.tokenizer.start(text) });
      const available = availableBytes(options);
      const { setTokens, bytes } = roomFor({ ...engine, sizes: engine.decoder.sizes }, reach.steers, available);
      const store = await openExperimentFolder(out, head);
      await takePrepared(options.text('prepared'), head, store);
      const subject = createSubject({
        ...engine,
        setTokens,
        neutral: await neutralTexts(),
        editor: async () => (editor ??= await engine.openEditor()),
      });
      const parts = {
        loaded,
        size,
        subject,
        shard,
        store,
        signal,
        prepareOnly: options.flag('prepare'),
        clock: () => performance.now(),
      };
      const estimate = await estimateRun(parts);
      process.stderr.write(
        `${loaded.spec.id}: ${unitsOfShard(loaded.design.units(loaded.spec, size), shard).length} units, about ${spoken(estimate.seconds)} on this machine; ${memoryWords(bytes, available)}\n`,
      );
      if (options.flag('estimate'))
        return {
          result: {
            experiment: head.experiment,
            size,
            secondsEstimated: Math.round(estimate.seconds),
            bytesEstimated: Math.round(bytes),
            pace: estimate.pace,
          },
          ok: true,
        };
      await writeOutput(join(out, 'spec.json'), loaded.source);
      const began = performance.now();
      await runUnits({
        ...parts,
        pace: estimate.pace,
        onProgress: ({ stage, done, total }) => showProgress(`${loaded.spec.id} ${stage}`, done, total),
      });
      const took = {
        secondsEstimated: Math.round(estimate.seconds),
        seconds: Math.round((performance.now() - began) / 1000),
      };
      if (options.flag('prepare') || shard !== undefined)
        return { result: { ...head, ...took, out, units: (await store.ids()).size }, ok: true };
      const { prepared, units } = await readParts(out, head);
      const report = await writeResults(out, loaded, head, prepared ?? {}, units);
      const { experiment: about, verdict, because, gates, contrasts } = report;
      return {
        result: { experiment: about.id, size, verdict, because, gates, contrasts, ...took, out, files: RESULT_FILES },
        ok: true,
      };
    } catch (thrown) {
      const error = AppError.from(thrown);
      throw error.code === 'cancelled'
        ? new AppError(
            'cancelled',
            `Stopped. Units that have run are kept in ${join(out, 'units')}: the same command runs those that are missing.`,
            {},
            thrown,
          )
        : error;
    } finally {
      await (editor as Decoder | null)?.dispose();
      await engine.dispose();
    }
  },
};

/** The spec that was named: one that ships by its letter, or a file. */
async function loadSpec(options: Options): Promise<LoadedSpec> {
  const [name, ...others] = options.words;
  if (name === undefined || others.length > 0)
    return options.refuse(
      `name one experiment: A, A2, B, C, D, E or the file of a spec, got ${options.words.length === 0 ? 'none' : options.words.join(' ')}`,
    );
  const source = await readText(isShippedId(name) ? join(SHIPPED_EXPERIMENTS, name, 'spec.json') : name);
  return parseSpec(source, sha256Of(source), DESIGNS);
}

function shardIn(options: Options): Shard | undefined {
  const text = options.text('shard');
  if (text === undefined) return undefined;
  const found = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [index, of] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (index < 1 || index > of)
    return options.refuse(`--shard must be I/N with I from 1 to N, such as 2/8, got "${text}"`);
  return { index, of };
}

/** Takes what another folder prepared, unless this one has the same already. */
async function takePrepared(path: string | undefined, head: UnitsHead, store: UnitStore): Promise<void> {
  if (path === undefined) return;
  const { head: own, result } = await readPrepared(path);
  assertBelongs(own, head, path);
  if ((await store.prepared()) === null) await store.keepPrepared(result.data);
}

function spoken(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
