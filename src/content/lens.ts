/** How the numbers and the words of the lens are written. */
import type { DirectionKind, LensWord } from '../lens/lens.ts';
import { endsOf, headName, type ByPole, type Head } from '../probe/heads.ts';
import type { Axis } from '../probe/probe-types.ts';
import { visibleToken } from '../text/visible-text.ts';
import { count, plainNumber } from './numbers.ts';

/** A probability for narrow places: `41 %`, `0.3 %`, `< 0.1 %`. */
export function percent(probability: number): string {
  if (!Number.isFinite(probability)) return '–';
  const share = probability * 100;
  if (share < 0.1) return '< 0.1 %';
  return `${share < 9.95 ? share.toFixed(1) : Math.round(share)} %`;
}

/** A probability where there is room, to three digits: `41.2 %`, `3.4e−9 %`. */
export function percentExactly(probability: number): string {
  if (!Number.isFinite(probability)) return '–';
  const share = probability * 100;
  return `${share >= 0.01 || share === 0 ? Number(share.toPrecision(3)) : share.toExponential(1).replace('-', '−')} %`;
}

/** Entropy with what it amounts to: `2.31 nats, as unsure as among 10 equal words`. */
export function entropyWords(nats: number): string {
  const words = Math.exp(nats);
  return `${plainNumber(nats, 2)} nats, as unsure as among ${words < 9.95 ? words.toFixed(1) : count(Math.round(words))} equal words`;
}

/** A word of the vocabulary in quotation marks, its space as a glyph. */
export function quoted(text: string): string {
  return `“${visibleToken(text)}”`;
}

/** A followed word as a curve or a column is called. */
export function wordName({ text, firstOfSeveral, asked }: LensWord): string {
  return firstOfSeveral ? `${quoted(text)} of ${asked}` : quoted(text);
}

/** What each direction is called. */
export function directionName(kind: DirectionKind, axis: Axis): string {
  switch (kind) {
    case 'reading':
      return 'what it reads by';
    case 'steering':
      return 'what it steers by';
    case 'positive':
    case 'negative':
      return headName(kind, axis);
  }
}

/** The way of reading whose ends a direction has. */
export function headOf(kind: DirectionKind): Head {
  return kind === 'positive' || kind === 'negative' ? kind : 'difference';
}

/** What lies at each end of a direction: promoted words go with the first. */
export function directionEnds(kind: DirectionKind, axis: Axis): ByPole<string> {
  return endsOf(headOf(kind), axis);
}

/** How the furthest words of a direction compare with chance, as a sentence; only asked where there is chance to compare with. */
export function chanceWords(chance: { readonly count: number; readonly up: number; readonly down: number }): string {
  return `Of ${chance.count} random directions, 95 in 100 move no word beyond +${plainNumber(chance.up, 1)} or ${plainNumber(chance.down, 1)}.`;
}

/** What is said where a direction moves no word further than random ones do. */
export const NO_WORDS = {
  says: 'This direction spells no words.',
  why: 'Its furthest words move no further than those of random directions.',
  end: 'No word beyond chance towards',
} as const;
