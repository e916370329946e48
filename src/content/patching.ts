/** What is said of patching, and the texts that it begins with. */
import { LEAST_GAP, patchGap, type PatchCell, type PatchReport, placeboScale } from '../steering/patching.ts';
import { shownText, visibleToken } from '../text/visible-text.ts';
import { nats } from './divergence.ts';
import { plainNumber, plural, signed } from './numbers.ts';

/** Two sentences that differ in one word, and two ways of going on that tell them apart. */
export const PATCH_FIRST = {
  a: 'She found a wounded fox and fed it. Everyone called her',
  b: 'She found a wounded fox and kicked it. Everyone called her',
  words: [' kind', ' cruel'],
} as const;

/** Ordinary texts about nothing of the kind, whose streams are put in the same places. */
export const PATCH_PLACEBOS: readonly string[] = [
  'The train to the north leaves from the second platform at nine, and the one to the coast twenty minutes later. Tickets for both are sold at the counter beside the clock, which opens at six on working days.',
  'Most of the rain in this valley falls between October and March. The river is measured at two bridges, every morning at the same hour, and the numbers are written into a book that lies in the town hall.',
];

/** What A and B say by themselves, how far apart they are, and what a share means. */
export function patchSentences(report: PatchReport): readonly string[] {
  const { a, b, words, wordTokens } = report;
  const gap = patchGap(report);
  const [first, second] = words.map((word) => `“${shownText(word).trim()}”`);
  const odds = (value: number): string => `${signed(value)} nats`;
  const size =
    wordTokens[0] === 1 && wordTokens[1] === 1
      ? ''
      : ` (${plural(wordTokens[0], 'token')} against ${wordTokens[1]}; a longer one is less likely for that alone)`;
  const { high, n } = placeboScale(report);
  return [
    `After A the log-odds of ${first} over ${second} are ${odds(a.odds)}, after B ${odds(b.odds)}${size}.`,
    Math.abs(gap) < LEAST_GAP
      ? `They are closer than ${LEAST_GAP} nats: A and B hardly differ in this, so a patch has no way to go and no share is given. Choose other words.`
      : `The whole way from B to A is ${odds(gap)}; a patch that gets B there counts as 100 %.`,
    ...(n === 0
      ? []
      : [
          `For scale: 95 % of ${plural(n, 'placebo')}, streams of unrelated texts of the same length in the same places, move B by less than ${nats(high)} nats either way.`,
        ]),
  ];
}

/** One cell in words. */
export function patchCellSentence(cell: PatchCell, { a, b }: PatchReport): string {
  const token = (tokens: readonly string[], at: number): string => `“${visibleToken(tokens[at] ?? '')}”`;
  const share = Number.isFinite(cell.share) ? `, ${plainNumber(100 * cell.share, 0)} % of the way` : '';
  const placebos =
    cell.placebos.length === 0
      ? ''
      : ` Placebos here: ${cell.placebos.map((value) => signed(value)).join(' and ')} nats.`;
  return `Layer ${cell.stream}, ${token(a.tokens, cell.pair.a)} of A into ${token(b.tokens, cell.pair.b)} of B (token ${cell.pair.b}): ${signed(cell.effect)} nats${share}.${placebos}`;
}

/** Names that are spoken, not shown. */
export const PATCH_ARIA = {
  map: 'What each patch does to the log-odds: layers upwards, tokens of B to the right',
  progress: 'Patches that are read',
  cell: (cell: PatchCell, shown: string, token: string): string =>
    (Number.isFinite(cell.share) ? `${shown} percent, ${signed(cell.effect)} nats` : `${shown} nats`) +
    `, layer ${cell.stream}, token ${cell.pair.b} ${token}`,
} as const;

/** "How is this computed?" One paragraph an item. */
export const PATCH_EXPLAINED: readonly string[] = [
  'The model reads B again for every cell. At one token, what leaves one layer is replaced by what A has there. The number is how far that moves the log-odds of the first way of going on over the second, in nats (activation patching).',
  'Shared tokens stand opposite each other; where the texts differ, the last of each. Before the first difference a patch does nothing, so the grid begins there.',
  'A large number says that this place is enough to change the answer, not that the model usually uses it. Cells do not add up. The last token at the last layer is the whole way; a text patched into itself moves nothing. Both are tested.',
  'A placebo puts an unrelated text in the same place, made as long as A. A cell that moves B no further says nothing about A.',
];
