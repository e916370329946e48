import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import { stripCell, tokenShape } from '../../../../src/reading/strip-cell.ts';
import type { StripCell } from '../../../../src/reading/strip-cell.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import { MapImage } from '../../../../src/ui/charts/map-image.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { fakeParts } from '../support/parts.ts';
import StripFixture from '../support/StripFixture.svelte';

async function open(engine = () => new FakeEngine(), more: Partial<AppParts> = {}) {
  await render(App, { props: { parts: fakeParts(engine, more) } });
  await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
  await expect.element(page.getByRole('slider', { name: /Layer map/ })).toBeVisible();
}

const token = (index: number): HTMLElement => document.querySelector<HTMLElement>(`[data-token="${index}"]`)!;
const spanned = (): number[] =>
  [...document.querySelectorAll<HTMLElement>('[data-token][data-span]')].map((element) =>
    Number(element.dataset['token']),
  );
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const spanText = (): string => document.querySelector('.span.numeric')!.textContent.replace(/\s+/g, ' ');
const said = (): string => document.querySelector('[role="status"]')!.textContent;
const colourBy = (choice: string) => page.getByLabelText('Colour by').selectOptions(choice);

/** A drag as a hand makes it, in client pixels along one line. */
function drag(target: Element, from: number, to: number, kind: 'mouse' | 'touch' = 'mouse'): void {
  const box = target.getBoundingClientRect();
  const y = box.top + box.height / 2;
  const event = (type: string, x: number, buttons: number): void => {
    target.dispatchEvent(
      new PointerEvent(type, {
        bubbles: true,
        cancelable: true,
        pointerId: 1,
        isPrimary: true,
        pointerType: kind,
        button: type === 'pointermove' ? -1 : 0,
        buttons,
        clientX: x,
        clientY: y,
      }),
    );
  };
  event('pointerdown', from, 1);
  for (let step = 1; step <= 4; step += 1) event('pointermove', from + ((to - from) * step) / 4, 1);
  event('pointerup', to, 0);
  target.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: to, clientY: y }));
}

beforeEach(async () => {
  localStorage.clear();
  localStorage.setItem('flipside.details', 'open');
  await page.viewport(1280, 900);
});
afterEach(() => page.viewport(1280, 900));

describe('a span of tokens', () => {
  it('is chosen with Shift and the arrows, grows and shrinks from where it began, and goes with Esc', async () => {
    await open();
    token(0).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{Shift>}{ArrowRight}{ArrowRight}{ArrowRight}{/Shift}');
    expect(spanned()).toEqual(range(1 + 1, 5));
    expect(document.activeElement).toBe(token(5));
    await userEvent.keyboard('{Shift>}{ArrowLeft}{/Shift}');
    expect(spanned()).toEqual(range(2, 4));
    await userEvent.keyboard('{Escape}{Escape}');
    expect(spanned()).toEqual([]);
    await expect.poll(said).toBe('The span is let go.');
  });

  it('is chosen by sentences, and says its mean with an interval, its readouts and their random range', async () => {
    await open();
    token(0).focus();
    await userEvent.keyboard('{PageDown}{Shift>}{PageDown}{PageDown}{/Shift}');
    const chosen = spanned();
    expect(chosen.length).toBeGreaterThan(24);
    await expect
      .poll(spanText)
      .toMatch(
        /Mean of tokens, layer 16 ?[+−][\d.]+ sd \[[+−][\d.]+, [+−][\d.]+\] ?Mean of \d readings? inside ?[+−][\d.]+ random [+−\d.]+ to/,
      );
    expect(spanText()).toMatch(/95 % by moving blocks of \d+ tokens, 2 000 resamples/);
    await expect
      .poll(said)
      .toMatch(
        /^Tokens \d+ to \d+: mean of \d+ tokens (plus|minus) [\d.]+, 95 percent interval .* to .*; \d+ readings? with mean/,
      );
  });

  it('says why a short one has no interval', async () => {
    await open();
    token(0).focus();
    await userEvent.keyboard('{ArrowRight}{Shift>}{ArrowRight}{/Shift}');
    await expect.poll(spanText).toContain('too short for an interval (24 tokens)');
  });

  it('is chosen by dragging on the trajectory, marked in strip, map and trajectory alike, and a drag locks nothing', async () => {
    await open();
    const chart = document.querySelector('.trajectory')!;
    const { left, width } = chart.getBoundingClientRect();
    drag(chart, left + width * 0.3, left + width * 0.6);
    await expect.poll(() => spanned().length).toBeGreaterThan(20);
    const chosen = spanned();
    expect(chosen).toEqual(range(chosen[0]!, chosen.at(-1)!));
    const plot = document.querySelector('.plot .span')!.getBoundingClientRect();
    const map = document.querySelector('.window .span')!.getBoundingClientRect();
    expect(Math.abs(plot.left - map.left)).toBeLessThan(3);
    expect(Math.abs(plot.right - map.right)).toBeLessThan(3);
    expect(document.querySelector('[data-token][aria-pressed="true"]')).toBeNull();
  });

  it('is chosen by dragging on the map in either direction, also by touch, and a tap locks token and layer', async () => {
    await open();
    const map = document.querySelector('.scroller')!;
    const { left, width } = map.getBoundingClientRect();
    drag(map, left + width * 0.5, left + width * 0.2, 'touch');
    await expect.poll(() => spanned().length).toBeGreaterThan(20);
    const chosen = spanned();
    expect(document.querySelector('[data-token][aria-pressed="true"]')).toBeNull();
    drag(map, left + width * 0.7, left + width * 0.7, 'touch');
    await expect.poll(() => document.querySelector('[data-token][aria-pressed="true"]')).not.toBeNull();
    expect(spanned()).toEqual(chosen);
  });

  it('leaves scrolling up and down to the page, and sideways to a map that is longer than its window', async () => {
    await open();
    expect(getComputedStyle(document.querySelector('.trajectory')!).touchAction).toBe('pan-y pinch-zoom');
    expect(getComputedStyle(document.querySelector('.scroller')!).touchAction).toBe('pan-y pinch-zoom');
    await page.viewport(260, 700);
    await expect.poll(() => getComputedStyle(document.querySelector('.scroller')!).touchAction).toBe('manipulation');
  });

  it('is chosen by selecting text, without the tokens that a selection only touches', async () => {
    await open();
    const selection = getSelection()!;
    selection.setBaseAndExtent(token(12).firstChild!, 1, token(20).firstChild!, 0);
    await expect.poll(spanned).toEqual(range(12, 19));
    document.dispatchEvent(new PointerEvent('pointerup'));
    await expect.poll(said).toMatch(/^Tokens 12 to 19: mean of 8 tokens/);
    token(0).focus();
    await userEvent.keyboard('{Escape}{Escape}');
    expect(selection.isCollapsed).toBe(true);
  });

  it('is let go by its button, and by another text', async () => {
    await open();
    token(0).focus();
    await userEvent.keyboard('{Shift>}{PageDown}{/Shift}');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    expect(spanned()).toEqual([]);
    token(3).focus();
    await userEvent.keyboard('{Shift>}{PageDown}{/Shift}');
    await page.getByText('The dream', { exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'The dream' })).toBeVisible();
    expect(spanned()).toEqual([]);
  });
});

describe('words and sentences', () => {
  it('give every token of a unit one colour, and say what the scale is', async () => {
    await open();
    await colourBy('sentence');
    await expect.poll(() => token(3).className).toBe(token(9).className);
    await expect.element(page.getByText(/sentences were not measured/)).toBeVisible();
    await expect.element(page.getByText('no 1 in 100 lines: none were measured for sentences')).toBeVisible();
    await colourBy('word');
    await expect.element(page.getByText(/words were not measured, and a word is one token or a few/)).toBeVisible();
    token(3).click();
    await expect.element(page.getByRole('tooltip')).toHaveTextContent(/mean of its word, \d tokens?/);
  });
});

describe('the table', () => {
  it('takes the place of the text, follows the layer, and shows the layers that are asked for', async () => {
    await open();
    await page.getByRole('radio', { name: 'Table', exact: true }).click();
    const tokens = page.getByRole('region', { name: 'Tokens, kind against cruel, layer 16' });
    await expect.element(tokens).toBeVisible();
    expect(document.querySelector('[data-token]')).toBeNull();
    await page.getByLabelText('Show layer').selectOptions('20');
    await expect.element(page.getByRole('columnheader', { name: 'Layer 20', exact: true })).toBeVisible();
    await page.getByRole('button', { name: /^Layer 20.*take out/ }).click();
    await expect.element(page.getByRole('columnheader', { name: 'Layer 20', exact: true })).not.toBeInTheDocument();
    await page.getByRole('radio', { name: 'Text', exact: true }).click();
    await expect.poll(() => token(5)).not.toBeNull();
  });
});

/** A strip of single letters whose values follow `of`. */
const letters = (count: number, of: (token: number) => number, before: readonly StripCell[] = []): StripCell[] =>
  Array.from({ length: count }, (_, at) => {
    const old = before[at];
    const value = at === 0 ? Number.NaN : of(at);
    return old !== undefined && Object.is(old.value, value)
      ? old
      : stripCell(tokenShape(at, at % 6 === 0 ? ' a' : 'a', false, false, old?.shape), value, 5, null);
  });

describe('what work a change costs', () => {
  const on = {
    preview: () => undefined,
    hold: () => undefined,
    brush: () => undefined,
    key: () => undefined,
    focus: () => undefined,
  };
  const props = (cells: readonly StripCell[]) => ({
    cells,
    cursor: { at: 0, current: null, locked: false, span: null },
    nameOf: (at: number) => `token ${at}`,
    on,
  });

  /** Runs a change and returns the tokens that were touched by it, by name of the change. */
  async function touched(container: Element, change: () => Promise<void>): Promise<{ added: number; painted: number }> {
    const records: MutationRecord[] = [];
    const observer = new MutationObserver((some) => records.push(...some));
    observer.observe(container.querySelector('p')!, { subtree: true, childList: true, attributes: true });
    await change();
    records.push(...observer.takeRecords());
    observer.disconnect();
    const elements = records.flatMap((record) => [...record.addedNodes]).filter((node) => node instanceof HTMLElement);
    return {
      added: elements.length,
      painted: new Set(records.filter((record) => record.attributeName === 'class').map((record) => record.target))
        .size,
    };
  }

  it('a new token touches only its own cell', async () => {
    const first = letters(1000, (at) => Math.sin(at));
    const { container, rerender } = await render(StripFixture, { props: props(first) });
    const cost = await touched(container, () => rerender(props(letters(1001, (at) => Math.sin(at), first))));
    // It comes with its colour.
    expect(cost).toEqual({ added: 1, painted: 0 });
    expect(container.querySelectorAll('[data-token]')).toHaveLength(1001);
  });

  it('another layer repaints tokens without making any anew', async () => {
    const first = letters(500, (at) => Math.sin(at));
    const { container, rerender } = await render(StripFixture, { props: props(first) });
    const before = [...container.querySelectorAll('[data-token]')];
    const cost = await touched(container, () => rerender(props(letters(500, (at) => 4 * Math.cos(at), first))));
    expect(cost.added).toBe(0);
    expect(cost.painted).toBeLessThan(500);
    expect(cost.painted).toBeGreaterThan(400);
    expect([...container.querySelectorAll('[data-token]')]).toEqual(before);
  });

  it('the map paints only new columns, and with sentences those of the last one', () => {
    const image = new MapImage();
    const shades = (from: number, to: number): Float32Array => new Float32Array((to - from) * 31);
    const source = (tokens: number, starts: readonly number[]) => ({
      key: 1,
      head: 'difference' as const,
      tokens,
      layers: 31,
      starts,
      shades,
    });
    image.update(source(900, []), 'light');
    expect(image.columnsPainted).toBe(900);
    image.update(source(903, []), 'light');
    image.update(source(1100, []), 'light'); // beyond its first width: kept, not painted again
    expect(image.columnsPainted).toBe(1100);
    image.update({ ...source(1100, [0, 500, 1000]), key: 2 }, 'light');
    image.update({ ...source(1101, [0, 500, 1000]), key: 2 }, 'light');
    expect(image.columnsPainted).toBe(1100 + 1100 + 101);
  });
});

describe('while tokens arrive', () => {
  it('nothing on the page moves', async () => {
    await open(() => new FakeEngine({ pace: 15, text: ' and he rode on'.repeat(12) }));
    await page.getByRole('button', { name: /^Load the model/ }).click();
    await expect.element(page.getByRole('button', { name: 'Continue this text' })).toBeEnabled();
    await page.getByRole('button', { name: 'Continue this text' }).click();
    const before = document.querySelectorAll('[data-token]').length;
    await expect.poll(() => document.querySelectorAll('[data-token]').length).toBeGreaterThan(before + 3);
    const shifts: { value: number; nodes: string[] }[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        sources: { node: Node | null }[];
      })[])
        shifts.push({
          value: entry.value,
          nodes: entry.sources.map(({ node }) =>
            node instanceof Element ? node.outerHTML.slice(0, 80) : (node?.textContent ?? ''),
          ),
        });
    });
    observer.observe({ type: 'layout-shift' });
    await expect
      .poll(() => document.querySelectorAll('[data-token]').length, { timeout: 20_000 })
      .toBeGreaterThan(before + 40);
    observer.disconnect();
    expect(
      shifts.filter(({ nodes }) =>
        nodes.some((node) => /data-token|class="(trajectory|map|scroller|head|span)/.test(node)),
      ),
    ).toEqual([]);
  });

  it('colours change within 120 ms, and at once for readers who want no motion', () => {
    const sheet = [...document.styleSheets]
      .flatMap((one) => [...one.cssRules])
      .map((rule) => rule.cssText)
      .join('\n');
    expect(sheet).toMatch(/--quick: 120ms/);
    expect(sheet).toMatch(/prefers-reduced-motion: reduce\)[^]*?--quick: 0ms/);
  });
});
