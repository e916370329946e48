/** What happens when two things are wanted at once, or one is wanted again. */
import { describe, expect, it } from 'vitest';
import { newReadingController, newSession } from '../support/reading-controllers.ts';
import { fakeFetch } from '../support/parts.ts';

const until = async (ready: () => boolean): Promise<void> => {
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 1));
};

/** A fetch whose recordings arrive when they are let through. */
function slowShelf() {
  const waiting = new Map<string, { arrive(): void; fail(): void }>();
  const fetchText = async (url: string): Promise<string> => {
    const id = /([^/]+)\.json$/.exec(url)![1]!;
    if (!['index', 'fork', 'betrayal'].includes(id))
      await new Promise<void>((arrive, reject) =>
        waiting.set(id, { arrive, fail: () => reject(new Error('offline')) }),
      );
    return fakeFetch(url);
  };
  return { waiting, fetchText };
}

describe('a story picked while the engine is at work', () => {
  it('is not written into when another text was being read to be continued', async () => {
    const { readingController, session, engines } = newReadingController({ pace: 2 });
    await readingController.open();
    await session.load();
    const going = readingController.goOn();
    await until(() => session.phase.kind === 'reading');
    await readingController.showStory('dream');
    const dream = readingController.reading!;
    const { length } = dream.tokens;
    await going;
    expect(readingController.reading).toBe(dream);
    expect(dream.tokens.length).toBe(length);
    expect(session.problem).toBeNull();
    expect(engines[0]!.calls.some((call) => call.startsWith('generate'))).toBe(false);
  });

  it('stays when the reading that it replaced is stopped before its first token', async () => {
    const { readingController, session, draft } = newReadingController({ pace: 5, slowStart: true });
    await readingController.open();
    await session.load();
    draft.text = 'Mine.';
    const reading = readingController.readDraft();
    await readingController.showStory('dream');
    session.stop();
    await reading;
    expect(readingController.reading?.frame.title).toBe('The dream');
  });

  it('does not replace the reader’s text when it arrives late', async () => {
    const { waiting, fetchText } = slowShelf();
    const { readingController, session, draft, stories } = newReadingController({}, fetchText);
    await readingController.open();
    await session.load();
    const story = readingController.showStory('dream');
    draft.text = 'Mine.';
    await readingController.readDraft();
    waiting.get('dream')!.arrive();
    await story;
    expect(readingController.reading?.frame.title).toBe('Your text');
    expect(stories.awaited).toBeNull();
  });
});

describe('a recording', () => {
  it('can be asked for again after it failed', async () => {
    const { waiting, fetchText } = slowShelf();
    const { readingController, session, stories } = newReadingController({}, fetchText);
    await readingController.open();
    const story = readingController.showStory('dream');
    expect(stories.awaited).toBe('dream');
    waiting.get('dream')!.fail();
    await story;
    expect(session.problem?.message).toContain('offline');
    expect(stories.awaited).toBeNull();
    expect(readingController.reading?.recording?.id).toBe('betrayal');
  });

  it('is shown again after the same story was continued', async () => {
    const { readingController, session } = newReadingController();
    await readingController.open();
    await session.load();
    await readingController.goOn();
    expect(readingController.reading?.recording).toBeNull();
    await readingController.showStory('betrayal');
    expect(readingController.reading?.recording?.id).toBe('betrayal');
  });
});

describe('the text in the engine’s memory', () => {
  const continued = async (options: Parameters<typeof newReadingController>[0] = {}) => {
    const parts = newReadingController(options);
    await parts.readingController.open();
    await parts.session.load();
    await parts.readingController.goOn();
    return { ...parts, given: parts.readingController.reading!.givenTokens };
  };

  it('is still there after a numbers check, with the border', async () => {
    const { readingController, session, engines, given } = await continued();
    await session.check();
    await readingController.goOn();
    expect(readingController.reading!.givenTokens).toBe(given);
    expect(engines[0]!.calls.filter((call) => call.startsWith('read'))).toHaveLength(1);
  });

  it('is read again after a restart, and the border stays where it was', async () => {
    const { readingController, session, engines, given } = await continued();
    const before = readingController.reading!;
    engines[0]!.die();
    await session.load();
    await readingController.goOn();
    expect(readingController.reading).not.toBe(before);
    expect(readingController.reading!.tokens.length).toBeGreaterThan(before.tokens.length);
    expect(readingController.reading!.givenTokens).toBe(given);
    expect(readingController.instrument.cells.filter((cell) => cell.shape.begins).map((cell) => cell.token)).toEqual([
      given,
    ]);
  });

  it('is still there after another text was refused', async () => {
    const { readingController, session, draft, engines } = await continued({
      failRead: 'text-too-long',
      failReadOf: 'far too long',
    });
    const before = readingController.reading!;
    draft.text = 'This is far too long.';
    await readingController.readDraft();
    expect(draft.fault?.code).toBe('text-too-long');
    expect(session.problem).toBeNull();
    expect(readingController.reading).toBe(before);
    expect(session.holds(before)).toBe(true);
    await readingController.goOn();
    expect(engines[0]!.calls.filter((call) => call.startsWith('generate'))).toHaveLength(2);
  });

  it('is gone once another text has begun', async () => {
    const { readingController, session, draft } = await continued();
    const before = readingController.reading!;
    draft.text = 'Mine.';
    await readingController.readDraft();
    expect(session.holds(before)).toBe(false);
    expect(session.holds(readingController.reading)).toBe(true);
  });
});

describe('asking before the model is there', () => {
  it('says that it must be loaded, and leaves what is on show', async () => {
    const { readingController, session, draft } = newReadingController();
    await readingController.open();
    const before = readingController.reading;
    draft.text = 'Mine.';
    await readingController.readDraft();
    expect(session.problem?.message).toMatch(/must be loaded first/);
    expect(readingController.reading).toBe(before);
  });
});

describe('a load that does not hear', () => {
  it('is left after two seconds, and another can begin', async () => {
    const { session, engines } = newSession({ stuck: true });
    const loading = session.load();
    await until(() => session.phase.kind === 'loading' && session.phase.progress?.phase === 'session');
    const before = performance.now();
    session.stop();
    await loading;
    expect(performance.now() - before).toBeLessThan(4000);
    expect(engines[0]!.disposed).toBe(true);
    expect(session.phase.kind).toBe('absent');
    expect(session.problem).toBeNull();
    expect(session.said).toBe('Stopped.');
    expect(session.busy).toBe(false);
  });
});
