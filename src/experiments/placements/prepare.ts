/**
 * What all units need: the gate, the direction of every topic, and the strength at which early, middle and late steering
 * add the family's effect to the log odds of the rule on the clean items that are measured.
 */
import { significant } from '../../base/round.ts';
import { mean } from '../../stats/stats.ts';
import type { Cost, JsonObject, PrepareCall } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { matchTokens, orBroken, type Strength } from '../matched-steering.ts';
import { searchStrength } from '../outside-text/strength.ts';
import { questionsCost } from '../questions.ts';
import type { PlacedIntervention, Subject } from '../subject.ts';
import { oddsOf, requestOf } from './odds.ts';
import { conditionsOf, contextsOf, topicsOf, wordsOf } from './plan.ts';
import { preparedToJson, type PreparedFamily } from './prepared.ts';
import type { Family, PlacementsSpec, Steered, Topic } from './spec.ts';
import { difference, fitGate, meanVector, steeredStreams, interventionOf } from './steering.ts';

/** Strengths that are tried for one placement, on average. */
const TRIES = 6;

/** What preparing asks of a model. */
export function preparationCost(spec: PlacementsSpec, size: RunSize): Cost {
  const read = (contexts: readonly string[]): number =>
    questionsCost(contexts.map((context) => ({ context, continuations: [] }))).read;
  const families = spec.families.map((family) => {
    const topics = topicsOf(spec, family, size);
    const clean = topics.reduce((sum, topic) => sum + read(cleanContexts(family, topic)), 0);
    const hosts = topics.reduce((sum, topic) => sum + read(hostContexts(family, topic)), 0);
    return read([...family.opens, ...family.closes]) + hosts + (1 + 3 * TRIES) * clean;
  });
  return { read: families.reduce((sum, tokens) => sum + tokens, matchTokens(1)), written: 0 };
}

/** Fits and finds strengths. */
export async function preparePlacements(
  spec: PlacementsSpec,
  size: RunSize,
  subject: Subject,
  { signal }: PrepareCall,
): Promise<JsonObject> {
  const families: [Family, PreparedFamily][] = [];
  for (const family of spec.families) families.push([family, await prepareFamily(spec, family, size, subject, signal)]);
  return preparedToJson(size, families);
}

function cleanContexts(family: Family, topic: Topic): readonly string[] {
  const [clean] = conditionsOf(family);
  return clean === undefined ? [] : contextsOf(family, topic, clean, null);
}

/** The sentence behind each host, from its first word to all of it. */
function hostContexts({ hosts }: Family, topic: Topic): readonly string[] {
  const words = wordsOf(topic);
  return hosts.flatMap((host) => words.map((_, k) => [host, ...words.slice(0, k + 1)].join(' ')));
}

async function prepareFamily(
  spec: PlacementsSpec,
  family: Family,
  size: RunSize,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<PreparedFamily> {
  const { model } = subject;
  const streamsOf = async (contexts: readonly string[]): Promise<Float32Array[]> => {
    const ends = await subject.ends(contexts, { classes: [], tokens: [], streams: true }, null, signal);
    return ends.map(({ streams }) => streams ?? new Float32Array(0));
  };
  const opens = await streamsOf(family.opens);
  const closes = await streamsOf(family.closes);
  const topics = topicsOf(spec, family, size);

  const directions = new Map<string, Float32Array>();
  if (family.kind === 'words') {
    // From going on to break the rule to going on to keep it; one for all topics.
    const shared = steeredStreams(difference(meanVector(closes), meanVector(opens)), model);
    for (const { id } of topics) directions.set(id, shared);
  } else {
    const own: Float32Array[] = [];
    for (const topic of topics)
      own.push(meanVector((await streamsOf(hostContexts(family, topic))).map((one) => steeredStreams(one, model))));
    // What a sentence has that the other sentences of the spec have not.
    topics.forEach(({ id }, at) =>
      directions.set(
        id,
        difference(own[at] ?? new Float32Array(0), meanVector(own.filter((_, other) => other !== at))),
      ),
    );
  }

  const ground = await subject.ground(signal);
  const oddsAt = async (topic: Topic, intervention: PlacedIntervention | null): Promise<readonly number[]> =>
    oddsOf(
      topic,
      await subject.ends(cleanContexts(family, topic), requestOf(family, topic, subject, false), intervention, signal),
    );
  const plain = new Map<string, number>();
  for (const topic of topics) plain.set(topic.id, mean(await oddsAt(topic, null)));
  const found = async (placement: Steered): Promise<Strength> => {
    const best = await searchStrength(
      async (strength) =>
        orBroken(async () => {
          const raised: number[] = [];
          for (const topic of topics) {
            const own = directions.get(topic.id) ?? new Float32Array(0);
            const after = await oddsAt(topic, interventionOf(own, placement, strength, ground, model));
            raised.push(mean(after) - (plain.get(topic.id) ?? Number.NaN));
          }
          return mean(raised);
        }),
      family.effect,
    );
    if (best === null) return { strength: null, reached: null };
    const close = Math.abs(best.reached / family.effect - 1) <= spec.thresholds.tolerance;
    return { strength: close ? significant(best.strength) : null, reached: significant(best.reached) };
  };
  return {
    gate: fitGate(opens, closes, model),
    directions,
    strengths: { early: await found('early'), middle: await found('middle'), late: await found('late') },
  };
}
