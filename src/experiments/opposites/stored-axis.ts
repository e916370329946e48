/**
 * What preparation and units leave behind, to and from JSON. It is analysed as it lies in the file, so it is read back
 * with the path of what is wrong.
 */
import type { RunSize } from '../experiment-types.ts';
import { significantAll } from '../../base/round.ts';
import { field, integer, type JsonNode, list, number, text } from '../../json/json-path.ts';
import { exactly, identifier, oneOf, positive } from '../../json/json-values.ts';
import { orNull } from '../../formats/probe/report-parts.ts';
import type { JsonObject } from '../design.ts';
import { unitRoot } from '../unit-json.ts';
import { packVectors, unpackVectors } from '../vectors.ts';
import type { AxisGeometry, Products } from './geometry.ts';
import type { Strength } from '../matched-steering.ts';
import type { Match } from './match.ts';
import { INTERVENTIONS, type SteeringId } from './steering-directions.ts';

/** What all units need. */
export interface OppositesPrepared {
  readonly size: RunSize;
  /** The layers that are read, the one of the spec's share in the middle. */
  readonly layers: readonly number[];
  readonly hidden: number;
  /** 1/s of every feature `[layers, hidden]`. */
  readonly units: Float32Array;
  /** How many answers a question about an opposite has. */
  readonly answers: number;
  readonly axes: readonly PreparedAxis[];
}

/** What was prepared for one axis. */
export interface PreparedAxis {
  readonly id: string;
  /** Opposite-agreement: see agreement.ts. Null where the model has one answer, and so nothing to agree on. */
  readonly agreement: number | null;
  readonly matches: readonly Match[];
}

/** Bits (-log2 p) of the acts after one context, an entry an item of it. */
export interface ContextBits {
  readonly key: string;
  readonly items: readonly number[];
  readonly opposite: readonly number[];
  readonly unrelated: readonly number[];
  readonly own: readonly number[];
}

/** What steering does to the acts of the items that it is judged on. */
export interface SteeringBits extends Strength {
  readonly id: SteeringId;
  /** Bits of the acts under steering, an entry an item; none where there is no strength. */
  readonly opposite: readonly number[];
  readonly unrelated: readonly number[];
  readonly own: readonly number[];
}

/** What was measured of one axis. */
export interface AxisData {
  /** Tokens of the acts, an entry an item. */
  readonly tokens: {
    readonly opposite: readonly number[];
    readonly unrelated: readonly number[];
    readonly own: readonly number[];
  };
  readonly contexts: readonly ContextBits[];
  readonly geometry: AxisGeometry;
  /** One a direction of INTERVENTIONS; none in a quick run. */
  readonly pushes: readonly SteeringBits[];
}

const MOST = 1000;
const ACTS = ['opposite', 'unrelated', 'own'] as const;

/** As JSON, with broken numbers at six significant digits. */
export function preparedToJson({ units, ...rest }: OppositesPrepared): JsonObject {
  return significantAll({ ...rest, units: packVectors(units) }) as unknown as JsonObject;
}

/** The inverse of {@link preparedToJson}. Throws `unit-invalid`. */
export function preparedFromJson(json: JsonObject): OppositesPrepared {
  const root = unitRoot(json, 'prepared');
  const layers = list(field(root, 'layers'), 1, 16).map((node) => integer(node, 0, MOST));
  const hidden = integer(field(root, 'hidden'), 1, 100_000);
  const answers = integer(field(root, 'answers'), 0, MOST);
  return {
    size: oneOf(field(root, 'size'), ['full', 'quick']),
    layers,
    hidden,
    units: unpackVectors(text(field(root, 'units')), layers.length * hidden, 'prepared.units'),
    answers,
    axes: list(field(root, 'axes'), 1, MOST).map((node) => ({
      id: identifier(field(node, 'id')),
      agreement: agreementFrom(field(node, 'agreement'), answers),
      matches: list(field(node, 'matches'), 1, MOST).map(matchFrom),
    })),
  };
}

/** A number, or null where there is no second answer. */
function agreementFrom(node: JsonNode, answers: number): number | null {
  return answers < 2 && node.value === null ? null : number(node);
}

/** As JSON, with broken numbers at six significant digits. */
export function axisDataToJson({ geometry: { vectors, ...geometry }, ...rest }: AxisData): JsonObject {
  return significantAll({ ...rest, geometry: { ...geometry, vectors: packVectors(vectors) } }) as unknown as JsonObject;
}

/** The inverse of {@link axisDataToJson}; `unit` names it in refusals. Throws `unit-invalid`. */
export function axisDataFromJson(
  json: JsonObject,
  unit: string,
  { layers, hidden }: Pick<OppositesPrepared, 'layers' | 'hidden'>,
): AxisData {
  const root = unitRoot(json, unit);
  const numbers = (node: JsonNode, count: number): number[] => exactly(node, count, number);
  const tokens = field(root, 'tokens');
  const items = list(field(tokens, 'opposite'), 1, MOST).length;
  const geometry = field(root, 'geometry');
  const readouts = field(geometry, 'readouts');
  return {
    tokens: {
      opposite: numbers(field(tokens, 'opposite'), items),
      unrelated: numbers(field(tokens, 'unrelated'), items),
      own: numbers(field(tokens, 'own'), items),
    },
    contexts: list(field(root, 'contexts'), 1, MOST).map((node): ContextBits => {
      const asked = list(field(node, 'items'), 1, items).map((item) => integer(item, 0, items - 1));
      const [opposite, unrelated, own] = ACTS.map((act) => numbers(field(node, act), asked.length));
      return {
        key: text(field(node, 'key')),
        items: asked,
        opposite: opposite ?? [],
        unrelated: unrelated ?? [],
        own: own ?? [],
      };
    }),
    geometry: {
      products: exactly(field(geometry, 'products'), layers.length, (node): Products => ({
        own: number(field(node, 'own')),
        opposite: number(field(node, 'opposite')),
        across: number(field(node, 'across')),
      })),
      readouts: {
        ownOnOwn: number(field(readouts, 'ownOnOwn')),
        ownOnOpposite: number(field(readouts, 'ownOnOpposite')),
        oppositeOnOwn: number(field(readouts, 'oppositeOnOwn')),
      },
      vectors: unpackVectors(text(field(geometry, 'vectors')), 4 * hidden, `${unit}.geometry.vectors`),
    },
    pushes: interventionsFrom(field(root, 'pushes'), Math.floor(items / 2)),
  };
}

/** None, or every intervention in its order; `judged` is how many items each was judged on. */
function interventionsFrom(node: JsonNode, judged: number): SteeringBits[] {
  if (list(node, 0, INTERVENTIONS.length).length === 0) return [];
  return list(node, INTERVENTIONS.length, INTERVENTIONS.length).map((steering, i): SteeringBits => {
    const strength = orNull(field(steering, 'strength'), positive);
    const bits = (act: (typeof ACTS)[number]): number[] =>
      exactly(field(steering, act), strength === null ? 0 : judged, number);
    const reached = field(steering, 'reached');
    return {
      id: oneOf(field(steering, 'id'), INTERVENTIONS.slice(i, i + 1)),
      strength,
      reached: strength === null ? orNull(reached, number) : positive(reached),
      opposite: bits('opposite'),
      unrelated: bits('unrelated'),
      own: bits('own'),
    };
  });
}

function matchFrom(node: JsonNode): Match {
  return {
    axis: identifier(field(node, 'axis')),
    list: oneOf(field(node, 'list'), ['acts', 'oppositeActs']),
    item: integer(field(node, 'item'), 0, MOST),
    bits: number(field(node, 'bits')),
    tokens: integer(field(node, 'tokens'), -MOST, MOST),
    fit: oneOf(field(node, 'fit'), ['full', 'tokens', 'bits', 'none']),
  };
}
