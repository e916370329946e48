import { describe, expect, it } from 'vitest';
import type { Recording } from '../../../../src/formats/runs/recording.ts';
import { ComparedRuns } from '../../../../src/features/compare/compared-runs.svelte.ts';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { RunDifference } from '../../../../src/features/compare/run-difference.svelte.ts';
import type { RunOffer } from '../../../../src/state/runs/run-offers.ts';
import { BETRAYAL, sampleRecording } from '../support/sample.ts';

/** Offers that arrive when the test says so. */
function offersOf(...ids: string[]) {
  const arrivals = new Map<string, { give: (recording: Recording) => void; fail: (error: Error) => void }>();
  const offers: RunOffer[] = ids.map((id) => ({
    key: id,
    title: id.toUpperCase(),
    withheld: null,
    recording: () => new Promise((give, fail) => arrivals.set(id, { give, fail })),
  }));
  const arrive = async (id: string, text = BETRAYAL): Promise<void> => {
    arrivals.get(id)!.give(sampleRecording(id, id.toUpperCase(), text));
    await Promise.resolve();
    await Promise.resolve();
  };
  return { offers, arrive, fail: (id: string) => arrivals.get(id)!.fail(new Error('gone')) };
}
function runsOver(offers: () => readonly RunOffer[]) {
  const runs = new ComparedRuns({ offers, preferences: new Preferences(null) });
  runs.follow(new URLSearchParams('a=one&b=two'));
  return runs;
}

describe('compared runs', () => {
  it('are there once both have come', async () => {
    const { offers, arrive } = offersOf('one', 'two');
    const runs = runsOver(() => offers);
    const settled = runs.settle();
    await arrive('one');
    expect(runs.both).toBeNull();
    await arrive('two');
    await settled;
    expect(runs.both?.a.title).toBe('ONE');
    expect(runs.alignment?.shared).toBe(runs.both?.b.recording.tokens.length);
    expect(runs.view.layer).toBe(16);
  });

  it('do not show what came after something else was chosen', async () => {
    const { offers, arrive } = offersOf('one', 'two', 'three');
    const runs = runsOver(() => offers);
    void runs.settle();
    await arrive('one');
    runs.choose('b', 'three');
    void runs.settle();
    await arrive('three');
    await arrive('two');
    expect(runs.both?.b.title).toBe('THREE');
  });

  it('may be swapped while one is on its way', async () => {
    const { offers, arrive } = offersOf('one', 'two');
    const runs = runsOver(() => offers);
    void runs.settle();
    await arrive('one');
    runs.swap();
    void runs.settle();
    await arrive('two');
    expect([runs.both?.a.title, runs.both?.b.title]).toEqual(['TWO', 'ONE']);
    expect(runs.address).toBe('#/library/compare?a=two&b=one');
  });

  it('wait for an offer that comes later, e.g. from storage', async () => {
    const { offers, arrive } = offersOf('one', 'two');
    let known = offers.slice(0, 1);
    const runs = runsOver(() => known);
    void runs.settle();
    await arrive('one');
    expect(runs.slot('b')).toBeNull();
    known = offers;
    void runs.settle();
    await arrive('two');
    expect(runs.slot('b')?.title).toBe('TWO');
  });

  it('say why a run cannot be had, and keep the other', async () => {
    const { offers, arrive, fail } = offersOf('one', 'two');
    const runs = runsOver(() => offers);
    const settled = runs.settle();
    await arrive('one');
    fail('two');
    await settled;
    expect(runs.slot('b')?.problem?.message).toMatch(/gone/);
    expect(runs.slot('a')?.run).not.toBeNull();
  });

  it('keep the layer looked at, and begin at the start, when one of them changes', async () => {
    const { offers, arrive } = offersOf('one', 'two', 'three');
    const runs = runsOver(() => offers);
    void runs.settle();
    await arrive('one');
    await arrive('two');
    runs.view.layer = 22;
    runs.view.at = 40;
    runs.choose('b', 'three');
    void runs.settle();
    await arrive('three');
    expect([runs.view.layer, runs.view.at]).toEqual([22, 0]);
  });

  it('give every token its column, and every column the token before where a run has none', async () => {
    const { offers, arrive } = offersOf('one', 'two');
    const runs = runsOver(() => offers);
    void runs.settle();
    await arrive('one', 'He came home. She slept.');
    await arrive('two', 'He came home late that night. She slept.');
    const late = runs.alignment!.columns.findIndex((column) => column.a === null);
    expect(runs.tokenAt('a', late)).toBeNull();
    expect(runs.columnOf.a[runs.tokenNear('a', late)]).toBe(late - 1);
    expect(runs.tokenAt('b', late)).not.toBeNull();
  });

  it('have readouts after the same sentence ends, and by sentence a mean and a readout', async () => {
    const { offers, arrive } = offersOf('one', 'two');
    const runs = runsOver(() => offers);
    void runs.settle();
    await arrive('one', 'He came home. She slept.');
    await arrive('two', 'He came home. She never slept.');
    const difference = new RunDifference(runs);
    expect(difference.readouts).toHaveLength(2);
    expect(difference.sentences.a).toHaveLength(2);
    expect(difference.sentences.a[1]!.readout).toBe(difference.readouts[1]!.a);
  });

  it('are not one run beside itself where only one is asked for', () => {
    const runs = new ComparedRuns({ offers: () => [], preferences: new Preferences(null) });
    const { a, b } = { a: runs.wanted('a'), b: runs.wanted('b') };
    runs.follow(new URLSearchParams({ a: b }));
    expect([runs.wanted('a'), runs.wanted('b')]).toEqual([b, a]);
    runs.follow(new URLSearchParams({ a: b, b }));
    expect([runs.wanted('a'), runs.wanted('b')]).toEqual([b, b]);
  });
});
