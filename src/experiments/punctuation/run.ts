/** What a model is asked about one group of topics, after the directions were fitted on all others. */
import { AppError } from '../../base/errors.ts';
import { significantAll } from '../../base/round.ts';
import type { Intervention } from '../../steering/steering.ts';
import type { Passage } from '../../training/reader.ts';
import { oddsOf, preparedSize } from '../context-odds.ts';
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import type { Gauge } from '../gauge.ts';
import { fitInstrument } from '../instrument.ts';
import { questionsCost, questionsReach } from '../questions.ts';
import { randomInstruments } from '../random-instruments.ts';
import type { Reach } from '../reach.ts';
import type { Question, Subject } from '../subject.ts';
import { type Group, groupsOf, passesOf } from './passes.ts';
import { contextOf, placesOf } from './places.ts';
import { type PunctuationAxis, type PunctuationSpec, SIDES, type Topic } from './spec.ts';

/** One unit a group. */
export function unitsOf(spec: PunctuationSpec, size: RunSize): UnitPlan[] {
  return groupsOf(spec, size).map((group) => {
    const measured = questionsCost(group.topics.flatMap((topic) => questionsOf(group.axis, topic))).read;
    const fitted = questionsCost(
      group.fit.flatMap((topic) => SIDES.map((side) => ({ context: topic[side], continuations: [] }))),
    ).read;
    return { id: group.id, cost: { read: passesOf(spec).length * measured + fitted, written: 0 } };
  });
}

/** Both versions of a topic, each with all words behind it. */
function questionsOf({ words }: PunctuationAxis, topic: Topic): Question[] {
  const continuations = words.flatMap(({ light, dark }) => [light, dark]);
  return SIDES.map((side) => ({ context: contextOf(topic, side), continuations }));
}

/** The longest text with the longest word. */
export function reachOf(spec: PunctuationSpec, size: RunSize): Reach {
  return {
    ...questionsReach(
      groupsOf(spec, size).flatMap(({ axis, topics }) => topics.flatMap((topic) => questionsOf(axis, topic))),
    ),
    steers: true,
  };
}

/**
 * By topic and version: how many tokens the text has, how many of them are marks, and the log odds of the right word over the other
 * one `[passes][words]`, light less dark, in nats. Throws `unit-invalid` for a unit that the spec does not have.
 */
export async function runGroup(
  spec: PunctuationSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const size = preparedSize(prepared);
  const group = size === null ? undefined : groupsOf(spec, size).find((one) => one.id === id);
  if (group === undefined)
    throw new AppError('unit-invalid', `Unit "${id}" is no group of this spec. Prepare this spec and size again.`, {
      unit: id,
    });
  const { axis, random } = await fitDirections(spec, group, subject, signal);
  const places = group.topics.map((topic) =>
    SIDES.map((side) => placesOf(spec, group.axis, topic, side, (text) => subject.encode(text))),
  );
  const asked = group.topics.map((topic) => questionsOf(group.axis, topic));
  const passes = passesOf(spec);
  /** `[passes][topics, sides][words]` */
  const odds: (readonly (readonly number[])[])[] = [];
  for (const { out, tokens } of passes) {
    const intervention = out === 'nothing' ? null : out === 'axis' ? axis : (random[out] ?? []);
    const questions = asked.flatMap((two, topic) =>
      two.map((question, side) => {
        const own = places[topic]?.[side];
        return own === undefined || intervention === null ? question : { ...question, steered: tokens(own) };
      }),
    );
    const answers = await subject.likelihoods(
      questions,
      intervention === null ? null : { intervention, where: 'all' },
      signal,
    );
    odds.push(answers.map((answer) => group.axis.words.map((_, word) => oddsOf(answer.slice(2 * word, 2 * word + 2)))));
    onShare?.(odds.length / passes.length);
  }
  return significantAll({
    topics: group.topics.map((topic, t) => ({
      id: topic.id,
      ...Object.fromEntries(
        SIDES.map((side, s) => [
          side,
          {
            tokens: places[t]?.[s]?.all.length ?? 0,
            marks: places[t]?.[s]?.marks.length ?? 0,
            odds: odds.map((pass) => pass[SIDES.length * t + s] ?? []),
          },
        ]),
      ),
    })),
  }) as unknown as JsonObject;
}

/** What takes the axis out, and what takes random directions of the same texts out: both fitted on topics that are not measured. */
async function fitDirections(
  spec: PunctuationSpec,
  { id, axis, fit }: Group,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<{ readonly axis: Intervention; readonly random: readonly Intervention[] }> {
  const passages = fit.flatMap((topic) =>
    SIDES.map((side): Passage => ({ text: [topic[side]], readoutTexts: [], readoutAfter: [0] })),
  );
  // The mean over all tokens of a text, so that the direction favours neither its marks nor its other tokens.
  const rows = (await subject.read(passages, signal)).map(({ readouts: [after] }) => after?.own ?? new Float32Array(0));
  const { model } = subject;
  const layers = model.layerCount + 1;
  const instrument = fitInstrument(
    fit.map((_, topic) => ({
      positive: rows.slice(2 * topic, 2 * topic + 1),
      negative: rows.slice(2 * topic + 1, 2 * topic + 2),
    })),
    layers,
    model.hidden,
  );
  const group = spec.axes.indexOf(axis) * spec.groups + Number(id.slice(-2));
  const random = randomInstruments(rows, spec.random, spec.seed + group, layers, model.hidden);
  return { axis: takenOut(instrument), random: random.map(takenOut) };
}

/**
 * Holds the stream at one value along a direction, from what leaves the first layer to what leaves the last: midway between the versions
 * (for a random direction, at the mean of all texts). So what the direction says of a text is gone, and its usual size stays.
 */
function takenOut({ layers, hidden, directions, centre }: Gauge): Intervention {
  return Array.from({ length: layers - 1 }, (_, at) => at + 1).flatMap((stream) => {
    const own = directions.subarray(stream * hidden, (stream + 1) * hidden);
    const length = Math.hypot(...own);
    if (!(length > 0)) return [];
    const value = (centre[stream] ?? Number.NaN) / length;
    return [{ stream, add: null, bound: { direction: own.map((one) => one / length), low: value, high: value } }];
  });
}
