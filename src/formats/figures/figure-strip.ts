/**
 * The coloured text of a figure. Without a browser nobody knows how wide words are, so the letters stand on a grid in a
 * fixed-width font, and every token is given its width: it then fits its colour in every program.
 */
import { endLines, scaleHex, type Theme } from '../../charts/colour.ts';
import type { ByPole, Head } from '../../probe/heads.ts';
import type { StripCell } from '../../reading/strip-cell.ts';
import { visibleSegments } from '../../text/visible-text.ts';
import type { FigureColours } from '../../charts/figure-colours.ts';
import type { FigureData } from '../runs/figure-data.ts';
import { type Markup, type Part, svgText, tag } from '../../charts/svg.ts';

const FONT = 14;
/** Advance of a letter in every common fixed-width font, in ems. */
const ADVANCE = FONT * 0.6;
const LINE_HEIGHT = 38;
/** Length of the bar at the end of the scale. */
const BAR = 8;

/** What a token is painted with. */
interface Ink {
  readonly head: Head;
  readonly lines: ByPole<string>;
  readonly theme: Theme;
  readonly colours: FigureColours;
}

/** Draws the text into a column. */
export function figureStrip({ cells, head }: FigureData, width: number, theme: Theme, colours: FigureColours): Part {
  const ink: Ink = { head, lines: endLines(theme, head), theme, colours };
  const columns = Math.floor(width / ADVANCE);
  const markup: Markup[] = [];
  let column = 0;
  let row = 0;
  const next = (): void => {
    column = 0;
    row += 1;
  };
  cells.forEach((cell, index) => {
    if (cell.shape.begins) {
      if (column + 11 > columns) next();
      markup.push(
        svgText(column * ADVANCE, baseline(row), '▏continued here', { fill: colours.muted, 'font-size': 10 }),
      );
      column += 11;
    }
    // Words go to the next line whole, as in any text; a word may be several tokens.
    const word = wordCells(cells, index);
    if (column > 0 && word <= columns && column + word > columns) next();
    for (const { text, breaks } of pieces(cell)) {
      for (const part of cut(column === 0 && row > 0 ? text.replace(/^ (?=.)/u, '') : text, columns)) {
        const span = cellsIn(part);
        if (column > 0 && column + span > columns) next();
        markup.push(...box(cell, part, column * ADVANCE, baseline(row), span * ADVANCE, ink));
        column += span;
      }
      if (breaks) next();
    }
    if (cell.readout !== null) {
      if (column + 2 > columns) next();
      markup.push(
        lozenge(
          column * ADVANCE + ADVANCE,
          baseline(row) - FONT * 0.3,
          4.5,
          cell.readout.inside ? null : cell.readout.score > 0 ? ink.lines.positive : ink.lines.negative,
          colours,
        ),
      );
      column += 2;
    }
  });
  return { markup, height: (row + 1) * LINE_HEIGHT };
}

/** A lozenge, hollow where `fill` is null. */
export function lozenge(x: number, y: number, radius: number, fill: string | null, colours: FigureColours): Markup {
  const d = `M${x} ${y - radius}l${radius} ${radius}l${-radius} ${radius}l${-radius} ${-radius}z`;
  return tag('path', {
    d: d.replace(/-?\d+\.\d{3,}/g, (value) => Number(value).toFixed(2)),
    fill: fill ?? colours.paper,
    stroke: fill === null ? colours.muted : colours.ink,
    'stroke-width': 1.2,
  });
}

function baseline(row: number): number {
  return row * LINE_HEIGHT + 24;
}

/** Runs of a token that stand on one line, with hidden characters named and breaks shown. */
function pieces(cell: StripCell): { readonly text: string; readonly breaks: boolean }[] {
  // A token that ends inside a character adds nothing to the text, but it is a token and has a score.
  if (cell.text === '') return [{ text: '·', breaks: false }];
  const out: { text: string; breaks: boolean }[] = [];
  let text = '';
  for (const segment of visibleSegments(cell.text)) {
    text += segment.kind === 'plain' ? segment.text : segment.glyph;
    if (segment.kind !== 'break' || segment.text !== '\n') continue;
    out.push({ text, breaks: true });
    text = '';
  }
  if (text !== '') out.push({ text, breaks: false });
  return out;
}

/** Places that the word takes which begins with this token; 0 where no word begins here. */
function wordCells(cells: readonly StripCell[], index: number): number {
  const first = cells[index]?.text ?? '';
  if (index > 0 && !first.startsWith(' ')) return 0;
  let count = cellsIn(first);
  for (let at = index + 1; /^[^\s]/u.test(cells[at]?.text ?? '') && count < 80; at += 1)
    count += cellsIn(cells[at]?.text ?? '');
  return count;
}

/** A text longer than a line, in lines. */
function cut(text: string, columns: number): string[] {
  if (cellsIn(text) <= columns) return [text];
  const letters = Array.from(text);
  const parts: string[] = [];
  for (let at = 0; at < letters.length; at += Math.floor(columns / 2))
    parts.push(letters.slice(at, at + Math.floor(columns / 2)).join(''));
  return parts;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** Places on the grid: two for the wide letters of East Asia and for pictures, none for marks that sit on another. */
function cellsIn(text: string): number {
  let count = 0;
  for (const character of text) count += /\p{Mark}|\u200d/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return count;
}

function box(
  cell: StripCell,
  text: string,
  x: number,
  y: number,
  width: number,
  { head, lines, theme, colours }: Ink,
): Markup[] {
  const top = y - FONT - 1;
  const height = FONT + 7;
  const scored = cell.state === 'value' || cell.state === 'beyond';
  const bar = Math.abs(cell.t) * BAR;
  const fill = scored ? scaleHex(cell.t, theme, head) : 'url(#hatch)';
  // What no reading follows yet has no colour.
  const out = cell.state === 'unread' ? [] : [tag('rect', { x, y: top, width, height, fill })];
  if (scored && bar >= 0.5)
    out.push(
      tag('rect', {
        x,
        y: cell.t > 0 ? top - bar : top + height,
        width,
        height: bar,
        fill: cell.t > 0 ? lines.positive : lines.negative,
      }),
    );
  if (cell.state === 'beyond')
    out.push(
      tag('path', {
        d: cell.t > 0 ? `M${x + width - 6} ${top}h6v6z` : `M${x + width - 6} ${top + height}h6v-6z`,
        fill: colours.ink,
      }),
    );
  // Letters of scripts that join or run to the left are not spread: they only start where their colour starts.
  const spread =
    text.trim() === '' || /[^\p{Script=Latin}\p{Script=Common}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(text)
      ? {}
      : { textLength: width, lengthAdjust: 'spacingAndGlyphs' };
  if (text.trim() !== '')
    out.push(
      svgText(x, y, text, {
        'xml:space': 'preserve',
        'font-family': MONO,
        'font-size': FONT,
        fill: colours.ink,
        ...spread,
      }),
    );
  return out;
}

const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
