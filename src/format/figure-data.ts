/** What a figure shows of a recording at one layer and grain, as numbers. The same quantities as on the page. */
import { drawnValues, type Smoothing } from '../core/drawn-values.ts';
import { domainOf, type Grain, unitStarts } from '../core/grain.ts';
import type { Head } from '../core/heads.ts';
import { stripCell, type StripCell, tapMark, type TapMark, tokenShape } from '../core/strip-cell.ts';
import type { RecordedPole, Recording } from './recording.ts';

/** What to draw. */
export interface FigureChoice {
  /** The way of reading; a recording that lacks it shows the difference. */
  readonly head: Head;
  readonly layer: number;
  readonly grain: Grain;
  /** Tokens in the running mean; only for that grain. */
  readonly window: number;
}

/** The numbers of a figure. */
export interface FigureData {
  /** The way of reading that is shown. */
  readonly head: Head;
  /** Value at the end of the colour scale. */
  readonly domain: number;
  readonly cells: readonly StripCell[];
  readonly taps: readonly (TapMark & { readonly afterToken: number })[];
  /** Place on the colour scale of one token at any layer; NaN where there is no score. */
  at(token: number, layer: number): number;
}

/** Reads a recording at a layer. */
export function figureData(recording: Recording, { head: wanted, layer, grain, window }: FigureChoice): FigureData {
  const { layers, tokens, givenTokens, poles } = recording;
  const head = poles === null ? 'difference' : wanted;
  const { scores, calibration } = headOf(recording, head);
  const domainAt = (at: number): number => {
    const row = calibration[at];
    return row === undefined ? 1 : domainOf(grain, row);
  };
  const domain = domainAt(layer);
  const taps = recording.taps.map((tap, index) => ({ ...tapMark(index, (head === 'difference' ? tap.score : tap.poles?.[head])?.[layer] ?? Number.NaN, tap.nullLow[layer] ?? Number.NaN, tap.nullHigh[layer] ?? Number.NaN), afterToken: tap.afterToken }));
  const tapAfter = new Map(taps.map((tap) => [tap.afterToken, tap]));
  const smoothing: Smoothing = { grain, window, starts: unitStarts(grain, tokens.map((piece) => piece.text)), tokens: tokens.length };
  const values = drawnValues({ scores, layers }, smoothing, 0, tokens.length, 0, layers);
  const valueAt = (token: number, at: number): number => values[token * layers + at] ?? Number.NaN;
  return {
    head,
    domain,
    taps,
    cells: tokens.map((piece, token) => stripCell(tokenShape(token, piece.text, token === givenTokens && token > 0, tapAfter.has(token)), valueAt(token, layer), domain, tapAfter.get(token) ?? null)),
    at: (token, other) => Math.max(-1, Math.min(1, valueAt(token, other) / domainAt(other))),
  };
}

/** The scores and scales of one way of reading; those of the difference where the recording lacks it. */
export function headOf(recording: Recording, head: Head): RecordedPole {
  return head === 'difference' ? recording : (recording.poles?.[head] ?? recording);
}
