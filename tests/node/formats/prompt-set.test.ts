import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError, type ErrorRecord } from '../../../src/base/errors.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { parseStorySet } from '../../../src/formats/sets/story-set.ts';

const shipped = (name: string) => {
  const read = (ending: string): string =>
    readFileSync(new URL(`../../../probes/sets/${name}/${name}${ending}`, import.meta.url), 'utf8');
  return {
    headerName: `${name}.set.json`,
    rowsName: `${name}.jsonl`,
    header: read('.set.json'),
    rows: read('.jsonl'),
    sha256: '0'.repeat(64),
  };
};
const header = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    format: 'flipside-prompt-set',
    version: 1,
    name: 'mine',
    poles: { positive: 'kind', negative: 'cruel', neutral: 'plain' },
    taps: ['A clock ticked.'],
    licence: 'CC0',
    about: 'Mine.',
    ...changes,
  });
const turn = (topic: string, pole: string, text = `${pole} in ${topic}`): Record<string, unknown> => ({
  topic,
  pole,
  context: `At ${topic}.`,
  text,
});
const complete = [turn('mill', 'kind'), turn('mill', 'cruel'), turn('mill', 'plain')];
const set = (rows: readonly unknown[], head = header(), requireNeutral = true) =>
  parsePromptSet(
    {
      headerName: 'mine.set.json',
      rowsName: 'mine.jsonl',
      header: head,
      rows: rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'),
      sha256: 'a'.repeat(64),
    },
    { requireNeutral },
  );
const refusal = (run: () => unknown): ErrorRecord => {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.toRecord();
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a prompt set', () => {
  it.each(['kind-cruel-24', 'kind-cruel-more'])('that ships is read: %s', (name) => {
    const parsed = parsePromptSet(shipped(name), { requireNeutral: true });
    expect(parsed).toMatchObject({ name, axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral' } });
    expect(parsed.rows).toHaveLength(72);
    expect(parsed.topics).toHaveLength(24);
    expect(parsed.taps).toHaveLength(4);
  });

  it('gives rows that name no style the style of the header', () => {
    const [first, second] = set(
      [{ ...complete[0], style: 'chat' }, ...complete.slice(1)],
      header({ style: 'narration' }),
    ).rows;
    expect([first!.style, second!.style]).toEqual(['chat', 'narration']);
    expect(set(complete).rows[0]).not.toHaveProperty('style');
  });

  it('keeps optional labels, passes over blank lines and knows its lines', () => {
    const rows = set([{ ...complete[0], style: 'plain', split: 'train' }, '', complete[1], complete[2]]).rows;
    expect(rows[0]).toEqual({
      topic: 'mill',
      pole: 'positive',
      context: 'At mill.',
      text: 'kind in mill',
      style: 'plain',
      split: 'train',
      line: 1,
    });
    expect(rows.map((row) => row.line)).toEqual([1, 3, 4]);
  });

  it('without neutral turns is enough for judging and not for training', () => {
    const rows = complete.slice(0, 2);
    expect(set(rows, header(), false).rows).toHaveLength(2);
    expect(refusal(() => set(rows))).toMatchObject({
      code: 'set-topic-incomplete',
      details: { topic: 'mill', pole: 'plain' },
    });
  });

  it('with a topic that lacks a pole is refused by topic and pole', () => {
    const { code, message, details } = refusal(() => set([...complete, turn('ferry', 'kind'), turn('ferry', 'plain')]));
    expect(code).toBe('set-topic-incomplete');
    expect(details).toMatchObject({ topic: 'ferry', pole: 'cruel' });
    expect(message).toContain('Topic "ferry" in mine.jsonl has no "cruel" turn');
  });

  it('with more turns of one pole than of the other is refused', () => {
    expect(refusal(() => set([...complete, turn('mill', 'kind', 'kind again')]))).toMatchObject({
      code: 'set-topic-incomplete',
      details: { pole: 'cruel' },
    });
  });

  it.each([
    ['is not JSON', '{"topic": ', ''],
    ['is no object', '[1, 2]', 'pole'],
    ['lacks its context', { topic: 'a', pole: 'kind', text: 'b' }, 'context'],
    ['has a number for a text', { ...complete[0], text: 7 }, 'text'],
    ['has an empty topic', { ...complete[0], topic: '' }, 'topic'],
    ['names an unknown pole', { ...complete[0], pole: 'nice' }, 'pole'],
    ['ends in white space', { ...complete[0], text: 'kind ' }, 'text'],
    ['hides a direction mark', { ...complete[0], text: 'kind \u202e dnik' }, 'text'],
    ['holds half a character', '{"topic":"a","pole":"kind","context":"b","text":"c \\ud800 d"}', 'text'],
    ['is far too long', { ...complete[0], context: 'x'.repeat(5000) }, 'context'],
    ['has a list for a label', { ...complete[0], style: [] }, 'style'],
  ])('with a row that %s is refused by file, line and field', (_, row, field) => {
    const { code, message, details } = refusal(() => set([complete[1], complete[2], row]));
    expect(code).toBe('set-row-invalid');
    expect(details).toEqual({ file: 'mine.jsonl', line: 3, field });
    expect(message).toContain('mine.jsonl line 3');
  });

  it('with a repeated turn is refused by both lines', () => {
    expect(refusal(() => set([...complete, complete[0]])).message).toContain('line 4.text repeats line 1');
  });

  it.each([
    ['another format', { format: 'flipside-probe' }, 'mine.set.json.format must be "flipside-prompt-set"'],
    ['a newer version', { version: 2 }, 'written by a newer Flipside'],
    ['no taps', { taps: [] }, 'mine.set.json.taps must have 1 to 16 items'],
    ['a tap twice', { taps: ['A.', 'A.'] }, 'holds a sentence twice'],
    ['two poles of one name', { poles: { positive: 'a', negative: 'a', neutral: 'b' } }, 'three different poles'],
    ['a name that is a path', { name: '../x' }, 'mine.set.json.name may hold'],
    ['no licence', { licence: undefined }, 'mine.set.json.licence is missing'],
  ])('with %s in its header is refused by path', (_, changes, message) => {
    const record = refusal(() => set(complete, header(changes)));
    expect(record.code).toBe('set-invalid');
    expect(record.message).toContain(message);
  });

  it('without rows is refused', () => {
    expect(refusal(() => set(['', '']))).toMatchObject({ code: 'set-invalid' });
  });
});

describe('a set of neutral stories', () => {
  const stories = (rows: readonly unknown[]) =>
    parseStorySet({
      headerName: 's.set.json',
      rowsName: 's.jsonl',
      header: JSON.stringify({ format: 'flipside-stories', version: 1, name: 's', licence: 'CC0', about: 'S.' }),
      rows: rows.map((row) => JSON.stringify(row)).join('\n'),
      sha256: 'b'.repeat(64),
    });

  it('that ships has at least 18 stories of a setting and eight beats', () => {
    const parsed = parseStorySet(shipped('neutral-stories'));
    expect(parsed.stories.length).toBeGreaterThanOrEqual(18);
    expect(parsed.stories.every(({ beats }) => beats.length === 9)).toBe(true);
  });

  it.each([
    ['one sentence only', { story: 'a', beats: ['x'] }, 'beats'],
    ['a beat that is a number', { story: 'a', beats: ['x', 3] }, 'beats'],
    ['no id', { beats: ['x', 'y'] }, 'story'],
    ['an id twice', { story: 'first', beats: ['x', 'y'] }, 'story'],
  ])('with %s is refused by line and field', (_, row, field) => {
    expect(refusal(() => stories([{ story: 'first', beats: ['x', 'y'] }, row]))).toMatchObject({
      code: 'set-row-invalid',
      details: { file: 's.jsonl', line: 2, field },
    });
  });
});
