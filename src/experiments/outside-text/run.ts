/**
 * The units: a family under one condition, all its items at once, so that what their contexts share is read once. Each gives
 * the log-odds of every item under every placement that has a strength.
 */
import type { RunSize } from '../experiment-types.ts';
import { AppError } from '../../base/errors.ts';
import { significant, significantAll } from '../../base/round.ts';
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import { longestOf, type Reach } from '../reach.ts';
import type { PlacedIntervention, Subject } from '../subject.ts';
import { headOf } from './calibrate.ts';
import {
  type Condition,
  conditionsOf,
  contextOf,
  itemsOf,
  mainDose,
  placeboOf,
  promptOf,
  tokensOf,
  tokensOfFamily,
} from './contexts.ts';
import { isSteered, instrumentSteering, STEERED } from './instruments.ts';
import {
  editOfNeutral,
  HEAD_EDITS,
  type HeadEditName,
  isRight,
  massOf,
  oddsOf,
  oddsWith,
  type Reading,
  readingsOf,
  requestOf,
} from './odds.ts';
import { type PreparedFamily, preparedFamily } from './prepared.ts';
import type { Family, Item, OutsideTextSpec } from './spec.ts';
import { heldOutScores } from './visibility.ts';

/** Of the doses that are not the main one every so many items are read. */
const DOSE_STEP = 2;

const NEUTRAL = 'neutral';

/** A unit's id. Units of a quick run read fewer items, and say so; neutral text is the same in both. */
export function unitId({ id }: Family, what: string, size: RunSize): string {
  return what === NEUTRAL || size === 'full' ? `${id}.${what}` : `${id}.${what}.quick`;
}

/** The units of a size, by id. */
export function unitsOf(spec: OutsideTextSpec, size: RunSize): readonly UnitPlan[] {
  const plans = spec.families.flatMap((family) => [
    ...conditionsOf(family, size).map((condition): UnitPlan => ({
      id: unitId(family, condition.id, size),
      cost: { read: costOf(spec, family, condition, size), written: 0 },
    })),
    { id: unitId(family, NEUTRAL, size), cost: { read: neutralCost(spec, family), written: 0 } },
  ]);
  return plans.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A way in which a condition is read. */
interface Pass {
  readonly name: string;
  readonly prompt: readonly string[];
  readonly steered: PlacedIntervention | null;
  /** Whether it is one of those that every dose is read in. */
  readonly dosed: boolean;
}

/**
 * Passes of a condition at most: as it is, prompt, placebo, and three interventions at the effect, at the KL and along random
 * directions.
 */
const MOST_PASSES = 12;
/** Those that every dose is read in. */
const DOSED_PASSES = 5;

function costOf(spec: OutsideTextSpec, family: Family, condition: Condition, size: RunSize): number {
  const items = itemsOf(family, size);
  const longest = promptOf(family, Math.max(...spec.rungs));
  const read = (dose: number, prompt: readonly string[], some: readonly Item[] = items): number =>
    tokensOfFamily(
      family,
      some.map((item) => contextOf(family, condition, dose, item, prompt)),
    );
  const main = mainDose(spec, condition);
  const once = read(main, []);
  const doses = dosesOf(spec, condition, size).reduce(
    (sum, dose) =>
      sum + (DOSED_PASSES - 1) * read(dose, [], everySecond(items)) + read(dose, longest, everySecond(items)),
    0,
  );
  // The clean condition is read once more, to see whether what reads nothing leaves the streams alone.
  return (MOST_PASSES - 2 + (condition.kind === 'clean' ? 1 : 0)) * once + 2 * read(main, longest) + doses;
}

/** The longest text is an attack of most lines behind the longest prompt. */
export function reachOf(spec: OutsideTextSpec, size: RunSize): Reach {
  const dose = Math.max(spec.dose, ...spec.doses);
  const rung = Math.max(...spec.rungs);
  const texts = spec.families.flatMap((family) =>
    conditionsOf(family, size).flatMap((condition) =>
      [promptOf(family, rung), placeboOf(family, rung)].flatMap((prompt) =>
        itemsOf(family, size).map((item) => contextOf(family, condition, dose, item, prompt)),
      ),
    ),
  );
  return { longest: longestOf(texts), written: null, steers: true };
}

function neutralCost(spec: OutsideTextSpec, family: Family): number {
  const prompt = promptOf(family, Math.max(...spec.rungs)).join('\n');
  const texts = (before: string): number =>
    tokensOf(spec.neutral.map(({ context, next }) => `${before}${context} ${next}`));
  return (MOST_PASSES - 1) * texts('') + texts(`${prompt}\n`);
}

/** The doses that are read beside the main one; a quick run has none. */
function dosesOf(spec: OutsideTextSpec, { kind }: Condition, size: RunSize): readonly number[] {
  return kind === 'attack' && size === 'full' ? spec.doses.filter((dose) => dose !== spec.dose) : [];
}

const everySecond = <T>(items: readonly T[]): readonly T[] => items.filter((_, at) => at % DOSE_STEP === 0);

/** Which items the other doses are measured on, as places in the items of the size. */
export function dosedPlaces(count: number): readonly number[] {
  return everySecond(Array.from({ length: count }, (_, at) => at));
}

/** Runs a unit. Throws `unit-invalid` for an id that the spec has not. */
export async function runUnit(
  spec: OutsideTextSpec,
  unit: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  for (const family of spec.families) {
    const own = preparedFamily(prepared, family);
    if (unit.id === unitId(family, NEUTRAL, 'full')) return runNeutral(spec, family, own, subject, signal);
    for (const size of ['full', 'quick'] as const) {
      const condition = conditionsOf(family, size).find(({ id }) => unitId(family, id, size) === unit.id);
      if (condition !== undefined)
        return runCondition({ spec, family, own, subject, condition, size, signal, onShare });
    }
  }
  throw new AppError(
    'unit-invalid',
    `There is no unit ${unit.id} in this spec. Take the units of the spec that is run.`,
    { id: unit.id },
  );
}

interface ConditionRun {
  readonly spec: OutsideTextSpec;
  readonly family: Family;
  readonly own: PreparedFamily;
  readonly subject: Subject;
  readonly condition: Condition;
  readonly size: RunSize;
  readonly signal: AbortSignal | undefined;
  readonly onShare: UnitCall['onShare'];
}

async function runCondition({
  spec,
  family,
  own,
  subject,
  condition,
  size,
  signal,
  onShare,
}: ConditionRun): Promise<JsonObject> {
  const items = itemsOf(family, size);
  const clean = condition.kind === 'clean';
  const head = headOf(own.instrument, own.readout);
  const passes = await passesOf(family, own, subject, signal);
  const doses = dosesOf(spec, condition, size);
  const odds: Record<string, readonly number[]> = {};
  const byDose = new Map<number, Record<string, readonly number[]>>(doses.map((dose) => [dose, {}]));
  const streams = new Map<string, readonly Float32Array[]>();
  let facts: JsonObject = {};

  for (const [done, pass] of passes.entries()) {
    const asked = [
      ...items.map((item) => ({ item, dose: mainDose(spec, condition) })),
      ...(pass.dosed ? doses.flatMap((dose) => everySecond(items).map((item) => ({ item, dose }))) : []),
    ].sort((a, b) => a.dose - b.dose);
    const plain = pass.name === 'none';
    const seen = clean && (plain || isWatched(pass));
    const request = requestOf(spec, family, subject, plain || seen);
    const contexts = asked.map(({ item, dose }) => contextOf(family, condition, dose, item, pass.prompt));
    const ends = await orNothing(() => subject.ends(contexts, request, pass.steered, signal));
    if (ends === null) continue;
    const readings = readingsOf(
      family,
      asked.map(({ item }) => item),
      ends,
    );
    const at = (dose: number): readonly Reading[] => readings.filter((_, place) => asked[place]?.dose === dose);
    const main = at(mainDose(spec, condition));
    odds[pass.name] = main.map(oddsOf);
    if (plain) {
      Object.assign(odds, ofHeads(own, main, head));
      facts = {
        mass: main.map(massOf),
        ...(family.kind === 'sums' && { right: main.map((reading) => (isRight(reading) ? 1 : 0)) }),
      };
    }
    for (const [dose, found] of pass.dosed ? byDose : []) {
      found[pass.name] = at(dose).map(oddsOf);
      if (plain) Object.assign(found, ofHeads(own, at(dose), head));
    }
    if (seen)
      streams.set(
        pass.name,
        main.map((reading) => reading.streams ?? new Float32Array(0)),
      );
    onShare?.((done + 1) / passes.length);
  }
  if (clean) {
    // A reading of its own: that edits of the word scores leave the streams alone is to be seen, not to be assumed.
    const again = await subject.ends(
      items.map((item) => contextOf(family, condition, 0, item)),
      { classes: [], tokens: [], streams: true },
      null,
      signal,
    );
    streams.set(
      'head',
      again.map((end) => end.streams ?? new Float32Array(0)),
    );
  }
  return significantAll({
    odds,
    ...facts,
    ...(doses.length > 0 && { doses: Object.fromEntries([...byDose].map(([dose, found]) => [String(dose), found])) }),
    ...(clean && { visibility: visibilityOf(streams, subject) }),
  }) as JsonObject;
}

/** Placements whose streams are compared with the unsupervised ones: where there is no effect strength, that of the KL. */
function isWatched({ name }: Pass): boolean {
  return name === 'prompt' || STEERED.some((steered) => name === steered || name === `${steered}.kl`);
}

function visibilityOf(streams: ReadonlyMap<string, readonly Float32Array[]>, { model }: Subject): JsonObject {
  const off = streams.get('none') ?? [];
  const out: Record<string, JsonObject> = {};
  for (const name of ['prompt', ...STEERED, 'head']) {
    const on = streams.get(name) ?? streams.get(`${name}.kl`);
    if (on === undefined) continue;
    const { on: with_, off: without } = heldOutScores(on, off, model.layerCount + 1, model.hidden);
    const rounded = (scores: readonly (readonly number[])[]): number[][] =>
      scores.map((layer) => layer.map((score) => significant(score, 4)));
    out[name] = { on: rounded(with_), off: rounded(without) };
  }
  return out;
}

/** How a condition is read: as it is, with the rule or a placebo before it, and under each steering that has a strength. */
async function passesOf(
  family: Family,
  own: PreparedFamily,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<readonly Pass[]> {
  const ground = await subject.ground(signal);
  const rung = own.effect.get('prompt')?.strength ?? null;
  const passes: Pass[] = [{ name: 'none', prompt: [], steered: null, dosed: true }];
  if (rung !== null) passes.push({ name: 'prompt', prompt: promptOf(family, rung), steered: null, dosed: true });
  if (rung !== null) passes.push({ name: 'placebo', prompt: placeboOf(family, rung), steered: null, dosed: false });
  for (const placement of family.placements.filter(isSteered)) {
    const steering = (name: string, vectors: Float32Array, strength: number | null | undefined): void => {
      if (strength !== null && strength !== undefined)
        passes.push({
          name,
          prompt: [],
          steered: {
            intervention: instrumentSteering(vectors, placement, strength, ground, subject.model),
            where: 'all',
          },
          dosed: name === placement,
        });
    };
    steering(placement, own.instrument.directions, own.effect.get(placement)?.strength);
    steering(`${placement}.kl`, own.instrument.directions, own.kl.get(placement)?.strength);
    steering(`${placement}.random`, own.random, own.randomKl.get(placement)?.strength);
  }
  return passes;
}

/** L under every edit of the word scores that has a strength; controls have that of the placement that reads nothing. */
function ofHeads(
  own: PreparedFamily,
  readings: readonly Reading[],
  head: (reading: Reading) => readonly number[],
): Record<string, readonly number[]> {
  const out: Record<string, readonly number[]> = {};
  for (const { name, edit, beta } of headEdits(own))
    out[name] = readings.map((reading) =>
      oddsWith(reading, HEAD_EDITS[edit](beta, head(reading), reading.item.answer)),
    );
  return out;
}

function headEdits({
  effect,
  kl,
}: PreparedFamily): readonly { readonly name: string; readonly edit: HeadEditName; readonly beta: number }[] {
  const asked: [name: string, edit: HeadEditName, beta: number | null | undefined][] = [
    ['gated', 'gated', effect.get('gated')?.strength],
    ['gated.kl', 'gated', kl.get('gated')?.strength],
    ['fixed', 'fixed', effect.get('fixed')?.strength],
    ['fixed.kl', 'fixed', kl.get('fixed')?.strength],
    ['permuted', 'permuted', effect.get('fixed')?.strength],
    ['readout', 'readout', effect.get('readout')?.strength],
    ['readout.kl', 'readout', kl.get('readout')?.strength],
    ['calculator', 'calculator', effect.get('calculator')?.strength],
    ['wrong-operands', 'wrong-operands', effect.get('calculator')?.strength],
  ];
  return asked.flatMap(([name, edit, beta]) => (beta === null || beta === undefined ? [] : [{ name, edit, beta }]));
}

/** What each placement does to text that no rule is about: the change of −log p of the word that follows, in nats, text by text. */
async function runNeutral(
  spec: OutsideTextSpec,
  family: Family,
  own: PreparedFamily,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const surprise: Record<string, readonly number[]> = {};
  let base: readonly number[] = [];
  for (const pass of await passesOf(family, own, subject, signal)) {
    const before = pass.prompt.length === 0 ? '' : `${pass.prompt.join('\n')}\n`;
    const answers = await orNothing(() =>
      subject.likelihoods(
        spec.neutral.map(({ context, next }) => ({ context: before + context, continuations: [next] })),
        pass.steered,
        signal,
      ),
    );
    if (answers === null) continue;
    const found = answers.map(([answer]) => -(answer?.logP ?? Number.NaN));
    if (pass.name === 'none') base = found;
    else surprise[pass.name] = found.map((value, at) => value - (base[at] ?? Number.NaN));
  }
  const items = spec.neutral.map(({ context }, at): Item => ({ id: `n-${at}`, text: context, answer: null }));
  const readings = readingsOf(
    family,
    items,
    await subject.ends(
      items.map(({ text }) => text),
      requestOf(spec, family, subject, true),
      null,
      signal,
    ),
  );
  const head = headOf(own.instrument, own.readout);
  for (const { name, edit, beta } of headEdits(own))
    surprise[name] = readings.map(
      (reading) => editOfNeutral(reading.logs, HEAD_EDITS[edit](beta, head(reading), null)).surprise,
    );
  return significantAll({ surprise }) as JsonObject;
}

/** Null where steering breaks the numbers of this condition: the placement is then missing from the unit, and the analysis says so. */
async function orNothing<T>(attempt: () => Promise<T>): Promise<T | null> {
  try {
    return await attempt();
  } catch (thrown) {
    if (AppError.from(thrown).code === 'push-too-strong') return null;
    throw thrown;
  }
}
