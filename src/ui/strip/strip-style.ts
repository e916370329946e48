/**
 * How a token's place on the scale becomes paint: a ground from the scale and a bar above (+) or below (−) the words.
 * The steps of the scale are classes of one style sheet: to recolour a token is to change one word, and the browser
 * works each step out once for all tokens that share it. Styles of their own would be parsed two thousand times.
 */
import { endLines, INK, scaleCss } from '../../charts/colour.ts';
import type { Head } from '../../probe/heads.ts';
import type { StripCell } from '../../reading/strip-cell.ts';
import { readoutRules } from './readout-style.ts';

/** Length of the bar at the end of the scale, in CSS pixels: half of the space that the line height leaves. */
const BAR_PX = 7;

/** Steps of the scale to each side: finer than the eye tells apart. */
const STEPS = 64;

/** Before the letter of an arm: a stretch in the colour of a reading. Its bar is thin, because it runs under whole sentences. */
const CALM = 'c';

/** Length of that bar at the end of the scale, in CSS pixels. */
const CALM_BAR_PX = 3;

/** The arms by the letter of their classes: two with the hue of a pole, two with that of one pole from neutral, two in grey. */
const ARMS = {
  p: { above: true, head: 'difference' },
  n: { above: false, head: 'difference' },
  k: { above: true, head: 'positive' },
  m: { above: false, head: 'positive' },
  q: { above: true, head: 'negative' },
  w: { above: false, head: 'negative' },
} as const satisfies Record<string, { readonly above: boolean; readonly head: Head }>;

/** The arms of each way of reading: above and below its zero. */
const ARMS_OF = {
  difference: ['p', 'n'],
  positive: ['k', 'm'],
  negative: ['q', 'w'],
} as const satisfies Record<Head, readonly [keyof typeof ARMS, keyof typeof ARMS]>;

/** The classes that paint a cell, e.g. `p40`, or `px beyond`; the sheet of {@link adoptScale} knows them. */
export function cellClass(cell: StripCell, head: Head): string {
  if (cell.state === 'sink' || cell.state === 'missing' || cell.state === 'unread') return cell.state;
  const step = Math.round(Math.abs(cell.t) * STEPS);
  if (step === 0) return 's0';
  const arm = ARMS_OF[head][cell.t > 0 ? 0 : 1];
  if (cell.calm) return `${CALM}${arm}${step}`;
  return cell.state === 'beyond' ? `${arm}x beyond` : `${arm}${step}`;
}

/** Puts the scale's classes into a document, once. */
export function adoptScale(page: Document): void {
  if (adopted.has(page)) return;
  adopted.add(page);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${scaleRules()}\n${readoutRules()}`);
  page.adoptedStyleSheets.push(sheet);
}

const adopted = new WeakSet<Document>();

/**
 * The bars lie in the borders, which are always there and see-through: so a bar that grows moves nothing and the text is
 * not laid out anew for a change of colour. Forced colours drop pictures in grounds; there the borders are the bars.
 * Colours are values for both themes and no variables: a browser keeps no ready style that has variables in it. One
 * class alone names each step, because a browser finds rules by one class and tries all that share it.
 */
function scaleRules(): string {
  const corner = `light-dark(${INK.light},${INK.dark})`;
  const rules = [`.strip .s0{background-color:${scaleCss(0)}}`];
  const forced: string[] = [];
  for (const [letter, { above, head }] of Object.entries(ARMS)) {
    const end = above ? 'positive' : 'negative';
    const colour = `light-dark(${endLines('light', head)[end]},${endLines('dark', head)[end]})`;
    const bar = `linear-gradient(${colour},${colour})`;
    // Measured from the upper or from the lower edge of the borders.
    const down = (pixels: number): string => (above ? `${pixels.toFixed(2)}px` : `calc(100% - ${pixels.toFixed(2)}px)`);
    for (const [prefix, most] of [
      ['', BAR_PX],
      [CALM, CALM_BAR_PX],
    ] as const) {
      for (let step = 1; step <= STEPS; step += 1) {
        const name = `${prefix}${letter}${step}`;
        const length = (step / STEPS) * most;
        const shown = length < 0.5 ? 0 : length;
        rules.push(
          `.strip .${name}{background-color:${scaleCss(((above ? 1 : -1) * step) / STEPS, head)};background-image:${bar},none;background-size:100% ${shown.toFixed(2)}px,auto;background-position:0 ${down(most - shown)},0 0}`,
        );
        forced.push(
          `.strip .token.${name}{border-${above ? 'top' : 'bottom'}:${shown.toFixed(1)}px ${above ? 'solid' : 'dashed'} CanvasText}`,
        );
      }
    }
    const notch = `linear-gradient(to ${above ? 'bottom' : 'top'} left,${corner} 50%,transparent 50%)`;
    // Four pictures, because the ground is cut like the last of them, and the cuts take turns.
    rules.push(
      `.strip .${letter}x{background-color:${scaleCss(above ? 1 : -1, head)};background-image:${bar},${notch},none,none;background-size:100% ${BAR_PX}px,6px 6px,auto,auto;background-position:0 ${down(0)},100% ${down(BAR_PX)},0 0,0 0}`,
    );
    forced.push(
      `.strip .token.${letter}x{border-${above ? 'top' : 'bottom'}:${BAR_PX}px ${above ? 'solid' : 'dashed'} CanvasText}`,
    );
  }
  return `${rules.join('\n')}\n@media (forced-colors:active){${forced.join('\n')}}`;
}
