/** `merge`: joins the shards of an experiment and analyses them as one run. */
import { join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import type { JsonObject, UnitResult } from '../../experiments/design.ts';
import { DESIGNS } from '../../experiments/designs.ts';
import { type LoadedSpec, parseSpec } from '../../experiments/spec.ts';
import { type UnitsHead, preparedText } from '../../experiments/unit-file.ts';
import { Options, type Command } from '../command.ts';
import {
  otherPreparation,
  readParts,
  readPrepared,
  RESULT_FILES,
  sha256Of,
  writePrepared,
  writeResults,
} from '../experiment-folder.ts';
import { prepareFolder, readText } from '../files.ts';

/** Joins shards. */
export const merge: Command = {
  name: 'merge',
  usage: 'merge --out DIR SHARD_DIR…',
  summary:
    'Joins the folders that flipside experiment --shard wrote, and prints the verdict of all units together: the same as of one run. Units of another spec, model, size or preparation are refused, and units that are missing are named.',
  async run(args) {
    const options = new Options('merge', args, { out: { type: 'string' } }, { takesWords: true });
    const out = options.needed('out');
    const [first, ...others] = options.words;
    if (first === undefined) return options.refuse('name the folders of the shards');
    const { head, result } = await readPrepared(join(first, 'prepared.json'));
    const loaded = await specOf(first);
    const units: UnitResult[] = [];
    for (const dir of [first, ...others]) units.push(...(await unitsOf(dir, head, result.data)));
    await prepareFolder(out);
    const report = await writeResults(out, loaded, head, result.data, once(units));
    await writePrepared(out, head, result.data);
    const { experiment, verdict, because, gates, contrasts } = report;
    return {
      result: {
        experiment: experiment.id,
        size: experiment.size,
        verdict,
        because,
        gates,
        contrasts,
        units: report.units,
        out,
        files: RESULT_FILES,
      },
      ok: true,
    };
  },
};

async function specOf(dir: string): Promise<LoadedSpec> {
  const source = await readText(join(dir, 'spec.json'));
  return parseSpec(source, sha256Of(source), DESIGNS);
}

async function unitsOf(dir: string, head: UnitsHead, prepared: JsonObject): Promise<readonly UnitResult[]> {
  const parts = await readParts(dir, head);
  if (parts.prepared !== null && preparedText(parts.prepared) !== preparedText(prepared))
    throw otherPreparation(join(dir, 'prepared.json'));
  return parts.units;
}

/** A unit that two folders hold is taken once if they agree, and refused otherwise. */
function once(units: readonly UnitResult[]): readonly UnitResult[] {
  const found = new Map<string, UnitResult>();
  for (const unit of units) {
    const before = found.get(unit.id);
    if (before !== undefined && JSON.stringify(before.data) !== JSON.stringify(unit.data))
      throw new AppError(
        'unit-invalid',
        `Two folders hold the unit ${unit.id} with different numbers. Leave one of them out.`,
        { unit: unit.id },
      );
    found.set(unit.id, unit);
  }
  return [...found.values()];
}
