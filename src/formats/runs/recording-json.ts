/**
 * Recordings as JSON. A file from anywhere is hostile until validated: every refusal names the path of what is wrong.
 * Scores are rounded to 2 decimals and packed (see `packed-row.ts`).
 */
import { AppError } from '../../base/errors.ts';
import { shown } from '../../base/shown.ts';
import { type ByPole, byPole } from '../../probe/heads.ts';
import type { AlarmLines, LayerCalibration } from '../../probe/probe-types.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import type { ReadoutReading, TokenPiece } from '../../reading/reading.ts';
import { parseAgreement } from '../json/agreement-json.ts';
import { checkFormat, field, fileObject, has, integer, jsonRoot, list, number, text } from '../../json/json-path.ts';
import type { JsonNode } from '../../json/json-path.ts';
import { flag, inRange, parseHabits, parseSampling } from '../../json/json-values.ts';
import { parseAlarm, UNMEASURED_ALARM } from '../probe/probe-parts.ts';
import { packRow, roundedRow, rowOf } from '../json/packed-row.ts';
import { isCombined, parseSteeringRecord } from '../probe/steering-json.ts';
import { type ReadoutObject, readoutObject, readoutsIn } from './recorded-readings.ts';
import type { RecordedPole, Recording, RunOrigin } from './recording.ts';

const FORMAT = 'flipside-recording';
/**
 * Version 2 added the words' part of the scores and the 1 % lines; files of version 1 still open, without them. Version 3
 * added each pole from neutral, and how a run of the reader's own was made; a file may lack either. Version 4 added what
 * a run was steered by. Version 5 packs scores, and says of every reading where it stands and what is shown of it; older
 * files have readings at the ends of sentences only. Version 6 added further directions and conditions of steering; a file without
 * any is still written as version 5.
 */
const VERSION = 6;
const INDEX_FORMAT = 'flipside-recordings';
/** Version 2 added which stories contain cruelty; of an older list that is not known. */
const INDEX_VERSION = 2;
/** Far above any context we read; a larger count is a broken or hostile file. */
const MAX_TOKENS = 131_072;
const MAX_LAYERS = 512;

/** One line of the list of recordings that the page offers. */
export interface RecordingEntry {
  readonly id: string;
  readonly title: string;
  readonly blurb: string;
  /** Whether it contains cruelty that a reader should be told of before reading it. */
  readonly dark: boolean;
}

const refuse = (message: string): never => {
  throw new AppError('recording-invalid', `${message} Pick another recording, or make this one again.`);
};

/** Reads a recording; throws `recording-invalid` with the path of the first thing that is wrong. */
export function parseRecording(source: string): Recording {
  return recordingFrom(jsonRoot(source, 'recording', refuse));
}

/** Reads what {@link recordingObject} gives; throws as {@link parseRecording}. */
export function recordingIn(value: unknown): Recording {
  return recordingFrom({ value, path: 'recording', refuse });
}

function recordingFrom(root: JsonNode): Recording {
  checkFormat(root, FORMAT, VERSION);
  const version = integer(field(root, 'version'), 1, VERSION);
  const old = version === 1;
  const layers = integer(field(root, 'layers'), 1, MAX_LAYERS);
  const tokens = list(field(root, 'tokens'), 0, MAX_TOKENS).map(toPiece);
  const poles = version >= 3 && has(root, 'poles') ? parsePoles(field(root, 'poles'), tokens.length, layers) : null;
  const axis = field(root, 'axis');
  const body = text(field(root, 'text'));
  const provenance = field(root, 'provenance');
  return {
    id: text(field(root, 'id')),
    title: text(field(root, 'title')),
    text: body,
    axis: {
      positive: text(field(axis, 'positive')),
      negative: text(field(axis, 'negative')),
      neutral: text(field(axis, 'neutral')),
    },
    defaultLayer: integer(field(root, 'defaultLayer'), 0, layers - 1),
    tokens,
    givenTokens: integer(field(root, 'givenTokens'), 0, tokens.length),
    layers,
    scores: scoreRows(field(root, 'scores'), tokens.length, layers),
    words: old
      ? new Float32Array(tokens.length * layers).fill(Number.NaN)
      : scoreRows(field(root, 'words'), tokens.length, layers),
    taps: readoutsIn(field(root, 'taps'), version, layers, tokens.length, poles !== null),
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
      ...parseHabits(provenance),
    },
    ...(has(root, 'run') ? { run: toRun(field(root, 'run'), body.length, layers - 1) } : {}),
  };
}

/** One way of reading as its file holds it. */
interface HeadObject {
  readonly calibration: readonly (readonly number[])[];
  readonly explained: readonly number[];
  readonly alarm: AlarmLines;
  readonly scores: readonly (readonly (number | null)[])[];
  readonly words: readonly (readonly (number | null)[])[];
}

/** A recording as the plain object that its file holds. */
export interface RecordingObject
  extends HeadObject, Omit<Recording, keyof HeadObject | 'tokens' | 'taps' | 'poles' | 'run'> {
  readonly format: string;
  readonly version: number;
  readonly tokens: readonly (readonly [number, string])[];
  readonly taps: readonly ReadoutObject[];
  readonly poles?: ByPole<HeadObject>;
  readonly run?: Omit<RunOrigin, 'push'> & { readonly push?: SteeringRecord };
}

/** The object of a recording, scores rounded; {@link recordingIn} reads it back. */
export function recordingObject(recording: Recording): RecordingObject {
  const {
    id,
    title,
    text: body,
    axis,
    defaultLayer,
    givenTokens,
    layers,
    provenance,
    run,
    tokens,
    taps: readouts,
    poles,
  } = recording;
  const rowsOf = (values: Float32Array): (number | null)[][] =>
    tokens.map((_, token) => roundedRow(values.subarray(token * layers, (token + 1) * layers)));
  const headObject = ({ calibration, explained, alarm, scores, words }: RecordedPole): HeadObject => ({
    calibration: calibration.map((row) =>
      [row.tapMean, row.scale, row.tokenMean, row.tokenSd, row.smoothSd].map((value) => Number(value.toPrecision(7))),
    ),
    explained,
    alarm,
    scores: rowsOf(scores),
    words: rowsOf(words),
  });
  return {
    format: FORMAT,
    version: isCombined(run?.push ?? null) ? VERSION : VERSION - 1,
    id,
    title,
    text: body,
    axis,
    defaultLayer,
    givenTokens,
    layers,
    provenance,
    ...(run === undefined ? {} : { run: runObject(run) }),
    tokens: tokens.map((piece) => [piece.id, piece.text] as const),
    ...headObject(recording),
    taps: inOrder(readouts).map((readout) => readoutObject(readout, poles !== null)),
    ...(poles === null
      ? {}
      : { poles: { positive: headObject(poles.positive), negative: headObject(poles.negative) } }),
  };
}

/** Readings by their places; of two in one place, which files of before could hold, the later. */
function inOrder(readouts: readonly ReadoutReading[]): readonly ReadoutReading[] {
  return [...new Map(readouts.map((readout) => [readout.afterToken, readout])).values()].sort(
    (a, b) => a.afterToken - b.afterToken,
  );
}

function runObject({ push: steering, ...rest }: RunOrigin): NonNullable<RecordingObject['run']> {
  return steering === null ? rest : { ...rest, push: steering };
}

/** Members that are written one item a line. */
const LONG = ['calibration', 'tokens', 'scores', 'words', 'taps'];

/** Members that hold rows of scores: of tokens, and of a reading. */
const PACKED = ['scores', 'words', 'score', 'nullLow', 'nullHigh', 'positive', 'negative'];

/** Writes a recording as JSON, one token's scores a line, so that two recordings can be compared line by line. */
export function serialiseRecording(recording: Recording): string {
  const packed = (key: string, value: unknown): unknown =>
    PACKED.includes(key) && isRow(value) ? packRow(value) : value;
  const lines = (key: string, items: readonly unknown[]): string =>
    `[\n${items.map((item) => JSON.stringify(packed(key, item), packed)).join(',\n')}\n]`;
  const member = ([key, value]: [string, unknown]): string =>
    `${JSON.stringify(key)}:${LONG.includes(key) ? lines(key, value as readonly unknown[]) : JSON.stringify(value)}`;
  const object = (members: object): string => `{${Object.entries(members).map(member).join(',\n')}}`;
  const { poles, ...root } = recordingObject(recording);
  if (poles === undefined) return `${object(root)}\n`;
  return `${object(root).slice(0, -1)},\n"poles":{"positive":${object(poles.positive)},\n"negative":${object(poles.negative)}}}\n`;
}

/** Whether a value is a row of numbers, of which some may be none. */
function isRow(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((item) => item === null || typeof item === 'number');
}

/** Reads the list of recordings. Stories of an older list count as dark: better one note too many. */
export function parseRecordingIndex(source: string): RecordingEntry[] {
  const root = fileObject(source, 'index', INDEX_FORMAT, INDEX_VERSION, refuse);
  const old = integer(field(root, 'version'), 1, INDEX_VERSION) === 1;
  return list(field(root, 'recordings'), 0, 1000).map((entry) => {
    const id = text(field(entry, 'id'));
    // The id becomes part of an address, so it must not lead anywhere else.
    if (!/^[a-z0-9][a-z0-9-]*$/.test(id))
      refuse(`${entry.path}.id must be lower-case letters, digits and hyphens, got ${shown(id)}.`);
    return {
      id,
      title: text(field(entry, 'title')),
      blurb: text(field(entry, 'blurb')),
      dark: old || flag(field(entry, 'dark')),
    };
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

function toRun(node: JsonNode, characters: number, layerCount: number): RunOrigin {
  const adapter = field(node, 'adapter');
  return {
    finishedAt: integer(field(node, 'finishedAt'), 0, 8.64e15),
    taps: flag(field(node, 'taps')),
    adapter: adapter.value === null ? null : text(adapter),
    probeKey: text(field(node, 'probeKey')),
    probeTitle: text(field(node, 'probeTitle')),
    continuations: list(field(node, 'continuations'), 0, MAX_TOKENS).map((item) => ({
      fromCharacter: integer(field(item, 'fromCharacter'), 0, characters),
      sampling: parseSampling(field(item, 'sampling')),
    })),
    push: has(node, 'push') ? parseSteeringRecord(field(node, 'push'), layerCount) : null,
    ...(has(node, 'carriedOver') && { carriedOver: parseAgreement(field(node, 'carriedOver'), layerCount + 1) }),
  };
}

function toCalibration(node: JsonNode): LayerCalibration {
  const [readoutMean = 0, scale = 0, tokenMean = 0, tokenSd = 0, smoothSd = 0] = list(node, 5, 5).map((item) =>
    number(item),
  );
  if (scale <= 0 || tokenSd <= 0 || smoothSd <= 0) refuse(`${node.path} must hold positive standard deviations.`);
  return { tapMean: readoutMean, scale, tokenMean, tokenSd, smoothSd };
}

/** Scores token by token `[tokens, layers]`. */
function scoreRows(node: JsonNode, tokens: number, layers: number): Float32Array {
  const out = new Float32Array(tokens * layers);
  list(node, tokens, tokens).forEach((row, token) => out.set(rowOf(row, layers), token * layers));
  return out;
}
