import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellsIn, type ControlSet, parseControlSet } from '../../../src/formats/sets/control-set.ts';
import { refusal } from '../../fixtures/refusal.ts';

const at = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const shipped = (name: string): ControlSet =>
  parseControlSet({
    headerName: `${name}.set.json`,
    rowsName: `${name}.jsonl`,
    header: at(`probes/sets/controls/${name}.set.json`),
    rows: at(`probes/sets/controls/${name}.jsonl`),
    sha256: 'a'.repeat(64),
  });
const contrast = {
  label: 'done - not done',
  plus: ['done'],
  minus: ['not-done'],
  wanted: 'above zero',
  measure: 'score',
};
const header = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    format: 'flipside-controls',
    version: 1,
    name: 'mine',
    licence: 'CC0',
    about: 'Mine.',
    contrasts: [contrast],
    ...changes,
  });
const row = (item: string, cell: string, text = `${cell} at ${item}`): Record<string, unknown> => ({
  item,
  cell,
  context: `At ${item}.`,
  text,
});
const chat = (item: string, cell: string): Record<string, unknown> => ({
  item,
  cell,
  system: `You are ${cell}.`,
  user: `What of ${item}?`,
  assistant: 'It is noon.',
});
const story = (item: string, ...cells: string[]): Record<string, unknown> => ({
  item,
  beats: cells.map((cell, index) => ({ text: `Beat ${index} of ${item}.`, cell })),
});
const complete = [row('mill', 'done'), row('mill', 'not-done')];
const set = (rows: readonly unknown[], head = header()): ControlSet =>
  parseControlSet({
    headerName: 'mine.set.json',
    rowsName: 'mine.jsonl',
    header: head,
    rows: rows.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n'),
    sha256: 'a'.repeat(64),
  });

describe('a control set', () => {
  it('of texts keeps its words, cells, items and lines', () => {
    const parsed = set([
      complete[0],
      '',
      complete[1],
      row('ford', 'not-done'),
      row('ford', 'done'),
      row('ford', 'other'),
    ]);
    expect(parsed).toMatchObject({
      name: 'mine',
      licence: 'CC0',
      about: 'Mine.',
      kind: 'text',
      contrasts: [contrast],
      items: ['mill', 'ford'],
      sha256: 'a'.repeat(64),
    });
    expect(parsed.rows[1]).toEqual({
      kind: 'text',
      item: 'mill',
      cell: 'not-done',
      context: 'At mill.',
      text: 'not-done at mill',
      line: 3,
    });
    expect(parsed.rows.map(({ line }) => line)).toEqual([1, 3, 4, 5, 6]);
  });

  it('of chats may repeat an answer under another persona', () => {
    const parsed = set([chat('bus', 'done'), chat('bus', 'not-done')]);
    expect(parsed.kind).toBe('chat');
    expect(parsed.rows[1]).toEqual({
      kind: 'chat',
      item: 'bus',
      cell: 'not-done',
      system: 'You are not-done.',
      user: 'What of bus?',
      assistant: 'It is noon.',
      line: 2,
    });
  });

  it('of stories has a cell for every beat', () => {
    const parsed = set([story('tale', 'done', 'calm', 'not-done', 'done')]);
    expect(parsed.kind).toBe('story');
    expect(parsed.rows.map(cellsIn)).toEqual([['done', 'calm', 'not-done', 'done']]);
  });

  it.each([
    [{ format: 'flipside-prompt-set' }, 'mine.set.json.format must be "flipside-controls"'],
    [{ version: 3 }, 'mine.set.json.version is 3, written by a newer Flipside'],
    [{ name: '../mine' }, 'mine.set.json.name may hold'],
    [{ contrasts: [] }, 'mine.set.json.contrasts must have 1 to 32 items'],
    [{ contrasts: [{ ...contrast, plus: [] }] }, 'mine.set.json.contrasts[0].plus must have 1 to 16 items'],
    [
      { contrasts: [{ ...contrast, plus: ['done', 'gone'] }] },
      'mine.set.json.contrasts[0] names the cell "gone", which no row of mine.jsonl has; there are "done", "not-done".',
    ],
    [{ contrasts: [{ ...contrast, minus: ['done'] }] }, 'mine.set.json.contrasts[0] names a cell twice'],
    [{ contrasts: [contrast, contrast] }, 'mine.set.json.contrasts[1].label repeats "done - not done"'],
    [
      { contrasts: [{ ...contrast, measure: 'gap' }] },
      'mine.set.json.contrasts[0].measure must be one of score, auroc, share, got "gap"',
    ],
    [
      { contrasts: [{ ...contrast, wanted: 'near 0.5' }] },
      'mine.set.json.contrasts[0].wanted must be one of above zero, below zero, near zero, got "near 0.5"',
    ],
    [
      { contrasts: [{ ...contrast, measure: 'auroc' }] },
      'mine.set.json.contrasts[0].wanted must be one of near 0.5, above 0.5, near 1, got "above zero"',
    ],
    [{ about: undefined }, 'mine.set.json.about is missing'],
  ])('with the header %j is refused by its path', (changes, message) => {
    const record = refusal(() => set(complete, header(changes)));
    expect(record).toMatchObject({ code: 'set-invalid' });
    expect(record.message).toContain(message);
  });

  it.each([
    [
      'a cell that an item lacks',
      [...complete, row('ford', 'done'), row('ford', 'other')],
      'mine.jsonl line 4: item "ford" has no "not-done", which a contrast needs',
      4,
      'cell',
    ],
    [
      'a cell twice',
      [...complete, row('mill', 'done', 'again')],
      'mine.jsonl line 3.cell repeats "done" of item "mill" of line 1',
      3,
      'cell',
    ],
    [
      'the same words twice',
      [...complete, { ...row('mill', 'other'), text: 'done at mill' }],
      'mine.jsonl line 3.text repeats the words ("done at mill…") of line 1',
      3,
      'text',
    ],
    [
      'a story twice',
      [story('tale', 'done', 'not-done'), story('tale', 'done', 'not-done', 'calm')],
      'mine.jsonl line 2.item repeats the story "tale" of line 1',
      2,
      'item',
    ],
    [
      'rows of two kinds',
      [...complete, story('tale', 'done', 'not-done')],
      'mine.jsonl line 3 is a story row, but line 1 is a text row',
      3,
      'item',
    ],
    ['no item', [{ ...complete[0], item: undefined }], 'mine.jsonl line 1.item is missing', 1, 'item'],
    ['no text', [{ ...complete[0], text: undefined }], 'mine.jsonl line 1.text is missing', 1, 'text'],
    [
      'a cell of white space',
      [{ ...complete[0], cell: ' ' }],
      'mine.jsonl line 1.cell must not begin or end with white space',
      1,
      'cell',
    ],
    [
      'a chat without a system prompt',
      [{ ...chat('bus', 'done'), system: undefined }],
      'mine.jsonl line 1.system is missing',
      1,
      'system',
    ],
    [
      'an answer that is no text',
      [{ ...chat('bus', 'done'), assistant: 7 }],
      'mine.jsonl line 1.assistant must be a string, got number 7',
      1,
      'assistant',
    ],
    [
      'a story of one beat',
      [story('tale', 'done')],
      'mine.jsonl line 1.beats must have 2 to 64 items, got 1',
      1,
      'beats',
    ],
    [
      'a beat without a cell',
      [{ item: 'tale', beats: [{ text: 'One.', cell: 'done' }, { text: 'Two.' }] }],
      'mine.jsonl line 1.beats[1].cell is missing',
      1,
      'beats',
    ],
    ['a line that is not JSON', ['{"item": '], 'mine.jsonl line 1 is not JSON', 1, ''],
  ])('with %s is refused by file, line and field', (_, rows, message, line, name) => {
    const record = refusal(() => set(rows));
    expect(record).toMatchObject({ code: 'set-row-invalid', details: { file: 'mine.jsonl', line, field: name } });
    expect(record.message).toContain(message);
  });

  it('without rows is refused', () => {
    expect(refusal(() => set(['', ' ']))).toMatchObject({ code: 'set-invalid' });
  });
});

describe('the control sets that ship', () => {
  it.each([
    ['negation', 'text', 24, 96, 6],
    ['intent-outcome', 'text', 24, 96, 2],
    ['personas', 'chat', 12, 24, 1],
    ['flips', 'story', 18, 18, 3],
  ])('%s is read whole', (name, kind, items, rows, contrasts) => {
    const parsed = shipped(name);
    expect([parsed.name, parsed.kind, parsed.items.length, parsed.rows.length, parsed.contrasts.length]).toEqual([
      name,
      kind,
      items,
      rows,
      contrasts,
    ]);
  });

  it('personas are read at an answer that is the same words for both of an item', () => {
    for (const item of shipped('personas').items) {
      const answers = shipped('personas').rows.flatMap((one) =>
        one.item === item && one.kind === 'chat' ? [`${one.user} ${one.assistant}`] : [],
      );
      expect(new Set(answers).size, item).toBe(1);
    }
  });

  it('flips turn one way as often as the other, so that the place of a sentence gives nothing away', () => {
    const gaps = shipped('flips').rows.map((one) => {
      const cells = cellsIn(one);
      const place = (cell: string): number => {
        const places = cells.flatMap((own, index) => (own === cell ? [index] : []));
        return places.reduce((sum, index) => sum + index, 0) / places.length;
      };
      return place('kind') - place('cruel');
    });
    expect(gaps.filter((gap) => gap < -2)).toHaveLength(7);
    expect(gaps.filter((gap) => gap > 2)).toHaveLength(7);
    expect(Math.abs(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length)).toBeLessThan(0.25);
  });

  it('flips show what is done and never name it', () => {
    for (const one of shipped('flips').rows) {
      for (const { text } of one.kind === 'story' ? one.beats : [])
        expect(text).not.toMatch(/\b(kind(ly|ness|er|est)?|cruel(ly|ty|ler)?|good(ness)?|evil|wicked(ness)?)\b/i);
    }
  });

  it('flips hold the stories of the page that flip as they stand there', () => {
    const flips = shipped('flips');
    for (const id of ['betrayal', 'redemption', 'double-agent', 'dream']) {
      const { sentences } = JSON.parse(at(`src/content/stories/${id}.json`)) as {
        sentences: { text: string; label: string }[];
      };
      expect(
        flips.rows.find(({ item }) => item === id),
        id,
      ).toMatchObject({ beats: sentences.map(({ text, label }) => ({ text, cell: label })) });
    }
  });
});
