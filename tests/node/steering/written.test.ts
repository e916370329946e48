/** What steered texts come to: read back, repetition and refusals counted apart. */
import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/text/refused-answer.ts';
import { summariseWritten, type SteeringSide, type WrittenText } from '../../../src/steering/written.ts';

const text = (
  prompt: number,
  side: SteeringSide,
  readBack: number,
  words = 'The cook took the pan',
  seed = 1,
): WrittenText => ({ prompt: `p${prompt}`, seed, side, text: words, tokens: 5, ended: 'length', readBack, during: 9 });

describe('texts that were written under steering', () => {
  it('are compared prompt by prompt, and a prompt of many seeds counts once', () => {
    const texts = Array.from({ length: 8 }, (_, prompt) => [
      text(prompt, 'positive', 1 + prompt / 10),
      text(prompt, 'negative', -0.5),
      text(prompt, 'unpushed', 0),
    ]).flat();
    const more = [
      text(0, 'positive', 3, 'a b', 2),
      text(0, 'negative', 0.5, 'a b', 2),
      text(0, 'unpushed', 1, 'a b', 2),
    ];
    const { apart, towards, away } = summariseWritten([...texts, ...more], 0);
    // Prompt 0: (1.5 + 2.5) / 2; the others 1.5 + prompt / 10.
    expect(apart!.value).toBeCloseTo(
      (2 + Array.from({ length: 7 }, (_, i) => 1.5 + (i + 1) / 10).reduce((a, b) => a + b)) / 8,
      12,
    );
    expect(apart).toMatchObject({ n: 8 });
    expect(apart!.low!).toBeGreaterThan(1.5);
    expect(towards!.value - away!.value).toBeCloseTo(apart!.value, 12);
  });

  it('leave refusals out of what is compared and count them', () => {
    const texts = Array.from({ length: 7 }, (_, prompt) => [
      text(prompt, 'positive', 1),
      text(prompt, 'negative', prompt === 0 ? 99 : -1, prompt === 0 ? "I'm sorry, but I cannot go on." : 'He went'),
    ]).flat();
    const { apart, sides } = summariseWritten(texts, 0);
    expect(apart).toMatchObject({ value: 2, n: 6 });
    expect(sides.negative.refusals).toBe(1);
  });

  it('say how much they repeat, and how many were stopped for it', () => {
    const { sides } = summariseWritten(
      [
        { ...text(0, 'positive', 0, 'comfort with comfort with Comfort'), ended: 'repetition', tokens: 11 },
        text(1, 'positive', 0, 'all new words here'),
      ],
      0,
    );
    expect(sides.positive).toEqual({ texts: 2, tokens: 8, repeatedShare: 0.3, repetitions: 1, refusals: 0 });
  });

  it('without a side to compare with give no number', () => {
    expect(summariseWritten([text(0, 'positive', 1)], 0)).toMatchObject({
      apart: null,
      towards: null,
      away: null,
      sides: { unpushed: { texts: 0, tokens: 0, repeatedShare: 0 } },
    });
  });
});

describe('a refusal', () => {
  it.each([
    ' I’m sorry, but I can’t help with that.',
    '"I cannot write this."',
    'As an AI language model, I do not',
    'Unfortunately, I am unable to',
    'I apologise, but no.',
    'Sorry, but I must stop here.',
  ])('is seen: %s', (words) => {
    expect(isRefusal(words)).toBe(true);
  });
  it.each([
    'He was sorry, but he could not come.',
    'I can tell you a story.',
    'She said: I cannot.',
    'Unfortunately, it rained.',
    'As an artist she',
  ])('is not: %s', (words) => {
    expect(isRefusal(words)).toBe(false);
  });
});
