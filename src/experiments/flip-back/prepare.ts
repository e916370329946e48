/** What all units need: an instrument for each axis, random directions as its null, and the lines of both labellers. */
import { AppError } from '../../base/errors.ts';
import type { RunSize } from '../experiment-types.ts';
import { mean } from '../../stats/stats.ts';
import { meanReading } from '../../reading/score.ts';
import { significantAll } from '../../base/round.ts';
import { field, type JsonNode, list, number, text } from '../../json/json-path.ts';
import { oneOf } from '../../json/json-values.ts';
import type { Json, JsonObject, PrepareCall } from '../design.ts';
import { type Gauge, scoreAt } from '../gauge.ts';
import { fitInstrument, type Instrument, type InstrumentTopic } from '../instrument.ts';
import { instrumentFromJson, instrumentToJson } from '../instrument-json.ts';
import { randomInstruments } from '../random-instruments.ts';
import type { Subject } from '../subject.ts';
import { packVectors, unpackVectors } from '../vectors.ts';
import { centred, judgeScores } from './judge.ts';
import { type Cuts, cutsOf } from './label.ts';
import { axisOf, type AxisId, type FlipAxis, type FlipBackSpec, keptLayers } from './spec.ts';
import { axesOf, judgeTopics } from './units.ts';

/** Parts that the topics are held out in for the probe's lines. */
const FOLDS = 4;

/** What {@link prepareFlipBack} leaves, in memory. */
export interface Prepared {
  readonly size: RunSize;
  readonly layers: readonly [number, number, number];
  /** Of the moral axis with all layers of the model, of the others with the three kept ones. */
  readonly instruments: Readonly<Partial<Record<AxisId, Instrument>>>;
  /** Along the moral instrument's middle layer, of one layer each. */
  readonly random: readonly Gauge[];
  readonly probe: Cuts;
  readonly judge: Cuts;
  /** Log odds of each question after neutral sentences. */
  readonly baseline: readonly number[];
}

/** See `Design.prepare`. */
export async function prepareFlipBack(
  spec: FlipBackSpec,
  size: RunSize,
  subject: Subject,
  { signal }: PrepareCall,
): Promise<JsonObject> {
  const { layerCount, hidden } = subject.model;
  const kept = keptLayers(spec, layerCount);
  const axes = axesOf(size);
  const instruments: Record<string, Json> = {};
  let random: JsonObject = {};
  let probe: Cuts = { centre: 0, half: 0 };
  for (const id of axes) {
    const topics = await readTopics(spec, axisOf(spec, id), subject, signal);
    if (id === 'moral') {
      instruments[id] = instrumentToJson(fitInstrument(topics, layerCount + 1, hidden, 'ridge'));
      const middle = atLayers(topics, [kept[1]], hidden);
      random = packGauges(
        randomInstruments(
          middle.flatMap(rowsOf),
          spec.randomDirections,
          spec.seed,
          1,
          hidden,
          middle.flatMap((topic, i) => rowsOf(topic).map(() => i)),
        ),
      );
      probe = heldOutCuts(middle, hidden);
    } else {
      instruments[id] = instrumentToJson(fitInstrument(atLayers(topics, kept, hidden), kept.length, hidden, 'ridge'));
    }
  }
  return {
    size,
    layers: kept,
    instruments,
    random,
    ...(await judgeLines(spec, size, subject, signal)),
    probe: significantAll({ ...probe }),
  };
}

/** A row is the mean over the control texts after a fit text. */
async function readTopics(
  spec: FlipBackSpec,
  axis: FlipAxis,
  subject: Subject,
  signal?: AbortSignal,
): Promise<InstrumentTopic[]> {
  const passages = axis.fit.flatMap(({ setting, light, dark }) =>
    [light, dark].map((behaviour) => ({ text: [setting, behaviour], readoutTexts: spec.taps, readoutAfter: [1] })),
  );
  const rows = (await subject.read(passages, signal)).map(({ readouts }) => meanReading(readouts[0]?.means ?? []));
  return axis.fit.map((_, i) => ({
    positive: rows.slice(2 * i, 2 * i + 1),
    negative: rows.slice(2 * i + 1, 2 * i + 2),
  }));
}

function rowsOf({ positive, negative }: InstrumentTopic): readonly Float32Array[] {
  return [...positive, ...negative];
}

/** The streams of some layers alone `[layers.length, hidden]`. */
export function layersOf(means: Float32Array, layers: readonly number[], hidden: number): Float32Array {
  const out = new Float32Array(layers.length * hidden);
  layers.forEach((layer, i) => out.set(means.subarray(layer * hidden, (layer + 1) * hidden), i * hidden));
  return out;
}

function atLayers(topics: readonly InstrumentTopic[], layers: readonly number[], hidden: number): InstrumentTopic[] {
  return topics.map(({ positive, negative }) => ({
    positive: positive.map((row) => layersOf(row, layers, hidden)),
    negative: negative.map((row) => layersOf(row, layers, hidden)),
  }));
}

/** Every topic is scored by an instrument that was fitted without its fold: in-sample poles lie too far apart. */
function heldOutCuts(topics: readonly InstrumentTopic[], hidden: number): Cuts {
  const light: number[] = [];
  const dark: number[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const gauge = fitInstrument(
      topics.filter((_, i) => i % FOLDS !== fold),
      1,
      hidden,
      'ridge',
    );
    for (const { positive, negative } of topics.filter((_, i) => i % FOLDS === fold)) {
      for (const row of positive) light.push(scoreAt(gauge, row)[0] ?? NaN);
      for (const row of negative) dark.push(scoreAt(gauge, row)[0] ?? NaN);
    }
  }
  return cutsOf(light, dark);
}

async function judgeLines(
  spec: FlipBackSpec,
  size: RunSize,
  subject: Subject,
  signal?: AbortSignal,
): Promise<{ baseline: number[]; judge: JsonObject }> {
  const topics = judgeTopics(spec, size);
  const { questions } = spec.judge;
  const texts = topics.flatMap(({ setting, light, dark, neutral }) =>
    [light, dark, neutral].map((behaviour) => ({ setting, text: behaviour })),
  );
  const odds = await judgeScores(subject, texts, questions, signal);
  const version = (which: number): number[][] => odds.filter((_, i) => i % 3 === which);
  const baseline = significantAll(questions.map((_, q) => mean(version(2).map((byQuestion) => byQuestion[q] ?? NaN))));
  const scores = (which: number): number[] => version(which).map((byQuestion) => centred(byQuestion, baseline));
  return { baseline, judge: significantAll({ ...cutsOf(scores(0), scores(1)) }) };
}

function packGauges(gauges: readonly Gauge[]): JsonObject {
  const { hidden = 0 } = gauges[0] ?? {};
  const directions = new Float32Array(gauges.length * hidden);
  gauges.forEach((gauge, i) => directions.set(gauge.directions, i * hidden));
  return { hidden, centre: gauges.map(({ centre }) => centre[0] ?? 0), directions: packVectors(directions) };
}

/** What {@link prepareFlipBack} wrote; throws `unit-invalid` with the path of what is wrong. */
export function readPrepared(prepared: JsonObject): Prepared {
  const root: JsonNode = {
    value: prepared,
    path: 'prepared',
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Prepare the experiment again.`);
    },
  };
  const size = oneOf(field(root, 'size'), ['full', 'quick']);
  const [below = 0, at = 0, above = 0] = list(field(root, 'layers'), 3, 3).map(number);
  const random = field(root, 'random');
  const hidden = number(field(random, 'hidden'));
  const centre = list(field(random, 'centre'), 1, 10_000).map(number);
  const directions = unpackVectors(
    text(field(random, 'directions')),
    hidden * centre.length,
    'prepared.random.directions',
  );
  const cuts = (name: string): Cuts => ({
    centre: number(field(field(root, name), 'centre')),
    half: number(field(field(root, name), 'half')),
  });
  const instruments = field(root, 'instruments');
  return {
    size,
    layers: [below, at, above],
    instruments: Object.fromEntries(
      axesOf(size).map((id) => [
        id,
        instrumentFromJson(field(instruments, id).value as Json, `prepared.instruments.${id}`),
      ]),
    ),
    random: centre.map((zero, i) => ({
      layers: 1,
      hidden,
      directions: directions.slice(i * hidden, (i + 1) * hidden),
      centre: Float64Array.of(zero),
      scale: Float64Array.of(1),
    })),
    probe: cuts('probe'),
    judge: cuts('judge'),
    baseline: list(field(root, 'baseline'), 1, 100).map(number),
  };
}
