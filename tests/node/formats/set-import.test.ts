/** What a new user drops in: pairs, single files, tables, and the many ways in which they can be wrong. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { csv } from '../../../src/base/csv.ts';
import { neutralName } from '../../../src/probe/sets/set-header.ts';
import { DEFAULT_READOUTS, type DroppedFile, importSet, type SetImport } from '../../../src/formats/sets/set-import.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const file = (name: string, text: string | Uint8Array): DroppedFile => ({
  name,
  bytes: typeof text === 'string' ? utf8(text) : text,
});
const seed = (ending: string): string =>
  readFileSync(new URL(`../../../probes/sets/kind-cruel-24/kind-cruel-24${ending}`, import.meta.url), 'utf8');

interface Row {
  topic: string;
  pole: string;
  context: string;
  text: string;
  style?: string;
}
const rowsOf = (topics: number, poles = ['kind', 'cruel', 'plain']): Row[] =>
  Array.from({ length: topics }, (_, t) =>
    poles.map((pole) => ({ topic: `t${t}`, pole, context: `Scene ${t}.`, text: `What is ${pole} in ${t}.` })),
  ).flat();
const jsonl = (rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const table = (rows: readonly Row[]): string =>
  csv(
    ['topic', 'pole', 'context', 'text'],
    rows.map((row) => [row.topic, row.pole, row.context, row.text]),
  );
const POLES = { positive: 'kind', negative: 'cruel', neutral: 'plain' };
const header = (name = 'mine'): string =>
  JSON.stringify({
    format: 'flipside-prompt-set',
    version: 1,
    name,
    poles: POLES,
    taps: ['A clock ticked.'],
    licence: 'CC0',
    about: 'Mine.',
  });

const ready = (got: SetImport) => {
  if (got.kind !== 'ready') throw new Error(JSON.stringify(got, null, 1));
  return got;
};
const problemsIn = (got: SetImport) => {
  if (got.kind !== 'problems') throw new Error(`expected problems, got ${got.kind}`);
  return got;
};
const messages = (got: SetImport): string =>
  problemsIn(got)
    .problems.map(({ message }) => message)
    .join('\n');

describe('what is dropped', () => {
  it('may be a header with its rows, as they ship', () => {
    const { source, set } = ready(
      importSet([file('kind-cruel-24.jsonl', seed('.jsonl')), file('kind-cruel-24.set.json', seed('.set.json'))]),
    );
    expect(source).toEqual({ name: 'kind-cruel-24', header: seed('.set.json'), rows: seed('.jsonl') });
    expect([set.topics.length, set.rows.length, set.axis.neutral]).toEqual([24, 72, 'neutral']);
  });

  it('may be rows alone: then it asks which of the three names is which, and after that writes a header', () => {
    const files = [file('Frère & Söhne.jsonl', jsonl(rowsOf(4)))];
    expect(importSet(files)).toEqual({
      kind: 'needs',
      poles: ['kind', 'cruel', 'plain'].map((name) => ({ name, rows: 4, example: `What is ${name} in 0.` })),
    });
    const { source, set } = ready(importSet(files, { poles: POLES }));
    expect(source.name).toBe('Frere-Sohne');
    expect(set).toMatchObject({
      axis: POLES,
      taps: DEFAULT_READOUTS,
      licence: 'not stated',
      about: 'Imported from Frère & Söhne.jsonl.',
    });
    // What comes out goes in again.
    expect(ready(importSet([file('a.set.json', source.header), file('a.jsonl', source.rows)])).set.rows).toEqual(
      set.rows,
    );
  });

  it('may be a table, with quotes, any order of columns, Windows line ends and a byte-order mark', () => {
    const rows = rowsOf(4).map((row) => ({
      ...row,
      style: row.topic === 't0' ? 'chat' : '',
      text: `"${row.text}", he said.`,
    }));
    const text = csv(
      ['Text', ' style', 'POLE', 'id', 'topic', 'context'],
      rows.map((row, id) => [` ${row.text} `, row.style, row.pole, id, row.topic, row.context]),
    ).replaceAll('\n', '\r\n');
    const { set, source } = ready(importSet([file('mine.CSV', `\ufeff${text}`)], { poles: POLES }));
    expect(set.rows[0]).toEqual({
      topic: 't0',
      pole: 'positive',
      context: 'Scene 0.',
      text: '"What is kind in 0.", he said.',
      style: 'chat',
      line: 2,
    });
    expect(set.rows[11]).not.toHaveProperty('style');
    expect(source.rows.split('\n')).toHaveLength(13);
  });

  it('may be a table with a header beside it', () => {
    expect(ready(importSet([file('mine.csv', table(rowsOf(4))), file('mine.set.json', header())])).set).toMatchObject({
      name: 'mine',
      taps: ['A clock ticked.'],
    });
  });

  it('may have Windows line ends and a byte-order mark in both files of a pair', () => {
    const got = ready(
      importSet([
        file('mine.jsonl', `\ufeff${jsonl(rowsOf(4)).replaceAll('\n', '\r\n')}\r\n`),
        file('mine.set.json', `\ufeff${header()}`),
      ]),
    );
    expect(got.set.rows).toHaveLength(12);
  });

  it.each(["'=x", '=x', "''=x", "'plain", '-x', '@x', "'"])(
    'gives a text %j back that the page wrote as CSV',
    (text) => {
      const rows = rowsOf(4).map((row, index) => (index === 0 ? { ...row, text } : row));
      expect(ready(importSet([file('mine.csv', table(rows))], { poles: POLES })).set.rows[0]?.text).toBe(text);
    },
  );

  it.each([
    [
      'of commas alone',
      ','.repeat(17_000_000),
      'x.csv has 17000000 characters; at most 16000000 are read. Split the set.',
    ],
    [
      'of quotation marks alone',
      '"'.repeat(17_000_001),
      'x.csv has 17000001 characters; at most 16000000 are read. Split the set.',
    ],
    [
      'whose header names more columns than any table has',
      ','.repeat(1_000_000),
      'x.csv line 1 has more than 200 cells.',
    ],
    [
      'with more rows than are read',
      `topic,pole,context,text\n${'a,b,c,d\n'.repeat(1_000_000)}`,
      'x.csv has more than 20000 rows, which are the most that are read. Split the set.',
    ],
  ])('that is a table %s is refused with its own size, before anything is made of it', (_, source, message) => {
    const found = importSet([file('x.csv', source)]);
    expect(found).toMatchObject({ kind: 'problems', total: 1, problems: [{ message }] });
  });

  it('may have ten thousand rows', () => {
    const got = ready(importSet([file('many.csv', table(rowsOf(3334)))], { poles: POLES }));
    expect(got.set.topics).toHaveLength(3334);
  });

  it('has the control texts of kind-cruel-24 where it names none', () => {
    expect((JSON.parse(seed('.set.json')) as { taps: string[] }).taps).toEqual(DEFAULT_READOUTS);
  });
});

describe('files that are no set', () => {
  it.each<[string, DroppedFile[], string]>([
    ['nothing', [], 'No rows were dropped. Pick a .jsonl or .csv file.'],
    ['a picture', [file('a.png', 'x')], 'a.png is not a set: rows end in .jsonl or .csv'],
    ['a header alone', [file('a.set.json', header())], 'a.set.json came without its rows'],
    ['two sets', [file('a.jsonl', 'x'), file('b.csv', 'x')], 'a.jsonl, b.csv are more than one set'],
    ['an empty file', [file('a.jsonl', '')], 'a.jsonl holds no rows'],
    [
      'an empty table',
      [file('a.csv', '\n')],
      'a.csv is empty. Its first line must name the columns topic, pole, context, text',
    ],
    ['a table without rows', [file('a.csv', 'topic,pole,context,text\n')], 'a.csv holds no rows'],
    ['UTF-16', [file('a.csv', Uint8Array.of(0xff, 0xfe, 0x74, 0, 0x6f, 0))], 'a.csv is UTF-16'],
    ['a workbook', [file('a.csv', Uint8Array.of(0x50, 0x4b, 3, 4, 0))], 'a.csv is a spreadsheet'],
    ['bytes', [file('a.jsonl', Uint8Array.of(0x7b, 0, 0x7d))], 'a.jsonl holds a zero byte at 1'],
    ['too many rows', [file('a.jsonl', jsonl(rowsOf(6667)))], 'a.jsonl has 20001 rows; at most 20000 are read'],
    ['a broken header', [file('a.set.json', '{"name": '), file('a.jsonl', jsonl(rowsOf(4)))], 'a.set.json is not JSON'],
  ])('%s', (_, files, message) => {
    expect(messages(importSet(files))).toContain(message);
  });

  it('in Latin-1 are refused with the line of the first letter that is not UTF-8', () => {
    const text = table(rowsOf(4)).replace('kind in 1', 'caf\u00e9 in 1');
    const got = problemsIn(
      importSet([
        file(
          'a.csv',
          Uint8Array.from(text, (letter) => letter.charCodeAt(0)),
        ),
      ]),
    );
    expect(got.problems).toMatchObject([
      {
        code: 'set-invalid',
        file: 'a.csv',
        line: 5,
        message: expect.stringContaining('line 5 is not UTF-8') as string,
      },
    ]);
  });
});

describe('rows that are wrong', () => {
  const dropped = (rows: readonly unknown[]) => importSet([file('a.jsonl', jsonl(rows))]);

  it('are told all at once, each with its line and field', () => {
    const rows: Record<string, unknown>[] = rowsOf(6).map((row) => ({ ...row }));
    delete rows[1]!['context'];
    rows[4]!['context'] = '';
    rows[7]!['text'] = 7;
    rows[8]!['text'] = 'x'.repeat(4001);
    rows[9]!['topic'] = '';
    delete rows[10]!['pole'];
    rows[13]!['text'] = rows[12]!['text'];
    const lines = jsonl(rows).split('\n');
    lines[14] = '{"topic": ';
    const got = problemsIn(importSet([file('a.jsonl', lines.join('\n'))]));
    const found = got.problems.map(({ line, field }) => [line, field]);
    expect(found).toEqual([
      [2, 'context'],
      [5, 'context'],
      [8, 'text'],
      [9, 'text'],
      [10, 'topic'],
      [11, 'pole'],
      [14, 'text'],
      [15, null],
    ]);
    expect(got.total).toBe(8);
    for (const { file: name, code } of got.problems) expect([name, code]).toEqual(['a.jsonl', 'set-row-invalid']);
    expect(messages(got)).toContain(
      'a.jsonl line 2.context is missing. Put the scene there, a sentence that is the same for every pole of the topic.',
    );
    expect(messages(got)).toContain('a.jsonl line 14.text repeats line 13');
  });

  it('are counted beyond fifty', () => {
    const got = problemsIn(dropped(rowsOf(41).map((row, index) => (index < 3 ? row : { ...row, context: '' }))));
    expect([got.problems.length, got.total]).toEqual([50, 120]);
  });

  it('of a table are told by the lines of the table, also below cells of several lines', () => {
    const rows = rowsOf(4);
    rows[0]!.text = 'First line.\nSecond line.';
    rows[5]!.text = '';
    const got = problemsIn(importSet([file('a.csv', `${table(rows)}t9,kind,Scene,one,two\n`)]));
    expect(got.problems.map(({ file: name, line, field }) => [name, line, field])).toEqual([
      ['a.csv', 8, 'text'],
      ['a.csv', 15, null],
    ]);
    expect(messages(got)).toContain('a.csv line 15 has 5 cells, but there are 4 columns');
    expect(messages(got)).toContain('a.csv line 8.text is empty');
  });

  it('of a table that breaks off in a quotation are told with the line', () => {
    expect(messages(importSet([file('a.csv', `${table(rowsOf(4))}t9,kind,"Scene`)]))).toContain(
      'a.csv line 14 opens a quotation mark that is never closed',
    );
  });

  it('of a table without a column are told by the column', () => {
    const got = problemsIn(importSet([file('a.csv', 'topic;pole;context;text\na;b;c;d\n')]));
    expect(got.problems.map(({ line, field }) => [line, field])).toEqual([
      [1, 'topic'],
      [1, 'pole'],
      [1, 'text'],
    ]);
    expect(messages(got)).toContain('seem to be separated by semicolons');
    expect(
      problemsIn(importSet([file('a.csv', 'topic,pole,text,text\na,b,c,d\n')])).problems.map(({ field }) => field),
    ).toEqual(['pole', 'text']);
  });

  it.each<[string, Row[], string]>([
    [
      'of one label',
      rowsOf(4, ['kind']),
      'a.jsonl names 1 pole: "kind" (4 rows, first on line 1). Give every topic a turn of each pole',
    ],
    [
      'with a misspelt label',
      [...rowsOf(4), { ...rowsOf(5).at(-1)!, pole: 'plian' }],
      '"plian" (1 row, first on line 13). There must be two or three',
    ],
    ['of one topic', rowsOf(1), 'a.jsonl has 1 topic; at least 4 are needed'],
    ['of three topics', rowsOf(3), 'a.jsonl has 3 topics; at least 4 are needed'],
  ])('%s', (_, rows, message) => {
    const got = problemsIn(dropped(rows));
    expect(got.total).toBe(1);
    expect(messages(got)).toContain(message);
  });

  it('of which some have a scene are told where it lacks', () => {
    const rows = rowsOf(4).map((row, index) => (index === 5 ? { ...row, context: '' } : row));
    expect(problemsIn(dropped(rows)).problems.map(({ line, field }) => [line, field])).toEqual([[6, 'context']]);
  });

  it('of which some topics have a neutral turn are told of the others', () => {
    const rows = rowsOf(4).filter(({ pole, topic }) => pole !== 'plain' || topic === 't0');
    const got = importSet([file('a.jsonl', jsonl(rows))], { poles: POLES });
    expect(problemsIn(got).problems.map(({ topic }) => topic)).toEqual(['t1', 't2', 't3']);
  });

  it('that are no JSON at all are told as such, not as lacking poles', () => {
    const got = problemsIn(importSet([file('a.jsonl', 'a\nb\n')]));
    expect(got.problems.map(({ line, message }) => [line, message.includes('is not JSON')])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('are told by topic once the poles are known', () => {
    const rows = rowsOf(5).filter((_, index) => index !== 4);
    const files = [file('a.jsonl', jsonl(rows))];
    expect(importSet(files).kind).toBe('needs');
    expect(problemsIn(importSet(files, { poles: POLES })).problems).toMatchObject([
      {
        code: 'set-topic-incomplete',
        topic: 't1',
        line: null,
        message: expect.stringContaining('has no "cruel" turn') as string,
      },
    ]);
  });

  it('of a pair that all have one label are told once, not topic by topic', () => {
    const got = problemsIn(
      importSet([file('a.set.json', header()), file('a.jsonl', jsonl(rowsOf(30, ['kind', 'plain'])))]),
    );
    expect(got.total).toBe(1);
    expect(messages(got)).toContain('a.jsonl has no "cruel" turn in any of its 30 topics');
  });

  it('do not make a topic look incomplete when it is a row that cannot be read', () => {
    const rows: Record<string, unknown>[] = rowsOf(4).map((row) => ({ ...row }));
    rows[1]!['topic'] = 5;
    rows[7]!['pole'] = 'nice';
    const got = problemsIn(importSet([file('a.set.json', header()), file('a.jsonl', jsonl(rows))]));
    expect(got.problems.map(({ line, field }) => [line, field])).toEqual([
      [2, 'topic'],
      [8, 'pole'],
    ]);
  });
});

test('poles that are not those of the rows are refused row by row', () => {
  const got = problemsIn(importSet([file('a.jsonl', jsonl(rowsOf(4)))], { poles: { ...POLES, negative: 'mean' } }));
  expect(got.total).toBe(4);
  expect(messages(got)).toContain('a.jsonl line 2.pole must be one of "kind", "mean", "plain", got "cruel"');
});

describe('a set as most public ones are', () => {
  const pairs = rowsOf(4, ['kind', 'cruel']);
  const bare = pairs.map(({ topic, pole, text }) => ({ topic, pole, text }));

  it('of two poles and without a scene is asked which pole is which, and says what it lacks for training', () => {
    const files = [file('pairs.jsonl', jsonl(bare))];
    expect(importSet(files)).toEqual({
      kind: 'needs',
      poles: ['kind', 'cruel'].map((name) => ({ name, rows: 4, example: `What is ${name} in 0.` })),
    });
    const poles = { positive: 'kind', negative: 'cruel', neutral: neutralName(['kind', 'cruel']) };
    const { set, source, lacks } = ready(importSet(files, { poles }));
    expect(lacks).toEqual(['scenes', 'neutral turns']);
    expect(set.axis).toEqual({ positive: 'kind', negative: 'cruel', neutral: 'neutral' });
    expect([set.rows.length, set.topics.length, set.rows[0]!.context]).toEqual([8, 4, '']);
    // What comes out goes in again.
    const again = ready(importSet([file('a.set.json', source.header), file('a.jsonl', source.rows)]));
    expect(again.lacks).toEqual(lacks);
    expect(again.set.rows).toEqual(set.rows);
  });

  it('may be a table without the column, or lack one of the two only', () => {
    const tableOf = (rows: typeof bare) =>
      file(
        'a.csv',
        csv(
          ['topic', 'pole', 'text'],
          rows.map(({ topic, pole, text }) => [topic, pole, text]),
        ),
      );
    const three = rowsOf(4).map(({ topic, pole, text }) => ({ topic, pole, text }));
    expect(ready(importSet([tableOf(three)], { poles: POLES })).lacks).toEqual(['scenes']);
    expect(ready(importSet([file('a.jsonl', jsonl(pairs))], { poles: POLES })).lacks).toEqual(['neutral turns']);
    expect(ready(importSet([file('a.jsonl', jsonl(rowsOf(4)))], { poles: POLES })).lacks).toEqual([]);
  });

  it('has a neutral pole of a name that neither of its poles has', () => {
    expect([neutralName(['kind', 'neutral']), neutralName(['a', 'b', 'c'])]).toEqual(['other', 'c']);
  });
});
