import { describe, expect, it } from 'vitest';
import {
  differenceSentence,
  obstacleSentence,
  sharedSentence,
  variantsSentence,
} from '../../../src/features/compare/words.ts';
import { alignTokens } from '../../../src/text/align.ts';
import type { DtypeAgreement } from '../../../src/probe/dtype-agreement.ts';
import {
  columnDifference,
  obstacle,
  sentenceMeans,
  sharedDifference,
  readoutPairs,
} from '../../../src/reading/run-difference.ts';
import { createRng } from '../../../src/base/rng.ts';

const WITH = { model: 'small', weightsSha256: 'aa'.repeat(32), probe: 'kind-cruel', probeSha256: '11'.repeat(32) };
const AXIS = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };
const A = ['He', ' fed', ' her', '.', ' She', ' slept', '.'];
const B = ['He', ' hit', ' her', '.', ' She', ' never', ' slept', '.'];

describe('the difference of two runs', () => {
  it('is the second less the first where the token is the same, and nothing elsewhere', () => {
    const { columns } = alignTokens(A, B);
    const found = columnDifference(columns, [NaN, 1, 2, 3, 4, 5, 6], [NaN, 10, 12, 13, 14, 15, 16, 17]);
    expect(Array.from(found)).toEqual([NaN, NaN, 10, 10, 10, NaN, 11, 11]);
  });

  it('pairs readouts after the same sentence end, and no others', () => {
    const { columns } = alignTokens(A, B);
    const at = (...tokens: number[]) => tokens.map((afterToken) => ({ afterToken }));
    expect(readoutPairs(columns, at(3, 6), at(3, 7))).toEqual([
      { a: 0, b: 0, column: 3 },
      { a: 1, b: 1, column: 7 },
    ]);
    expect(readoutPairs(columns, at(1, 6), at(1, 7))).toEqual([{ a: 1, b: 1, column: 7 }]);
  });

  it('may not be taken across models or probes', () => {
    expect(obstacle(WITH, WITH)).toBeNull();
    expect(obstacle(WITH, { ...WITH, probeSha256: '22'.repeat(32) })).toBe('probe');
    expect(obstacle(WITH, { ...WITH, weightsSha256: 'bb'.repeat(32), probeSha256: '22'.repeat(32) })).toBe('model');
  });

  it('may be taken across variants of a model where one probe read both and was carried over, and nowhere else', () => {
    const carriedOver: DtypeAgreement = {
      from: 'q4',
      to: 'fp16',
      layer: 1,
      cosine: [null, 0.95],
      null95: [null, 0.3],
      shuffles: 200,
      topics: 24,
      fittedTopics: 24,
      turns: 48,
    };
    const [q4, fp16] = [
      { ...WITH, model: 'small-q4' },
      { ...WITH, model: 'small-fp16', weightsSha256: 'bb'.repeat(32) },
    ];
    const there = { ...fp16, carriedOver };
    for (const [a, b] of [
      [q4, there],
      [there, q4],
      [there, { ...there, model: 'small-q8', weightsSha256: 'cc'.repeat(32) }],
      [there, there],
    ] as const)
      expect(obstacle(a, b)).toBeNull();
    // Neither says that it was carried over: nobody knows that one scale holds.
    expect(obstacle(q4, fp16)).toBe('model');
    const own = { ...fp16, probeSha256: '22'.repeat(32) };
    expect(obstacle(q4, own)).toBe('variants');
    expect(obstacle({ ...q4, model: 'large-q4' }, own)).toBe('model');
    expect(obstacle(there, own)).toBe('probe');
    expect(obstacleSentence('variants', q4, own)).toMatch(
      /^A was read on small-q4 with the probe kind-cruel \(11111111\), B on small-fp16 with kind-cruel \(22222222\): two variants of one model, and a probe of each\..*Read one of the texts again with the probe of the other/,
    );
    expect(variantsSentence(q4, there)).toMatch(
      /^A was read on small-q4, B on small-fp16, both with the probe kind-cruel: two variants of one model/,
    );
    expect(variantsSentence(q4, q4)).toBeNull();
  });

  it('leaves an opening that reads alike out of the mean, and counts one that does not', () => {
    const rng = createRng(1);
    const rest = Array.from({ length: 60 }, () => 1 + rng.normal());
    const alike = sharedDifference([NaN, 0, 0.01, 0, ...rest], 4);
    expect(alike.opening).toBe(3);
    expect(alike.mean.n).toBe(60);
    expect(alike.mean.mean).toBeGreaterThan(0.5);
    const unlike = sharedDifference([NaN, 0.5, 0, 0, ...rest], 4);
    expect(unlike.opening).toBe(0);
    expect(unlike.mean.n).toBe(63);
    expect(sharedDifference([NaN, 0, 0, 0], 4)).toMatchObject({ opening: 0, mean: { n: 3, mean: 0 } });
  });

  it('takes means by sentence without the sink', () => {
    expect(Array.from(sentenceMeans([2, 4], [NaN, 1, 3, 5, 7]))).toEqual([2, 6]);
    expect(Array.from(sentenceMeans([0], [NaN]))).toEqual([NaN]);
  });
});

describe('what is said of two runs', () => {
  it('is how much they share, and where they part', () => {
    expect(sharedSentence(alignTokens(A, B), A.length, B.length)).toBe(
      '6 of 7 and 8 tokens are shared. The first is the same.',
    );
    expect(sharedSentence(alignTokens(A, A), 7, 7)).toBe('Both runs have the same 7 tokens.');
    expect(sharedSentence(alignTokens(['a', 'b'], ['c', 'd']), 2, 2)).toMatch(
      /^None of 2 tokens are shared beyond .* drawn over its own sentences/,
    );
  });

  it('is the mean with its interval, towards the pole that the second leans to', () => {
    const said = differenceSentence(
      { opening: 12, mean: { n: 80, mean: -0.42, block: 6, interval: { low: -0.7, high: -0.1 } } },
      AXIS,
      'difference',
    );
    expect(said).toBe(
      'B reads further towards cruel than A: on average 0.42 standard deviations at the 80 shared tokens after they part (difference −0.420, 95 % interval −0.70 to −0.10, blocks of 6 tokens). The 12 tokens before read alike in both and are not counted.',
    );
  });

  it('is that it may be chance where the interval holds zero or there is none', () => {
    expect(
      differenceSentence(
        { opening: 0, mean: { n: 80, mean: 0.1, block: 6, interval: { low: -0.2, high: 0.4 } } },
        AXIS,
        'difference',
      ),
    ).toMatch(/The interval holds zero: this may be chance\./);
    expect(
      differenceSentence({ opening: 0, mean: { n: 12, mean: 0.1, block: 0, interval: null } }, AXIS, 'difference'),
    ).toBe(
      'B reads further towards kind than A: on average 0.10 standard deviations at 12 shared tokens. That is too few tokens for an interval, so it may be chance.',
    );
  });

  it('is that they read exactly alike, for a run beside itself', () => {
    expect(differenceSentence(sharedDifference(new Float32Array(80), null), AXIS, 'difference')).toBe(
      'A and B read exactly alike at 80 shared tokens: the mean difference is 0.',
    );
  });

  it('is more or less of one pole where only that one was read, never the other', () => {
    const by = (mean: number, head: 'positive' | 'negative') =>
      differenceSentence({ opening: 0, mean: { n: 12, mean, block: 0, interval: null } }, AXIS, head);
    expect(by(0.5, 'positive')).toMatch(/^B reads further towards kind than A: on average 0\.50 standard/);
    expect(by(-0.5, 'positive')).toMatch(/^B reads less far towards kind than A: on average 0\.50 standard/);
    expect(by(-0.5, 'negative')).toMatch(/^B reads further towards cruel than A: on average 0\.50 standard/);
    expect(by(0.5, 'negative')).toMatch(/^B reads less far towards cruel than A: on average 0\.50 standard/);
  });

  it('is why two runs are not subtracted, with what each was read with', () => {
    expect(obstacleSentence('probe', WITH, { ...WITH, probe: 'formal-casual', probeSha256: '22'.repeat(32) })).toMatch(
      /^A was read with the probe kind-cruel \(11111111\), B with formal-casual \(22222222\)\. Scores of two probes/,
    );
    expect(obstacleSentence('probe', WITH, { ...WITH, probeSha256: '22'.repeat(32) })).toMatch(
      /two versions of one probe/,
    );
    expect(obstacleSentence('model', WITH, { ...WITH, model: 'large', weightsSha256: 'bb'.repeat(32) })).toMatch(
      /model small \(weights aaaaaaaa\), B of large \(bbbbbbbb\)/,
    );
  });
});
