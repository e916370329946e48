/** What the Steer place says of its texts and of a dose–response: decided by the numbers. */
import { describe, expect, test } from 'vitest';
import { doseSentence, settingsLine, textsSentence } from '../../../src/features/steer/words.ts';
import { doseVerdict } from '../../../src/steering/dose-words.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';

const ENDS = { positive: 'kind', negative: 'cruel' };
const none = (reading: number) => ({ towards: null, side: 0 as const, reading });
const kind = (reading: number) => ({ towards: 'towards kind', side: 1 as const, reading });
const cruel = (reading: number) => ({ towards: 'towards cruel', side: -1 as const, reading });

describe('texts side by side', () => {
  test('follow where each lies on its own side of the unsteered one', () => {
    expect(textsSentence([kind(1.2), none(0.2), cruel(-0.5)], ENDS)).toBe(
      'The words follow the steering. Mean reading: +1.2 towards kind, +0.2 not steered, −0.5 towards cruel (0 is neutral, + is kind).',
    );
  });

  test('do not where one lies on the other side, or at the same place', () => {
    for (const texts of [
      [kind(1.2), none(0.2), cruel(0.5)],
      [cruel(0.2), none(0.2)],
      [kind(-1), none(0)],
    ])
      expect(textsSentence(texts, ENDS)).toMatch(/^The words do not follow the steering here\. /);
  });

  test('have no verdict where nothing has a side, and no sentence before both are read', () => {
    const removed = { towards: 'kind–cruel taken out', side: 0 as const, reading: 1 };
    expect(textsSentence([removed, none(0)], ENDS)).toMatch(/^Mean reading: /);
    expect(textsSentence([kind(1), none(Number.NaN)], ENDS)).toBe('');
    expect(textsSentence([kind(1)], ENDS)).toBe('');
  });

  test('stand over their settings', () => {
    expect(settingsLine({ strength: 0.257423, from: 18, to: 18, seed: 7, tokens: 1 })).toBe(
      'strength 0.257 · layer 18 · seed 7 · 1 token',
    );
    expect(settingsLine({ strength: null, from: 4, to: 6, seed: 7, tokens: 80 })).toBe(
      'layers 4 to 6 · seed 7 · 80 tokens',
    );
  });
});

describe('a dose–response', () => {
  const verdict = doseVerdict(sampleDose);

  test('that beats its placebos is said in words', () => {
    expect(verdict).toMatchObject({ found: 'right', placebos: 13, beaten: 0, luck: false, target: 1 });
    expect(doseSentence(verdict, ENDS)).toBe(
      'Steering towards kind makes kind choices likelier. None of 13 directions that mean nothing does as much.',
    );
  });

  test('that does not is told with what does as much', () => {
    expect(doseSentence({ ...verdict, beaten: 2, luck: true }, ENDS)).toBe(
      'Steering towards kind makes kind choices likelier. But 2 of 13 directions that mean nothing do as much. Choices of another kind move as far.',
    );
    expect(doseSentence({ ...verdict, found: 'none', luck: true }, ENDS)).toBe(
      'Steering changes the words, hardly the choices. The effect is no larger than for choices of another kind.',
    );
    expect(doseSentence({ ...verdict, found: 'wrong', placebos: 0 }, ENDS)).toBe(
      'Steering moves the choices the wrong way: towards cruel. Nothing was compared with it.',
    );
  });

  test('whose interval holds zero is nothing found, whatever its value', () => {
    const levels = sampleDose.direction.levels.map((level) => ({
      ...level,
      effect: { ...level.effect, low: -0.1, high: 9 },
    }));
    expect(doseVerdict({ ...sampleDose, direction: { ...sampleDose.direction, levels } }).found).toBe('none');
  });
});
