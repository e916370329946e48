/**
 * Recordings as JSON. A file from anywhere is hostile until validated: every refusal names the path of what is wrong.
 * Scores are rounded to 2 decimals; NaN, which JSON lacks, is `null`.
 */
import { AppError } from '../core/errors.ts';
import { type ByPole, byPole } from '../core/heads.ts';
import type { LayerCalibration } from '../core/probe-types.ts';
import type { TapReading, TokenPiece } from '../core/reading.ts';
import { field, fileObject, has, integer, list, number, text } from './json-path.ts';
import type { JsonNode } from './json-path.ts';
import { inRange, flag } from './json-values.ts';
import { parseAlarm, UNMEASURED_ALARM } from './probe-parts.ts';
import type { RecordedPole, Recording } from './recording.ts';

const FORMAT = 'flipside-recording';
/**
 * Version 2 added the words' part of the scores and the 1 % lines; files of version 1 still open, without them. Version 3
 * added each pole from neutral, which a file may lack.
 */
const VERSION = 3;
const INDEX_FORMAT = 'flipside-recordings';
/** Version 2 added which stories hold cruelty; of an older list that is not known. */
const INDEX_VERSION = 2;
/** Far above any context we read; a larger count is a broken or hostile file. */
const MAX_TOKENS = 131_072;
const MAX_LAYERS = 512;

/** One line of the list of recordings that the page offers. */
export interface RecordingEntry {
  readonly id: string;
  readonly title: string;
  readonly blurb: string;
  /** Whether it holds cruelty that a reader should be told of before reading it. */
  readonly dark: boolean;
}

const refuse = (message: string): never => {
  throw new AppError('recording-invalid', `${message} Pick another recording, or make this one again.`);
};

/** Reads a recording; throws `recording-invalid` with the path of the first thing that is wrong. */
export function parseRecording(source: string): Recording {
  const root = fileObject(source, 'recording', FORMAT, VERSION, refuse);
  const version = integer(field(root, 'version'), 1, VERSION);
  const old = version === 1;
  const layers = integer(field(root, 'layers'), 1, MAX_LAYERS);
  const tokens = list(field(root, 'tokens'), 0, MAX_TOKENS).map(toPiece);
  const poles = version >= 3 && has(root, 'poles') ? parsePoles(field(root, 'poles'), tokens.length, layers) : null;
  const axis = field(root, 'axis');
  const provenance = field(root, 'provenance');
  return {
    id: text(field(root, 'id')),
    title: text(field(root, 'title')),
    text: text(field(root, 'text')),
    axis: { positive: text(field(axis, 'positive')), negative: text(field(axis, 'negative')), neutral: text(field(axis, 'neutral')) },
    defaultLayer: integer(field(root, 'defaultLayer'), 0, layers - 1),
    tokens,
    givenTokens: integer(field(root, 'givenTokens'), 0, tokens.length),
    layers,
    scores: scoreRows(field(root, 'scores'), tokens.length, layers),
    words: old ? new Float32Array(tokens.length * layers).fill(Number.NaN) : scoreRows(field(root, 'words'), tokens.length, layers),
    taps: list(field(root, 'taps'), 0, tokens.length).map((tap) => toTap(tap, layers, tokens.length, poles !== null)),
    calibration: list(field(root, 'calibration'), layers, layers).map(toCalibration),
    explained: old ? new Array<number>(layers).fill(0) : toExplained(field(root, 'explained'), layers),
    alarm: old ? UNMEASURED_ALARM : parseAlarm(field(root, 'alarm'), layers),
    poles,
    provenance: {
      model: text(field(provenance, 'model')),
      weightsSha256: text(field(provenance, 'weightsSha256')),
      probe: text(field(provenance, 'probe')),
      probeSha256: text(field(provenance, 'probeSha256')),
      backend: text(field(provenance, 'backend')),
      version: text(field(provenance, 'version')),
    },
  };
}

/** Writes a recording as JSON, one token's scores a line, so that two recordings can be compared line by line. */
export function serialiseRecording(recording: Recording): string {
  const { scores, words, layers, tokens, taps, calibration, explained, alarm, poles, ...rest } = recording;
  const { id, title, text: body, axis, defaultLayer, givenTokens, provenance } = rest;
  const head = { format: FORMAT, version: VERSION, id, title, text: body, axis, defaultLayer, givenTokens, layers, provenance };
  const lines = (items: readonly unknown[]): string => `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`;
  const rowsOf = (values: Float32Array): (number | null)[][] => tokens.map((_, token) => rounded(values.subarray(token * layers, (token + 1) * layers)));
  const tapRows = taps.map((tap) => ({
    afterToken: tap.afterToken,
    score: rounded(tap.score),
    nullLow: rounded(tap.nullLow),
    nullHigh: rounded(tap.nullHigh),
    ...(poles === null || tap.poles === null ? {} : { positive: rounded(tap.poles.positive), negative: rounded(tap.poles.negative) }),
  }));
  const pieces = tokens.map((piece) => [piece.id, piece.text]);
  const calibrationRows = (of: readonly LayerCalibration[]): number[][] => of.map((row) => [row.tapMean, row.scale, row.tokenMean, row.tokenSd, row.smoothSd].map((value) => Number(value.toPrecision(7))));
  const poleText = (pole: RecordedPole): string => `{"calibration":${lines(calibrationRows(pole.calibration))},\n"explained":${JSON.stringify(pole.explained)},\n"alarm":${JSON.stringify(pole.alarm)},\n"scores":${lines(rowsOf(pole.scores))},\n"words":${lines(rowsOf(pole.words))}}`;
  const polesText = poles === null ? '' : `,\n"poles":{"positive":${poleText(poles.positive)},\n"negative":${poleText(poles.negative)}}`;
  return `${JSON.stringify(head).slice(0, -1)},\n"calibration":${lines(calibrationRows(calibration))},\n"explained":${JSON.stringify(explained)},\n"alarm":${JSON.stringify(alarm)},\n"tokens":${lines(pieces)},\n"scores":${lines(rowsOf(scores))},\n"words":${lines(rowsOf(words))},\n"taps":${lines(tapRows)}${polesText}}\n`;
}

/** Reads the list of recordings. Stories of an older list count as dark: better one note too many. */
export function parseRecordingIndex(source: string): RecordingEntry[] {
  const root = fileObject(source, 'index', INDEX_FORMAT, INDEX_VERSION, refuse);
  const old = integer(field(root, 'version'), 1, INDEX_VERSION) === 1;
  return list(field(root, 'recordings'), 0, 1000).map((entry) => {
    const id = text(field(entry, 'id'));
    // The id becomes part of an address, so it must not lead anywhere else.
    if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) refuse(`${entry.path}.id must be lower-case letters, digits and hyphens, got ${JSON.stringify(id)}.`);
    return { id, title: text(field(entry, 'title')), blurb: text(field(entry, 'blurb')), dark: old || flag(field(entry, 'dark')) };
  });
}

/** Writes the list of recordings. */
export function serialiseRecordingIndex(recordings: readonly RecordingEntry[]): string {
  return `${JSON.stringify({ format: INDEX_FORMAT, version: INDEX_VERSION, recordings }, null, 1)}\n`;
}

function toPiece(node: JsonNode): TokenPiece {
  const [id, piece] = list(node, 2, 2);
  return { id: integer(id ?? node, 0, 0xffffffff), text: text(piece ?? node) };
}

/** Each pole from neutral. */
function parsePoles(node: JsonNode, tokens: number, layers: number): ByPole<RecordedPole> {
  return byPole((pole) => {
    const own = field(node, pole);
    return {
      scores: scoreRows(field(own, 'scores'), tokens, layers),
      words: scoreRows(field(own, 'words'), tokens, layers),
      calibration: list(field(own, 'calibration'), layers, layers).map(toCalibration),
      explained: toExplained(field(own, 'explained'), layers),
      alarm: parseAlarm(field(own, 'alarm'), layers),
    };
  });
}

function toExplained(node: JsonNode, layers: number): number[] {
  return list(node, layers, layers).map((item) => inRange(item, -1e9, 1));
}

function toTap(node: JsonNode, layers: number, tokens: number, hasPoles: boolean): TapReading {
  return {
    afterToken: integer(field(node, 'afterToken'), 0, tokens - 1),
    score: scoreRow(field(node, 'score'), layers),
    nullLow: scoreRow(field(node, 'nullLow'), layers),
    nullHigh: scoreRow(field(node, 'nullHigh'), layers),
    poles: hasPoles ? byPole((pole) => scoreRow(field(node, pole), layers)) : null,
  };
}

function toCalibration(node: JsonNode): LayerCalibration {
  const [tapMean = 0, scale = 0, tokenMean = 0, tokenSd = 0, smoothSd = 0] = list(node, 5, 5).map((item) => number(item));
  if (scale <= 0 || tokenSd <= 0 || smoothSd <= 0) refuse(`${node.path} must hold positive standard deviations.`);
  return { tapMean, scale, tokenMean, tokenSd, smoothSd };
}

/** Scores token by token `[tokens, layers]`. */
function scoreRows(node: JsonNode, tokens: number, layers: number): Float32Array {
  const out = new Float32Array(tokens * layers);
  list(node, tokens, tokens).forEach((row, token) => out.set(scoreRow(row, layers), token * layers));
  return out;
}

function scoreRow(node: JsonNode, layers: number): Float32Array {
  return Float32Array.from(list(node, layers, layers), (item) => (item.value === null ? Number.NaN : number(item)));
}

function rounded(values: Float32Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? Math.round(value * 100) / 100 : null));
}
