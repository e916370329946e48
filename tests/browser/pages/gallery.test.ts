/**
 * Every specimen of the gallery, photographed in both themes into shots/gallery/ for people, and held to what can be
 * compared on machines with other fonts: nothing cut off, nothing inaccessible, light that is light and dark that is dark,
 * and colours that are the published ones. No stored pictures: those would compare fonts.
 */
import axe from 'axe-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Theme } from '../../../src/charts/colour.ts';
import '../../../src/styles/tokens.css';
import '../../../src/styles/base.css';
import Scene from '../../gallery/Scene.svelte';
import { frame, type Specimen } from '../../gallery/specimen.ts';
import { SPECIMENS } from '../../gallery/specimens.ts';
import { cutOff, paint, pictureOf, type Picture } from './pictures.ts';

vi.setConfig({ testTimeout: 120_000 });

/** The two ends of what screens are. */
const WIDE = 1280;
const NARROW = 360;

/** Files of components with an element in some specimen. */
const seen = new Set<string>();

afterEach(async () => {
  delete document.documentElement.dataset['theme'];
  document.documentElement.style.removeProperty('--quick');
  await page.viewport(WIDE, 900);
});

async function show(specimen: Specimen, theme: Theme, width: number): Promise<HTMLElement> {
  document.documentElement.dataset['theme'] = theme;
  // A colour that is on its way to another has no contrast of its own.
  document.documentElement.style.setProperty('--quick', '0ms');
  await page.viewport(width, 900);
  const { container } = await render(Scene, { props: { specimen, theme } });
  const scene = container.querySelector<HTMLElement>('.scene')!;
  await expect.poll(() => [scene.dataset['ready'], scene.dataset['failed']], { timeout: 20_000 }).toEqual(['true', '']);
  if (scene.querySelector('[role="img"] > div:empty') !== null)
    await expect.poll(() => scene.querySelector('.main-svg'), { timeout: 20_000 }).not.toBeNull();
  await frame();
  // A component without an element of its own is seen as the specimen that it is.
  seen.add(`${specimen.of}.svelte`);
  for (const element of scene.querySelectorAll('*')) {
    const { __svelte_meta: meta } = element as { __svelte_meta?: { loc?: { file: string } } };
    if (meta?.loc !== undefined) seen.add(meta.loc.file.split('/').at(-1)!);
  }
  return scene;
}

async function violations(scene: HTMLElement, specimen: Specimen): Promise<string[]> {
  // Headings and regions belong to the page around a specimen.
  // 2,000 tokens have the colours of 200, and axe looks at each for as long.
  const contrast = scene.querySelectorAll('[data-token]').length < 500;
  const rules = {
    'color-contrast': { enabled: contrast },
    region: { enabled: false },
    'page-has-heading-one': { enabled: false },
    'heading-order': { enabled: specimen.whole === true },
  };
  const result = await axe.run(scene, { rules });
  return result.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 140)} ${node.any[0]?.message ?? ''}`),
  );
}

async function photograph(scene: HTMLElement, specimen: Specimen, what: string): Promise<Picture> {
  // All of it: what lies below the window would come out white. What is as high as the window allows grows with it, but not for ever.
  for (let tries = 0; tries < 4 && scene.getBoundingClientRect().bottom > innerHeight; tries += 1) {
    await page.viewport(document.documentElement.clientWidth, Math.ceil(scene.getBoundingClientRect().bottom) + 16);
    await frame();
  }
  return pictureOf(
    await page.screenshot({
      element: scene,
      path: `../../../shots/gallery/${`${specimen.of} ${specimen.state} ${what}`.replace(/[^\w-]+/g, '-')}.png`,
      base64: true,
    }),
  );
}

describe.each(SPECIMENS.filter(({ words }) => words !== true))('$of, $state', (specimen) => {
  it('is whole and accessible, wide and narrow, light and dark', async () => {
    const light = await show(specimen, 'light', specimen.narrow ? NARROW : WIDE);
    expect(cutOff(light), 'light, wide').toEqual([]);
    expect(await violations(light, specimen), 'light, wide').toEqual([]);
    const lightPicture = await photograph(light, specimen, 'light');
    document.body.replaceChildren();

    const dark = await show(specimen, 'dark', NARROW);
    expect(cutOff(dark), 'dark, narrow').toEqual([]);
    expect(await violations(dark, specimen), 'dark, narrow').toEqual([]);
    const darkPicture = await photograph(dark, specimen, 'dark');
    document.body.replaceChildren();

    // A panel with nothing to show may show nothing, but in both themes.
    if (specimen.state === 'empty' && lightPicture.colours === 1 && darkPicture.colours === 1) return;
    expect(lightPicture.colours, 'something is drawn in light').toBeGreaterThan(2);
    expect(darkPicture.colours, 'something is drawn in dark').toBeGreaterThan(2);
    expect(lightPicture.lightness).toBeGreaterThan(0.75);
    expect(darkPicture.lightness).toBeLessThan(0.35);
  });
});

it('every message is whole and accessible, wide and narrow, light and dark', async () => {
  const messages = SPECIMENS.filter(({ words }) => words === true);
  expect(messages.length).toBeGreaterThan(30);
  for (const [theme, width] of [
    ['light', WIDE],
    ['dark', NARROW],
  ] as const) {
    let say: (specimen: Specimen) => unknown = () => expect.unreachable();
    const arrange: Specimen['arrange'] = (app, node) => void (say = (specimen) => specimen.arrange?.(app, node));
    const scene = await show({ ...messages[0]!, arrange }, theme, width);
    for (const message of messages) {
      await say(message);
      await frame();
      expect(scene.innerText).toContain(message.state);
      expect(cutOff(scene), `${message.state}, ${theme}`).toEqual([]);
      expect(await violations(scene, message), `${message.state}, ${theme}`).toEqual([]);
    }
    document.body.replaceChildren();
  }
});

it('no component of src/ui is missing', () => {
  const files = Object.keys(import.meta.glob('/src/ui/*.svelte')).map((path) => path.split('/').at(-1)!);
  expect(files.filter((file) => !seen.has(file))).toEqual([]);
});

describe('the colours on screen are the published ones', () => {
  // Design notes on the scale: nine stops from −1 to +1.
  const STOPS: Readonly<Record<Theme, readonly string[]>> = {
    light: ['#d191fe', '#dbadfe', '#e6c8fe', '#f1e1ff', '#fcfcfc', '#d8f1d8', '#b3e5b4', '#8dd98f', '#61cc69'],
    dark: ['#6c338f', '#572f70', '#422a53', '#2f2437', '#1d1d1d', '#1d2e1e', '#1a401d', '#0d5318', '#036518'],
  };
  const strip = SPECIMENS.find(
    (specimen) => specimen.of === 'StripPanel' && specimen.state === 'far beyond the range',
  )!;
  const charts = SPECIMENS.find((specimen) => specimen.of === 'ChartsPanel' && specimen.state === 'recorded')!;

  it.each(['light', 'dark'] as const)('on the legend, in %s', async (theme) => {
    const scene = await show(strip, theme, WIDE);
    const ramp = [...scene.querySelectorAll<HTMLElement>('*')].find(
      (element) =>
        getComputedStyle(element).backgroundImage.includes('linear-gradient') &&
        getComputedStyle(element).backgroundImage.split('rgb').length === 10,
    )!;
    expect(
      getComputedStyle(ramp)
        .backgroundImage.match(/rgba?\([^)]*\)/g)
        ?.map(paint),
    ).toEqual(STOPS[theme]);
  });

  it.each(['light', 'dark'] as const)(
    'on tokens at both ends of the scale, and never beyond it, in %s',
    async (theme) => {
      const scene = await show(strip, theme, WIDE);
      const grounds = new Set(
        [...scene.querySelectorAll<HTMLElement>('[data-token].token')].map((token) =>
          paint(getComputedStyle(token).backgroundColor),
        ),
      );
      expect(grounds).toContain(STOPS[theme][0]);
      expect(grounds).toContain(STOPS[theme][8]);
    },
  );

  it.each(['light', 'dark'] as const)(
    'on the layer map, which is drawn in nothing but the scale, its frame and the grey of holes, in %s',
    async (theme) => {
      const scene = await show(charts, theme, WIDE);
      // The map is fetched when it is wanted.
      await expect.poll(() => scene.querySelector('canvas')).not.toBeNull();
      await frame();
      const canvas = scene.querySelector('canvas')!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, Math.floor(canvas.height / 4));
      const { scaleHex, INK } = await import('../../../src/charts/colour.ts');
      const allowed = new Set([
        ...Array.from({ length: 129 }, (_, step) => scaleHex(step / 64 - 1, theme)),
        '#999999',
        INK[theme],
      ]);
      const strange = new Map<string, number>();
      let painted = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 0) continue;
        painted += 1;
        const hex = `#${[0, 1, 2].map((channel) => data[at + channel]!.toString(16).padStart(2, '0')).join('')}`;
        if (!allowed.has(hex)) strange.set(hex, (strange.get(hex) ?? 0) + 1);
      }
      expect(painted).toBeGreaterThan(1000);
      // Where two columns share a pixel, or the frame lies over one, a browser mixes.
      expect([...strange.values()].reduce((sum, count) => sum + count, 0) / painted).toBeLessThan(0.05);
    },
  );
});
