/** The folder of an experiment: what was prepared, a file for each unit that has run, and the report. */
import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../base/errors.ts';
import type { ExperimentReport } from '../experiments/experiment-types.ts';
import type { JsonObject, UnitResult } from '../experiments/design.ts';
import { makeReport } from '../experiments/report.ts';
import type { UnitStore } from '../experiments/runner.ts';
import type { LoadedSpec } from '../experiments/spec.ts';
import {
  assertBelongs,
  parseUnit,
  PREPARED_ID,
  preparedText,
  serialiseUnit,
  serialiseUnits,
  type UnitFile,
  type UnitsHead,
} from '../experiments/unit-file.ts';
import { experimentCard } from '../experiments/report/experiment-card.ts';
import { experimentFigureSvg } from '../formats/figures/experiment-figure.ts';
import { serialiseReport } from '../experiments/report/experiment-report.ts';
import { listFolder, prepareFolder, readIfThere, readText, writeOutput } from './files.ts';

const PREPARED = 'prepared.json';
const UNITS = 'units';

/** The files of a finished experiment, in the order in which one reads them. */
export const RESULT_FILES = [
  'CARD.md',
  'figure.svg',
  'figure-dark.svg',
  'report.json',
  'units.jsonl',
  'spec.json',
] as const;

/** SHA-256 of a text, hexadecimal. */
export const sha256Of = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** Opens a folder for a run: units of something else in it are refused before anything runs. Throws `unit-invalid`. */
export async function openExperimentFolder(dir: string, head: UnitsHead): Promise<UnitStore> {
  await prepareFolder(join(dir, UNITS));
  await setAsideBroken(dir);
  const known = await readParts(dir, head);
  let prepared = known.prepared;
  const ids = new Set(known.units.map(({ id }) => id));
  return {
    prepared: async () => prepared,
    async keepPrepared(made) {
      await writePrepared(dir, head, made);
      prepared = JSON.parse(preparedText(made)) as JsonObject;
    },
    ids: async () => ids,
    async keep(result) {
      if (prepared === null) throw new AppError('internal', `Unit ${result.id} ran before anything was prepared.`);
      await writeOutput(
        join(dir, UNITS, `${result.id}.json`),
        serialiseUnit({ head, part: 'unit', preparedSha256: sha256Of(preparedText(prepared)), result }),
      );
      ids.add(result.id);
    },
  };
}

/**
 * Renames files of an earlier run that are no JSON, as a loss of power can leave them, to NAME.broken and says so: what was in
 * them is made again. Whatever else is wrong with a file is refused when it is read.
 */
async function setAsideBroken(dir: string): Promise<void> {
  const units = (await listFolder(join(dir, UNITS)))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(UNITS, name));
  for (const name of [PREPARED, ...units]) {
    const path = join(dir, name);
    const source = await readIfThere(path);
    if (source === null || isJson(source)) continue;
    await rename(path, `${path}.broken`);
    process.stderr.write(
      `flipside: ${path} is cut off; it now lies beside as ${basename(path)}.broken, and what was in it is made again.\n`,
    );
  }
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

/** Writes what was prepared, for this folder or for another. */
export async function writePrepared(dir: string, head: UnitsHead, prepared: JsonObject): Promise<void> {
  await writeOutput(
    join(dir, PREPARED),
    serialiseUnit({
      head,
      part: 'prepared',
      preparedSha256: sha256Of(preparedText(prepared)),
      result: { id: PREPARED_ID, data: prepared },
    }),
  );
}

/** Reads a file of {@link writePrepared}. */
export async function readPrepared(path: string): Promise<UnitFile> {
  const source = await readText(path);
  if (!isJson(source))
    throw new AppError(
      'unit-invalid',
      `${path} is cut off. Run flipside experiment on its folder again, which measures what is missing.`,
      { path },
    );
  return parseUnit(source, path);
}

/** What has run in a folder; all of it belongs to `head` and to one preparation. Throws `unit-invalid` with the file. */
export async function readParts(
  dir: string,
  head: UnitsHead,
): Promise<{ readonly prepared: JsonObject | null; readonly units: readonly UnitResult[] }> {
  const source = await readIfThere(join(dir, PREPARED));
  const prepared = source === null ? null : parseUnit(source, join(dir, PREPARED));
  if (prepared !== null) assertBelongs(prepared.head, head, join(dir, PREPARED));
  const units: UnitResult[] = [];
  for (const name of (await listFolder(join(dir, UNITS))).filter((file) => file.endsWith('.json')).sort()) {
    const path = join(dir, UNITS, name);
    const unit = await readPrepared(path);
    assertBelongs(unit.head, head, path);
    if (prepared === null)
      throw new AppError(
        'unit-invalid',
        `${path} is there and ${join(dir, PREPARED)}, which it was measured with, is not. Put it back, or begin in an empty folder.`,
        { path },
      );
    if (unit.preparedSha256 !== prepared.preparedSha256) throw otherPreparation(path);
    if (`${unit.result.id}.json` !== name)
      throw new AppError('unit-invalid', `${path} holds the unit ${unit.result.id}. Give it its name back.`, { path });
    units.push(unit.result);
  }
  return { prepared: prepared?.result.data ?? null, units };
}

/** A unit that was measured with other instruments. */
export function otherPreparation(path: string): AppError {
  return new AppError(
    'unit-invalid',
    `${path} was measured with another preparation. Prepare once (flipside experiment … --prepare) and give every shard that file (--prepared FILE).`,
    { path },
  );
}

/** Analyses the units and writes {@link RESULT_FILES}. Throws `units-missing`, and `unit-invalid`. */
export async function writeResults(
  dir: string,
  loaded: LoadedSpec,
  head: UnitsHead,
  prepared: JsonObject,
  units: readonly UnitResult[],
): Promise<ExperimentReport> {
  const all = serialiseUnits({ head, prepared, units });
  const report = makeReport(loaded, { head, prepared, units }, sha256Of(all));
  const contents: Record<(typeof RESULT_FILES)[number], string> = {
    'CARD.md': experimentCard(report),
    'figure.svg': experimentFigureSvg(report.figure, 'light'),
    'figure-dark.svg': experimentFigureSvg(report.figure, 'dark'),
    'report.json': serialiseReport(report),
    'units.jsonl': all,
    'spec.json': loaded.source,
  };
  for (const name of RESULT_FILES) await writeOutput(join(dir, name), contents[name]);
  return report;
}
