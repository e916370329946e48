/** Measuring speed in the page: the record and its files, what disturbs it, and records side by side. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { browserWords } from '../../../../src/features/bench/device-facts.ts';
import { parseSpeed, serialiseSpeed } from '../../../../src/formats/speed/speed-json.ts';
import { speedRows } from '../../../../src/formats/speed/speed-summary.ts';
import type { SpeedRecord } from '../../../../src/models/speed/speed-record.ts';
import { SPEED } from '../../../fixtures/samples/sample-speed.ts';
import { SpeedEngine } from '../support/speed-engine.ts';
import { button, freshPages, load, openAt, violations } from '../support/whole-page.ts';

freshPages();
// A browser answers this only when it tidies up next, which may take many seconds.
beforeEach(() => {
  Object.defineProperty(performance, 'measureUserAgentSpecificMemory', {
    configurable: true,
    value: () => Promise.resolve({ bytes: 123_000_000 }),
  });
});
afterEach(() => {
  Reflect.deleteProperty(performance, 'measureUserAgentSpecificMemory');
  Reflect.deleteProperty(document, 'hidden');
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  Reflect.deleteProperty(navigator, 'getBattery');
  document.documentElement.removeAttribute('data-theme');
});

const saved: string[] = [];
const heading = () => page.getByRole('heading', { name: 'How fast is the model here?' });

async function open(engine = new SpeedEngine()): Promise<SpeedEngine> {
  saved.length = 0;
  const save = (_: string, content: unknown): void => void saved.push(String(content));
  await openAt('#/bench', {}, { connect: () => engine, save });
  await expect.element(heading()).toBeVisible();
  await load();
  return engine;
}

async function measure(): Promise<void> {
  await button('Measure the speed').click();
  await expect.element(button('Save the record')).toBeVisible();
}

async function record(): Promise<SpeedRecord> {
  await button('Save the record').click();
  return parseSpeed(saved.at(-1)!);
}

function bring(...records: readonly (readonly [name: string, content: string])[]): void {
  const input = document.querySelector<HTMLInputElement>('input[type="file"]')!;
  const files = new DataTransfer();
  for (const [name, content] of records) files.items.add(new File([content], name));
  input.files = files.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

function hide(hidden: boolean): void {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('measuring speed', () => {
  it('is linked from the diagnostics', async () => {
    await openAt('#/read');
    await button('Help').click();
    await page.getByRole('link', { name: 'Measure the speed here' }).click();
    await expect.element(heading()).toBeVisible();
    expect(document.querySelector('dialog[open]')).toBeNull();
    expect(document.title).toBe('Speed · Flipside');
  });

  it('needs the model, and takes at most 100 seconds and 15 rounds', async () => {
    const engine = await open();
    await measure();
    expect(engine.calls).toContain('measureSpeed 100000 15');
  });

  it('gives a record with every measure of a model that is really measured, and says it in a sentence', async () => {
    const engine = await open();
    engine.real = true;
    await button('Measure the speed').click();
    await expect.element(button('Save the record'), { timeout: 60_000 }).toBeVisible();
    const found = await record();
    expect(found).toMatchObject({ complete: true, backend: 'webgpu', form: 'full', writing: 'stepwise' });
    expect(found.adapter).toMatchObject({ architecture: 'swiftshader', software: true });
    expect(found.runner).toMatch(/^Chromium \d/);
    expect(found.memory).toEqual([
      { what: 'gpu', bytes: 201_000_000 },
      { what: 'gpu-peak', bytes: 214_000_000 },
      ...(crossOriginIsolated ? [{ what: 'page', bytes: 123_000_000 }] : []),
    ]);
    const rows = speedRows(found);
    expect(rows.map(({ measure: name, n }) => `${name} ${n}`)).toEqual(
      ['read', 'every', 'write', 'plain', 'steer', 'one', 'futures'].map((name) => `${name} 2`),
    );
    await expect
      .element(page.getByText(/reads [\d.]+ tokens a second and writes [\d.]+ on google swiftshader\./))
      .toBeVisible();
    await expect.element(page.getByText('The adapter computes in software: this is no graphics card.')).toBeVisible();
    await expect
      .element(page.getByText(/Writing, one pass a token: tokens are written one pass each here anyway\./))
      .toBeVisible();
    await expect.element(page.getByText(/24 futures, to one continuation/)).toBeVisible();
    await expect.element(page.getByRole('status')).toHaveTextContent('The speed is measured.');
  });

  it('leaves out what was timed while the tab was in the background, and says so', async () => {
    const engine = await open();
    engine.before = ({ measure: name, round }) => {
      if (round !== 1) return;
      if (name === 'write') hide(true);
      if (name === 'plain') hide(false);
    };
    await measure();
    const found = await record();
    const disturbed = found.samples.filter((sample) => sample.disturbed === 'hidden');
    // What ends after the tab came back had begun before.
    expect(disturbed.map(({ measure: name, round }) => `${name} ${round}`)).toEqual(['write 1', 'plain 1']);
    expect(speedRows(found).find(({ measure: name }) => name === 'write')).toMatchObject({ n: 1, disturbed: 1 });
    await expect.element(page.getByText(/^2 times were left out: the tab was in the background/)).toBeVisible();
    await expect.element(page.getByText('n = 1, 1 left out').first()).toBeVisible();
  });

  it('leaves out what was timed while the power supply changed, and says what ran on battery', async () => {
    const battery = Object.assign(new EventTarget(), { charging: false });
    Object.defineProperty(navigator, 'getBattery', { configurable: true, value: () => Promise.resolve(battery) });
    const engine = await open();
    engine.before = ({ measure: name, round }) => {
      if (name === 'futures' && round === 2) battery.dispatchEvent(new Event('chargingchange'));
    };
    await measure();
    const found = await record();
    expect(found.power).toBe('battery');
    expect(found.samples.filter((sample) => sample.disturbed === 'power')).toHaveLength(1);
    await expect.element(page.getByText(/It ran on battery/)).toBeVisible();
    await expect.element(page.getByText(/^1 time was left out: the power supply changed/)).toBeVisible();
  });

  it.each([
    [false, 'the page is not cross-origin isolated, which its host decides (docs/hosting.md)'],
    [true, 'this browser does not tell it'],
  ] as const)('says plainly why the memory of the page is not known (isolated: %s)', async (isolated, why) => {
    vi.stubGlobal('crossOriginIsolated', isolated);
    Object.defineProperty(performance, 'measureUserAgentSpecificMemory', { configurable: true, value: undefined });
    await open();
    await measure();
    await expect
      .element(page.getByText(`the page with its workers, held: not known, because ${why}`, { exact: true }))
      .toBeVisible();
    expect((await record()).memory.map(({ what }) => what)).toEqual(['gpu', 'gpu-peak']);
  });

  it('says that the adapter offers no timestamps, in the page and in the record', async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const features = new Set([...adapter!.features].filter((name) => name !== 'timestamp-query'));
    Object.defineProperty(adapter, 'features', { value: features });
    vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(adapter);
    await open();
    await measure();
    await expect
      .element(page.getByText(/^The adapter offers no timestamps: its own time cannot be told/))
      .toBeVisible();
    expect((await record()).adapter).toMatchObject({ timestamps: false });
  });

  it('stops when told to, keeps what came, and says that it was stopped', async () => {
    const engine = await open();
    engine.rounds = 1000;
    let times = 0;
    engine.before = () => void (times += 1);
    await button('Measure the speed').click();
    await expect.poll(() => times).toBeGreaterThan(14);
    await page.getByRole('main').getByRole('button', { name: 'Stop' }).click();
    await expect.element(button('Save the record')).toBeVisible();
    const found = await record();
    expect(found.complete).toBe(false);
    await expect.element(page.getByText(/It was stopped before its end/)).toBeVisible();
    await expect.element(button('Measure the speed')).toBeEnabled();
  });

  it('puts the record on the clipboard, or shows it where that is refused', async () => {
    await open();
    await measure();
    await button('Copy the record').click();
    await expect
      .poll(() => document.querySelector('textarea') !== null || button('Copied').elements().length > 0)
      .toBe(true);
  });
});

describe('records side by side', () => {
  it('are divided only by what they may be divided by', async () => {
    await open();
    await measure();
    const own = await record();
    const twice = own.samples.map((sample) => ({ ...sample, milliseconds: sample.milliseconds / 2 }));
    bring(
      ['twice.speed.json', serialiseSpeed({ ...own, samples: twice })],
      ['old.json', serialiseSpeed({ ...own, version: '0.1.0' })],
    );
    await expect.element(page.getByRole('heading', { name: 'Records side by side' })).toBeVisible();
    // The file holds microseconds, so half a time is half a time to three digits.
    await expect.element(page.getByText(/2\.0\d? × here/).first()).toBeVisible();
    await expect.element(page.getByText(/no ratio: measured by Flipside 0\.1\.0/)).toBeVisible();
    expect(page.getByText(/× here/).elements()).toHaveLength(7);
    await button('Take old away').click();
    expect(page.getByText(/no ratio/).elements()).toHaveLength(0);
  });

  it('open without a model, and what is none is refused by name', async () => {
    await openAt('#/bench');
    await expect.element(heading()).toBeVisible();
    bring(['card.json', serialiseSpeed(SPEED)]);
    await expect
      .element(page.getByText(/toy reads [\d.]+ tokens a second and writes [\d.]+ on maker arch\./))
      .toBeVisible();
    bring(['newer.json', serialiseSpeed(SPEED).replace('"version": 1', '"version": 2')]);
    await expect.element(page.getByText(/speed\.version is 2, written by a newer Flipside/)).toBeVisible();
    bring(['run.json', '{"format": "flipside-axes"}']);
    await expect.element(page.getByText(/run\.json is several axes of one text/)).toBeVisible();
  });

  it.each(['light', 'dark'])('leave the page without a fault that axe finds, %s, and fit a phone', async (theme) => {
    document.documentElement.dataset['theme'] = theme;
    await page.viewport(360, 740);
    await open();
    await measure();
    bring(['other.json', serialiseSpeed({ ...(await record()), version: '0.1.0' })]);
    await expect.element(page.getByRole('heading', { name: 'Records side by side' })).toBeVisible();
    document.documentElement.dataset['theme'] = theme;
    expect(await violations()).toEqual([]);
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  });
});

it.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'Chromium 156.0.0.0 on Linux',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1.2',
    'Edge 156.0.1.2 on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    'Safari 26.1 on macOS',
  ],
  ['Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0', 'Firefox 150.0 on Android'],
  ['curl/8', 'an unknown browser'],
])('a browser is named by what it says of itself: %s', (userAgent, words) => {
  expect(browserWords(userAgent)).toBe(words);
});
