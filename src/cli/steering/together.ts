/** Several directions and a condition, from what was asked for to what the model is steered by. */
import type { Probe } from '../../probe/probe-types.ts';
import { checkTogether } from '../../steering/combine.ts';
import { checkCondition, conditionLayer, conditionOf, type ConditionSettings } from '../../steering/condition.ts';
import type { SteeringDirection } from '../../steering/make-steering.ts';
import { checkSteeringSettings, type SteeringPart, type SteeringSettings } from '../../steering/steering.ts';
import type { CarriedProbe } from '../../training/carry-over.ts';
import { agreementPart } from '../carried-probe.ts';
import type { Options } from '../command.ts';
import { readProbe } from '../files.ts';
import type { AskedCondition, AskedPart } from './asked.ts';

/** A probe as its folder gives it. */
type ReadProbe = Awaited<ReturnType<typeof readProbe>>;

/** A further direction with its probe. */
export type FurtherPart = AskedPart & ReadProbe;

/** A condition with the probe that reads. */
export type ReadCondition = ConditionSettings & ReadProbe;

/** Refuses directions that the model of the first has not, or that cannot steer at once. Throws `push-invalid`. */
export function checkParts(own: ReadProbe, settings: SteeringSettings, further: readonly FurtherPart[]): void {
  for (const part of further) checkSteeringSettings(part.settings, own.probe.model);
  checkTogether([{ ...own, settings }, ...further].map(recorded));
}

/** A further direction as what is printed says it. */
export function partOn(part: FurtherPart, { agreement }: CarriedProbe): SteeringPart {
  return { ...recorded(part), ...agreementPart(agreement) };
}

function recorded({ probe, sha256, settings }: ReadProbe & { readonly settings: SteeringSettings }): SteeringPart {
  const { where: _, ...rest } = settings;
  return { ...rest, direction: probe.title, probeSha256: sha256, matchedKl: null };
}

/** The steering direction of a probe. */
export function directionOf({ title, steering }: Probe): SteeringDirection {
  return { title, vectors: steering };
}

/** The probe of a condition, and where it reads. Throws probe errors, `usage` and `push-invalid`. */
export async function conditionFrom(
  options: Options,
  { folder, layer: asked, side, threshold }: AskedCondition,
  steered: readonly Pick<SteeringSettings, 'from'>[],
): Promise<ReadCondition> {
  const read = await readProbe(folder);
  const first = Math.min(...steered.map(({ from }) => from));
  const layer = asked ?? conditionLayer(read.probe, first);
  if (layer === null)
    return options.refuse(
      `${read.probe.title} has no layer of its own below ${first}, the first that is steered. Name one, as in --when '${folder}@${first - 1} > 1', or steer from a higher layer on`,
    );
  const settings = { layer, side, threshold };
  checkCondition(settings, steered);
  conditionOf(read.probe, settings);
  return { ...read, ...settings };
}

/** The condition as what is printed says it. */
export function shownCondition(
  { layer, side, threshold, sha256 }: ReadCondition,
  { probe, agreement }: CarriedProbe,
): object {
  return {
    probe: { id: probe.id, sha256 },
    ...agreementPart(agreement),
    layer,
    side,
    threshold,
    unit: `standard deviations of the probe's readings at layer ${layer} over its training turns`,
  };
}
