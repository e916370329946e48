/**
 * What strip, map and trajectory show of one text by the chosen way of reading, at the chosen layer and grain. Everything
 * here follows from the reading and the view; nothing is stored twice.
 */
import { drawnLines, drawnReadoutLines } from '../../reading/alarm.ts';
import { drawnValues } from '../../reading/drawn-values.ts';
import type { ScoreRows, Smoothing } from '../../reading/drawn-values.ts';
import { DOMAIN_SDS, domainOf, type Grain, grainDef, unitAround, unitStarts } from '../../reading/grain.ts';
import type { Head } from '../../probe/heads.ts';
import type { ReadoutReading } from '../../reading/reading.ts';
import { hasLexical } from '../../reading/lexical.ts';
import { readoutMark } from '../../reading/strip-cell.ts';
import type { StripCell, ReadoutMark } from '../../reading/strip-cell.ts';
import { readSpan } from '../../text/token-span.ts';
import type { SpanReading } from '../../text/token-span.ts';
import { stretchAt, traceValues } from '../../reading/trace-values.ts';
import { hasShown, type TracePoint, tracePoints } from '../../reading/trace.ts';
import { peaks, sentenceStarts, sentenceStep } from '../../text/token-walk.ts';
import { CellMaker } from './cell-maker.ts';
import type { Preferences } from '../preferences.svelte.ts';
import type { HeadReading, ReadingState } from './reading.svelte.ts';
import type { View } from './view.svelte.ts';

/** A reading with the token after which it stands. */
export type PlacedReadout = ReadoutMark & { readonly afterToken: number };

/** The linked instrument: values, colours' domains and the walk through the text. */
export class Instrument {
  readonly #reading: () => ReadingState | null;
  readonly #view: View;
  readonly #preferences: Preferences;
  /** Plain, not state: it only saves work, the cells are the same without it. */
  readonly #maker = new CellMaker();

  constructor(reading: () => ReadingState | null, view: View, preferences: Preferences) {
    this.#reading = reading;
    this.#view = view;
    this.#preferences = preferences;
  }

  /** The way of reading on show: the chosen one, or the difference where the reading has no other. */
  readonly head = $derived.by((): Head =>
    (this.#reading()?.frame.poles ?? null) === null ? 'difference' : this.#view.head,
  );

  /** The reading by {@link head}: whatever is shown of scores and scales is read through this. */
  get #shown(): HeadReading | null {
    return this.#reading()?.head(this.head) ?? null;
  }

  /** What one colour stands for: what was chosen, or the running mean where the text was read without readings. */
  readonly grain = $derived.by((): Grain =>
    this.#preferences.grain === 'reading' && !this.readable ? 'mean' : this.#preferences.grain,
  );

  /** Whether the text has readings, or gets them while it is read. */
  get readable(): boolean {
    const reading = this.#reading();
    return (
      reading === null ||
      reading.readouts.length > 0 ||
      (reading.recording === null && reading.maker?.readouts !== false)
    );
  }

  /** The readings by the way of reading on show. */
  readonly #readings = $derived.by((): readonly ReadoutReading[] =>
    readingsBy(this.#reading()?.readouts ?? [], this.head),
  );

  /** The layer that readings are of; null where they are over all layers that the probe reads at. */
  readonly readingLayer = $derived.by((): number | null =>
    !this.#view.single && hasShown(this.#readings) ? null : this.#at,
  );

  /** The layer of the reading: the chosen one, or that of the probe. */
  get #at(): number {
    return this.#view.single ? this.#view.layer : (this.#reading()?.frame.defaultLayer ?? 0);
  }

  /** The stretches of the text with the reading that follows each, in order. */
  readonly trace = $derived.by((): readonly TracePoint[] => this.#traceAt(this.readingLayer));

  /** Value at the end of the colour scale for tokens at the chosen layer; fixed by probe, layer and grain. */
  readonly domain = $derived.by(() => this.domainAt(this.#view.layer));

  /** Texts of the tokens so far. */
  readonly #pieces = $derived.by((): readonly string[] => this.#reading()?.tokens.map((piece) => piece.text) ?? []);

  /** The units of the grain, kept while a text grows: only its end is looked at again. */
  #units: { readonly reading: ReadingState | null; readonly grain: string; readonly starts: readonly number[] } = {
    reading: null,
    grain: '',
    starts: [],
  };

  /** How the tokens' own scores become what is drawn of them. */
  readonly smoothing = $derived.by((): Smoothing => {
    const { window } = this.#preferences;
    const grain = this.grain === 'reading' ? 'mean' : this.grain;
    const reading = this.#reading();
    const tokens = reading?.tokens.length ?? 0;
    if (grainDef(grain).starts === null) return { grain, window, starts: [], tokens };
    const known = this.#units.reading === reading && this.#units.grain === grain ? this.#units.starts : [];
    const starts = unitStarts(grain, this.#pieces, known);
    this.#units = { reading, grain, starts };
    return { grain, window, starts, tokens };
  });

  /** The tokens of the strip. Cells whose value has not changed stay the same objects while a text grows. */
  readonly cells = $derived.by((): readonly StripCell[] => {
    const reading = this.#reading();
    if (reading === null) return [];
    const { layer } = this.#view;
    return this.#maker.cells({
      reading,
      head: this.head,
      trace: this.grain === 'reading' ? this.trace : null,
      rows: this.#rows(),
      smoothing: this.smoothing,
      layer,
      domain: this.domain,
      readouts: this.readouts,
    });
  });

  /** What is drawn at the chosen layer, one a token. */
  readonly series = $derived.by(() => collected(this.cells.length, (token) => this.cells[token]?.value ?? Number.NaN));

  /** What the tokens' own scores give at the chosen layer: {@link series} where that is raw, else their running mean. */
  readonly rawSeries = $derived.by((): Float32Array =>
    this.grain === 'reading'
      ? drawnValues(this.#rows(), this.smoothing, 0, this.cells.length, this.#view.layer, 1)
      : this.series,
  );

  /** Readings at the ends of sentences, at the chosen layer. */
  readonly readouts = $derived.by((): readonly PlacedReadout[] =>
    tracePoints(this.#readings, Number.POSITIVE_INFINITY, this.#view.layer, this.#view.layer)
      .filter(({ stand }) => stand === 'sentence')
      .map(({ score, low, high, afterToken }, index) => ({ ...readoutMark(index, score, low, high), afterToken })),
  );

  /** Score of every token alone at the chosen layer. */
  readonly alone = $derived.by((): Float32Array => {
    return column(this.#rows(), this.#view.layer, this.cells.length);
  });

  /** The series without what the words alone predict; null where they predict nothing at this layer or the probe has no lexical model. */
  readonly wordless = $derived.by((): Float32Array | null => {
    const { layer } = this.#view;
    if (!hasLexical(this.#shown?.explained ?? [], layer)) return null;
    const words = column({ scores: this.#shown?.words ?? [], layers: this.#rows().layers }, layer, this.cells.length);
    const rest = this.alone.map((score, token) => score - (words[token] ?? Number.NaN));
    return drawnValues({ scores: rest, layers: 1 }, this.smoothing, 0, rest.length, 0, 1);
  });

  /**
   * Share of the tokens' variance that the words alone explain at the chosen layer, on neutral stories left out of the
   * fit; 0 without such a model.
   */
  readonly explained = $derived.by(() => Math.max(0, this.#shown?.explained[this.#view.layer] ?? 0));

  /** The 1 % lines of what is drawn for tokens, and of readouts; null without a probe or measured lines. */
  readonly lines = $derived.by(() => {
    const alarm = this.#shown?.alarm;
    if (alarm === undefined) return { drawn: null, readouts: null, tokens: 0, readoutCount: 0 };
    const { layer } = this.#view;
    return {
      drawn: drawnLines(alarm, layer, this.grain),
      readouts: drawnReadoutLines(alarm, layer),
      tokens: alarm.tokens,
      readoutCount: alarm.taps,
    };
  });

  /** What was read in the chosen span at the chosen layer; null without one. Tokens that arrive later do not change it. */
  readonly span = $derived.by((): SpanReading | null => {
    const { span, layer } = this.#view;
    return this.#reading() === null || span === null
      ? null
      : readSpan(span, column(this.#rows(), layer, span.to + 1), this.readouts);
  });

  /** The colour domain of any layer. */
  domainAt(layer: number): number {
    const row = this.#shown?.calibration[layer];
    return row === undefined ? 1 : domainOf(this.grain, row);
  }

  /** Score of one token alone. */
  raw(token: number, layer: number): number {
    const { scores, layers } = this.#rows();
    return scores[token * layers + layer] ?? Number.NaN;
  }

  /** The part of one token's score that the words alone predict; NaN where there is none. */
  words(token: number, layer: number): number {
    return this.#shown?.words[token * this.#rows().layers + layer] ?? Number.NaN;
  }

  /**
   * Places on the colour scale of the tokens `[from, to)` at every layer, `[to - from, layers]`: ±1 is the end of the
   * scale, NaN has no value.
   */
  shades(from: number, to: number): Float32Array {
    const rows = this.#rows();
    const { layers } = rows;
    const values =
      this.grain === 'reading'
        ? this.#readingRows(from, to, layers)
        : drawnValues(rows, this.smoothing, from, to, 0, layers);
    const domains = Array.from({ length: layers }, (_, layer) => this.domainAt(layer));
    return values.map((value, index) => value / (domains[index % layers] ?? 1));
  }

  /** How many tokens have a part in the value of one token. */
  tokensBehind(token: number): number {
    const { grain, window, starts, tokens } = this.smoothing;
    if (this.grain === 'reading') {
      const stretch = this.stretchOf(token);
      return stretch === null ? 0 : stretch.afterToken + 1 - stretch.from;
    }
    const { trailing } = grainDef(grain);
    if (trailing !== null) return Math.max(1, Math.min(trailing(window), token));
    const { from, to } = unitAround(starts, token, tokens);
    return to - Math.max(from, Math.min(1, to - 1));
  }

  /** The stretch that a token belongs to, with the reading that follows it; null where none does yet. */
  stretchOf(token: number): TracePoint | null {
    return stretchAt(this.trace, token);
  }

  /** Start of the sentence one step away. */
  sentenceFrom(token: number, step: 1 | -1): number {
    return sentenceStep(sentenceStarts(this.#pieces), token, step);
  }

  /** The nearest peak of |value| in one direction, or the token itself. Peaks below a third of the scale are no peaks. */
  peakFrom(token: number, step: 1 | -1): number {
    const found = peaks(this.series, this.domain / DOMAIN_SDS);
    return (step === 1 ? found.find((peak) => peak > token) : found.findLast((peak) => peak < token)) ?? token;
  }

  /** Where every score of a token comes from, here and nowhere else. */
  #rows(): ScoreRows {
    return { scores: this.#shown?.scores ?? [], layers: this.#reading()?.frame.layers ?? 1 };
  }

  #traceAt(layer: number | null): TracePoint[] {
    const reading = this.#reading();
    return reading === null ? [] : tracePoints(this.#readings, reading.tokens.length, layer, this.#at);
  }

  /** The readings of the stretches that the tokens `[from, to)` belong to, at every layer `[to - from, layers]`. */
  #readingRows(from: number, to: number, layers: number): Float32Array {
    const rows = new Float32Array((to - from) * layers);
    for (let layer = 0; layer < layers; layer += 1) {
      const values = traceValues(this.#traceAt(layer), to);
      for (let token = from; token < to; token += 1)
        rows[(token - from) * layers + layer] = values[token] ?? Number.NaN;
    }
    return rows;
  }
}

/**
 * Readings by a pole from neutral as if they were those of the difference; NaN where one lacks it. Only the difference
 * has a reading over layers.
 */
function readingsBy(readings: readonly ReadoutReading[], head: Head): readonly ReadoutReading[] {
  if (head === 'difference') return readings;
  return readings.map((reading) => ({
    ...reading,
    score: reading.poles?.[head] ?? new Float32Array(reading.score.length).fill(Number.NaN),
    shown: null,
  }));
}

function collected(length: number, at: (index: number) => number): Float32Array {
  const values = new Float32Array(length);
  for (let index = 0; index < length; index += 1) values[index] = at(index);
  return values;
}

/** One layer of the first `count` tokens. */
function column({ scores, layers }: ScoreRows, layer: number, count: number): Float32Array {
  return collected(count, (token) => scores[token * layers + layer] ?? Number.NaN);
}
