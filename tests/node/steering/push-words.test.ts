import { describe, expect, it } from 'vitest';
import type { PushRecord } from '../../../src/steering/push.ts';
import { pushWords } from '../../../src/steering/push-words.ts';
import { samePush } from '../../../src/steering/same-push.ts';
import { samplePush } from '../../fixtures/samples/sample-run.ts';

const axis = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };

describe('a push whose strength was changed on the way', () => {
  it.each([
    [
      [{ after: 17, strength: 0.4 }],
      'pushed to kind, layer 2, strength 0.26 (KL 1), changed to 0.4 after token 17, own words only',
    ],
    [
      [
        { after: 17, strength: 0.4 },
        { after: 30, strength: 0 },
      ],
      'pushed to kind, layer 2, strength 0.26 (KL 1), changed 2 times, last to 0 after token 30, own words only',
    ],
  ])('says how it ended', (changes, words) => {
    expect(pushWords({ ...samplePush, changes }, axis)).toBe(words);
  });

  it('is another push than one whose strength stayed, and than one that changed elsewhere', () => {
    const changed = { ...samplePush, changes: [{ after: 17, strength: 0.4 }] };
    expect([
      samePush(samplePush, { ...samplePush }),
      samePush(changed, samplePush),
      samePush(changed, { ...changed, changes: [{ after: 18, strength: 0.4 }] }),
      samePush(changed, { ...changed }),
    ]).toEqual([true, false, false, true]);
  });
});

describe('two pushes are the same', () => {
  it('only where mode, pole, layers, strength, place and probe are', () => {
    const others: readonly Partial<PushRecord>[] = [
      { mode: 'cap' },
      { pole: 'negative' },
      { from: 1 },
      { to: 3 },
      { where: 'all' },
      { where: 5 },
      { strength: 0.27 },
      { probeSha256: 'cd'.repeat(32) },
      { probeSha256: null },
    ];
    for (const other of others) {
      expect(samePush(samplePush, { ...samplePush, ...other }), JSON.stringify(other)).toBe(false);
      expect(samePush({ ...samplePush, ...other }, samplePush), JSON.stringify(other)).toBe(false);
    }
    expect(samePush({ ...samplePush, where: 5 }, { ...samplePush, where: 6 })).toBe(false);
  });

  it('whatever they are called and however their strength was found', () => {
    expect(samePush(samplePush, { ...samplePush, direction: 'Another name', matchedKl: null })).toBe(true);
  });

  it('of a direction that is no probe’s only where its name is the same', () => {
    const vector = { ...samplePush, probeSha256: null };
    expect(samePush(vector, { ...vector })).toBe(true);
    expect(samePush(vector, { ...vector, direction: 'Another name' })).toBe(false);
  });

  it('that ablate whatever strength stands there, and is none where one is none', () => {
    expect(samePush({ ...samplePush, mode: 'ablate' }, { ...samplePush, mode: 'ablate', strength: 1 })).toBe(true);
    expect([samePush(null, null), samePush(samplePush, null), samePush(null, samplePush)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
