/** What the instrument makes of readings: the colour of a stretch, whatever the order in which they come. */
import { describe, expect, it } from 'vitest';
import type { ReadoutReading } from '../../../../src/reading/reading.ts';
import { tracePoints } from '../../../../src/reading/trace.ts';
import type { Recording } from '../../../../src/formats/runs/recording.ts';
import { Instrument } from '../../../../src/state/runs/instrument.svelte.ts';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { ReadingState } from '../../../../src/state/runs/reading.svelte.ts';
import { View } from '../../../../src/state/runs/view.svelte.ts';
import { LAYERS, sampleRecording } from '../support/sample.ts';

function instrumentOf(reading: ReadingState) {
  const view = new View();
  view.reset(reading.frame.defaultLayer);
  const preferences = new Preferences(null);
  return { instrument: new Instrument(() => reading, view, preferences), view, preferences };
}

const shown = (recording: Recording) => instrumentOf(ReadingState.fromRecording(recording));
const withShown = (readouts: readonly ReadoutReading[]): ReadoutReading[] =>
  readouts.map((readout, index) => ({ ...readout, shown: { score: index - 3, low: -1, high: 1 } }));

/** A live reading of the sample's tokens that draws at once. */
function live() {
  const recording = sampleRecording();
  const { title, axis, defaultLayer, layers, calibration, explained, alarm } = recording;
  const reading = ReadingState.live(
    { title, axis, defaultLayer, layers, calibration, explained, alarm, poles: null },
    (commit) => commit(),
  );
  const read = (to: number): void => {
    const start = reading.tokens.length;
    reading.sink.tokens({
      start,
      pieces: recording.tokens.slice(start, to),
      scores: recording.scores.slice(start * LAYERS, to * LAYERS),
      words: recording.words.slice(start * LAYERS, to * LAYERS),
      poles: null,
    });
  };
  return { recording, reading, read };
}

describe('the colour of a text', () => {
  it('is the reading that follows each stretch, the first token included', () => {
    const recording = sampleRecording();
    const { instrument } = shown(recording);
    expect(instrument.grain).toBe('reading');
    let from = 0;
    for (const readout of recording.taps) {
      const stretch = instrument.cells.slice(from, readout.afterToken + 1);
      expect(new Set(stretch.map(({ value }) => value))).toEqual(new Set([readout.score[16]]));
      expect(new Set(stretch.map(({ state }) => state))).toEqual(new Set(['value']));
      from = readout.afterToken + 1;
    }
    expect(instrument.cells.every(({ readout }) => readout === null)).toBe(true);
  });

  it('is over the probe’s layers where the readings have that, and at one layer once one is chosen', () => {
    const recording = sampleRecording();
    const { instrument, view } = shown({ ...recording, taps: withShown(recording.taps) });
    expect(instrument.readingLayer).toBeNull();
    // What the trace makes of the readings, as it is drawn, printed and exported everywhere.
    const drawn = tracePoints(withShown(recording.taps), recording.tokens.length, null, 16)[0]!.score;
    expect(drawn).toBeLessThan(0);
    expect(instrument.cells[0]!.value).toBeCloseTo(drawn, 6);
    view.layer = 20;
    expect(instrument.readingLayer).toBe(20);
    expect(instrument.cells[0]!.value).toBe(recording.taps[0]!.score[20]);
    view.together(16);
    expect(instrument.cells[0]!.value).toBeCloseTo(drawn, 6);
  });

  it('is none where no reading has come, and comes in any order without touching other tokens', () => {
    const { recording, reading, read } = live();
    const { instrument } = instrumentOf(reading);
    const [first, second] = recording.taps;
    read(second!.afterToken + 5);
    expect(new Set(instrument.cells.map(({ state }) => state))).toEqual(new Set(['unread']));
    reading.sink.readout(second!);
    expect(instrument.cells[0]).toMatchObject({ state: 'value', value: second!.score[16] });
    expect(instrument.cells[second!.afterToken + 1]).toMatchObject({ state: 'unread', t: 0 });
    const before = instrument.cells;
    reading.sink.readout(first!);
    expect(instrument.cells[0]).toMatchObject({ value: first!.score[16] });
    expect(instrument.cells[first!.afterToken + 1]).toBe(before[first!.afterToken + 1]);
    expect(instrument.cells.at(-1)).toBe(before.at(-1));
  });

  it('is hatched where a reading has no number', () => {
    const recording = sampleRecording();
    const readouts = recording.taps.map((readout, index) =>
      index === 1 ? { ...readout, score: new Float32Array(LAYERS).fill(Number.NaN) } : readout,
    );
    const { instrument } = shown({ ...recording, taps: readouts });
    expect(instrument.cells[recording.taps[1]!.afterToken]!.state).toBe('missing');
    expect(instrument.cells[recording.taps[2]!.afterToken]!.state).toBe('value');
  });

  it('falls back to the raw running mean for a text that was read without readings, and says so', () => {
    const { instrument, preferences } = shown({ ...sampleRecording(), taps: [] });
    expect(preferences.grain).toBe('reading');
    expect([instrument.readable, instrument.grain]).toEqual([false, 'mean']);
    expect(instrument.cells[0]!.state).toBe('sink');
  });
});

describe('the layer map', () => {
  it('has one column a reading, at every layer', () => {
    const recording = sampleRecording();
    const { instrument } = shown(recording);
    const tokens = recording.tokens.length;
    const shades = instrument.shades(0, tokens);
    const [first, second] = recording.taps;
    for (const layer of [0, 16, 30]) {
      expect(shades[layer]).toBeCloseTo(first!.score[layer]! / 3, 5);
      expect(shades[first!.afterToken * LAYERS + layer]).toBe(shades[layer]);
      expect(shades[(first!.afterToken + 1) * LAYERS + layer]).toBeCloseTo(second!.score[layer]! / 3, 5);
    }
  });
});
