/** The difference of the poles, and each pole from neutral: the state behind it, and what a reader sees, hears and copies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import { scaleCss } from '../../../../src/charts/colour.ts';
import { HEADS, type Head } from '../../../../src/probe/heads.ts';
import { serialiseRecording } from '../../../../src/formats/runs/recording-json.ts';
import type { Recording } from '../../../../src/formats/runs/recording.ts';
import { Instrument } from '../../../../src/state/runs/instrument.svelte.ts';
import { Preferences } from '../../../../src/state/preferences.svelte.ts';
import { ReadingState } from '../../../../src/state/runs/reading.svelte.ts';
import { View } from '../../../../src/state/runs/view.svelte.ts';
import Legend from '../../../../src/ui/charts/Legend.svelte';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import { newReadingController } from '../support/reading-controllers.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { fakeFetch, fakeParts, withDetails } from '../support/parts.ts';
import { CALIBRATION, LAYERS, POLE_CALIBRATION, POLE_EXPLAINED, sampleRecording } from '../support/sample.ts';
import { violations } from '../support/violations.ts';
import { memoryShelf } from '../../../../src/state/storage/shelf.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';

/** A recording as one of version 2 opens. */
const withoutPoles = (recording: Recording): Recording => ({
  ...recording,
  poles: null,
  taps: recording.taps.map((readout) => ({ ...readout, poles: null })),
});

function instrumentOf(recording: Recording, head: Head): Instrument {
  const view = new View();
  view.head = head;
  const reading = ReadingState.fromRecording(recording);
  return new Instrument(() => reading, view, raw());
}

/** Of a reader who looks at raw scores: their scale differs by pole. */
function raw(): Preferences {
  const preferences = new Preferences(null);
  preferences.grain = 'mean';
  return preferences;
}

describe('the instrument', () => {
  it.each(['positive', 'negative'] as const)(
    'reads scores, scale, words, lines and readouts of the %s pole',
    (pole) => {
      const recording = sampleRecording();
      const own = recording.poles![pole];
      const instrument = instrumentOf(recording, pole);
      expect(instrument.head).toBe(pole);
      expect(instrument.raw(12, 16)).toBe(own.scores[12 * LAYERS + 16]);
      expect(instrument.words(12, 16)).toBe(own.words[12 * LAYERS + 16]);
      expect(instrument.domain).toBeCloseTo(3 * POLE_CALIBRATION[pole][16]!.smoothSd);
      expect(instrument.explained).toBe(POLE_EXPLAINED[16]);
      expect(instrument.readouts.map(({ score }) => score)).toEqual(
        recording.taps.map((readout) => readout.poles![pole][16]),
      );
      // Random directions are in units of their own, and serve every way of reading.
      expect(instrument.readouts.map(({ low, high }) => [low, high])).toEqual(
        recording.taps.map((readout) => [readout.nullLow[16], readout.nullHigh[16]]),
      );
      const mean =
        [...own.scores]
          .filter((_, index) => index % LAYERS === 16)
          .slice(11, 21)
          .reduce((sum, value) => sum + value, 0) / 10;
      expect(instrument.cells[20]!.value).toBeCloseTo(mean, 4);
      expect(instrument.shades(20, 21)[16]! * instrument.domain).toBeCloseTo(mean, 4);
    },
  );

  it('makes new cells for another way of reading, and none for the same', () => {
    const view = new View();
    const reading = ReadingState.fromRecording(sampleRecording());
    const instrument = new Instrument(() => reading, view, new Preferences(null));
    const difference = instrument.cells;
    view.head = 'positive';
    const positive = instrument.cells;
    expect(positive[20]!.value).not.toBe(difference[20]!.value);
    view.head = 'difference';
    expect(instrument.cells.map(({ value }) => value)).toEqual(difference.map(({ value }) => value));
  });

  it('shows the difference where a recording has nothing else, and remembers what was chosen', () => {
    const view = new View();
    let reading = ReadingState.fromRecording(withoutPoles(sampleRecording()));
    const instrument = new Instrument(() => reading, view, raw());
    view.head = 'negative';
    expect(instrument.head).toBe('difference');
    expect(instrument.domain).toBeCloseTo(3 * CALIBRATION[16]!.smoothSd);
    reading = ReadingState.fromRecording(sampleRecording());
    expect(instrumentOf(sampleRecording(), view.head).head).toBe('negative');
  });

  it('keeps all three readings of a text that is read live, however long it grows', async () => {
    const { readingController, session } = newReadingController();
    await readingController.open();
    await session.load();
    readingController.source = 'own';
    for (const _ of Array.from({ length: 3 })) await readingController.goOn();
    const reading = readingController.reading!;
    expect(reading.recording).toBeNull();
    for (const head of HEADS) {
      readingController.view.head = head;
      const { scores, words } = reading.head(head)!;
      expect(scores.length).toBe(reading.scores.length);
      const last = (reading.tokens.length - 1) * LAYERS + 16;
      expect(Number.isFinite(scores[last])).toBe(true);
      expect(Number.isFinite(words[last])).toBe(true);
      expect(readingController.instrument.raw(reading.tokens.length - 1, 16)).toBe(scores[last]);
    }
    expect(reading.head('positive')!.scores).not.toEqual(reading.head('negative')!.scores);
  });

  it('refuses a batch that lacks a pole which the frame has', async () => {
    const { readingController, session } = newReadingController();
    await readingController.open();
    await session.load();
    await readingController.goOn();
    const { tokens } = readingController.reading!;
    const row = new Float32Array(LAYERS);
    expect(() =>
      readingController.reading!.sink.tokens({
        start: tokens.length,
        pieces: [{ id: 1, text: 'x' }],
        scores: row,
        words: row,
        poles: null,
      }),
    ).toThrow(/arrived/);
  });
});

describe('the legend', () => {
  const axis = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };
  it.each([
    ['difference', 'cruel', 'kind', 'kind against cruel: mean of 10'],
    ['positive', 'less kind than neutral', 'kind', 'kind from neutral: mean of 10'],
    ['negative', 'cruel', 'less cruel than neutral', 'cruel from neutral: mean of 10'],
  ] as const)('of %s names both ends and what is read', async (head, low, high, says) => {
    const { container } = await render(Legend, {
      props: { axis, head, domain: 4, grain: 'mean', window: 10, neutralTokens: 7183 },
    });
    expect([...container.querySelectorAll('.pole')].map((pole) => pole.textContent)).toEqual([low, high]);
    expect(container.textContent).toContain(says);
    const marks = [...container.querySelectorAll<HTMLElement>('.mark')].map((mark) => getComputedStyle(mark));
    const muted = getComputedStyle(container.querySelector('li')!).color;
    expect([marks[0]!.borderBottomColor === muted, marks[1]!.borderTopColor === muted]).toEqual([
      head === 'positive',
      head === 'negative',
    ]);
  });
});

async function open(more: Partial<AppParts> = {}) {
  await render(App, {
    props: { parts: fakeParts(() => new FakeEngine(), { shelf: () => Promise.resolve(memoryShelf()), ...more }) },
  });
  await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
  await expect.element(page.getByRole('slider', { name: /Layer map/ })).toBeVisible();
}
const radio = (name: string) => page.getByRole('radio', { name });
const strip = () => document.querySelector('.strip')!;
const token = (index: number) => document.querySelector<HTMLElement>(`[data-token="${index}"]`)!;
const choose = async (name: string) => {
  (radio('kind against cruel').element() as HTMLElement).focus();
  while (!(radio(name).element() as HTMLInputElement).checked) await userEvent.keyboard('{ArrowRight}');
};

describe('on the page', () => {
  beforeEach(() => page.viewport(1280, 900));
  afterEach(() => page.viewport(1280, 900));

  it('one pole is chosen with the arrow keys, and everything says so', async () => {
    await open();
    await expect.element(radio('kind against cruel')).toBeChecked();
    expect(strip()).toHaveAttribute('aria-label', 'Text, coloured by its readings: kind against cruel');
    const before = token(60).className;
    await choose('cruel from neutral text');
    expect(strip()).toHaveAttribute('aria-label', 'Text, coloured by its readings: cruel from neutral text');
    expect(token(60).className).not.toBe(before);
    await expect.element(page.getByText('Grey is less cruel than neutral text, which is not kind.')).toBeVisible();
    await expect
      .element(page.getByRole('img', { name: /The reading along the text.*Cruel from neutral text/ }))
      .toBeVisible();
    await expect
      .element(page.getByRole('slider', { name: /Layer map/ }))
      .toHaveAttribute('aria-valuetext', expect.stringContaining('cruel from neutral text'));
    expect(document.querySelector('.strip [tabindex="0"]')!.getAttribute('aria-label')).toContain(
      'cruel from neutral text',
    );
  });

  it('the tables and the tip of a token name it too', async () => {
    await open();
    await choose('cruel from neutral text');
    await page.getByText('Show the numbers as tables').click();
    await expect.element(page.getByRole('region', { name: 'Tokens, cruel from neutral text, layer 16' })).toBeVisible();
    await page.getByRole('radio', { name: 'Text', exact: true }).click();
    await userEvent.hover(token(30));
    await expect.element(page.getByRole('tooltip')).toHaveTextContent(/[+−]\d.* cruel from neutral text, layer 16/);
  });

  it('paints the end that is no pole in grey, ground and bar', async () => {
    const storage = withDetails();
    storage.setItem('flipside.colour', 'mean');
    await open({ storage });
    await choose('kind from neutral text');
    // The arm of the pole that is not read, well out on it.
    const painted = (arm: string) =>
      [...document.querySelectorAll<HTMLElement>('.token')].find((one) =>
        new RegExp(`\\b${arm}([5-9]|\\d\\d)\\b`).test(one.className),
      )!;
    const span = painted('m');
    // The ground fades into its new colour.
    await expect.poll(() => new Set(getComputedStyle(span).backgroundColor.match(/\d+/g)).size).toBe(1);
    const bar = (of: HTMLElement) => /rgb\([^)]*\)/.exec(getComputedStyle(of).backgroundImage)![0];
    expect(bar(span)).toBe(getComputedStyle(document.querySelector('.muted')!).color);
    expect(bar(painted('k'))).not.toBe(bar(span));
    expect(scaleCss(-1, 'positive')).not.toBe(scaleCss(-1));
  });

  it('shows how far one pole may be believed, and what the other does to it', async () => {
    await open();
    await choose('kind from neutral text');
    await expect.element(page.getByRole('heading', { name: 'Kind from neutral text' })).toBeVisible();
    await expect.element(page.getByText('cruel turns against neutral text, on the side of kind')).toBeVisible();
    await expect
      .element(
        page.getByText(
          /both kind and cruel turns leave neutral text this way: alone it does not say kind rather than cruel/,
        ),
      )
      .toBeVisible();
    await choose('cruel from neutral text');
    await expect.element(page.getByText(/not shown to move with kind turns: the interval holds 0\.5/)).toBeVisible();
  });

  it('cannot be chosen for a recording that lacks it, and says why', async () => {
    const old = (url: string): Promise<string> =>
      url.endsWith('index.json')
        ? fakeFetch(url)
        : Promise.resolve(serialiseRecording(withoutPoles(sampleRecording())));
    await open({ fetchText: old });
    await expect.element(radio('kind from neutral text')).toBeDisabled();
    await expect.element(radio('cruel from neutral text')).toBeDisabled();
    await expect.element(page.getByText(/This recording holds the difference only/)).toBeVisible();
    await expect.element(radio('kind against cruel')).toBeChecked();
  });

  it('breaks no rule of accessibility in any way of reading, in light and dark', async () => {
    await open();
    for (const [theme, name] of [
      ['light', 'kind from neutral text'],
      ['dark', 'cruel from neutral text'],
    ] as const) {
      document.documentElement.dataset['theme'] = theme;
      await choose(name);
      expect(await violations(), `${theme}, ${name}`).toEqual([]);
    }
    delete document.documentElement.dataset['theme'];
  });
});
