import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/base/errors.ts';
import { Draft } from '../../../../src/state/runs/draft.svelte.ts';
import { memory } from '../support/reading-controllers.ts';

const full = {
  getItem: () => null,
  removeItem: () => undefined,
  setItem: () => {
    throw new DOMException('full', 'QuotaExceededError');
  },
} as unknown as Storage;

describe('the draft', () => {
  it('survives a reload', () => {
    const storage = memory();
    new Draft(storage).text = 'kept';
    expect(new Draft(storage).text).toBe('kept');
  });

  it('works where storage is full or refused', () => {
    const draft = new Draft(full);
    draft.text = 'still here';
    expect(draft.text).toBe('still here');
    expect(new Draft(null).text).toBe('');
  });

  it('brings back what a story replaced', () => {
    const draft = new Draft(null);
    draft.text = 'mine';
    draft.replace('a story');
    expect(draft.canUndo).toBe(true);
    draft.undo();
    expect(draft.text).toBe('mine');
    expect(draft.canUndo).toBe(false);
  });

  it('names half a character', () => {
    const draft = new Draft(null);
    draft.text = 'a \ud83d';
    expect(draft.fault?.code).toBe('text-malformed');
  });

  it('brings back the reader’s own text after two stories', () => {
    const draft = new Draft(null);
    draft.text = 'mine';
    draft.replace('story A');
    draft.replace('story B');
    draft.undo();
    expect(draft.text).toBe('mine');
  });

  it('brings it back after the story was altered, which is then not lost either', () => {
    const draft = new Draft(null);
    draft.text = 'mine';
    draft.replace('story A');
    draft.text = 'story A!';
    expect(draft.canUndo).toBe(true);
    draft.undo();
    expect(draft.text).toBe('mine');
    draft.undo();
    expect(draft.text).toBe('story A!');
  });

  it('brings it back after a reload', () => {
    const storage = memory();
    const draft = new Draft(storage);
    draft.text = 'mine';
    draft.replace('story A');
    const later = new Draft(storage);
    expect(later.text).toBe('story A');
    later.undo();
    expect(later.text).toBe('mine');
  });

  it('takes nonsense in storage for nothing', () => {
    const storage = memory();
    storage.setItem('flipside.draft.before', '{"a":');
    expect(new Draft(storage).canUndo).toBe(false);
    storage.setItem('flipside.draft.before', '[1,"x"]');
    expect(new Draft(storage).canUndo).toBe(true);
  });

  it('finds no fault with an empty box until one asks to read it, nor after it has changed', () => {
    const draft = new Draft(null);
    draft.text = '  ';
    expect(draft.fault).toBeNull();
    expect(draft.ask()).toBe(false);
    expect(draft.fault?.code).toBe('text-empty');
    draft.text = ' ';
    expect(draft.fault).toBeNull();
  });

  it('forgets a refusal once the text changes', () => {
    const draft = new Draft(null);
    draft.text = 'long';
    draft.refuse(new AppError('text-too-long', 'x'));
    expect(draft.fault?.code).toBe('text-too-long');
    draft.text = 'lon';
    expect(draft.fault).toBeNull();
  });
});
