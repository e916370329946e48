/** SVG as text, built so that nothing from outside can become markup. */

/** Finished markup; made by {@link tag} and {@link svgText} only. */
export type Markup = string & { readonly markup: true };

/** A drawn part and its height. */
export interface Part {
  readonly markup: readonly Markup[];
  readonly height: number;
}

/** An element. Attribute values are escaped; numbers are written to two decimals. */
export function tag(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly Markup[] = [],
): Markup {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escape(value)}"`)
    .join('');
  return (
    children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`
  ) as Markup;
}

/** A whole SVG file, with its own background. Width and height in CSS pixels; the view box has them in whole pixels. */
export interface SvgFile {
  readonly width: number;
  readonly height: number;
  /** Colour of the ground. */
  readonly paper: string;
  readonly font: string;
  readonly title: string;
  /** What the picture shows, for people who do not see it. */
  readonly desc?: string;
  /** What other parts refer to by name. */
  readonly defs?: readonly Markup[];
}

/** The text of an SVG file with these parts on its ground. */
export function svgFile(
  { width, height, paper, font, title, desc, defs }: SvgFile,
  children: readonly Markup[],
): string {
  const root = tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${Math.round(width)} ${Math.round(height)}`,
      'font-family': font,
      role: 'img',
    },
    [
      tag('title', {}, [characters(title)]),
      ...(desc === undefined ? [] : [tag('desc', {}, [characters(desc)])]),
      ...(defs === undefined ? [] : [tag('defs', {}, defs)]),
      tag('rect', { width, height, fill: paper }),
      ...children,
    ],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

/** Parts one below the other, the first at left, top; `bottom` is where the last one ends. */
export function stacked(
  parts: readonly Part[],
  left: number,
  top: number,
): { readonly markup: readonly Markup[]; readonly bottom: number } {
  let bottom = top;
  const markup = parts.map((part) => {
    const group = tag(
      'g',
      { transform: `translate(${left} ${bottom})` },
      part.markup.length === 0 ? [characters('')] : part.markup,
    );
    bottom += part.height;
    return group;
  });
  return { markup, bottom };
}

/** Characters between tags. */
export function characters(text: string): Markup {
  return escape(text) as Markup;
}

/** A line of text whose baseline begins at x, y. */
export function svgText(
  x: number,
  y: number,
  text: string,
  attributes: Readonly<Record<string, string | number>> = {},
): Markup {
  return tag('text', { x, y, ...attributes }, [characters(text)]);
}

/** A number as SVG has it, to two decimals. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

/**
 * XML has no place for control characters, halves of surrogate pairs and U+FFFE/F, even escaped: a program that shows them has
 * named them before.
 */
function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;');
}
