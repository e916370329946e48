import { describe, expect, it } from 'vitest';
import { pushWords } from '../../src/core/push-words.ts';
import { samePush } from '../../src/core/same-push.ts';
import { samplePush } from '../fixtures/sample-run.ts';

const axis = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };

describe('a push whose strength was changed on the way', () => {
  it.each([
    [[{ after: 17, strength: 0.4 }], 'pushed to kind, layer 2, strength 0.26 (KL 1), changed to 0.4 after token 17, own words only'],
    [[{ after: 17, strength: 0.4 }, { after: 30, strength: 0 }], 'pushed to kind, layer 2, strength 0.26 (KL 1), changed 2 times, last to 0 after token 30, own words only'],
  ])('says how it ended', (changes, words) => {
    expect(pushWords({ ...samplePush, changes }, axis)).toBe(words);
  });

  it('is another push than one whose strength stayed, and than one that changed elsewhere', () => {
    const changed = { ...samplePush, changes: [{ after: 17, strength: 0.4 }] };
    expect([samePush(samplePush, { ...samplePush }), samePush(changed, samplePush), samePush(changed, { ...changed, changes: [{ after: 18, strength: 0.4 }] }), samePush(changed, { ...changed })]).toEqual([true, false, false, true]);
  });
});
