/** Starts both engines cold in browsers of their own, then goes on with the warm rounds. */
import { say } from '../../scripts/packages.mjs';
import type { EngineName, Opened, Reads } from './engine.ts';
import type { Site } from './site.ts';
import type { Values } from './spread.ts';
import { openTab, type Graphics, type Tab } from './tab.ts';
import { warmRounds, type WarmRounds } from './warm.ts';
import type { Workload } from './workload.ts';

/** Everything that was found. */
export interface Measured extends WarmRounds {
  readonly graphics: Graphics;
  readonly cold: readonly Values[];
}

/** Measures. Throws where there is no adapter of the wanted kind. */
export async function measure(site: Site, work: Workload, gpu: boolean): Promise<Measured> {
  const started = performance.now();
  const cold: Values[] = [];
  for (let round = 1; ; round += 1) {
    const values: Record<string, number> = {};
    cold.push(values);
    // Turn about, and ours last at the end: the rounds go on in that browser, so that its first visit need not be repeated.
    const order: readonly EngineName[] = (work.coldRounds - round) % 2 === 0 ? ['theirs', 'ours'] : ['ours', 'theirs'];
    for (const engine of order) {
      const tab = await openTab(site.address, gpu);
      try {
        const graphics = await checkGraphics(tab, work, gpu);
        const opened = await coldStart(tab, engine, site, work, values);
        say(
          `cold start ${round} of ${work.coldRounds}: ${engine} took ${((values[`${engine}.coldStart`] ?? NaN) / 1000).toFixed(1)} s to the first token`,
        );
        if (round === work.coldRounds && engine === 'ours')
          return { ...(await warmRounds(tab, site.address, work, opened, started)), graphics, cold };
      } finally {
        await tab.close();
      }
    }
  }
}

async function checkGraphics(tab: Tab, work: Workload, gpu: boolean): Promise<Graphics> {
  const graphics = await tab.graphics();
  if (gpu && graphics.software)
    throw new Error(
      `The browser offers only a software adapter (${graphics.architecture}). bench/RESULTS.md says what a real one needs.`,
    );
  if (graphics.software && work.form === 'full')
    throw new Error(
      'The full form would take hours on a software adapter, and its long passes are computed wrongly there: add --quick.',
    );
  return graphics;
}

/** First visit: from nothing to the first token, and what it took of the network and of the GPU. */
async function coldStart(
  tab: Tab,
  engine: EngineName,
  site: Site,
  work: Workload,
  values: Record<string, number>,
): Promise<Opened> {
  const [prompt = ''] = work.prompts;
  site.takeBytes();
  const opened = await tab.call(engine, 'open', site.address);
  const { firstTokenMs } = await tab.call(engine, 'generate', prompt, work.warmUp + 1, USUAL[engine]);
  values[`${engine}.load`] = opened.loadMs;
  values[`${engine}.coldFirst`] = firstTokenMs;
  values[`${engine}.coldStart`] = opened.loadMs + firstTokenMs;
  values[`${engine}.downloaded`] = site.takeBytes();
  const { held, peak } = await tab.call(engine, 'gpuBytes');
  values[`${engine}.gpuHeld`] = held;
  values[`${engine}.gpuPeak`] = peak;
  return opened;
}

/** As each engine is used: ours reads every layer, theirs cannot. */
const USUAL: Readonly<Record<EngineName, Reads>> = { ours: 'residuals', theirs: 'nothing' };
