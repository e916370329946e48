/**
 * What all units need: the direction of each rule, a random one, the readouts, and for every placement the strength at which it
 * has the clean effect that all share, and the one at which it changes neutral text by the KL that all share. Items of
 * the experiment take no part. A placement without such a strength is kept as what it is, with how far it came.
 */
import { significant } from '../../base/round.ts';
import { mean, quantile } from '../../stats/stats.ts';
import type { NeutralGround } from '../../steering/steering-runner.ts';
import { MATCHED_QUANTILE } from '../../steering/match-strength.ts';
import type { Cost, JsonObject, PrepareCall } from '../design.ts';
import { fitInstrument } from '../instrument.ts';
import { matchTokens, orBroken, type Strength, strengthOfKl } from '../matched-steering.ts';
import { randomInstruments } from '../random-instruments.ts';
import type { PlacedIntervention, Subject } from '../subject.ts';
import { type Condition, contextOf, fittingContext, promptOf, tokensOfFamily } from './contexts.ts';
import {
  fitReadout,
  gateOf,
  isSteered,
  instrumentSteering,
  readDigits,
  type Readout,
  type Steered,
  STEERED,
} from './instruments.ts';
import { editOfNeutral, HEAD_EDITS, oddsOf, oddsWith, type Reading, readingsOf, requestOf } from './odds.ts';
import { hasKl, type PreparedFamily, preparedToJson } from './prepared.ts';
import type { Family, Item, OutsideTextSpec, Placement } from './spec.ts';
import { bisect, closest, type Found, searchStrength } from './strength.ts';

const CLEAN: Condition = { kind: 'clean', id: 'clean', frame: null };

/** Readings of neutral text that matching a KL takes on average; interventions that are tried for an effect. */
const MATCH_READINGS = 4;
const EFFECT_TRIES = 7;

/** What {@link prepareOutsideText} asks of a model. */
export function preparationCost(spec: OutsideTextSpec): Cost {
  const read = spec.families.reduce((sum, family) => {
    const items = cleanContexts(family, family.calibration);
    const prompts = spec.rungs.flatMap((rung) =>
      family.calibration.map((item) => contextOf(family, CLEAN, 0, item, promptOf(family, rung))),
    );
    const fits = [...family.towards, ...family.away].map((line) => fittingContext(family, line));
    const once = tokensOfFamily(family, [
      ...fits,
      ...cleanContexts(family, family.readout),
      ...prompts,
      ...spec.neutral.map(({ context }) => context),
    ]);
    return (
      sum +
      once +
      (1 + STEERED.length * EFFECT_TRIES) * tokensOfFamily(family, items) +
      2 * STEERED.length * matchTokens(MATCH_READINGS)
    );
  }, matchTokens(1));
  return { read, written: 0 };
}

/** Fits and calibrates; see the head of this file. */
export async function prepareOutsideText(
  spec: OutsideTextSpec,
  subject: Subject,
  { signal }: PrepareCall,
): Promise<JsonObject> {
  const prepared: PreparedFamily[] = [];
  const ground = await subject.ground(signal);
  for (const family of spec.families) prepared.push(await prepareFamily(spec, family, subject, ground, signal));
  return preparedToJson(spec, prepared);
}

async function prepareFamily(
  spec: OutsideTextSpec,
  family: Family,
  subject: Subject,
  ground: NeutralGround,
  signal: AbortSignal | undefined,
): Promise<PreparedFamily> {
  const { hidden, layerCount } = subject.model;
  const layers = layerCount + 1;
  const ends = await subject.ends(
    [...family.towards, ...family.away].map((line) => fittingContext(family, line)),
    { classes: [], tokens: [], streams: true },
    null,
    signal,
  );
  const rows = ends.map(({ streams }) => streams ?? new Float32Array(0));
  const pairs = family.towards.map((_, at) => ({
    positive: rows.slice(at, at + 1),
    negative: rows.slice(family.towards.length + at, family.towards.length + at + 1),
  }));
  const instrument = fitInstrument(pairs, layers, hidden);
  const [random] = randomInstruments(
    rows,
    1,
    spec.seed,
    layers,
    hidden,
    rows.map((_, at) => at % family.towards.length),
  );

  const read = async (
    items: readonly Item[],
    contexts: readonly string[],
    intervention: PlacedIntervention | null,
  ): Promise<readonly Reading[]> =>
    readingsOf(
      family,
      items,
      await subject.ends(contexts, requestOf(spec, family, subject, intervention === null), intervention, signal),
    );
  const plain = await read(family.calibration, cleanContexts(family, family.calibration), null);
  const readout =
    family.kind === 'sums'
      ? fitReadout([...plain, ...(await read(family.readout, cleanContexts(family, family.readout), null))], hidden)
      : null;
  const neutralItems = spec.neutral.map(({ context }, at): Item => ({ id: `n-${at}`, text: context, answer: null }));
  const neutral = await read(
    neutralItems,
    neutralItems.map((item) => item.text),
    null,
  );

  const base: Base = { spec, family, plain, neutral, headOf: headOf(instrument, readout) };
  const effect = new Map<Placement, Strength>();
  const kl = new Map<Placement, Strength>();
  const randomKl = new Map<Steered, Strength>();
  for (const placement of family.placements) {
    if (isSteered(placement)) {
      const vectors = instrument.directions;
      effect.set(
        placement,
        accepted(
          spec,
          await searchStrength(
            async (strength) =>
              orBroken(async () => {
                const steered = {
                  intervention: instrumentSteering(vectors, placement, strength, ground, subject.model),
                  where: 'all' as const,
                };
                return raised(
                  plain,
                  await read(family.calibration, cleanContexts(family, family.calibration), steered),
                );
              }),
            spec.thresholds.cleanEffect,
          ),
        ),
      );
      const match = (direction: Float32Array): Promise<Strength> =>
        strengthOfKl(
          subject,
          (strength) => [instrumentSteering(direction, placement, strength, ground, subject.model)],
          spec.thresholds.kl,
          signal,
        );
      kl.set(placement, await match(vectors));
      randomKl.set(placement, await match(random?.directions ?? new Float32Array(0)));
    } else if (placement === 'prompt')
      effect.set(placement, accepted(spec, closest(await rungs(base, read), spec.thresholds.cleanEffect)));
    else if (placement !== 'mask') effect.set(placement, accepted(spec, ofHead(base, placement)));
    if (hasKl(placement) && !isSteered(placement)) kl.set(placement, headKl(base, placement));
  }
  return { instrument, random: random?.directions ?? new Float32Array(layers * hidden), readout, effect, kl, randomKl };
}

/** What the strengths of a family are found on. */
interface Base {
  readonly spec: OutsideTextSpec;
  readonly family: Family;
  readonly plain: readonly Reading[];
  readonly neutral: readonly Reading[];
  readonly headOf: (reading: Reading) => readonly number[];
}

/** What edits of the word scores read of the stream: the gate of a rule of words, ten digits of a rule of sums. */
export function headOf(
  instrument: PreparedFamily['instrument'],
  readout: Readout | null,
): (reading: Pick<Reading, 'streams'>) => readonly number[] {
  return ({ streams }) =>
    streams === null ? [] : readout === null ? [gateOf(instrument, streams)] : readDigits(readout, streams);
}

function cleanContexts(family: Family, items: readonly Item[]): readonly string[] {
  return items.map((item) => contextOf(family, CLEAN, 0, item));
}

/** The mean rise of L. */
function raised(plain: readonly Reading[], after: readonly Reading[]): number {
  return mean(after.map((reading, at) => oddsOf(reading) - oddsOf(plain[at] ?? reading)));
}

/** Each number of examples behind the rule, and the effect that it has. */
async function rungs(
  { spec, family, plain }: Base,
  read: (
    items: readonly Item[],
    contexts: readonly string[],
    intervention: PlacedIntervention | null,
  ) => Promise<readonly Reading[]>,
): Promise<readonly Found[]> {
  const asked = spec.rungs.flatMap((rung) => family.calibration.map((item) => ({ rung, item })));
  const readings = await read(
    asked.map(({ item }) => item),
    asked.map(({ rung, item }) => contextOf(family, CLEAN, 0, item, promptOf(family, rung))),
    null,
  );
  return spec.rungs.map((rung) => ({
    strength: rung,
    reached: raised(
      plain,
      readings.filter((_, at) => asked[at]?.rung === rung),
    ),
  }));
}

function ofHead(
  { spec, plain, headOf: head }: Base,
  placement: Exclude<Placement, Steered | 'prompt' | 'mask'>,
): Found {
  return bisect(
    (beta) =>
      mean(
        plain.map(
          (reading) =>
            oddsWith(reading, HEAD_EDITS[placement](beta, head(reading), reading.item.answer)) - oddsOf(reading),
        ),
      ),
    spec.thresholds.cleanEffect,
    spec.thresholds.strongestBias,
  );
}

function headKl({ spec, neutral, headOf: head }: Base, placement: Placement): Strength {
  if (placement !== 'fixed' && placement !== 'gated' && placement !== 'readout')
    return { strength: null, reached: null };
  const at = (beta: number): number =>
    quantile(
      neutral.map((reading) => editOfNeutral(reading.logs, HEAD_EDITS[placement](beta, head(reading), null)).kl),
      MATCHED_QUANTILE,
    );
  const { strength, reached } = bisect(at, spec.thresholds.kl, spec.thresholds.strongestBias);
  return {
    strength: reached >= spec.thresholds.kl * (1 - spec.thresholds.calibrationTolerance) ? significant(strength) : null,
    reached: significant(reached),
  };
}

/** A strength whose effect is the one that all share, within the tolerance. */
function accepted(
  { thresholds: { cleanEffect, calibrationTolerance } }: OutsideTextSpec,
  found: Found | null,
): Strength {
  if (found === null) return { strength: null, reached: null };
  const close = Math.abs(found.reached / cleanEffect - 1) <= calibrationTolerance;
  return { strength: close ? significant(found.strength) : null, reached: significant(found.reached) };
}
