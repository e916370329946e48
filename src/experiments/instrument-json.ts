/** Instruments as JSON, exact to the last bit: what `prepare` leaves behind for every unit. */
import { AppError } from '../base/errors.ts';
import { field, integer, type JsonNode, number, text } from '../json/json-path.ts';
import { exactly, oneOf, positive, share } from '../json/json-values.ts';
import type { Json, JsonObject } from './design.ts';
import type { Instrument } from './instrument.ts';
import { packVectors, unpackVectors } from './vectors.ts';

/** More layers or numbers a token than any model we read. */
const MOST = 100_000;

/** The instrument as JSON; directions as base64 of float32. */
export function instrumentToJson(instrument: Instrument): JsonObject {
  const { method, layers, hidden, topics, rows, directions, centre, scale, quality } = instrument;
  return {
    method,
    layers,
    hidden,
    topics,
    rows,
    quality,
    centre: [...centre],
    scale: [...scale],
    directions: packVectors(directions),
  };
}

/** The instrument that {@link instrumentToJson} wrote; throws `unit-invalid` with the path of what is wrong, `path` first. */
export function instrumentFromJson(json: Json | undefined, path = 'instrument'): Instrument {
  const root: JsonNode = {
    value: json,
    path,
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Prepare the experiment again.`);
    },
  };
  const layers = integer(field(root, 'layers'), 1, MOST);
  const hidden = integer(field(root, 'hidden'), 1, MOST);
  return {
    method: oneOf(field(root, 'method'), ['difference', 'ridge']),
    layers,
    hidden,
    topics: integer(field(root, 'topics'), 2, MOST),
    rows: integer(field(root, 'rows'), 2, MOST),
    quality: exactly(field(root, 'quality'), layers, share),
    centre: Float64Array.from(exactly(field(root, 'centre'), layers, number)),
    scale: Float64Array.from(exactly(field(root, 'scale'), layers, positive)),
    directions: unpackVectors(text(field(root, 'directions')), layers * hidden, `${path}.directions`),
  };
}
