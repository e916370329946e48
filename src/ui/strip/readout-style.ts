/**
 * The lozenges of readouts as classes of the strip's style sheet, for the same reason as the steps of the scale: a hundred
 * of them change with every layer, and a browser works out a class once.
 */
import { endLines, GREY_LINE, scaleCss } from '../../charts/colour.ts';
import type { Head } from '../../probe/heads.ts';
import { HEADS } from '../../probe/heads.ts';
import type { ReadoutMark } from '../../reading/strip-cell.ts';

/** Steps of the scale to each side: as many as a mark of this size can show. */
const STEPS = 16;

/** Half a diagonal in CSS pixels, of the lozenge with its rim and without. */
const FILLED = { rim: 9, fill: 6.2 } as const;
const HOLLOW = { rim: 6.6, fill: 5.2 } as const;

/** The class that paints a readout, e.g. `readout-difference-p12`, or `readout-hollow`. */
export function readoutClass(readout: ReadoutMark, head: Head): string {
  if (readout.inside) return 'readout-hollow';
  return `readout-${head}-${readout.score > 0 ? 'p' : 'n'}${Math.round(Math.abs(readout.t) * STEPS)}`;
}

/** The rules behind {@link readoutClass}. */
export function readoutRules(): string {
  const rules = [rule('readout-hollow', scaleCss(0), `light-dark(${GREY_LINE.light},${GREY_LINE.dark})`, HOLLOW)];
  for (const head of HEADS) {
    for (const end of ['positive', 'negative'] as const) {
      const rim = `light-dark(${endLines('light', head)[end]},${endLines('dark', head)[end]})`;
      for (let step = 0; step <= STEPS; step += 1) {
        const t = ((end === 'positive' ? 1 : -1) * step) / STEPS;
        rules.push(rule(`readout-${head}-${end === 'positive' ? 'p' : 'n'}${step}`, scaleCss(t, head), rim, FILLED));
      }
    }
  }
  return rules.join('\n');
}

/** The corners of a square that together make a lozenge: where each triangle points, and on which side of the middle it lies. */
const TRIANGLES = [
  ['bottom right', '-', '-'],
  ['bottom left', '+', '-'],
  ['top right', '-', '+'],
  ['top left', '+', '+'],
] as const;

/** By how much the triangles reach past the middle, so that no paper shows between them on any grid of pixels. */
const OVERLAP = 0.5;

/** Two lozenges of four triangles each, the fill over the rim. The middle lies a little to the right, where the room is. */
function rule(name: string, fill: string, rim: string, size: typeof FILLED | typeof HOLLOW): string {
  const parts = (
    [
      [fill, size.fill],
      [rim, size.rim],
    ] as const
  ).flatMap(([colour, half]) =>
    TRIANGLES.map(([to, x, y]) => {
      const side = half + OVERLAP;
      const edge = ((50 * half) / side).toFixed(2);
      const away = (side / 2 - OVERLAP).toFixed(2);
      return {
        image: `linear-gradient(to ${to},transparent calc(${edge}% - .5px),${colour} ${edge}%)`,
        position: `calc(50% + 1px ${x} ${away}px) calc(50% ${y} ${away}px)`,
        size: `${side}px ${side}px`,
      };
    }),
  );
  const list = (key: 'image' | 'position' | 'size'): string => parts.map((part) => part[key]).join(',');
  return `.strip .${name}{background-image:${list('image')};background-position:${list('position')};background-size:${list('size')};background-repeat:no-repeat}`;
}
