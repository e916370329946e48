/** A probe on the model of a command, measured first where it was made on another variant of it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertInterventions, type DtypeAgreement } from '../probe/dtype-agreement.ts';
import type { Probe } from '../probe/probe-types.ts';
import type { SteeringSettings } from '../steering/steering.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';
import { type CarriedProbe, carryOver } from '../training/carry-over.ts';
import type { LongCall } from '../training/collect.ts';
import type { SegmentReader } from '../training/reader.ts';
import type { Options } from './command.ts';
import { readPromptSet } from './files.ts';
import { showProgress } from './progress.ts';
import { SHIPPED } from './shipped.ts';

/** The option that names sets which a probe was fitted on, beside those that ship. */
export const FITTED_ON = { 'fitted-on': { type: 'string', multiple: true } } as const;

/** How it is used. */
export const FITTED_ON_USAGE = '[--fitted-on FILE.set.json …]';

/** The probe for this model. Throws what {@link carryOver} does, and what reading a set throws. */
export async function carriedProbe(
  reader: SegmentReader,
  probe: Probe,
  options: Options,
  signal: AbortSignal,
): Promise<CarriedProbe> {
  const call: LongCall = {
    onProgress: ({ done, total }) => showProgress('measuring the probe on this variant', done, total),
    signal,
  };
  return carryOver(reader, probe, () => setsOf(probe, options.texts('fitted-on')), call);
}

/** The same for a probe whose direction steers these layers. Throws `probe-model-mismatch` too where it does not hold at one of them. */
export async function steeringProbe(
  reader: SegmentReader,
  probe: Probe,
  steered: Pick<SteeringSettings, 'from' | 'to'>,
  options: Options,
  signal: AbortSignal,
): Promise<CarriedProbe> {
  const carried = await carriedProbe(reader, probe, options, signal);
  if (carried.agreement !== null) assertInterventions(probe, carried.agreement, steered);
  return carried;
}

/** What is printed of it: nothing where the probe was made on these weights. */
export function agreementPart(agreement: DtypeAgreement | null): { readonly carriedOver?: DtypeAgreement } {
  return agreement === null ? {} : { carriedOver: agreement };
}

/** Named sets, and those that ship under the names of sets that the probe was fitted on. */
async function setsOf({ evidence }: Probe, named: readonly string[]): Promise<readonly PromptSet[]> {
  const folder = join(SHIPPED, 'sets');
  const there = new Set(await readdir(folder));
  const shipped = evidence.bySet
    .filter(({ name }) => there.has(name))
    .map(({ name }) => join(folder, name, `${name}.set.json`));
  return Promise.all(
    [...new Set([...shipped, ...named])].map((path) => readPromptSet(path, { requireNeutral: false })),
  );
}
