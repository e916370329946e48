/**
 * How much a reader meets in each place before anything is pressed: with what ships, and no model loaded.
 * `--reporter=verbose` prints the counts.
 */
import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { shippedProbes } from '../../../../src/state/probes/shipped.ts';
import { SHIPPED_EXPERIMENTS } from '../../../../src/state/probes/shipped-experiments.ts';
import { controlsInView, type Reach, wordsInView } from '../support/in-view.ts';
import { shippedText } from '../support/shipped-text.ts';
import { engines, freshPages, openAt } from '../support/whole-page.ts';

freshPages();

/** What a place may say at most, in words and in stops of the Tab key. */
interface Limit {
  readonly words: number;
  readonly controls: number;
  /** Read is counted without scrolling; every other place as a whole, but for what is folded. */
  readonly reach: Reach;
}

/** No place may say more than 250 words, Read 150, nor have more than 12 controls. Larger numbers are to be lowered. */
const LIMITS: Readonly<Record<string, Limit>> = {
  read: { words: 150, controls: 12, reach: 'window' },
  write: { words: 250, controls: 12, reach: 'page' },
  steer: { words: 250, controls: 12, reach: 'page' },
  inside: { words: 210, controls: 10, reach: 'page' },
  train: { words: 200, controls: 10, reach: 'page' },
  experiments: { words: 200, controls: 12, reach: 'page' },
  'experiments/A': { words: 130, controls: 12, reach: 'page' },
  'experiments/D': { words: 150, controls: 12, reach: 'page' },
  'experiments/E': { words: 150, controls: 12, reach: 'page' },
  library: { words: 250, controls: 12, reach: 'page' },
  'library/compare': { words: 250, controls: 12, reach: 'page' },
  bench: { words: 120, controls: 8, reach: 'page' },
  'library/models': { words: 250, controls: 12, reach: 'page' },
};

/** The words of the place once no more have come for a second; a place that says nothing is not there yet. */
async function settled(reach: Reach): Promise<readonly string[]> {
  const count = (): number => wordsInView(document.querySelector('main')!, reach).length;
  let [last, same] = [-1, 0];
  await expect
    .poll(
      () => {
        const now = count();
        same = now === last ? same + 1 : 0;
        last = now;
        return now > 30 && same >= 5 && document.querySelector('main[aria-busy], main [aria-busy="true"]') === null;
      },
      { interval: 200 },
    )
    .toBe(true);
  return wordsInView(document.querySelector('main')!, reach);
}

it.for(Object.entries(LIMITS))(
  '%s says no more than it may before anything is pressed',
  async ([place, limit], { annotate }) => {
    await page.viewport(1440, 900);
    await openAt(
      `#/${place}`,
      {},
      { storage: null, shipped: shippedProbes(), experiments: SHIPPED_EXPERIMENTS, fetchText: shippedText },
    );
    const words = await settled(limit.reach);
    const controls = controlsInView(document.querySelector('main')!, limit.reach);
    await annotate(
      `${place}: ${words.length} words of at most ${limit.words}, ${controls.length} controls of at most ${limit.controls}`,
    );
    expect(words.length, words.join(' ')).toBeLessThanOrEqual(limit.words);
    expect(controls.length, controls.map(({ textContent }) => textContent.trim()).join(' | ')).toBeLessThanOrEqual(
      limit.controls,
    );
    expect(engines.every(({ calls }) => !calls.includes('load'))).toBe(true);
  },
);
