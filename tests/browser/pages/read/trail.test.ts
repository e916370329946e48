/** Going back and forth through what was on show. Nothing is read again for it. */
import { describe, expect, it } from 'vitest';
import { newReadingController } from '../support/reading-controllers.ts';
import { sampleRun } from '../../../fixtures/samples/sample-run.ts';

const ready = async (options: Parameters<typeof newReadingController>[0] = {}) => {
  const parts = newReadingController(options);
  await parts.readingController.open();
  await parts.session.load();
  return parts;
};
const reads = (engines: readonly { calls: readonly string[] }[]): number =>
  engines.flatMap(({ calls }) => calls).filter((call) => /^(read|generate)/.test(call)).length;

describe('undo and redo', () => {
  it('have nothing to do on a page that was just opened', async () => {
    const { readingController } = await ready();
    expect([readingController.trail.last, readingController.trail.next]).toEqual([null, null]);
    readingController.undo();
    readingController.redo();
    expect(readingController.reading?.frame.title).toBe('Betrayal');
  });

  it('go through stories, runs and readings, and back to where one looked', async () => {
    const { readingController, draft, engines } = await ready();
    readingController.view.layer = 20;
    readingController.view.toggleLock(7);
    await readingController.showStory('dream');
    readingController.showRun(sampleRun());
    draft.text = 'Mine is read.';
    await readingController.readDraft();
    const before = reads(engines);
    const titles = ['Your text', sampleRun().title, 'The dream', 'Betrayal'];
    for (const title of titles.slice(1)) {
      readingController.undo();
      expect(readingController.reading?.frame.title).toBe(title);
    }
    expect(readingController.view).toMatchObject({ layer: 20, at: 7, locked: true });
    expect(readingController.trail.last).toBeNull();
    for (const title of titles.slice(0, 3).reverse()) {
      readingController.redo();
      expect(readingController.reading?.frame.title).toBe(title);
    }
    expect(readingController.trail.next).toBeNull();
    expect(reads(engines)).toBe(before);
  });

  it('take a continuation back to the text before it, which can be continued anew', async () => {
    const { readingController, session, draft } = await ready();
    draft.text = 'He went out.';
    await readingController.readDraft();
    await readingController.goOn();
    const whole = readingController.reading!;
    expect(whole.tokens.length).toBeGreaterThan(4);
    readingController.undo();
    expect(readingController.reading!.text).toBe('He went out.');
    expect(readingController.reading!.givenTokens).toBe(readingController.reading!.tokens.length);
    expect(readingController.instrument.cells).toHaveLength(readingController.reading!.tokens.length);
    readingController.redo();
    expect(readingController.reading).toBe(whole);
    expect(session.holds(whole)).toBe(true);
    readingController.undo();
    readingController.undo();
    readingController.redo();
    expect(readingController.reading!.text).toBe('He went out.');
    await readingController.goOn();
    expect(readingController.reading).not.toBe(whole);
    expect(readingController.reading!.text).toBe(whole.text);
    expect(readingController.reading!.continuations).toMatchObject([{ fromCharacter: 12 }]);
  });

  it('forget a reading that was refused, and one that was stopped before its first token', async () => {
    const { readingController, draft } = await ready({ failRead: 'text-too-long', failReadOf: 'far too long' });
    draft.text = 'This is far too long.';
    await readingController.readDraft();
    expect(readingController.trail.last).toBeNull();
    const slow = await ready({ pace: 3, slowStart: true });
    slow.draft.text = 'Mine.';
    const reading = slow.readingController.readDraft();
    slow.session.stop();
    await reading;
    expect(slow.readingController.trail.last).toBeNull();
    expect(slow.readingController.reading?.frame.title).toBe('Betrayal');
  });

  it('bring back the settings of a step that changed them, and no others', async () => {
    const { readingController, preferences } = await ready();
    preferences.grain = 'sentence';
    readingController.step('a link', { settings: true }, () => {
      preferences.window = 8;
      readingController.view.head = 'positive';
      readingController.sampling = { ...readingController.sampling, seed: 9 };
    });
    await readingController.showStory('dream');
    preferences.grain = 'token';
    readingController.undo();
    expect(preferences.grain).toBe('token');
    readingController.undo();
    expect([preferences.grain, readingController.view.head, readingController.sampling.seed]).toEqual([
      'sentence',
      'difference',
      1,
    ]);
    readingController.redo();
    expect([readingController.view.head, readingController.sampling.seed]).toEqual(['positive', 9]);
  });

  it('a new step ends what could be made again', async () => {
    const { readingController } = await ready();
    await readingController.showStory('dream');
    readingController.undo();
    await readingController.showStory('redemption');
    expect(readingController.trail.next).toBeNull();
    readingController.undo();
    expect(readingController.reading?.frame.title).toBe('Betrayal');
  });

  it('give the reader’s own text back that a copy of the text on show replaced, and lose nothing typed since', async () => {
    const { readingController, draft } = await ready();
    draft.text = 'Mine.';
    readingController.edit();
    expect([readingController.source, draft.text === readingController.reading?.text]).toEqual(['own', true]);
    draft.text += ' And more.';
    const typed = draft.text;
    readingController.undo();
    expect([readingController.source, draft.text]).toEqual(['story', 'Mine.']);
    expect(draft.canUndo).toBe(true);
    readingController.redo();
    expect(draft.text).toBe(typed);
    draft.undo();
    expect(draft.text).toBe('Mine.');
  });
});
