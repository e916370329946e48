/** Folders that are picked or dropped in the Library: a shelf of probes on a disk, one probe, and what is neither. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { serialiseShelf, SHELVED_FILES, type ShelvedProbe } from '../../../../src/formats/probe/shelf.ts';
import { sha256Hex } from '../../../../src/state/storage/sha256.ts';
import { freshHands, hands, open } from '../support/keeping-page.ts';
import { button, violations } from '../support/whole-page.ts';

freshHands();

const stored = (): Promise<readonly unknown[]> => hands.database.all('probes');

/** A file as a chosen folder gives it. */
function inFolder(path: string, content: BlobPart): File {
  const file = new File([content], path.split('/').at(-1) ?? '');
  Object.defineProperty(file, 'webkitRelativePath', { value: `shelf/${path}` });
  return file;
}

/** A shelf with one of the probes that the page ships; `card` is what lies there, and `claimed` what the index was made from. */
async function shelf(card: string, claimed = card): Promise<File[]> {
  const bytes = async (name: string) =>
    new Uint8Array(await (await fetch(`/probes/terse-wordy/${name}`)).arrayBuffer());
  const of = async (content: Uint8Array<ArrayBuffer>) => ({
    bytes: content.byteLength,
    sha256: await sha256Hex([content]),
  });
  const held = await Promise.all(SHELVED_FILES.map(async (name) => [name, await bytes(name)] as const));
  const files = new Map(await Promise.all(held.map(async ([name, content]) => [name, await of(content)] as const)));
  const { model } = JSON.parse(new TextDecoder().decode(held[0]![1])) as ShelvedProbe;
  const index = serialiseShelf([
    {
      folder: 'terse',
      title: 'Terse–wordy',
      axis: { positive: 'terse', negative: 'wordy', neutral: 'neutral' },
      model,
      auroc: { value: 0.95, low: 0.88, high: 0.98, topics: 48 },
      files: Object.fromEntries(files) as ShelvedProbe['files'],
      card: await of(new TextEncoder().encode(claimed)),
    },
  ]);
  return [
    inFolder('index.json', index),
    ...held.map(([name, content]) => inFolder(`terse/${name}`, content)),
    inFolder('terse/CARD.md', card),
  ];
}

async function pick(files: readonly File[]): Promise<void> {
  await open('#/library');
  await expect.element(page.getByLabelText('Open a folder…')).toBeInTheDocument();
  const input = page.getByLabelText('Open a folder…').element();
  // A script can give no folder to a field: the files come as a chosen folder's do.
  Object.defineProperty(input, 'files', { value: files, configurable: true });
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

describe('a folder', { timeout: 90_000 }, () => {
  it('that is a shelf lists its probes with their cards, and opens one', async () => {
    await pick(await shelf('# A card\n\nIts own words.'));
    await expect.element(page.getByRole('region', { name: 'A shelf of probes' })).toBeVisible();
    await expect.element(page.getByText(/terse against wordy\. AUROC 0\.95 \[0\.88, 0\.98\], 48 topics/)).toBeVisible();
    await page.getByText('Card of Terse–wordy', { exact: true }).click();
    await expect.element(page.getByText('Its own words.')).toBeVisible();
    expect(await violations()).toEqual([]);
    await button('Open Terse–wordy').click();
    await expect.poll(stored).toHaveLength(1);
  });

  it('whose card is another than the index names is said, and its words are not shown', async () => {
    await pick(await shelf('A lie.', 'The truth.'));
    await page.getByText('Card of Terse–wordy', { exact: true }).click();
    await expect.element(page.getByText(/terse\/CARD\.md is not the file that the shelf names/)).toBeVisible();
    expect(page.getByText('A lie.').elements()).toHaveLength(0);
  });

  it('of which a file is missing says which, and keeps nothing', async () => {
    await pick((await shelf('A card.')).filter(({ name }) => name !== 'report.json'));
    await button('Open Terse–wordy').click();
    await expect.element(page.getByText(/terse\/report\.json is not the file.*it is not in the folder/)).toBeVisible();
    expect(await stored()).toEqual([]);
  });

  it('of one probe is brought in whole, and its card and tables are left where they are', async () => {
    const files = await shelf('A card.');
    await pick(files.filter(({ name }) => name !== 'index.json').map((file) => inFolder(file.name, file)));
    await expect.poll(stored).toHaveLength(1);
    await expect.element(page.getByText(/Imported a probe/)).toBeVisible();
  });

  it('that holds nothing is said', async () => {
    await pick([]);
    await expect.element(page.getByText(/The folder holds no files\. Pick the folder of a probe/)).toBeVisible();
  });
});
