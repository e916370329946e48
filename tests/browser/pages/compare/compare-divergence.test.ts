/** The KL of the next words in the compare room. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { button, compare, freshRooms, measure, open } from '../support/compare-page.ts';
import { FakeEngine, STATUS } from '../support/fake-engine.ts';

freshRooms();

describe('the next words of two runs', () => {
  it('measures how far the next words are apart, both ways round, with interval, n and what two equal runs have', async () => {
    const engine = new FakeEngine();
    await open('betrayal', 'spared', { connect: () => engine });
    const main = page.getByRole('main');
    await expect
      .element(main)
      .toHaveTextContent('A recording holds scores, not next words: the model has to read both texts again.');
    await measure();
    expect(engine.calls.filter((call) => call.startsWith('diverge'))).toEqual(['diverge 155 153']);
    await expect
      .element(main)
      .toHaveTextContent(
        /After \d+ shared tokens the next words differ by a KL\(A ‖ B\) of [\d.]+ nats on average \(95 % interval [\d.]+ to [\d.]+, blocks of \d+ tokens; 95th percentile [\d.]+\), and the other way round by a KL\(B ‖ A\) of/,
      );
    await expect
      .element(main)
      .toHaveTextContent(
        /Two equal runs have 0 throughout\. The \d+ shared tokens before have it too and are not counted\./,
      );
    // The other way round is the other number.
    const [ab, ba] = [...main.element().textContent.matchAll(/KL\([AB] ‖ [AB]\) of ([\d.]+) nats/g)].map(([, value]) =>
      Number(value),
    );
    expect(ba).toBeCloseTo(ab! / 2, 1);
    await button('Swap A and B').click();
    await expect.poll(() => Number(/KL\(A ‖ B\) of ([\d.]+) nats/.exec(main.element().textContent)?.[1])).toBe(ba);
  });

  it('says the KL at the column pointed at, and every one as a table that can be saved', async () => {
    const saved: string[] = [];
    await open('betrayal', 'spared', { save: (_, content) => saved.push(content as string) });
    await measure();
    const { parting } = {
      parting: Number(/The first (\d+) are the same/.exec(document.querySelector('main')!.textContent)![1]),
    };
    await button(/^Go to where they part/).click();
    await expect.element(page.getByText(`Column ${parting}: the tokens are not the same`)).toBeVisible();
    await page.getByText('Show every column').click();
    await button('Save next-words.csv').click();
    await expect.poll(() => saved).toHaveLength(1);
    expect(saved[0]!.split('\n')[0]).toBe('column,token,"KL(A ‖ B), nats","KL(B ‖ A), nats"');
    expect(saved[0]!.split('\n')[1]).toMatch(/^0,Aldo,0,0/);
  });

  it('says that the runs are of another model than the one that is loaded, and measures nothing', async () => {
    const engine = new FakeEngine({ status: { model: { ...STATUS.model, weightsSha256: 'd4'.repeat(32) } } });
    await open('betrayal', 'spared', { connect: () => engine });
    await button(/^Load the model and measure/).click();
    await expect
      .element(page.getByText(/^The two were read by another model than the one that is loaded/))
      .toBeVisible();
    expect(engine.calls.some((call) => call.startsWith('diverge'))).toBe(false);
  });

  it('finds that two equal runs have the same next words', async () => {
    await compare('betrayal', 'betrayal');
    await measure();
    await expect
      .element(page.getByRole('main'))
      .toHaveTextContent(
        'After each of 155 shared tokens the next words of A and B are equally likely: KL is 0 both ways, as two equal runs have it.',
      );
  });

  it('reads a steered run under its steering, and refuses where its probe is not here', async () => {
    const engine = new FakeEngine();
    await open('betrayal', 'steered', { connect: () => engine });
    await button(/^Load the model and measure/).click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/The run was steered by “Kind–cruel”, which is not among the probes here/);
    expect(engine.calls.some((call) => call.startsWith('diverge'))).toBe(false);
  });

  it('is stopped by one button, and nothing is shown of half', async () => {
    await open('betrayal', 'spared', { connect: () => new FakeEngine({ pace: 250 }) });
    await button(/^Load the model and measure/).click();
    await expect.element(page.getByRole('progressbar', { name: 'Shared tokens that are compared' })).toBeVisible();
    await page
      .getByRole('region', { name: /^Next words/ })
      .getByRole('button', { name: 'Stop' })
      .click();
    await expect.element(button('Measure the KL')).toBeVisible();
    expect(page.getByRole('img', { name: /^KL of the next words/ }).elements()).toHaveLength(0);
  });
});
