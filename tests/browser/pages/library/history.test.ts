/** Kept runs over the browser's real database, in one tab and in two. */
import { afterEach, describe, expect, it } from 'vitest';
import type { AppError } from '../../../../src/base/errors.ts';
import type { Recording } from '../../../../src/formats/runs/recording.ts';
import { browserDatabase, type Database, memoryDatabase } from '../../../../src/state/storage/database.ts';
import { History, type HistoryLimits } from '../../../../src/state/runs/history.svelte.ts';
import { browserTabs } from '../../../../src/state/storage/tabs.ts';
import { steeredRun, sampleSteering, sampleRun } from '../../../fixtures/samples/sample-run.ts';

let names: string[] = [];
let opened = 0;
const freshName = (): string => {
  opened += 1;
  const name = `test-history-${opened}-${Date.now()}`;
  names.push(name);
  return name;
};
afterEach(() => {
  for (const name of names) indexedDB.deleteDatabase(name);
  names = [];
});

const run = (id: string, more: Partial<Recording> = {}): Recording => ({ ...sampleRun(), id, ...more });

/** A tab: a history of its own on a database that others may have open too. */
function tab(name: string, limits?: HistoryLimits, connect: () => Promise<Database> = () => browserDatabase(name)) {
  const warnings: AppError[] = [];
  const history = new History({
    connect,
    tabs: browserTabs(name),
    warn: (problem) => warnings.push(problem),
    ...(limits === undefined ? {} : { limits }),
  });
  return { history, warnings };
}

describe('kept runs', () => {
  it('are there on the next visit, the newest first, and open as they were', async () => {
    const name = freshName();
    const { history } = tab(name);
    await history.keep(run('a', { title: 'First' }));
    await history.keep(run('b', { title: 'Second', text: 'Another.' }));
    const later = tab(name).history;
    await later.open();
    expect(later.items.map(({ title }) => title)).toEqual(['Second', 'First']);
    expect(await later.recording('a')).toEqual({ ...run('a', { title: 'First' }) });
    expect(later.bytes).toBe(later.items[0]!.bytes + later.items[1]!.bytes);
    expect(later.lasts('a')).toBe(true);
  });

  it('grow in place when they are continued, and are not kept twice when they are read again', async () => {
    const { history } = tab(freshName());
    await history.keep(run('a'));
    await history.rename('a', 'Mine');
    await history.keep(run('a', { text: 'Longer.' }));
    expect(history.items).toMatchObject([{ id: 'a', title: 'Mine', text: 'Longer.' }]);
    expect(await history.keep(run('c', { text: 'Longer.' }))).toBe('a');
    expect(history.items).toHaveLength(1);
    // Another probe reads something else.
    await history.keep(
      run('d', { text: 'Longer.', provenance: { ...sampleRun().provenance, probeSha256: 'cd'.repeat(32) } }),
    );
    expect(history.items).toHaveLength(2);
  });

  it('that have more readings stay where the same text is read again with fewer, and take those that are more', async () => {
    const { history } = tab(freshName());
    const { taps: readouts } = sampleRun();
    const [few, more] = [
      readouts.slice(0, 1),
      [...readouts, { ...readouts[0]!, afterToken: 0, stand: 'word' as const }],
    ];
    await history.keep(run('a', { taps: readouts }));
    expect(await history.keep(run('b', { taps: few }))).toBe('a');
    expect(history.items.map((head) => [head.id, head.taps])).toEqual([['a', readouts.length]]);
    expect((await history.recording('a')).taps).toHaveLength(readouts.length);
    expect(await history.keep(run('b', { taps: more }))).toBe('a');
    expect((await history.recording('a')).taps).toHaveLength(more.length);
    // Without any it is another run.
    expect(await history.keep(run('c', { taps: [] }))).toBe('c');
  });

  it('are found by the words of their title, text and probe, all of them', async () => {
    const { history } = tab(freshName());
    await history.keep(run('a', { title: 'Harbour', text: 'The boat sank.' }));
    await history.keep(run('b', { title: 'Market', text: 'The boat was sold.' }));
    expect(history.matching(' BOAT harb').map(({ id }) => id)).toEqual(['a']);
    expect(history.matching('kind–cruel boat')).toHaveLength(2);
    expect(history.matching('whale')).toEqual([]);
    expect(history.matching('  ')).toHaveLength(2);
    expect(history.find('The boat sank.', sampleRun().provenance.probeSha256, null)?.id).toBe('a');
  });

  it('that were steered stand beside those that were not, say by what, and are found by it', async () => {
    const name = freshName();
    const { history } = tab(name);
    const steered = (strength: number): Recording => ({
      ...steeredRun({ ...sampleSteering, strength }),
      id: `by-${strength}`,
    });
    await history.keep(run('a'));
    await history.keep(steered(0.26));
    await history.keep(steered(0.2600001));
    expect(await history.keep({ ...steered(0.26), id: 'again' })).toBe('by-0.26');
    const later = tab(name).history;
    await later.open();
    expect(later.items.map(({ push: steering }) => steering?.words ?? null)).toEqual([
      'steered to kind, layer 2, strength 0.26 (KL 1), own words only',
      'steered to kind, layer 2, strength 0.26 (KL 1), own words only',
      null,
    ]);
    expect(later.matching('steered KIND')).toHaveLength(2);
    const { text, provenance } = sampleRun();
    expect(later.find(text, provenance.probeSha256, null)?.id).toBe('a');
    expect(later.find(text, provenance.probeSha256, sampleSteering)?.id).toBe('by-0.26');
    expect(later.find(text, provenance.probeSha256, { ...sampleSteering, strength: 1 })).toBeNull();
    expect((await later.recording('by-0.26')).run!.push).toEqual(sampleSteering);
  });

  it('come back after they were deleted, file and all', async () => {
    const name = freshName();
    const { history } = tab(name);
    await history.keep(run('a'));
    await history.keep(run('b', { text: 'Other.' }));
    await history.remove(['a', 'b']);
    expect(history.items).toEqual([]);
    await expect(history.recording('a')).rejects.toMatchObject({ code: 'recording-invalid' });
    await history.undo();
    const later = tab(name).history;
    await later.open();
    expect(later.items.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect((await later.recording('a')).text).toBe(sampleRun().text);
  });

  it('that are here again when a deletion is undone come back once, and lose nothing', async () => {
    const { history } = tab(freshName());
    await history.keep(run('a'));
    await history.keep(run('b', { text: 'Short.' }));
    await history.remove(['a', 'b']);
    const again = await history.add(run('a'));
    await history.keep(run('b', { text: 'Short, and longer.' }));
    await history.undo();
    expect(history.items.map(({ text }) => text).sort()).toEqual(
      [sampleRun().text, 'Short, and longer.', 'Short.'].sort(),
    );
    expect(history.items.some(({ id }) => id === again)).toBe(true);
    const short = history.items.find(({ text }) => text === 'Short.')!;
    expect(await history.recording(short.id)).toMatchObject({ id: short.id, text: 'Short.' });
    expect(history.removed).toEqual([]);
  });

  it('beyond the limit go from the oldest on, are named, and can be saved until the page is closed', async () => {
    const { history } = tab(freshName(), { runs: 2, bytes: 1e9 });
    for (const id of ['a', 'b', 'c']) {
      await history.keep(run(id, { title: id, text: `text ${id}` }));
    }
    expect(history.items).toHaveLength(2);
    const [gone] = history.dropped;
    expect(history.dropped).toHaveLength(1);
    expect(history.items.some(({ id }) => id === gone!.id)).toBe(false);
    expect((await history.recording(gone!.id)).text).toBe(`text ${gone!.id}`);
    history.forgetDropped();
    await expect(history.recording(gone!.id)).rejects.toMatchObject({ code: 'recording-invalid' });
  });

  it('beyond the room go likewise, but never the one that was just made', async () => {
    const { history } = tab(freshName(), { runs: 200, bytes: 100 });
    await history.keep(run('a'));
    expect(history.items.map(({ id }) => id)).toEqual(['a']);
    await history.keep(run('b', { text: 'text b' }));
    expect(history.items.map(({ id }) => id)).toEqual(['b']);
    expect(history.dropped.map(({ id }) => id)).toEqual(['a']);
  });

  it('are taken in from a file once, however often', async () => {
    const { history } = tab(freshName());
    const id = await history.add(run('../../odd'));
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await history.add(run('else'))).toBe(id);
  });
});

describe('a browser that does not store', () => {
  it('is said once, and the runs stay in the page', async () => {
    const { history, warnings } = tab('x', undefined, async () => memoryDatabase('site data are blocked'));
    await history.open();
    await history.keep(run('a'));
    await history.keep(run('b', { text: 'text b' }));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ code: 'storage-refused' });
    expect(warnings[0]!.message).toMatch(/site data are blocked/);
    expect(history.refusal).toBe('site data are blocked');
    expect((await history.recording('b')).text).toBe('text b');
    expect(history.lasts('a')).toBe(false);
  });

  it('because it is full keeps what it has, and the new runs stay in the page, can be named, saved and deleted', async () => {
    const inner = memoryDatabase();
    let full = false;
    const database: Database = {
      ...inner,
      lasts: true,
      refusal: null,
      write: (changes) =>
        full && ('decide' in changes || changes.some((change) => 'put' in change))
          ? Promise.reject(new DOMException('no room', 'QuotaExceededError'))
          : inner.write(changes),
    };
    const { history, warnings } = tab('y', undefined, async () => database);
    await history.keep(run('a', { text: 'text a' }));
    full = true;
    await history.keep(run('b', { text: 'text b' }));
    await history.keep(run('c', { text: 'text c' }));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.message).toMatch(/1 run will not be here .*no room/);
    expect(history.items).toHaveLength(3);
    expect([history.lasts('a'), history.lasts('b')]).toEqual([true, false]);
    await history.rename('b', 'Named');
    expect((await history.recording('b')).title).toBe('Named');
    await history.remove(['b']);
    expect(history.items.map(({ id }) => id).sort()).toEqual(['a', 'c']);
    await history.undo();
    expect(history.items).toHaveLength(3);
  });

  it('whose database a newer page has changed is still read and written', async () => {
    const name = freshName();
    await tab(name).history.keep(run('a'));
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open(name, 9);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
      request.onerror = () => reject(request.error!);
    });
    const { history, warnings } = tab(name);
    await history.open();
    await history.keep(run('b', { text: 'text b' }));
    expect(history.items).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  it('and holds nonsense among the runs passes over it', async () => {
    const name = freshName();
    const database = await browserDatabase(name);
    await database.write([{ store: 'runs', put: { id: 'bad' } }]);
    const { history } = tab(name);
    await history.open();
    expect(history.items).toEqual([]);
  });
});

/** Opens the database as a page of that version would, which closes every other connection to it. */
const openAs = (name: string, version?: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
    request.onerror = () => reject(request.error!);
  });

describe('a database that is closed under the page', () => {
  it('by a newer page in another tab is opened again, and nothing is lost or warned of', async () => {
    const name = freshName();
    const { history, warnings } = tab(name);
    await history.keep(run('a', { text: 'text a' }));
    await openAs(name, 99);
    await history.keep(run('b', { text: 'text b' }));
    expect((await history.recording('a')).text).toBe('text a');
    const later = tab(name).history;
    await later.open();
    expect(later.items.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(warnings).toEqual([]);
  });

  it('because its site data were cleared is made anew: what comes is kept', async () => {
    const name = freshName();
    const { history, warnings } = tab(name);
    await history.keep(run('a', { text: 'text a' }));
    await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve));
    expect(await history.keep(run('b', { text: 'text b' }))).toBe('b');
    expect(history.items.map(({ id }) => id)).toEqual(['b']);
    expect(history.lasts('b')).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('without a word from the browser is found to be, and opened again', async () => {
    const name = freshName();
    const connections: IDBDatabase[] = [];
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function watched(...given: Parameters<typeof open>) {
      const request = open.apply(this, given);
      request.addEventListener('success', () => connections.push(request.result));
      return request;
    };
    try {
      const { history, warnings } = tab(name);
      await history.keep(run('a', { text: 'text a' }));
      connections.at(-1)!.close();
      expect(() => connections.at(-1)!.transaction('runs')).toThrow(/InvalidState|closing/);
      await history.keep(run('b', { text: 'text b' }));
      expect(history.items.map(({ id }) => id)).toEqual(['b', 'a']);
      expect([history.lasts('a'), history.lasts('b')]).toEqual([true, true]);
      expect(warnings).toEqual([]);
    } finally {
      IDBFactory.prototype.open = open;
    }
  });

  it('and does not come back leaves the runs in the page, with the name of an error that has no words', async () => {
    let gone = false;
    const inner = memoryDatabase();
    const refuse = (): Promise<never> => Promise.reject(new DOMException('', 'UnknownError'));
    const database: Database = {
      ...inner,
      lasts: true,
      refusal: null,
      all: (store) => (gone ? refuse() : inner.all(store)),
      get: (store, id) => (gone ? refuse() : inner.get(store, id)),
      write: (changes) => (gone ? refuse() : inner.write(changes)),
    };
    const { history, warnings } = tab('z', undefined, async () => database);
    await history.keep(run('a', { text: 'text a' }));
    gone = true;
    expect(await history.keep(run('b', { text: 'text b' }))).toBe('b');
    expect(await history.keep(run('c', { text: 'text a' }))).toBe('a');
    expect(history.items.map(({ text }) => text).sort()).toEqual(['text a', 'text b']);
    expect([history.lasts('a'), history.lasts('b')]).toEqual([false, false]);
    expect((await history.recording('b')).text).toBe('text b');
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('would not store it (UnknownError)'),
    ]);
  });
});

describe('two tabs at once', () => {
  it('that take in the same run at the same moment keep it once', async () => {
    const name = freshName();
    const tabs = Array.from({ length: 6 }, () => tab(name).history);
    await Promise.all(tabs.map((each) => each.open()));
    const ids = await Promise.all(tabs.map((each) => each.add(run('file', { text: 'the same text' }))));
    const later = tab(name).history;
    await later.open();
    expect(later.items.map(({ id }) => id)).toEqual([ids[0]]);
    expect(new Set(ids).size).toBe(1);
  });

  it('see each other’s runs, names and deletions', async () => {
    const name = freshName();
    const [one, two] = [tab(name).history, tab(name).history];
    await Promise.all([one.open(), two.open()]);
    await one.keep(run('a', { text: 'text a' }));
    await expect.poll(() => two.items.map(({ id }) => id)).toEqual(['a']);
    await two.rename('a', 'Named there');
    await expect.poll(() => one.items[0]?.title).toBe('Named there');
    await one.remove(['a']);
    await expect.poll(() => two.items).toEqual([]);
  });

  it('that write at the same time lose nothing', async () => {
    const name = freshName();
    const [one, two] = [tab(name).history, tab(name).history];
    await Promise.all(
      Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? one : two).keep(run(`run-${at}`, { text: `text ${at}` }))),
    );
    await expect.poll(() => [one.items.length, two.items.length]).toEqual([10, 10]);
  });

  it('keep a name that the other tab gave while this one continues the run', async () => {
    const name = freshName();
    const [one, two] = [tab(name).history, tab(name).history];
    await one.keep(run('a'));
    await two.open();
    await two.rename('a', 'Named there');
    await one.keep(run('a', { text: 'Longer.' }));
    await expect.poll(() => two.items).toMatchObject([{ title: 'Named there', text: 'Longer.' }]);
  });
});
