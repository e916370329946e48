/** Sessions and desks over the fake engine, and a storage in memory. */
import {
  ReadingController,
  type ReadingControllerParts,
} from '../../../../src/state/runs/reading-controller.svelte.ts';
import { Draft } from '../../../../src/state/runs/draft.svelte.ts';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { Session } from '../../../../src/state/engine/session.svelte.ts';
import { Stories } from '../../../../src/state/runs/stories.svelte.ts';
import type { FetchText } from '../../../../src/state/runs/stories.svelte.ts';
import { FakeEngine } from './fake-engine.ts';
import type { FakeOptions } from './fake-engine.ts';
import { fakeFetch } from './parts.ts';
import { SAMPLE_CARD } from './sample.ts';

/** A storage that forgets with the test. */
export const memory = (): Storage => {
  const map = new Map<string, string>();
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  } as Storage;
};

/** A session with the engines that it has made. */
export function newSession(options: FakeOptions = {}) {
  const engines: FakeEngine[] = [];
  const connect = () => {
    const engine = new FakeEngine(options);
    engines.push(engine);
    return engine;
  };
  const session = new Session({
    connect,
    probeFiles: () => Promise.resolve({ json: '', tensors: new ArrayBuffer(0), sets: [] }),
    model: () => ({ source: { kind: 'site', manifestUrl: 'm.json' }, hosts: [] }),
  });
  return { session, engines };
}

/** A reading controller that draws at once. */
export function newReadingController(
  options: FakeOptions = {},
  fetchText: FetchText = fakeFetch,
  more: Partial<ReadingControllerParts> = {},
) {
  const { session, engines } = newSession(options);
  const stories = new Stories(fetchText, './recordings/');
  const draft = new Draft(null);
  const preferences = new Preferences(null);
  const readingController = new ReadingController({
    session,
    stories,
    draft,
    preferences,
    probeCard: () => Promise.resolve(SAMPLE_CARD),
    schedule: (commit) => commit(),
    ...more,
  });
  return { readingController, session, engines, stories, draft, preferences };
}
