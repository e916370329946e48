/** Buttons that do what was meant, offers in place of what happens by itself, and where the focus and the text are then. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { button, engines, freshPages, load, openAt, stripText } from '../support/whole-page.ts';

freshPages();

const TEXT = 'He fed the dog. Then he sold it.';
const reads = (): number => engines.flatMap((engine) => engine.calls).filter((call) => call.startsWith('read ')).length;
const own = async (text: string) => {
  await page.getByText('Your own text', { exact: true }).first().click();
  await page.getByLabelText('Your own text').last().fill(text);
};
const title = (name: string) => expect.element(page.getByRole('heading', { name, exact: true })).toBeVisible();
const open = async (...rest: Parameters<typeof openAt> extends [string, ...infer R] ? R : never) => {
  await openAt('', ...rest);
  await title('Betrayal');
};

describe('one press', () => {
  it('loads the model and reads the text that stands in the box', async () => {
    await open();
    await own('');
    await expect.element(button('Load the model (104 MB)')).toBeVisible();
    await own(TEXT);
    await button('Load and read this text (104 MB)').click();
    await title('Your text');
    expect(stripText()).toBe(TEXT);
    expect(document.querySelectorAll('main button.primary')).toHaveLength(1);
  });

  it('says first what is wrong with a text, and fetches nothing then', async () => {
    await open();
    await own('x');
    const box = page.getByLabelText('Your own text').last().element() as HTMLTextAreaElement;
    box.value = 'a \ud83d b'; // typing by the test driver would mend it
    box.dispatchEvent(new Event('input', { bubbles: true }));
    await button('Load and read this text (104 MB)').click();
    await expect.element(page.getByText(/text-malformed/)).toBeVisible();
    expect(engines).toHaveLength(0);
  });

  it('loads the model and lets it write', async () => {
    await openAt('#/write');
    await button('Load and write (104 MB)').click();
    await expect.element(page.getByText('continued here')).toBeVisible();
  });

  it('that stops the load reads nothing', async () => {
    await open({ pace: 200 });
    await own(TEXT);
    await button('Load and read this text (104 MB)').click();
    await button('Cancel').click();
    await expect.element(button('Load and read this text (104 MB)')).toBeVisible();
    expect(reads()).toBe(0);
  });
});

describe('the button that reads', () => {
  it('never becomes the one that stops: pressed twice it reads once', async () => {
    await open({ pace: 60 });
    await load();
    await own('He fed the dog. '.repeat(60));
    const read = button('Read').element() as HTMLButtonElement;
    const { left, top } = read.getBoundingClientRect();
    read.click();
    await expect.element(page.getByRole('main').getByRole('button', { name: 'Stop' })).toBeVisible();
    expect(read.textContent).toBe('Read');
    expect(read.disabled).toBe(true);
    expect(read.getBoundingClientRect()).toMatchObject({ left, top });
    read.click();
    await page.getByRole('main').getByRole('button', { name: 'Stop' }).click();
    await expect.element(button('Read')).toBeEnabled();
    expect(reads()).toBe(1);
  });
});

describe('choosing a probe', () => {
  const readOwn = async (options: Parameters<typeof openAt>[1] = {}) => {
    await open(options);
    await load();
    await own(TEXT);
    await button('Read').click();
    await title('Your text');
    await expect.element(button('Read')).toBeEnabled();
  };

  it('reads nothing by itself, and offers to read again', async () => {
    await readOwn();
    const before = stripText();
    await page.getByLabelText('Read with the probe').selectOptions('Honest–deceptive');
    const again = button('Read it again with Honest–deceptive');
    await expect.element(again).toBeVisible();
    expect(reads()).toBe(1);
    expect(stripText()).toBe(before);
    await expect.element(page.getByText('kind against cruel').first()).toBeVisible();
    await again.click();
    await expect.element(page.getByText('honest against deceptive').first()).toBeVisible();
    await expect.element(again).not.toBeInTheDocument();
    expect(reads()).toBe(2);
  });

  it('a text read again and stopped leaves the whole run on show, and keeps no stub', async () => {
    const long = 'He fed the dog. '.repeat(80).trim();
    await open({ pace: 20 });
    await load();
    await own(long);
    await button('Read').click();
    await expect.element(button('Read')).toBeEnabled();
    const before = document.querySelectorAll('[data-token]').length;
    await page.getByLabelText('Read with the probe').selectOptions('Honest–deceptive');
    await button('Read it again with Honest–deceptive').click();
    // Stopped in the middle: with some of its tokens, and not all.
    await expect
      .poll(
        () => {
          const tokens = document.querySelectorAll('[data-token]').length;
          if (tokens === 0 || tokens >= before) return false;
          document.querySelector<HTMLElement>('header .stop')?.click();
          return true;
        },
        { interval: 5, timeout: 20_000 },
      )
      .toBe(true);
    await expect.poll(() => document.querySelectorAll('[data-token]').length).toBe(before);
    expect(stripText()).toBe(long);
    await page.getByRole('link', { name: 'Library', exact: true }).click();
    await expect.element(page.getByText(/1 run of at most/)).toBeVisible();
  });
});

describe('while the model writes', () => {
  it.each([
    [1440, 900],
    [360, 740],
  ])('its text is in view at %i × %i, and the prompt is one line', async (width, height) => {
    await page.viewport(width, height);
    await openAt('#/write', { pace: 30, text: ' and he rode on'.repeat(100) });
    await load();
    (button('Write').element() as HTMLElement).click();
    await expect.element(page.getByText('continued here')).toBeInTheDocument();
    const strip = document.querySelector('.strip')!.getBoundingClientRect();
    expect(strip.top).toBeLessThan(height - 100);
    expect(document.querySelector('main textarea')).toBeNull();
    const chart = document.querySelector('.trajectory')!.getBoundingClientRect();
    expect(chart.top).toBeGreaterThanOrEqual(strip.bottom);
    await page.getByRole('banner').getByRole('button', { name: 'Stop' }).click();
    await button('Prompt and settings').click();
    await expect.poll(() => document.activeElement?.matches('main textarea')).toBe(true);
  });
});

describe('the text', () => {
  it('is reached by the skip link, where arrow keys walk, and what is seen stays said', async () => {
    await open();
    const seen = page.getByText(/^The reading (falls|rises) from/);
    await expect.element(seen).toBeVisible();
    (page.getByRole('link', { name: 'Skip to the text' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    expect(document.activeElement).toHaveAttribute('data-token', '0');
    await userEvent.keyboard('{ArrowRight}');
    expect(document.activeElement).toHaveAttribute('data-token', '1');
    await expect.element(seen).toBeVisible();
  });

  it('of a story that was warned of has the focus on its title, with what is seen in it', async () => {
    await open();
    await page.getByText('Steady cruel').first().click();
    await button('Show the story').click();
    await expect.poll(() => document.activeElement?.textContent).toBe('Steady cruel');
    await expect.element(page.getByText(/^The reading (falls|rises|hardly moves)/)).toBeVisible();
    expect(document.querySelector('[data-mark]')).toBeNull();
  });
});

describe('“Compare with…”', () => {
  const b = () =>
    new URLSearchParams(
      (page.getByRole('link', { name: 'Compare with…' }).element() as HTMLAnchorElement).hash.split('?')[1],
    ).get('b');

  it('offers the other ending of a story first, and of one’s own text the same text by another probe', async () => {
    await open();
    expect(b()).toBe('story:mercy');
    await load();
    await own(TEXT);
    await button('Read').click();
    await title('Your text');
    await expect.element(button('Read')).toBeEnabled();
    await page.getByLabelText('Read with the probe').selectOptions('Honest–deceptive');
    await button('Read it again with Honest–deceptive').click();
    await expect.poll(b).toMatch(/^run:/);
  });
});
