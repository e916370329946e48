/**
 * The first view's story as a file: the words of two recordings that begin alike, and the reading after each stretch. A
 * fiftieth of the recordings, so that it is there at once; the build makes it from them (see vite.config.ts).
 */
import { AppError } from '../../base/errors.ts';
import { type ForkedStory, type ForkSide, sharedOpening } from '../../reading/fork.ts';
import type { Stand } from '../../reading/reading.ts';
import { type TracePoint, tracePoints } from '../../reading/trace.ts';
import { field, fileObject, integer, type JsonNode, list, number, text, words } from '../../json/json-path.ts';
import type { Recording } from './recording.ts';

const FORMAT = 'flipside-fork';
const VERSION = 1;

/** No text that a first view could show is longer. */
const MOST_TOKENS = 2000;

const STANDS = { sentence: true, clause: true, word: true } as const satisfies Record<Stand, true>;

/** The file of two recordings. Throws `usage` where they do not begin alike, or were read by two probes. */
export function serialiseFork(a: Recording, b: Recording): string {
  const piecesOf = ({ tokens }: Recording): string[] => tokens.map((token) => token.text);
  const shared = sharedOpening(piecesOf(a), piecesOf(b));
  if (shared === 0 || a.provenance.probeSha256 !== b.provenance.probeSha256)
    throw new AppError(
      'usage',
      `The recordings ${a.id} and ${b.id} are no story that forks: they need two sentences in common and one probe.`,
    );
  const side = (recording: Recording): unknown => ({
    id: recording.id,
    pieces: piecesOf(recording),
    readings: tracePoints(recording.taps, recording.tokens.length, null, recording.defaultLayer).map(
      ({ afterToken, stand, score, low, high }) => [
        afterToken,
        stand,
        ...[score, low, high].map((value) => Number(value.toFixed(2))),
      ],
    ),
  });
  return JSON.stringify({ format: FORMAT, version: VERSION, axis: a.axis, shared, a: side(a), b: side(b) });
}

/** Reads what {@link serialiseFork} wrote; throws `recording-invalid` with the path of what is wrong. */
export function parseFork(source: string): ForkedStory {
  const refuse = (message: string): never => {
    throw new AppError('recording-invalid', message);
  };
  const root = fileObject(source, 'fork', FORMAT, VERSION, refuse);
  const axis = field(root, 'axis');
  const name = (key: string): string => words(field(axis, key), 60);
  const [a, b] = [toSide(field(root, 'a')), toSide(field(root, 'b'))];
  return {
    axis: { positive: name('positive'), negative: name('negative'), neutral: name('neutral') },
    shared: integer(field(root, 'shared'), 1, Math.min(a.pieces.length, b.pieces.length) - 1),
    a,
    b,
  };
}

function toSide(node: JsonNode): ForkSide {
  const pieces = list(field(node, 'pieces'), 2, MOST_TOKENS).map((piece) => text(piece));
  let from = 0;
  const trace = list(field(node, 'readings'), 1, pieces.length).map((reading): TracePoint => {
    const [after, stand, score, low, high] = list(reading, 5, 5);
    if (after === undefined || stand === undefined || score === undefined || low === undefined || high === undefined)
      return reading.refuse(`${reading.path} must have 5 items.`);
    const point = {
      from,
      afterToken: integer(after, from, pieces.length - 1),
      stand: toStand(stand),
      score: number(score),
      low: number(low),
      high: number(high),
    };
    from = point.afterToken + 1;
    return point;
  });
  return { id: words(field(node, 'id'), 60), pieces, trace };
}

function toStand(node: JsonNode): Stand {
  const value = text(node);
  return Object.hasOwn(STANDS, value)
    ? (value as Stand)
    : node.refuse(`${node.path} must be one of ${Object.keys(STANDS).join(', ')}, got "${value}".`);
}
