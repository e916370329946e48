/**
 * Futures as a file: the text, every line with its tokens and readings, and what made them. What is computed from them
 * stands in `ends` for who reads the file; it is computed anew when the file is opened.
 */
import { type Cell, csv } from '../../base/csv.ts';
import { AppError } from '../../base/errors.ts';
import { significant } from '../../base/round.ts';
import { VERSION as FLIPSIDE } from '../../base/version.ts';
import { field, fileObject, integer, type JsonNode, list, number, text, words } from '../../json/json-path.ts';
import { oneOf, parseAxis, parseSampling, sha256 } from '../../json/json-values.ts';
import type { Axis, ModelIdentity } from '../../probe/probe-types.ts';
import { fanEnd, leanOf } from '../../reading/futures/fan.ts';
import {
  type FutureEnd,
  type FutureLine,
  type FutureReading,
  type Futures,
  type FuturesPlan,
  MOST_FUTURE_LINES,
} from '../../reading/futures/futures.ts';
import type { ShownReading, TokenPiece } from '../../reading/reading.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import { parseSteeringRecord } from '../probe/steering-json.ts';

const FORMAT = 'flipside-futures';
const VERSION = 1;

/** No context that we read is longer. */
const MOST_TOKENS = 131_072;

const ENDS = { 'end-token': true, repetition: true, length: true } as const satisfies Record<FutureEnd, true>;
const END_NAMES = Object.keys(ENDS) as readonly FutureEnd[];

/** Futures with everything that made them. */
export interface FuturesRecord {
  readonly title: string;
  /** When they were written, milliseconds since 1970. */
  readonly createdAt: number;
  /** Version of Flipside. */
  readonly version: string;
  readonly model: Pick<ModelIdentity, 'id' | 'weightsSha256' | 'layerCount'>;
  readonly probe: { readonly id: string; readonly title: string; readonly sha256: string; readonly axis: Axis };
  readonly given: readonly TokenPiece[];
  readonly plan: FuturesPlan;
  /** What steered the writing; null where nothing did. Readings are always of the model without steering. */
  readonly steering: SteeringRecord | null;
  readonly futures: Futures;
}

/** The file as plain data. */
export function futuresObject({
  title,
  createdAt,
  model,
  probe,
  given,
  plan,
  steering,
  futures,
}: Omit<FuturesRecord, 'version'>): object {
  const end = fanEnd(futures);
  return {
    format: FORMAT,
    version: VERSION,
    flipside: FLIPSIDE,
    title,
    createdAt: new Date(createdAt).toISOString(),
    model: { id: model.id, weightsSha256: model.weightsSha256, layerCount: model.layerCount },
    probe,
    unit: 'standard deviations of the same reading over the training turns; 0 is neutral text; low and high: 5th and 95th percentile of random directions',
    sampling: plan.sampling,
    every: plan.every,
    steering,
    ends: end && {
      start: end.start,
      lines: end.leans.none.of,
      interval: 'Wilson, 95 %',
      positive: tidyShare(end.leans.positive),
      none: tidyShare(end.leans.none),
      negative: tidyShare(end.leans.negative),
      turned: end.turned && tidyShare(end.turned),
    },
    given: given.map(({ id, text: piece }) => [id, piece]),
    start: futures.start && numbersOf(futures.start),
    lines: futures.lines.map(({ seed, ended, pieces, readings }) => ({
      seed,
      ended,
      tokens: pieces.map(({ id, text: piece }) => [id, piece]),
      readings: readings.map((reading) => [reading.after, ...numbersOf(reading)]),
    })),
  };
}

/** The text of the file. */
export function serialiseFutures(record: Omit<FuturesRecord, 'version'>): string {
  return `${JSON.stringify(futuresObject(record))}\n`;
}

/** Reads what {@link serialiseFutures} wrote; throws `recording-invalid` with the path of what is wrong. */
export function parseFutures(source: string): FuturesRecord {
  const refuse = (message: string): never => {
    throw new AppError('recording-invalid', `${message} Save the futures again.`);
  };
  const root = fileObject(source, 'futures', FORMAT, VERSION, refuse);
  const [model, probe] = [field(root, 'model'), field(root, 'probe')];
  const layerCount = integer(field(model, 'layerCount'), 1, 1000);
  const sampling = parseSampling(field(root, 'sampling'));
  const every = integer(field(root, 'every'), 1, 1024);
  const lines = list(field(root, 'lines'), 2, MOST_FUTURE_LINES).map((line) => toLine(line, sampling.maxTokens));
  const steering = field(root, 'steering');
  const start = field(root, 'start');
  const made = text(field(root, 'createdAt'));
  const createdAt = Date.parse(made);
  if (!Number.isFinite(createdAt))
    refuse(
      `futures.createdAt must be a time such as 2026-12-01T12:00:00.000Z, got ${JSON.stringify(made.slice(0, 40))}.`,
    );
  return {
    title: words(field(root, 'title'), 200),
    createdAt,
    version: words(field(root, 'flipside'), 40),
    model: {
      id: words(field(model, 'id'), 200),
      weightsSha256: sha256(field(model, 'weightsSha256')),
      layerCount,
    },
    probe: {
      id: words(field(probe, 'id'), 200),
      title: words(field(probe, 'title'), 200),
      sha256: sha256(field(probe, 'sha256')),
      axis: parseAxis(field(probe, 'axis')),
    },
    given: list(field(root, 'given'), 1, MOST_TOKENS).map(toPiece),
    plan: { count: lines.length, sampling, every },
    steering: steering.value === null ? null : parseSteeringRecord(steering, layerCount),
    futures: { start: start.value === null ? null : toNumbers(start, 0), lines },
  };
}

/** Every reading of every line as a table; the words of a row are those since the reading before. */
export function futuresCsv({ futures: { start, lines } }: Pick<FuturesRecord, 'futures'>): string {
  const row = (line: Cell, seed: Cell, after: number, reading: ShownReading, ended: Cell, said: string): Cell[] => {
    const [score = null, low = null, high = null] = numbersOf(reading);
    return [line, seed, after, score, low, high, leanOf(reading), ended, said];
  };
  return csv(
    ['line', 'seed', 'after_tokens', 'reading', 'chance_low', 'chance_high', 'leans', 'ended', 'words'],
    [
      ...(start === null ? [] : [row(null, null, 0, start, null, '')]),
      ...lines.flatMap(({ seed, readings, pieces, ended }, line) =>
        readings.map((reading, index) => {
          const said = pieces.slice(readings[index - 1]?.after ?? 0, reading.after).map((piece) => piece.text);
          return row(line + 1, seed, reading.after, reading, ended, said.join(''));
        }),
      ),
    ],
  );
}

function toLine(node: JsonNode, maxTokens: number): FutureLine {
  const pieces = list(field(node, 'tokens'), 0, maxTokens).map(toPiece);
  const ended = field(node, 'ended');
  let last = 0;
  return {
    seed: integer(field(node, 'seed'), 0, 0xffffffff),
    pieces,
    ended: ended.value === null ? null : oneOf(ended, END_NAMES),
    readings: list(field(node, 'readings'), 0, pieces.length).map((reading): FutureReading => {
      const [after] = list(reading, 4, 4);
      last = after === undefined ? last : integer(after, last + 1, pieces.length);
      return { after: last, ...toNumbers(reading, 1) };
    }),
  };
}

function toPiece(node: JsonNode): TokenPiece {
  const [id, piece] = list(node, 2, 2);
  return id === undefined || piece === undefined
    ? node.refuse(`${node.path} must have 2 items.`)
    : { id: integer(id, 0, 0xffffffff), text: text(piece) };
}

/** A reading from item `from` of a list on; null is a number that is none. */
function toNumbers(node: JsonNode, from: number): ShownReading {
  const [score, low, high] = list(node, from + 3, from + 3)
    .slice(from)
    .map((item) => (item.value === null ? Number.NaN : number(item)));
  return { score: score ?? Number.NaN, low: low ?? Number.NaN, high: high ?? Number.NaN };
}

function numbersOf({ score, low, high }: ShownReading): readonly (number | null)[] {
  return [score, low, high].map((value) => (Number.isFinite(value) ? significant(value) : null));
}

function tidyShare({ count, share, low, high }: { count: number; share: number; low: number; high: number }): object {
  const tidy = (value: number): number => Number(value.toFixed(4));
  return { count, share: tidy(share), low: tidy(low), high: tidy(high) };
}
