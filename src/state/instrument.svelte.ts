/**
 * What strip, map and trajectory show of one reading by the chosen way of reading, at the chosen layer and running mean.
 * Everything here follows from the reading and the view; nothing is stored twice.
 */
import { drawnLines, drawnTapLines } from '../core/alarm.ts';
import type { Head } from '../core/heads.ts';
import { hasLexical } from '../core/lexical.ts';
import { layerMean, runningMean } from '../core/smoothing.ts';
import { DOMAIN_SDS, stripCell, tapMark } from '../core/strip-cell.ts';
import type { StripCell, TapMark } from '../core/strip-cell.ts';
import { peaks, sentenceStarts, sentenceStep } from '../core/token-walk.ts';
import type { Preferences } from './preferences.svelte.ts';
import type { HeadReading, ReadingState } from './reading.svelte.ts';
import type { View } from './view.svelte.ts';

interface CellMemo {
  readonly reading: ReadingState;
  readonly head: Head;
  readonly layer: number;
  readonly window: number;
  readonly taps: number;
  readonly given: number;
  readonly cells: readonly StripCell[];
}

/** The linked instrument: values, colours' domains and the walk through the text. */
export class Instrument {
  readonly #reading: () => ReadingState | null;
  readonly #view: View;
  readonly #preferences: Preferences;
  /** Plain, not state: it only saves work, the cells are the same without it. */
  #memo: CellMemo | null = null;

  constructor(reading: () => ReadingState | null, view: View, preferences: Preferences) {
    this.#reading = reading;
    this.#view = view;
    this.#preferences = preferences;
  }

  /** The way of reading on show: the chosen one, or the difference where the reading has no other. */
  readonly head = $derived.by((): Head => (this.#reading()?.frame.poles == null ? 'difference' : this.#view.head));

  /** The reading by {@link head}: whatever is shown of scores and scales is read through this. */
  get #shown(): HeadReading | null {
    return this.#reading()?.head(this.head) ?? null;
  }

  /** Value at the end of the colour scale for tokens at the chosen layer; fixed by probe, layer and raw or mean. */
  readonly domain = $derived.by(() => this.domainAt(this.#view.layer));

  /** The tokens of the strip. Old cells stay the same objects while a text grows. */
  readonly cells = $derived.by((): readonly StripCell[] => this.#cells());

  /** Running mean at the chosen layer, one a token. */
  readonly series = $derived.by(() => Float32Array.from(this.cells, (cell) => cell.value));

  /** Taps at the chosen layer with the token after which each stands. */
  readonly taps = $derived.by((): readonly (TapMark & { readonly afterToken: number })[] => {
    const reading = this.#reading();
    if (reading === null) return [];
    return reading.taps.map((tap, index) => ({ ...this.#mark(index), afterToken: tap.afterToken }));
  });

  /** Score of every token alone at the chosen layer. */
  readonly alone = $derived.by(() => Float32Array.from(this.cells, (cell) => this.raw(cell.token, this.#view.layer)));

  /** The series without what the words alone predict; null where they predict nothing at this layer or the probe has no lexical model. */
  readonly wordless = $derived.by((): Float32Array | null => {
    const { layer } = this.#view;
    if (!hasLexical(this.#shown?.explained ?? [], layer)) return null;
    const rest = Float32Array.from(this.cells, ({ token }) => this.raw(token, layer) - this.words(token, layer));
    const mean = runningMean(rest, this.#preferences.window);
    return mean.map((value, token) => (Number.isFinite(rest[token]) ? value : Number.NaN));
  });

  /** Share of the tokens' variance that the words alone explain at the chosen layer, on neutral stories left out of the fit; 0 without such a model. */
  readonly explained = $derived.by(() => Math.max(0, this.#shown?.explained[this.#view.layer] ?? 0));

  /** The 1 % lines of what is drawn for tokens, and of taps; null where the probe has none. */
  readonly lines = $derived.by(() => {
    const alarm = this.#shown?.alarm;
    if (alarm === undefined) return { drawn: null, taps: null, tokens: 0, tapCount: 0 };
    const { layer } = this.#view;
    return { drawn: drawnLines(alarm, layer, this.#preferences.window), taps: drawnTapLines(alarm, layer), tokens: alarm.tokens, tapCount: alarm.taps };
  });

  /** The colour domain of any layer. */
  domainAt(layer: number): number {
    const row = this.#shown?.calibration[layer];
    if (row === undefined) return 1;
    return DOMAIN_SDS * (this.#preferences.window === 1 ? row.tokenSd : row.smoothSd);
  }

  /** Score of one token alone. */
  raw(token: number, layer: number): number {
    const reading = this.#reading();
    return reading === null ? Number.NaN : (this.#shown?.scores[token * reading.frame.layers + layer] ?? Number.NaN);
  }

  /** The part of one token's score that the words alone predict; NaN where there is none. */
  words(token: number, layer: number): number {
    const reading = this.#reading();
    return reading === null ? Number.NaN : (this.#shown?.words[token * reading.frame.layers + layer] ?? Number.NaN);
  }

  /** Running mean of one token at any layer. */
  mean(token: number, layer: number): number {
    const reading = this.#reading();
    const scores = this.#shown?.scores;
    if (reading === null || scores === undefined) return Number.NaN;
    return layerMean(scores, token, this.#preferences.window, reading.frame.layers, layer);
  }

  /** The first tap that stands at or after a token. */
  nextTap(token: number): (TapMark & { readonly afterToken: number }) | null {
    return this.taps.find((tap) => tap.afterToken >= token) ?? null;
  }

  /** Start of the sentence one step away. */
  sentenceFrom(token: number, step: 1 | -1): number {
    return sentenceStep(sentenceStarts(this.cells.map((cell) => cell.text)), token, step);
  }

  /** The nearest peak of |value| in one direction, or the token itself. Peaks below a third of the scale are no peaks. */
  peakFrom(token: number, step: 1 | -1): number {
    const found = peaks(this.series, this.domain / DOMAIN_SDS);
    return (step === 1 ? found.find((peak) => peak > token) : found.findLast((peak) => peak < token)) ?? token;
  }

  #cells(): readonly StripCell[] {
    const reading = this.#reading();
    if (reading === null) return [];
    const { head } = this;
    const { layer } = this.#view;
    const { window } = this.#preferences;
    const { tokens, taps, givenTokens: given } = reading;
    const memo = this.#memo;
    const usable = memo !== null && memo.reading === reading && memo.head === head && memo.layer === layer && memo.window === window ? memo : null;
    const cells = usable === null ? [] : usable.cells.slice();
    const { domain } = this;
    const tapAt = new Map(taps.map((tap, index) => [tap.afterToken, index]));
    const make = (token: number): StripCell => {
      const tap = tapAt.get(token);
      const mark = tap === undefined ? null : this.#mark(tap);
      return stripCell(token, tokens[token]?.text ?? '', this.mean(token, layer), domain, token === given && token > 0, mark);
    };
    for (let token = cells.length; token < tokens.length; token += 1) cells.push(make(token));
    for (const tap of taps.slice(usable?.taps ?? 0)) if (tap.afterToken < tokens.length) cells[tap.afterToken] = make(tap.afterToken);
    if (usable !== null && usable.given !== given && given < tokens.length) cells[given] = make(given);
    this.#memo = { reading, head, layer, window, taps: taps.length, given, cells };
    return cells;
  }

  #mark(index: number): TapMark {
    const tap = this.#reading()?.taps[index];
    const { head } = this;
    const { layer } = this.#view;
    const score = head === 'difference' ? tap?.score : tap?.poles?.[head];
    return tapMark(index, score?.[layer] ?? Number.NaN, tap?.nullLow[layer] ?? Number.NaN, tap?.nullHigh[layer] ?? Number.NaN);
  }
}
