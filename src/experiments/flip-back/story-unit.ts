/** Reads one story in all orders of its axis: the score after the opening and after every beat. */
import { meanReading } from '../../reading/score.ts';
import { significant } from '../../base/round.ts';
import type { JsonObject, UnitCall } from '../design.ts';
import { type Gauge, scoreAt } from '../gauge.ts';
import type { Subject } from '../subject.ts';
import { layersOf, type Prepared } from './prepare.ts';
import { BEATS, passageOf, type ScheduleId } from './schedules.ts';
import { axisOf, type AxisId, type FlipBackSpec } from './spec.ts';

/** Beats over which the layer curve and the random directions are averaged: from the first of them on a story has shown what it is. */
const SETTLED_FROM = 4;

/**
 * `z`: by order, by kept layer, the score after the opening and after each beat. On the moral axis also `byLayer` and `random`:
 * all-light less all-dark, mean of beats {@link SETTLED_FROM} to 12, at every layer and along every random direction.
 */
export async function runStory(
  spec: FlipBackSpec,
  id: AxisId,
  index: number,
  prepared: Prepared,
  subject: Subject,
  { signal }: UnitCall,
): Promise<JsonObject> {
  const axis = axisOf(spec, id);
  const story = axis.stories[index];
  const instrument = prepared.instruments[id];
  if (story === undefined || instrument === undefined)
    throw new RangeError(`there is no story ${index} or no instrument of the axis ${id}`);
  const readings = await subject.read(
    axis.schedules.map((schedule) => passageOf(story, schedule, spec.taps)),
    signal,
  );
  const readouts = readings.map(({ readouts: along }) => along.map(({ means }) => meanReading(means)));
  const { hidden } = subject.model;
  const whole = instrument.layers === subject.model.layerCount + 1;
  const scores = readouts.map((along) =>
    along.map((means) => {
      const all = scoreAt(instrument, whole ? means : layersOf(means, prepared.layers, hidden));
      return whole ? prepared.layers.map((layer) => all[layer] ?? NaN) : [...all];
    }),
  );
  const z = Object.fromEntries(
    axis.schedules.map((schedule, s) => [
      schedule.id,
      prepared.layers.map((_, l) => (scores[s] ?? []).map((byLayer) => digits(byLayer[l] ?? NaN))),
    ]),
  );
  if (!whole) return { z };
  const at = (name: ScheduleId): Float32Array[] =>
    readouts[axis.schedules.findIndex((schedule) => schedule.id === name)] ?? [];
  const gap = (gauge: Gauge, of: (means: Float32Array) => Float32Array): number[] =>
    gapBetween(
      at('all-light').map((means) => scoreAt(gauge, of(means))),
      at('all-dark').map((means) => scoreAt(gauge, of(means))),
    );
  return {
    z,
    byLayer: gap(instrument, (means) => means),
    random: prepared.random.map(
      (gauge) => gap(gauge, (means) => layersOf(means, [prepared.layers[1]], hidden))[0] ?? NaN,
    ),
  };
}

function gapBetween(light: readonly Float64Array[], dark: readonly Float64Array[]): number[] {
  const layers = light[0]?.length ?? 0;
  return Array.from({ length: layers }, (_, layer) => {
    let sum = 0;
    for (let beat = SETTLED_FROM; beat <= BEATS; beat += 1)
      sum += (light[beat]?.[layer] ?? NaN) - (dark[beat]?.[layer] ?? NaN);
    return digits(sum / (BEATS - SETTLED_FROM + 1));
  });
}

function digits(value: number): number {
  return significant(value, 4);
}
