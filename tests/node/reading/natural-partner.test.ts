import { expect, test } from 'vitest';
import { naturalPartner } from '../../../src/reading/natural-partner.ts';

const OPENING = 'Maud lived alone in a stone house beside the river, a mile above the village and the mill. ';
const run = (text: string, probeSha256 = 'a') => ({ text, probeSha256 });
const mine = run(`${OPENING}She stole his purse.`);

test('a run that begins alike comes first, the one that shares most', () => {
  const [near, nearer] = [run(`${OPENING}They slept.`), run(`${OPENING}She stole away.`)];
  expect(naturalPartner(mine, [run('Another.'), near, nearer, run(mine.text, 'b')])).toBe(nearer);
});

test('then the same text with another probe, then the newest run', () => {
  const [newest, again] = [run('Another.'), run(mine.text, 'b')];
  expect(naturalPartner(mine, [newest, run(mine.text), again])).toBe(again);
  expect(naturalPartner(mine, [newest, run('Older.')])).toBe(newest);
  expect(naturalPartner(mine, [])).toBeNull();
});

test('a few letters in common are no opening', () => {
  const newest = run('Older.');
  expect(naturalPartner(run('She fed the dog.'), [newest, run('She fed the cat.')])).toBe(newest);
});
