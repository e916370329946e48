/** Readings inside sentences on the page: they come after the reading, out of order, and make way for whatever the reader does. */
import { describe, expect, it } from 'vitest';
import { refinement } from '../../../../src/reading/refinement.ts';
import { ReadingState } from '../../../../src/state/runs/reading.svelte.ts';
import { newReadingController } from '../support/reading-controllers.ts';
import { fakeFetch } from '../support/parts.ts';
import {
  ALARM,
  cut,
  EXPLAINED,
  insideReadouts,
  LAYERS,
  polesFor,
  SAMPLE_CARD,
  scoresFor,
  readoutsFor,
  turn,
  wordsFor,
} from '../support/sample.ts';

const TEXT =
  'The ferryman took the boy across, and asked for nothing. On the way back he threw the parcel, unopened, into the river.';
const PIECES = cut(TEXT);
const INSIDE = refinement(
  PIECES.map((piece) => piece.text),
  'word',
).length;
const { axis, calibration } = SAMPLE_CARD;
const frame = {
  title: 'T',
  axis,
  defaultLayer: 16,
  layers: LAYERS,
  calibration,
  explained: EXPLAINED,
  alarm: ALARM,
  poles: null,
};

/** A reading controller with a model that reads inside sentences, a text in its box, and what was kept. */
async function readyReadingController(pace = 0) {
  const kept: { id: string; taps: number }[] = [];
  const parts = newReadingController({ refines: true, pace }, fakeFetch, {
    keep: (reading) => kept.push({ id: reading.id, taps: reading.readouts.length }),
  });
  await parts.readingController.open();
  await parts.session.load();
  parts.draft.text = TEXT;
  return { ...parts, kept };
}

describe('a reading', () => {
  it('has its readouts in the order of the text, however they come, and the later of two in one place', () => {
    const reading = ReadingState.live(frame, (commit) => commit());
    const scores = scoresFor(PIECES.length, turn, 3);
    reading.sink.tokens({ start: 0, pieces: PIECES, scores, words: wordsFor(scores), poles: polesFor(scores) });
    const [sentences, inside] = [readoutsFor(PIECES, turn, 3), insideReadouts(PIECES)];
    for (const readout of [...sentences, ...inside]) reading.sink.readout(readout);
    const places = reading.readouts.map(({ afterToken }) => afterToken);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).toHaveLength(sentences.length + inside.length);
    const again = { ...sentences[0]!, stand: 'word' as const };
    reading.sink.readout(again);
    expect(reading.readouts).toHaveLength(places.length);
    expect(reading.readouts.find(({ afterToken }) => afterToken === again.afterToken)).toBe(again);
  });
});

describe('reading inside sentences', () => {
  it('follows a reading by itself, and the run is kept with and without it under one name', async () => {
    const { readingController, session, engines, kept } = await readyReadingController();
    await readingController.readDraft();
    const sentences = readingController.reading!.readouts.length;
    expect(sentences).toBe(2);
    await expect.poll(() => readingController.reading!.readouts.length).toBe(sentences + INSIDE);
    await expect.poll(() => session.phase.kind).toBe('ready');
    expect(engines[0]!.calls.filter((call) => /^(read|refine)/.test(call))).toEqual([`read ${TEXT.length}`, 'refine']);
    expect(kept).toEqual([
      { id: readingController.reading!.id, taps: sentences },
      { id: readingController.reading!.id, taps: sentences + INSIDE },
    ]);
    expect(session.said).toBe(`Read inside the sentences: ${sentences + INSIDE} readings in all.`);
  });

  it('makes way for writing, which can begin while it goes on, and comes after it', async () => {
    const { readingController, session, engines } = await readyReadingController(5);
    await readingController.readDraft();
    await expect.poll(() => readingController.reading!.readouts.length).toBeGreaterThan(3);
    expect([session.phase.kind, session.ready, session.busy]).toEqual(['refining', true, false]);
    await readingController.goOn();
    expect(session.problem).toBeNull();
    expect(readingController.reading!.tokens.length).toBeGreaterThan(PIECES.length);
    expect(
      engines[0]!.calls.filter((call) => /^(read|refine|generate)/.test(call)).map((call) => call.split(' ')[0]),
    ).toEqual(['read', 'refine', 'generate', 'refine']);
    const all = refinement(
      readingController.reading!.tokens.map((piece) => piece.text),
      'word',
    ).length;
    await expect
      .poll(() => readingController.reading!.readouts.filter(({ stand }) => stand !== 'sentence').length)
      .toBe(all);
  });

  it('stops at once where it is asked to, keeps what came, and can be gone on with', async () => {
    const { readingController, session, kept } = await readyReadingController(5);
    await readingController.readDraft();
    await expect.poll(() => readingController.reading!.readouts.length).toBeGreaterThan(4);
    session.stop();
    await expect.poll(() => session.phase.kind).toBe('ready');
    const read = readingController.reading!.readouts.length;
    expect(read).toBeLessThan(2 + INSIDE);
    expect(session.said).toBe('Stopped.');
    expect(readingController.reading!.incomplete).toBe(false);
    expect(kept.at(-1)).toEqual({ id: readingController.reading!.id, taps: read });
    expect(session.holds(readingController.reading)).toBe(true);
    readingController.refine(readingController.reading);
    await expect.poll(() => readingController.reading!.readouts.length).toBe(2 + INSIDE);
  });

  it('makes way for another text, whose readings it leaves alone', async () => {
    const { readingController, session, draft } = await readyReadingController(5);
    await readingController.readDraft();
    const first = readingController.reading!;
    await expect.poll(() => first.readouts.length).toBeGreaterThan(3);
    draft.text = 'She fed the gulls. Then she left.';
    await readingController.readDraft();
    expect(session.problem).toBeNull();
    const at = first.readouts.length;
    expect(readingController.reading).not.toBe(first);
    const wanted =
      2 +
      refinement(
        readingController.reading!.tokens.map((piece) => piece.text),
        'word',
      ).length;
    await expect.poll(() => readingController.reading!.readouts.length).toBe(wanted);
    expect(first.readouts).toHaveLength(at);
  });

  it('says why there is none where the probe has no numbers for it', async () => {
    const { readingController, session, draft } = newReadingController();
    await readingController.open();
    await session.load();
    draft.text = TEXT;
    await readingController.readDraft();
    await expect.poll(() => readingController.reading!.left).toBe('probe');
    expect(readingController.reading!.readouts).toHaveLength(2);
  });
});
