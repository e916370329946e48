/** More axes in Read: folded away, one press reads the text shown with the chosen probes, with figures, tables and files. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { parseAxes } from '../../../../../src/formats/runs/axes-json.ts';
import type { SaveFile } from '../../../../../src/state/storage/save-file.ts';
import { AxesEngine } from '../../support/axes-engine.ts';
import { BETRAYAL } from '../../support/sample.ts';
import { button, freshPages, load, openAt, violations } from '../../support/whole-page.ts';

freshPages();

const section = () => page.getByRole('region', { name: 'More axes' });

async function unfold(): Promise<void> {
  await section().getByText('Read this text with more probes at once').click();
}

async function open(save: SaveFile = () => undefined): Promise<AxesEngine> {
  const engine = new AxesEngine();
  await openAt('#/read', {}, { connect: () => engine, save });
  await load();
  await unfold();
  return engine;
}

async function read(): Promise<void> {
  await button(/^Read on \d ax/).click();
  await expect.element(section().getByText('Save the axes')).toBeVisible();
}

describe('more axes', () => {
  it('are folded away, and say what they need before a model is there', async () => {
    await openAt('#/read');
    await expect.element(section()).toBeVisible();
    expect(section().getByRole('checkbox').elements()).toHaveLength(0);
    await unfold();
    expect(section().getByRole('checkbox').elements()).toHaveLength(3);
    await expect.element(section().getByText(/Load the model above/)).toBeVisible();
    expect(button(/^Read on/).elements()).toHaveLength(0);
  });

  it('read the text shown with every chosen probe in one call, in the order of the page', async () => {
    const engine = await open();
    await read();
    expect(engine.asked).toHaveLength(1);
    expect(engine.asked[0]!.text).toBe(BETRAYAL);
    expect(engine.asked[0]!.probes.map(({ json }) => (JSON.parse(json) as { id: string }).id)).toEqual([
      'kind-cruel',
      'honest-deceptive',
      'formal-casual',
    ]);
    await expect.element(section().getByRole('application', { name: 'The text on 3 axes' })).toBeVisible();
    await expect.element(section().getByRole('application', { name: 'Which axes move together' })).toBeVisible();
    await expect.element(section().getByText(/^More kind goes with more deceptive: −1\.00/)).toBeVisible();
    await expect.element(page.getByRole('status')).toHaveTextContent('The text is read on 3 axes.');
  });

  it('leave out a probe that is taken out, and ask for two at least', async () => {
    const engine = await open();
    await section().getByLabelText('Honest–deceptive').click();
    await read();
    expect(engine.asked[0]!.probes).toHaveLength(2);
    await section().getByLabelText('Formal–casual').click();
    await expect.element(button('Read on 1 axis')).toBeDisabled();
    await expect.element(section().getByText('Choose 2 to 12 probes.')).toBeVisible();
  });

  it('have tables and files of the same numbers', async () => {
    const saved = new Map<string, string>();
    await open((name, content) => void saved.set(name, typeof content === 'string' ? content : ''));
    await read();
    await section().getByText('Show the numbers as tables').click();
    const rows = section().getByRole('region', { name: 'Table pairs' }).getByRole('row').elements();
    expect(rows).toHaveLength(4);
    await section().getByText('Save the axes').click();
    await section().getByRole('button', { name: 'axes.json', exact: true }).click();
    await section().getByRole('button', { name: 'pairs.csv', exact: true }).click();
    await expect.poll(() => saved.size).toBe(2);
    const [json, csv] = [...saved.values()];
    const record = parseAxes(json!);
    expect(record.axes.map(({ probe }) => probe.title)).toEqual(['Kind–cruel', 'Honest–deceptive', 'Formal–casual']);
    expect(record.pieces.map(({ text }) => text).join('')).toBe(BETRAYAL);
    expect(csv!.split('\n')[1]).toMatch(/^kind–cruel,honest–deceptive,-1,/);
  });

  it('stop when told to, and say when the text shown is another one', async () => {
    const engine = await open();
    await read();
    engine.waits = true;
    await button('Read on 3 axes').click();
    await expect.element(section().getByText('1 of 9 readings')).toBeVisible();
    await section().getByRole('button', { name: 'Stop' }).click();
    await expect.element(button('Read on 3 axes')).toBeEnabled();
    await expect.element(section().getByText('Save the axes')).toBeVisible();
    expect(
      section()
        .getByText(/the text that was read before/)
        .elements(),
    ).toHaveLength(0);
    await page.getByText('Redemption').first().click();
    await expect.element(section().getByText(/the text that was read before/)).toBeVisible();
  });

  it('fit a phone, and leave the page without a fault that axe finds', async () => {
    await page.viewport(360, 740);
    await open();
    await read();
    await userEvent.keyboard('{Escape}');
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
    const [first] = document.querySelectorAll<HTMLElement>('[role="application"]');
    expect(first!.getBoundingClientRect().right).toBeLessThanOrEqual(360);
    expect(await violations()).toEqual([]);
  });
});
