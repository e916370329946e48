/** What a training has to read, step by step in the order in which it reads, so that the first few texts tell how long all of it takes. */
import { evenlySpaced, FORM_TOPICS } from '../../base/evenly.ts';
import { headerFacts, recordIn, textOf } from '../../probe/sets/set-header.ts';
import type { SetSource, TracePlan, TrainingPlan, TrainingProgress } from '../../probe/training-plan.ts';
import { draftRows, type DraftRow } from '../../state/sets/set-rows.ts';

/** Characters that the model reads in each step of the stages that read; a control text counts as often as it is read. */
export type TrainingWork = Readonly<Record<Exclude<TrainingProgress['stage'], 'fitting'>, readonly number[]>> & {
  /** Texts that the fits learn from, which is what fitting grows with. */
  readonly texts: number;
};

/** The work of a plan. What is broken in a set counts nothing: the training itself says what is broken. */
export function workOf({
  sets,
  stories,
  storyCount,
  zeros,
  controls,
  others,
  trace,
  readoutCount,
  otherReadouts,
  method,
}: TrainingPlan): TrainingWork {
  const all = headerFacts(sets[0]?.header ?? '').taps;
  const [readouts, later] = [all.slice(0, readoutCount), all.slice(readoutCount)].map((some) =>
    sum(some.map(({ length }) => length)),
  );
  const atReadouts = (texts: readonly string[], places: number, length = readouts ?? 0): number =>
    sum(texts.map((text) => text.length)) + places * length;
  const beats = lines(stories)
    .slice(0, storyCount ?? undefined)
    .map(beatsIn);
  const scenes = new Set<string>();
  const isNew = (row: DraftRow): boolean => scenes.size < scenes.add(`${row.topic}\n${row.context}`).size;
  const places: number[] = [];
  const turn = (row: DraftRow, own: boolean): number => {
    places.push(own && isNew(row) ? 2 : 1);
    return atReadouts([row.context, row.text], places.at(-1) ?? 1);
  };
  const reading = [
    ...sets.flatMap((set) => draftRows(set.rows).map((row) => turn(row, true))),
    ...zeros.flatMap((set) => draftRows(set.rows).map((row) => turn(row, false))),
    ...beats.map((texts) => atReadouts(texts, texts.length)),
  ];
  const seen =
    otherReadouts && (later ?? 0) > 0
      ? sets.flatMap(poleTurns).map((row) => atReadouts([row.context, row.text], 1, later))
      : [];
  const topics = [...new Set(sets.flatMap((set) => draftRows(set.rows).map(({ topic }) => topic)))];
  const inForm = new Set(otherReadouts ? evenlySpaced(topics.length, FORM_TOPICS).map((index) => topics[index]) : []);
  const readout =
    trace === null ? [] : readoutWork(trace, sets, besideReadout(trace, { zeros, others, method }), beats);
  const form = sets
    .flatMap(poleTurns)
    .filter(({ topic }) => inForm.has(topic))
    .map((row) => atReadouts([row.context, row.text], 1));
  return {
    reading,
    tokens: beats.map((texts) => atReadouts(texts, 0)),
    judging: [
      ...seen,
      ...form,
      ...others.flatMap(poleTurns).map((row) => atReadouts([row.context, row.text], 1)),
      ...controls.flatMap(lines).map((row) => controlWork(row, atReadouts)),
    ],
    readout,
    texts: sum(places) + sum(beats.map((texts) => texts.length)),
  };
}

/**
 * Places that a readout is read at (training/trace/trace-passages.ts): in a turn of the axis, in one of another set, in a
 * neutral beat, in a beat without a label.
 */
const PLACES = { own: 4, other: 2, beat: 2, unlabelled: 3 } as const;

/**
 * Sets that a readout reads beside those of its axis: what is pulled to zero, where a hardened fit does that, and what
 * is projected out.
 */
function besideReadout(
  { freeOf }: TracePlan,
  { zeros, others, method }: Pick<TrainingPlan, 'zeros' | 'others' | 'method'>,
): readonly SetSource[] {
  const pulled = method.target === 'hardened' ? zeros : [];
  return [...pulled, ...[...zeros, ...others].filter((set) => freeOf.includes(set.name) && !pulled.includes(set))];
}

/** Every turn with the neutral texts at each of its places, each scene alone once, and the stories, neutral and labelled. */
function readoutWork(
  { texts, told }: TracePlan,
  own: readonly SetSource[],
  other: readonly SetSource[],
  beats: readonly (readonly string[])[],
): number[] {
  const length = sum(texts.map((text) => text.length));
  const scenes = new Set<string>();
  const turn = ({ topic, context, text }: DraftRow, places: number, alone: boolean): number => {
    const isNew = alone && context !== '' && scenes.size < scenes.add(`${topic}\n${context}`).size;
    return context.length + text.length + (places + (isNew ? 1 : 0)) * length;
  };
  const labels = new Set(
    own.slice(0, 1).flatMap(({ header }) => [headerFacts(header).axis?.positive, headerFacts(header).axis?.negative]),
  );
  const beatWork = (beat: Record<string, unknown> | null): number => {
    const text = textOf(beat?.['text']);
    return text.length + (labels.has(textOf(beat?.['cell'])) ? text.split(' ').length : PLACES.unlabelled) * length;
  };
  return [
    ...own.flatMap((set) => draftRows(set.rows).map((row) => turn(row, PLACES.own, true))),
    ...other.flatMap((set) => draftRows(set.rows).map((row) => turn(row, PLACES.other, false))),
    ...beats.map((story) => sum(story.map((beat) => beat.length)) + PLACES.beat * story.length * length),
    ...told
      .flatMap(lines)
      .map((row) =>
        Array.isArray(row['beats'])
          ? sum(row['beats'].map((beat: unknown) => beatWork(beat as Record<string, unknown> | null)))
          : 0,
      ),
  ];
}

function controlWork(
  row: Record<string, unknown>,
  atReadouts: (texts: readonly string[], places: number) => number,
): number {
  if (Array.isArray(row['beats']))
    return atReadouts(
      row['beats'].map((beat: unknown) => textOf((beat as Record<string, unknown> | null)?.['text'])),
      row['beats'].length,
    );
  const chat = ['system', 'user', 'assistant'].map((key) => textOf(row[key]));
  return row['assistant'] === undefined
    ? atReadouts([textOf(row['context']), textOf(row['text'])], 1)
    : atReadouts(chat, 0);
}

function poleTurns(set: SetSource): DraftRow[] {
  const { axis } = headerFacts(set.header);
  return draftRows(set.rows).filter((row) => row.pole !== axis?.neutral);
}

function lines({ rows }: SetSource): Record<string, unknown>[] {
  return rows
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(recordIn);
}

function beatsIn({ beats }: Record<string, unknown>): string[] {
  return Array.isArray(beats) ? beats.map(textOf) : [];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
