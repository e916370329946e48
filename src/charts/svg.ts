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
 * XML has no place for control characters, halves of surrogate pairs and U+FFFE/F, even escaped: whoever shows them has
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
