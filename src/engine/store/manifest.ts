/**
 * The list of a model's files with their lengths and hashes, as `scripts/make-manifest.mjs` writes it.
 * A manifest comes over the network and is hostile until {@link parseManifest} has let it through.
 * Pure: works in a worker and in Node.
 */
import { AppError } from '../../base/errors.ts';
import { shown, tooDeep } from '../../base/shown.ts';
import { containerOf } from '../../models/checkpoint/checkpoint-offers.ts';
import { identityOf, isKeptBits, type KeptBits, type QuantisedBits } from '../../models/checkpoint/kept-weights.ts';
import {
  FILE_ROLES,
  LARGEST_FILE_BYTES,
  LARGEST_MODEL_BYTES,
  MOST_FILES,
  PLAIN_PATH,
  type FileRole,
} from '../../models/model-offer.ts';
import { sha256Hex } from './sha256.ts';

export type { FileRole } from '../../models/model-offer.ts';

/** One file of a model. */
export interface ManifestFile {
  /** Path from the model's folder, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 as 64 lower-case hex digits; null for a small file whose host lists it by its git blob id. */
  readonly sha256: string | null;
  /** Git blob id as 40 lower-case hex digits, where there is no SHA-256. */
  readonly gitBlob?: string;
  readonly role: FileRole;
}

/** All files of a model. */
export interface ModelManifest {
  readonly format: 'flipside-model-manifest';
  readonly version: 1;
  readonly id: string;
  readonly title: string;
  readonly licence: string;
  /** Where it came from if not from beside the page; such manifests are made here and kept, and never fetched. */
  readonly from?: 'hub' | 'local';
  /**
   * The model's folder, ending with `/`: from the folder that the manifest lies in, or the whole address of one of a hub.
   * A local model has none, only {@link LOCAL_BASE}.
   */
  readonly base: string;
  /** In how many bits its weights are quantised when they are read; left out where they are kept as they are. Safetensors only. */
  readonly kept?: QuantisedBits;
  readonly files: readonly ManifestFile[];
}

/** The base of models whose files the reader picked. */
export const LOCAL_BASE = 'local/';

/** Longest manifest that is read at all. */
export const LONGEST_MANIFEST_BYTES = 1 << 20;

/** The address of a folder on a host; which hosts may be asked is checked where it is. */
const HUB_BASE =
  /^https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?\/(?!.*(?:^|\/)\.{1,2}\/)(?:[A-Za-z0-9._-]{1,100}\/){1,12}$/;

/** Reads a manifest; throws `model-manifest-invalid` with the path of the first field that is wrong. */
export function parseManifest(text: string): ModelManifest {
  let raw: unknown;
  try {
    raw = tooDeep(text) ? null : JSON.parse(text);
  } catch (cause) {
    throw invalid('manifest', 'must be JSON, and it is not', cause);
  }
  const fields = record(raw, 'manifest');
  if (fields['format'] !== 'flipside-model-manifest') throw invalid('format', 'must be "flipside-model-manifest"');
  if (fields['version'] !== 1) throw invalid('version', `must be 1, got ${shown(fields['version'])}`);
  const from = fromOf(fields['from']);
  const base = string(fields['base'], 'base');
  if (from === undefined && (!base.endsWith('/') || !PLAIN_PATH.test(base.slice(0, -1))))
    throw invalid('base', `must be a relative folder ending in "/" with plain names, got ${shown(base)}`);
  if (from === 'hub' && !HUB_BASE.test(base))
    throw invalid('base', `must be the address of a folder on a host, ending in "/", got ${shown(base)}`);
  if (from === 'local' && base !== LOCAL_BASE)
    throw invalid('base', `must be "${LOCAL_BASE}" for files that were picked, got ${shown(base)}`);
  const files = parseFiles(fields['files']);
  return {
    format: 'flipside-model-manifest',
    version: 1,
    id: string(fields['id'], 'id'),
    title: string(fields['title'], 'title'),
    licence: string(fields['licence'], 'licence'),
    ...(from && { from }),
    base,
    ...keptOf(fields['kept'], files),
    files,
  };
}

function keptOf(raw: unknown, files: readonly ManifestFile[]): Pick<ModelManifest, 'kept'> {
  if (raw === undefined) return {};
  if (!isKeptBits(raw) || raw === 32) throw invalid('kept', `must be 8, 4 or left out, got ${shown(raw)}`);
  if (containerOf({ files }) !== 'safetensors')
    throw invalid('kept', `is ${raw}, and only the weights of safetensors are quantised`);
  return { kept: raw };
}

/** What a file is kept by: its SHA-256, or `git-` and its git blob id. */
export function keyOf({ sha256, gitBlob }: Pick<ManifestFile, 'sha256' | 'gitBlob'>): string {
  return sha256 ?? `git-${gitBlob ?? ''}`;
}

/**
 * SHA-256 over the hex SHA-256 of the graph and of every weight file, in the order of the manifest, and over what they are quantised to,
 * if to anything: changes when any weight does.
 */
export function weightsSha256(files: readonly Pick<ManifestFile, 'role' | 'sha256'>[], kept: KeptBits = 32): string {
  const hashes = files.filter(isWeighty).map((file) => file.sha256);
  return sha256Hex(new TextEncoder().encode(hashes.join('') + identityOf(kept)));
}

/** Whether a file makes the model what it is. */
const isWeighty = ({ role }: Pick<ManifestFile, 'role'>): boolean => WEIGHTY.includes(role);

const WEIGHTY: readonly FileRole[] = ['graph', 'weights', 'checkpoint', 'adapter'];

function fromOf(raw: unknown): 'hub' | 'local' | undefined {
  if (raw === undefined || raw === 'hub' || raw === 'local') return raw;
  throw invalid('from', `must be "hub", "local" or left out, got ${shown(raw)}`);
}

function parseFiles(raw: unknown): readonly ManifestFile[] {
  if (!Array.isArray(raw)) throw invalid('files', 'must be a list');
  if (raw.length > MOST_FILES)
    throw invalid('files', `must have at most ${String(MOST_FILES)} entries, got ${String(raw.length)}`);
  const files = raw.map((entry, i) => parseFile(entry, `files[${String(i)}]`));
  const twice = files.find((file, i) => files.findIndex((other) => other.path === file.path) !== i);
  if (twice) throw invalid('files', `names "${twice.path}" twice`);
  const count = (...roles: readonly FileRole[]): number => files.filter(({ role }) => roles.includes(role)).length;
  const [graphs, checkpoints] = [count('graph'), count('checkpoint')];
  if (checkpoints === 0 && graphs !== 1)
    throw invalid('files', `must have one file of role "graph", got ${String(graphs)}`);
  if (checkpoints > 0 && count('graph', 'weights') > 0)
    throw invalid('files', 'must have a graph with its weights or a checkpoint, and has both');
  const adapters = count('adapter');
  if (adapters > 1 || adapters !== count('adapter-config') || (adapters === 1 && checkpoints === 0))
    throw invalid('files', 'must have an adapter once, with its config and a checkpoint, or none');
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  if (total > LARGEST_MODEL_BYTES)
    throw invalid('files', `must be at most ${String(LARGEST_MODEL_BYTES)} bytes in all, got ${String(total)}`);
  return files;
}

function parseFile(raw: unknown, at: string): ManifestFile {
  const fields = record(raw, at);
  const { path, bytes, sha256, gitBlob, role } = fields;
  if (typeof path !== 'string' || !PLAIN_PATH.test(path))
    throw invalid(`${at}.path`, `must be a relative path of plain names, got ${shown(path)}`);
  // A checkpoint is read in pieces; everything else becomes one buffer.
  const most = role === 'checkpoint' ? LARGEST_MODEL_BYTES : LARGEST_FILE_BYTES;
  if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 1 || bytes > most) {
    throw invalid(`${at}.bytes`, `must be a whole number from 1 to ${String(most)}, got ${shown(bytes)}`);
  }
  const known = FILE_ROLES.find((name) => name === role);
  if (known === undefined) throw invalid(`${at}.role`, `must be one of ${FILE_ROLES.join(', ')}, got ${shown(role)}`);
  // Graph and weights are the model's identity, which is made of SHA-256 alone.
  if (gitBlob !== undefined && (sha256 ?? null) === null && !isWeighty({ role: known })) {
    if (typeof gitBlob !== 'string' || !/^[0-9a-f]{40}$/.test(gitBlob))
      throw invalid(`${at}.gitBlob`, `must be 40 lower-case hex digits, got ${shown(gitBlob)}`);
    return { path, bytes, sha256: null, gitBlob, role: known };
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw invalid(`${at}.sha256`, `must be 64 lower-case hex digits, got ${shown(sha256)}`);
  return { path, bytes, sha256, role: known };
}

function record(raw: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw invalid(at, 'must be an object');
  return raw as Readonly<Record<string, unknown>>;
}

function string(raw: unknown, at: string): string {
  if (typeof raw !== 'string' || raw === '' || raw.length > 200)
    throw invalid(at, `must be a text of 1 to 200 characters, got ${shown(raw)}`);
  return raw;
}

function invalid(field: string, problem: string, cause?: unknown): AppError {
  return new AppError(
    'model-manifest-invalid',
    `The list of the model's files cannot be used: ${field} ${problem}. Reload the page; if it stays, make the list again with "node scripts/make-manifest.mjs".`,
    { field },
    cause,
  );
}
