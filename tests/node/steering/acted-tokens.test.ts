/** Which tokens are marked as steered, in the text's own tokens and in others. */
import { expect, it } from 'vitest';
import { actedTokens } from '../../../src/steering/acted-tokens.ts';
import { type TokenStretch, withDecision } from '../../../src/steering/condition.ts';
import { rankAmong } from '../../../src/steering/placebos.ts';

const OWN = ['The', ' gu', 'ard', ' opened', ' it', '.'];
const marked = (stretches: readonly TokenStretch[], to: readonly string[]): string[] =>
  [...actedTokens(stretches, OWN, to)].map((token) => to[token]!);

it.each<[string, readonly TokenStretch[], readonly string[], readonly string[]]>([
  [
    'the text’s own tokens',
    [
      [1, 1],
      [3, 4],
    ],
    OWN,
    [' gu', ' opened', ' it'],
  ],
  ['the same text in longer tokens', [[1, 1]], ['The', ' guard', ' opened it', '.'], [' guard']],
  ['in shorter ones', [[2, 3]], [...'The guard opened it.'], [...'ard opened']],
  ['a text that is not whole yet', [[2, 5]], ['The', ' guard', ' op'], [' guard', ' op']],
  [
    'no token beyond the text',
    [
      [5, 9],
      [12, 14],
    ],
    OWN,
    ['.'],
  ],
  ['nothing', [], OWN, []],
])('%s', (_, stretches, to, expected) => {
  expect(marked(stretches, to)).toEqual(expected);
});

it('decisions add up to stretches, and to how many were asked', () => {
  const decided = [true, true, false, true].reduce(
    (record, steered, index) => withDecision(record, { token: 4 + index, reading: 0, steered }),
    { acted: [] as readonly TokenStretch[], asked: 0 },
  );
  expect(decided).toEqual({
    acted: [
      [4, 5],
      [7, 7],
    ],
    asked: 4,
  });
});

it('an effect is ranked among those of placebos, either way', () => {
  expect(rankAmong(-1, [0.5, 1, -2])).toEqual({ placebos: 3, atLeast: 2, p: 0.75 });
  expect(rankAmong(3, [0.5, 1, -2])).toEqual({ placebos: 3, atLeast: 0, p: 0.25 });
  expect(rankAmong(Number.NaN, [1])).toBeNull();
  expect(rankAmong(1, [])).toBeNull();
});
