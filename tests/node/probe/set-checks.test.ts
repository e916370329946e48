import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { separatingWords } from '../../../src/probe/sets/separating-words.ts';
import { checkSet, type SetChecks } from '../../../src/probe/sets/set-checks.ts';
import type { SetRow } from '../../../src/probe/sets/set-rows.ts';
import { marksOf, poleWords } from '../../../src/probe/sets/set-wording.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';

const axis = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };
const row = (pole: SetRow['pole'], text: string, more: Partial<SetRow> = {}): SetRow => ({
  topic: 'bakery',
  context: 'Mara ran the bakery.',
  pole,
  text,
  ...more,
});
const topic = (name: string, texts: [string, string, string]): SetRow[] =>
  (['positive', 'negative', 'neutral'] as const).map((pole, i) =>
    row(pole, texts[i]!, { topic: name, context: `In the ${name}.` }),
  );

/** No number anywhere in the findings is NaN or infinite: JSON would turn it into null. */
const expectPlain = (checks: SetChecks): void => {
  expect(JSON.parse(JSON.stringify(checks))).toEqual(checks);
  expect(JSON.stringify(checks.warnings)).not.toMatch(/NaN|undefined|null|Infinity/);
};

const readSet = (name: string): SetChecks => {
  const read = (file: string): string =>
    readFileSync(new URL(`../../../probes/sets/${name}/${file}`, import.meta.url), 'utf8');
  const set = parsePromptSet(
    { headerName: 'h', rowsName: 'r', header: read(`${name}.set.json`), rows: read(`${name}.jsonl`), sha256: '' },
    { requireNeutral: true },
  );
  return checkSet(set.rows, set.axis);
};

describe('a set that is in order', () => {
  const rows = [
    'bakery',
    'ferry',
    'clinic',
    'school',
    'market',
    'farm',
    'mill',
    'port',
    'bank',
    'well',
    'yard',
    'barn',
  ].flatMap((name) =>
    topic(name, [`She gave the ${name} bread.`, `She took the ${name} bread.`, `She saw the ${name} bread.`]),
  );
  const checks = checkSet(rows, axis, { flips: 200 });

  it('has its numbers', () => {
    expect(checks).toMatchObject({
      rows: 36,
      topics: 12,
      withoutNeutral: [],
      unbalanced: [],
      unsharedContexts: [],
      duplicates: [],
      poleWords: [],
    });
    expect(checks.lengths.poles.positive).toEqual({
      rows: 12,
      meanWords: 5,
      meanCharacters: checks.lengths.poles.negative.meanCharacters,
      fewestWords: 5,
      mostWords: 5,
    });
    expect(checks.lengths).toMatchObject({ largestDifference: 0, largestPoleDifference: 0, unevenTopics: [] });
    expect(checks.lengths.wordsAuroc!.value).toBe(0.5);
    expect(checks.punctuation).toEqual({ topics: 12, uneven: [] });
    expect(checks.pronouns.find((one) => one.pronoun === 'she')!.share).toEqual({
      positive: 1,
      negative: 1,
      neutral: 1,
    });
    expect(checks.styles).toEqual([{ style: null, rows: { positive: 12, negative: 12, neutral: 12 } }]);
    expectPlain(checks);
  });

  it('is told by its two words, and the warning gives the range of chance', () => {
    expect(checks.bagOfWords!.auroc.value).toBe(1);
    expect(checks.separatingWords.map((one) => [one.word, one.positive, one.negative, Math.sign(one.z)])).toEqual([
      ['gave', 12, 0, 1],
      ['took', 0, 12, -1],
    ]);
    expect(checks.warnings).toEqual([
      expect.stringMatching(
        /^The words alone tell the poles apart in new topics: AUROC 1\.00, where shuffled labels give 0\.\d\d to 0\.\d\d\.$/,
      ),
    ]);
  });
});

describe('what gives a set away', () => {
  it('lengths: in a topic, between the poles, and over the set', () => {
    const rows = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((name) =>
      topic(name, ['She gave him the very last warm loaf of all.', 'She took it.', 'She looked on.']),
    );
    const { lengths, warnings } = checkSet(rows, axis, { flips: 50 });
    expect(lengths).toMatchObject({
      largestDifference: 7,
      largestPoleDifference: 7,
      unevenTopics: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    });
    expect(lengths.wordsAuroc).toMatchObject({ value: 1, low: 1, high: 1, n: 7 });
    expect(warnings).toContain('"kind" turns are longer in words: AUROC 1.00 [1.00, 1.00] by length alone.');
    expect(warnings).toContain('7 topics ("a", "b", "c", …) have turns that differ by more than 4 words.');
  });

  it('words that stand once at either pole, in different topics, point the wrong way', () => {
    const words = ['loaf', 'oar', 'coat', 'bell', 'rope', 'lamp', 'seed', 'coin', 'stone', 'cart', 'hat', 'nail'];
    const rows = words.flatMap((word, i) =>
      topic(`t${i}`, [`The ${word}.`, `The ${words[(i + 1) % words.length]!}.`, 'The end.']),
    );
    const { bagOfWords, warnings } = checkSet(rows, axis);
    expect(bagOfWords!.auroc.value).toBe(0);
    expect(warnings).toContainEqual(
      expect.stringMatching(/^The words alone point the wrong way in new topics, .*: AUROC 0\.00, where/),
    );
  });

  it('styles are compared with themselves only', () => {
    const long = 'She gave him the last loaf of bread and walked home with him.';
    const rows = [
      row('positive', 'Gave it.', { style: 'note' }),
      row('negative', 'Took it.', { style: 'note' }),
      row('positive', long),
      row('negative', long.replace('gave', 'sold')),
    ];
    expect(checkSet(rows, axis).lengths).toMatchObject({ largestDifference: 0, largestPoleDifference: 0 });
    const uneven = checkSet(rows.slice(1), axis);
    expect(uneven.styles[0]).toEqual({ style: 'note', rows: { positive: 0, negative: 1, neutral: 0 } });
    expect(uneven.warnings).toContain('Style "note" has 0 "kind" and 1 "cruel" turns.');
    expect(uneven.warnings).toContain(
      '1 topic ("bakery") holds more turns of one pole than of the other: a topic then gives away the label.',
    );
  });

  it('punctuation, in order, with all kinds of dashes and quotes alike', () => {
    expect(marksOf('“Well,” he said – twice – “no…”')).toBe('","——"..."');
    expect(marksOf('A well-made loaf - still warm -- for her.')).toBe('——.');
    const rows = [
      ...topic('a', ['Yes, she did.', 'No, she did.', 'Well, she did.']),
      ...topic('b', ['Yes, she did.', 'No she did!', 'Well, she did.']),
    ];
    expect(checkSet(rows, axis).punctuation).toEqual({ topics: 2, uneven: ['b'] });
  });

  it('pronouns', () => {
    const rows = ['a', 'b', 'c', 'd'].flatMap((name) => topic(name, ["She's there.", 'He is there.', 'It is his.']));
    const { pronouns, warnings } = checkSet(rows, axis);
    expect(pronouns.map((one) => [one.pronoun, one.share.positive, one.share.negative, one.share.neutral])).toEqual([
      ['she', 1, 0, 0],
      ['he', 0, 1, 1],
      ['I', 0, 0, 0],
      ['you', 0, 0, 0],
    ]);
    expect(warnings).toContain('Forms of "she" stand in 100 % of the "kind" and 0 % of the "cruel" turns.');
  });

  it('texts that stand twice but for case and spaces', () => {
    const rows = [row('positive', 'She gave it.'), row('negative', ' she  GAVE it. '), row('neutral', 'She saw it.')];
    const { duplicates, warnings } = checkSet(rows, axis);
    expect(duplicates).toEqual([{ text: 'She gave it.', rows: [0, 1] }]);
    expect(warnings).toContain('Rows 1, 2 have the same text: "She gave it."');
  });

  it('names of the poles and words made from them, not words that only begin alike', () => {
    const words = (name: string, text: string): string[] =>
      poleWords([row('positive', text)], { positive: name, negative: 'zzzz', neutral: 'yyyy' }).map(
        (found) => found.word,
      );
    expect(words('kind', 'Unkind kindling, kindness and kindergarten: kindly kindle it.')).toEqual([
      'unkind',
      'kindness',
      'kindly',
    ]);
    expect(words('treacherous', 'Treachery, the preacher said.')).toEqual(['treachery']);
    expect(words('honest', "Dishonesty is honesty's opposite; an hones edge.")).toEqual(['dishonesty', 'honesty']);
    expect(words('good-luck', 'A lucky, good day, not bad.')).toEqual(['lucky', 'good']);
    expect(words('deceptive', 'A deception.')).toEqual(['deception']);
    expect(words('(.*)', 'Anything.')).toEqual([]);
  });

  it('a context that one pole has alone', () => {
    const rows = [row('positive', 'She gave.'), row('negative', 'She took.', { context: 'Another day.' })];
    const { unsharedContexts, warnings } = checkSet(rows, axis);
    expect(unsharedContexts).toEqual(['bakery']);
    expect(warnings).toContain(
      '1 topic ("bakery") has a context that not every pole shares: the scene then gives away the label.',
    );
  });

  it('words rank by their z, worked by hand', () => {
    const rows = [row('positive', 'gave gave it'), row('negative', 'took it it')];
    // Three words known: prior 3/2 beside each count; n = 3 words at either pole.
    const logOdds = (count: number): number => Math.log((count + 0.5) / (3 - count + 1.5));
    const [first, second, third] = separatingWords(rows, 10);
    expect(first!.word).toBe('gave');
    expect(first!.z).toBeCloseTo((logOdds(2) - logOdds(0)) / Math.sqrt(1 / 2.5 + 1 / 0.5), 12);
    expect(second).toMatchObject({ word: 'took', positive: 0, negative: 1 });
    expect(third).toMatchObject({ word: 'it', positive: 1, negative: 2 });
  });
});

describe('tiny sets', () => {
  it.each<[string, SetRow[], RegExp]>([
    ['nothing', [], /The set holds no turns/],
    ['one topic', topic('a', ['She gave.', 'She took.', 'She saw.']), /There is 1 topic: none can be left out/],
    [
      'one pole',
      [...topic('a', ['x', 'y', 'z']), ...topic('b', ['p', 'q', 'r'])].filter((one) => one.pole === 'positive'),
      /No turn is "cruel": there is nothing to tell apart/,
    ],
    [
      'two topics',
      [...topic('a', ['She gave.', 'She took.', 'She saw.']), ...topic('b', ['He gave.', 'He took.', 'He saw.'])],
      /There are 2 topics: too few for an interval/,
    ],
    [
      'no words at all',
      [
        row('positive', '!'),
        row('negative', '?'),
        row('positive', '1', { topic: 'b' }),
        row('negative', '2', { topic: 'b' }),
      ],
      /2 topics .* have no "neutral" turn/,
    ],
  ])('%s: says what cannot be measured and prints no NaN', (_, rows, warning) => {
    const checks = checkSet(rows, axis, { flips: 20, draws: 50 });
    expectPlain(checks);
    expect(checks.warnings.join('\n')).toMatch(warning);
  });
});

describe('shipped sets', () => {
  it.each(['kind-cruel-24', 'formal-casual'])('%s is checked in about a second', (name) => {
    const checks = readSet(name);
    expectPlain(checks);
    expect(checks.lengths.wordsAuroc!.n).toBe(checks.topics);
    expect(checks.bagOfWords!.nullLow).toBeLessThan(0.5);
    expect(checks.bagOfWords!.nullHigh).toBeGreaterThan(0.5);
    expect(checks.separatingWords).toHaveLength(10);
    expect(checks).toMatchObject({ withoutNeutral: [], unbalanced: [], unsharedContexts: [], duplicates: [] });
  });
});
