/** The pace that estimates rest on, by a clock that runs a second for each token that is really read. */
import { describe, expect, it } from 'vitest';
import { measurePace } from '../../../src/experiments/pace.ts';
import type { Subject } from '../../../src/experiments/subject.ts';

/** A model whose tokens are words; what several texts of a call begin with is read once, each control text after it anew. */
function wordSubject(): { readonly subject: Subject; readonly clock: () => number } {
  let now = 0;
  const nothing = async (): Promise<never> => {
    throw new Error('not asked for here');
  };
  const encode = (text: string): number[] => Array.from(text.trim().split(/\s+/), (word) => word.length);
  const subject: Subject = {
    model: { id: 'words', weightsSha256: '0'.repeat(64), layerCount: 1, hidden: 1 },
    encode,
    async read(passages) {
      const seen = new Set<string>();
      for (const { text, readoutTexts, readoutAfter } of passages) {
        if ('user' in text) continue;
        const words = text.join(' ').split(' ');
        for (const at of words.keys()) seen.add(words.slice(0, at + 1).join(' '));
        readoutAfter.forEach((after) =>
          readoutTexts.forEach((readoutText) =>
            encode(readoutText).forEach((_, at) =>
              seen.add(`${text.slice(0, after + 1).join(' ')}|${readoutText}|${at}`),
            ),
          ),
        );
      }
      now += 1000 * seen.size;
      return passages.map(() => ({ readouts: [] }));
    },
    likelihoods: nothing,
    ends: nothing,
    ground: nothing,
    neutral: nothing,
    async write(prompts, { count, maxTokens }) {
      now += 3000 * count * maxTokens * prompts.length;
      return prompts.map(() => []);
    },
  };
  return { subject, clock: () => now };
}

describe('the pace', () => {
  it('is the seconds of a token that was read, and of one that was written', async () => {
    const { subject, clock } = wordSubject();
    const pace = await measurePace(subject, clock, true);
    expect(pace.read).toBeCloseTo(1, 9);
    expect(pace.written).toBeCloseTo(3, 9);
  });
});
