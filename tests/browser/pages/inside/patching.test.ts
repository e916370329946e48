/** Patching one text into another in the place Look inside, on a toy model that is really patched. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { patchCell, patchGap, strongestPatch } from '../../../../src/steering/patching.ts';
import { signed } from '../../../../src/content/numbers.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import { PatchEngine } from '../support/patch-engine.ts';
import { LAYERS } from '../support/sample.ts';
import { button, freshPages, load, openAt, violations } from '../support/whole-page.ts';

freshPages();

async function open(more: Partial<AppParts> = {}): Promise<PatchEngine> {
  const engine = new PatchEngine();
  await openAt('#/inside', {}, { connect: () => engine, ...more });
  await load();
  await expect.element(page.getByRole('heading', { name: 'Patch one text into another' })).toBeVisible();
  await page.getByRole('textbox', { name: /^A / }).fill('ab cd ef');
  await page.getByRole('textbox', { name: /^B / }).fill('ab xd ef');
  await page.getByRole('textbox', { name: 'First way of going on' }).fill('g');
  await page.getByRole('textbox', { name: 'over the second' }).fill('zz');
  await page.getByRole('combobox', { name: /^Layers/ }).selectOptions('every 6');
  return engine;
}
const patch = async () => {
  await button('Patch').click();
  await expect.element(page.getByRole('grid', { name: /^What each patch does/ })).toBeVisible();
};
const stop = (): HTMLElement => document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')!;
const main = (): string => document.querySelector('main')!.textContent;

describe('patching', () => {
  it('says what both texts say by themselves, how far apart they are and what placebos do, and begins at the strongest patch', async () => {
    const engine = await open();
    await expect.element(page.getByText(/as this machine goes; a guess until it has run once/)).toBeVisible();
    await patch();
    const [report] = engine.reports;
    // A letter has no space of its own.
    expect(report!.words).toEqual([' g', ' zz']);
    expect(report!.streams).toEqual([1, 6, 12, 18, 24, 30]);
    expect(report!.pairs.map((pair) => report!.b.tokens[pair.b])).toEqual(['x', 'd', ' ', 'e', 'f']);
    expect(main()).toContain(
      `After A the log-odds of “g” over “zz” are ${signed(report!.a.odds)} nats, after B ${signed(report!.b.odds)} nats (2 tokens against 3; a longer one is less likely for that alone).`,
    );
    expect(main()).toMatch(
      /For scale: 95 % of 60 placebos, streams of unrelated texts of the same length in the same places, move B by less than/,
    );
    const { row, column } = strongestPatch(report!)!;
    expect([stop().dataset['row'], stop().dataset['column']]).toEqual([String(row), String(column)]);
    await expect.element(page.getByText(/^about|^a few seconds, as this machine goes$/)).toBeVisible();
  });

  it('has the engine’s number in every cell, in words below it and in the table', async () => {
    const saved: string[] = [];
    const engine = await open({ save: (_, content) => saved.push(content as string) });
    await patch();
    const report = engine.reports[0]!;
    const [row, column] = [2, 1];
    const cell = patchCell(report, row, column);
    const shown = document.querySelector<HTMLElement>(`[data-row="${row}"][data-column="${column}"]`)!;
    shown.click();
    await expect
      .poll(() => main())
      .toContain(`Layer 12, “d” of A into “d” of B (token 4): ${signed(cell.effect)} nats`);
    expect(main()).toContain(`Placebos here: ${signed(cell.placebos[0]!)} and ${signed(cell.placebos[1]!)} nats.`);
    const share = Math.abs(patchGap(report)) < 0.1 ? null : Math.round((100 * cell.effect) / patchGap(report));
    if (share !== null) expect(shown.textContent).toBe(String(share).replace('-', '−'));
    await page.getByText('Show the grid as a table').click();
    await expect
      .poll(() => document.querySelectorAll('[aria-label="Table patches"] tbody tr').length)
      .toBe(report.streams.length * report.pairs.length);
    for (const name of ['patches.svg', 'patches.png', 'patches.plotly.json'])
      await expect.element(button(name)).toBeVisible();
    await button('Save patches.csv').click();
    await expect.poll(() => saved).toHaveLength(1);
    const line = saved[0]!.trim().split('\n')[1 + row * report.pairs.length + column]!;
    expect(line.startsWith('12,4,4,d,d,')).toBe(true);
    expect(Number(line.split(',')[5])).toBeCloseTo(cell.effect, 5);
  });

  it('is walked with the keyboard from one tab stop', async () => {
    await open();
    await patch();
    stop().focus();
    await userEvent.keyboard('{Home}');
    for (let step = 0; step < 7; step += 1) await userEvent.keyboard('{ArrowUp}');
    expect(document.activeElement).toBe(stop());
    expect([stop().dataset['row'], stop().dataset['column']]).toEqual(['5', '0']);
    await userEvent.keyboard('{ArrowRight}{ArrowDown}');
    expect([stop().dataset['row'], stop().dataset['column']]).toEqual(['4', '1']);
    await userEvent.keyboard('{End}');
    expect(stop().dataset['column']).toBe('4');
    expect(stop().getAttribute('aria-label')).toMatch(/, layer 24, token 7 “f”$/);
    expect(document.querySelectorAll('[role="grid"] [tabindex="0"]')).toHaveLength(1);
  });

  it('lets B go on with a patch, beside what both write by themselves, and reads it again with the probe', async () => {
    const engine = await open();
    await patch();
    // The last token at the last layer: B goes on as A does.
    stop().focus();
    await userEvent.keyboard('{End}');
    for (let step = 0; step < 7; step += 1) await userEvent.keyboard('{ArrowUp}');
    await button('Continue from this cell').click();
    await expect.element(page.getByText('B by itself')).toBeVisible();
    const [writing] = engine.writings;
    expect(writing!.patched[0]).toBe(writing!.a[0]);
    expect(main()).toContain(`…${writing!.b}`);
    await button('Read B again with it').click();
    await expect.element(page.getByText(/At the last token, layer \d+, kind against cruel/)).toBeVisible();
    expect(engine.scores[0]!.patched).toHaveLength(LAYERS * 8);
    // Another cell has not been gone on from.
    stop().focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(page.getByText('B by itself').elements()).toHaveLength(0);
    await userEvent.keyboard('{ArrowUp}');
    await expect.element(page.getByText('B by itself')).toBeVisible();
  });

  it('says when the fields have changed since, and what cannot be patched', async () => {
    await open();
    await patch();
    await page.getByRole('textbox', { name: 'over the second' }).fill('g');
    await expect.element(page.getByText('The fields have changed.')).toBeVisible();
    await button('Patch').click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/“ g” and “ g” are the same tokens/);
    // What was there stays.
    expect(page.getByRole('grid', { name: /^What each patch does/ }).elements()).toHaveLength(1);
  });

  it('stops when it is told to, and shows nothing half', async () => {
    const engine = await open();
    await page.getByRole('combobox', { name: /^Layers/ }).selectOptions('every one');
    await page.getByRole('textbox', { name: /^A / }).fill('c'.repeat(120));
    await page.getByRole('textbox', { name: /^B / }).fill(`${'c'.repeat(60)}x${'c'.repeat(59)}`);
    await button('Patch').click();
    await expect.element(page.getByRole('progressbar', { name: 'Patches that are read' })).toBeVisible();
    await page
      .getByRole('region', { name: 'Patch one text into another' })
      .getByRole('button', { name: 'Stop' })
      .click();
    await expect.element(button('Patch')).toBeEnabled();
    expect(engine.reports).toHaveLength(0);
    expect(page.getByRole('grid', { name: /^What each patch does/ }).elements()).toHaveLength(0);
  });

  it.each(['Light', 'Dark'])('has no axe violations in %s, with everything open', async (theme) => {
    await open();
    await patch();
    await page.getByText(theme, { exact: true }).click();
    await button('Continue from this cell').click();
    await expect.element(page.getByText('B by itself')).toBeVisible();
    await page.getByText('Show the grid as a table').click();
    await page.getByText('How is a patch computed, and what does it say?').click();
    stop().focus();
    expect(await violations()).toEqual([]);
  });

  it('fits 360 pixels', async () => {
    await page.viewport(360, 800);
    await open();
    await patch();
    expect(document.querySelector('main')!.scrollWidth).toBeLessThanOrEqual(360);
    expect(await violations()).toEqual([]);
  });
});
