import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import { button, compare, fetchText, freshRooms, measure, open } from '../support/compare-page.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { fakeParts } from '../support/parts.ts';
import { violations } from '../support/violations.ts';

freshRooms();

const strip = (side: 'a' | 'b'): HTMLElement => document.querySelector<HTMLElement>(`[data-side="${side}"]`)!;
const token = (side: 'a' | 'b', index: number): HTMLElement =>
  strip(side).querySelector<HTMLElement>(`[data-token="${index}"]`)!;
const marked = (side: 'a' | 'b'): number[] =>
  [...strip(side).querySelectorAll<HTMLElement>('[data-mark]')].map((span) => Number(span.dataset['token']));
const layer = () => page.getByRole('slider', { name: 'Layer', exact: true });
const words = (side: 'a' | 'b'): string =>
  [...strip(side).querySelectorAll<HTMLElement>('[data-token]')].map((span) => span.textContent).join('');
const meanDifference = (): number =>
  Number(/difference ([+−]\d+\.\d+), 95 %/.exec(document.querySelector('main')!.textContent)![1]!.replace('−', '-'));

describe('two runs side by side', () => {
  it('says how much they share, where they part and by how much they differ, with interval and n', async () => {
    await compare('betrayal', 'spared');
    const main = page.getByRole('main');
    await expect
      .element(main)
      .toHaveTextContent(/\d+ of 155 and 155 tokens are shared|\d+ of \d+ and \d+ tokens are shared/);
    await expect
      .element(main)
      .toHaveTextContent(
        /B reads further towards kind than A: on average \d\.\d\d standard deviations at (the )?\d+ shared tokens.* \(difference \+\d\.\d+, 95 % interval .* to .*, blocks of \d+ tokens\)\./,
      );
    expect(document.title).toBe('Two runs side by side · Flipside');
  });

  it('names the steering of a run that was read under one, and what its scores then hold', async () => {
    await compare('betrayal', 'steered');
    await expect
      .element(page.getByRole('main'))
      .toHaveTextContent(
        'A is the model by itself, B was steered to kind, layer 3, strength 0.26 (KL 1), own words only. From the steered layer on, scores hold what was done to the stream',
      );
    expect(
      [...document.querySelectorAll('.picker p')].map((line) => line.textContent.includes('steered to kind')),
    ).toEqual([false, true]);
  });

  it('finds a difference of exactly zero between a run and itself', async () => {
    await compare('betrayal', 'betrayal');
    await expect.element(page.getByText('Both runs have the same 155 tokens.', { exact: true })).toBeVisible();
    await expect
      .element(
        page.getByText('A and B read exactly alike at 154 shared tokens: the mean difference is 0.', { exact: true }),
      )
      .toBeVisible();
    await page.getByText('Show the numbers as tables').click();
    const cells = [...document.querySelectorAll('[aria-label^="Columns"] tbody tr td:last-child')].map(
      (cell) => cell.textContent,
    );
    expect(cells.slice(1)).toEqual(new Array<string>(154).fill('0.00'));
  });

  it('underlines what the other lacks, and says in the text where they part', async () => {
    await compare('betrayal', 'spared');
    const unlike = [...strip('a').querySelectorAll('[data-unlike]')].map((span) => span.textContent).join('');
    expect(unlike).toContain('sold');
    expect(unlike).not.toContain('Aldo');
    for (const side of ['a', 'b'] as const) expect(strip(side).textContent.match(/parts here/g)).toHaveLength(1);
  });

  it('changes the sign of the difference when the two are swapped', async () => {
    await compare('betrayal', 'spared');
    const before = meanDifference();
    const first = words('a');
    await button('Swap A and B').click();
    await expect.poll(() => words('b')).toBe(first);
    expect(meanDifference()).toBeCloseTo(-before, 2);
    expect(location.hash).toBe('#/library/compare?a=story:spared&b=story:betrayal');
  });

  it('pairs readings after the same sentence end, as a table too', async () => {
    await compare('betrayal', 'spared');
    await page.getByText('Show the numbers as tables').click();
    const rows = () => document.querySelectorAll('[aria-label^="Paired readings"] tbody tr');
    await expect.poll(() => rows().length).toBe(8);
    const [, a, b, difference] = [...rows()[0]!.children].map((cell) => Number(cell.textContent.replace('−', '-')));
    expect(difference!).toBeCloseTo(b! - a!, 1);
  });

  it('compares by one pole alone too, where both runs were read so', async () => {
    await compare('betrayal', 'spared');
    await page.getByText('cruel from neutral text', { exact: true }).first().click();
    await expect.element(page.getByText('B less cruel', { exact: true })).toBeVisible();
    await expect.element(page.getByRole('main')).toHaveTextContent(/B reads (less far|further) towards cruel than A/);
  });

  it('draws both and the difference', async () => {
    await compare('betrayal', 'spared');
    await expect
      .poll(() => document.querySelectorAll('.runs .main-svg').length, { timeout: 15_000 })
      .toBeGreaterThan(0);
    await expect
      .element(
        page.getByRole('img', { name: /^Both runs at the chosen layer\. .*The table below has every number\.$/ }),
      )
      .toBeVisible();
    await expect.element(page.getByText('B more kind', { exact: true })).toBeVisible();
  });
});

describe('the keyboard in two texts', () => {
  it('has one tab stop in each', async () => {
    await compare('betrayal', 'spared');
    for (const side of ['a', 'b'] as const) expect(strip(side).querySelectorAll('[tabindex="0"]')).toHaveLength(1);
  });

  it('walks the tokens of one and marks the same column in the other', async () => {
    await compare('betrayal', 'spared');
    token('a', 0).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(marked('a')).toEqual([3]);
    expect(marked('b')).toEqual([3]);
    await userEvent.keyboard('{End}');
    const [last] = marked('b');
    expect(last).toBe(strip('b').querySelectorAll('[data-token]').length - 1);
    await userEvent.keyboard('{ArrowUp}');
    await expect.element(layer()).toHaveValue('17');
    expect(document.activeElement!.getAttribute('aria-label')).toMatch(/layer 17, difference (plus|minus) \d/);
  });

  it('does not take a text that scrolls under a pointer at rest for one that is pointed at', async () => {
    await page.viewport(900, 420);
    await compare('betrayal', 'betrayal');
    await userEvent.hover(token('b', 12));
    expect(marked('a')).toEqual([12]);
    token('a', 0).focus();
    await userEvent.keyboard('{End}');
    const last = strip('a').querySelectorAll('[data-token]').length - 1;
    await expect.poll(() => strip('b').querySelector<HTMLElement>('.box')!.scrollTop).toBeGreaterThan(50);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    expect([marked('a'), marked('b')]).toEqual([[last], [last]]);
  });

  it('holds a column in both with Enter, and lets go with Esc', async () => {
    await compare('betrayal', 'spared');
    token('a', 0).focus();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    for (const side of ['a', 'b'] as const) expect(token(side, 1)).toHaveAttribute('data-mark', 'held');
    await userEvent.keyboard('{Escape}{Escape}');
    expect(document.activeElement).toHaveAttribute('aria-pressed', 'false');
  });

  it('goes to where they part, by a button that takes the focus along', async () => {
    await compare('betrayal', 'spared');
    await button(/^Go to where they part/).click();
    const [place] = marked('a');
    expect(document.activeElement).toBe(token('a', place!));
    expect(document.activeElement!.textContent).toBe(' sold');
    expect(document.activeElement!.getAttribute('aria-label')).toMatch(/not in the other run/);
  });

  it('jumps between peaks of the difference', async () => {
    await compare('betrayal', 'spared');
    token('a', 0).focus();
    await userEvent.keyboard(']');
    const [peak] = marked('a');
    expect(peak).toBeGreaterThan(0);
    await userEvent.keyboard(']');
    expect(marked('a')[0]).toBeGreaterThan(peak!);
  });
});

describe('the pointer in two texts', () => {
  it('marks the same column in both, and says both values', async () => {
    await compare('betrayal', 'spared');
    await userEvent.hover(token('b', 12));
    expect(marked('a')).toEqual([12]);
    await expect.element(page.getByRole('tooltip')).toHaveTextContent(/A has .* here, [+−]\d.*B less A [+−]\d/);
    await expect.element(page.getByText('A, token 12, reading', { exact: true })).toBeVisible();
  });

  it('scrolls both texts to the same place', async () => {
    await page.viewport(900, 420);
    await compare('betrayal', 'betrayal');
    const [a, b] = [strip('a').querySelector<HTMLElement>('.box')!, strip('b').querySelector<HTMLElement>('.box')!];
    expect(a.scrollHeight).toBeGreaterThan(a.clientHeight + 100);
    await userEvent.hover(token('a', 3));
    a.scrollTop = 90;
    await expect.poll(() => Math.abs(b.scrollTop - 90)).toBeLessThanOrEqual(2);
  });
});

describe('runs on two variants of one model', () => {
  it('that one probe read, carried over to one of them, are subtracted, with its cosine by layer', async () => {
    await compare('at-home', 'carried');
    await expect
      .element(
        page
          .getByRole('main')
          .getByText(
            'A was read on sample-q4, B on sample-q8, both with the probe sample: two variants of one model. The difference holds what the variants change as well as what the texts do.',
          ),
      )
      .toBeVisible();
    await expect.element(page.getByRole('main').getByText(/further towards kind than A: on average/)).toBeVisible();
    await expect
      .element(
        page.getByText(
          'B. The probe was made on q4; this is q8. Their directions agree with cosine 0.920 at layer 16 (n = 24 of its 72 topics; labels shuffled: 0.41, 95 % of 200).',
        ),
      )
      .toBeVisible();
    expect(document.querySelector('main')!.textContent).not.toContain('A. The probe was made on');
    await expect.element(page.getByText(/The two were read by different models/)).toBeVisible();
  });

  it('that a probe of each read are not, and it is said how they could be', async () => {
    await compare('at-home', 'other-variant');
    const notice = page.getByRole('region', { name: 'These two are not subtracted' });
    await expect
      .element(notice)
      .toHaveTextContent(
        'A was read on sample-q4 with the probe sample (00000000), B on sample-q8 with sample (abababab): two variants of one model, and a probe of each.',
      );
    await expect.element(notice).toHaveTextContent('Read one of the texts again with the probe of the other');
  });
});

describe('runs that may not be subtracted', () => {
  it('are shown, with what each was read with, and without any difference', async () => {
    await compare('betrayal', 'other-probe');
    const notice = page.getByRole('region', { name: 'These two are not subtracted' });
    await expect
      .element(notice)
      .toHaveTextContent('A was read with the probe sample (00000000), B with formal-casual (abababab).');
    expect(document.querySelector('main')!.textContent).not.toMatch(/further towards|read exactly alike|B more/);
    token('a', 0).focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(marked('b')).toEqual([1]);
    await expect.element(page.getByText('no difference taken', { exact: true })).toBeVisible();
  });

  it('are drawn over their own sentences where they share too little, and only one text is marked', async () => {
    await compare('betrayal', 'bees');
    await expect
      .element(page.getByRole('main'))
      .toHaveTextContent(
        /\d+ of 155 and \d+ tokens (is|are) shared beyond what any two texts share by chance.*drawn over its own sentences/,
      );
    await expect.element(page.getByText('sd of the training readings, by sentence')).toBeVisible();
    expect(document.querySelectorAll('[data-unlike]')).toHaveLength(0);
    token('a', 5).focus();
    token('a', 0).focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(marked('a')).toHaveLength(1);
    expect(marked('b')).toEqual([]);
    await page.getByText('Show the numbers as tables').click();
    expect(document.querySelectorAll('[aria-label^="Sentences"] tbody tr')).toHaveLength(8);
  });
});

describe('choosing runs', () => {
  it('writes the choice into the address, and takes it from there', async () => {
    await compare('betrayal', 'spared');
    await page.getByLabelText('B second run').selectOptions('Mercy');
    await expect.poll(() => location.hash).toBe('#/library/compare?a=story:betrayal&b=story:mercy');
    await expect.element(page.getByRole('heading', { name: 'B Mercy' })).toBeVisible();
    location.hash = '#/library/compare?a=story:dream&b=story:mercy';
    await expect.element(page.getByRole('heading', { name: 'A The dream' })).toBeVisible();
  });

  it('tells of cruelty before it shows a story that holds it, once for both', async () => {
    await open('steady-cruel', 'betrayal');
    await expect.element(page.getByRole('group', { name: 'Before Steady cruel' })).toBeVisible();
    expect(document.querySelectorAll('[data-token]')).toHaveLength(0);
    expect(await violations()).toEqual([]);
    await button('Show the story').click();
    await expect.poll(() => document.querySelectorAll('[data-side]').length).toBe(2);
    await button('Swap A and B').click();
    await expect.element(page.getByRole('heading', { name: 'B Steady cruel' })).toBeVisible();
  });

  it('says which run cannot be had, and tries again', async () => {
    let offline = true;
    await open('betrayal', 'spared', {
      fetchText: (url) => (offline && url.includes('spared') ? Promise.reject(new Error('offline')) : fetchText(url)),
    });
    await expect.element(page.getByRole('alert')).toHaveTextContent(/offline/);
    expect(document.querySelectorAll('[data-side]')).toHaveLength(0);
    offline = false;
    await button('Try again').click();
    await expect.poll(() => document.querySelectorAll('[data-side]').length).toBe(2);
  });

  it('says that the run of an old address is not kept, and offers the others', async () => {
    await open('betrayal', 'nowhere');
    await expect
      .element(page.getByText('The run in the address is not kept in this browser. Choose another.', { exact: true }))
      .toBeVisible();
    await page.getByLabelText('B second run').selectOptions('Spared');
    await expect.poll(() => document.querySelectorAll('[data-side]').length).toBe(2);
  });

  it('begins at the text on show in Read', async () => {
    await render(App, { props: { parts: fakeParts(() => new FakeEngine(), { fetchText }) } });
    await page.getByText('Redemption', { exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'Redemption' })).toBeVisible();
    await page.getByRole('link', { name: 'Compare with…' }).click();
    await expect.element(page.getByRole('heading', { name: 'A Redemption' })).toBeVisible();
  });

  it('offers a text that was read here', async () => {
    await render(App, { props: { parts: fakeParts(() => new FakeEngine(), { fetchText }) } });
    await button(/^Load the model/).click();
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByLabelText('Your own text').last().fill('Aldo came to the village in the first week of autumn.');
    await button('Read').click();
    await expect
      .poll(() => document.querySelector<HTMLAnchorElement>('a[href^="#/library/compare"]')!.hash)
      .toMatch(/a=run:/);
    await page.getByRole('link', { name: 'Compare with…' }).click();
    await expect.element(page.getByRole('heading', { name: 'A Your text' })).toBeVisible();
  });
});

describe('access to two runs', () => {
  it.each([
    ['Light', 'compared', 'short', 'short-spared'],
    ['Dark', 'compared', 'short', 'short-spared'],
    ['Light', 'refused', 'short', 'other-probe'],
    ['Dark', 'unlike', 'short', 'bees'],
  ])('has no axe violations in %s when %s, with everything open', async (theme, how, a, b) => {
    await compare(a, b);
    if (how === 'compared') {
      await measure();
      await page.getByText('Show every column').click();
    }
    await page.getByText('How is the KL computed?').click();
    await page.getByText(theme, { exact: true }).click();
    await page.getByText('Show the numbers as tables').click();
    await page.getByText('How is this computed?').click();
    token('a', 0).focus();
    expect(await violations()).toEqual([]);
  });

  it('survives that the text is taken away with the focus in it', async () => {
    const screen = await compare('betrayal', 'spared');
    token('a', 0).focus();
    await screen.unmount();
    expect(document.querySelectorAll('[data-token]')).toHaveLength(0);
  });

  it('fits 360 pixels, one text above the other', async () => {
    await page.viewport(360, 800);
    await compare('betrayal', 'spared');
    expect(document.querySelector('main')!.scrollWidth).toBeLessThanOrEqual(360);
    expect(strip('b').getBoundingClientRect().top).toBeGreaterThan(strip('a').getBoundingClientRect().bottom - 1);
    expect(await violations()).toEqual([]);
  });
});
