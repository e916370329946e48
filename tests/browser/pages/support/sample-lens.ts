/** A text through a lens that never was: early layers unsure, late ones sure of the word that comes. */
import type { DirectionWords, FoundWords, LensReading, LensWord } from '../../../../src/lens/lens.ts';
import { emptyRows } from '../../../../src/lens/lens-rows.ts';
import type { TokenPiece } from '../../../../src/reading/reading.ts';
import { LAYERS } from './sample.ts';

const WORDS = [
  ' the',
  ' a',
  ' he',
  ' night',
  ' dog',
  ' was',
  ' and',
  ',',
  '.',
  ' to',
  ' kind',
  ' cruel',
  ' it',
  ' had',
  ' ever',
];

/** Every word is one token, unless it is longer than ten letters. */
export function madeUpWords(words: readonly string[], firstToken: boolean): FoundWords {
  const trimmed = words.map((word) => word.trim()).filter((word) => word !== '');
  const several = (word: string): boolean => word.length > 10;
  return {
    found: trimmed
      .filter((word) => firstToken || !several(word))
      .map((asked, index) => ({
        asked,
        id: 900 + index,
        text: ` ${several(asked) ? asked.slice(0, 4) : asked}`,
        firstOfSeveral: several(asked),
      })),
    split: firstToken
      ? []
      : trimmed.filter(several).map((asked) => ({ asked, pieces: [` ${asked.slice(0, 4)}`, asked.slice(4)] })),
  };
}

/** The lens of these tokens at 31 layers. */
export function madeUpLens(tokens: readonly TokenPiece[], top: number, words: readonly LensWord[]): LensReading {
  const layers = Array.from({ length: LAYERS }, (_, layer) => layer);
  const asked = words.length + 1;
  const rows = emptyRows(tokens.length * LAYERS, { top, words: words.map(({ id }) => id) });
  for (let token = 0; token < tokens.length; token += 1) {
    for (const layer of layers) {
      const row = token * LAYERS + layer;
      const sure = 0.02 + 0.9 * (layer / LAYERS) ** 2;
      for (let place = 0; place < top; place += 1) {
        rows.ids[row * top + place] = (token * 3 + layer + place) % WORDS.length;
        rows.logProbabilities[row * top + place] = Math.log(sure / 2 ** place);
      }
      rows.entropy[row] = 8 * (1 - sure);
      for (let word = 0; word < asked; word += 1) {
        const next = word === asked - 1;
        if (next && token === tokens.length - 1) continue;
        rows.ranks[row * asked + word] = Math.max(1, Math.round(20_000 ** (1 - layer / 32) / (word + 1)));
        rows.askedLogProbabilities[row * asked + word] = Math.log(sure / (word + 2));
      }
    }
  }
  return {
    tokens,
    layers,
    top,
    words,
    rows,
    texts: new Map(WORDS.map((text, id) => [id, text])),
    disagreement: 2e-6,
    milliseconds: 900,
  };
}

/** Words that a made-up direction moves; none at layer 0. */
export function madeUpDirection(layer: number, count: number): DirectionWords {
  if (layer === 0) return { layer, length: 0, promoted: [], suppressed: [], chance: null };
  const end = (sign: 1 | -1) =>
    Array.from({ length: count }, (_, place) => ({
      id: place,
      text: sign === 1 ? ` kindly${place}` : ` cruelly${place}`,
      logit: sign * (20 - place),
    }));
  return { layer, length: 1, promoted: end(1), suppressed: end(-1), chance: { count: 200, up: 18.5, down: -19.25 } };
}
