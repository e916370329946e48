import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { parseRecording, serialiseRecording } from '../../../../src/formats/runs/recording-json.ts';
import type { Recording } from '../../../../src/formats/runs/recording.ts';
import { Instrument } from '../../../../src/state/runs/instrument.svelte.ts';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { ReadingState } from '../../../../src/state/runs/reading.svelte.ts';
import { View } from '../../../../src/state/runs/view.svelte.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import TokenTip from '../../../../src/ui/strip/TokenTip.svelte';
import Trajectory from '../../../../src/ui/charts/Trajectory.svelte';
import { MARGIN } from '../../../../src/charts/along.ts';
import { axisLimit, HEIGHT, trajectoryFigure } from '../../../../src/charts/trajectory.ts';
import type { TrajectoryInput } from '../../../../src/charts/trajectory.ts';
import TrajectoryKey from '../../../../src/ui/charts/TrajectoryKey.svelte';
import { memory } from '../support/reading-controllers.ts';
import { ALARM, EXPLAINED, LAYERS, sampleRecording } from '../support/sample.ts';

/** A recording as the first version of the format wrote it. */
function oldRecording(): Recording {
  const root = JSON.parse(serialiseRecording(sampleRecording())) as Record<string, unknown>;
  const { words: _words, explained: _explained, alarm: _alarm, poles: _poles, ...old } = root;
  return parseRecording(JSON.stringify({ ...old, version: 1 }));
}

function instrumentOf(recording: Recording, layer = 16, window = 10): Instrument {
  const view = new View();
  view.layer = layer;
  const preferences = new Preferences(null);
  preferences.window = window;
  const reading = ReadingState.fromRecording(recording);
  return new Instrument(() => reading, view, preferences);
}

const inputOf = (instrument: Instrument, changes: Partial<TrajectoryInput> = {}): TrajectoryInput => ({
  trace: null,
  raw: null,
  series: instrument.series,
  alone: instrument.alone,
  wordless: instrument.wordless,
  lines: instrument.lines.drawn,
  readouts: instrument.readouts,
  range: { from: -0.5, to: instrument.cells.length - 0.5 },
  domain: instrument.domain,
  head: instrument.head,
  theme: 'light',
  ...changes,
});
const draw = (input: TrajectoryInput) =>
  render(Trajectory, {
    props: {
      input,
      current: null,
      label: 'Trajectory',
      span: null,
      poles: { positive: 'kind', negative: 'cruel' },
      on: { point: () => undefined, hold: () => undefined, brush: () => undefined },
    },
  });

beforeEach(() => page.viewport(900, 700));
afterEach(() => page.viewport(1280, 900));

describe('the instrument', () => {
  it('takes the words from every score and smooths what is left', () => {
    const { scores, words } = sampleRecording();
    const { wordless } = instrumentOf(sampleRecording());
    const token = 30;
    let sum = 0;
    for (let at = token - 9; at <= token; at += 1) sum += scores[at * LAYERS + 16]! - words[at * LAYERS + 16]!;
    expect(wordless![token]).toBeCloseTo(sum / 10, 4);
    expect(wordless![0]).toBeNaN();
  });

  it('has the lines of what is drawn', () => {
    expect(instrumentOf(sampleRecording()).lines).toMatchObject({
      drawn: { low: ALARM.smoothLow[16], high: ALARM.smoothHigh[16] },
      tokens: 7183,
      readoutCount: 324,
    });
    expect(instrumentOf(sampleRecording(), 16, 1).lines.drawn).toEqual({
      low: ALARM.tokenLow[16],
      high: ALARM.tokenHigh[16],
    });
  });

  it('has neither for a recording of the first version, nor a line at a layer whose scores words do not explain', () => {
    const old = instrumentOf(oldRecording());
    expect(old.wordless).toBeNull();
    expect(old.explained).toBe(0);
    expect(old.lines).toMatchObject({ drawn: null, readouts: null });
    expect(old.words(20, 16)).toBeNaN();
    expect(EXPLAINED[0]).toBe(0);
    expect(instrumentOf(sampleRecording(), 0).wordless).toBeNull();
  });
});

describe('the trajectory', () => {
  it('puts the two lines where the axis has their scores, and names them', async () => {
    const input = inputOf(instrumentOf(sampleRecording()));
    const { container } = await draw(input);
    await expect.element(page.getByText('1 in 100 neutral tokens lies beyond +3.7')).toBeVisible();
    const limit = axisLimit(input);
    const top = container.querySelector('.trajectory')!.getBoundingClientRect().top + MARGIN.top;
    const plot = HEIGHT - MARGIN.top - MARGIN.bottom;
    const at = (name: string): number =>
      (container.querySelector(`.line.${name}`)!.getBoundingClientRect().top - top) / plot;
    expect(at('high')).toBeCloseTo((limit - input.lines!.high) / (2 * limit), 2);
    expect(at('low')).toBeCloseTo((limit - input.lines!.low) / (2 * limit), 2);
    expect(at('high')).toBeGreaterThan(0);
    expect(at('low')).toBeLessThan(1);
  });

  it('draws single tokens behind the mean and a further line without the words, each as one path', () => {
    const instrument = instrumentOf(sampleRecording());
    const all = trajectoryFigure(inputOf(instrument)).data.length;
    expect(trajectoryFigure(inputOf(instrument, { wordless: null })).data).toHaveLength(all - 1);
    const { data } = trajectoryFigure(inputOf(instrument));
    const [dots] = data;
    expect(dots!.x.filter((x) => x === null)).toHaveLength(instrument.cells.length - 1); // the sink is left out
    expect(dots!.x.includes(0)).toBe(false);
  });

  it('shades nothing where values are missing', () => {
    const instrument = instrumentOf(sampleRecording());
    const series = Array.from(instrument.series, (value, token) => (token >= 30 && token < 60 ? Number.NaN : value));
    const [, above, below] = trajectoryFigure(inputOf(instrument, { series })).data;
    for (const { x, y } of [above!, below!]) {
      const hole = x.flatMap((token, at) => (token! >= 30 && token! < 60 ? [y[at]] : []));
      expect(new Set(hole)).toEqual(new Set([null]));
      expect([y[x.indexOf(30) - 1], y[x.indexOf(60)]]).toEqual([0, 0]);
    }
  });

  it('keeps tokens beyond the axis at its end', () => {
    const instrument = instrumentOf(sampleRecording());
    const alone = instrument.alone.map((value, token) => (token === 5 ? 400 : token === 6 ? -400 : value));
    const input = inputOf(instrument, { alone });
    const [dots] = trajectoryFigure(input).data;
    const limit = axisLimit(input);
    const middle = (token: number): number => (dots!.y[(token - 1) * 3]! + dots!.y[(token - 1) * 3 + 1]!) / 2;
    expect(middle(5)).toBeCloseTo(limit, 6);
    expect(middle(6)).toBeCloseTo(-limit, 6);
  });

  it('shows no such line for a probe without a lexical model', async () => {
    const input = inputOf(instrumentOf(oldRecording()));
    const { container } = await draw(input);
    expect(input.wordless).toBeNull();
    expect(container.querySelectorAll('.line')).toHaveLength(0);
  });
});

describe('the key', () => {
  const lines = { low: -4.9, high: 4.8 };

  it('says what the words explain and on how many tokens the lines rest', async () => {
    await render(TrajectoryKey, {
      props: { input: { grain: 'mean', window: 10, explained: 0.531, lines, lineTokens: 7183 } },
    });
    await expect
      .element(page.getByText('without the words, which explain 53 % of single neutral tokens here'))
      .toBeVisible();
    await expect
      .element(page.getByText('1 in 100 of 7\u202f183 neutral means of 10 lies beyond each line'))
      .toBeVisible();
    await expect.element(page.getByText('single tokens', { exact: true })).toBeVisible();
  });

  it('leaves out what is not drawn', async () => {
    await render(TrajectoryKey, {
      props: { input: { grain: 'token', window: 1, explained: null, lines: null, lineTokens: 0 } },
    });
    expect(
      page
        .getByRole('listitem')
        .elements()
        .map((item) => item.textContent.trim()),
    ).toEqual(['single tokens', 'no value', 'beyond the scale of the colours']);
  });
});

describe('the tip of a token', () => {
  const tip = {
    token: 41,
    text: ' rain',
    reading: 'kind against cruel',
    value: 5.25,
    grain: 'mean' as const,
    window: 10,
    behind: 10,
    layer: 16,
    alone: 3,
    words: 2.5,
    lines: { low: -4.9, high: 4.8 },
    lineTokens: 7183,
    stretch: null,
    readingLayer: null,
    agreement: null,
  };

  it('shows the words’ part, what is left, and a mark for a value beyond the line', async () => {
    const { container } = await render(TokenTip, { props: { tip } });
    expect(container.textContent).toContain('+5.25 sd kind against cruel, mean of 10, layer 16');
    expect(container.textContent).toContain('its words alone would read +2.50, +0.500 is left');
    expect(container.textContent.replace(/\s+/g, ' ')).toContain(
      'beyond the line that 1 in 100 neutral means crosses (−4.9 to +4.8, 7 183 tokens)',
    );
    expect(container.querySelector('i.up')!.getBoundingClientRect().height).toBeGreaterThan(4);
  });

  it('marks the lower side with another shape, and nothing within the lines', async () => {
    const { container, rerender } = await render(TokenTip, { props: { tip: { ...tip, value: -6 } } });
    expect(container.querySelector('i.down')).not.toBeNull();
    await rerender({ tip: { ...tip, value: 1 } });
    expect(container.querySelector('i')).toBeNull();
    expect(container.textContent).toContain('within the 1 in 100 lines');
  });

  it('says nothing of words or lines where there are none', async () => {
    const { container } = await render(TokenTip, { props: { tip: { ...tip, words: NaN, lines: null } } });
    expect(container.textContent).not.toMatch(/words|1 in 100|NaN/);
    expect(container.textContent).toContain('alone +3.00');
  });
});

describe('the reader’s choice of lines', () => {
  it('is on at first and kept', () => {
    const storage = memory();
    const first = new Preferences(storage);
    expect(first.lines).toBe(true);
    first.lines = false;
    expect(new Preferences(storage).lines).toBe(false);
  });
});
