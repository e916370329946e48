import { describe, expect, it } from 'vitest';
import type { Recording } from '../../../src/format/recording.ts';
import { ComparedRuns } from '../../../src/state/compared-runs.svelte.ts';
import { Library, type KeptProbe } from '../../../src/state/library.svelte.ts';
import { Preferences } from '../../../src/state/preferences.svelte.ts';
import { Probes } from '../../../src/state/probes.svelte.ts';
import { RunDifference } from '../../../src/state/run-difference.svelte.ts';
import type { RunOffer } from '../../../src/state/run-offers.ts';
import { memoryShelf } from '../../../src/state/shelf.ts';
import { shownRun } from '../../../src/state/shown-run.ts';
import { newDesk } from './desks.ts';
import { sampleOffer } from './sample-bundle.ts';
import { BETRAYAL, SAMPLE_CARD, sampleRecording } from './sample.ts';

/** Offers that arrive when the test says so. */
function offersOf(...ids: string[]) {
  const arrivals = new Map<string, { give: (recording: Recording) => void; fail: (error: Error) => void }>();
  const offers: RunOffer[] = ids.map((id) => ({ key: id, title: id.toUpperCase(), recording: () => new Promise((give, fail) => arrivals.set(id, { give, fail })) }));
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

  it('have taps after the same sentence ends, and by sentence a mean and a tap', async () => {
    const { offers, arrive } = offersOf('one', 'two');
    const runs = runsOver(() => offers);
    void runs.settle();
    await arrive('one', 'He came home. She slept.');
    await arrive('two', 'He came home. She never slept.');
    const difference = new RunDifference(runs);
    expect(difference.taps).toHaveLength(2);
    expect(difference.sentences.a).toHaveLength(2);
    expect(difference.sentences.a[1]!.tap).toBe(difference.taps[1]!.a);
  });
});

describe('the reading on show', () => {
  const hex = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> => Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');

  it('is offered once it was read, with the hash of the probe’s two files', async () => {
    const { desk, session, draft } = newDesk();
    const probes = new Probes([sampleOffer('kind-cruel', 'Kind–cruel', SAMPLE_CARD.axis, 1)], new Library(() => Promise.resolve(memoryShelf<KeptProbe>())), null);
    await desk.open();
    expect(shownRun({ desk, session, probes })).toBeNull();
    await session.load();
    draft.replace('He fed the dog. Then he kicked it.');
    await desk.readDraft();
    const offer = shownRun({ desk, session, probes });
    const recording = await offer!.recording();
    const { json, tensors } = await probes.needChosen().files();
    expect(recording.provenance.probeSha256).toBe(await hex(new Uint8Array([...new TextEncoder().encode(json), ...new Uint8Array(tensors)])));
    expect(recording.text).toBe('He fed the dog. Then he kicked it.');
    expect(recording.scores).toHaveLength(recording.tokens.length * recording.layers);
    expect(recording.taps).toHaveLength(2);
  });
});
