import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../../src/shell/App.svelte';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import '../../../../src/styles/tokens.css';
import '../../../../src/styles/base.css';
import { FakeEngine } from '../support/fake-engine.ts';
import type { FakeOptions } from '../support/fake-engine.ts';
import { fakeFetch, fakeParts } from '../support/parts.ts';
import { violations } from '../support/violations.ts';

const engines: FakeEngine[] = [];

async function open(options: FakeOptions = {}, more: Partial<AppParts> = {}) {
  const connect = () => {
    const engine = new FakeEngine(options);
    engines.push(engine);
    return engine;
  };
  const screen = await render(App, { props: { parts: fakeParts(connect, more) } });
  await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
  await expect.element(page.getByRole('slider', { name: /Layer map/ })).toBeVisible();
  return screen;
}
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
/** Loads the model and no more, also where the text box offers to read what is in it. */
const load = async () => {
  const own = button(/^Load the model/).elements().length === 0;
  if (own) await page.getByText('Recorded stories', { exact: true }).click();
  await button(/^Load the model/).click();
  if (own) await page.getByText('Your own text', { exact: true }).first().click();
  await expect.element(page.getByText(/31 tokens a pass/).first()).toBeVisible();
};
const ownText = async (text: string) => {
  await page.getByText('Your own text', { exact: true }).first().click();
  await page.getByLabelText('Your own text').last().fill(text);
};
const fault = (): string => document.querySelector<HTMLElement>('[aria-live="polite"].fault')!.textContent;

beforeEach(async () => {
  engines.length = 0;
  localStorage.clear();
  localStorage.setItem('flipside.details', 'open');
  document.title = 'Flipside';
  document.documentElement.lang = 'en';
  delete document.documentElement.dataset['theme'];
  await page.viewport(1280, 900);
});
afterEach(() => page.viewport(1280, 900));

describe('the first visit', () => {
  it('shows a recorded reading before any engine exists, and says that nothing leaves the tab', async () => {
    await open();
    expect(document.querySelectorAll('[data-token]').length).toBeGreaterThan(100);
    await expect.element(page.getByText(/Nothing leaves this tab/)).toBeVisible();
    await expect.element(page.getByRole('slider', { name: /Layer map/ })).toBeVisible();
    await expect.element(page.getByRole('img', { name: /The reading along the text/ })).toBeVisible();
    expect(engines).toHaveLength(0);
  });

  it('states the size before it fetches anything', async () => {
    await open();
    await expect.element(button('Load the model (104 MB)')).toBeVisible();
    await expect.element(page.getByText('not loaded').first()).toBeVisible();
  });

  it('draws the trajectory', async () => {
    await open();
    await expect
      .poll(() => document.querySelectorAll('.chart .main-svg').length, { timeout: 15_000 })
      .toBeGreaterThan(0);
  });

  it('changes story with the arrow keys of a radio group', async () => {
    await open();
    (page.getByRole('radio', { name: 'Betrayal' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(page.getByRole('heading', { name: 'Redemption' })).toBeVisible();
  });

  it('marks the story on show, and comes back to it after a continuation', async () => {
    await open();
    const story = page.getByRole('radio', { name: 'Betrayal' });
    await expect.element(story).toBeChecked();
    await load();
    await button('Continue this text').click();
    await expect.element(page.getByText('continued here')).toBeVisible();
    await expect.element(button('Continue this text')).toBeEnabled();
    await expect.element(story).not.toBeChecked();
    await page.getByText('Betrayal', { exact: true }).first().click();
    await expect.element(page.getByText(/· recorded from the same model/)).toBeVisible();
    await expect.element(story).toBeChecked();
  });

  it('marks the story on show again when another cannot be had', async () => {
    await open(
      {},
      { fetchText: (url) => (url.includes('dream') ? Promise.reject(new Error('offline')) : fakeFetch(url)) },
    );
    await page.getByText('The dream', { exact: true }).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/offline/);
    await expect.element(page.getByRole('radio', { name: 'Betrayal' })).toBeChecked();
  });

  it('says first what is seen, and then how sure it is', async () => {
    await open();
    const seen = page.getByText(
      /^The reading falls from \+\d\.\d \(kind\) after “.+” to −\d\.\d \(cruel\) after “.+”\.$/,
    );
    const sure = page.getByText(
      /how they change is what counts\. \d+ of 8 readings stands? out from the grey range of random directions; about 0\.8 would by chance\./,
    );
    await expect.element(seen).toBeVisible();
    await expect.element(sure).toBeVisible();
    expect(seen.element().compareDocumentPosition(sure.element()) & Node.DOCUMENT_POSITION_FOLLOWING).not.toBe(0);
  });

  it('says what is wrong when the recordings cannot be had, and still takes a text', async () => {
    await render(App, {
      props: { parts: fakeParts(() => new FakeEngine(), { fetchText: () => Promise.reject(new Error('offline')) }) },
    });
    await expect.element(page.getByRole('alert')).toHaveTextContent(/offline/);
    await ownText('Still here.');
    await load();
    await button('Read').click();
    await expect.element(page.getByRole('heading', { name: 'Your text' })).toBeVisible();
  });
});

describe('the keyboard', () => {
  it('walks tokens, sentences, peaks and layers from one tab stop', async () => {
    await open();
    document.querySelector<HTMLElement>('[data-token="0"]')!.focus();
    const at = () => Number((document.activeElement as HTMLElement).dataset['token']);
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(at()).toBe(2);
    await userEvent.keyboard('{PageDown}');
    const sentence = at();
    expect(sentence).toBeGreaterThan(10);
    await userEvent.keyboard(']]');
    expect(at()).toBeGreaterThan(sentence);
    await userEvent.keyboard('{End}');
    expect(at()).toBe(document.querySelectorAll('[data-token]').length - 1);
    await userEvent.keyboard('{ArrowUp}');
    await expect.element(page.getByRole('slider', { name: 'Layer', exact: true })).toHaveValue('17');
    expect(document.activeElement!.getAttribute('aria-label')).toMatch(/layer 17$/);
  });

  it('locks with Enter and lets go with Esc', async () => {
    await open();
    const token = document.querySelector<HTMLElement>('[data-token="0"]')!;
    token.focus();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    expect(document.activeElement).toHaveAttribute('aria-pressed', 'true');
    await userEvent.keyboard('{Escape}{Escape}');
    expect(document.activeElement).toHaveAttribute('aria-pressed', 'false');
  });

  it('does the same on the layer map', async () => {
    await open();
    const map = page.getByRole('slider', { name: /Layer map/ });
    (map.element() as HTMLElement).focus();
    await userEvent.keyboard('{End}{ArrowDown}');
    await expect.element(map).toHaveAttribute('aria-valuetext', expect.stringMatching(/layer 15$/));
    expect(document.activeElement).toBe(map.element());
  });
});

describe('loading and reading', () => {
  it('reads the reader’s text with Ctrl+Enter and keeps it in the box', async () => {
    await open();
    await ownText('He fed the dog. Then he sold it.');
    await load();
    await userEvent.click(page.getByLabelText('Your own text').last());
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.element(page.getByRole('heading', { name: 'Your text' })).toBeVisible();
    await expect.element(page.getByRole('status')).toHaveTextContent(/Read 10 tokens and 2 readings/);
    await expect.element(page.getByLabelText('Your own text').last()).toHaveValue('He fed the dog. Then he sold it.');
  });

  it('keeps a text that is refused, says why beside it, and no longer once it has changed', async () => {
    await open({ failRead: 'text-too-long' });
    await ownText('Far too long.');
    await load();
    await button('Read').click();
    await expect.poll(fault).toMatch(/too long for this model.*9000 tokens.*Shorten.*text-too-long/s);
    await expect.element(page.getByRole('heading', { name: 'Betrayal' })).toBeVisible();
    await expect.element(page.getByLabelText('Your own text').last()).toHaveValue('Far too long.');
    await ownText('Shorter.');
    await expect.poll(fault).toBe('');
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it('names an empty text and half a character, by button and by keys', async () => {
    await open();
    await ownText('   ');
    expect(fault()).toBe('');
    await load();
    await button('Read').click();
    await expect.poll(fault).toMatch(/nothing to read.*text-empty/is);
    const box = page.getByLabelText('Your own text').last().element() as HTMLTextAreaElement;
    box.value = 'a \ud83d b'; // typing by the test driver would mend it
    box.dispatchEvent(new Event('input', { bubbles: true }));
    await expect.poll(fault).toMatch(/U\+D83D.*text-malformed/s);
    await button('Read').click();
    await expect.poll(fault).toMatch(/U\+D83D.*text-malformed/s);
    await ownText('');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.poll(fault).toMatch(/text-empty/);
    expect(engines[0]!.calls.some((call) => call.startsWith('read'))).toBe(false);
  });

  it('says that the model must be loaded before a text is read, and goes to the button that does both', async () => {
    await open();
    await ownText('He fed the dog.');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.element(page.getByRole('alert')).toHaveTextContent(/must be loaded first/);
    await expect.element(button(/^Load and read this text/)).toHaveFocus();
    await load();
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it('keeps the text over a reload', async () => {
    const first = await open({}, { storage: localStorage });
    await ownText('Remember me.');
    await first.unmount();
    await open({}, { storage: localStorage });
    await page.getByText('Your own text', { exact: true }).first().click();
    await expect.element(page.getByLabelText('Your own text').last()).toHaveValue('Remember me.');
  });

  it('offers to start again when the worker dies', async () => {
    await open();
    await ownText('Do not lose me.');
    await load();
    engines[0]!.die();
    await expect.element(page.getByRole('alert')).toHaveTextContent(/The engine stopped/);
    await button('Start again').first().click();
    await expect.element(page.getByText(/31 tokens a pass/).first()).toBeVisible();
    await expect.element(page.getByLabelText('Your own text').last()).toHaveValue('Do not lose me.');
  });

  it('names why there is no WebGPU, and what to do', async () => {
    await open({ status: { backend: 'wasm', adapter: null, fallback: { cause: 'no-adapter', detail: '' } } });
    await button(/^Load the model/).click();
    await expect.element(page.getByText(/found no graphics card that it may use/)).toBeVisible();
    await expect.element(page.getByText(/Update the graphics driver/)).toBeVisible();
  });

  it('offers to load without WebGPU when the card computes wrongly', async () => {
    await open({ failLoad: 'gpu-device-lost' });
    await button(/^Load the model/).click();
    await expect.element(button('Load without WebGPU')).toBeVisible();
  });

  it('continues a recorded story, with the border marked, and stops', async () => {
    await open({ pace: 40, text: ' and he rode on'.repeat(200) });
    await load();
    await button('Continue this text').click();
    await expect.element(page.getByText('continued here')).toBeVisible();
    const before = document.querySelectorAll('[data-token]').length;
    await expect.poll(() => document.querySelectorAll('[data-token]').length).toBeGreaterThan(before + 5);
    // The one in the header: it stays where it is while lines are added above the other.
    await page.getByRole('banner').getByRole('button', { name: 'Stop' }).click();
    await expect.element(button('Continue this text')).toBeEnabled();
    await expect.element(page.getByRole('status')).toHaveTextContent('Stopped.');
  });

  it('says on how many threads the processor computes', async () => {
    await open({ status: { backend: 'wasm', adapter: null, threads: 2 } });
    await load();
    await button('Diagnostics').click();
    await expect
      .element(page.getByText(new RegExp(`^WebAssembly, 2 threads of ${navigator.hardwareConcurrency} processors?$`)))
      .toBeVisible();
  });

  it('says how tokens are written, with what was tried, and what the graphics card holds', async () => {
    const trials = [
      { mode: 'stepwise' as const, msPerToken: 14.1, relativeError: 0, sameTokens: true, accepted: true },
      { mode: 'direct' as const, msPerToken: 6.9, relativeError: 3.1e-6, sameTokens: true, accepted: true },
      { mode: 'captured' as const, msPerToken: 45.2, relativeError: Infinity, sameTokens: false, accepted: false },
    ];
    await open({ status: { writing: { mode: 'direct', trials, reason: null } } });
    await load();
    await button('Diagnostics').click();
    await expect
      .element(
        page.getByText(
          'ahead, captured and dispatched directly; stepwise 14 ms, direct 6.9 ms 3.1e−6, captured ✗ 45 ms not finite',
        ),
      )
      .toBeVisible();
    await expect
      .element(
        page.getByText(
          '201 MB (runtime 176 MB, cache 24 MB), 214 MB at most so far; a text of 8\u202f192 tokens needs 377 MB for keys and values',
        ),
      )
      .toBeVisible();
  });

  it('checks the numbers', async () => {
    await open();
    await load();
    await button('Diagnostics').click();
    await button('Check the numbers').click();
    await expect.element(page.getByText('Passed.', { exact: true })).toBeVisible();
  });
});

describe('a reference file that PyTorch made', () => {
  const pick = (bytes: number) =>
    userEvent.upload(
      page.getByLabelText('Check against a reference file…'),
      new File([new Uint8Array(bytes)], 'mine.safetensors'),
    );

  it('goes to the engine with its name, and the verdict is shown as for the one that ships', async () => {
    await open();
    await load();
    await button('Diagnostics').click();
    await pick(12);
    await expect.element(page.getByText('Passed.', { exact: true })).toBeVisible();
    expect(engines[0]!.calls).toContain('checkNumbers mine.safetensors of 12');
  });

  it('cannot be picked before a model is loaded', async () => {
    await open();
    await button('Diagnostics').click();
    await expect.element(page.getByLabelText('Check against a reference file…')).toBeDisabled();
  });
});

describe('the same numbers without pictures', () => {
  it('are in tables', async () => {
    await open();
    await page.getByText('Show the numbers as tables').click();
    await expect.element(page.getByRole('region', { name: 'Tokens, kind against cruel, layer 16' })).toBeVisible();
    expect(document.querySelectorAll('table tbody tr').length).toBeGreaterThan(150);
  });
});

describe.each(['light', 'dark'])('no accessibility violations in %s', (theme) => {
  beforeEach(() => {
    localStorage.setItem('flipside.theme', theme);
  });
  const parts = { storage: localStorage };

  it('on the first visit', async () => {
    await open({}, parts);
    expect(await violations()).toEqual([]);
  });

  it('with a token held and a span chosen, as text and as tables', async () => {
    await open({}, parts);
    document.querySelector<HTMLElement>('[data-token="40"]')!.click();
    await userEvent.keyboard('{Shift>}{PageDown}{PageDown}{/Shift}');
    await expect.element(page.getByRole('tooltip')).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.getByText('Show the numbers as tables').click();
    await expect.element(page.getByRole('region', { name: 'Tokens, kind against cruel, layer 16' })).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('while loading', async () => {
    await open({ pace: 400 }, parts);
    await ownText('Hello there');
    await button(/^Load and read this text/).click();
    await expect.element(page.getByRole('progressbar', { name: 'Loading the model' })).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  it('with a problem and a fallback', async () => {
    await open(
      {
        failRead: 'numbers-not-finite',
        status: { backend: 'wasm', adapter: null, fallback: { cause: 'insecure-page', detail: 'x' } },
      },
      parts,
    );
    await ownText('Hello');
    await button(/^Load and read this text/).click();
    await expect.element(page.getByRole('alert')).toBeVisible();
    expect(await violations()).toEqual([]);
    await ownText(' ');
    await button('Read').click();
    await expect.poll(fault).toMatch(/text-empty/);
    expect(await violations()).toEqual([]);
  });

  it('on a phone, after a continuation and a numbers check', async () => {
    await page.viewport(360, 740);
    await open({}, parts);
    await load();
    await button('Continue this text').click();
    await expect.element(page.getByText('continued here')).toBeVisible();
    await expect.element(button('Continue this text')).toBeEnabled();
    expect(await violations()).toEqual([]);
    await button('Diagnostics').click();
    await expect.element(button('Check the numbers')).toBeEnabled();
    await button('Check the numbers').click();
    await page.getByText('Error by layer').click();
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  });
});

it('lets a text that runs from right to left do so in the box', async () => {
  await open();
  await ownText('שלום עולם');
  expect(document.querySelector('textarea')!.matches(':dir(rtl)')).toBe(true);
});

it('shows below the header whatever takes the focus on the way back', async () => {
  await page.viewport(640, 450);
  await open();
  const header = document.querySelector('header')!;
  [...document.querySelectorAll<HTMLElement>('footer a, footer button')].at(-1)!.focus();
  const seen = new Set<Element>();
  for (let press = 0; press < 30; press += 1) {
    await userEvent.keyboard('{Shift>}{Tab}{/Shift}');
    const { activeElement } = document;
    if (activeElement === null || activeElement.closest('main') === null) continue;
    seen.add(activeElement);
    // Radio buttons are a pixel in size; what is seen of them is their label.
    const shown = activeElement.closest('label') ?? activeElement;
    expect(shown.getBoundingClientRect().top, activeElement.outerHTML.slice(0, 120)).toBeGreaterThanOrEqual(
      header.getBoundingClientRect().bottom - 1,
    );
  }
  expect(seen.size).toBeGreaterThan(15);
});
