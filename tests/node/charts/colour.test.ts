import { describe, expect, it } from 'vitest';
import { endLines, INK, scaleCss, scaleHex, scaleRgb } from '../../../src/charts/colour.ts';
import type { Rgb, Theme } from '../../../src/charts/colour.ts';

const STOPS: Record<Theme, string> = {
  light: '#d191fe #dbadfe #e6c8fe #f1e1ff #fcfcfc #d8f1d8 #b3e5b4 #8dd98f #61cc69',
  dark: '#6c338f #572f70 #422a53 #2f2437 #1d1d1d #1d2e1e #1a401d #0d5318 #036518',
};
const THEMES: Theme[] = ['light', 'dark'];

const luminance = (rgb: Rgb): number => {
  const [r, g, b] = rgb.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: Rgb, b: Rgb): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const parse = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

describe('the signed colour scale', () => {
  it.each(THEMES)('gives the nine measured stops in %s', (theme) => {
    const stops = Array.from({ length: 9 }, (_, index) => scaleHex(index / 4 - 1, theme));
    expect(stops.join(' ')).toBe(STOPS[theme]);
  });

  it.each(THEMES)('keeps the one ink readable on every step in %s', (theme) => {
    const worst = Math.min(
      ...Array.from({ length: 201 }, (_, index) => contrast(scaleRgb(index / 100 - 1, theme), parse(INK[theme]))),
    );
    expect(worst).toBeGreaterThanOrEqual(theme === 'light' ? 7.7 : 6.7);
  });

  it.each(THEMES.flatMap((theme) => (['positive', 'negative'] as const).map((head) => [head, theme] as const)))(
    'of one pole from neutral, %s in %s, has a hue of neither pole, makes the other end grey, and the ink as readable',
    (head, theme) => {
      const sign = head === 'positive' ? 1 : -1;
      for (let step = 0; step <= 100; step += 1) {
        const t = (sign * step) / 100;
        // One hue for both poles, and at the end of the scale far from both of theirs.
        expect(scaleRgb(t, theme, head)).toEqual(scaleRgb(-t, theme, head === 'positive' ? 'negative' : 'positive'));
        const [red, green, blue] = scaleRgb(-t, theme, head);
        expect([green, blue]).toEqual([red, red]);
      }
      const worst = Math.min(
        ...Array.from({ length: 201 }, (_, index) =>
          contrast(scaleRgb(index / 100 - 1, theme, head), parse(INK[theme])),
        ),
      );
      expect(worst).toBeGreaterThanOrEqual(theme === 'light' ? 7.7 : 6.7);
      // Lines and marks of the grey end stand out from the paper as those of the poles do.
      const other = head === 'positive' ? 'negative' : 'positive';
      expect(contrast(parse(endLines(theme, head)[other]), scaleRgb(0, theme))).toBeGreaterThanOrEqual(4.5);
      const own = parse(endLines(theme, head)[head]);
      expect(contrast(own, scaleRgb(0, theme))).toBeGreaterThanOrEqual(4.5);
      for (const pole of ['positive', 'negative'] as const) {
        expect(distance(own, parse(endLines(theme, 'difference')[pole]))).toBeGreaterThan(60);
        expect(distance(scaleRgb(sign, theme, head), scaleRgb(pole === 'positive' ? 1 : -1, theme))).toBeGreaterThan(
          40,
        );
      }
    },
  );

  it('clamps what lies outside', () => {
    expect(scaleHex(7, 'light')).toBe(scaleHex(1, 'light'));
    expect(scaleHex(-Infinity, 'dark')).toBe(scaleHex(-1, 'dark'));
  });

  it('gives both themes as one CSS value', () => {
    expect(scaleCss(0)).toBe('light-dark(#fcfcfc, #1d1d1d)');
    expect(scaleCss(-1)).toBe('light-dark(#d191fe, #6c338f)');
  });
});
