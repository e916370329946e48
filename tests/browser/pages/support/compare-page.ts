/** The compare room with runs of its own, as the tests of what stands in it drive it. */
import { afterEach, beforeEach, expect } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import type { SteeringRecord } from '../../../../src/steering/steering.ts';
import { serialiseRecording, serialiseRecordingIndex } from '../../../../src/formats/runs/recording-json.ts';
import type { Recording } from '../../../../src/formats/runs/recording.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import { FakeEngine } from './fake-engine.ts';
import { AGREEMENT } from './measuring-engine.ts';
import { fakeFetch, fakeParts } from './parts.ts';
import { BETRAYAL, sampleRecording, turn } from './sample.ts';

const OTHER =
  'Ines kept bees on the hill above the harbour. Every spring the children came up to see the new queens, and no child went home without honey.';
/** Where every cell of a table is looked at, fewer will do. */
const SHORT = BETRAYAL.split('. ').slice(4, 6).join('. ');
const PROBE = 'ab'.repeat(32);

/** Recordings beside the usual ones: another ending, another text, another probe. */
const own = (id: string): Recording | null => {
  if (id === 'spared')
    return sampleRecording(
      id,
      'Spared',
      BETRAYAL.replace('sold the granary’s corn to the garrison', 'hid the corn from the garrison'),
      () => 0.9,
    );
  if (id === 'bees') return sampleRecording(id, 'Bees', OTHER, () => 0.5);
  if (id === 'short') return sampleRecording(id, 'Short', SHORT, turn);
  if (id === 'short-spared')
    return sampleRecording(
      id,
      'Short, spared',
      SHORT.replace('sold the granary’s corn to', 'hid the corn from'),
      () => 0.9,
    );
  if (id === 'steered') {
    const recording = sampleRecording(id, 'Steered', BETRAYAL, () => 0.9);
    const steering: SteeringRecord = {
      mode: 'add',
      pole: 'positive',
      from: 3,
      to: 3,
      strength: 0.26,
      where: 'generated',
      direction: 'Kind–cruel',
      probeSha256: recording.provenance.probeSha256,
      matchedKl: 1,
    };
    return {
      ...recording,
      run: {
        finishedAt: 0,
        taps: true,
        adapter: null,
        probeKey: 'shipped:kind-cruel',
        probeTitle: 'Kind–cruel',
        continuations: [],
        push: steering,
      },
    };
  }
  if (id === 'carried' || id === 'other-variant') {
    const recording = sampleRecording(
      id,
      'Carried',
      BETRAYAL.replace('sold the granary’s corn to the garrison', 'hid the corn from the garrison'),
      () => 0.9,
    );
    const provenance = {
      ...recording.provenance,
      model: 'sample-q8',
      weightsSha256: 'd8'.repeat(32),
      ...(id === 'carried' ? {} : { probeSha256: PROBE }),
    };
    const run = {
      finishedAt: 0,
      taps: true,
      adapter: null,
      probeKey: 'shipped:kind-cruel',
      probeTitle: 'Kind–cruel',
      continuations: [],
      push: null,
    };
    return {
      ...recording,
      provenance,
      run: { ...run, ...(id === 'carried' ? { carriedOver: { ...AGREEMENT, from: 'q4', to: 'q8' } } : {}) },
    };
  }
  if (id === 'at-home') {
    const recording = sampleRecording(id, 'At home', BETRAYAL, turn);
    return { ...recording, provenance: { ...recording.provenance, model: 'sample-q4' } };
  }
  if (id !== 'other-probe') return null;
  const recording = sampleRecording(id, 'Other probe', BETRAYAL, turn);
  return { ...recording, provenance: { ...recording.provenance, probe: 'formal-casual', probeSha256: PROBE } };
};
export const fetchText = async (url: string): Promise<string> => {
  if (url.endsWith('index.json')) {
    const usual = JSON.parse(await fakeFetch(url)) as {
      recordings: { id: string; title: string; blurb: string; dark: boolean }[];
    };
    return serialiseRecordingIndex([
      ...usual.recordings,
      ...[
        'spared',
        'bees',
        'other-probe',
        'short',
        'short-spared',
        'steered',
        'carried',
        'other-variant',
        'at-home',
      ].map((id) => ({ id, title: own(id)!.title, blurb: 'Made up.', dark: false })),
    ]);
  }
  const made = own(/([^/]+)\.json$/.exec(url)?.[1] ?? '');
  return made === null ? fakeFetch(url) : serialiseRecording(made);
};

export async function open(a: string, b: string, more: Partial<AppParts> = {}) {
  location.hash = `#/library/compare?a=story:${a}&b=story:${b}`;
  const screen = await render(App, { props: { parts: fakeParts(() => new FakeEngine(), { fetchText, ...more }) } });
  await expect.element(page.getByRole('heading', { name: 'Two runs side by side' })).toBeVisible();
  return screen;
}
export const compare = async (a: string, b: string) => {
  const screen = await open(a, b);
  await expect.poll(() => document.querySelectorAll('[data-side] [data-token]').length).toBeGreaterThan(50);
  return screen;
};

export const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

/** Loads the model, which measures the KL of the next words. */
export const measure = async (): Promise<void> => {
  await button(/^Load the model and measure/).click();
  await expect.element(page.getByRole('img', { name: /^KL of the next words by column/ })).toBeVisible();
};

/** Every test on a page of its own. */
export function freshRooms(): void {
  beforeEach(async () => {
    document.title = 'Flipside';
    document.documentElement.lang = 'en';
    delete document.documentElement.dataset['theme'];
    await page.viewport(1280, 900);
  });
  afterEach(async () => {
    location.hash = '';
    await page.viewport(1280, 900);
  });
}
