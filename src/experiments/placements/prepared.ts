/** What `prepare` leaves behind for every unit: the gate, the directions and the strengths, as JSON and back. */
import { AppError } from '../../base/errors.ts';
import { field, type JsonNode, number, text } from '../../json/json-path.ts';
import { oneOf, positive } from '../../json/json-values.ts';
import type { JsonObject } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import type { Strength } from '../matched-steering.ts';
import { packVectors, unpackVectors } from '../vectors.ts';
import { topicsOf } from './plan.ts';
import { type Family, type PlacementsSpec, STEERED, type Steered } from './spec.ts';

/** A reading of the last layer's stream: 0 midway between contexts in which the rule acts and others, positive where it acts. */
export interface Gate {
  /** `[hidden]` */
  readonly direction: Float32Array;
  readonly centre: number;
  readonly scale: number;
}

/** What all units of a family need. */
export interface PreparedFamily {
  readonly gate: Gate;
  /** By topic, one after another: the directions of the streams that steering early, in the middle and late steers `[3, hidden]`. */
  readonly directions: ReadonlyMap<string, Float32Array>;
  /** The strength at which each adds the family's effect to its clean items; null where it does not come there. */
  readonly strengths: Readonly<Record<Steered, Strength>>;
}

/** Everything prepared, by family. */
export function preparedToJson(
  size: RunSize,
  families: readonly (readonly [family: Family, prepared: PreparedFamily])[],
): JsonObject {
  return {
    size,
    families: Object.fromEntries(
      families.map(([{ id }, { gate, directions, strengths }]) => [
        id,
        {
          gate: { direction: packVectors(gate.direction), centre: gate.centre, scale: gate.scale },
          directions: Object.fromEntries([...directions].map(([topic, vectors]) => [topic, packVectors(vectors)])),
          strengths: Object.fromEntries(
            STEERED.map((placement) => {
              const { strength, reached } = strengths[placement];
              return [placement, { strength, reached }];
            }),
          ),
        },
      ]),
    ),
  };
}

/** The size that was prepared. Throws `unit-invalid`. */
export function preparedSizeOf(prepared: JsonObject): RunSize {
  return oneOf(field(nodeOf(prepared), 'size'), ['full', 'quick']);
}

/** The prepared part of a family. Throws `unit-invalid` with the path of what is wrong. */
export function preparedFamily(
  prepared: JsonObject,
  spec: PlacementsSpec,
  family: Family,
  hidden: number,
): PreparedFamily {
  const root = field(field(nodeOf(prepared), 'families'), family.id);
  const [gate, directions, strengths] = [field(root, 'gate'), field(root, 'directions'), field(root, 'strengths')];
  const vectors = (node: JsonNode, length: number): Float32Array => unpackVectors(text(node), length, node.path);
  const strength = (placement: Steered): Strength => {
    const own = field(strengths, placement);
    const orNull = (node: JsonNode): number | null => (node.value === null ? null : number(node));
    return { strength: orNull(field(own, 'strength')), reached: orNull(field(own, 'reached')) };
  };
  return {
    gate: {
      direction: vectors(field(gate, 'direction'), hidden),
      centre: number(field(gate, 'centre')),
      scale: positive(field(gate, 'scale')),
    },
    directions: new Map(
      topicsOf(spec, family, preparedSizeOf(prepared)).map(({ id }) => [
        id,
        vectors(field(directions, id), STEERED.length * hidden),
      ]),
    ),
    strengths: { early: strength('early'), middle: strength('middle'), late: strength('late') },
  };
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
