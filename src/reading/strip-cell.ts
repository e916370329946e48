/** One token of the strip, ready to draw: its text, where it lies on the colour scale and what stands after it. Pure. */
import { READING_DOMAIN } from './grain.ts';
import { isPlain, visibleSegments } from '../text/visible-text.ts';
import type { VisibleSegment } from '../text/visible-text.ts';

/** The mark of a readout after a sentence. */
export interface ReadoutMark {
  /** Place among the readouts, from 0. */
  readonly index: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  /** Score on the colour scale of readouts, in [−1, 1]. */
  readonly t: number;
  /** Whether it lies no further out than 90 % of random directions. Outside proves nothing alone: chance puts one readout in ten there. */
  readonly inside: boolean;
}

/** What a token is made of on the page, whatever it is coloured by: the same object at every layer. */
export interface TokenShape {
  readonly token: number;
  readonly text: string;
  /** Null when the text can be shown as it is, which is nearly always. */
  readonly segments: readonly VisibleSegment[] | null;
  /** First token that the model wrote. */
  readonly begins: boolean;
  /** Whether a readout stands after it. */
  readonly hasReadout: boolean;
  /** First token from which on two runs side by side differ; absent where one text stands alone. */
  readonly parts?: true;
}

/** One token of the strip. Cells are never altered, so a cell that stays the same object needs no redraw. */
export interface StripCell {
  readonly token: number;
  readonly text: string;
  readonly shape: TokenShape;
  /** Value in score units; NaN at the sink, where a number failed, and where no reading has come yet. */
  readonly value: number;
  /** Place on the colour scale, clamped to [−1, 1]; 0 where there is no value. */
  readonly t: number;
  /** `unread`: no reading follows it yet. */
  readonly state: 'value' | 'beyond' | 'sink' | 'missing' | 'unread';
  /** Whether it has the colour of a reading, and not of its own score. */
  readonly calm: boolean;
  readonly readout: ReadoutMark | null;
}

/** The shape of one token; `before` again where nothing about it has changed. */
export function tokenShape(
  token: number,
  text: string,
  begins: boolean,
  hasReadout: boolean,
  before?: TokenShape,
): TokenShape {
  if (before?.token === token && before.text === text && before.begins === begins && before.hasReadout === hasReadout)
    return before;
  return { token, text, segments: isPlain(text) ? null : visibleSegments(text), begins, hasReadout };
}

/** The cells with one of them marked as the first from which on this run differs from the one beside it. */
export function partingAt(cells: readonly StripCell[], token: number | null): readonly StripCell[] {
  return token === null
    ? cells
    : cells.map((cell) => (cell.token === token ? { ...cell, shape: { ...cell.shape, parts: true } } : cell));
}

/** The cell of one token; `domain` is the value at the end of the scale. */
export function stripCell(shape: TokenShape, value: number, domain: number, readout: ReadoutMark | null): StripCell {
  const { token, text } = shape;
  const finite = Number.isFinite(value);
  const state = finite ? (Math.abs(value) > domain ? 'beyond' : 'value') : token === 0 ? 'sink' : 'missing';
  return { token, text, shape, value, t: finite ? clamped(value / domain) : 0, state, calm: false, readout };
}

/** The cell of one token in the colour of the reading that follows it; `read`: whether there is one. The first token is like any other. */
export function readingCell(shape: TokenShape, score: number, read: boolean): StripCell {
  const { token, text } = shape;
  const finite = Number.isFinite(score);
  return {
    token,
    text,
    shape,
    value: score,
    t: finite ? clamped(score / READING_DOMAIN) : 0,
    state: !read ? 'unread' : finite ? 'value' : 'missing',
    calm: true,
    readout: null,
  };
}

/** The mark of a readout at one layer. */
export function readoutMark(index: number, score: number, low: number, high: number): ReadoutMark {
  const t = Number.isFinite(score) ? clamped(score / READING_DOMAIN) : 0;
  return { index, score, low, high, t, inside: !(score < low || score > high) };
}

function clamped(t: number): number {
  return Math.max(-1, Math.min(1, t));
}
