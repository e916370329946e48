/** Links that ask to open a file, `#run=…`, `#probe=…` and `#shelf=…`, on the whole page; the files are those that the page ships. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { freshHands, hands, open, title } from '../support/keeping-page.ts';
import { button, violations } from '../support/whole-page.ts';

freshHands();

const notice = (name: string) => page.getByRole('region', { name });
const stored = (shelf: 'runs' | 'probes') => hands.database.all(shelf);

describe('a link to a file', { timeout: 90_000 }, () => {
  it('asks first, then opens a reading, and keeps it', async () => {
    await open('#run=/recordings/dream.json');
    await expect.element(notice('This link opens a reading')).toBeVisible();
    await expect.element(page.getByText(`${location.origin}/recordings/dream.json`)).toBeVisible();
    await expect.element(page.getByText(/It lies on the host of this page/)).toBeVisible();
    expect(await violations()).toEqual([]);
    expect(await stored('runs')).toEqual([]);
    await button('Open the reading').click();
    await title('Dream');
    expect(location.hash).toBe('#/read');
    expect(notice('This link opens a reading').elements()).toHaveLength(0);
    expect(await stored('runs')).toHaveLength(1);
  });

  it('brings a probe, which is kept and read with', async () => {
    await open('#probe=/probes/kind-cruel/probe.json');
    await expect.element(notice('This link brings a probe')).toBeVisible();
    await button('Open the probe').click();
    await expect.poll(() => stored('probes')).toHaveLength(1);
    await expect.poll(() => location.hash).toBe('#/read');
  });

  it('that is dismissed changes nothing', async () => {
    await open('#run=/recordings/dream.json');
    await button('Dismiss').click();
    expect(location.hash).toBe('#/read');
    expect(await stored('runs')).toEqual([]);
  });

  it.each([
    [
      '#run=https://elsewhere.example/a.json',
      /The file lies on elsewhere\.example, and this page asks its own host only/,
    ],
    ['#probe=javascript:alert(1)', /"javascript:alert\(1\)" in the link is no address/],
  ])('%s is refused in a sentence', async (hash, says) => {
    await open(hash);
    await expect.element(page.getByText(says)).toBeVisible();
    expect(location.hash).toBe('#/read');
  });

  it.each(['run', 'probe', 'shelf'])(
    'to a %s on its own host that leads on to another is refused, and that other is not asked',
    async (kind) => {
      await open(`#${kind}=/leads-on/${kind}.json`);
      await button(/^(Open|Look)/).click();
      await expect.element(page.getByText(/A host that leads on to another is not followed\./)).toBeVisible();
      expect(await (await fetch('/leads-on/asked')).json()).toEqual([]);
      expect(await stored('runs')).toEqual([]);
      expect(await stored('probes')).toEqual([]);
    },
  );

  it('shows a shelf, and opens what lies there as the shelf names it', async () => {
    await open('#shelf=/fixture-shelf/');
    await button('Look at the shelf').click();
    await expect
      .element(page.getByText(/Terse–wordy: terse against wordy\. AUROC 0\.95 \[0\.88, 0\.98\], 48 topics/))
      .toBeVisible();
    expect(await violations()).toEqual([]);
    await button('Open Terse–wordy').click();
    await expect.poll(() => stored('probes')).toHaveLength(1);
    // The hash of the other is a lie: it is not kept.
    await button('Open Formal–casual').click();
    await expect
      .element(page.getByText(/formal-casual\/directions\.safetensors is not the file that the shelf names/))
      .toBeVisible();
    expect(await stored('probes')).toHaveLength(1);
    await button('Dismiss').first().click();
  });

  it('that follows another is asked for itself, with nothing of the shelf before it', async () => {
    await open('#shelf=/fixture-shelf/');
    await button('Look at the shelf').click();
    await expect.element(button('Open Terse–wordy')).toBeVisible();
    location.hash = '#run=/recordings/dream.json';
    await expect.element(button('Open the reading')).toBeVisible();
    expect(button('Open Terse–wordy').elements()).toHaveLength(0);
  });

  it('to what is no reading is refused, and nothing is kept', async () => {
    await open('#run=/recordings/index.json');
    await button('Open the reading').click();
    await expect.element(page.getByText('This file does not belong here')).toBeVisible();
    expect(await stored('runs')).toEqual([]);
  });
});
