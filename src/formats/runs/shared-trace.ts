/**
 * The readings that a link carries: how the text falls into tokens, and what is shown after which of them, in steps of a
 * twentieth. Enough for the colours before anything is downloaded; scores of tokens and of other layers are not in it. Pure.
 */
import { fromBase64, toBase64 } from '../../base/base64.ts';
import type { Axis } from '../../probe/probe-types.ts';
import type { Stand, ReadoutReading, TokenPiece } from '../../reading/reading.ts';
import type { TracePoint } from '../../reading/trace.ts';
import { field, integer, type JsonNode, text, words } from '../../json/json-path.ts';
import { parseAxis, sha256 } from '../../json/json-values.ts';
import { UNMEASURED_ALARM } from '../probe/probe-parts.ts';
import type { Recording, RunOrigin } from './recording.ts';

/** A place with what was read there, before it is smoothed. */
export type SharedPoint = Pick<TracePoint, 'afterToken' | 'stand' | 'score' | 'low' | 'high'>;

/** What was read, and by which model. */
export interface SharedTrace {
  readonly axis: Axis;
  /** Layers of the model, the embedding included. */
  readonly layers: number;
  /** The layer that the points are of; null where they are the reading to show. */
  readonly layer: number | null;
  readonly model: string;
  readonly weightsSha256: string;
  readonly backend: string;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
  readonly tokens: readonly TokenPiece[];
  /** In the order of the text. */
  readonly points: readonly SharedPoint[];
}

/** The same as JSON holds it. */
export interface TraceObject extends Omit<SharedTrace, 'tokens' | 'points'> {
  readonly packed: string;
}

/** What stands for the version of Flipside in a recording that a link brought. */
const LINKED = 'from a link';
/** Steps of one unit. */
const STEPS = 20;
/** The most steps that a byte holds to either side: 6.35 units, twice the colour scale. */
const MOST_STEPS = 127;
const STANDS: readonly Stand[] = ['sentence', 'clause', 'word'];
/** Far more than a link has room for. */
const MOST_TOKENS = 50_000;
const MOST_LAYERS = 1000;

/** What JSON is to hold. Points without a number are left out. */
export function traceObject({ tokens, points, ...rest }: SharedTrace): TraceObject {
  const bytes: number[] = [];
  const at = new Map(points.map((point) => [point.afterToken, point]));
  const steps = (value: number): number =>
    Math.max(-MOST_STEPS, Math.min(MOST_STEPS, Math.round(value * STEPS))) & 0xff;
  for (const [index, { id, text: piece }] of tokens.entries()) {
    appendNumber(bytes, id);
    appendNumber(bytes, piece.length);
    const point = at.get(index);
    const known = point !== undefined && [point.score, point.low, point.high].every(Number.isFinite);
    bytes.push(known ? STANDS.indexOf(point.stand) + 1 : 0);
    if (known) bytes.push(steps(point.score), steps(point.low), steps(point.high));
  }
  return { ...rest, packed: toBase64(Uint8Array.from(bytes)) };
}

/** Reads what {@link traceObject} gave, of this text; refuses what does not fit it. */
export function traceIn(node: JsonNode, body: string): SharedTrace {
  const layers = integer(field(node, 'layers'), 1, MOST_LAYERS);
  const layer = field(node, 'layer');
  const packed = field(node, 'packed');
  return {
    axis: parseAxis(field(node, 'axis')),
    layers,
    layer: layer.value === null ? null : integer(layer, 0, layers - 1),
    model: words(field(node, 'model'), 200),
    weightsSha256: sha256(field(node, 'weightsSha256')),
    backend: words(field(node, 'backend'), 200),
    finishedAt: integer(field(node, 'finishedAt'), 0, 8.64e15),
    ...unpack(packed, text(packed), body),
  };
}

/** What a link says beside its readings. */
export interface LinkedRun extends Pick<RunOrigin, 'continuations' | 'push'> {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** Characters that were given; null where all were. */
  readonly given: number | null;
  readonly probe: { readonly key: string; readonly title: string; readonly sha256: string };
}

/** A link's readings as a recording with nothing in it but them: scores of tokens are none, and scales those of no measurement. */
export function recordingOfTrace(
  { id, title, text: body, given, probe, continuations, push: steering }: LinkedRun,
  trace: SharedTrace,
): Recording {
  const { tokens, layers, layer, points } = trace;
  const none = (): Float32Array => new Float32Array(tokens.length * layers).fill(Number.NaN);
  let end = 0;
  const starts = tokens.map((piece) => (end += piece.text.length) - piece.text.length);
  const border = given === null ? -1 : starts.findIndex((start) => start >= given);
  return {
    id,
    title,
    text: body,
    axis: trace.axis,
    defaultLayer: layer ?? Math.floor(layers / 2),
    tokens,
    givenTokens: border < 0 ? tokens.length : border,
    layers,
    scores: none(),
    words: none(),
    taps: points.map((point) => readoutOf(point, layers, layer)),
    calibration: Array.from({ length: layers }, () => ({
      tapMean: 0,
      scale: 1,
      tokenMean: 0,
      tokenSd: 1,
      smoothSd: 1,
    })),
    explained: new Array<number>(layers).fill(0),
    alarm: UNMEASURED_ALARM,
    poles: null,
    provenance: {
      model: trace.model,
      weightsSha256: trace.weightsSha256,
      probe: probe.title,
      probeSha256: probe.sha256,
      backend: trace.backend,
      version: LINKED,
    },
    run: {
      finishedAt: trace.finishedAt,
      taps: true,
      adapter: null,
      probeKey: probe.key,
      probeTitle: probe.title,
      continuations,
      push: steering,
    },
  };
}

/** Whether a recording holds nothing but the readings of a link. */
export function isOfLink({ provenance }: Pick<Recording, 'provenance'>): boolean {
  return provenance.version === LINKED;
}

function readoutOf(
  { afterToken, stand, score, low, high }: SharedPoint,
  layers: number,
  layer: number | null,
): ReadoutReading {
  const at = layer ?? layers;
  const only = (value: number): Float32Array => new Float32Array(layers).fill(Number.NaN).fill(value, at, at + 1);
  const shown = layer === null ? { score, low, high } : null;
  return { afterToken, stand, shown, score: only(score), nullLow: only(low), nullHigh: only(high), poles: null };
}

function unpack(node: JsonNode, packed: string, body: string): Pick<SharedTrace, 'tokens' | 'points'> {
  const refuse = (what: string): never => node.refuse(`${node.path} ${what}.`);
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(packed);
  } catch {
    return refuse('is no base64');
  }
  const tokens: TokenPiece[] = [];
  const points: SharedPoint[] = [];
  let at = 0;
  let from = 0;
  const next = (): number => bytes[at++] ?? refuse(`ends within token ${tokens.length}`);
  const number = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = next();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return refuse(`holds a number that is too large at token ${tokens.length}`);
  };
  const signed = (): number => ((next() << 24) >> 24) / STEPS;
  while (at < bytes.length) {
    if (tokens.length === MOST_TOKENS) refuse(`holds more than ${MOST_TOKENS} tokens`);
    const id = number();
    const length = number();
    if (from + length > body.length) refuse(`has tokens beyond the text's ${body.length} characters`);
    const kind = next();
    const stand = STANDS[kind - 1];
    if (kind > 0) {
      if (stand === undefined) return refuse(`has a reading of kind ${kind} after token ${tokens.length}`);
      const [score, low, high] = [signed(), signed(), signed()];
      if (low > high) refuse(`has a chance range from ${low} to ${high} after token ${tokens.length}`);
      points.push({ afterToken: tokens.length, stand, score, low, high });
    }
    tokens.push({ id, text: body.slice(from, from + length) });
    from += length;
  }
  return from === body.length
    ? { tokens, points }
    : refuse(`has tokens of ${from} characters, but the text has ${body.length}`);
}

/** Seven bits a byte, the lowest first. */
function appendNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}
