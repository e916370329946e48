/**
 * The list of a model's files with their lengths and hashes, as `scripts/make-manifest.mjs` writes it.
 * A manifest comes over the network and is hostile until {@link parseManifest} has let it through.
 * Pure: works in a worker and in Node.
 */
import { AppError } from '../../core/errors.ts';
import { sha256Hex } from './sha256.ts';

/** What a file of a model is for. */
export const FILE_ROLES = ['graph', 'weights', 'tokenizer', 'tokenizer-config', 'config', 'generation-config', 'reference', 'licence', 'card'] as const;

/** What a file of a model is for. */
export type FileRole = (typeof FILE_ROLES)[number];

/** One file of a model. */
export interface ManifestFile {
  /** Path from the model's folder, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 as 64 lower-case hex digits. */
  readonly sha256: string;
  readonly role: FileRole;
}

/** All files of a model. */
export interface ModelManifest {
  readonly format: 'flipside-model-manifest';
  readonly version: 1;
  readonly id: string;
  readonly title: string;
  readonly licence: string;
  /** The model's folder, from the folder that the manifest lies in; ends with `/`. */
  readonly base: string;
  readonly files: readonly ManifestFile[];
}

/** Longest manifest that is read at all. */
export const LONGEST_MANIFEST_BYTES = 1 << 20;

const MOST_FILES = 64;
/** A file becomes one buffer, and browsers stop at about 2 GiB. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
const LARGEST_MODEL_BYTES = 16 * 2 ** 30;
const PATH = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,100}(?:\/[A-Za-z0-9._-]{1,100}){0,7}$/;

/** Reads a manifest; throws `model-manifest-invalid` with the path of the first field that is wrong. */
export function parseManifest(text: string): ModelManifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw invalid('manifest', 'must be JSON, and it is not', cause);
  }
  const fields = record(raw, 'manifest');
  if (fields['format'] !== 'flipside-model-manifest') throw invalid('format', 'must be "flipside-model-manifest"');
  if (fields['version'] !== 1) throw invalid('version', `must be 1, got ${show(fields['version'])}`);
  const base = string(fields['base'], 'base');
  if (!base.endsWith('/') || !PATH.test(base.slice(0, -1))) throw invalid('base', `must be a relative folder ending in "/" with plain names, got ${show(base)}`);
  return {
    format: 'flipside-model-manifest',
    version: 1,
    id: string(fields['id'], 'id'),
    title: string(fields['title'], 'title'),
    licence: string(fields['licence'], 'licence'),
    base,
    files: parseFiles(fields['files']),
  };
}

/** SHA-256 over the hex SHA-256 of the graph and of every weight file, in the order of the manifest: changes when any weight does. */
export function weightsSha256(files: readonly Pick<ManifestFile, 'role' | 'sha256'>[]): string {
  const hashes = files.filter((file) => file.role === 'graph' || file.role === 'weights').map((file) => file.sha256);
  return sha256Hex(new TextEncoder().encode(hashes.join('')));
}

function parseFiles(raw: unknown): readonly ManifestFile[] {
  if (!Array.isArray(raw)) throw invalid('files', 'must be a list');
  if (raw.length > MOST_FILES) throw invalid('files', `must have at most ${String(MOST_FILES)} entries, got ${String(raw.length)}`);
  const files = raw.map((entry, i) => parseFile(entry, `files[${String(i)}]`));
  const twice = files.find((file, i) => files.findIndex((other) => other.path === file.path) !== i);
  if (twice) throw invalid('files', `names "${twice.path}" twice`);
  const graphs = files.filter((file) => file.role === 'graph').length;
  if (graphs !== 1) throw invalid('files', `must have one file of role "graph", got ${String(graphs)}`);
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  if (total > LARGEST_MODEL_BYTES) throw invalid('files', `must be at most ${String(LARGEST_MODEL_BYTES)} bytes in all, got ${String(total)}`);
  return files;
}

function parseFile(raw: unknown, at: string): ManifestFile {
  const fields = record(raw, at);
  const { path, bytes, sha256, role } = fields;
  if (typeof path !== 'string' || !PATH.test(path)) throw invalid(`${at}.path`, `must be a relative path of plain names, got ${show(path)}`);
  if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 1 || bytes > LARGEST_FILE_BYTES) {
    throw invalid(`${at}.bytes`, `must be a whole number from 1 to ${String(LARGEST_FILE_BYTES)}, got ${show(bytes)}`);
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw invalid(`${at}.sha256`, `must be 64 lower-case hex digits, got ${show(sha256)}`);
  const known = FILE_ROLES.find((name) => name === role);
  if (known === undefined) throw invalid(`${at}.role`, `must be one of ${FILE_ROLES.join(', ')}, got ${show(role)}`);
  return { path, bytes, sha256, role: known };
}

function record(raw: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw invalid(at, 'must be an object');
  return raw as Readonly<Record<string, unknown>>;
}

function string(raw: unknown, at: string): string {
  if (typeof raw !== 'string' || raw === '' || raw.length > 200) throw invalid(at, `must be a text of 1 to 200 characters, got ${show(raw)}`);
  return raw;
}

/** A value from outside, short enough for a message. */
function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function invalid(field: string, problem: string, cause?: unknown): AppError {
  return new AppError(
    'model-manifest-invalid',
    `The list of the model's files cannot be used: ${field} ${problem}. Reload the page; if it stays, make the list again with "node scripts/make-manifest.mjs".`,
    { field },
    cause,
  );
}
