/**
 * The part of an address that carries what is on show: `VERSION.LENGTH.CHECKSUM.BODY`. The body is the state as JSON,
 * compressed and in base64url by the caller (compression needs the browser); length and checksum are those of the
 * body as it stands in the address, so that a link that was cut or altered says which, before anything is unpacked.
 */
import { fromBase64, toBase64 } from '../../base/base64.ts';
import { AppError } from '../../base/errors.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import type { SamplingOptions } from '../../reading/reading.ts';
import { field, has, integer, jsonRoot, type JsonNode, list, text } from '../../json/json-path.ts';
import { flag, parseSampling, sha256 } from '../../json/json-values.ts';
import { isCombined, parseSteeringRecord } from '../probe/steering-json.ts';
import { type SharedTrace, traceIn, traceObject } from './shared-trace.ts';

/** What a link brings back. */
export interface Shared {
  readonly text: string;
  /** Characters of the text that were given; the rest the model wrote. Null where everything was given. */
  readonly given: number | null;
  /** The probe by its key among the page's offers, its title and the hash of its files. */
  readonly probe: { readonly key: string; readonly title: string; readonly sha256: string } | null;
  /** The shipped story that it is, if it is one. */
  readonly story: string | null;
  readonly layer: number;
  /** The token that was pointed at, or null. */
  readonly token: number | null;
  readonly locked: boolean;
  /** Tokens in the running mean. */
  readonly window: number;
  /** How the next words are chosen. */
  readonly sampling: SamplingOptions;
  /** The place of the page. */
  readonly place: string;
  /** Settings of the view that not every version knows, by name: short words. What is not known is passed over. */
  readonly view: Readonly<Record<string, string>>;
  /**
   * What was done to the stream; null where nothing was. A link names steering but holds no direction, so that alone does
   * not make the run again.
   */
  readonly push: SteeringRecord | null;
  /** What was read of the text; null where that is not in the link, as in those of version 1 and 2. */
  readonly readings: SharedTrace | null;
}

/**
 * Version 2 added the steering. A link without one is still of version 1; one with it is refused by pages from before, which
 * would read its text unsteered and say nothing. Version 3 added the readings; one without them is of version 1 or 2. Version 4
 * added further directions and conditions of the steering, which pages from before would pass over.
 */
const VERSION = 4;

/** No model has more layers. */
const MOST_LAYERS = 1000;

/** A longer address is cut by some programs that pass it on. */
export const MOST_LINK_CHARACTERS = 32_000;

/** Far more than any text that fits a link's length when unpacked: what unpacks to more is no link of ours. */
export const MOST_UNPACKED_BYTES = 4_000_000;

const REMEDY = 'Ask for the link again, or for the run as a file.';
const refuse = (message: string): never => {
  throw new AppError('link-invalid', `${message} ${REMEDY}`);
};

/** The state as the JSON that a link's body holds. Throws nothing. */
export function sharedJson(shared: Shared): string {
  const { readings, ...rest } = shared;
  return JSON.stringify(readings === null ? rest : { ...rest, readings: traceObject(readings) });
}

/** The version of a link: the lowest that holds everything in it. */
export function linkVersion({ readings, push: steering }: Pick<Shared, 'readings' | 'push'>): number {
  if (isCombined(steering)) return VERSION;
  if (readings !== null) return 3;
  return steering === null ? 1 : 2;
}

/** Reads what {@link sharedJson} wrote; throws `link-invalid` with the path of what is wrong. */
export function parseShared(source: string): Shared {
  const root = jsonRoot(source, 'link', refuse);
  const body = text(field(root, 'text'));
  const probe = field(root, 'probe');
  const token = field(root, 'token');
  const given = field(root, 'given');
  const story = field(root, 'story');
  return {
    text: body,
    given: given.value === null ? null : integer(given, 0, body.length),
    probe:
      probe.value === null
        ? null
        : {
            key: short(field(probe, 'key')),
            title: short(field(probe, 'title')),
            sha256: sha256(field(probe, 'sha256')),
          },
    story: story.value === null ? null : short(story),
    layer: integer(field(root, 'layer'), 0, MOST_LAYERS),
    token: token.value === null ? null : integer(token, 0, 10_000_000),
    locked: flag(field(root, 'locked')),
    window: integer(field(root, 'window'), 1, 1000),
    sampling: parseSampling(field(root, 'sampling')),
    place: short(field(root, 'place')),
    view: has(root, 'view') ? viewIn(field(root, 'view')) : {},
    push: steeringIn(root),
    readings: readingsIn(root, body),
  };
}

function readingsIn(root: JsonNode, body: string): SharedTrace | null {
  const readings = has(root, 'readings') ? field(root, 'readings') : null;
  return readings === null || readings.value === null ? null : traceIn(readings, body);
}

function steeringIn(root: JsonNode): SteeringRecord | null {
  const steering = has(root, 'push') ? field(root, 'push') : null;
  return steering === null || steering.value === null ? null : parseSteeringRecord(steering, MOST_LAYERS);
}

/** The whole code from a packed body (base64url) and its {@link linkVersion}. */
export function linkCode(body: string, version = 1): string {
  return `${version}.${body.length.toString(36)}.${checksum(body)}.${body}`;
}

/** The packed body of a code; throws `link-invalid` that says whether it was cut, altered, made by a newer version or none of ours. */
export function linkBody(code: string): string {
  const [version = '', length = '', sum = '', ...rest] = code.split('.');
  if (!/^[1-9]\d{0,3}$/.test(version))
    return refuse(`The link is none that Flipside makes: it begins with ${JSON.stringify(code.slice(0, 20))}.`);
  if (Number(version) > VERSION)
    return refuse(
      `The link was made by a newer Flipside (link version ${version}); this one opens up to version ${VERSION}. Open it on a newer page.`,
    );
  const cut = (missing: string): never => refuse(`The link was cut: ${missing}.`);
  if (code.split('.').length < 4) return cut('its end is missing');
  if (!/^[0-9a-z]{1,6}$/.test(length) || !/^[0-9a-z]{7}$/.test(sum))
    return refuse('The link was altered on its way: its length and checksum cannot be read.');
  const body = rest.join('.');
  const wanted = Number.parseInt(length, 36);
  if (body.length < wanted) return cut(`${body.length} of ${wanted} characters of its content arrived`);
  if (body.length > wanted)
    return refuse(
      `The link was altered on its way: it has ${body.length - wanted} more characters than it was made with.`,
    );
  if (checksum(body) !== sum) return refuse('The link was altered on its way: its checksum does not fit its content.');
  if (!/^[A-Za-z0-9_-]+$/.test(body)) return refuse('The link holds characters that no link of Flipside has.');
  return body;
}

/** Bytes as base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The bytes of base64url; throws `link-invalid`. */
export function fromBase64Url(body: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(body.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return refuse('The link holds characters that no link of Flipside has.');
  }
}

function viewIn(node: JsonNode): Record<string, string> {
  const { value } = node;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return node.refuse(`${node.path} must be an object.`);
  const names = Object.keys(value);
  list({ ...node, value: names }, 0, 20);
  const odd = names.find((name) => !/^[a-z][a-zA-Z]{0,30}$/.test(name));
  if (odd !== undefined) node.refuse(`${node.path} names ${JSON.stringify(odd.slice(0, 40))}, which is no setting.`);
  return Object.fromEntries(names.map((name) => [name, short(field(node, name))]));
}

/** A string of at most 200 characters. */
function short(node: JsonNode): string {
  const value = text(node);
  return value.length <= 200
    ? value
    : node.refuse(`${node.path} must have at most 200 characters, got ${value.length}.`);
}

/** FNV-1a, 32 bits, as seven base-36 digits (Fowler, Noll, Vo). Finds accidents, not enemies. */
function checksum(body: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < body.length; at += 1) hash = Math.imul(hash ^ body.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0');
}
