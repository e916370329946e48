/** A grid of the logit lens as a file, one row of numbers a line: what the page shows before a model is loaded. */
import { AppError } from '../../base/errors.ts';
import type { LensReading, LensWord } from '../../lens/lens.ts';
import { emptyRows } from '../../lens/lens-rows.ts';
import type { TokenPiece } from '../../reading/reading.ts';
import { field, fileObject, integer, type JsonNode, list, text, words } from '../../json/json-path.ts';
import { exactly, flag, inRange, sha256 } from '../../json/json-values.ts';

const FORMAT = 'flipside-lens';
const VERSION = 1;

/** More tokens, layers, words and ids than any recorded grid needs. */
const MOST = { tokens: 200, layers: 200, top: 50, words: 16, id: 10_000_000 } as const;

/** Log probabilities below this are written as it: no softmax of 32-bit logits goes further. */
const LOWEST = -1000;

/** A recorded grid. */
export interface RecordedLens {
  /** The whole text; the grid may begin later. */
  readonly text: string;
  readonly lens: LensReading;
  readonly model: { readonly id: string; readonly weightsSha256: string };
}

/**
 * Writes the last `most` tokens of a reading with all of its layers. Log probabilities and entropies have three decimals.
 */
export function serialiseLens({ text: whole, lens, model }: RecordedLens, most: number): string {
  const from = Math.max(0, lens.tokens.length - most);
  const { rows, layers, top } = lens;
  const asked = lens.words.length + 1;
  const short = (value: number): number | null => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null);
  const lines = lens.tokens.slice(from).flatMap((_, token) =>
    layers.map((_layer, index) => {
      const row = (from + token) * layers.length + index;
      return JSON.stringify([
        ...rows.ids.subarray(row * top, (row + 1) * top),
        ...Array.from(rows.logProbabilities.subarray(row * top, (row + 1) * top), short),
        short(rows.entropy[row] ?? NaN),
        ...rows.ranks.subarray(row * asked, (row + 1) * asked),
        ...Array.from(rows.askedLogProbabilities.subarray(row * asked, (row + 1) * asked), short),
      ]);
    }),
  );
  const head = {
    format: FORMAT,
    version: VERSION,
    text: whole,
    model: { id: model.id, weightsSha256: model.weightsSha256 },
    tokens: lens.tokens.slice(from).map(({ id, text: piece }) => [id, piece]),
    layers,
    top,
    words: lens.words,
    texts: [...lens.texts].filter(([id]) => rows.ids.subarray(from * layers.length * top).includes(id)),
    disagreement: Number(lens.disagreement.toPrecision(3)),
  };
  return `${JSON.stringify(head).slice(0, -1)},"rows":[\n${lines.join(',\n')}\n]}\n`;
}

/** Reads what {@link serialiseLens} wrote. Throws `recording-invalid` with the path of what is wrong. */
export function parseLens(source: string): RecordedLens {
  const refuse = (message: string): never => {
    throw new AppError('recording-invalid', message);
  };
  const root = fileObject(source, 'lens', FORMAT, VERSION, refuse);
  const tokens = list(field(root, 'tokens'), 1, MOST.tokens).map(toToken);
  const layers = list(field(root, 'layers'), 1, MOST.layers).map((layer) => integer(layer, 0, MOST.layers));
  const top = integer(field(root, 'top'), 1, MOST.top);
  const followed = list(field(root, 'words'), 0, MOST.words).map(toWord);
  const asked = followed.length + 1;
  const count = tokens.length * layers.length;
  const rows = emptyRows(count, { top, words: followed.map(({ id }) => id) });
  for (const [row, node] of exactly(field(root, 'rows'), count, (item) => item).entries()) {
    const values = exactly(node, 2 * top + 1 + 2 * asked, (item) => item);
    const at = (place: number): JsonNode => values[place] ?? node.refuse(`${node.path} is too short.`);
    for (let place = 0; place < top; place += 1) {
      rows.ids[row * top + place] = integer(at(place), 0, MOST.id);
      rows.logProbabilities[row * top + place] = logOf(at(top + place));
    }
    rows.entropy[row] = inRange(at(2 * top), 0, 100);
    for (let word = 0; word < asked; word += 1) {
      rows.ranks[row * asked + word] = integer(at(2 * top + 1 + word), 0, MOST.id);
      rows.askedLogProbabilities[row * asked + word] = logOf(at(2 * top + 1 + asked + word));
    }
  }
  const model = field(root, 'model');
  return {
    text: words(field(root, 'text'), 2000),
    lens: {
      tokens,
      layers,
      top,
      words: followed,
      rows,
      texts: new Map(
        list(field(root, 'texts'), 0, count * top)
          .map(toToken)
          .map(({ id, text: piece }) => [id, piece]),
      ),
      disagreement: inRange(field(root, 'disagreement'), 0, 100),
      milliseconds: 0,
    },
    model: { id: words(field(model, 'id'), 200), weightsSha256: sha256(field(model, 'weightsSha256')) },
  };
}

function toToken(node: JsonNode): TokenPiece {
  const [id, piece] = exactly(node, 2, (item) => item);
  if (id === undefined || piece === undefined) return node.refuse(`${node.path} must have 2 items.`);
  return { id: integer(id, 0, MOST.id), text: text(piece) };
}

function toWord(node: JsonNode): LensWord {
  return {
    asked: words(field(node, 'asked'), 200),
    id: integer(field(node, 'id'), 0, MOST.id),
    text: text(field(node, 'text')),
    firstOfSeveral: flag(field(node, 'firstOfSeveral')),
  };
}

/** A log probability; what is no number stays none. */
function logOf(node: JsonNode): number {
  return node.value === null ? NaN : inRange(node, LOWEST, 0.01);
}
