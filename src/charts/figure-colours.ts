/** The few colours of a figure that are not on the scale. Those of the page, in figures, because a file has no style sheet of ours. */
import { GREY_LINE, INK, type Theme } from './colour.ts';

/** By role. */
export interface FigureColours {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly hairline: string;
  readonly band: string;
}

/** For each appearance. */
export const FIGURE_COLOURS: Readonly<Record<Theme, FigureColours>> = {
  light: { paper: '#fcfcfc', ink: INK.light, muted: GREY_LINE.light, hairline: '#e0e2e4', band: '#c9ccd1' },
  dark: { paper: '#1d1d1d', ink: INK.dark, muted: GREY_LINE.dark, hairline: '#393b3f', band: '#54575d' },
};
