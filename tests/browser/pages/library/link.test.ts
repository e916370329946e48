/** Links on the whole page: what they bring back, and what is said where they cannot. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { serialiseRecording } from '../../../../src/formats/runs/recording-json.ts';
import { steeredRun, sampleRun } from '../../../fixtures/samples/sample-run.ts';
import { box, freshHands, give, goTo, hands, open, readOwn, title } from '../support/keeping-page.ts';
import { fakeParts, lastingDatabase } from '../support/parts.ts';
import { button, load, violations } from '../support/whole-page.ts';

freshHands();

// Whole pages on a loaded machine take their time.
describe('a link', { timeout: 90_000 }, () => {
  const linkOf = async (): Promise<string> => {
    await button('Copy link').click();
    await expect.poll(() => hands.copied).toMatch(/#\/read\?s=\d\./);
    return hands.copied.slice(hands.copied.indexOf('#'));
  };

  /** Opens a page by the link that another reader made of a story that contains cruelty. */
  const openLinkToDarkStory = async (): Promise<void> => {
    const screen = await open();
    await title('Betrayal');
    await page.getByText('Steady cruel', { exact: true }).first().click();
    await button('Show the story').click();
    await title('Steady cruel');
    const hash = await linkOf();
    await screen.unmount();
    await open(hash);
  };

  it('to a kept run shows its scores at once, where one looked', async () => {
    const screen = await open();
    await title('Betrayal');
    await load();
    await readOwn('She fed the dog. Then she kicked it.');
    (document.querySelector('[data-token="5"]') as HTMLElement).click();
    const hash = await linkOf();
    await screen.unmount();
    await open(hash);
    await title('Your text');
    expect(document.querySelector('[data-mark="held"]')?.getAttribute('data-token')).toBe('5');
    expect(location.hash).toBe('#/read');
    expect(page.getByText('A text from a link').elements()).toHaveLength(0);
  });

  it('to a text that was never read here sets everything up, keeps the own text, and is read by one button', async () => {
    const screen = await open();
    await title('Betrayal');
    await load();
    await readOwn('She fed the dog. Then she kicked it.');
    const hash = await linkOf();
    await screen.unmount();
    hands.database = lastingDatabase();
    localStorage.setItem('flipside.draft', 'My own words.');
    await open(hash, { storage: localStorage });
    await expect.element(page.getByText('A text from a link')).toBeVisible();
    // What was read of it is there before any model is.
    await title('Text from a link');
    await expect.element(page.getByText(/^The colours came with the link/)).toBeVisible();
    expect([...document.querySelectorAll('[data-token]')].map((token) => token.textContent).join('')).toContain(
      'kicked',
    );
    expect(box()).toBe('She fed the dog. Then she kicked it.');
    await button(/^Load and read this text/).click();
    await title('Your text');
    await expect.poll(() => page.getByText('A text from a link').elements().length).toBe(0);
    await button('Bring my text back').click();
    expect(box()).toBe('My own words.');
  });

  it('to a steered run shows its scores where it is kept, and elsewhere says that it was steered and cannot be made again', async () => {
    const screen = await open();
    await title('Betrayal');
    await goTo('library');
    await give([new File([serialiseRecording(steeredRun())], 'pushed.json')]);
    await expect
      .element(page.getByText(/steered to kind, layer 2, strength 0\.26 \(KL 1\), own words only/).first())
      .toBeVisible();
    await button(/^Show @Your text/)
      .first()
      .click();
    await title(steeredRun().title);
    await expect
      .element(page.getByText(/steered to kind, layer 2, strength 0\.26 \(KL 1\), own words only/).first())
      .toBeVisible();
    const hash = await linkOf();
    await screen.unmount();
    const again = await open(hash);
    await title(steeredRun().title);
    expect(page.getByText('A text from a link').elements()).toHaveLength(0);
    await again.unmount();
    hands.database = lastingDatabase();
    await open(hash);
    await expect
      .element(
        page.getByText(
          /^The run was not the model by itself: steered to the positive pole of Kind–cruel, layer 2[\s\S]* is read without it and scores will differ/,
        ),
      )
      .toBeVisible();
  });

  it('that is opened in a tab in use can be undone', async () => {
    const screen = await open();
    await title('Betrayal');
    await load();
    await readOwn('Theirs is this.');
    const hash = await linkOf();
    await screen.unmount();
    hands.database = lastingDatabase();
    await open();
    await title('Betrayal');
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill('Mine is this.');
    location.hash = hash;
    await expect.poll(box).toBe('Theirs is this.');
    await button('Undo opening the link').click();
    await expect.poll(box).toBe('Mine is this.');
    await title('Betrayal');
  });

  it('brings its probe with it, and undoing it the one before', async () => {
    const screen = await open();
    await title('Betrayal');
    await page.getByLabelText('Read with the probe').selectOptions('Honest–deceptive');
    await load();
    await readOwn('Theirs is this.');
    const hash = await linkOf();
    await screen.unmount();
    await open();
    await title('Betrayal');
    await page.getByLabelText('Read with the probe').selectOptions('Kind–cruel');
    location.hash = hash;
    const chosen = (): string | undefined =>
      (page.getByLabelText('Read with the probe').element() as HTMLSelectElement).selectedOptions[0]?.text;
    await title('Your text');
    await expect.poll(chosen).toBe('Honest–deceptive');
    await button('Undo opening the link').click();
    await title('Betrayal');
    await expect.poll(chosen).toBe('Kind–cruel');
  });

  it('to a story that contains cruelty says so before it shows it', async () => {
    await openLinkToDarkStory();
    await expect.element(page.getByText('A link to a story that contains cruelty')).toBeVisible();
    expect(document.querySelectorAll('[data-token]')).toHaveLength(0);
    expect(await violations()).toEqual([]);
    await button('Show the story').click();
    await title('Steady cruel');
  });

  it('to a story that contains cruelty leads to the first story when the reader does not want it', async () => {
    await openLinkToDarkStory();
    await button('Dismiss').click();
    await title('Betrayal');
  });

  it('with a probe that is not here says which is missing', async () => {
    const screen = await open();
    await title('Betrayal');
    await load();
    await readOwn('Theirs is this.');
    const hash = await linkOf();
    await screen.unmount();
    hands.database = lastingDatabase();
    const [, second] = fakeParts().shipped!;
    await open(hash, { shipped: [second!] });
    await expect
      .element(page.getByText(/made with the probe “Kind–cruel”, which is not in this browser/))
      .toBeVisible();
  });

  it.each([
    ['cut in half', (code: string) => code.slice(0, code.length / 2), /The link was cut/],
    ['of a newer version', (code: string) => code.replace('s=1.', 's=9.'), /made by a newer Flipside/],
    ['that is none', () => '#/read?s=garbage', /none that Flipside makes/],
  ])('%s says so, and the page opens as always', async (_, broken, message) => {
    const screen = await open();
    await title('Betrayal');
    const hash = await linkOf();
    await screen.unmount();
    await open(broken(hash));
    await expect.element(page.getByRole('alert')).toHaveTextContent(message);
    await title('Betrayal');
  });

  it('of a text too long for an address offers the file instead', async () => {
    await open();
    await title('Betrayal');
    const noise = Array.from({ length: 9000 }, (_, at) => Math.sin(at).toString(36).slice(2, 9)).join(' ');
    const run = sampleRun();
    await goTo('library');
    await give([
      new File(
        [
          serialiseRecording({
            ...run,
            title: 'Long',
            text: noise,
            tokens: run.tokens.map((piece, at) => ({ ...piece, text: at === 1 ? noise : '' })),
          }),
        ],
        'long.json',
      ),
    ]);
    await button('Show Long').first().click();
    await title('Long');
    await button('Copy link').click();
    await expect.element(page.getByText(/too long for a link: .* characters of at most 32.000\./)).toBeVisible();
    await button('Save the run').click();
    await expect.poll(() => hands.saved.length, { timeout: 15_000 }).toBe(1);
  });
});
