import { flushSync } from 'svelte';
import { describe, expect, it } from 'vitest';
import type { TokenBatch } from '../../../../src/reading/reading.ts';
import { ReadingController } from '../../../../src/state/runs/reading-controller.svelte.ts';
import { Draft } from '../../../../src/state/runs/draft.svelte.ts';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { ReadingState } from '../../../../src/state/runs/reading.svelte.ts';
import { recordRun } from '../../../../src/state/runs/run-record.ts';
import { Stories } from '../../../../src/state/runs/stories.svelte.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { Session } from '../../../../src/state/engine/session.svelte.ts';
import { memory, newReadingController, newSession } from '../support/reading-controllers.ts';
import { fakeFetch } from '../support/parts.ts';
import {
  ALARM,
  cut,
  EXPLAINED,
  LAYERS,
  polesFor,
  SAMPLE_CARD,
  sampleRecording,
  scoresFor,
  wordsFor,
} from '../support/sample.ts';
import { track } from '../support/track.svelte.ts';

const frame = {
  title: 'T',
  axis: SAMPLE_CARD.axis,
  defaultLayer: 16,
  layers: LAYERS,
  calibration: SAMPLE_CARD.calibration,
  explained: EXPLAINED,
  alarm: ALARM,
  poles: null,
};
const SAMPLING = { temperature: 0.8, topK: 0, topP: 0.95, seed: 1, maxTokens: 8 };
const batch = (start: number, words: string): TokenBatch => {
  const pieces = cut(words);
  const scores = scoresFor(pieces.length + 1, () => 1, 2);
  return {
    start,
    pieces,
    scores: scores.slice(LAYERS),
    words: wordsFor(scores).slice(LAYERS),
    poles: polesFor(scores.slice(LAYERS)),
  };
};

describe('a reading', () => {
  it('replaces its token list once a frame, however many batches arrive', () => {
    const frames: (() => void)[] = [];
    const reading = ReadingState.live(frame, (commit) => frames.push(commit));
    reading.sink.tokens(batch(0, 'One two'));
    const before = reading.tokens;
    reading.sink.tokens(batch(2, ' three four'));
    expect(reading.tokens).toBe(before);
    expect(frames).toHaveLength(1);
    frames[0]!();
    expect(reading.text).toBe('One two three four');
  });

  it('grows past its first buffer and keeps every score', () => {
    const reading = ReadingState.live(frame, (commit) => commit());
    const all = scoresFor(1001, () => 0, 9).slice(LAYERS);
    const words = wordsFor(all);
    for (let token = 0; token < 1000; token += 1) {
      const at = (values: Float32Array): Float32Array => values.slice(token * LAYERS, (token + 1) * LAYERS);
      reading.sink.tokens({
        start: token,
        pieces: [{ id: 1, text: 'a' }],
        scores: at(all),
        words: at(words),
        poles: null,
      });
    }
    expect([...reading.scores.slice(0, 1000 * LAYERS)]).toEqual([...all]);
    expect([...reading.words.slice(0, 1000 * LAYERS)]).toEqual([...words]);
  });

  it('refuses a batch that leaves a gap', () => {
    const reading = ReadingState.live(frame, (commit) => commit());
    expect(() => reading.sink.tokens(batch(3, 'x'))).toThrow(/Tokens 3 arrived where 0 was due/);
    expect(() => reading.sink.tokens({ ...batch(0, 'x'), words: new Float32Array(3) })).toThrow(/Tokens 0 arrived/);
  });

  it('keeps the border between given and written text at the first continuation', () => {
    const reading = ReadingState.live(frame, (commit) => commit());
    reading.sink.tokens(batch(0, 'One two'));
    reading.beginContinuation(SAMPLING);
    reading.sink.tokens(batch(2, ' three'));
    reading.beginContinuation(SAMPLING);
    expect(reading.givenTokens).toBe(2);
  });
});

describe('the instrument', () => {
  it('keeps old cells as the same objects while a text grows, and makes new ones for another layer', async () => {
    const { readingController, session } = newReadingController();
    await readingController.open();
    await session.load();
    await readingController.goOn();
    const before = readingController.instrument.cells;
    expect(before.length).toBe(readingController.reading?.tokens.length);
    readingController.reading!.sink.tokens(batch(before.length, ' more'));
    const after = readingController.instrument.cells;
    expect(after.length).toBe(before.length + 1);
    expect(before.every((cell, index) => cell === after[index])).toBe(true);
    readingController.view.layer = 20;
    expect(readingController.instrument.cells[5]).not.toBe(after[5]);
  });

  it('has one fixed scale: ±3 for readings, by probe and layer for raw scores, wider for tokens', async () => {
    const preferences = new Preferences(null);
    const { session } = newSession();
    const readingController = new ReadingController({
      session,
      stories: new Stories(fakeFetch, './'),
      draft: new Draft(null),
      preferences,
      probeCard: () => Promise.resolve(SAMPLE_CARD),
    });
    await readingController.open();
    expect(readingController.instrument.domain).toBe(3);
    preferences.grain = 'mean';
    expect(readingController.instrument.domain).toBeCloseTo(3 * SAMPLE_CARD.calibration[16]!.smoothSd);
    preferences.window = 1;
    expect(readingController.instrument.domain).toBeCloseTo(3 * SAMPLE_CARD.calibration[16]!.tokenSd);
    expect(readingController.instrument.cells[10]!.value).toBe(readingController.instrument.raw(10, 16));
  });

  it('leaves the sink without a raw score and hollows readings within chance', async () => {
    const { readingController, preferences } = newReadingController();
    preferences.grain = 'mean';
    await readingController.open();
    expect(readingController.instrument.cells[0]).toMatchObject({ state: 'sink', value: Number.NaN });
    const { readouts } = readingController.instrument;
    for (const readout of readouts)
      expect(readout.inside).toBe(readout.score >= readout.low && readout.score <= readout.high);
    expect(readouts.some((readout) => readout.inside)).toBe(true);
    expect(readouts.some((readout) => !readout.inside)).toBe(true);
  });
});

describe('the session', () => {
  it('goes from absent through bytes and warm-up to ready', async () => {
    const { session } = newSession();
    const seen: string[] = [];
    const stop = track(() => {
      const { phase } = session;
      const word = phase.kind === 'loading' && phase.progress !== null ? phase.progress.phase : phase.kind;
      if (seen.at(-1) !== word) seen.push(word);
    });
    await session.load();
    flushSync();
    stop();
    expect(seen).toEqual(['absent', 'bytes', 'session', 'warm-up', 'ready']);
  });

  it('says that a probe of other weights is measured, and not that the model warms up', async () => {
    class Measuring extends FakeEngine {
      override async useProbe(...[probe, options]: Parameters<FakeEngine['useProbe']>) {
        options?.on?.progress?.({ done: 120, total: 312 });
        return super.useProbe(probe, options);
      }
    }
    const session = new Session({
      connect: () => new Measuring({}),
      probeFiles: () => Promise.resolve({ json: '', tensors: new ArrayBuffer(0), sets: [] }),
      model: () => ({ source: { kind: 'site', manifestUrl: 'm.json' }, hosts: [] }),
    });
    const seen: unknown[] = [];
    const stop = track(() => {
      if (session.phase.kind === 'loading') seen.push(session.phase.progress);
    });
    await session.load();
    flushSync();
    stop();
    expect(seen.at(-1)).toEqual({ phase: 'probe', doneTurns: 120, totalTurns: 312 });
  });

  it('says one sentence an event, not one a step', async () => {
    const { session } = newSession();
    const said = new Set<string>();
    const stop = track(() => void said.add(session.said));
    await session.load();
    flushSync();
    stop();
    expect([...said].filter((sentence) => /percent/.test(sentence))).toHaveLength(4);
    expect(session.said).toBe('The model is ready on WebGPU.');
  });

  it('shows why a load failed, ends the worker, and can load again', async () => {
    const { session, engines } = newSession({ failLoad: 'model-file-altered' });
    await session.load();
    expect(session.phase.kind).toBe('absent');
    expect(session.problem?.code).toBe('model-file-altered');
    expect(engines[0]!.disposed).toBe(true);
    await session.load();
    expect(engines).toHaveLength(2);
  });

  it('stops a load without calling it a problem', async () => {
    const { session } = newSession({ pace: 5 });
    const loading = session.load();
    session.stop();
    await loading;
    expect(session.phase.kind).toBe('absent');
    expect(session.problem).toBeNull();
    expect(session.said).toBe('Stopped.');
  });

  it('offers a new start when the worker dies, and keeps what was read', async () => {
    const { readingController, session, engines } = newReadingController();
    await readingController.open();
    await session.load();
    await readingController.goOn();
    const { text } = readingController.reading!;
    engines[0]!.die();
    expect(session.phase.kind).toBe('lost');
    expect(session.problem?.code).toBe('worker-died');
    expect(readingController.reading!.text).toBe(text);
    await session.load();
    expect(session.phase.kind).toBe('ready');
  });

  it('stops writing, keeps the words so far, and can go on from them', async () => {
    const { readingController, session, engines } = newReadingController({
      pace: 2,
      text: ' and he rode on'.repeat(100),
    });
    await readingController.open();
    await session.load();
    const given = readingController.reading!.tokens.length;
    const written = async (more: number): Promise<void> => {
      while (session.phase.kind !== 'writing' || readingController.reading!.tokens.length < given + more)
        await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const going = readingController.goOn();
    await written(5);
    session.stop();
    await going;
    expect(session.phase.kind).toBe('ready');
    expect(session.problem).toBeNull();
    const { text } = readingController.reading!;
    const kept = readingController.reading!.tokens.length;
    expect(kept).toBeGreaterThanOrEqual(given + 5);
    expect(text).toContain(' and he rode on');
    const again = readingController.goOn();
    await written(kept - given + 5);
    session.stop();
    await again;
    expect(session.problem).toBeNull();
    expect(readingController.reading!.text.startsWith(text)).toBe(true);
    expect(readingController.reading!.givenTokens).toBe(given);
    expect(engines[0]!.calls.filter((call) => call.startsWith('read'))).toHaveLength(1);
  });
});

describe('a reading that was stopped', () => {
  it('is read whole before it is continued, and says in the history that it was stopped', async () => {
    const { readingController, session, engines, draft } = newReadingController({ pace: 2, text: ' and he rode on' });
    await readingController.open();
    await session.load();
    const whole = 'She fed the fox and sat with it until it slept. '.repeat(20).trim();
    draft.replace(whole);
    const reading = readingController.readDraft();
    while (
      session.phase.kind !== 'reading' ||
      readingController.reading!.recording !== null ||
      readingController.reading!.tokens.length < 31
    )
      await new Promise((resolve) => setTimeout(resolve, 1));
    session.stop();
    await reading;
    const stopped = readingController.reading!;
    expect(stopped.text.length).toBeLessThan(whole.length);
    expect(stopped.whole).toBe(whole);
    const maker = {
      engine: session.status!,
      probe: { id: 'kind-cruel', key: 'shipped:kind-cruel', title: 'Kind–cruel' },
      probeSha256: () => Promise.resolve('ab'.repeat(32)),
      readouts: true,
      push: null,
      agreement: null,
    };
    expect((await recordRun(stopped, maker, 0)).title).toBe(`${stopped.frame.title}, stopped`);
    await readingController.goOn();
    expect(engines[0]!.calls.filter((call) => call.startsWith('read'))).toEqual([
      `read ${whole.length}`,
      `read ${whole.length}`,
    ]);
    expect(readingController.reading!.text).toBe(`${whole} and he rode on`);
    expect(readingController.reading!.whole).toBe(readingController.reading!.text);
    expect((await recordRun(readingController.reading!, maker, 0)).title).toBe(readingController.reading!.frame.title);
  });
});

describe('the reading controller', () => {
  it('shows the betrayal at once, without an engine', async () => {
    const { readingController, engines } = newReadingController();
    await readingController.open();
    expect(readingController.reading?.frame.title).toBe('Betrayal');
    expect(engines).toHaveLength(0);
  });

  it('shows the story that was chosen last when answers come late', async () => {
    const waiting = new Map<string, () => void>();
    const stories = new Stories(async (url) => {
      if (!url.endsWith('index.json')) await new Promise<void>((resolve) => waiting.set(url, resolve));
      return fakeFetch(url);
    }, '/');
    const { session } = newSession();
    const readingController = new ReadingController({
      session,
      stories,
      draft: new Draft(null),
      preferences: new Preferences(null),
      probeCard: () => Promise.resolve(SAMPLE_CARD),
    });
    const first = readingController.showStory('dream');
    const second = readingController.showStory('redemption');
    waiting.get('/redemption.json')!();
    await second;
    waiting.get('/dream.json')!();
    await first;
    expect(readingController.reading?.frame.title).toBe('Redemption');
  });

  it('reads a recording before it goes on from it, and only once', async () => {
    const { readingController, session, engines } = newReadingController();
    await readingController.open();
    await session.load();
    await readingController.goOn();
    await readingController.goOn();
    expect(engines[0]!.calls.map((call) => call.split(' ')[0])).toEqual([
      'load',
      'useProbe',
      'read',
      'generate',
      'generate',
    ]);
  });
});

describe('preferences', () => {
  it('come back, and nonsense in storage does not', () => {
    const storage = memory();
    const preferences = new Preferences(storage);
    preferences.theme = 'dark';
    preferences.window = 12;
    expect(new Preferences(storage)).toMatchObject({ theme: 'dark', window: 12 });
    storage.setItem('flipside.window', '9999');
    storage.setItem('flipside.theme', 'neon');
    expect(new Preferences(storage)).toMatchObject({ theme: 'system', window: 10 });
  });
});

it('a recording keeps its own reading when shown', () => {
  const recording = sampleRecording();
  const reading = ReadingState.fromRecording(recording);
  expect(reading.text).toBe(recording.text);
  expect(reading.scores).toBe(recording.scores);
});
