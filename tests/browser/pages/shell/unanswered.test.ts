/** An engine that hangs, on the page: after Stop it is said, one more press ends it, and what the reader made stays. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { SILENCE_MS } from '../../../../src/state/engine/patience.ts';
import { TINY_SPEC } from '../../../fixtures/toy/tiny-design.ts';
import { ExperimentEngine } from '../support/experiment-engine.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { button, freshPages, load, openAt, stripText, violations } from '../support/whole-page.ts';

freshPages();

const LONGER = { timeout: SILENCE_MS + 5000 };
const TEXT = 'She fed the dog. Then she kicked it. '.repeat(30).trim();
const silence = () => page.getByRole('region', { name: 'The model does not answer' });
const stop = () => page.getByRole('banner').getByRole('button', { name: 'Stop' });

/** The alert of an engine that was ended, which promises nothing that goes on by itself. */
async function startAgain(): Promise<void> {
  const alert = page.getByRole('alert');
  await expect.element(alert).toHaveTextContent(/The engine stopped.*did not answer/);
  await expect.element(silence()).not.toBeInTheDocument();
  await expect.element(alert).not.toHaveTextContent('goes on by itself');
  await alert.getByRole('button', { name: 'Start again' }).click();
}

describe('an engine that hangs', () => {
  it('while a text is read: it is said after Stop, one press ends it, and what was read stays', async () => {
    const made: FakeEngine[] = [];
    const connect = () => {
      made.push(new FakeEngine({ pace: 100 }));
      return made.at(-1)!;
    };
    await openAt('', {}, { connect });
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill(TEXT);
    await load();
    await button('Read').click();
    await expect.poll(() => stripText().length).toBeGreaterThan(50);
    made[0]!.deaf = true;
    await stop().click();
    await expect.element(silence(), LONGER).toBeVisible();
    expect(await violations()).toEqual([]);
    await silence().getByRole('button', { name: 'End it' }).click();
    await startAgain();
    const read = stripText();
    expect(TEXT.startsWith(read)).toBe(true);
    expect(read.length).toBeGreaterThan(50);
    await expect.element(page.getByLabelText('Your own text').last()).toHaveValue(TEXT);
    await expect.element(button('Read')).toBeEnabled();
    expect(made[0]!.disposed).toBe(true);
    // It was to end, so nothing is read again unasked.
    expect(made[1]!.calls).toEqual(['load', 'useProbe']);
  }, 120_000);

  it('one that answers late after all stays, and the page says no more of it', async () => {
    const engine = new FakeEngine({ pace: 100 });
    await openAt('', {}, { connect: () => engine });
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill(TEXT);
    await load();
    await button('Read').click();
    await expect.poll(() => stripText().length).toBeGreaterThan(50);
    engine.deaf = true;
    await stop().click();
    await expect.element(silence(), LONGER).toBeVisible();
    engine.hear();
    await expect.element(silence()).not.toBeInTheDocument();
    await expect.element(button('Read')).toBeEnabled();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
    expect(engine.disposed).toBe(false);
  }, 120_000);

  it('while an experiment runs: a second press on Stop ends it, and the units that ran are kept and not run again', async () => {
    const made: ExperimentEngine[] = [];
    const connect = () => {
      made.push(new ExperimentEngine());
      return made.at(-1)!;
    };
    await openAt(
      '#/experiments/A',
      {},
      { connect, experiments: [{ id: 'A', spec: { url: null, text: () => Promise.resolve(TINY_SPEC) }, runs: [] }] },
    );
    const article = page.getByRole('article', { name: /author’s next person/ });
    await article.getByText('Run it here').click();
    await article.getByRole('button', { name: /^Load the model and time it/ }).click();
    await expect.element(article.getByText(/^By a short reading on this machine/)).toBeVisible();
    made[0]!.holdAt = 'w3';
    made[0]!.deaf = true;
    await article.getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(article.getByText('3 of 7 units')).toBeVisible();
    await article.getByRole('button', { name: 'Stop' }).click();
    await expect.element(silence(), LONGER).toBeVisible();
    await article.getByRole('button', { name: 'Stop' }).click();
    await startAgain();
    await expect.element(article.getByText(/0 units of the quick look, 3 units of the full run/)).toBeVisible();
    await article.getByRole('button', { name: 'Run it all here' }).click();
    await expect.element(article.getByText('✓ Confirmed', { exact: true })).toBeVisible();
    expect([...made[0]!.ran, ...made[1]!.ran]).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6']);
  }, 120_000);
});
