/** What is said of a trace: the largest move, the sentences it lies between, and how sure it is. */
import { describe, expect, it } from 'vitest';
import { moveSentence, sureSentence } from '../../../src/content/trace.ts';
import { lastClause } from '../../../src/text/last-clause.ts';
import { largestMove } from '../../../src/reading/trace-move.ts';
import { stretchAt, traceValues } from '../../../src/reading/trace-values.ts';
import type { TracePoint } from '../../../src/reading/trace.ts';

const ENDS = { positive: 'kind', negative: 'cruel' };

/** Readings after every fifth token. */
const trace = (scores: readonly number[], stand: TracePoint['stand'] = 'sentence'): TracePoint[] =>
  scores.map((score, index) => ({ from: 5 * index, afterToken: 5 * index + 4, stand, score, low: -1, high: 1 }));

describe('the last clause of a sentence', () => {
  it.each([
    ['She knitted Bruno a red hat for his birthday and hugged him when he put it on.', 'hugged him when he put it on'],
    [
      ' At dawn she swore to the soldiers that Pavel had robbed her, and she smiled as they dragged him away.',
      'she smiled as they dragged him away',
    ],
    ['He ran.', 'He ran'],
    ['She rubbed his hands, fed him, and wept.', 'She rubbed his hands, fed him, and wept'],
    ['One two three four five six seven eight nine ten eleven.', '…four five six seven eight nine ten eleven'],
    ['', ''],
    // A chat: its borders are no words of anybody.
    ['<|im_start|>user\nMy old dog died this morning.', 'My old dog died this morning'],
    ['<|im_start|>system\nYou never say a harsh word.<|im_end|>\n', 'You never say a harsh word'],
    ['a <|b and c|> d', 'a <|b and c|> d'],
  ])('of “%s” is “%s”', (sentence, clause) => expect(lastClause(sentence)).toBe(clause));
});

describe('the largest move', () => {
  it('lies between two readings in the order of the text, whatever stands between', () => {
    expect(largestMove(trace([0.5, 1.7, 1, -0.6, -1.4, -0.9]))).toMatchObject({
      from: { score: 1.7 },
      to: { score: -1.4 },
    });
    expect(largestMove(trace([1, -1.2, 0, 2.5]))).toMatchObject({ from: { score: -1.2 }, to: { score: 2.5 } });
  });

  it('is among the ends of sentences where there are two, and leaves out what has no number', () => {
    const mixed = [...trace([1, 0]), { ...trace([-9], 'word')[0]!, from: 10, afterToken: 14 }];
    expect(largestMove(mixed)).toMatchObject({ from: { score: 1 }, to: { score: 0 } });
    expect(largestMove(trace([1, -9, 0], 'word'))).toMatchObject({ to: { score: -9 } });
    expect(largestMove(trace([1, Number.NaN]))).toBeNull();
    expect(largestMove([])).toBeNull();
  });
});

describe('what is said', () => {
  const say = (points: readonly TracePoint[]): string =>
    moveSentence(
      points,
      largestMove(points),
      ENDS,
      ({ from }) => ['He hugged the boy.', 'He sneered at the baker.'][from / 5] ?? '',
    );

  it('names both ends of the move with their sides', () =>
    expect(say(trace([1.7, -1.4]))).toBe(
      'The reading falls from +1.7 (kind) after “He hugged the boy” to −1.4 (cruel) after “He sneered at the baker”.',
    ));
  it('calls what lies near zero neutral', () =>
    expect(say(trace([0.2, 1.4]))).toBe(
      'The reading rises from +0.2 (near neutral) after “He hugged the boy” to +1.4 (kind) after “He sneered at the baker”.',
    ));
  it('says that nothing moves, of one reading what it is, and of none nothing', () => {
    expect(say(trace([1.2, 0.9]))).toBe('The reading hardly moves: it stays between +0.9 and +1.2.');
    expect(say(trace([1.2]))).toBe('The reading after this text is +1.2 (kind).');
    expect(say([])).toBe('');
  });
  it('counts readings that stand out beside those that would by chance', () => {
    expect(sureSentence(trace([1.7, 0.5, -1.4]))).toMatch(/2 of 3 readings stand out .* about 0\.3 would by chance\./);
    expect(sureSentence(trace([1.7], 'word'))).toBe('');
  });
});

describe('values by token', () => {
  it('are those of the stretch, and none after the last', () => {
    const points = trace([1, -2]);
    expect([...traceValues(points, 12)]).toEqual([1, 1, 1, 1, 1, -2, -2, -2, -2, -2, Number.NaN, Number.NaN]);
    expect(stretchAt(points, 4)).toBe(points[0]);
    expect(stretchAt(points, 5)).toBe(points[1]);
    expect(stretchAt(points, 10)).toBeNull();
    expect(stretchAt([], 0)).toBeNull();
  });
});
