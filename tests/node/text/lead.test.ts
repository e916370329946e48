import { expect, test } from 'vitest';
import { leadOf } from '../../../src/text/lead.ts';

const text = 'Two gates fail. The first is at 0.64 (n = 12), where 0.70 was asked. Ωmega too. It stays open.';

test.each([
  ['one at least, however long', 5, 'Two gates fail.'],
  ['as many as fit', 70, 'Two gates fail. The first is at 0.64 (n = 12), where 0.70 was asked.'],
  ['and all of them', 1000, text],
])('a lead has whole sentences, %s, and nothing is lost', (_, most, wanted) => {
  const { lead, rest } = leadOf(text, most);
  expect(lead).toBe(wanted);
  expect(`${lead} ${rest}`.trim()).toBe(text);
});

test('a lead takes a sentence that fits to the last character', () => {
  const two = 'Two gates fail. The first is at 0.64 (n = 12), where 0.70 was asked.';
  expect(leadOf(text, two.length).lead).toBe(two);
  expect(leadOf(text, two.length - 1).lead).toBe('Two gates fail.');
});

test('a text of no sentence is its own lead', () => {
  expect(leadOf('', 10)).toEqual({ lead: '', rest: '' });
  expect(leadOf('no end', 3)).toEqual({ lead: 'no end', rest: '' });
});
