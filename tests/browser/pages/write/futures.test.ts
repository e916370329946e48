/** Many futures of the text shown: they grow, are listed by where they end, and can be opened, compared and saved. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { parseFutures } from '../../../../src/formats/runs/futures-json.ts';
import type { SaveFile } from '../../../../src/state/storage/save-file.ts';
import { FuturesEngine } from '../support/futures-engine.ts';
import { button, freshPages, load, openAt, violations } from '../support/whole-page.ts';

freshPages();

const section = () => page.getByRole('region', { name: 'Many futures at once' });
const lines = () => [...document.querySelectorAll<HTMLElement>('.futures .line')];
const scores = (): number[] =>
  lines().map((line) =>
    Number(
      line
        .querySelector('.end')!
        .textContent!.replace(/[▲▼○+]/g, '')
        .replace('−', '-'),
    ),
  );

async function open(save: SaveFile = () => undefined): Promise<FuturesEngine> {
  const engine = new FuturesEngine();
  await openAt('#/write', {}, { connect: () => engine, save });
  await expect.element(page.getByRole('heading', { name: 'Let the model write' })).toBeVisible();
  await load();
  return engine;
}

async function write(): Promise<void> {
  await section().getByLabelText('futures', { exact: true }).fill('6');
  await section().getByLabelText('tokens each').fill('16');
  await button('Write 6 futures').click();
  await expect.element(page.getByText('Save the futures')).toBeVisible();
}

describe('futures', () => {
  it('are not offered before a model is there', async () => {
    await openAt('#/write');
    await expect.element(section()).toBeVisible();
    await expect.element(section().getByText(/Needs the model: load it above/)).toBeVisible();
    expect(button(/^Write \d+ futures/).elements()).toHaveLength(0);
  });

  it('begin with the tokens of the text shown, and are listed by where they end', async () => {
    const engine = await open();
    await write();
    const [asked] = engine.asked;
    expect(asked).toMatchObject({ plan: { count: 6, every: 8, sampling: { maxTokens: 16 } }, steering: null });
    expect(asked!.text.length).toBeGreaterThan(100);
    expect(lines()).toHaveLength(6);
    expect(scores()).toEqual(scores().toSorted((a, b) => b - a));
    await expect
      .element(
        section()
          .getByText(/futures? (?:turns?|end)|of 6 futures/)
          .first(),
      )
      .toBeVisible();
    await expect.element(page.getByRole('status')).toHaveTextContent('6 futures are written.');
    await expect.element(section().getByRole('application', { name: /The reading of 6 futures/ })).toBeVisible();
  });

  it('leave the page without a fault that axe finds', async () => {
    await open();
    await write();
    expect(await violations()).toEqual([]);
  });

  it('begin after the chosen word where that is wanted', async () => {
    const engine = await open();
    await section().getByText('after the chosen word').click();
    await write();
    expect(engine.asked[0]!.text).toHaveLength(1);
  });

  it('are steered along the probe in use where that is wanted, and the record says so', async () => {
    const saved: string[] = [];
    const engine = await open((_, content) => saved.push(typeof content === 'string' ? content : ''));
    await section().getByText('towards cruel').click();
    await write();
    expect(engine.asked[0]!.steering?.settings).toMatchObject({ mode: 'add', pole: 'negative', where: 'generated' });
    await section().getByText('Save the futures').click();
    await section().getByRole('button', { name: 'futures.json', exact: true }).click();
    await expect.poll(() => saved.length).toBe(1);
    const { steering, futures } = parseFutures(saved[0]!);
    expect(steering).toMatchObject({ pole: 'negative', direction: 'Kind–cruel' });
    expect(futures.lines.map(({ pieces }) => pieces.length)).toEqual(Array(6).fill(16));
  });

  it('can be opened one by one, as texts that stay in the Library, and put side by side', async () => {
    await open();
    await write();
    lines()[0]!.click();
    await button(/^Open future/).click();
    await expect.element(page.getByRole('heading', { name: /^Future \d, seed/ })).toBeVisible();
    await button('Compare the two furthest apart').click();
    await expect.poll(() => location.hash).toMatch(/^#\/library\/compare\?a=run:.+&b=run:.+/);
  });

  it('stop when told to, and what was written stays', async () => {
    await open();
    await section().getByLabelText('futures', { exact: true }).fill('24');
    await section().getByLabelText('tokens each').fill('400');
    await button('Write 24 futures').click();
    await expect.poll(() => lines().length).toBe(24);
    await section().getByRole('button', { name: 'Stop' }).click();
    await expect.element(button('Write 24 futures')).toBeEnabled();
    expect(lines()).toHaveLength(24);
    await expect.element(page.getByText('Save the futures')).toBeVisible();
  });
});
