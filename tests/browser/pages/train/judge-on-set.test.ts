/** Judging a probe on the set that lies on the table of the Train place, over an engine without a model. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import {
  button,
  csvOf,
  engines,
  file,
  freshPages,
  importSet,
  load,
  open,
  saved,
  violations,
} from '../support/train-page.ts';

freshPages();

describe('a probe on a set', () => {
  const openJudging = () => page.getByText('Judge a probe on this set').click();
  const result = (set: string) => page.getByRole('group', { name: `Judged on ${set}` });

  it('asks for the model first', async () => {
    await open();
    await openJudging();
    expect(await violations()).toEqual([]);
    await page
      .getByRole('region', { name: 'Model. To judge a probe here' })
      .getByRole('button', { name: /^Load the model/ })
      .click();
    await expect.element(button('Judge')).toBeEnabled();
  });

  it('of another axis is judged at its own layer, says what 0.5 means, and gives every layer as a table and as CSV', async () => {
    await open();
    await load();
    await openJudging();
    await page.getByLabelText('Probe to judge').selectOptions('Honest–deceptive');
    await button('Judge').click();
    const judged = result('kind-cruel-24');
    await expect
      .element(judged)
      .toHaveTextContent(
        /Honest–deceptive on kind-cruel-24: kind against cruel, 24 topics, 48 turns\. This is another axis: 0\.5 means it leaves it alone\./,
      );
    await expect
      .element(judged)
      .toHaveTextContent(/AUROC at layer 16, the probe’s own 0\.66 \[0\.56, 0\.76\] 95 % over 24 topics/);
    await expect.element(judged).toHaveTextContent(/75 % of 24 topics/);
    await expect.element(judged).toHaveTextContent(/kind \+0\.40, cruel −0\.30, neutral \+0\.05/);
    expect(engines[0]!.calls).toContain('judge honest-deceptive on kind-cruel-24');
    await expect
      .element(judged)
      .toHaveTextContent(
        /The same with labels shuffled within topics 0\.60 in 95 % of 1.000 shuffles; p = 0\.06.*The best of all layers reaches 0\.80 here and 0\.70 in 95 % of shuffles, p = 0\.02/,
      );
    await judged.getByText('Every number as tables, and as CSV files').click();
    await button('Save judged-by-layer.csv').click();
    await expect
      .poll(() => saved.map((one) => one.name))
      .toEqual(['honest-deceptive.on.kind-cruel-24.judged-by-layer.csv']);
    const lines = (saved[0]!.content as string).split('\n');
    expect(lines[0]).toBe(
      'layer,auroc,low95,high95,shuffled95,p,pairs,mean score: kind,mean score: cruel,mean score: neutral',
    );
    expect(lines).toHaveLength(1 + 31 + 1);
    expect(await violations()).toEqual([]);
    await page.getByText('cheerful – gloomy').click();
    await expect.element(judged).toHaveTextContent(/The set on the table is another one now/);
  });

  it('that was trained on it says so', async () => {
    await open();
    await load();
    await openJudging();
    await button('Judge').click();
    await expect.element(result('kind-cruel-24')).toHaveTextContent(/fitted on these turns.*no test of it/);
  });

  it('gets no interval where the topics are too few', async () => {
    await open();
    await importSet(file('mine.csv', csvOf(4)));
    await page.getByLabelText('Positive', { exact: true }).selectOptions('warm');
    await page.getByLabelText('Negative', { exact: true }).selectOptions('cold');
    await button('Import').click();
    await load();
    await openJudging();
    await button('Judge').click();
    await expect.element(result('mine')).toHaveTextContent(/0\.66 too few topics for an interval, 4 topics/);
    await expect
      .element(page.getByRole('list', { name: 'What must be said beside every number' }))
      .toHaveTextContent('4 topics are too few for an interval: every number here may be luck.');
  });

  it('can be a set of two poles without any scene, as most public sets are, which is said to be none to train on', async () => {
    await open();
    const rows = ['warm', 'cold'].flatMap((pole) =>
      Array.from({ length: 6 }, (_, topic) => `t${topic},${pole},Ann was ${pole} to guest ${topic}.`),
    );
    await importSet(file('pairs.csv', `topic,pole,text\n${rows.join('\n')}\n`));
    await page.getByLabelText('Positive', { exact: true }).selectOptions('warm');
    await page.getByLabelText('Negative', { exact: true }).selectOptions('cold');
    await button('Import').click();
    await expect
      .element(page.getByText(/Imported pairs: 6 topics, 12 turns\./))
      .toHaveTextContent('It has no scenes and no neutral turns: probes can be judged on it, and none trained.');
    await load();
    await openJudging();
    await button('Judge').click();
    await expect.element(result('pairs')).toBeVisible();
    expect(engines[0]!.calls).toContain('judge kind-cruel on pairs');
    expect(await violations()).toEqual([]);
  });

  it('is stopped, and the last result stays', async () => {
    const speed = { pace: 0 };
    await open(speed);
    await load();
    await openJudging();
    await button('Judge').click();
    await expect.element(result('kind-cruel-24')).toBeVisible();
    speed.pace = 3000; // slow enough to be seen at work and stopped on a busy machine
    await page.getByLabelText('Probe to judge').selectOptions('Honest–deceptive');
    await button('Judge').click();
    await expect
      .element(page.getByRole('progressbar', { name: 'Judging' }))
      .toHaveAttribute('aria-valuetext', expect.stringMatching(/of 6 texts/));
    await expect.element(button('Train')).toBeDisabled();
    await page.getByRole('button', { name: 'Stop', exact: true }).last().click();
    await expect.element(button('Judge')).toBeEnabled();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
    await expect.element(result('kind-cruel-24')).toHaveTextContent(/^Kind–cruel on kind-cruel-24/);
  });

  it('is refused where a control vector is none', async () => {
    await open();
    await openJudging();
    await userEvent.upload(page.getByLabelText('Import a control vector…'), [
      file('poem.gguf', 'Roses are red, and this is no vector at all.'),
    ]);
    await expect.element(page.getByRole('alert')).toHaveTextContent(/poem\.gguf is not a GGUF file/);
  });
});
