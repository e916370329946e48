/**
 * What a host that speaks the Hugging Face Hub's API says about a model: its files with sizes and hashes, its commit and
 * its licence, in one request (`/api/models/ID?blobs=true`). The answer is hostile until it has been let through here.
 */
import { AppError } from '../../base/errors.ts';
import { besideGraphs } from '../../models/graph-weights.ts';
import { everyOffer } from '../../models/checkpoint/checkpoint-offers.ts';
import { type ListedFile, PLAIN_PATH } from '../../models/model-offer.ts';
import type { ModelListing } from '../../models/model-source.ts';
import { cancelled } from './fetch-file.ts';
import { checkHost, checkLanding, gated } from './hosts.ts';
import { readUpTo } from './read-up-to.ts';

/** What to ask. */
export interface HubQuestion {
  /** One of the hosts, as an origin. */
  readonly host: string;
  /** `owner/name`. */
  readonly repo: string;
  readonly hosts: readonly string[];
}

const REPO = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
const LONGEST_REPLY_BYTES = 16 << 20;
const MOST_LISTED = 20_000;

/**
 * Asks a host for a model's files. Throws `usage` for a name that is none, `model-host-off`, `model-gated`,
 * `model-fetch-failed`, `model-list-invalid` or `cancelled`.
 */
export async function listHub({ host, repo, hosts }: HubQuestion, signal: AbortSignal): Promise<ModelListing> {
  if (!REPO.test(repo))
    throw new AppError(
      'usage',
      `A model is named OWNER/NAME, for example onnx-community/Qwen3-0.6B-ONNX; got ${JSON.stringify(repo.slice(0, 80))}.`,
      { field: 'repo' },
    );
  const url = `${host}/api/models/${repo}?blobs=true`;
  checkHost(url, hosts);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers: { accept: 'application/json' },
    });
    await checkLanding(response, hosts);
    text = await readUpTo(response, LONGEST_REPLY_BYTES, "The list of the model's files");
  } catch (cause) {
    if (signal.aborted) throw cancelled();
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'model-fetch-failed',
      `${host} cannot be reached. Check the network, then ask again.`,
      { host, status: 0 },
      cause,
    );
  }
  // A hub does not tell models that are private from those that are not there.
  if (response.status === 401 || response.status === 404)
    throw new AppError(
      'model-fetch-failed',
      `${host} has no model ${repo} for everyone: it answered ${String(response.status)}. Check the name; a private model must be downloaded with your account and picked from your disk.`,
      { host, repo, status: response.status },
    );
  if (response.status === 403) throw gated(host, repo, 403);
  if (!response.ok)
    throw new AppError(
      'model-fetch-failed',
      `${host} answered ${String(response.status)} for ${repo}. Ask again later.`,
      { host, repo, status: response.status },
    );
  return parseHubReply(text, { host, repo });
}

/**
 * Reads a host's answer. Throws `model-list-invalid` with the path of the first field that is wrong. Files with names
 * that are no plain paths are passed over.
 */
export function parseHubReply(text: string, { host, repo }: Pick<HubQuestion, 'host' | 'repo'>): ModelListing {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw invalid('reply', 'must be JSON, and it is not', cause);
  }
  const reply = record(raw, 'reply');
  const { sha, siblings } = reply;
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha)) throw invalid('sha', 'must be a commit of 40 hex digits');
  if (!Array.isArray(siblings)) throw invalid('siblings', 'must be a list');
  if (siblings.length > MOST_LISTED)
    throw invalid('siblings', `must have at most ${String(MOST_LISTED)} entries, got ${String(siblings.length)}`);
  const files = siblings.flatMap((entry: unknown, at) => parseSibling(entry, `siblings[${String(at)}]`));
  const seen = new Set<string>();
  for (const { path } of files) {
    if (seen.has(path)) throw invalid('siblings', `names ${path} twice`);
    seen.add(path);
  }
  const gate = reply['gated'];
  const offers = everyOffer(files);
  return {
    from: { kind: 'hub', host, repo, revision: sha },
    title: repo.slice(repo.indexOf('/') + 1),
    licence: licenceOf(reply),
    gated: gate !== undefined && gate !== false && gate !== null,
    offers,
    beside: besideGraphs(files, offers),
  };
}

function parseSibling(raw: unknown, at: string): readonly ListedFile[] {
  const fields = record(raw, at);
  const path = fields['rfilename'];
  if (typeof path !== 'string') throw invalid(`${at}.rfilename`, 'must be a text');
  if (!PLAIN_PATH.test(path)) return [];
  const lfs = fields['lfs'] === undefined || fields['lfs'] === null ? null : record(fields['lfs'], `${at}.lfs`);
  const bytes = lfs === null ? fields['size'] : lfs['size'];
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0)
    throw invalid(`${at}.${lfs === null ? '' : 'lfs.'}size`, 'must be a whole number');
  if (lfs !== null) return [{ path, bytes, sha256: hex(lfs['sha256'], 64, `${at}.lfs.sha256`), gitBlob: null }];
  return [{ path, bytes, sha256: null, gitBlob: hex(fields['blobId'], 40, `${at}.blobId`) }];
}

function hex(raw: unknown, digits: number, at: string): string {
  if (typeof raw !== 'string' || raw.length !== digits || !/^[0-9a-f]+$/.test(raw))
    throw invalid(at, `must be ${String(digits)} lower-case hex digits`);
  return raw;
}

/** The licence by the model's card; `other` has a name of its own beside it. */
function licenceOf(reply: Readonly<Record<string, unknown>>): string | null {
  const card =
    typeof reply['cardData'] === 'object' && reply['cardData'] !== null
      ? (reply['cardData'] as Readonly<Record<string, unknown>>)
      : {};
  const plain = (value: unknown): string | null =>
    typeof value === 'string' && /^[\w .+()/-]{1,80}$/.test(value) ? value : null;
  const named = Array.isArray(card['license']) ? plain(card['license'][0]) : plain(card['license']);
  return named === 'other' ? (plain(card['license_name']) ?? named) : named;
}

function record(raw: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw invalid(at, 'must be an object');
  return raw as Readonly<Record<string, unknown>>;
}

function invalid(field: string, problem: string, cause?: unknown): AppError {
  return new AppError(
    'model-list-invalid',
    `The host's list of the model's files cannot be used: ${field} ${problem}. Check the name and the host.`,
    { field },
    cause,
  );
}
