/**
 * What all units need: a direction to steer along, the strength at which it changes neutral text by the KL of the spec, and an
 * instrument that reads control texts. Both are fitted on scenes of their own, of which none is measured.
 */
import { AppError } from '../../base/errors.ts';
import type { Intervention } from '../../steering/steering.ts';
import { field, type JsonNode, number } from '../../json/json-path.ts';
import type { NeutralGround } from '../../steering/steering-runner.ts';
import { makeSteering } from '../../steering/make-steering.ts';
import type { Passage, PassageReading, ReadoutPass } from '../../training/reader.ts';
import type { Json, JsonObject, PrepareCall } from '../design.ts';
import { fitInstrument, type Instrument, type InstrumentTopic } from '../instrument.ts';
import { instrumentFromJson, instrumentToJson } from '../instrument-json.ts';
import { strengthOfKl } from '../matched-steering.ts';
import type { Subject } from '../subject.ts';
import { layerAt, type MixtureSpec, POLES } from './spec.ts';

/** What every unit needs. */
export interface Prepared {
  /** Fitted on the sentences themselves: what is steered along. */
  readonly steering: Instrument;
  /** Fitted on control texts after them: what is read. */
  readonly reading: Instrument;
  /** Length of the steering in typical lengths of the stream; null where none has the KL of the spec. */
  readonly strength: number | null;
  /**
   * KL of it, 95th percentile over neutral tokens of both sides, in nats; the closest that there was where there is no
   * strength, or null.
   */
  readonly kl: number | null;
}

/** Fits both directions, then matches the steering; see the head of this file. */
export async function prepareMixture(
  spec: MixtureSpec,
  subject: Subject,
  { signal }: PrepareCall,
): Promise<JsonObject> {
  const layers = subject.model.layerCount + 1;
  const { hidden } = subject.model;
  const readings = await subject.read(fitPassages(spec), signal);
  const topics = (rows: (after: ReadoutPass) => readonly Float32Array[]): InstrumentTopic[] =>
    spec.fit.map((_, at) => {
      const own = (reading: PassageReading | undefined): Float32Array[] => (reading?.readouts ?? []).flatMap(rows);
      return { positive: own(readings[2 * at]), negative: own(readings[2 * at + 1]) };
    });
  const steering = fitInstrument(
    topics(({ own }) => [own]),
    layers,
    hidden,
  );
  const reading = fitInstrument(
    topics(({ means }) => means),
    layers,
    hidden,
  );
  const ground = await subject.ground(signal);
  const matched = await strengthOfKl(
    subject,
    (strength) => ([1, -1] as const).map((side) => mixtureSteering(spec, steering, strength, side, ground, subject)),
    spec.thresholds.kl,
    signal,
  );
  return {
    steering: instrumentToJson(steering),
    reading: instrumentToJson(reading),
    strength: matched.strength,
    kl: matched.reached,
  };
}

/** The scenes of the fit, kind and cruel by turns, read after every sentence. */
export function fitPassages({ fit, taps: readoutTexts }: MixtureSpec): readonly Passage[] {
  return fit.flatMap(({ setting, evidence }) =>
    POLES.map((pole): Passage => ({
      text: [setting, ...evidence.map((pair) => pair[pole])],
      readoutTexts,
      readoutAfter: evidence.map((_, at) => at + 1),
    })),
  );
}

/** The steering of a side, +1 towards kind. Throws what makeSteering throws. */
export function mixtureSteering(
  { steering: depth }: MixtureSpec,
  steering: Instrument,
  strength: number,
  side: 1 | -1,
  ground: NeutralGround,
  { model }: Pick<Subject, 'model'>,
): Intervention {
  const layer = layerAt(depth, model.layerCount);
  return makeSteering(
    { title: 'The direction from cruel to kind sentences', vectors: steering.directions },
    { mode: 'add', pole: side > 0 ? 'positive' : 'negative', from: layer, to: layer, strength, where: 'all' },
    ground,
    model,
  );
}

/** What {@link prepareMixture} left. Throws `unit-invalid` with the path of what is wrong. */
export function preparedFromJson(json: JsonObject): Prepared {
  const root: JsonNode = {
    value: json,
    path: 'prepared',
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Prepare the experiment again.`);
    },
  };
  const orNull = (node: JsonNode): number | null => (node.value === null ? null : number(node));
  const instrument = (name: 'steering' | 'reading'): Instrument =>
    instrumentFromJson(field(root, name).value as Json, `prepared.${name}`);
  return {
    steering: instrument('steering'),
    reading: instrument('reading'),
    strength: orNull(field(root, 'strength')),
    kl: orNull(field(root, 'kl')),
  };
}
