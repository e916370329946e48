/** What 0.1.0 and 0.2.0 left in a browser's storage is found by today's page. */
import { afterEach, expect, it } from 'vitest';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { browserDatabase } from '../../../../src/state/storage/database.ts';
import { memory } from '../support/reading-controllers.ts';

const NAME = `test-released-${Date.now()}`;
afterEach(() => void indexedDB.deleteDatabase(NAME));

it('the database of 0.1.0, with probes alone, keeps them and takes runs too', async () => {
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('probes', { keyPath: 'id' }).put({ id: 'mine', json: '{}' });
    };
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
    request.onerror = () => reject(request.error!);
  });
  const database = await browserDatabase(NAME);
  expect(await database.all('probes')).toEqual([{ id: 'mine', json: '{}' }]);
  expect(await database.all('runs')).toEqual([]);
});

it('the preferences of 0.1.0 and 0.2.0 still hold, but for the choice among views that are raw now', () => {
  const storage = memory();
  for (const [key, value] of Object.entries({ theme: 'dark', window: '10', taps: 'no', lines: 'no', grain: 'word' }))
    storage.setItem(`flipside.${key}`, value);
  const { theme, window, readouts, lines, grain } = new Preferences(storage);
  expect({ theme, window, taps: readouts, lines, grain }).toEqual({
    theme: 'dark',
    window: 10,
    taps: false,
    lines: false,
    grain: 'reading',
  });
});
