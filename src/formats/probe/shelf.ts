/**
 * A shelf of probes: `index.json` in a folder on a host or a disk, with a line for each probe that lies in a folder below it. The hashes
 * say which files were meant; a probe that is opened is held to them.
 */
import { AppError } from '../../base/errors.ts';
import { field, fileObject, has, integer, type JsonNode, list, type Refuse, words } from '../../json/json-path.ts';
import { identifier, inRange, parseAxis, sha256 } from '../../json/json-values.ts';
import { layOut } from '../../json/lay-out.ts';
import type { Axis } from '../../probe/heads.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import { parseModel } from './probe-parts.ts';

const FORMAT = 'flipside-shelf';
const VERSION = 1;

/** The file in the folder. */
export const SHELF_FILE = 'index.json';

/** The files of a probe on a shelf; all are there. */
export const SHELVED_FILES = ['probe.json', 'directions.safetensors', 'report.json'] as const;

/** The card of a probe on a shelf, for reading. Shelves that were made before 0.3.0 have none. */
export const SHELVED_CARD = 'CARD.md';

/** Most bytes of a card. */
export const MOST_CARD_BYTES = 500_000;

/** Most bytes of each. A shelf that names more is refused, none is made with more, and a page that opens a link stops there. */
export const MOST_SHELVED_BYTES: Readonly<Record<(typeof SHELVED_FILES)[number], number>> = {
  'probe.json': 4_000_000,
  'directions.safetensors': 64_000_000,
  'report.json': 16_000_000,
};

/** Most bytes of an index. */
export const MOST_SHELF_BYTES = 2_000_000;

/** Most probes on one shelf. */
const MOST_SHELVED = 1000;

/** A file of a probe. */
export interface ShelvedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** A probe on a shelf. */
export interface ShelvedProbe {
  /** Its folder below the index. */
  readonly folder: string;
  readonly title: string;
  readonly axis: Axis;
  readonly model: ModelIdentity;
  /** What its report measured on topics that no fit saw. */
  readonly auroc: { readonly value: number; readonly low: number; readonly high: number; readonly topics: number };
  readonly files: Readonly<Record<(typeof SHELVED_FILES)[number], ShelvedFile>>;
  /** Null on a shelf that was made before cards were. */
  readonly card: ShelvedFile | null;
}

/** Reads an index. Throws `probe-invalid` with the path of the first thing that is wrong. */
export function parseShelf(jsonText: string): readonly ShelvedProbe[] {
  const refuse: Refuse = (message) => {
    throw new AppError('probe-invalid', `${message} Make the shelf again by flipside publish.`);
  };
  const root = fileObject(jsonText, 'index', FORMAT, VERSION, refuse);
  const folders = new Set<string>();
  return list(field(root, 'probes'), 0, MOST_SHELVED).map((node) => {
    const auroc = field(node, 'auroc');
    const files = field(node, 'files');
    const folder = identifier(field(node, 'folder'));
    if (folders.has(folder)) node.refuse(`${node.path}.folder is "${folder}", as that of a probe before it.`);
    folders.add(folder);
    return {
      folder,
      title: words(field(node, 'title'), 200),
      axis: parseAxis(field(node, 'axis')),
      model: parseModel(field(node, 'model')),
      auroc: {
        value: inRange(field(auroc, 'value'), 0, 1),
        low: inRange(field(auroc, 'low'), 0, 1),
        high: inRange(field(auroc, 'high'), 0, 1),
        topics: integer(field(auroc, 'topics'), 1, 1e6),
      },
      files: Object.fromEntries(
        SHELVED_FILES.map((name) => [name, shelvedFile(field(files, name), MOST_SHELVED_BYTES[name])]),
      ) as ShelvedProbe['files'],
      card:
        has(node, 'card') && field(node, 'card').value !== null
          ? shelvedFile(field(node, 'card'), MOST_CARD_BYTES)
          : null,
    };
  });
}

const shelvedFile = (node: JsonNode, most: number): ShelvedFile => ({
  bytes: integer(field(node, 'bytes'), 1, most),
  sha256: sha256(field(node, 'sha256')),
});

/** Writes an index; it passes through the checks of {@link parseShelf}. */
export function serialiseShelf(probes: readonly ShelvedProbe[]): string {
  const text = `${layOut({ format: FORMAT, version: VERSION, probes })}\n`;
  parseShelf(text);
  return text;
}
