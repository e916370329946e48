/**
 * Recordings as JSON. A file from anywhere is hostile until validated: every refusal names the path of what is wrong.
 * Scores are rounded to 2 decimals; NaN, which JSON lacks, is `null`.
 */
import { AppError } from '../core/errors.ts';
import type { LayerCalibration } from '../core/probe-types.ts';
import type { TapReading, TokenPiece } from '../core/reading.ts';
import { field, fileObject, integer, list, number, text } from './json-path.ts';
import type { JsonNode } from './json-path.ts';
import { inRange } from './json-values.ts';
import { parseAlarm, UNMEASURED_ALARM } from './probe-parts.ts';
import type { Recording } from './recording.ts';

const FORMAT = 'flipside-recording';
/** Version 2 added the words' part of the scores and the 1 % lines; files of version 1 still open, without them. */
const VERSION = 2;
const INDEX_FORMAT = 'flipside-recordings';
const INDEX_VERSION = 1;
/** Far above any context we read; a larger count is a broken or hostile file. */
const MAX_TOKENS = 131_072;
const MAX_LAYERS = 512;

/** One line of the list of recordings that the page offers. */
export interface RecordingEntry {
  readonly id: string;
  readonly title: string;
  readonly blurb: string;
}

const refuse = (message: string): never => {
  throw new AppError('recording-invalid', `${message} Pick another recording, or make this one again.`);
};

/** Reads a recording; throws `recording-invalid` with the path of the first thing that is wrong. */
export function parseRecording(source: string): Recording {
  const root = fileObject(source, 'recording', FORMAT, VERSION, refuse);
  const old = integer(field(root, 'version'), 1, VERSION) === 1;
  const layers = integer(field(root, 'layers'), 1, MAX_LAYERS);
  const tokens = list(field(root, 'tokens'), 0, MAX_TOKENS).map(toPiece);
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
    taps: list(field(root, 'taps'), 0, tokens.length).map((tap) => toTap(tap, layers, tokens.length)),
    calibration: list(field(root, 'calibration'), layers, layers).map(toCalibration),
    explained: old ? new Array<number>(layers).fill(0) : list(field(root, 'explained'), layers, layers).map((item) => inRange(item, -1e9, 1)),
    alarm: old ? UNMEASURED_ALARM : parseAlarm(field(root, 'alarm'), layers),
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
  const { scores, words, layers, tokens, taps, calibration, explained, alarm, ...rest } = recording;
  const { id, title, text: body, axis, defaultLayer, givenTokens, provenance } = rest;
  const head = { format: FORMAT, version: VERSION, id, title, text: body, axis, defaultLayer, givenTokens, layers, provenance };
  const lines = (items: readonly unknown[]): string => `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]`;
  const rowsOf = (values: Float32Array): (number | null)[][] => tokens.map((_, token) => rounded(values.subarray(token * layers, (token + 1) * layers)));
  const tapRows = taps.map((tap) => ({
    afterToken: tap.afterToken,
    score: rounded(tap.score),
    nullLow: rounded(tap.nullLow),
    nullHigh: rounded(tap.nullHigh),
  }));
  const pieces = tokens.map((piece) => [piece.id, piece.text]);
  const calibrationRows = calibration.map((row) => [row.tapMean, row.scale, row.tokenMean, row.tokenSd, row.smoothSd].map((value) => Number(value.toPrecision(7))));
  return `${JSON.stringify(head).slice(0, -1)},\n"calibration":${lines(calibrationRows)},\n"explained":${JSON.stringify(explained)},\n"alarm":${JSON.stringify(alarm)},\n"tokens":${lines(pieces)},\n"scores":${lines(rowsOf(scores))},\n"words":${lines(rowsOf(words))},\n"taps":${lines(tapRows)}}\n`;
}

/** Reads the list of recordings. */
export function parseRecordingIndex(source: string): RecordingEntry[] {
  const root = fileObject(source, 'index', INDEX_FORMAT, INDEX_VERSION, refuse);
  return list(field(root, 'recordings'), 0, 1000).map((entry) => {
    const id = text(field(entry, 'id'));
    // The id becomes part of an address, so it must not lead anywhere else.
    if (!/^[a-z0-9][a-z0-9-]*$/.test(id)) refuse(`${entry.path}.id must be lower-case letters, digits and hyphens, got ${JSON.stringify(id)}.`);
    return { id, title: text(field(entry, 'title')), blurb: text(field(entry, 'blurb')) };
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

function toTap(node: JsonNode, layers: number, tokens: number): TapReading {
  return {
    afterToken: integer(field(node, 'afterToken'), 0, tokens - 1),
    score: scoreRow(field(node, 'score'), layers),
    nullLow: scoreRow(field(node, 'nullLow'), layers),
    nullHigh: scoreRow(field(node, 'nullHigh'), layers),
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
