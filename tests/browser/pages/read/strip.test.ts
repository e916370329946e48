import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { stripCell, readoutMark, tokenShape } from '../../../../src/reading/strip-cell.ts';
import type { StripCell } from '../../../../src/reading/strip-cell.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import StripFixture from '../support/StripFixture.svelte';

const WORDS = ['He', ' came', ' home', '.', ' She', ' \u202eleft', ' her', '\n', 'a', '\ud83d\ude00', '.'];
const VALUES = [NaN, 1, 4, -9, -1, 0.5, NaN, 1, 2, -2, 0];
const cellsOf = (readoutAfter = 3, begins = -1): StripCell[] =>
  WORDS.map((word, token) =>
    stripCell(
      tokenShape(token, word, token === begins, token === readoutAfter),
      VALUES[token]!,
      5,
      token === readoutAfter ? readoutMark(0, -1.2, -0.5, 0.5) : null,
    ),
  );

async function strip(
  cells = cellsOf(),
  cursor: { at: number; current: number | null; locked: boolean; span: { from: number; to: number } | null } = {
    at: 1,
    current: null,
    locked: false,
    span: null,
  },
) {
  const on = { preview: vi.fn(), hold: vi.fn(), brush: vi.fn(), key: vi.fn(), focus: vi.fn() };
  const screen = await render(StripFixture, {
    props: { cells, cursor, nameOf: (token: number) => `token ${token}`, on },
  });
  const token = (index: number): HTMLElement => screen.container.querySelector<HTMLElement>(`[data-token="${index}"]`)!;
  return { on, token, screen };
}

function selectAll(element: HTMLElement): string {
  const selection = getSelection()!;
  selection.removeAllRanges();
  selection.selectAllChildren(element);
  const text = selection.toString();
  selection.removeAllRanges();
  return text;
}

describe('the token strip', () => {
  it('is copied as the exact text, without readouts, labels and glyphs', async () => {
    const { screen } = await strip(cellsOf(3, 4));
    expect(selectAll(screen.container.querySelector('p')!)).toBe(WORDS.join(''));
  });

  it('of 8,000 tokens has one element and one text a token, and the browser’s own search finds token 7,900', async () => {
    const cells = Array.from({ length: 8000 }, (_, token) =>
      stripCell(
        tokenShape(token, token === 7900 ? ' needle' : ' straw', false, token % 20 === 0),
        1,
        5,
        token % 20 === 0 ? readoutMark(0, -1.2, -0.5, 0.5) : null,
      ),
    );
    const { screen, token } = await strip(cells);
    const paragraph = screen.container.querySelector('p')!;
    await expect.poll(() => token(7999)).not.toBeNull();
    // A mark for every twentieth token has no text of its own.
    expect(paragraph.querySelectorAll('*')).toHaveLength(8000 + 400);
    const texts = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    let count = 0;
    while (texts.nextNode()) count += 1;
    expect(count).toBe(8000);
    const find = (globalThis as unknown as { find: (text: string) => boolean }).find.bind(globalThis);
    getSelection()!.removeAllRanges();
    expect(find('needle')).toBe(true);
    expect(token(7900).contains(getSelection()!.anchorNode)).toBe(true);
    getSelection()!.removeAllRanges();
  });

  it('of a long text comes a thousand tokens a frame, and marks reach those that come later', async () => {
    const cells = Array.from({ length: 3500 }, (_, token) =>
      stripCell(tokenShape(token, ' straw', false, false), 1, 5, null),
    );
    const counts: number[] = [];
    const watcher = new MutationObserver((changes) =>
      counts.push(
        changes
          .flatMap(({ addedNodes }) => [...addedNodes])
          .filter((node) => node instanceof HTMLElement && node.dataset['token'] !== undefined).length,
      ),
    );
    watcher.observe(document.body, { childList: true, subtree: true });
    const { screen, token } = await strip(cells, {
      at: 3400,
      current: 3400,
      locked: true,
      span: { from: 900, to: 3300 },
    });
    await expect.poll(() => token(3499)).not.toBeNull();
    watcher.disconnect();
    expect(Math.max(...counts)).toBe(1000);
    expect(screen.container.querySelectorAll('[data-span]')).toHaveLength(2401);
    expect(token(3400).getAttribute('data-mark')).toBe('held');
    expect(token(3400).tabIndex).toBe(0);
  });

  it('keeps tokens inline, so that lines break as in any text', async () => {
    const { token } = await strip();
    for (let index = 0; index < WORDS.length; index += 1) expect(getComputedStyle(token(index)).display).toBe('inline');
  });

  it('draws a bar above for plus and below for minus, longer for more', async () => {
    const { token } = await strip();
    /** Height of the bar, above and below: it lies in the border, from its inner edge outwards. */
    const bar = (index: number): [number, number] => {
      const { backgroundSize, backgroundPosition } = getComputedStyle(token(index));
      const height = Number(/^100% ([\d.]+)px/.exec(backgroundSize)![1]);
      return /^0(?:px|%) calc\(100% - /.test(backgroundPosition) ? [0, height] : [height, 0];
    };
    expect(bar(1)[0]).toBeGreaterThan(0);
    expect(bar(2)[0]).toBeGreaterThan(bar(1)[0]!);
    expect(bar(2)[1]).toBe(0);
    expect(bar(4)[1]).toBeGreaterThan(0);
    expect(bar(4)[0]).toBe(0);
  });

  it('hatches the start of the text and missing values, and marks what is beyond the scale', async () => {
    const { token } = await strip();
    expect(token(0)).toHaveClass('sink');
    expect(token(6)).toHaveClass('missing');
    expect(token(3)).toHaveClass('beyond');
    expect(getComputedStyle(token(0)).backgroundImage).toContain('repeating-linear-gradient');
    expect(token(0).style.backgroundColor).toBe('');
  });

  it('shows a bidirectional override instead of obeying it', async () => {
    const { token } = await strip();
    const hidden = token(5).querySelector<HTMLElement>('.hidden')!;
    expect(hidden.dataset['glyph']).toBe('⟨U+202E⟩');
    expect(getComputedStyle(hidden.querySelector('span')!).unicodeBidi).toBe('isolate');
    // Were it obeyed, the words after it on its line would run from right to left.
    const [before, after] = [token(5).getBoundingClientRect(), token(6).getBoundingClientRect()];
    expect(Math.abs(after.top - before.top)).toBeLessThan(8); // the bars differ, the line is the same
    expect(after.left).toBeGreaterThanOrEqual(before.right - 1);
  });

  it('runs from right to left where the text does', async () => {
    const cells = ['שלום', ' עולם', '.'].map((word, token) =>
      stripCell(tokenShape(token, word, false, false), 1, 5, null),
    );
    const { token, screen } = await strip(cells);
    const [first, second] = [token(0).getBoundingClientRect(), token(1).getBoundingClientRect()];
    expect(first.left).toBeGreaterThanOrEqual(second.right - 1);
    expect(screen.container.querySelector('p')!.getBoundingClientRect().right - first.right).toBeLessThan(4);
  });

  it('has one tab stop, named with its score', async () => {
    const { token, screen } = await strip();
    expect(screen.container.querySelectorAll('[tabindex="0"]')).toHaveLength(1);
    expect(token(1)).toHaveAttribute('role', 'button');
    expect(token(1)).toHaveAttribute('aria-label', 'token 1');
  });

  it('moves the tab stop and the focus with the cursor', async () => {
    const { token, screen } = await strip();
    token(1).focus();
    await screen.rerender({ cursor: { at: 2, current: 2, locked: true, span: null } });
    expect(document.activeElement).toBe(token(2));
    expect(token(2)).toHaveAttribute('aria-pressed', 'true');
    expect(token(2)).toHaveAttribute('data-mark', 'held');
    expect(screen.container.querySelectorAll('[tabindex="0"]')).toHaveLength(1);
  });

  it('previews on hover, holds on click', async () => {
    const { on, token } = await strip();
    await userEvent.hover(token(2));
    expect(on.preview).toHaveBeenLastCalledWith(2);
    await userEvent.click(token(2));
    expect(on.hold).toHaveBeenCalledWith(2);
    await userEvent.unhover(token(2));
    expect(on.preview).toHaveBeenLastCalledWith(null);
  });

  it('is not pointed at by a pointer at rest that it comes under, only by one that moves', async () => {
    const { token, screen } = await strip();
    await userEvent.hover(token(2));
    await expect.element(page.getByRole('tooltip')).toBeVisible();
    await screen.unmount();
    const again = await strip();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(again.on.preview).not.toHaveBeenCalled();
    expect(page.getByRole('tooltip').elements()).toHaveLength(0);
    await userEvent.hover(again.token(4));
    await expect.element(page.getByRole('tooltip')).toHaveTextContent('token 4');
  });

  it('has one tip that moves, can be pointed at, and goes with Esc', async () => {
    const { token } = await strip();
    const tipBox = page.getByRole('tooltip');
    await userEvent.hover(token(2));
    await expect.element(tipBox).toHaveTextContent('token 2');
    await userEvent.hover(token(4));
    await expect.element(tipBox).toHaveTextContent('token 4');
    await userEvent.hover(tipBox);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await expect.element(tipBox).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(tipBox).not.toBeInTheDocument();
  });

  it('names a reading with its range and shows its own tip', async () => {
    await strip();
    const readout = page.getByRole('button', {
      name: /^Reading 1, after token 3: minus 1.20, kind against cruel, beyond 90 percent of random directions/,
    });
    await userEvent.hover(readout);
    await expect.element(page.getByRole('tooltip')).toHaveTextContent('readout 3');
  });

  it('says where the model went on', async () => {
    await strip(cellsOf(3, 4));
    await expect.element(page.getByText('continued here')).toBeVisible();
  });
});

describe('the mark of a readout', () => {
  it('has one size at every score, so that another layer moves no word', async () => {
    const { screen, token } = await strip();
    const place = () => [token(4), token(10)].map((element) => element.getBoundingClientRect().left);
    const before = place();
    const other = cellsOf().map((cell) =>
      cell.token === 3 ? { ...cell, readout: readoutMark(0, 0.1, -0.5, 0.5) } : cell,
    );
    const mark = () => screen.container.querySelector('[data-readout]')!;
    const filled = getComputedStyle(mark()).backgroundImage;
    await screen.rerender({ cells: other });
    expect(mark()).toHaveClass('readout-hollow');
    expect(getComputedStyle(mark()).backgroundImage).not.toBe(filled);
    expect(place()).toEqual(before);
  });

  it('is as large as a finger needs along the line and across it', async () => {
    const { screen } = await strip();
    const { width, height } = screen.container.querySelector('[data-readout]')!.getBoundingClientRect();
    expect(width).toBeGreaterThanOrEqual(20);
    expect(height).toBeGreaterThanOrEqual(24);
  });
});
