/** Recorded texts of a place as a file of a few kilobytes; `record --examples` writes it. */
import { AppError } from '../../base/errors.ts';
import { POLES } from '../../probe/heads.ts';
import type { Examples, ExampleSteering, ExampleText } from '../../reading/examples.ts';
import { field, fileObject, integer, type JsonNode, list, number, text, words } from '../../json/json-path.ts';
import { tracedRows, tracedText } from './trace-rows.ts';

const FORMAT = 'flipside-examples';
const VERSION = 1;
const MOST_TEXTS = 12;

/** One text a line, readings to two decimals. */
export function serialiseExamples({ axis, sampling, provenance, texts }: Examples): string {
  const lines = texts.map(({ title, given, steering, ...traced }) =>
    JSON.stringify({ title, given, steering, ...tracedRows(traced) }),
  );
  const head = JSON.stringify({ format: FORMAT, version: VERSION, axis, sampling, provenance });
  return `${head.slice(0, -1)},"texts":[\n${lines.join(',\n')}\n]}\n`;
}

/** Reads what {@link serialiseExamples} wrote; throws `recording-invalid` with the path of what is wrong. */
export function parseExamples(source: string): Examples {
  const root = fileObject(source, 'examples', FORMAT, VERSION, (message) => {
    throw new AppError('recording-invalid', message);
  });
  const [axis, sampling, provenance] = [field(root, 'axis'), field(root, 'sampling'), field(root, 'provenance')];
  const name = (node: JsonNode, key: string): string => words(field(node, key), 120);
  const count = (key: string, least: number): number => integer(field(sampling, key), least, 2 ** 32 - 1);
  return {
    axis: { positive: name(axis, 'positive'), negative: name(axis, 'negative'), neutral: name(axis, 'neutral') },
    sampling: {
      temperature: number(field(sampling, 'temperature')),
      topK: count('topK', 0),
      topP: number(field(sampling, 'topP')),
      seed: count('seed', 0),
      maxTokens: count('maxTokens', 1),
    },
    provenance: {
      model: name(provenance, 'model'),
      weightsSha256: name(provenance, 'weightsSha256'),
      probe: name(provenance, 'probe'),
      probeSha256: name(provenance, 'probeSha256'),
      backend: name(provenance, 'backend'),
      version: name(provenance, 'version'),
    },
    texts: list(field(root, 'texts'), 1, MOST_TEXTS).map(toText),
  };
}

function toText(node: JsonNode): ExampleText {
  const traced = tracedText(node);
  const steering = field(node, 'steering');
  return {
    title: words(field(node, 'title'), 120),
    given: integer(field(node, 'given'), 0, traced.pieces.length),
    steering: steering.value === null ? null : toSteering(steering),
    ...traced,
  };
}

function toSteering(node: JsonNode): ExampleSteering {
  const named = field(node, 'pole');
  const pole = POLES.find((each) => each === text(named));
  return {
    pole: pole ?? named.refuse(`${named.path} must be one of ${POLES.join(', ')}.`),
    strength: number(field(node, 'strength')),
    layer: integer(field(node, 'layer'), 1, 10_000),
  };
}
