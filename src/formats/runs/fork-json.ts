/**
 * The first view's story as a file: the words of two recordings that begin alike, and the reading after each stretch. A
 * fiftieth of the recordings, so that it is there at once; the build makes it from them (see vite.config.ts).
 */
import { AppError } from '../../base/errors.ts';
import { type ForkedStory, type ForkSide, sharedOpening } from '../../reading/fork.ts';
import { tracePoints } from '../../reading/trace.ts';
import { field, fileObject, integer, type JsonNode, words } from '../../json/json-path.ts';
import type { Recording } from './recording.ts';
import { tracedRows, tracedText } from './trace-rows.ts';

const FORMAT = 'flipside-fork';
const VERSION = 1;

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
    ...tracedRows({
      pieces: piecesOf(recording),
      trace: tracePoints(recording.taps, recording.tokens.length, null, recording.defaultLayer),
    }),
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
  return { id: words(field(node, 'id'), 60), ...tracedText(node) };
}
