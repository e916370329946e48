/** Scripts whose letters join, and marks that stand on a letter, cut into tokens as the embedded model's tokenizer cuts them. */
import { expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { readingCell, stripCell, tokenShape, type StripCell } from '../../../../src/reading/strip-cell.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import StripFixture from '../support/StripFixture.svelte';

/** Scores of tokens: each has another colour than the one before. */
const VALUES = [1, -3, 2, NaN, 9, 0, -1];

/** The width of what a paragraph holds, as it is drawn. */
function widthOf(paragraph: Element): number {
  const range = document.createRange();
  range.selectNodeContents(paragraph);
  return range.getBoundingClientRect().width;
}

async function strip(cells: readonly StripCell[]): Promise<HTMLElement> {
  const on = { preview: vi.fn(), hold: vi.fn(), brush: vi.fn(), key: vi.fn(), focus: vi.fn() };
  const screen = await render(StripFixture, {
    props: {
      cells,
      cursor: { at: 0, current: null, locked: false, span: null },
      nameOf: (token: number) => `token ${token}`,
      on,
    },
  });
  const paragraph = screen.container.querySelector<HTMLElement>('.strip p')!;
  await expect.poll(() => paragraph.querySelectorAll('.token').length).toBe(cells.length);
  return paragraph;
}

it.for([
  ['Arabic, a letter a token', ['ا', 'ل', 'س', 'ل', 'ا', 'م']],
  ['Arabic, where a token ends inside a letter', ['إ', 'ل', '', 'ى']],
  ['Hebrew, where a token ends inside a letter', ['ע', 'ו', 'ל', '', 'ם']],
  ['an accent that comes after a token that ends inside it', [' e', '', '\u0301', 'e']],
  ['Devanagari, a sign a token', ['', 'म', 'े', 'ं']],
  ['a family of joined pictures', ['\u{1f469}', '', '\u200d', '\u{1f467}']],
] as const)('%s is drawn as it is without tokens', async ([, words]) => {
  const shapes = words.map((word, token) => tokenShape(token, word, false, false));
  for (const cells of [
    shapes.map((shape, token) => stripCell(shape, VALUES[token]!, 5, null)),
    shapes.map((shape, token) => readingCell(shape, VALUES[token]!, true)),
  ]) {
    const paragraph = await strip(cells);
    const whole = paragraph.cloneNode() as HTMLElement;
    whole.textContent = words.join('');
    paragraph.after(whole);
    // A letter that stands alone is wider than one that joins by a third and more; a stripe by its two sides of 1 px.
    expect(Math.abs(widthOf(paragraph) - widthOf(whole)), words.join('|')).toBeLessThan(2.1);
  }
});
