/** Going back and forth through what was on show. Nothing is read again for it. */
import { describe, expect, it } from 'vitest';
import { newDesk } from '../support/desks.ts';
import { sampleRun } from '../../../fixtures/samples/sample-run.ts';

const ready = async (options: Parameters<typeof newDesk>[0] = {}) => {
  const parts = newDesk(options);
  await parts.desk.open();
  await parts.session.load();
  return parts;
};
const reads = (engines: readonly { calls: readonly string[] }[]): number =>
  engines.flatMap(({ calls }) => calls).filter((call) => /^(read|generate)/.test(call)).length;

describe('undo and redo', () => {
  it('have nothing to do on a page that was just opened', async () => {
    const { desk } = await ready();
    expect([desk.trail.last, desk.trail.next]).toEqual([null, null]);
    desk.undo();
    desk.redo();
    expect(desk.reading?.frame.title).toBe('Betrayal');
  });

  it('go through stories, runs and readings, and back to where one looked', async () => {
    const { desk, draft, engines } = await ready();
    desk.view.layer = 20;
    desk.view.toggleLock(7);
    await desk.showStory('dream');
    desk.showRun(sampleRun());
    draft.text = 'Mine is read.';
    await desk.readDraft();
    const before = reads(engines);
    const titles = ['Your text', sampleRun().title, 'The dream', 'Betrayal'];
    for (const title of titles.slice(1)) {
      desk.undo();
      expect(desk.reading?.frame.title).toBe(title);
    }
    expect(desk.view).toMatchObject({ layer: 20, at: 7, locked: true });
    expect(desk.trail.last).toBeNull();
    for (const title of titles.slice(0, 3).reverse()) {
      desk.redo();
      expect(desk.reading?.frame.title).toBe(title);
    }
    expect(desk.trail.next).toBeNull();
    expect(reads(engines)).toBe(before);
  });

  it('take a continuation back to the text before it, which can be continued anew', async () => {
    const { desk, session, draft } = await ready();
    draft.text = 'He went out.';
    await desk.readDraft();
    await desk.goOn();
    const whole = desk.reading!;
    expect(whole.tokens.length).toBeGreaterThan(4);
    desk.undo();
    expect(desk.reading!.text).toBe('He went out.');
    expect(desk.reading!.givenTokens).toBe(desk.reading!.tokens.length);
    expect(desk.instrument.cells).toHaveLength(desk.reading!.tokens.length);
    desk.redo();
    expect(desk.reading).toBe(whole);
    expect(session.holds(whole)).toBe(true);
    desk.undo();
    desk.undo();
    desk.redo();
    expect(desk.reading!.text).toBe('He went out.');
    await desk.goOn();
    expect(desk.reading).not.toBe(whole);
    expect(desk.reading!.text).toBe(whole.text);
    expect(desk.reading!.continuations).toMatchObject([{ fromCharacter: 12 }]);
  });

  it('forget a reading that was refused, and one that was stopped before its first token', async () => {
    const { desk, draft } = await ready({ failRead: 'text-too-long', failReadOf: 'far too long' });
    draft.text = 'This is far too long.';
    await desk.readDraft();
    expect(desk.trail.last).toBeNull();
    const slow = await ready({ pace: 3, slowStart: true });
    slow.draft.text = 'Mine.';
    const reading = slow.desk.readDraft();
    slow.session.stop();
    await reading;
    expect(slow.desk.trail.last).toBeNull();
    expect(slow.desk.reading?.frame.title).toBe('Betrayal');
  });

  it('bring back the settings of a step that changed them, and no others', async () => {
    const { desk, preferences } = await ready();
    preferences.grain = 'sentence';
    desk.step('a link', { settings: true }, () => {
      preferences.window = 8;
      desk.view.head = 'positive';
      desk.sampling = { ...desk.sampling, seed: 9 };
    });
    await desk.showStory('dream');
    preferences.grain = 'token';
    desk.undo();
    expect(preferences.grain).toBe('token');
    desk.undo();
    expect([preferences.grain, desk.view.head, desk.sampling.seed]).toEqual(['sentence', 'difference', 1]);
    desk.redo();
    expect([desk.view.head, desk.sampling.seed]).toEqual(['positive', 9]);
  });

  it('a new step ends what could be made again', async () => {
    const { desk } = await ready();
    await desk.showStory('dream');
    desk.undo();
    await desk.showStory('redemption');
    expect(desk.trail.next).toBeNull();
    desk.undo();
    expect(desk.reading?.frame.title).toBe('Betrayal');
  });

  it('give the reader’s own text back that a copy of the text on show replaced, and lose nothing typed since', async () => {
    const { desk, draft } = await ready();
    draft.text = 'Mine.';
    desk.edit();
    expect([desk.source, draft.text === desk.reading?.text]).toEqual(['own', true]);
    draft.text += ' And more.';
    const typed = draft.text;
    desk.undo();
    expect([desk.source, draft.text]).toEqual(['story', 'Mine.']);
    expect(draft.canUndo).toBe(true);
    desk.redo();
    expect(draft.text).toBe(typed);
    draft.undo();
    expect(draft.text).toBe('Mine.');
  });
});
