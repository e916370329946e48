/**
 * A text read with several probes as a file: its tokens, the raw readings of every axis at every place, and what made them. What is
 * computed from them (the smoothed readings, which axes move together) stands there for who reads the file; it is computed anew when
 * the file is opened.
 */
import { type Cell, csv } from '../../base/csv.ts';
import { AppError } from '../../base/errors.ts';
import { significant } from '../../base/round.ts';
import { VERSION as FLIPSIDE } from '../../base/version.ts';
import { field, fileObject, has, integer, type JsonNode, list, number, text, words } from '../../json/json-path.ts';
import { oneOf, parseAxis, sha256 } from '../../json/json-values.ts';
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import { type AxesReading, type AxisHead, axisTrace, MOST_AXES } from '../../reading/axes/axes.ts';
import { axisName } from '../../reading/axes/axes-words.ts';
import { axesTogether } from '../../reading/axes/together.ts';
import type { ShownReading, Stand, TokenPiece } from '../../reading/reading.ts';
import { GRANULARITIES, type Granularity } from '../../reading/refinement.ts';
import { parseAgreement } from '../json/agreement-json.ts';

const FORMAT = 'flipside-axes';
const VERSION = 1;

/** No context that we read is longer. */
const MOST_TOKENS = 131_072;

const STANDS = { sentence: true, clause: true, word: true } as const satisfies Record<Stand, true>;
const STAND_NAMES = Object.keys(STANDS) as readonly Stand[];

/** What every reading is measured in. */
const UNIT =
  'standard deviations of the same reading over the training turns of both poles; 0 is neutral text; low and high: 5th and 95th percentile of random directions';

/** An axis with the probe that reads it. */
export interface ReadAxis extends AxisHead {
  readonly probe: { readonly id: string; readonly title: string; readonly sha256: string };
  /** How far the probe agrees with the model, where it was made on another variant of it. */
  readonly carriedOver: DtypeAgreement | null;
}

/** A text read with several probes, with everything that made it. */
export interface AxesRecord {
  readonly title: string;
  /** When it was read, milliseconds since 1970. */
  readonly createdAt: number;
  /** Version of Flipside. */
  readonly version: string;
  readonly model: Pick<ModelIdentity, 'id' | 'weightsSha256' | 'layerCount'>;
  readonly every: Granularity;
  /** Two or more. */
  readonly axes: readonly ReadAxis[];
  readonly pieces: readonly TokenPiece[];
  /** In the order of the text. */
  readonly readings: readonly AxesReading[];
}

/** The file as plain data. */
export function axesObject(record: Omit<AxesRecord, 'version'>): object {
  const { title, createdAt, model, every, axes, pieces, readings } = record;
  return {
    format: FORMAT,
    version: VERSION,
    flipside: FLIPSIDE,
    title,
    createdAt: new Date(createdAt).toISOString(),
    model: { id: model.id, weightsSha256: model.weightsSha256, layerCount: model.layerCount },
    unit: UNIT,
    every,
    axes: axes.map(({ probe, axis, layer, carriedOver }, index) => ({
      probe,
      axis,
      layer,
      ...(carriedOver === null ? {} : { carriedOver }),
      readings: axisTrace(readings, index, { axis, layer }).map(({ from, afterToken, stand, ...reading }) => {
        const [score, low, high] = numbersOf(reading);
        return { from, afterToken, stand, score, low, high };
      }),
    })),
    together: axesTogether(readings, axes),
    tokens: pieces.map(({ id, text: piece }) => [id, piece]),
    raw: readings.map(({ afterToken, stand, axes: read }) => [
      afterToken,
      stand,
      ...read.map((reading) => reading && numbersOf(reading)),
    ]),
  };
}

/** The text of the file. */
export function serialiseAxes(record: Omit<AxesRecord, 'version'>): string {
  return `${JSON.stringify(axesObject(record))}\n`;
}

/** Reads what {@link serialiseAxes} wrote; throws `recording-invalid` with the path of what is wrong. */
export function parseAxes(source: string): AxesRecord {
  const refuse = (message: string): never => {
    throw new AppError('recording-invalid', `${message} Read the text again.`);
  };
  const root = fileObject(source, 'axes', FORMAT, VERSION, refuse);
  const model = field(root, 'model');
  const layerCount = integer(field(model, 'layerCount'), 1, 1000);
  const made = text(field(root, 'createdAt'));
  const createdAt = Date.parse(made);
  if (!Number.isFinite(createdAt))
    refuse(`axes.createdAt must be a time such as 2026-12-01T12:00:00.000Z, got ${JSON.stringify(made.slice(0, 40))}.`);
  const axes = list(field(root, 'axes'), 2, MOST_AXES).map((node) => toAxis(node, layerCount));
  const pieces = list(field(root, 'tokens'), 1, MOST_TOKENS).map((node): TokenPiece => {
    const [id, piece] = list(node, 2, 2) as [JsonNode, JsonNode];
    return { id: integer(id, 0, 0xffffffff), text: text(piece) };
  });
  let least = 0;
  const readings = list(field(root, 'raw'), 0, pieces.length).map((node): AxesReading => {
    const [after, stand, ...read] = list(node, axes.length + 2, axes.length + 2) as [JsonNode, JsonNode, ...JsonNode[]];
    const afterToken = integer(after, least, pieces.length - 1);
    least = afterToken + 1;
    return {
      afterToken,
      stand: oneOf(stand, STAND_NAMES),
      axes: read.map((reading) => (reading.value === null ? null : toReading(reading))),
    };
  });
  return {
    title: words(field(root, 'title'), 200),
    createdAt,
    version: words(field(root, 'flipside'), 40),
    model: { id: words(field(model, 'id'), 200), weightsSha256: sha256(field(model, 'weightsSha256')), layerCount },
    every: oneOf(field(root, 'every'), GRANULARITIES),
    axes,
    pieces,
    readings,
  };
}

/** Every reading of every axis as a table, smoothed as it is shown; the words of a row are those since the reading before. */
export function axesCsv({ axes, pieces, readings }: Pick<AxesRecord, 'axes' | 'pieces' | 'readings'>): string {
  return csv(
    ['positive', 'negative', 'after_token', 'stand', 'reading', 'chance_low', 'chance_high', 'words'],
    axes.flatMap((head, index) =>
      axisTrace(readings, index, head).map((point): Cell[] => [
        head.axis.positive,
        head.axis.negative,
        point.afterToken,
        point.stand,
        ...numbersOf(point),
        pieces
          .slice(point.from, point.afterToken + 1)
          .map((piece) => piece.text)
          .join(''),
      ]),
    ),
  );
}

/** Every pair of axes as a table. */
export function pairsCsv({ axes, readings }: Pick<AxesRecord, 'axes' | 'readings'>): string {
  const nameOf = (index: number): string => (axes[index] === undefined ? '' : axisName(axes[index].axis));
  return csv(
    ['axis', 'other_axis', 'correlation', 'low', 'high', 'changes', 'independent_changes'],
    axesTogether(readings, axes).map(({ a, b, n, correlation }): Cell[] => [
      nameOf(a),
      nameOf(b),
      ...[correlation?.value, correlation?.low, correlation?.high].map((value) =>
        value === undefined ? null : significant(value),
      ),
      n,
      correlation === null ? null : significant(correlation.effective),
    ]),
  );
}

function toAxis(node: JsonNode, layerCount: number): ReadAxis {
  const [probe, layer] = [field(node, 'probe'), field(node, 'layer')];
  return {
    probe: {
      id: words(field(probe, 'id'), 200),
      title: words(field(probe, 'title'), 200),
      sha256: sha256(field(probe, 'sha256')),
    },
    axis: parseAxis(field(node, 'axis')),
    layer: layer.value === null ? null : integer(layer, 0, layerCount),
    carriedOver: has(node, 'carriedOver') ? parseAgreement(field(node, 'carriedOver'), layerCount + 1) : null,
  };
}

function toReading(node: JsonNode): ShownReading {
  const [score = NaN, low = NaN, high = NaN] = list(node, 3, 3).map((item) =>
    item.value === null ? NaN : number(item),
  );
  return { score, low, high };
}

function numbersOf({ score, low, high }: ShownReading): readonly (number | null)[] {
  return [score, low, high].map((value) => (Number.isFinite(value) ? significant(value) : null));
}
