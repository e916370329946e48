/** A record of speed as a file, made in the page or by the command. Hostile until validated, as every file from outside. */
import { AppError } from '../../base/errors.ts';
import { field, fileObject, integer, type JsonNode, list, number, text, words } from '../../json/json-path.ts';
import { flag, inRange, oneOf, sha256 } from '../../json/json-values.ts';
import {
  DISTURBANCES,
  type Disturbance,
  SPEED_LACKS,
  SPEED_MEASURE_NAMES,
  SPEED_MEMORY,
  type SpeedLack,
  type SpeedMemory,
  type SpeedRecord,
  type SpeedSample,
} from '../../models/speed/speed-record.ts';

const FORMAT = 'flipside-speed';
const VERSION = 1;

/** A day: nothing that is timed here takes longer. */
const MOST_MS = 86_400_000;
const MOST_BYTES = 2 ** 50;
const MODES = ['direct', 'captured', 'stepwise'] as const;

/** The text of the file, with numbers as they were measured: microseconds are kept. */
export function serialiseSpeed({ samples, createdAt, version, ...record }: SpeedRecord): string {
  const head = {
    format: FORMAT,
    version: VERSION,
    flipside: version,
    createdAt: new Date(createdAt).toISOString(),
    ...record,
    units:
      'a sample is [measure, round, tokens, milliseconds, disturbed]; round 0 warms up; times are by the clock, to the numbers’ arrival',
  };
  const lines = samples.map(({ measure, round, tokens, milliseconds, disturbed }) =>
    JSON.stringify([measure, round, tokens, Number(milliseconds.toFixed(3)), disturbed]),
  );
  return `${JSON.stringify(head, null, 1).replace(/\n\}$/, '')},\n "samples": [\n  ${lines.join(',\n  ')}\n ]\n}\n`;
}

/** Reads what {@link serialiseSpeed} wrote; throws `recording-invalid` with the path of what is wrong. */
export function parseSpeed(source: string): SpeedRecord {
  const refuse = (message: string): never => {
    throw new AppError('recording-invalid', `${message} Measure again, and save the record anew.`);
  };
  const root = fileObject(source, 'speed', FORMAT, VERSION, refuse);
  const made = text(field(root, 'createdAt'));
  const createdAt = Date.parse(made);
  if (!Number.isFinite(createdAt))
    refuse(
      `speed.createdAt must be a time such as 2026-12-01T12:00:00.000Z, got ${JSON.stringify(made.slice(0, 40))}.`,
    );
  const model = field(root, 'model');
  const backend = oneOf(field(root, 'backend'), ['webgpu', 'wasm', 'cpu'] as const);
  const adapter = orNull(field(root, 'adapter'), toAdapter);
  if ((backend === 'webgpu') !== (adapter !== null))
    refuse(`speed.adapter must be ${backend === 'webgpu' ? 'there' : 'null'} where speed.backend is "${backend}".`);
  return {
    createdAt,
    version: words(field(root, 'flipside'), 40),
    model: {
      id: words(field(model, 'id'), 200),
      weightsSha256: sha256(field(model, 'weightsSha256')),
      layerCount: integer(field(model, 'layerCount'), 1, 1000),
      hidden: integer(field(model, 'hidden'), 1, 1_000_000),
    },
    runner: words(field(root, 'runner'), 200),
    runtime: words(field(root, 'runtime'), 200),
    backend,
    adapter,
    processor: orNull(field(root, 'processor'), (node) => words(node, 200)),
    processors: integer(field(root, 'processors'), 1, 65_536),
    threads: orNull(field(root, 'threads'), (node) => integer(node, 1, 65_536)),
    power: oneOf(field(root, 'power'), ['mains', 'battery', 'unknown'] as const),
    load: orNull(field(root, 'load'), (node) => {
      const [before = 0, after = 0] = list(node, 2, 2).map((item) => inRange(item, 0, 1e6));
      return [before, after] as const;
    }),
    writing: oneOf(field(root, 'writing'), MODES),
    trials: list(field(root, 'trials'), 0, MODES.length).map((trial) => ({
      mode: oneOf(field(trial, 'mode'), MODES),
      msPerToken: inRange(field(trial, 'msPerToken'), 0, MOST_MS),
      accepted: flag(field(trial, 'accepted')),
    })),
    form: oneOf(field(root, 'form'), ['full', 'short'] as const),
    passMs: inRange(field(root, 'passMs'), 0, MOST_MS),
    clockMs: inRange(field(root, 'clockMs'), 0, 1000),
    lacks: list(field(root, 'lacks'), 0, SPEED_MEASURE_NAMES.length).map((lack) => ({
      measure: oneOf(field(lack, 'measure'), SPEED_MEASURE_NAMES),
      why: oneOf(field(lack, 'why'), Object.keys(SPEED_LACKS) as SpeedLack[]),
    })),
    memory: list(field(root, 'memory'), 0, Object.keys(SPEED_MEMORY).length).map((part) => ({
      what: oneOf(field(part, 'what'), Object.keys(SPEED_MEMORY) as SpeedMemory[]),
      bytes: inRange(field(part, 'bytes'), 0, MOST_BYTES),
    })),
    complete: flag(field(root, 'complete')),
    samples: list(field(root, 'samples'), 0, 10_000).map(toSample),
  };
}

function toSample(node: JsonNode): SpeedSample {
  const [measure, round, tokens, milliseconds, disturbed] = list(node, 5, 5);
  if (!measure || !round || !tokens || !milliseconds || !disturbed)
    return node.refuse(`${node.path} must have 5 items.`);
  if (number(milliseconds) <= 0) milliseconds.refuse(`${milliseconds.path} must be greater than 0.`);
  return {
    measure: oneOf(measure, SPEED_MEASURE_NAMES),
    round: integer(round, 0, 10_000),
    tokens: integer(tokens, 1, 1_000_000),
    milliseconds: inRange(milliseconds, 0, MOST_MS),
    disturbed: orNull(disturbed, (why) => oneOf(why, Object.keys(DISTURBANCES) as Disturbance[])),
  };
}

function toAdapter(node: JsonNode): NonNullable<SpeedRecord['adapter']> {
  // Drivers leave some of these empty.
  const said = (key: string): string => {
    const value = field(node, key);
    return value.value === '' ? '' : words(value, 200);
  };
  return {
    vendor: said('vendor'),
    architecture: said('architecture'),
    description: said('description'),
    software: flag(field(node, 'software')),
    timestamps: orNull(field(node, 'timestamps'), flag),
  };
}

function orNull<T>(node: JsonNode, read: (node: JsonNode) => T): T | null {
  return node.value === null ? null : read(node);
}
