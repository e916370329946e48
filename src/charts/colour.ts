/**
 * The signed colour scale of Flipside: purple (negative) through the page's own paper to green (positive).
 *
 * Defined in OKLCH with bounded lightness, so that one ink per theme stays readable on every step (at least 6.7:1)
 * and both arms stay apart for four kinds of colour vision. Pure: no DOM, no theme detection.
 * The reading of one pole from neutral has a hue of its own, because both poles may differ from neutral alike: a cruel deed far from
 * neutral is not kind. The other arm is the same ramp of lightness in grey, because "less kind than neutral" is not "cruel"; the
 * ink reads on all of them, because lightness is the same. Green and purple lie 28 or more apart in CIEDE2000 for four kinds of colour
 * vision from v = 0.5 on; blue against grey was not measured.
 * OKLab: B. Ottosson, https://bottosson.github.io/posts/oklab/
 */
import type { ByPole, Head } from '../probe/heads.ts';

/** The two appearances of the page. */
export type Theme = 'light' | 'dark';

/** 8-bit sRGB. */
export type Rgb = readonly [red: number, green: number, blue: number];

interface Arm {
  readonly lightnessAtZero: number;
  readonly lightnessAtEnd: number;
  readonly chromaAtEnd: number;
}

const ARMS: Readonly<Record<Theme, Arm>> = {
  light: { lightnessAtZero: 0.99, lightnessAtEnd: 0.76, chromaAtEnd: 0.17 },
  dark: { lightnessAtZero: 0.23, lightnessAtEnd: 0.44, chromaAtEnd: 0.15 },
};
const HUE_POSITIVE = 145;
const HUE_NEGATIVE = 310;
/** Of one pole from neutral, whichever it is. */
const HUE_FROM_NEUTRAL = 250;

/** Text on the scale. It never flips, so the words give no false edge in the middle of the scale. */
export const INK: Readonly<Record<Theme, string>> = { light: '#16181d', dark: '#f5f6f8' };

/** Lines, bars and marks on the page: at least 3:1 against the paper, in the hue of their pole. */
export const LINE: Readonly<Record<Theme, { readonly positive: string; readonly negative: string }>> = {
  light: { positive: '#01721c', negative: '#802baf' },
  dark: { positive: '#61dc6b', negative: '#c583f3' },
};

/** The same for one pole from neutral. */
const FROM_NEUTRAL_LINE: Readonly<Record<Theme, string>> = { light: '#1f5fa8', dark: '#7db4f0' };

/** The same for what is neither pole, and for quiet text: as `--muted` of tokens.css. */
export const GREY_LINE: Readonly<Record<Theme, string>> = { light: '#5a5e67', dark: '#a9adb6' };

/** Lines, bars and marks for both ends of the scale of a way of reading. */
export function endLines(theme: Theme, head: Head): ByPole<string> {
  if (head === 'difference') return LINE[theme];
  const [own, grey] = [FROM_NEUTRAL_LINE[theme], GREY_LINE[theme]];
  return head === 'positive' ? { positive: own, negative: grey } : { positive: grey, negative: own };
}

/** Steps of {@link scaleCss} on each side of zero: finer than the eye tells apart, coarse enough for a small table. */
const STEPS = 64;

/**
 * The colour of `t` in [−1, 1] as 8-bit sRGB; values outside are clamped. NaN has no colour: callers hatch it.
 */
export function scaleRgb(t: number, theme: Theme, head: Head = 'difference'): Rgb {
  const clamped = Math.max(-1, Math.min(1, t));
  const magnitude = Math.abs(clamped);
  const arm = ARMS[theme];
  const lightness = arm.lightnessAtZero + (arm.lightnessAtEnd - arm.lightnessAtZero) * magnitude;
  const end = clamped >= 0 ? 'positive' : 'negative';
  const degrees = head !== 'difference' ? HUE_FROM_NEUTRAL : end === 'positive' ? HUE_POSITIVE : HUE_NEGATIVE;
  const hue = (degrees * Math.PI) / 180;
  return fit(lightness, head === 'difference' || head === end ? arm.chromaAtEnd * magnitude : 0, hue);
}

/** {@link scaleRgb} as `#rrggbb`. */
export function scaleHex(t: number, theme: Theme, head: Head = 'difference'): string {
  return `#${scaleRgb(t, theme, head)
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join('')}`;
}

const cssTables: Readonly<Record<Head, string[]>> = { difference: [], positive: [], negative: [] };

/** The colour of `t` for both themes as one CSS value, `light-dark(…, …)`, so that a change of theme costs no script. */
export function scaleCss(t: number, head: Head = 'difference'): string {
  const step = Math.round(Math.max(-1, Math.min(1, t)) * STEPS) + STEPS;
  return (cssTables[head][step] ??=
    `light-dark(${scaleHex(step / STEPS - 1, 'light', head)}, ${scaleHex(step / STEPS - 1, 'dark', head)})`);
}

/** Nine stops from −1 to +1 as one CSS gradient: the legend. */
export function scaleGradient(head: Head = 'difference'): string {
  const stops = Array.from({ length: 9 }, (_, index) => scaleCss(index / 4 - 1, head));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/**
 * Reduces chroma until the colour exists in sRGB, so that the hue never drifts by clipping. In steps of 3 %: those are
 * the steps with which the scale's contrast and colour-vision numbers were measured, and the nine stops are exact.
 */
function fit(lightness: number, chroma: number, hue: number): Rgb {
  let reduced = chroma;
  let linear = toLinear(lightness, reduced, hue);
  while (!inGamut(linear)) {
    reduced *= 0.97;
    linear = toLinear(lightness, reduced, hue);
  }
  return [encode(linear[0]), encode(linear[1]), encode(linear[2])];
}

function toLinear(lightness: number, chroma: number, hue: number): readonly [number, number, number] {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function inGamut(linear: readonly [number, number, number]): boolean {
  return linear.every((channel) => channel >= -1e-6 && channel <= 1 + 1e-6);
}

function encode(linear: number): number {
  const bounded = Math.max(0, Math.min(1, linear));
  const value = bounded <= 0.0031308 ? 12.92 * bounded : 1.055 * bounded ** (1 / 2.4) - 0.055;
  return Math.round(value * 255);
}
