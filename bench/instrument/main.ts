/** Runs inside the browser: a made-up reading of any length in the real components, and steps that can be timed. */
import { flushSync, mount } from 'svelte';
import { AppState } from '../../src/state/app.svelte.ts';
import { byPole } from '../../src/probe/heads.ts';
import { serialiseRecording, serialiseRecordingIndex } from '../../src/formats/runs/recording-json.ts';
import '../../src/styles/tokens.css';
import '../../src/styles/base.css';
import { fakeParts } from '../../tests/browser/pages/support/parts.ts';
import {
  BETRAYAL,
  cut,
  LAYERS,
  polesFor,
  sampleRecording,
  scoresFor,
  wordsFor,
} from '../../tests/browser/pages/support/sample.ts';
import type { InstrumentBench } from '../instrument-steps.ts';
import BenchPage from './BenchPage.svelte';

const query = new URLSearchParams(location.search);
const TOKENS = Number(query.get('tokens') ?? 2000);

function longRecording() {
  const once = cut(BETRAYAL).length;
  const recording = sampleRecording(
    'betrayal',
    'Long',
    Array.from({ length: Math.ceil(TOKENS / once) + 1 }, () => BETRAYAL).join(' '),
  );
  const tokens = recording.tokens.slice(0, TOKENS);
  const cells = TOKENS * LAYERS;
  const { poles } = recording;
  return {
    ...recording,
    tokens,
    text: tokens.map((token) => token.text).join(''),
    givenTokens: TOKENS,
    scores: recording.scores.slice(0, cells),
    words: recording.words.slice(0, cells),
    poles:
      poles &&
      byPole((pole) => ({
        ...poles[pole],
        scores: poles[pole].scores.slice(0, cells),
        words: poles[pole].words.slice(0, cells),
      })),
    taps: recording.taps.filter((readout) => readout.afterToken < TOKENS),
  };
}

const files = {
  index: serialiseRecordingIndex([{ id: 'betrayal', title: 'Long', blurb: '', dark: false }]),
  story: serialiseRecording(longRecording()),
};
const app = new AppState(
  fakeParts(undefined, { fetchText: (url) => Promise.resolve(url.endsWith('index.json') ? files.index : files.story) }),
);
await app.open();
app.readingController.view.face = 'text';
const target = document.getElementById('app');
if (target === null) throw new Error('no #app');
mount(BenchPage, { target, props: { app, charts: query.get('only') !== 'strip' } });

const { view, instrument } = app.readingController;
const spare = scoresFor(4097, () => 0.5, 77).slice(LAYERS);
const spareWords = wordsFor(spare);
const pieces = cut(` ${BETRAYAL}`);

/** Milliseconds from a change until the page has been laid out anew. */
function timed(change: () => void): number {
  const before = performance.now();
  flushSync(change);
  void document.body.offsetHeight;
  return performance.now() - before;
}

/** Counts on between calls, so that every step changes something. */
let step = 0;

function push(batch: number): void {
  const { reading } = app.readingController;
  if (reading === null) throw new Error('no reading');
  const start = reading.tokens.length;
  const from = (start % 2048) * LAYERS;
  const scores = spare.slice(from, from + batch * LAYERS);
  reading.sink.tokens({
    start,
    pieces: Array.from(
      { length: batch },
      (_, index) => pieces[(start + index) % pieces.length] ?? { id: 0, text: ' a' },
    ),
    scores,
    words: spareWords.slice(from, from + batch * LAYERS),
    poles: polesFor(scores),
  });
}

/** Readings of the story, to come again and again. */
const readings = app.readingController.reading?.readouts ?? [];

/** As {@link push}, with readings after the sentences that the new tokens end. Nothing is drawn before the next frame. */
function pushRead(batch: number): void {
  const { reading } = app.readingController;
  const from = instrument.cells.length;
  push(batch);
  for (const readout of readings) {
    const afterToken = readout.afterToken + pieces.length * Math.floor(from / pieces.length);
    if (afterToken >= from && afterToken < from + batch) reading?.sink.readout({ ...readout, afterToken });
  }
}

const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);

async function live(tokens: number, batch: number): Promise<number> {
  let frames = 0;
  for (; instrument.cells.length < tokens; frames += 1) {
    pushRead(batch);
    await frame();
    await frame();
  }
  return frames;
}

const bench: InstrumentBench = {
  get tokens() {
    return instrument.cells.length;
  },
  append: (steps, batch) =>
    Array.from({ length: steps }, () =>
      timed(() => {
        push(batch);
        app.readingController.reading?.flush();
      }),
    ),
  switchLayer: (steps) => Array.from({ length: steps }, () => timed(() => (view.layer = 5 + ((step++ * 7) % 20)))),
  hover: (steps) => Array.from({ length: steps }, () => timed(() => (view.preview = (step++ * 37) % TOKENS))),
  recolour: (steps) =>
    Array.from({ length: steps }, () => timed(() => (app.preferences.grain = step++ % 2 === 0 ? 'sentence' : 'mean'))),
  live,
};
(globalThis as unknown as { bench: InstrumentBench }).bench = bench;
