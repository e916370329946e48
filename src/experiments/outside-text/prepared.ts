/** What `prepare` leaves behind for every unit: instruments and strengths, as JSON and back. */
import { AppError } from '../../base/errors.ts';
import { field, type JsonNode, number, text } from '../../json/json-path.ts';
import { exactly, share } from '../../json/json-values.ts';
import type { Json, JsonObject } from '../design.ts';
import type { Instrument } from '../instrument.ts';
import { instrumentFromJson, instrumentToJson } from '../instrument-json.ts';
import type { Strength } from '../matched-steering.ts';
import { packVectors, unpackVectors } from '../vectors.ts';
import { isSteered, type Readout, type Steered } from './instruments.ts';
import { DIGITS } from './odds.ts';
import type { Family, OutsideTextSpec, Placement } from './spec.ts';

/** What all units of a family need. */
export interface PreparedFamily {
  readonly instrument: Instrument;
  /** One random direction a layer, of the covariance of the fit rows `[layers, hidden]`. */
  readonly random: Float32Array;
  readonly readout: Readout | null;
  /** By placement: the strength of the shared clean effect; of a prompt it is its number of examples. */
  readonly effect: ReadonlyMap<Placement, Strength>;
  /** By placement: the strength of the shared KL. No prompt has one, and no calculator, which does nothing to neutral text. */
  readonly kl: ReadonlyMap<Placement, Strength>;
  /** The same of the random directions. */
  readonly randomKl: ReadonlyMap<Steered, Strength>;
}

/** As JSON. */
function familyToJson({ instrument, random, readout, effect, kl, randomKl }: PreparedFamily): JsonObject {
  const strengths = (map: ReadonlyMap<string, Strength>): JsonObject =>
    Object.fromEntries([...map].map(([name, { strength, reached }]) => [name, { strength, reached }]));
  return {
    instrument: instrumentToJson(instrument),
    random: packVectors(random),
    readout:
      readout === null
        ? null
        : { weights: packVectors(readout.weights), bias: [...readout.bias], accuracy: readout.accuracy },
    effect: strengths(effect),
    kl: strengths(kl),
    randomKl: strengths(randomKl),
  };
}

/** The prepared part of a family; throws `unit-invalid` with the path of what is wrong. */
export function preparedFamily(prepared: JsonObject, { id, placements }: Family): PreparedFamily {
  const root = field(field(nodeOf(prepared), 'families'), id);
  const instrument = instrumentFromJson(field(root, 'instrument').value as Json, `${root.path}.instrument`);
  const { layers, hidden } = instrument;
  const readout = field(root, 'readout');
  return {
    instrument,
    random: unpackVectors(text(field(root, 'random')), layers * hidden, `${root.path}.random`),
    readout: readout.value === null ? null : readoutFrom(readout, hidden),
    effect: strengths(
      field(root, 'effect'),
      placements.filter((placement) => placement !== 'mask'),
    ),
    kl: strengths(field(root, 'kl'), placements.filter(hasKl)),
    randomKl: strengths(field(root, 'randomKl'), placements.filter(isSteered)),
  };
}

/** Whether a placement does anything to neutral text that can be worked out. */
export function hasKl(placement: Placement): boolean {
  return placement === 'gated' || placement === 'fixed' || placement === 'readout' || isSteered(placement);
}

/** Everything prepared. */
export function preparedToJson(spec: OutsideTextSpec, families: readonly PreparedFamily[]): JsonObject {
  return {
    families: Object.fromEntries(
      spec.families.map(({ id }, at) => {
        const family = families[at];
        if (family === undefined) throw new AppError('internal', `Family ${id} was not prepared.`);
        return [id, familyToJson(family)];
      }),
    ),
  };
}

function readoutFrom(node: JsonNode, hidden: number): Readout {
  const bias = exactly(field(node, 'bias'), DIGITS, number);
  return {
    weights: unpackVectors(text(field(node, 'weights')), DIGITS * hidden, `${node.path}.weights`),
    bias,
    accuracy: share(field(node, 'accuracy')),
  };
}

function strengths<P extends string>(node: JsonNode, placements: readonly P[]): ReadonlyMap<P, Strength> {
  const orNull = (item: JsonNode): number | null => (item.value === null ? null : number(item));
  return new Map(
    placements.map((placement) => {
      const own = field(node, placement);
      return [placement, { strength: orNull(field(own, 'strength')), reached: orNull(field(own, 'reached')) }];
    }),
  );
}

function nodeOf(value: JsonObject): JsonNode {
  return {
    value,
    path: 'prepared',
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Prepare the experiment again.`);
    },
  };
}
