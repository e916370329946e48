/** Two tabs on one storage: what either has written stays, and both say so. */
import { describe, expect, it } from 'vitest';
import { Draft } from '../../../../src/state/runs/draft.svelte.ts';
import { OwnSets } from '../../../../src/state/sets/own-sets.svelte.ts';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { memory } from '../support/reading-controllers.ts';

/** The browser tells every other tab of a change; within one page, a test has to. */
function heard(storage: Storage, key: string): void {
  dispatchEvent(new StorageEvent('storage', { key, newValue: storage.getItem(key), storageArea: null }));
}
/** `StorageEvent` takes real storages only: this page's own stands in for both tabs'. */
const fresh = (): Storage => {
  localStorage.clear();
  localStorage.setItem('flipside.details', 'open');
  return localStorage;
};
const said = (storage: Storage, key: string): void => {
  dispatchEvent(new StorageEvent('storage', { key, newValue: storage.getItem(key), storageArea: storage }));
};
const header = (name: string): string =>
  JSON.stringify({ name, poles: { positive: 'a', negative: 'b', neutral: 'c' }, taps: [] });
const set = (name: string, rows: string) => ({ source: { name, header: header(name), rows }, base: null });

describe('drafts', () => {
  it('of two tabs are both there on the next visit', () => {
    const storage = memory();
    const [one, two] = [new Draft(storage), new Draft(storage)];
    one.text = 'typed in the first';
    two.text = 'typed in the second';
    one.text = 'typed in the first, and more';
    two.text = 'typed in the second, and more';
    expect([one.text, two.text]).toEqual(['typed in the first, and more', 'typed in the second, and more']);
    const later = new Draft(storage);
    const texts = [later.text];
    while (later.canUndo && texts.length < 5) {
      later.undo();
      if (!texts.includes(later.text)) texts.push(later.text);
      else break;
    }
    expect(texts.sort()).toEqual(['typed in the first, and more', 'typed in the second, and more']);
  });

  it('say that another tab has its own, and bring it over without losing this one', () => {
    const storage = fresh();
    const [one, two] = [new Draft(storage), new Draft(storage)];
    two.text = 'theirs';
    said(storage, 'flipside.draft');
    expect(one.elsewhere).toBe('theirs');
    one.text = 'mine';
    one.takeElsewhere();
    expect([one.text, one.elsewhere]).toEqual(['theirs', null]);
    one.undo();
    expect(one.text).toBe('mine');
  });

  it('do not hear of what is none of theirs', () => {
    const storage = fresh();
    const draft = new Draft(storage);
    new Draft(storage).text = 'theirs';
    heard(storage, 'flipside.draft');
    said(storage, 'flipside.other');
    expect(draft.elsewhere).toBeNull();
  });

  it('that were set aside in two tabs are both kept', () => {
    const storage = memory();
    const [one, two] = [new Draft(storage), new Draft(storage)];
    one.text = 'first';
    one.replace('story');
    two.text = 'second';
    two.replace('story');
    const aside = JSON.parse(storage.getItem('flipside.draft.before')!) as string[];
    expect(aside.sort()).toEqual(['first', 'second']);
  });
});

describe('own sets', () => {
  it('that two tabs add are both kept, though neither knew of the other’s', () => {
    const storage = memory();
    const [one, two] = [new OwnSets(storage), new OwnSets(storage)];
    one.put(set('first', '1\n'));
    two.put(set('second', '2\n'));
    expect(new OwnSets(storage).sets.map(({ source }) => source.name).sort()).toEqual(['first', 'second']);
  });

  it('that another tab changed are taken over where this tab has left them alone', () => {
    const storage = fresh();
    const one = new OwnSets(storage);
    one.put(set('mine', '1\n'));
    const two = new OwnSets(storage);
    const changed: string[] = [];
    one.onelsewhere = (names) => changed.push(...names);
    two.put(set('mine', '2\n'));
    two.put(set('new', '3\n'));
    said(storage, 'flipside.sets');
    expect(one.sets.map(({ source }) => source.rows)).toEqual(['2\n', '3\n']);
    expect(changed).toEqual(['mine', 'new']);
    two.remove('new');
    said(storage, 'flipside.sets');
    expect(one.sets).toHaveLength(1);
    expect(one.parted).toEqual([]);
  });

  it('that both tabs changed are kept in both versions, and it is said', () => {
    const storage = memory();
    const one = new OwnSets(storage);
    one.put(set('mine', '1\n'));
    const two = new OwnSets(storage);
    one.put(set('mine', 'from one\n'));
    two.put(set('mine', 'from two\n'));
    expect(two.sets.map(({ source }) => [source.name, source.rows])).toEqual([
      ['mine', 'from two\n'],
      ['mine-other-tab', 'from one\n'],
    ]);
    expect(two.parted).toEqual(['mine-other-tab']);
    expect(two.sets[1]!.source.header).toContain('"mine-other-tab"');
    expect(new OwnSets(storage).sets).toHaveLength(2);
  });

  it('deleted in one tab and changed in the other stay', () => {
    const storage = memory();
    const one = new OwnSets(storage);
    one.put(set('mine', '1\n'));
    const two = new OwnSets(storage);
    one.remove('mine');
    two.put(set('mine', 'changed\n'));
    expect(new OwnSets(storage).sets.map(({ source }) => source.rows)).toEqual(['changed\n']);
  });
});

describe('preferences', () => {
  it('chosen in one tab hold in the other', () => {
    const storage = fresh();
    const [one, two] = [new Preferences(storage), new Preferences(storage)];
    one.theme = 'dark';
    one.window = 8;
    one.readouts = false;
    for (const key of ['flipside.theme', 'flipside.window', 'flipside.taps']) said(storage, key);
    expect(two).toMatchObject({ theme: 'dark', window: 8, readouts: false });
    one.theme = 'system';
    said(storage, 'flipside.theme');
    expect(two.theme).toBe('system');
    localStorage.clear();
    localStorage.setItem('flipside.details', 'open');
  });
});
