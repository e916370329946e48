/**
 * The scale of what goes one of two ways that are no poles: blue for the first, amber for the second, the page's paper between.
 * Both are hues of series, so thin that the ink of the theme stays readable on them. Pure.
 */
import type { Theme } from '../colour.ts';
import { FIGURE_COLOURS } from '../figure-colours.ts';
import { toneColour } from '../looks.ts';

/** Share of the hue at the ends of the scale. */
const MOST = 0.45;
/** Steps of the scale on each side. */
const STEPS = 32;

/** The colour of `t` in [−1, 1] as `#rrggbb`; values outside are clamped. */
export function waysHex(t: number, theme: Theme): string {
  const part = Math.min(1, Math.abs(t)) * MOST;
  const [paper, hue] = [FIGURE_COLOURS[theme].paper, toneColour(t < 0 ? 'second' : 'third', theme)];
  const channels = [1, 3, 5].map((at) => {
    const [from, to] = [paper, hue].map((hex) => parseInt(hex.slice(at, at + 2), 16)) as [number, number];
    return Math.round(from + (to - from) * part)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}

/** The same for both themes as one CSS value; NaN has none. */
export function waysCss(t: number): string {
  const step = Math.round(Math.max(-1, Math.min(1, t)) * STEPS) / STEPS;
  return `light-dark(${waysHex(step, 'light')}, ${waysHex(step, 'dark')})`;
}
