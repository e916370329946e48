import { describe, expect, it } from 'vitest';
import type { SteeringRecord } from '../../../src/steering/steering.ts';
import { steeringWords } from '../../../src/steering/steering-words.ts';
import { sameSteering } from '../../../src/steering/same-steering.ts';
import { combinedSteering, sampleSteering } from '../../fixtures/samples/sample-run.ts';

const axis = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };

describe('steering whose strength was changed on the way', () => {
  it.each([
    [
      [{ after: 17, strength: 0.4 }],
      'steered to kind, layer 2, strength 0.26 (KL 1), changed to 0.4 after token 17, own words only',
    ],
    [
      [
        { after: 17, strength: 0.4 },
        { after: 30, strength: 0 },
      ],
      'steered to kind, layer 2, strength 0.26 (KL 1), changed 2 times, last to 0 after token 30, own words only',
    ],
  ])('says how it ended', (changes, words) => {
    expect(steeringWords({ ...sampleSteering, changes }, axis)).toBe(words);
  });

  it('is another intervention than one whose strength stayed, and than one that changed elsewhere', () => {
    const changed = { ...sampleSteering, changes: [{ after: 17, strength: 0.4 }] };
    expect([
      sameSteering(sampleSteering, { ...sampleSteering }),
      sameSteering(changed, sampleSteering),
      sameSteering(changed, { ...changed, changes: [{ after: 18, strength: 0.4 }] }),
      sameSteering(changed, { ...changed }),
    ]).toEqual([true, false, false, true]);
  });
});

describe('several directions under a condition', () => {
  it('are said one after the other, with where the condition held', () => {
    expect(steeringWords(combinedSteering, axis)).toBe(
      'steered to kind, layer 2, strength 0.26 (KL 1), own words only; and held towards the negative pole of formal–casual, layer 2, bound −0.5; only while cheerful–gloomy read below −1.5 at layer 1: 3 of 5 tokens',
    );
  });

  it('are another intervention than any that differs in a part or in the condition', () => {
    const { also, when, ...single } = combinedSteering;
    const others: readonly SteeringRecord[] = [
      single,
      { ...combinedSteering, also: [{ ...also![0]!, strength: -0.4 }] },
      { ...combinedSteering, also: [...also!, { ...also![0]!, from: 3, to: 3 }] },
      { ...single, also: also! },
      { ...combinedSteering, when: { ...when!, threshold: -1 } },
      { ...combinedSteering, when: { ...when!, side: 'above' } },
      { ...combinedSteering, when: { ...when!, probeSha256: 'cd'.repeat(32) } },
    ];
    for (const other of others) {
      expect(sameSteering(combinedSteering, other)).toBe(false);
      expect(sameSteering(other, combinedSteering)).toBe(false);
    }
    expect(sameSteering(combinedSteering, { ...combinedSteering, when: { ...when!, acted: [], asked: 9 } })).toBe(true);
  });
});

describe('two interventions are the same', () => {
  it('only where mode, pole, layers, strength, place and probe are', () => {
    const others: readonly Partial<SteeringRecord>[] = [
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
      expect(sameSteering(sampleSteering, { ...sampleSteering, ...other }), JSON.stringify(other)).toBe(false);
      expect(sameSteering({ ...sampleSteering, ...other }, sampleSteering), JSON.stringify(other)).toBe(false);
    }
    expect(sameSteering({ ...sampleSteering, where: 5 }, { ...sampleSteering, where: 6 })).toBe(false);
  });

  it('whatever they are called and however their strength was found', () => {
    expect(sameSteering(sampleSteering, { ...sampleSteering, direction: 'Another name', matchedKl: null })).toBe(true);
  });

  it('of a direction that is no probe’s only where its name is the same', () => {
    const vector = { ...sampleSteering, probeSha256: null };
    expect(sameSteering(vector, { ...vector })).toBe(true);
    expect(sameSteering(vector, { ...vector, direction: 'Another name' })).toBe(false);
  });

  it('that ablate whatever strength stands there, and is none where one is none', () => {
    expect(
      sameSteering({ ...sampleSteering, mode: 'ablate' }, { ...sampleSteering, mode: 'ablate', strength: 1 }),
    ).toBe(true);
    expect([sameSteering(null, null), sameSteering(sampleSteering, null), sameSteering(null, sampleSteering)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
