/** What a file is, by what it holds and not by its name: so that one way in takes every file of ours, and says of others what they are. */
import { RUN_CSV_HEADER } from './run-csv.ts';

/** Kinds of files. */
export type FileKind =
  | 'run-json'
  | 'run-csv'
  | 'futures'
  | 'axes'
  | 'speed'
  | 'probe'
  | 'tensors'
  | 'report'
  | 'set-header'
  | 'set-rows'
  | 'experiment-spec'
  | 'experiment-units'
  | 'experiment-unit'
  | 'experiment-report'
  | 'story-index'
  | 'shelf'
  | 'control-vector'
  | 'picture'
  | 'archive'
  | 'other-json'
  | 'other-table'
  | 'empty'
  | 'unknown';

/** What each kind is, in words that end a sentence. */
export const KIND_WORDS: Readonly<Record<FileKind, string>> = {
  'run-json': 'a run',
  'run-csv': 'a run as a table',
  futures: 'many futures of one text',
  axes: 'several axes of one text',
  speed: 'a record of speed',
  probe: 'the description of a probe (probe.json)',
  tensors: 'the directions of a probe (directions.safetensors)',
  report: 'the judgement of a probe (report.json)',
  'set-header': 'the header of a prompt set (.set.json)',
  'set-rows': 'the rows of a prompt set',
  'experiment-spec': 'the spec of an experiment',
  'experiment-units': 'the units of an experiment (units.jsonl)',
  'experiment-unit': 'a part of a run of an experiment',
  'experiment-report': 'the report of an experiment',
  shelf: 'the index of a shelf of probes',
  'story-index': 'a list of recorded stories, without the stories',
  'control-vector': 'a control vector for llama.cpp (GGUF)',
  picture: 'a picture, which holds no numbers',
  archive: 'a spreadsheet or another archive',
  'other-json': 'JSON that Flipside does not know',
  'other-table': 'a table that Flipside does not know',
  empty: 'empty',
  unknown: 'nothing that Flipside knows',
};

const BY_FORMAT: Readonly<Record<string, FileKind>> = {
  'flipside-recording': 'run-json',
  'flipside-recordings': 'story-index',
  'flipside-futures': 'futures',
  'flipside-axes': 'axes',
  'flipside-speed': 'speed',
  'flipside-probe': 'probe',
  'flipside-shelf': 'shelf',
  'flipside-report': 'report',
  'flipside-prompt-set': 'set-header',
  'flipside-controls': 'set-header',
  'flipside-stories': 'set-header',
  'flipside-experiment': 'experiment-spec',
  'flipside-units': 'experiment-units',
  'flipside-unit': 'experiment-unit',
  'flipside-experiment-report': 'experiment-report',
};

/** Characters that are enough to see what a table is. */
const HEAD = 20_000;

/** Tells what a file is. Never throws; a file that is of a kind may still be broken. */
export function recogniseFile(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) return 'empty';
  const starts = (...wanted: number[]): boolean => wanted.every((byte, at) => bytes[at] === byte);
  if (starts(0x47, 0x47, 0x55, 0x46)) return 'control-vector';
  if (starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff)) return 'picture';
  if (starts(0x50, 0x4b, 0x03) || starts(0x1f, 0x8b)) return 'archive';
  if (isSafetensors(bytes)) return 'tensors';
  const text = new TextDecoder()
    .decode(bytes.subarray(0, HEAD))
    .replace(/^\ufeff/, '')
    .trimStart();
  if (text.startsWith('<?xml') || text.startsWith('<svg')) return 'picture';
  if (text.startsWith(RUN_CSV_HEADER)) return 'run-csv';
  if (text.startsWith('{')) return jsonKind(text);
  const columns = (text.split(/\r?\n/)[0] ?? '')
    .toLowerCase()
    .split(',')
    .map((cell) => cell.replaceAll('"', '').trim());
  if (columns.includes('text') && columns.includes('pole')) return 'set-rows';
  if (text.startsWith('[')) return 'other-json';
  return columns.length > 2 && !text.includes('\ufffd') ? 'other-table' : 'unknown';
}

function jsonKind(text: string): FileKind {
  const [, format] =
    /^\{\s*"format"\s*:\s*"([^"]{1,60})"/.exec(text) ?? /"format"\s*:\s*"([^"]{1,60})"/.exec(text.slice(0, 2000)) ?? [];
  const known = format === undefined ? undefined : BY_FORMAT[format];
  if (known !== undefined) return known;
  const [first = ''] = text.split('\n');
  // Rows of a set are one object a line.
  if (/"text"\s*:/.test(first) && /"(?:pole|topic)"\s*:/.test(first)) return 'set-rows';
  // A set's header of version 0 has no format; nothing else has `poles` and `taps`.
  return format === undefined && /"poles"\s*:\s*\{/.test(text) && /"taps"\s*:\s*\[/.test(text)
    ? 'set-header'
    : 'other-json';
}

/** Eight bytes with the length of a JSON header, then the header. */
function isSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return length > 1n && length <= BigInt(bytes.length - 8);
}
